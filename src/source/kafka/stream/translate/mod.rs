//! Records of `__consumer_offsets` as observations. Pure but for the clock it is given.

use std::sync::Arc;
use std::time::Duration;

use super::records::{
    ClassicMember, Entry, GroupMetadata, OffsetCommit, OffsetCommitKey, Record, decode,
};
use crate::model::membership::MembershipRecorded;
use crate::model::observation::{
    CommitRecorded, GroupDescription, GroupObserved, MemberObserved, Written,
};
use crate::model::{
    Body, Clock, Fault, GroupKind, GroupState, MemberId, Timestamp, TopicName, TopicPartitions,
};
use crate::source::kafka::interned::Interned;
use crate::source::kafka::poll::NameFilter;

mod membership;

/// Coordinators' clocks may differ from ours. Up to here their times are taken as they are, because the
/// time between two commits is exact then; beyond, a commit counts from when it arrived, because a
/// picture with one clock an hour off is worse than one a millisecond off.
const SKEW: Duration = Duration::from_secs(10);

/// Turns records into observations, batch by batch.
pub(super) struct Translator {
    clock: Arc<dyn Clock>,
    groups: NameFilter,
    topics: NameFilter,
    names: Interned,
    commits: Vec<CommitRecorded>,
    described: Vec<GroupObserved>,
    membership: Vec<MembershipRecorded>,
}

impl Translator {
    pub(super) fn new(clock: Arc<dyn Clock>, groups: NameFilter, topics: NameFilter) -> Self {
        Self {
            clock,
            groups,
            topics,
            names: Interned::default(),
            commits: Vec::new(),
            described: Vec::new(),
            membership: Vec::new(),
        }
    }

    /// What the records so far say.
    pub(super) fn take(&mut self) -> Vec<Body> {
        let mut bodies = Vec::new();
        // First, because a consumer group that becomes a classic one ends before its first generation.
        if !self.membership.is_empty() {
            bodies.push(Body::Membership(std::mem::take(&mut self.membership)));
        }
        if !self.described.is_empty() {
            bodies.push(Body::Groups(std::mem::take(&mut self.described)));
        }
        if !self.commits.is_empty() {
            bodies.push(Body::Recorded(std::mem::take(&mut self.commits)));
        }
        bodies
    }

    /// Takes in one record and when it was written, in ms since 1970. What is not looked at says nothing.
    /// An error if it cannot be read, and nobody can say therefore what is true from now on.
    pub(super) fn record(
        &mut self,
        key: &[u8],
        value: Option<&[u8]>,
        written: Option<i64>,
    ) -> Result<(), Fault> {
        let record = decode(key, value).map_err(|why| unreadable(&why.to_string()))?;
        let now = self.clock.now();
        let written = written.map_or(now, |at| near(Timestamp::from_millis(at), now));
        match record {
            Record::OffsetCommit(Entry { key, value })
            | Record::LegacyOffsetCommit(Entry { key, value })
                if (self.groups)(key.group) && (self.topics)(key.topic) =>
            {
                self.commit(&key, value.as_ref(), (written, now));
            }
            Record::GroupMetadata(Entry { key, value: Some(group) }) if (self.groups)(key) => {
                self.generation(key, &group, (written, now));
            }
            Record::NewerValue { record_type: of @ 0..=2, version, group }
                if (self.groups)(group) =>
            {
                return Err(unreadable(&format!("type {of} has the unknown version {version}")));
            }
            record => {
                let told = membership::told(&record).filter(|told| (self.groups)(told.group));
                self.membership.extend(told.map(|told| MembershipRecorded {
                    group: told.group.into(),
                    kind: told.kind,
                    recorded: written,
                    change: told.change,
                }));
            }
        }
        Ok(())
    }

    /// A position was committed or, without a value, taken away.
    fn commit(
        &mut self,
        key: &OffsetCommitKey<'_>,
        commit: Option<&OffsetCommit<'_>>,
        (written, now): (Timestamp, Timestamp),
    ) {
        let told = |commit: &OffsetCommit<'_>| Timestamp::from_millis(commit.commit_timestamp);
        self.commits.push(CommitRecorded {
            group: key.group.into(),
            topic: self.names.topic(key.topic),
            partition: key.partition,
            // One below zero is no position, as in answers.
            offset: commit.and_then(|commit| commit.offset),
            recorded: commit.map_or(written, |commit| near(told(commit), now)),
            leader_epoch: commit.and_then(|commit| commit.leader_epoch),
            metadata: self.names.text(commit.map_or("", |commit| commit.metadata)),
        });
    }

    /// A generation of a classic group was completed.
    fn generation(
        &mut self,
        id: &str,
        group: &GroupMetadata<'_>,
        (written, now): (Timestamp, Timestamp),
    ) {
        // The placeholder of a group that is just being made, or a group that only commits.
        if group.generation == 0 && group.members.is_empty() {
            return;
        }
        let state = if group.members.is_empty() { GroupState::Empty } else { GroupState::Stable };
        let members = group.members.iter().map(|member| self.member(group, member)).collect();
        self.described.push(GroupObserved {
            id: id.into(),
            coordinator: None,
            asked: now,
            written: Some(Written {
                at: written,
                joined: group.current_state_timestamp.map(Timestamp::from_millis),
            }),
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
            host: host(member.client_host),
            rack: None,
            epoch: None,
            classic: false,
            assignment,
            target: None,
        }
    }
}

fn unreadable(why: &str) -> Fault {
    Fault::new("RECORD_UNREADABLE", &format!("__consumer_offsets cannot be read: {why}"))
}

/// The address without the slash that Java prints before it.
fn host(client_host: &str) -> Arc<str> {
    client_host.strip_prefix('/').unwrap_or(client_host).into()
}

/// The coordinator's time, if it is near ours.
fn near(recorded: Timestamp, now: Timestamp) -> Timestamp {
    let apart = recorded.since(now).max(now.since(recorded));
    if apart <= SKEW { recorded } else { now }
}

#[cfg(test)]
mod tests;
