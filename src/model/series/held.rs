//! A number as it was at a moment.

use std::time::Duration;

use super::ring::Ring;
use super::{History, Point, RESOLUTIONS, Resolution, Series, point};
use crate::model::rate::WINDOW;
use crate::model::{Rate, Run, Timestamp};

/// What came before so much time has no part in a rate.
const RATED: Duration = Duration::from_secs(2 * WINDOW.as_secs());

/// A number as it was at a moment, as far as its history tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The value; in a gap, the last one before it.
    pub value: i64,
    /// Since when it had this value: when that was first seen.
    pub since: Timestamp,
    /// It had another value before.
    pub moved: bool,
    /// Since when nothing was known any more; `None` outside of gaps.
    pub gap: Option<Timestamp>,
    /// So much later than told it may have been that it came to this value: times are rounded down.
    pub rounding: Duration,
    run: Run,
}

impl Held {
    /// The value; `None` in a gap.
    #[must_use]
    pub const fn known(&self) -> Option<i64> {
        match self.gap {
            None => Some(self.value),
            Some(_) => None,
        }
    }

    /// Its rate then, see [`Run::rate`].
    #[must_use]
    pub fn rate(&self, confirmed: Timestamp, min_span: Duration) -> Option<Rate> {
        self.run.rate(confirmed, min_span)
    }
}

impl<const TIERS: usize> History<TIERS> {
    /// See [`Series::held`].
    #[must_use]
    pub fn held(&self, at: Timestamp) -> Option<Held> {
        self.read(|series| series.held(at))
    }
}

impl<const TIERS: usize> Series<TIERS> {
    /// The number at a moment; `None` before the first value.
    ///
    /// Within a step only the last value is kept, so this is exact at the end of a step of the resolution
    /// that reaches back to the moment.
    #[must_use]
    pub fn held(&self, at: Timestamp) -> Option<Held> {
        let rated = at.minus(RATED);
        let mut held: Option<Held> = None;
        let mut run = Run::default();
        // The point that holds when the rate's time begins.
        let mut before: Option<Point> = None;
        for (point, rounding) in self.finest(at) {
            match (point.value, &mut held) {
                (Some(value), Some(held)) if held.value == value => held.gap = None,
                (Some(value), _) => {
                    let moved = held.is_some();
                    held = Some(Held { value, since: point.at, moved, gap: None, rounding, run });
                }
                (None, Some(held)) => held.gap = held.gap.or(Some(point.at)),
                (None, None) => {}
            }
            if point.at < rated {
                before = Some(point);
            } else {
                for point in before.take().into_iter().chain([point]) {
                    run.push(point.at, point.value);
                }
            }
        }
        if let Some(point) = before {
            run.push(point.at, point.value);
        }
        held.map(|held| Held { run, ..held })
    }

    /// The moment of the oldest point; `None` before the first.
    pub(super) fn begin(&self) -> Option<Timestamp> {
        let (_, (ring, resolution)) = self.tiers().next_back()?;
        Some(point(ring.first()?, resolution).at)
    }

    /// The resolutions that know something of their own, finest first: the first that has dropped nothing
    /// yet knows as much as all that are coarser.
    fn tiers(&self) -> impl DoubleEndedIterator<Item = (usize, (&Ring, &Resolution))> {
        let whole = self.rings.iter().position(Ring::is_whole);
        let used = whole.map_or(TIERS, |whole| whole + 1);
        self.rings.iter().zip(&RESOLUTIONS).enumerate().take(used)
    }

