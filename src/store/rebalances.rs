//! Rebalances from descriptions and listed states: what changed between two settled moments of a group.
//!
//! Polling sees samples. A rebalance that began and ended between two of them still shows, because the
//! group epoch moved, or members or assignments are others than before; its duration is then "at most"
//! the time between the two looks. What cooperative members give up in one generation and get in the next is
//! one rebalance.

use std::sync::Arc;
use std::time::Duration;

use crate::model::observation::Written;
use crate::model::{
    Dropped, GroupKind, GroupState, Holder, MemberRef, MemberView, Move, Rebalance, Settled,
    Timestamp, Took, TopicPartition, TopicPartitions,
};

/// Within this time a record's generation belongs to the rebalance that an answer showed before it.
const NUMBERED_WITHIN: Duration = Duration::from_secs(10);

/// How many rebalances are kept a group.
const CAPACITY: usize = 200;

/// A rebalance goes on in the next generation within this time: so long a member may take to give partitions
/// back by default (`max.poll.interval.ms`).
const GOES_ON_WITHIN: Duration = Duration::from_mins(5);

/// Adds a rebalance to those kept, or to the last of them, if it only hands out what that one took away. Tells
/// whether it is one more.
pub(super) fn keep(kept: &mut Vec<Rebalance>, rebalance: Rebalance) -> bool {
    if let Some(last) = kept.last_mut().filter(|last| last.goes_on_with(&rebalance)) {
        last.go_on(rebalance);
        return false;
    }
    if kept.len() >= CAPACITY {
        kept.remove(0);
    }
    kept.push(rebalance);
    true
}

/// What a group looked like when it was last settled, and since when it is not.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    settled: Option<Settling>,
    /// The last moment at which it was listed or described as settled.
    last_settled: Option<Timestamp>,
    /// The first and the last moment at which partitions were seen changing hands, since then.
    unsettled: Option<(Timestamp, Timestamp)>,
    /// When the last rebalance was seen by what it changed, if its generation was not told with it.
    unnumbered: Option<Timestamp>,
}

/// A rest, and the last moment at which it was seen.
pub(super) type Settling = (Timestamp, Arc<Settled>);

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
    pub(super) fn resume(&mut self, settled: Settling) {
        let last_settled = Some(settled.0);
        *self = Self { settled: Some(settled), last_settled, ..Self::default() };
    }

    /// The last rest.
    pub(super) fn settled(&self) -> Option<&Arc<Settled>> {
        self.settled.as_ref().map(|(_, settled)| settled)
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
        now: Settled,
    ) -> Between {
        if !matches!(state, GroupState::Stable | GroupState::Empty) {
            return Between::Nothing;
        }
        let epoch = now.epoch;
        let before = self.settled.take();
        let unsettled = self.unsettled.take();
        let last_settled = self.last_settled.replace(at);
        let rebalance = match (&before, unsettled) {
            (None, None) => None,
            (None, Some((first, _))) => {
                let took = Took::AtLeast(at.since(first));
                Some(Rebalance { took, ..now.reached((at, state)) })
            }
            (Some((looked, before)), None) => {
                let change = before.diff(&now, (at, state));
                let turned = before.epoch.zip(now.epoch).is_some_and(|(old, new)| old != new);
                (change.is_real() || turned)
                    .then(|| Rebalance { took: Took::AtMost(at.since(*looked)), ..change })
            }
            (Some((looked, before)), Some((first, last))) => {
                let begun_after = last_settled.unwrap_or(*looked).max(*looked).min(first);
                let took = Took::Between(last.since(first), at.since(begun_after));
                Some(Rebalance { took, ..before.diff(&now, (at, state)) })
            }
        };
        let rebalance = rebalance.map(|mut rebalance| {
            for left in &mut rebalance.left {
                let silent = kind == GroupKind::Classic && left.instance_id.is_some();
                left.dropped = silent.then_some(Dropped::Silent);
            }
            rebalance
        });
        self.settled = Some((at, kept(now, before)));
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
    /// Is it the second half of this one? Cooperative members first give up what shall change hands, which
    /// takes a generation in which nobody holds it, and get it with the next.
    fn goes_on_with(&self, next: &Self) -> bool {
        let free = |partition: &TopicPartition| {
            self.moved.iter().any(|one| one.to.is_none() && one.partition == *partition)
        };
        let handed_out =
            |one: &Move| one.from.is_none() && one.to.is_some() && free(&one.partition);
        let follows = |(before, after): (i32, i32)| (0..=1).contains(&after.wrapping_sub(before));
        [self.ended_in, next.ended_in] == [GroupState::Stable; 2]
            && next.joined.is_empty()
            && next.left.is_empty()
            && !next.moved.is_empty()
            && next.moved.iter().all(handed_out)
            && self.epoch.zip(next.epoch).is_none_or(follows)
            && next.at.since(self.at) <= GOES_ON_WITHIN
    }

    /// Takes over its second half.
    fn go_on(&mut self, next: Self) {
        self.took = self.took.and(next.at.since(self.at));
        (self.at, self.epoch) = (next.at, next.epoch.or(self.epoch));
        for Move { partition, to, .. } in next.moved {
            let mut free = self.moved.iter_mut().filter(|one| one.to.is_none());
            if let Some(one) = free.find(|one| one.partition == partition) {
                one.to = to;
            }
        }
        // What came back to who gave it up has not moved.
        self.moved.retain(|one| one.to.is_none() || !one.from.iter().eq(&one.to));
    }

    /// Adds what is known of rebalances of classic groups only.
    pub(super) fn classic(&mut self, written: Option<Written>) {
        if let Some((at, joined)) = written.and_then(|written| Some((written.at, written.joined?)))
        {
            self.took = self.took.with_part(at.since(joined));
        }
    }
}

/// The rest seen now; the one before where it is the same, so that it need not be published again. A
/// generation that is not told is still the one that was.
fn kept(now: Settled, before: Option<Settling>) -> Arc<Settled> {
    let Some((_, before)) = before else { return Arc::new(now) };
    let now = Settled { epoch: now.epoch.or(before.epoch), ..now };
    if *before == now { before } else { Arc::new(now) }
}

/// What a description tells.
pub(super) fn settled(epoch: Option<i32>, members: &[MemberView]) -> Settled {
    Settled { epoch, members: members.iter().map(holder).collect() }
}

fn holder(member: &MemberView) -> Holder {
    let held = member.assignment.as_ref();
    let held = held.map(|held| held.iter().flat_map(TopicPartitions::each).collect());
    Holder { member: MemberRef::from(member), held }
}
