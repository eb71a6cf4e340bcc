//! A group at rest, and what lies between two of these moments: who came and went, and which partitions
//! changed hands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::model::{
    GroupState, MemberRef, Move, Rebalance, Timestamp, Took, TopicPartition, TopicPartitions,
};

/// A group at rest.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    pub(super) at: Timestamp,
    pub(super) epoch: Option<i32>,
    pub(super) members: Vec<Holder>,
}

/// A member and what it holds.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) member: MemberRef,
    /// `group.instance.id`: a static member that starts again has another id and is the same.
    pub(super) instance_id: Option<Arc<str>>,
    pub(super) held: Vec<TopicPartition>,
}

impl Holder {
    pub(super) fn new(
        member: MemberRef,
        instance_id: Option<Arc<str>>,
        held: &[TopicPartitions],
    ) -> Self {
        let held = held.iter().flat_map(TopicPartitions::each).collect();
        Self { member, instance_id, held }
    }

    /// Is it the same, with another id perhaps?
    fn is(&self, other: &Self) -> bool {
        self.member.id == other.member.id
            || self.instance_id.is_some() && self.instance_id == other.instance_id
    }
}

impl Settled {
    /// A rebalance of which only the end is known.
    pub(super) fn reached(&self, state: GroupState) -> Rebalance {
        Rebalance {
            at: self.at,
            took: Took::AtLeast(Duration::ZERO),
            epoch: self.epoch,
            ended_in: state,
            joined: Vec::new(),
            left: Vec::new(),
            moved: Vec::new(),
        }
    }

    /// Who came and went, and what changed hands, from here to `later`. Why somebody went is not known
    /// here.
    pub(super) fn diff(&self, later: &Self, state: GroupState) -> Rebalance {
        let missing_in = |from: &Self, other: &Self| -> Vec<MemberRef> {
            let gone = |holder: &&Holder| !other.members.iter().any(|known| known.is(holder));
            from.members.iter().filter(gone).map(|holder| holder.member.clone()).collect()
        };
        Rebalance {
            joined: missing_in(later, self),
            left: missing_in(self, later),
            moved: self.moves(later),
            ..later.reached(state)
        }
    }

    /// Was this member static?
    pub(super) fn is_static(&self, member: &MemberRef) -> bool {
        let known = self.members.iter().find(|holder| holder.member.id == member.id);
        known.is_some_and(|holder| holder.instance_id.is_some())
    }

    fn moves(&self, later: &Self) -> Vec<Move> {
        let (old, new) = (self.holders(), later.holders());
        let all: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
        let none = Vec::new();
        let mut moves = Vec::new();
        for partition in all {
            let (before, after) =
                (old.get(partition).unwrap_or(&none), new.get(partition).unwrap_or(&none));
            let only = |of: &[&Holder], other: &[&Holder]| -> Vec<MemberRef> {
                let alone = |holder: &&&Holder| !other.iter().any(|known| known.is(holder));
                of.iter().filter(alone).map(|holder| holder.member.clone()).collect()
            };
            let (mut lost, mut gained) =
                (only(before, after).into_iter(), only(after, before).into_iter());
            loop {
                let (from, to) = (lost.next(), gained.next());
                if from.is_none() && to.is_none() {
                    break;
                }
                moves.push(Move { partition: partition.clone(), from, to });
            }
        }
        moves
    }

    /// Who holds each partition: one member, but in share groups several.
    fn holders(&self) -> BTreeMap<&TopicPartition, Vec<&Holder>> {
        let mut holders = BTreeMap::<_, Vec<_>>::new();
        for holder in &self.members {
            for partition in &holder.held {
                holders.entry(partition).or_default().push(holder);
            }
        }
        holders
    }
}

impl Rebalance {
    /// Something changed.
    pub(super) fn is_real(&self) -> bool {
        !(self.joined.is_empty() && self.left.is_empty() && self.moved.is_empty())
    }
}
