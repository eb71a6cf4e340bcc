//! From what a row is known by to where it stands, and back.

use super::{MemberRow, PartitionRow, Rows, small};
use crate::app::{MemberKey, PartitionKey, RebalanceKey};
use crate::model::{GroupId, GroupView, Snapshot};

/// The index of a group in the snapshot.
pub(super) fn group(snapshot: &Snapshot, id: &GroupId) -> Option<usize> {
    snapshot.groups.binary_search_by(|entry| entry.view.id.cmp(id)).ok()
}

/// The index of a topic in a group.
pub(super) fn topic(group: &GroupView, topic: &str) -> Option<usize> {
    group.topics.binary_search_by(|entry| entry.topic.as_str().cmp(topic)).ok()
}

/// The row that a partition would have, wherever it stands.
fn partition(snapshot: &Snapshot, key: &PartitionKey) -> Option<PartitionRow> {
    let group = group(snapshot, &key.group)?;
    let view = &*snapshot.groups.get(group)?.view;
    let topic = topic(view, key.topic.as_str())?;
    let partitions = &view.topics.get(topic)?.partitions;
    let partition =
        partitions.binary_search_by_key(&key.partition, |partition| partition.partition).ok()?;
    Some(PartitionRow { group: small(group), topic: small(topic), partition: small(partition) })
}

/// The row that a member would have.
fn member(group: &GroupView, key: &MemberKey) -> Option<MemberRow> {
    let MemberKey::Member(id) = key else { return Some(MemberRow::Unowned) };
    let index = group.members.as_ref()?.iter().position(|member| member.id == *id)?;
    Some(MemberRow::Member(small(index)))
}

/// The index of a rebalance.
fn rebalance(group: &GroupView, key: RebalanceKey) -> Option<u32> {
    let index = group
        .rebalances
        .iter()
        .rposition(|event| RebalanceKey { at: event.at, epoch: event.epoch } == key)?;
    Some(small(index))
}

impl Rows {
    pub(crate) fn group_key(&self, snapshot: &Snapshot, position: usize) -> Option<GroupId> {
        let index = *self.groups.get(position)? as usize;
        Some(snapshot.groups.get(index)?.view.id.clone())
    }

    pub(crate) fn group_position(&self, snapshot: &Snapshot, id: &GroupId) -> Option<usize> {
        let index = small(group(snapshot, id)?);
        self.groups.iter().position(|&row| row == index)
    }

    pub(crate) fn partition_key(
        &self,
        snapshot: &Snapshot,
        position: usize,
    ) -> Option<PartitionKey> {
        let (group, topic, partition) = self.partitions.get(position)?.of(snapshot)?;
        Some(PartitionKey {
            group: group.id.clone(),
            topic: topic.topic.clone(),
            partition: partition.partition,
        })
    }

    pub(crate) fn partition_position(
        &self,
        snapshot: &Snapshot,
        key: &PartitionKey,
    ) -> Option<usize> {
        let row = partition(snapshot, key)?;
        self.partitions.iter().position(|&other| other == row)
    }

    pub(crate) fn member_key(&self, group: &GroupView, position: usize) -> Option<MemberKey> {
        match *self.members.get(position)? {
            MemberRow::Unowned => Some(MemberKey::Unowned),
            row @ MemberRow::Member(_) => Some(MemberKey::Member(row.of(group)?.id.clone())),
        }
    }

    pub(crate) fn member_position(&self, group: &GroupView, key: &MemberKey) -> Option<usize> {
        let row = member(group, key)?;
        self.members.iter().position(|&other| other == row)
    }

    pub(crate) fn rebalance_key(&self, group: &GroupView, position: usize) -> Option<RebalanceKey> {
        let event = self.rebalance(group, position)?;
        Some(RebalanceKey { at: event.at, epoch: event.epoch })
    }

    pub(crate) fn rebalance_position(&self, group: &GroupView, key: RebalanceKey) -> Option<usize> {
        let index = rebalance(group, key)?;
        self.rebalances.iter().position(|&row| row == index)
    }
}

/// Is it certain that the partition does not exist any more in its group? While the group or its
/// commits are not known, nothing is certain.
pub(in crate::app) fn partition_gone(snapshot: &Snapshot, key: &PartitionKey) -> bool {
    snapshot.group(&key.group).is_none_or(|entry| {
        entry.view.commits_fault.is_none() && partition(snapshot, key).is_none()
    })
}

/// Is it certain that the member is not in the group any more?
pub(in crate::app) fn member_gone(group: &GroupView, key: &MemberKey) -> bool {
    matches!(key, MemberKey::Member(_)) && group.members.is_some() && member(group, key).is_none()
}

/// Is the rebalance forgotten?
pub(in crate::app) fn rebalance_gone(group: &GroupView, key: RebalanceKey) -> bool {
    rebalance(group, key).is_none()
}
