//! Names of observations into [pseudonyms](crate::model::pseudonym).
//!
//! Commits lose their metadata, which may hold anything. Of command lines only the process's pseudonym is
//! left.

use std::sync::Arc;

use crate::model::membership::{Change, MembershipRecorded};
use crate::model::observation::{
    ClusterObserved, CommitsObserved, GroupDescription, GroupListObserved, GroupObserved,
    MemberObserved, PastObserved,
};
use crate::model::pseudonym::{Hiding, Kind, Named, Names, Pseudonyms};
use crate::model::{Body, BrokerHealth, HistoryStage, Observation, SourceHealth};

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
                    if let BrokerHealth::Down { fault, .. } = health {
                        *fault = fault.code_alone();
                    }
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
            Body::History(progress) => {
                if let HistoryStage::Failed(fault) = &mut progress.stage {
                    *fault = fault.code_alone();
                }
            }
            Body::Host(sample) => self.rename(sample),
            Body::Processes(found) => self.processes(found),
            Body::ProcessSamples(samples) => self.process_samples(samples),
            Body::Marker(marker) => self.rename(marker),
            // Of brokers, sockets, times and ports: no names.
            Body::Controller(_) | Body::Round(_) | Body::Cost(_) | Body::Sends(_) => {}
            Body::Health(health) => match health {
                SourceHealth::Failing { fault, .. } | SourceHealth::Restarting { fault, .. } => {
                    *fault = fault.code_alone();
                }
                SourceHealth::Starting | SourceHealth::Working => {}
            },
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
        for broker in &mut cluster.brokers {
            self.names().text(Kind::Host, &mut broker.host);
            self.names().maybe(Kind::Rack, &mut broker.rack);
        }
    }

    fn list(&mut self, list: &mut GroupListObserved) {
        match &mut list.groups {
            Ok(groups) => {
                for group in groups {
                    self.rename(&mut group.id);
                }
            }
            Err(fault) => *fault = fault.code_alone(),
        }
    }

    fn described(&mut self, group: &mut GroupObserved) {
        self.rename(&mut group.id);
        match &mut group.description {
            Ok(GroupDescription { members, .. }) => {
                for member in members {
                    self.member(member);
                }
            }
            Err(fault) => *fault = fault.code_alone(),
        }
    }

    fn member(&mut self, member: &mut MemberObserved) {
        self.rename(&mut member.id);
        self.who((&mut member.instance_id, &mut member.client_id), &mut member.host);
        self.names().maybe(Kind::Rack, &mut member.rack);
        self.rename(&mut member.assignment);
        self.rename(&mut member.target);
    }

    fn who(
        &mut self,
        (instance, client): (&mut Option<Arc<str>>, &mut Arc<str>),
        host: &mut Arc<str>,
    ) {
        self.names().maybe(Kind::Instance, instance);
        self.names().text(Kind::Client, client);
        self.names().text(Kind::Host, host);
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
                self.who((&mut member.instance_id, &mut member.client_id), &mut member.host);
                self.names().maybe(Kind::Rack, &mut member.rack);
            }
            Change::Target(id, _) | Change::Held(id, _) => self.rename(id),
            Change::Epoch(_) | Change::TargetEpoch(_) | Change::Unreadable => {}
        }
    }

    fn commits(&mut self, group: &mut CommitsObserved) {
        self.rename(&mut group.id);
        match &mut group.topics {
            Ok(topics) => {
                for topic in topics {
                    self.rename(&mut topic.topic);
                    for commit in &mut topic.partitions {
                        commit.metadata = "".into();
                        if let Err(fault) = &mut commit.offset {
                            *fault = fault.code_alone();
                        }
                    }
                }
            }
            Err(fault) => *fault = fault.code_alone(),
        }
    }
}
