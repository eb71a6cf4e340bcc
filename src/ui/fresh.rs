//! How sure a number is: from the moment at which its inputs were last confirmed.

use std::time::Duration;

use crate::app::View;
use crate::model::{LEAST_PACE, MISSED_ROUNDS, SourceId, Timestamp};

/// Rounds after which the number itself gives way to `?`: it says nothing about now any more.
const LOST_AFTER: u32 = 30;

/// How sure a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Confirmed in time, or never expected yet.
    Fresh,
    /// Not confirmed for so long; drawn as stale.
    Stale(Duration),
    /// Not confirmed for so long that it is not shown any more.
    Lost(Duration),
}

impl Freshness {
    /// Of something last confirmed at `confirmed`, where `pace` lies between rounds.
    #[must_use]
    pub fn of(confirmed: Option<Timestamp>, now: Timestamp, pace: Duration) -> Self {
        let Some(confirmed) = confirmed else { return Self::Fresh };
        let age = now.since(confirmed);
        if age > pace.saturating_mul(LOST_AFTER) {
            Self::Lost(age)
        } else if age > pace.saturating_mul(MISSED_ROUNDS) {
            Self::Stale(age)
        } else {
            Self::Fresh
        }
    }

    /// The less sure of two.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let rank = |freshness| match freshness {
            Self::Fresh => (0, Duration::ZERO),
            Self::Stale(age) => (1, age),
            Self::Lost(age) => (2, age),
        };
        if rank(other) > rank(self) { other } else { self }
    }

    /// How old it is, if that is too old.
    #[must_use]
    pub const fn age(self) -> Option<Duration> {
        match self {
            Self::Fresh => None,
            Self::Stale(age) | Self::Lost(age) => Some(age),
        }
    }
}

/// The pause between rounds that is to be expected: what was wished for, or what the source says it
/// can do.
#[must_use]
pub fn pace(view: &View<'_>) -> Duration {
    let source = view.snapshot.source(SourceId::Poll);
    let told = source.and_then(|source| source.last_round.as_ref()).map(|round| round.next_in_ms);
    view.app.interval.max(Duration::from_millis(told.unwrap_or(0))).max(LEAST_PACE)
}

/// Until when a value known at `confirmed` holds in a picture: while it is fresh, until now, so that a
/// trend does not lose its last column between two rounds.
#[must_use]
pub fn held(confirmed: Option<Timestamp>, now: Timestamp, pace: Duration) -> Timestamp {
    match Freshness::of(confirmed, now, pace) {
        Freshness::Fresh => now,
        Freshness::Stale(_) | Freshness::Lost(_) => confirmed.unwrap_or(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Duration = Duration::from_secs(2);

    fn ts(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    #[test]
    fn three_missed_rounds_are_stale_and_thirty_are_lost() {
        let at = |now| Freshness::of(Some(ts(100)), ts(now), PACE);
        assert_eq!(at(100), Freshness::Fresh);
        assert_eq!(at(106), Freshness::Fresh);
        assert_eq!(at(107), Freshness::Stale(Duration::from_secs(7)));
        assert_eq!(at(160), Freshness::Stale(Duration::from_mins(1)));
        assert_eq!(at(161), Freshness::Lost(Duration::from_secs(61)));
        assert_eq!(Freshness::of(None, ts(100), PACE), Freshness::Fresh);
    }

    #[test]
    fn the_less_sure_counts() {
        let stale = |seconds| Freshness::Stale(Duration::from_secs(seconds));
        assert_eq!(Freshness::Fresh.worse(stale(7)), stale(7));
        assert_eq!(stale(9).worse(stale(7)), stale(9));
        let lost = Freshness::Lost(Duration::from_secs(61));
        assert_eq!(lost.worse(stale(99)), lost);
    }

    #[test]
    fn a_fresh_value_holds_until_now_and_a_stale_one_until_it_was_seen() {
        assert_eq!(held(Some(ts(99)), ts(100), PACE), ts(100));
        assert_eq!(held(Some(ts(50)), ts(100), PACE), ts(50));
    }
}
