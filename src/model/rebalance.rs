//! Rebalances: states over time, and what each rebalance changed.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::{GroupState, MemberId, MemberView, Timestamp, TopicPartition};

/// How many changes of state are kept.
const BAND_CAPACITY: usize = 1_024;

/// A group's states over time: each holds until the next; `None` begins a gap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateBand {
    changes: VecDeque<(Timestamp, Option<GroupState>)>,
}

impl StateBand {
    /// Notes the state at `at`; returns whether it is another than before. Moments before the last
    /// change are ignored.
    pub fn push(&mut self, at: Timestamp, state: Option<GroupState>) -> bool {
        if let Some(&(last, before)) = self.changes.back()
            && (before == state || at < last)
        {
            return false;
        }
        if self.changes.len() == BAND_CAPACITY {
            self.changes.pop_front();
        }
        self.changes.push_back((at, state));
        true
    }

    /// Puts what was before the first change in front of it; what is not before it is left out.
    pub fn prepend(&mut self, past: impl IntoIterator<Item = (Timestamp, GroupState)>) {
        let live = std::mem::take(&mut self.changes);
        let begin = live.front().map(|&(at, _)| at);
        let before = past.into_iter().filter(|&(at, _)| begin.is_none_or(|begin| at < begin));
        for (at, state) in before.map(|(at, state)| (at, Some(state))).chain(live) {
            self.push(at, state);
        }
    }

    /// All changes, oldest first.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = (Timestamp, Option<GroupState>)> + '_ {
        self.changes.iter().copied()
    }

    /// The state at `at`; `None` in a gap and before the first look.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Option<GroupState> {
        self.until(at).next_back().and_then(|(_, state)| state)
    }

    /// The changes up to `at`, oldest first.
    pub fn until(
        &self,
        at: Timestamp,
    ) -> impl DoubleEndedIterator<Item = (Timestamp, Option<GroupState>)> + '_ {
        let known = self.changes.partition_point(|&(since, _)| since <= at);
        self.changes.iter().take(known).copied()
    }

    /// Since when partitions have been changing hands at `at`; `None` if they were not.
    #[must_use]
    pub fn moving_since(&self, at: Timestamp) -> Option<Timestamp> {
        let moving = |state: Option<GroupState>| state.is_some_and(GroupState::is_rebalancing);
        let run = self.until(at).rev().take_while(|&(_, state)| moving(state));
        run.last().map(|(since, _)| since)
    }

    /// Since when partitions have not been changing hands at `at`, as far as is known; `None` if they were,
    /// and before the first look.
    #[must_use]
    pub fn calm_since(&self, at: Timestamp) -> Option<Timestamp> {
        let moving = |state: Option<GroupState>| state.is_some_and(GroupState::is_rebalancing);
        let run = self.until(at).rev().take_while(|&(_, state)| !moving(state));
        run.last().map(|(since, _)| since)
    }

    /// Of the time from `from` to `to` for which the state is known, the share in which partitions were
    /// changing hands; `None` if no time is known.
    #[must_use]
    pub fn share_rebalancing(&self, from: Timestamp, to: Timestamp) -> Option<f64> {
        let (mut known, mut rebalancing) = (Duration::ZERO, Duration::ZERO);
        let mut changes = self.changes().peekable();
        while let Some((since, state)) = changes.next() {
            let until = changes.peek().map_or(to, |next| next.0).min(to);
            let span = until.since(since.max(from));
            if let Some(state) = state {
                known += span;
                if state.is_rebalancing() {
                    rebalancing += span;
                }
            }
        }
        (!known.is_zero()).then(|| rebalancing.as_secs_f64() / known.as_secs_f64())
    }
}

