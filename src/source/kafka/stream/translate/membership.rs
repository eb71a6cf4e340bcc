//! Records about groups that the coordinator assigns for, one change each. Nothing is put together
//! here: who has seen all of a group decides what follows.
//!
//! Streams groups are left out: what their members hold are tasks, and no answer tells what the group
//! was before the first record was read.

use std::time::Duration;

use super::host;
use crate::model::membership::{
    Before, Change, HeldRecorded, IdPartitions, MemberRecorded, Progress,
};
use crate::model::{GroupKind, MemberId, TopicId};
use crate::source::kafka::stream::records::{
    ConsumerCurrentAssignment, ConsumerGroupMember, Entry, MemberKey, MemberState, OwnedPartitions,
    Record, ShareCurrentAssignment, ShareGroupMember, TargetAssignment, TargetAssignmentMetadata,
    TopicIdPartitions, Uuid,
};

/// What a record says about a group.
pub(super) struct Told<'a> {
    pub(super) group: &'a str,
    pub(super) kind: GroupKind,
    pub(super) change: Change,
}

/// What a record says about the members of a group; `None` for all other records.
pub(super) fn told<'a>(record: &Record<'a>) -> Option<Told<'a>> {
    use GroupKind::{Consumer, Share};
    let (group, kind, change) = match record {
        Record::ConsumerGroupMetadata(entry) => {
            (entry.key, Consumer, Change::Epoch(entry.value.map(|value| value.epoch)))
        }
        Record::ShareGroupMetadata(entry) => {
            (entry.key, Share, Change::Epoch(entry.value.map(|value| value.epoch)))
        }
        Record::ConsumerGroupTargetAssignmentMetadata(entry) => {
            (entry.key, Consumer, target_epoch(entry))
        }
        Record::ShareGroupTargetAssignmentMetadata(entry) => {
            (entry.key, Share, target_epoch(entry))
        }
        Record::ConsumerGroupMemberMetadata(Entry { key, value }) => {
            (key.group, Consumer, Change::Member(id(key), value.as_ref().map(consumer)))
        }
        Record::ShareGroupMemberMetadata(Entry { key, value }) => {
            (key.group, Share, Change::Member(id(key), value.as_ref().map(share)))
        }
        Record::ConsumerGroupTargetAssignmentMember(entry) => {
            (entry.key.group, Consumer, target(entry))
        }
        Record::ShareGroupTargetAssignmentMember(entry) => (entry.key.group, Share, target(entry)),
        Record::ConsumerGroupCurrentMemberAssignment(Entry { key, value }) => {
            (key.group, Consumer, Change::Held(id(key), value.as_ref().map(consumer_held)))
        }
        Record::ShareGroupCurrentMemberAssignment(Entry { key, value }) => {
            (key.group, Share, Change::Held(id(key), value.as_ref().map(share_held)))
        }
        Record::NewerValue { record_type, group, .. } => {
            let kind = match record_type {
                3 | 5..=8 => Consumer,
                10..=14 => Share,
                _ => return None,
            };
            (*group, kind, Change::Unreadable)
        }
        _ => return None,
    };
    Some(Told { group, kind, change })
}

fn id(key: &MemberKey<'_>) -> MemberId {
    key.member.into()
}

fn target_epoch(entry: &Entry<&str, TargetAssignmentMetadata>) -> Change {
    Change::TargetEpoch(entry.value.map(|value| value.assignment_epoch))
}

fn consumer(member: &ConsumerGroupMember<'_>) -> MemberRecorded {
    let millis = member.rebalance_timeout_ms.and_then(|ms| u64::try_from(ms).ok());
    MemberRecorded {
        instance_id: member.instance_id.map(Into::into),
        client_id: member.client_id.into(),
        host: host(member.client_host),
        rack: member.rack_id.map(Into::into),
        classic: member.classic.is_some(),
        rebalance_timeout: millis.map(Duration::from_millis),
    }
}

fn share(member: &ShareGroupMember<'_>) -> MemberRecorded {
    MemberRecorded {
        instance_id: None,
        client_id: member.client_id.into(),
        host: host(member.client_host),
        rack: member.rack_id.map(Into::into),
        classic: false,
        rebalance_timeout: None,
    }
}

fn target(entry: &Entry<MemberKey<'_>, TargetAssignment>) -> Change {
    let partitions = entry.value.as_ref().map(|value| by_id(&value.topic_partitions));
    Change::Target(id(&entry.key), partitions)
}

fn by_id(topics: &[TopicIdPartitions]) -> Vec<IdPartitions> {
    topics.iter().map(|of| partitions(of.topic_id, &of.partitions)).collect()
}

fn partitions(Uuid(topic): Uuid, partitions: &[i32]) -> IdPartitions {
    IdPartitions { topic: TopicId(topic), partitions: partitions.to_vec() }
}

fn consumer_held(current: &ConsumerCurrentAssignment) -> HeldRecorded {
    let owned = |of: &OwnedPartitions| partitions(of.topic_id, &of.partitions);
    HeldRecorded {
        epoch: current.member_epoch,
        progress: progress(current.state),
        held: current.assigned_partitions.iter().map(owned).collect(),
        before: before(current),
    }
}

/// What a member had before this record. One that has to give something back, or is away, has got nothing new;
/// of others, brokers before Kafka 4.3 do not tell what is.
fn before(current: &ConsumerCurrentAssignment) -> Option<Before> {
    // A static member that came back under another id begins at epoch 0.
    if current.previous_member_epoch == Some(0) || current.member_epoch == 0 {
        return Some(Before { joined: true, held: Vec::new() });
    }
    let nothing_new = current.state == MemberState::Unrevoked || current.member_epoch < 0;
    let kept = |of: &OwnedPartitions| {
        let epochs = of.assignment_epochs.as_ref();
        let is_old = |nth: usize| epochs?.get(nth).map(|epoch| *epoch < current.member_epoch);
        let mut kept = Vec::new();
        for (nth, &partition) in of.partitions.iter().enumerate() {
            if nothing_new || is_old(nth)? {
                kept.push(partition);
            }
        }
        Some(partitions(of.topic_id, &kept))
    };
    let pending = &current.partitions_pending_revocation;
    let pending = pending.iter().map(|of| Some(partitions(of.topic_id, &of.partitions)));
    let held =
        current.assigned_partitions.iter().map(kept).chain(pending).collect::<Option<_>>()?;
    Some(Before { joined: false, held })
}

fn share_held(current: &ShareCurrentAssignment) -> HeldRecorded {
    HeldRecorded {
        epoch: current.member_epoch,
        progress: progress(current.state),
        held: by_id(&current.assigned_partitions),
        before: None,
    }
}

const fn progress(state: MemberState) -> Progress {
    match state {
        MemberState::Stable => Progress::Settled,
        MemberState::Unrevoked => Progress::Revoking,
        MemberState::Unreleased => Progress::Waiting,
        MemberState::Unknown => Progress::Unknown,
    }
}
