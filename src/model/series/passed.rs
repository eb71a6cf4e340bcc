//! When a growing number passed a value.

use std::time::Duration;

use super::ring::Ring;
use super::{History, RESOLUTIONS, Resolution, Series};
use crate::model::Timestamp;

/// Between which moments a number came to be greater than a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// It was not yet so then; `None`: it was so already when history begins.
    pub not_before: Option<Timestamp>,
    /// It was seen to be so.
    pub not_after: Timestamp,
}

impl<const TIERS: usize> History<TIERS> {
    /// See [`Series::passed`].
    #[must_use]
    pub fn passed(&self, value: i64, at: Timestamp, pause: Duration) -> Option<Passed> {
        self.read(|series| series.passed(value, at, pause))
    }
}

impl<const TIERS: usize> Series<TIERS> {
    /// When the number, as it was at a moment, last came to be greater than `value`, from the finest
    /// resolution that knows; `None` if it was not greater then. A point is stored when the number was seen
    /// to change, and the last look before that is at most `pause` earlier.
    #[must_use]
    pub fn passed(&self, value: i64, at: Timestamp, pause: Duration) -> Option<Passed> {
        let pause = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
        let mut passed: Option<Passed> = None;
        for (ring, resolution) in self.rings.iter().zip(&RESOLUTIONS) {
            // It begins only after the moment.
            if !ring.reaches(at.as_millis().div_euclid(resolution.unit_ms)) {
                continue;
            }
            let Some(mut coarse) = in_ring(ring, resolution, (value, at, pause)) else { break };
            // The finer one saw it at a moment of its own.
            if let Some(fine) = passed {
                coarse.not_after = coarse.not_after.min(fine.not_after);
            }
            passed = Some(coarse);
            if coarse.not_before.is_some() {
                break;
            }
        }
        passed
    }
}

fn in_ring(
    ring: &Ring,
    resolution: &Resolution,
    (value, until, pause): (i64, Timestamp, i64),
) -> Option<Passed> {
    // Ends of logs only grow as a rule: then the newest tells of all, and the first that is greater is it.
    let only_grew = ring.only_grew();
    if only_grew && ring.newest().is_none_or(|newest| newest.value <= value) {
        return None;
    }
    // The latest moment at which the number is known not to have been greater.
    let mut below: Option<i64> = None;
    let mut in_gap = false;
    let mut passed: Option<Passed> = None;
    for stored in ring.iter() {
        let at = stored.units.saturating_mul(resolution.unit_ms);
        if at > until.as_millis() || only_grew && passed.is_some() {
            break;
        }
        if !stored.known {
            // A gap begins a step after the last look.
            if passed.is_none() && below.is_some() {
                below = below.max(Some(at.saturating_sub(RESOLUTIONS[0].step_ms)));
            }
            in_gap = true;
        } else if stored.value <= value {
            (below, passed) = (Some(at), None);
            in_gap = false;
        } else {
            if passed.is_none() {
                // Within a step the later point replaces the earlier: it may have passed since the
                // step began, and have been seen last a pause before that.
                let step = at.div_euclid(resolution.step_ms).saturating_mul(resolution.step_ms);
                let looked = step.saturating_sub(pause);
                let not_before = below.map(|at| if in_gap { at } else { at.max(looked) });
                let not_after = at.saturating_add(resolution.unit_ms);
                passed = Some(Passed {
                    not_before: not_before.map(Timestamp::from_millis),
                    not_after: Timestamp::from_millis(not_after),
                });
            }
            in_gap = false;
        }
    }
    passed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::super::PartitionSeries;
    use super::*;

    const PAUSE: Duration = Duration::from_millis(3_500);

    fn ends(points: &[(i64, Option<i64>)]) -> PartitionSeries {
        let series = PartitionSeries::default();
        for &(ms, value) in points {
            series.push(Timestamp::from_millis(ms), value);
        }
        series
    }

    #[rstest]
    #[case::not_yet(&[(1_000, Some(5))], 5, None)]
    #[case::before_history(&[(1_000, Some(9))], 5, Some((None, 1_040)))]
    #[case::between_two_looks(&[(1_000, Some(5)), (2_000, Some(9))], 5, Some((Some(1_000), 2_040)))]
    #[case::idle_before(&[(1_000, Some(5)), (60_000, Some(9))], 5, Some((Some(56_500), 60_040)))]
    #[case::in_a_gap(
        &[(1_000, Some(5)), (3_000, None), (60_000, Some(9))], 5, Some((Some(2_000), 60_040))
    )]
    #[case::cut_short_and_passed_again(
        &[(1_000, Some(5)), (2_000, Some(9)), (3_000, Some(4)), (4_000, Some(8))],
        5,
        Some((Some(3_000), 4_040))
    )]
    fn a_value_is_passed_between_two_looks(
        #[case] points: &[(i64, Option<i64>)],
        #[case] value: i64,
        #[case] expected: Option<(Option<i64>, i64)>,
    ) {
        let expected = expected.map(|(not_before, not_after)| Passed {
            not_before: not_before.map(Timestamp::from_millis),
            not_after: Timestamp::from_millis(not_after),
        });
        let ends = ends(points);
        assert_eq!(ends.passed(value, Timestamp::from_millis(60_500), PAUSE), expected);
        ends.push(Timestamp::from_millis(61_000), Some(0));
        assert_eq!(
            ends.passed(value, Timestamp::from_millis(60_500), PAUSE),
            expected,
            "what came after"
        );
    }

    proptest! {
        /// Whatever resolution answers, the true moment is between its bounds.
        #[test]
        fn the_truth_is_between_the_bounds(
            steps in proptest::collection::vec((200_i64..1_500, 0_i64..400), 2..1_500),
            pick in 0.0_f64..1.2,
        ) {
            let series = PartitionSeries::default();
            let (mut at, mut end, mut seen) = (1_700_000_000_000_i64, 0, Vec::new());
            for (pause, more) in steps {
                (at, end) = (at + pause, end + more);
                series.push(Timestamp::from_millis(at), Some(end));
                seen.push((at, end));
            }
            #[expect(clippy::cast_possible_truncation, reason = "a share of a small number")]
            let value = (end as f64 * pick) as i64;
            let first = seen.iter().position(|(_, end)| *end > value);
            let passed = series.passed(value, Timestamp::from_millis(at), PAUSE);
            prop_assert_eq!(first.is_some(), passed.is_some());
            if let (Some(first), Some(passed)) = (first, passed) {
                let not_after = Timestamp::from_millis(seen[first].0);
                let not_before = first.checked_sub(1).map(|before| Timestamp::from_millis(seen[before].0));
                if let Some(bound) = passed.not_before {
                    prop_assert!(Some(bound) <= not_before, "{bound} {not_before:?}");
                    // A coarse step and a pause, and what rounding takes.
                    prop_assert!(passed.not_after.since(bound) <= Duration::from_secs(15));
                    prop_assert!(passed.not_after >= not_after);
                }
            }
        }
    }
}
