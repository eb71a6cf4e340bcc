//! Answers of the wire client as observations' parts. The client's types end here.

use std::sync::Arc;

use super::ages::Times;
use super::fault::of_kafka;
use crate::model::behind::Mark;
use crate::model::observation::{
    CommitObserved, GroupDescription, ListedGroup, MemberObserved, PartitionMetadata,
    RecordTimesObserved, TopicCommits, TopicMetadata, TopicOffsets,
};
use crate::model::{
    Broker, BrokerId, Fault, GroupId, GroupKind, GroupState, Timestamp, TopicId, TopicName,
    TopicPartitions,
};
use crate::source::kafka::interned::Interned;
use crate::source::kafka::wire;

/// Which names lagtop looks at.
pub type NameFilter = Arc<dyn Fn(&str) -> bool + Send + Sync>;

pub(super) fn state(state: &wire::GroupState) -> GroupState {
    GroupState::named(state.name())
}

/// A listed group; brokers before 3.8 name no type and know only classic groups.
pub(super) fn listed(group: wire::ListedGroup) -> ListedGroup {
    ListedGroup {
        id: GroupId::from(group.group),
        state: group.state.as_ref().map(state),
        kind: group.group_type.map_or(GroupKind::Classic, |kind| GroupKind::named(kind.name())),
        protocol_type: group.protocol_type,
    }
}

pub(super) fn broker(broker: wire::Broker) -> Broker {
    Broker {
        id: BrokerId(broker.id),
        host: broker.host,
        port: i32::from(broker.port),
        rack: broker.rack,
    }
}

/// A topic's metadata. A partition's own error is left out: what it means (no leader) is in its fields.
pub(super) fn topic_metadata(topic: wire::Topic) -> Result<TopicMetadata, Fault> {
    let ids = |ids: Vec<i32>| ids.into_iter().map(BrokerId).collect();
    let mut partitions: Vec<_> = topic
        .partitions
        .map_err(|error| of_kafka(&error))?
        .into_iter()
        .map(|partition| PartitionMetadata {
            partition: partition.partition,
            leader: partition.leader.map(BrokerId),
            leader_epoch: partition.leader_epoch,
            replicas: ids(partition.replicas),
            isr: ids(partition.isr),
        })
        .collect();
    partitions.sort_unstable_by_key(|partition| partition.partition);
    Ok(TopicMetadata { id: topic.id.map(TopicId), partitions })
}

/// About so many bytes a broker sent for it: what matters of them is how they grow with the cluster.
pub(super) fn size(metadata: &wire::Metadata) -> u64 {
    const TOPIC: usize = 30;
    const PARTITION: usize = 24;
    let partition = |of: &wire::Partition| PARTITION + 4 * (of.replicas.len() + of.isr.len());
    let topic = |topic: &wire::Topic| {
        let partitions = topic.partitions.iter().flatten();
        TOPIC + topic.name.len() + partitions.map(partition).sum::<usize>()
    };
    metadata.topics.iter().map(topic).sum::<usize>() as u64
}

/// The commits of a group on the topics that are looked at.
pub(super) fn commits(
    topics: Vec<wire::TopicCommits>,
    filter: &NameFilter,
    names: &mut Interned,
) -> Vec<TopicCommits> {
    topics
        .into_iter()
        .filter(|topic| filter(&topic.topic))
        .map(|topic| {
            let mut partitions: Vec<_> =
                topic.partitions.into_iter().map(|commit| self::commit(commit, names)).collect();
            partitions.sort_unstable_by_key(|commit| commit.partition);
            TopicCommits { topic: names.topic(&topic.topic), partitions }
        })
        .collect()
}

fn commit(commit: wire::PartitionCommit, names: &mut Interned) -> CommitObserved {
    let partition = commit.partition;
    match commit.commit {
        Ok(Some(commit)) => CommitObserved {
            partition,
            offset: Ok(Some(commit.offset)),
            leader_epoch: commit.leader_epoch,
            metadata: commit.metadata.unwrap_or_else(|| names.text("")),
        },
        Ok(None) => CommitObserved {
            partition,
            offset: Ok(None),
            leader_epoch: None,
            metadata: names.text(""),
        },
        Err(error) => CommitObserved {
            partition,
            offset: Err(of_kafka(&error)),
            leader_epoch: None,
            metadata: names.text(""),
        },
    }
}

pub(super) fn offsets(topic: wire::TopicOffsets, names: &mut Interned) -> TopicOffsets {
    let missing = || Fault::new("UNKNOWN_OFFSET", "the broker told no offset");
    let mut partitions: Vec<_> = topic
        .partitions
        .into_iter()
        .map(|partition| {
            let offset = match partition.offset {
                Ok(Some(listed)) if listed.offset >= 0 => Ok(listed.offset),
                Ok(_) => Err(missing()),
                Err(error) => Err(of_kafka(&error)),
            };
            (partition.partition, offset)
        })
        .collect();
    partitions.sort_unstable_by_key(|(partition, _)| *partition);
    TopicOffsets { topic: names.topic(&topic.topic), partitions }
}

