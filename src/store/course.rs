//! Rebalances as records tell them: exactly. Each begins with the record of a higher group epoch and
//! ends with the record that leaves every member with what it shall have.

use std::sync::Arc;

use super::rebalances::Settling;
use crate::model::{Dropped, GroupState, MemberRef, Rebalance, Settled, Timestamp, Took};

/// The last rest of a group, and what was recorded since.
#[derive(Debug)]
pub(super) struct Course {
    settled: Settling,
    /// When the first higher epoch was recorded.
    begun: Option<Timestamp>,
    joined: Vec<MemberRef>,
    left: Vec<MemberRef>,
}

impl Course {
    /// From a group at rest.
    pub(super) const fn new(settled: Settling) -> Self {
        Self { settled, begun: None, joined: Vec::new(), left: Vec::new() }
    }

    /// The last rest.
    pub(super) const fn settled(&self) -> &Settling {
        &self.settled
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
    pub(super) fn join(&mut self, member: MemberRef) {
        let instance = &member.instance_id;
        let same = |gone: &MemberRef| instance.is_some() && gone.instance_id == *instance;
        if let Some(index) = self.left.iter().position(same) {
            self.left.remove(index);
        } else {
            self.joined.push(member);
        }
    }

    /// A member went.
    pub(super) fn leave(&mut self, member: MemberRef, dropped: Option<Dropped>) {
        self.left.push(MemberRef { dropped, ..member });
    }

    /// The group is at rest; a rebalance ended if its epoch is a higher one. Without one there is none:
    /// a static member has a new id, or the record with the epoch is still to come.
    pub(super) fn rest(
        &mut self,
        now: Settled,
        (at, state): (Timestamp, GroupState),
    ) -> Option<Rebalance> {
        let (since, before) = &self.settled;
        let change = before.diff(&now, (at, state));
        if now.epoch <= before.epoch {
            if !change.is_real() {
                *self = Self::new((at, Arc::new(now)));
            }
            return None;
        }
        let took = match self.begun {
            Some(begun) => Took::Exactly(at.since(begun)),
            None => Took::AtMost(at.since(*since)),
        };
        let joined = std::mem::take(&mut self.joined);
        let left = std::mem::take(&mut self.left);
        *self = Self::new((at, Arc::new(now)));
        Some(Rebalance { took, joined, left, ..change })
    }
}
