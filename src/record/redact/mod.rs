//! Names into pseudonyms.
//!
//! Numbered by first appearance (`group-1`, `topic-2`), so that the same name is the same pseudonym
//! throughout a recording and nothing of the name is left in it. What may hold names in other places
//! goes: the sentences of faults keep only their code, commits lose their metadata. Kafka's own topics
//! keep their names. Of command lines only the process's pseudonym is left. Numbers, states, protocols
//! and assignors stay: they are what is argued about.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::membership::{Change, MembershipRecorded};
use crate::model::observation::{
    ClusterObserved, CommitsObserved, GroupDescription, GroupListObserved, GroupObserved,
    MemberObserved, PastObserved,
};
use crate::model::{
    Body, BrokerHealth, Fault, GroupId, HistoryStage, Observation, SourceHealth, TopicName,
    TopicPartitions,
};

mod processes;
mod topics;

/// Gives out pseudonyms.
#[derive(Debug, Default)]
pub struct Redactor {
    groups: Pseudonyms,
    topics: Pseudonyms,
    hosts: Pseudonyms,
    clients: Pseudonyms,
    members: Pseudonyms,
    instances: Pseudonyms,
    racks: Pseudonyms,
    processes: Pseudonyms,
    threads: Pseudonyms,
    users: Pseudonyms,
    cgroups: Pseudonyms,
    notes: Pseudonyms,
}

#[derive(Debug, Default)]
struct Pseudonyms(HashMap<Arc<str>, Arc<str>>);

impl Pseudonyms {
    fn known(&self, name: &str) -> Option<Arc<str>> {
        self.0.get(name).cloned()
    }

    fn of(&mut self, kind: &str, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let number = self.0.len() + 1;
        let pseudonym: Arc<str> = format!("{kind}-{number}").into();
        self.0.insert(name.into(), Arc::clone(&pseudonym));
        pseudonym
    }
}

impl Redactor {
    /// Replaces every name in it.
    pub fn redact(&mut self, observation: &mut Observation) {
        match &mut observation.body {
            Body::Cluster(cluster) => self.cluster(cluster),
            Body::BrokerHealth(healths) => {
                for (_, health) in healths {
                    if let BrokerHealth::Down { fault, .. } = health {
                        *fault = code_of(fault);
                    }
                }
            }
            Body::GroupList(list) => self.list(list),
            Body::Groups(groups) => groups.iter_mut().for_each(|group| self.described(group)),
            Body::Commits(groups) => groups.iter_mut().for_each(|group| self.commits(group)),
            Body::Recorded(commits) => {
                for commit in commits {
                    self.group(&mut commit.group);
                    self.topic(&mut commit.topic);
                    commit.metadata = "".into();
                }
            }
            Body::Followed(followed) => {
                let groups = followed.commits.iter_mut().chain(&mut followed.members);
                groups.for_each(|group| self.group(group));
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
                names.iter_mut().filter_map(|(_, name)| name.as_mut()).for_each(|n| self.topic(n));
            }
            Body::Inventory(listed) => self.inventory(listed),
            Body::Producers(topics) => topics.iter_mut().for_each(|topic| self.producers(topic)),
            Body::RecordTimes(topics) => topics.iter_mut().for_each(|topic| self.times(topic)),
            Body::Past(past) => self.past(past),
            Body::History(progress) => {
                if let HistoryStage::Failed(fault) = &mut progress.stage {
                    *fault = code_of(fault);
                }
            }
            Body::Host(sample) => self.host(sample),
            Body::Processes(found) => self.processes(found),
            Body::ProcessSamples(samples) => self.process_samples(samples),
            // A note is in the person's own words, which name things.
            Body::Marker(marker) => marker.note = self.notes.of("note", &marker.note),
            // Of brokers, sockets, times and ports: no names.
            Body::Controller(_) | Body::Round(_) | Body::Cost(_) | Body::Sends(_) => {}
            Body::Health(health) => match health {
                SourceHealth::Failing { fault, .. } | SourceHealth::Restarting { fault, .. } => {
                    *fault = code_of(fault);
                }
                SourceHealth::Starting | SourceHealth::Working => {}
            },
        }
    }

    fn group(&mut self, group: &mut GroupId) {
        *group = self.groups.of("group", group.as_str()).into();
    }

    fn topic(&mut self, topic: &mut TopicName) {
        if !matches!(topic.as_str(), "__consumer_offsets" | "__transaction_state") {
            *topic = self.topics.of("topic", topic.as_str()).into();
        }
    }

    fn rack(&mut self, rack: &mut Option<Arc<str>>) {
        *rack = rack.as_ref().map(|rack| self.racks.of("rack", rack));
    }

    fn cluster(&mut self, cluster: &mut ClusterObserved) {
        cluster.id = None;
        for broker in &mut cluster.brokers {
            broker.host = self.hosts.of("host", &broker.host);
            self.rack(&mut broker.rack);
        }
    }

    fn list(&mut self, list: &mut GroupListObserved) {
        match &mut list.groups {
            Ok(groups) => {
                for group in groups {
                    self.group(&mut group.id);
                }
            }
            Err(fault) => *fault = code_of(fault),
        }
    }

    fn described(&mut self, group: &mut GroupObserved) {
        self.group(&mut group.id);
        match &mut group.description {
            Ok(GroupDescription { members, .. }) => {
                for member in members {
                    self.member(member);
                }
            }
            Err(fault) => *fault = code_of(fault),
        }
    }

    fn member(&mut self, member: &mut MemberObserved) {
        member.id = self.members.of("member", member.id.as_str()).into();
        member.instance_id =
            member.instance_id.as_ref().map(|id| self.instances.of("instance", id));
        member.client_id = self.clients.of("client", &member.client_id);
        member.host = self.hosts.of("host", &member.host);
        self.rack(&mut member.rack);
        for held in [&mut member.assignment, &mut member.target].into_iter().flatten() {
            for TopicPartitions { topic, .. } in held {
                self.topic(topic);
            }
        }
    }

    fn past(&mut self, past: &mut PastObserved) {
        match past {
            PastObserved::Commits(commits) => {
                for commit in commits {
                    self.group(&mut commit.group);
                    self.topic(&mut commit.topic);
                }
            }
            PastObserved::Ends(ends) => {
                for end in ends {
                    self.topic(&mut end.topic);
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
        self.group(&mut recorded.group);
        match &mut recorded.change {
            Change::Member(id, member) => {
                *id = self.members.of("member", id.as_str()).into();
                let Some(member) = member else { return };
                member.instance_id =
                    member.instance_id.as_ref().map(|id| self.instances.of("instance", id));
                member.client_id = self.clients.of("client", &member.client_id);
                member.host = self.hosts.of("host", &member.host);
                self.rack(&mut member.rack);
            }
            Change::Target(id, _) | Change::Held(id, _) => {
                *id = self.members.of("member", id.as_str()).into();
            }
            Change::Epoch(_) | Change::TargetEpoch(_) | Change::Unreadable => {}
        }
    }

    fn commits(&mut self, group: &mut CommitsObserved) {
        self.group(&mut group.id);
        match &mut group.topics {
            Ok(topics) => {
                for topic in topics {
                    self.topic(&mut topic.topic);
                    for commit in &mut topic.partitions {
                        commit.metadata = "".into();
                        if let Err(fault) = &mut commit.offset {
                            *fault = code_of(fault);
                        }
                    }
                }
            }
            Err(fault) => *fault = code_of(fault),
        }
    }
}

/// Kafka's codes are words of the protocol; its sentences quote names.
fn code_of(fault: &Fault) -> Fault {
    Fault::new(&fault.code, &fault.code)
}