/// A member as a rebalance remembers it: it may be gone by now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRef {
    /// Its member id.
    pub id: MemberId,
    /// `group.instance.id`: a static member that starts again has another id and is the same. `None` for
    /// a dynamic one.
    pub instance_id: Option<Arc<str>>,
    /// Its client id.
    pub client_id: Arc<str>,
    /// Its host.
    pub host: Arc<str>,
    /// Why it is gone, where that can be told from a member that left; `None` for all others.
    pub dropped: Option<Dropped>,
}

impl From<&MemberView> for MemberRef {
    fn from(member: &MemberView) -> Self {
        Self {
            id: member.id.clone(),
            instance_id: member.instance_id.clone(),
            client_id: member.client_id.clone(),
            host: member.host.clone(),
            dropped: None,
        }
    }
}

/// Why a member that did not leave by itself is gone. Coordinators do not write it down: a session that
/// timed out and a member that left look alike, and are `None` in [`MemberRef::dropped`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// A static member that left for a restart and was not back within its session timeout (KIP-848).
    NotBack,
    /// It did not give partitions back within its rebalance timeout, `max.poll.interval.ms` (KIP-848).
    TooSlow,
    /// A static member of a classic group. Such members do not leave when they stop: its session timed
    /// out, unless somebody told it to leave for good.
    Silent,
}

/// A partition that changed hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The partition.
    pub partition: TopicPartition,
    /// Who held it; `None`: nobody.
    pub from: Option<MemberRef>,
    /// Who holds it now; `None`: nobody.
    pub to: Option<MemberRef>,
}

/// How long a rebalance took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Took {
    /// So long, from records of its begin and its end.
    Exactly(Duration),
    /// It was seen under way: at least this, at most that, between looks.
    Between(Duration, Duration),
    /// It began and ended between two looks this far apart.
    AtMost(Duration),
    /// It was under way already when first looked at.
    AtLeast(Duration),
}

impl Took {
    /// The longest it can have been; `None` if nothing bounds it.
    #[must_use]
    pub const fn at_most(self) -> Option<Duration> {
        match self {
            Self::Exactly(span) | Self::AtMost(span) | Self::Between(_, span) => Some(span),
            Self::AtLeast(_) => None,
        }
    }

    /// The same, by what is now known to be a part of it: it took at least `part`.
    #[must_use]
    pub fn with_part(self, part: Duration) -> Self {
        match self {
            Self::Exactly(_) => self,
            Self::AtMost(most) => Self::Between(part.min(most), most),
            Self::Between(least, most) => Self::Between(least.max(part.min(most)), most),
            Self::AtLeast(least) => Self::AtLeast(least.max(part)),
        }
    }

    /// The same and so much longer.
    #[must_use]
    pub fn and(self, more: Duration) -> Self {
        match self {
            Self::Exactly(span) => Self::Exactly(span + more),
            Self::AtMost(most) => Self::Between(more, most + more),
            Self::Between(least, most) => Self::Between(least + more, most + more),
            Self::AtLeast(least) => Self::AtLeast(least + more),
        }
    }
}

/// One finished rebalance. Of a cooperative group, which gives up partitions in one generation and hands them
/// out in the next, both together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebalance {
    /// When its end was seen.
    pub at: Timestamp,
    /// How long it took.
    pub took: Took,
    /// The group epoch (KIP-848) or generation (classic) that it led to; `None` where not told.
    pub epoch: Option<i32>,
    /// The state it ended in: stable, or empty when the last member left.
    pub ended_in: GroupState,
    /// Members that were not there before.
    pub joined: Vec<MemberRef>,
    /// Members that are not there any more.
    pub left: Vec<MemberRef>,
    /// Partitions that changed hands.
    pub moved: Vec<Move>,
}