/// What was told of the times that were asked for; every partition asked about has an answer.
pub(super) fn record_times(
    asked: &Times,
    told: Result<&[wire::TopicOffsets], &Fault>,
) -> Vec<RecordTimesObserved> {
    let answer = |topic: &TopicName, partition: i32, asked: Timestamp| {
        let told = told.map_err(Clone::clone)?;
        let of_topic = told.iter().find(|told| *told.topic == *topic.as_str());
        let answer =
            of_topic.and_then(|told| told.partitions.iter().find(|it| it.partition == partition));
        match answer.map(|answer| &answer.offset) {
            None => Err(Fault::new("UNKNOWN_OFFSET", "the broker told no offset")),
            Some(Err(error)) => Err(of_kafka(error)),
            Some(Ok(None)) => Ok(Mark { asked, found: None }),
            Some(Ok(Some(listed))) => match listed.timestamp {
                Some(at) => {
                    let at = Timestamp::from_millis(at);
                    Ok(Mark { asked, found: Some((listed.offset, at)) })
                }
                None => Err(Fault::new("NO_TIMESTAMP", "its records have no timestamps")),
            },
        }
    };
    asked
        .iter()
        .map(|(topic, partitions)| RecordTimesObserved {
            topic: topic.clone(),
            partitions: (partitions.iter())
                .map(|&(partition, time)| (partition, answer(topic, partition, time)))
                .collect(),
        })
        .collect()
}

/// Turns descriptions of groups into observations' parts, with assignments cut down to the topics that
/// are looked at.
pub(super) struct Describer<'a> {
    pub(super) filter: &'a NameFilter,
    pub(super) names: &'a mut Interned,
}

impl Describer<'_> {
    pub(super) fn classic(&mut self, group: wire::ClassicGroup) -> GroupDescription {
        let state = state(&group.state);
        let members = group.members.into_iter().map(|member| MemberObserved {
            id: member.member_id.into(),
            instance_id: member.instance_id,
            client_id: member.client_id,
            host: host(&member.client_host),
            rack: None,
            epoch: None,
            classic: false,
            // While a classic group rebalances its coordinator sends no assignments: not known,
            // which is not the same as none.
            assignment: (!state.is_rebalancing())
                .then(|| member.assignment.map(|topics| self.partitions(topics)))
                .flatten(),
            target: None,
        });
        GroupDescription {
            state,
            kind: GroupKind::Classic,
            members: members.collect(),
            assignor: group.assignor,
            epoch: None,
            assignment_epoch: None,
        }
    }

    pub(super) fn consumer(&mut self, group: wire::ConsumerGroup) -> GroupDescription {
        let members = group.members.into_iter().map(|member| MemberObserved {
            id: member.member_id.into(),
            instance_id: member.instance_id,
            client_id: member.client_id,
            host: host(&member.client_host),
            rack: member.rack,
            epoch: Some(member.member_epoch),
            classic: member.member_type == Some(wire::MemberType::Classic),
            assignment: Some(self.partitions(member.assignment)),
            target: Some(self.partitions(member.target)),
        });
        GroupDescription {
            state: state(&group.state),
            kind: GroupKind::Consumer,
            members: members.collect(),
            assignor: Some(group.assignor).filter(|name| !name.is_empty()),
            epoch: Some(group.group_epoch),
            assignment_epoch: Some(group.assignment_epoch),
        }
    }

    pub(super) fn share(&mut self, group: wire::ShareGroup) -> GroupDescription {
        let members = group.members.into_iter().map(|member| MemberObserved {
            id: member.member_id.into(),
            instance_id: None,
            client_id: member.client_id,
            host: host(&member.client_host),
            rack: member.rack,
            epoch: Some(member.member_epoch),
            classic: false,
            assignment: Some(self.partitions(member.assignment)),
            target: None,
        });
        GroupDescription {
            state: state(&group.state),
            kind: GroupKind::Share,
            members: members.collect(),
            assignor: Some(group.assignor).filter(|name| !name.is_empty()),
            epoch: Some(group.group_epoch),
            assignment_epoch: Some(group.assignment_epoch),
        }
    }

    fn partitions(&mut self, topics: Vec<wire::TopicPartitions>) -> Vec<TopicPartitions> {
        let mut topics: Vec<_> = topics
            .into_iter()
            .filter(|topic| (self.filter)(&topic.topic) && !topic.partitions.is_empty())
            .map(|mut topic| {
                topic.partitions.sort_unstable();
                TopicPartitions {
                    topic: self.names.topic(&topic.topic),
                    partitions: topic.partitions,
                }
            })
            .collect();
        topics.sort_unstable();
        topics
    }
}

/// The address without the slash that Java prints before it.
fn host(client_host: &str) -> Arc<str> {
    client_host.strip_prefix('/').unwrap_or(client_host).into()
}