    /// All points up to `until`, oldest first, each as fine as it is kept, and by how much its time is
    /// rounded.
    pub(super) fn finest(&self, until: Timestamp) -> impl Iterator<Item = (Point, Duration)> + '_ {
        let begins = self.rings.each_ref().map(Ring::first);
        self.tiers().rev().flat_map(move |(tier, (ring, resolution))| {
            // Where a finer one begins this one ends, in its own units: it rounds down.
            let finer = tier.checked_sub(1).and_then(|finer| {
                let begin = begins.get(finer).copied().flatten()?.units;
                let unit = RESOLUTIONS.get(finer)?.unit_ms;
                Some(begin.saturating_mul(unit).div_euclid(resolution.unit_ms))
            });
            let rounding = Duration::from_millis(resolution.unit_ms.unsigned_abs());
            ring.iter()
                .take_while(move |stored| finer.is_none_or(|finer| stored.units < finer))
                .map(move |stored| (point(stored, resolution), rounding))
                .take_while(move |(point, _)| point.at <= until)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::PartitionSeries;
    use super::*;

    fn ts(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + ms)
    }

    fn told(series: &PartitionSeries, second: i64) -> Option<(i64, i64, bool, Option<i64>)> {
        let ms = |at: Timestamp| at.as_millis() - ts(0).as_millis();
        let held = series.held(ts(second * 1_000 + 999))?;
        Some((held.value, ms(held.since), held.moved, held.gap.map(ms)))
    }

    #[test]
    fn a_value_is_told_with_its_age_and_whether_it_moved() {
        let series = PartitionSeries::default();
        let points = [(2, Some(5)), (7, Some(9)), (9, None), (14, Some(9)), (20, Some(4))];
        for (second, value) in points {
            series.push(ts(second * 1_000), value);
        }
        assert_eq!(told(&series, 1), None);
        assert_eq!(told(&series, 3), Some((5, 2_000, false, None)), "who knows since when");
        assert_eq!(told(&series, 8), Some((9, 7_000, true, None)));
        assert_eq!(told(&series, 12), Some((9, 7_000, true, Some(9_000))));
        assert_eq!(told(&series, 15), Some((9, 7_000, true, None)), "the same after the gap");
        assert_eq!(told(&series, 99), Some((4, 20_000, true, None)));
    }

    /// Values at any times, some of them gaps.
    fn any_points() -> impl Strategy<Value = Vec<(i64, Option<i64>)>> {
        let point = (1..4_000_i64, prop::option::weighted(0.95, 0..300_i64));
        prop::collection::vec(point, 1..900)
    }

    proptest! {
        /// Whatever was pushed later changes nothing of an earlier moment, but how fine it is told: at the
        /// end of a second within two minutes, of ten within half an hour, it is what it was then.
        #[test]
        fn a_moment_is_told_as_it_was(steps in any_points(), back in 0.0_f64..1.0) {
            let series = PartitionSeries::default();
            let (mut at, mut value, mut pushed) = (0, 0, Vec::new());
            for (pause, more) in steps {
                at += pause;
                value += more.unwrap_or(0);
                pushed.push((at, more.map(|_| value)));
                series.push(ts(at), more.map(|_| value));
            }
            #[expect(clippy::cast_possible_truncation, reason = "a share of a small number")]
            let age = (back * 1_700_000.0) as i64;
            let step = if age < 120_000 { 1_000 } else { 10_000 };
            let moment = (at - age).div_euclid(step) * step - 1;
            let then = PartitionSeries::default();
            for (at, value) in pushed.iter().filter(|(at, _)| *at <= moment) {
                then.push(ts(*at), *value);
            }
            let known = series.held(ts(moment)).and_then(|held| held.known());
            prop_assert_eq!(known, then.newest().and_then(|newest| newest.value), "{} ms ago", age);
            if let Some(held) = series.held(ts(moment)) {
                prop_assert!(held.since <= ts(moment));
                let last = then.held(ts(moment)).expect("known");
                prop_assert!(last.since.since(held.since).max(held.since.since(last.since)) < Duration::from_secs(10));
            }
        }

        /// The run that lives on at the end begins its windows elsewhere, which a steady rate does not show.
        #[test]
        fn a_steady_rate_is_what_it_was(rate in 1..400_i64, pause in 200..7_000_i64, back in 0..170_i64) {
            let series = PartitionSeries::default();
            let end: i64 = 300_000;
            let step = if back < 120 { 1 } else { 10 };
            let moment = ts(end - back / step * step * 1_000 - 1);
            let (mut at, mut value, mut run) = (0, 0, Run::default());
            while at < end {
                value += rate;
                series.push(ts(at), Some(value));
                if ts(at) <= moment {
                    run.push(ts(at), Some(value));
                }
                at += pause;
            }
            let least = Duration::from_secs(2);
            let was = run.rate(moment, least).expect("known").0;
            let told = series.held(moment).and_then(|held| held.rate(moment, least)).expect("known").0;
            prop_assert!((told - was).abs() <= was * 0.05, "{told} for {was}");
        }
    }

    #[test]
    fn the_past_begins_with_the_oldest_point_of_any_resolution() {
        let series = PartitionSeries::default();
        assert_eq!(series.begin(), None);
        for second in 0..600 {
            series.push(ts(second * 1_000), Some(second));
        }
        assert_eq!(series.begin(), Some(ts(9_000)), "the first ten seconds became one point");
    }
}
