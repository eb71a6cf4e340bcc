//! Rebalances as records tell them: exactly. Each begins with the record of a higher group epoch and
//! ends with the record that leaves every member with what it shall have.

use std::sync::Arc;

use super::settled::Settled;
use crate::model::{Dropped, GroupState, MemberRef, Rebalance, Timestamp, Took};

/// The last rest of a group, and what was recorded since.
#[derive(Debug)]
pub(super) struct Course {
    settled: Settled,
    /// When the first higher epoch was recorded.
    begun: Option<Timestamp>,
    joined: Vec<Passing>,
    left: Vec<Passing>,
}

/// A member that came or went.
#[derive(Debug)]
struct Passing {
    member: MemberRef,
    instance_id: Option<Arc<str>>,
}

impl Course {
    /// From a group at rest.
    pub(super) const fn new(settled: Settled) -> Self {
        Self { settled, begun: None, joined: Vec::new(), left: Vec::new() }
    }

    /// The last rest, for whoever goes on without records.
    pub(super) fn into_settled(self) -> Settled {
        self.settled
    }

    /// A higher epoch was recorded.
    pub(super) fn begin(&mut self, at: Timestamp) {
        self.begun.get_or_insert(at);
    }

    /// What was recorded so far is older than what is known already.
    pub(super) fn forget(&mut self) {
        self.begun = None;
        self.joined.clear();
        self.left.clear();
    }

    /// A member came. A static one that has just gone under another id has not left at all.
    pub(super) fn join(&mut self, member: MemberRef, instance_id: Option<Arc<str>>) {
        let same = |gone: &Passing| instance_id.is_some() && gone.instance_id == instance_id;
        if let Some(index) = self.left.iter().position(same) {
            self.left.remove(index);
        } else {
            self.joined.push(Passing { member, instance_id });
        }
    }

    /// A member went.
    pub(super) fn leave(
        &mut self,
        member: MemberRef,
        instance_id: Option<Arc<str>>,
        dropped: Option<Dropped>,
    ) {
        self.left.push(Passing { member: MemberRef { dropped, ..member }, instance_id });
    }

    /// The group is at rest; a rebalance ended if its epoch is a higher one. Without one there is none:
    /// a static member has a new id, or the record with the epoch is still to come.
    pub(super) fn rest(&mut self, now: Settled, state: GroupState) -> Option<Rebalance> {
        let change = self.settled.diff(&now, state);
        if now.epoch <= self.settled.epoch {
            if !change.is_real() {
                *self = Self::new(now);
            }
            return None;
        }
        let took = match self.begun {
            Some(begun) => Took::Exactly(now.at.since(begun)),
            None => Took::AtMost(now.at.since(self.settled.at)),
        };
        let names = |passing: Vec<Passing>| passing.into_iter().map(|one| one.member).collect();
        let joined = names(std::mem::take(&mut self.joined));
        let left = names(std::mem::take(&mut self.left));
        *self = Self::new(now);
        Some(Rebalance { took, joined, left, ..change })
    }
}
