//! Records of `__consumer_offsets` as observations. Pure but for the clock it is given.

use std::sync::Arc;
use std::time::Duration;

use super::records::{
    ClassicMember, Entry, GroupMetadata, OffsetCommit, OffsetCommitKey, Record, decode,
};
use crate::model::observation::{CommitRecorded, GroupDescription, GroupObserved, MemberObserved};
use crate::model::{
    Body, Clock, GroupKind, GroupState, MemberId, Timestamp, TopicName, TopicPartitions,
};
use crate::source::kafka::poll::NameFilter;

/// Coordinators' clocks may differ from ours. Up to here their times are taken as they are, because the
/// time between two commits is exact then; beyond, a commit counts from when it arrived, because a
/// picture with one clock an hour off is worse than one a millisecond off.
const SKEW: Duration = Duration::from_secs(10);

/// Turns records into observations, batch by batch.
pub(super) struct Translator {
    clock: Arc<dyn Clock>,
    groups: NameFilter,
    topics: NameFilter,
    commits: Vec<CommitRecorded>,
    described: Vec<GroupObserved>,
}

impl Translator {
    pub(super) fn new(clock: Arc<dyn Clock>, groups: NameFilter, topics: NameFilter) -> Self {
        Self { clock, groups, topics, commits: Vec::new(), described: Vec::new() }
    }

    /// What the records so far say.
    pub(super) fn take(&mut self) -> Vec<Body> {
        let mut bodies = Vec::new();
        if !self.described.is_empty() {
            bodies.push(Body::Groups(std::mem::take(&mut self.described)));
        }
        if !self.commits.is_empty() {
            bodies.push(Body::Recorded(std::mem::take(&mut self.commits)));
        }
        bodies
    }

    /// Takes in one record. What cannot be read, is newer than known, or is not looked at says nothing;
    /// polling tells of it all the same.
    pub(super) fn record(&mut self, key: &[u8], value: Option<&[u8]>) {
        let Ok(record) = decode(key, value) else { return };
        match record {
            Record::OffsetCommit(Entry { key, value: Some(commit) })
            | Record::LegacyOffsetCommit(Entry { key, value: Some(commit) })
                if (self.groups)(key.group) && (self.topics)(key.topic) =>
            {
                self.commit(&key, &commit);
            }
            Record::GroupMetadata(Entry { key, value: Some(group) }) if (self.groups)(key) => {
                self.generation(key, &group);
            }
            _ => {}
        }
    }

    fn commit(&mut self, key: &OffsetCommitKey<'_>, commit: &OffsetCommit<'_>) {
        let Some(offset) = commit.offset else { return };
        let now = self.clock.now();
        self.commits.push(CommitRecorded {
            group: key.group.into(),
            topic: key.topic.into(),
            partition: key.partition,
            offset,
            recorded: near(Timestamp::from_millis(commit.commit_timestamp), now),
            leader_epoch: commit.leader_epoch,
            metadata: commit.metadata.into(),
        });
    }

    /// A generation of a classic group was completed.
    fn generation(&mut self, id: &str, group: &GroupMetadata<'_>) {
        // The placeholder of a group that is just being made, or a group that only commits.
        if group.generation == 0 && group.members.is_empty() {
            return;
        }
        let state = if group.members.is_empty() { GroupState::Empty } else { GroupState::Stable };
        let members = group.members.iter().map(|member| self.member(group, member)).collect();
        self.described.push(GroupObserved {
            id: id.into(),
            coordinator: None,
            asked: self.clock.now(),
            description: Ok(GroupDescription {
                state,
                kind: GroupKind::Classic,
                assignor: group.protocol.map(Into::into),
                epoch: Some(group.generation),
                assignment_epoch: None,
                members,
            }),
        });
    }

    fn member(&self, group: &GroupMetadata<'_>, member: &ClassicMember<'_>) -> MemberObserved {
        // Other users of the protocol (Connect) keep their own bytes there.
        let assignment = member.assignment.as_ref().filter(|_| group.protocol_type == "consumer");
        let assignment = assignment.map(|assignment| {
            let looked_at =
                assignment.assigned_partitions.iter().filter(|topic| (self.topics)(topic.topic));
            let mut topics: Vec<_> = looked_at
                .map(|topic| {
                    let mut partitions = topic.partitions.clone();
                    partitions.sort_unstable();
                    TopicPartitions { topic: TopicName::from(topic.topic), partitions }
                })
                .filter(|topic| !topic.partitions.is_empty())
                .collect();
            topics.sort_unstable();
            topics
        });
        MemberObserved {
            id: MemberId::from(member.member_id),
            instance_id: member.group_instance_id.map(Into::into),
            client_id: member.client_id.into(),
            host: member.client_host.strip_prefix('/').unwrap_or(member.client_host).into(),
            rack: None,
            epoch: None,
            classic: false,
            assignment,
            target: None,
        }
    }
}

/// The coordinator's time, if it is near ours.
fn near(recorded: Timestamp, now: Timestamp) -> Timestamp {
    let apart = recorded.since(now).max(now.since(recorded));
    if apart <= SKEW { recorded } else { now }
}

#[cfg(test)]
mod tests;