/// The rebalances within the `window` that ends `now`, and the median time between the ends of successive
/// ones (`None` with fewer than three, where a median would say nothing).
#[must_use]
pub fn rhythm(
    rebalances: &[Rebalance],
    now: Timestamp,
    window: Duration,
) -> (usize, Option<Duration>) {
    let within = now.minus(window)..=now;
    let recent: Vec<_> =
        rebalances.iter().map(|event| event.at).filter(|at| within.contains(at)).collect();
    let mut gaps: Vec<_> =
        recent.iter().zip(recent.iter().skip(1)).map(|(a, b)| b.since(*a)).collect();
    gaps.sort_unstable();
    let median = if gaps.len() < 2 { None } else { gaps.get(gaps.len() / 2).copied() };
    (recent.len(), median)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    #[test]
    fn a_band_keeps_changes_and_gaps() {
        let mut band = StateBand::default();
        assert!(band.push(ts(1), Some(GroupState::Stable)));
        assert!(!band.push(ts(2), Some(GroupState::Stable)));
        assert!(band.push(ts(3), None));
        assert!(band.push(ts(5), Some(GroupState::PreparingRebalance)));
        assert!(!band.push(ts(4), Some(GroupState::Stable)), "the past is not rewritten");
        assert_eq!(band.at(ts(0)), None);
        assert_eq!(band.at(ts(2)), Some(GroupState::Stable));
        assert_eq!(band.at(ts(4)), None);
        assert_eq!(band.at(ts(9)), Some(GroupState::PreparingRebalance));
    }

    #[test]
    fn since_when_it_moves_or_rests_is_told_without_what_came_after() {
        let mut band = StateBand::default();
        band.push(ts(1), Some(GroupState::Stable));
        band.push(ts(5), Some(GroupState::PreparingRebalance));
        band.push(ts(6), Some(GroupState::CompletingRebalance));
        band.push(ts(8), Some(GroupState::Stable));
        band.push(ts(9), None);
        let told = |second| (band.moving_since(ts(second)), band.calm_since(ts(second)));
        assert_eq!(told(0), (None, None));
        assert_eq!(told(4), (None, Some(ts(1))));
        assert_eq!(told(7), (Some(ts(5)), None));
        assert_eq!(told(99), (None, Some(ts(8))), "a gap is not known to have moved");
    }

    #[test]
    fn the_share_of_time_counts_only_what_is_known() {
        let mut band = StateBand::default();
        band.push(ts(0), Some(GroupState::Stable));
        band.push(ts(60), Some(GroupState::Reconciling));
        band.push(ts(70), None);
        band.push(ts(90), Some(GroupState::Stable));
        assert_eq!(band.share_rebalancing(ts(0), ts(100)), Some(10.0 / 80.0));
        assert_eq!(band.share_rebalancing(ts(60), ts(70)), Some(1.0));
        assert_eq!(band.share_rebalancing(ts(70), ts(80)), None);
        assert_eq!(StateBand::default().share_rebalancing(ts(0), ts(100)), None);
    }

    #[test]
    fn a_band_is_bounded() {
        let mut band = StateBand::default();
        for second in 0..10_000 {
            let state = if second % 2 == 0 { GroupState::Stable } else { GroupState::Reconciling };
            band.push(ts(second), Some(state));
        }
        assert_eq!(band.changes().count(), BAND_CAPACITY);
        assert_eq!(band.changes().next_back(), Some((ts(9_999), Some(GroupState::Reconciling))));
    }

    #[test]
    fn rhythm_counts_within_the_window() {
        let event = |second| Rebalance {
            at: ts(second),
            took: Took::AtMost(Duration::from_secs(1)),
            epoch: None,
            ended_in: GroupState::Stable,
            joined: Vec::new(),
            left: Vec::new(),
            moved: Vec::new(),
        };
        let events: Vec<_> = [0, 500, 594, 690, 780].into_iter().map(event).collect();
        let (count, median) = rhythm(&events, ts(1_000), Duration::from_mins(10));
        assert_eq!((count, median), (4, Some(Duration::from_secs(94))));
        assert_eq!(rhythm(&events, ts(1_290), Duration::from_mins(10)), (2, None));
    }
}
