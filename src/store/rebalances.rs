//! Rebalances from descriptions and listed states: what changed between two settled moments of a group.
//!
//! Polling sees samples. A rebalance that began and ended between two of them still shows, because the
//! group epoch moved, or members or assignments are others than before; its duration is then "at most"
//! the time between the two looks.

use std::time::Duration;

use super::settled::{Holder, Settled};
use crate::model::observation::Written;
use crate::model::{
    Dropped, GroupKind, GroupState, MemberRef, MemberView, Rebalance, Timestamp, Took,
};

/// Within this time a record's generation belongs to the rebalance that an answer showed before it.
const NUMBERED_WITHIN: Duration = Duration::from_secs(10);

/// How many rebalances are kept a group.
const CAPACITY: usize = 200;

/// Adds a rebalance to those kept.
pub(super) fn keep(kept: &mut Vec<Rebalance>, rebalance: Rebalance) {
    if kept.len() >= CAPACITY {
        kept.remove(0);
    }
    kept.push(rebalance);
}

/// What a group looked like when it was last settled, and since when it is not.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    settled: Option<Settled>,
    /// The last moment at which it was listed or described as settled.
    last_settled: Option<Timestamp>,
    /// The first and the last moment at which partitions were seen changing hands, since then.
    unsettled: Option<(Timestamp, Timestamp)>,
    /// When the last rebalance was seen by what it changed, if its generation was not told with it.
    unnumbered: Option<Timestamp>,
}

/// What lies between two descriptions.
#[derive(Debug)]
pub(super) enum Between {
    Nothing,
    /// A rebalance.
    Rebalance(Rebalance),
    /// The generation to which the last rebalance led: an answer showed it first, a record numbers it.
    Number(i32),
}

impl Tracker {
    /// Goes on from a rest that records told of.
    pub(super) fn resume(&mut self, settled: Settled) {
        let last_settled = Some(settled.at);
        *self = Self { settled: Some(settled), last_settled, ..Self::default() };
    }

    /// When a rebalance was seen by what it changed, if no record has numbered it for so long that none
    /// will; once.
    pub(super) fn unrecorded(&mut self, at: Timestamp) -> Option<Timestamp> {
        self.unnumbered.take_if(|seen| at.since(*seen) > NUMBERED_WITHIN)
    }

    /// Notes a listed or described state.
    pub(super) fn state(&mut self, at: Timestamp, state: GroupState) {
        if state.is_rebalancing() {
            self.unsettled = Some(self.unsettled.map_or((at, at), |(first, _)| (first, at)));
        } else if self.unsettled.is_none()
            && matches!(state, GroupState::Stable | GroupState::Empty)
        {
            self.last_settled = Some(at);
        }
    }

    /// Compares a description with the last settled one; a rebalance lies between them, or none.
    pub(super) fn described(
        &mut self,
        at: Timestamp,
        (kind, state): (GroupKind, GroupState),
        epoch: Option<i32>,
        members: &[MemberView],
    ) -> Between {
        if !matches!(state, GroupState::Stable | GroupState::Empty) {
            return Between::Nothing;
        }
        let now = Settled { at, epoch, members: members.iter().map(holder).collect() };
        let before = self.settled.take();
        let known = epoch.or_else(|| before.as_ref().and_then(|before| before.epoch));
        let unsettled = self.unsettled.take();
        let last_settled = self.last_settled.replace(at);
        let rebalance = match (&before, unsettled) {
            (None, None) => None,
            (None, Some((first, _))) => {
                Some(Rebalance { took: Took::AtLeast(at.since(first)), ..now.reached(state) })
            }
            (Some(before), None) => {
                let change = before.diff(&now, state);
                let turned = before.epoch.zip(now.epoch).is_some_and(|(old, new)| old != new);
                (change.is_real() || turned)
                    .then(|| Rebalance { took: Took::AtMost(at.since(before.at)), ..change })
            }
            (Some(before), Some((first, last))) => {
                let begun_after = last_settled.unwrap_or(before.at).max(before.at).min(first);
                let took = Took::Between(last.since(first), at.since(begun_after));
                Some(Rebalance { took, ..before.diff(&now, state) })
            }
        };
        let classic = before.filter(|_| kind == GroupKind::Classic);
        let rebalance = rebalance.map(|mut rebalance| {
            for left in &mut rebalance.left {
                let silent = classic.as_ref().is_some_and(|before| before.is_static(left));
                left.dropped = silent.then_some(Dropped::Silent);
            }
            rebalance
        });
        self.settled = Some(Settled { epoch: known, ..now });
        match (rebalance, epoch) {
            (None, _) => Between::Nothing,
            (Some(rebalance), Some(number))
                if !rebalance.is_real()
                    && self.unnumbered.is_some_and(|seen| at.since(seen) <= NUMBERED_WITHIN) =>
            {
                self.unnumbered = None;
                Between::Number(number)
            }
            (Some(rebalance), _) => {
                self.unnumbered = epoch.is_none().then_some(at);
                Between::Rebalance(rebalance)
            }
        }
    }
}

impl Rebalance {
    /// Adds what is known of rebalances of classic groups only.
    pub(super) fn classic(&mut self, written: Option<Written>) {
        if let Some((at, joined)) = written.and_then(|written| Some((written.at, written.joined?)))
        {
            self.took = self.took.with_part(at.since(joined));
        }
    }
}

fn holder(member: &MemberView) -> Holder {
    let reference = MemberRef {
        id: member.id.clone(),
        client_id: member.client_id.clone(),
        host: member.host.clone(),
        dropped: None,
    };
    let held = member.assignment.as_deref().unwrap_or_default();
    Holder::new(reference, member.instance_id.clone(), held)
}
