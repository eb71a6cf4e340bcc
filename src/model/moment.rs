//! Pictures of other moments: the wish, the answer, and which moments can be told.

use std::sync::Arc;
use std::time::Duration;

use super::series::RESOLUTIONS;
use super::{Snapshot, Timestamp};

/// A wish for the picture of a moment.
#[derive(Clone, Debug)]
pub struct MomentWish {
    /// Counts the wishes; the answer carries it too.
    pub number: u64,
    /// The moment.
    pub at: Timestamp,
    /// The picture that is held: nothing younger is wished for.
    pub held: Arc<Snapshot>,
}

/// The same wish: the number tells.
impl PartialEq for MomentWish {
    fn eq(&self, other: &Self) -> bool {
        (self.number, self.at) == (other.number, other.at)
    }
}

/// The picture that was wished for.
#[derive(Clone, Debug)]
pub struct MomentAnswer {
    /// The wish's number.
    pub number: u64,
    /// The wish's moment.
    pub at: Timestamp,
    /// What a snapshot of that moment shows.
    pub picture: Arc<Snapshot>,
}

/// The moment before `at` that can be told apart from it, where `newest` is the newest of which anything is
/// known. Histories are the coarser the older they are, and within a step keep what held at its end; so
/// moments are the ends of steps.
#[must_use]
pub fn earlier(at: Timestamp, newest: Timestamp) -> Timestamp {
    end_before(at.minus(TICK), step(at.minus(TICK), newest))
}

/// The moment after `at` that can be told apart from it.
#[must_use]
pub fn later(at: Timestamp, newest: Timestamp) -> Timestamp {
    showing(at.plus(TICK), newest)
}

/// The first moment whose picture shows what happened at `at`.
#[must_use]
pub fn showing(at: Timestamp, newest: Timestamp) -> Timestamp {
    let step = step(at, newest);
    let begun = end_before(at, step);
    if begun == at { at } else { begun.plus(step) }
}

/// The last moment at or before `at` that can be told.
#[must_use]
pub fn before(at: Timestamp, newest: Timestamp) -> Timestamp {
    end_before(at, step(at, newest))
}

/// How far back a group's lag is kept.
#[must_use]
pub fn reach() -> Duration {
    let spans = RESOLUTIONS.iter().map(|resolution| resolution.span_ms.unsigned_abs());
    Duration::from_millis(spans.max().unwrap_or(0))
}

const TICK: Duration = Duration::from_millis(1);

/// How far apart moments are told that are so old.
fn step(at: Timestamp, newest: Timestamp) -> Duration {
    let age = newest.as_millis().saturating_sub(at.as_millis());
    let kept = RESOLUTIONS.iter().find(|resolution| age < resolution.span_ms);
    let step = kept.or(RESOLUTIONS.last()).map_or(1_000, |resolution| resolution.step_ms);
    Duration::from_millis(step.unsigned_abs())
}

/// The last end of a step at or before `at`.
fn end_before(at: Timestamp, step: Duration) -> Timestamp {
    let step = i64::try_from(step.as_millis()).unwrap_or(1_000);
    let ended = at.as_millis().saturating_add(1).div_euclid(step);
    Timestamp::from_millis(ended.saturating_mul(step).saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NEWEST: Timestamp = Timestamp::from_millis(1_700_000_000_400);

    fn ago(at: Timestamp) -> i64 {
        NEWEST.as_millis() - at.as_millis()
    }

    #[test]
    fn moments_are_the_ends_of_seconds_then_of_ten_then_of_minutes() {
        let back: Vec<_> = std::iter::successors(Some(NEWEST), |at| Some(earlier(*at, NEWEST)))
            .take(400)
            .map(ago)
            .collect();
        assert_eq!(back[..4], [0, 401, 1_401, 2_401]);
        let steps = |from: i64, to: i64| {
            let mut steps: Vec<_> = back
                .windows(2)
                .filter(|pair| pair[0] > from && pair[1] < to)
                .map(|pair| pair[1] - pair[0])
                .collect();
            steps.dedup();
            steps
        };
        assert_eq!(steps(0, 120_000), [1_000]);
        assert_eq!(steps(140_000, 1_790_000), [10_000]);
        assert_eq!(steps(1_900_000, 9_000_000), [60_000]);
    }

    #[test]
    fn what_happened_is_seen_at_the_end_of_its_step() {
        let at = NEWEST.minus(Duration::from_millis(900));
        assert_eq!(ago(showing(at, NEWEST)), 401);
        assert_eq!(showing(showing(at, NEWEST), NEWEST), showing(at, NEWEST));
        let old = NEWEST.minus(Duration::from_secs(301));
        assert_eq!(ago(showing(old, NEWEST)), 300_401);
        assert_eq!(ago(before(old, NEWEST)), 310_401);
    }

    proptest! {
        #[test]
        fn one_goes_on_both_ways(age in 0..30_000_000_i64) {
            let at = NEWEST.minus(Duration::from_millis(age.unsigned_abs()));
            prop_assert!(earlier(at, NEWEST) < at && later(at, NEWEST) > at);
            prop_assert!(before(at, NEWEST) <= at && showing(at, NEWEST) >= at);
        }
    }
}
