//! Names of observations into [pseudonyms](crate::model::pseudonym).
//!
//! Commits lose their metadata, which may hold anything. Of command lines only the process's pseudonym is
//! left.

use crate::model::membership::{Change, MembershipRecorded};
use crate::model::observation::{
    ClusterObserved, CommitsObserved, GroupDescription, GroupListObserved, GroupObserved,
    MemberObserved, PastObserved,
};
use crate::model::pseudonym::{Hiding, Kind, Named, Names, Pseudonyms};
use crate::model::{Body, Observation};

mod processes;
mod topics;

/// Gives out pseudonyms.
#[derive(Debug, Default)]
pub struct Redactor(Pseudonyms);

impl Redactor {
    /// Replaces every name in it.
    pub fn redact(&mut self, observation: &mut Observation) {
        match &mut observation.body {
            Body::Cluster(cluster) => self.cluster(cluster),
            Body::BrokerHealth(healths) => {
                for (_, health) in healths {
                    self.rename(health);
                }
            }
            Body::GroupList(list) => self.list(list),
            Body::Groups(groups) => groups.iter_mut().for_each(|group| self.described(group)),
            Body::Commits(groups) => groups.iter_mut().for_each(|group| self.commits(group)),
            Body::Recorded(commits) => {
                for commit in commits {
                    self.rename(&mut commit.group);
                    self.rename(&mut commit.topic);
                    commit.metadata = "".into();
                }
            }
            Body::Followed(followed) => {
                let groups = followed.commits.iter_mut().chain(&mut followed.members);
                groups.for_each(|group| self.rename(group));
            }
            Body::Topics(topics) => topics.iter_mut().for_each(|topic| self.metadata(topic)),
            Body::Offsets(offsets) => self.offsets(offsets),
            Body::Membership(changes) => {
                for change in changes {
                    self.membership(change);
                }
            }
            // Ids are random; they stay, so that the names of the same ids can be told.
            Body::TopicNames(names) => {
                names.iter_mut().filter_map(|(_, name)| name.as_mut()).for_each(|n| self.rename(n));
            }
            Body::Inventory(listed) => self.inventory(listed),
            Body::Producers(topics) => topics.iter_mut().for_each(|topic| self.producers(topic)),
            Body::RecordTimes(topics) => topics.iter_mut().for_each(|topic| self.times(topic)),
            Body::Past(past) => self.past(past),
            Body::History(progress) => self.rename(progress),
            Body::Host(sample) => self.rename(sample),
            Body::Processes(found) => self.processes(found),
            Body::ProcessSamples(samples) => self.process_samples(samples),
            Body::Marker(marker) => self.rename(marker),
            // Of brokers, sockets, times and ports: no names.
            Body::Controller(_) | Body::Round(_) | Body::Cost(_) | Body::Sends(_) => {}
            Body::Health(health) => self.rename(health),
        }
    }

    fn names(&mut self) -> Names<'_> {
        self.0.names(Hiding::Off, Hiding::All)
    }

    fn rename(&mut self, named: &mut impl Named) {
        named.rename(&mut self.names());
    }

    fn cluster(&mut self, cluster: &mut ClusterObserved) {
        cluster.id = None;
        self.rename(&mut cluster.brokers);
    }

    fn list(&mut self, list: &mut GroupListObserved) {
        self.names().fault_of(&mut list.groups);
        for group in list.groups.iter_mut().flatten() {
            self.rename(&mut group.id);
        }
    }

    fn described(&mut self, group: &mut GroupObserved) {
        self.rename(&mut group.id);
        self.names().fault_of(&mut group.description);
        if let Ok(GroupDescription { members, .. }) = &mut group.description {
            for member in members {
                self.member(member);
            }
        }
    }

    fn member(&mut self, member: &mut MemberObserved) {
        self.rename(&mut member.id);
        self.names().who((&mut member.instance_id, &mut member.client_id), &mut member.host);
        self.names().maybe(Kind::Rack, &mut member.rack);
        self.rename(&mut member.assignment);
        self.rename(&mut member.target);
    }

    fn past(&mut self, past: &mut PastObserved) {
        match past {
            PastObserved::Commits(commits) => {
                for commit in commits {
                    self.rename(&mut commit.group);
                    self.rename(&mut commit.topic);
                }
            }
            PastObserved::Ends(ends) => {
                for end in ends {
                    self.rename(&mut end.topic);
                }
            }
            PastObserved::Groups(groups) => {
                for group in groups {
                    self.described(group);
                }
            }
            PastObserved::Membership(changes) => {
                for change in changes {
                    self.membership(change);
                }
            }
            PastObserved::Still { .. } => {}
        }
    }

    fn membership(&mut self, recorded: &mut MembershipRecorded) {
        self.rename(&mut recorded.group);
        match &mut recorded.change {
            Change::Member(id, member) => {
                self.rename(id);
                let Some(member) = member else { return };
                self.names()
                    .who((&mut member.instance_id, &mut member.client_id), &mut member.host);
                self.names().maybe(Kind::Rack, &mut member.rack);
            }
            Change::Target(id, _) | Change::Held(id, _) => self.rename(id),
            Change::Epoch(_) | Change::TargetEpoch(_) | Change::Unreadable => {}
        }
    }

    fn commits(&mut self, group: &mut CommitsObserved) {
        self.rename(&mut group.id);
        self.names().fault_of(&mut group.topics);
        for topic in group.topics.iter_mut().flatten() {
            self.rename(&mut topic.topic);
            for commit in &mut topic.partitions {
                commit.metadata = "".into();
                self.names().fault_of(&mut commit.offset);
            }
        }
    }
}
