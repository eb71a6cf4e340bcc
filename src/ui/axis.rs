//! The time axis that all trends of a screen share.

use std::time::Duration;

use crate::app::View;
use crate::model::series::{GroupSeries, History, PartitionSeries, Point};
use crate::model::{PartitionLog, Snapshot, Timestamp, history};

/// What trends may span, shortest first. On a cold start the axis grows with what is known: a trend of
/// ten minutes would show nothing for the first one.
const WINDOWS: [Duration; 3] =
    [Duration::from_mins(2), Duration::from_mins(5), Duration::from_mins(10)];
/// Groups that are asked since when anything is known.
const SAMPLE: usize = 64;

/// The time from `now` back to where trends begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    now: Timestamp,
    window: Duration,
}

impl Axis {
    /// The axis of a screen.
    #[must_use]
    pub fn of(view: &View<'_>) -> Self {
        let known =
            known_since(view.snapshot).map_or(Duration::ZERO, |since| view.now.since(since));
        let window = WINDOWS.into_iter().find(|window| known <= *window);
        Self::new(view.now, window.unwrap_or(Duration::from_mins(10)))
    }

    /// The `window` before `now`.
    #[must_use]
    pub const fn new(now: Timestamp, window: Duration) -> Self {
        Self { now, window }
    }

    /// How long it is, in words: the head of a trend's column.
    #[must_use]
    pub fn label(self) -> String {
        format!("{}m", self.window.as_secs() / 60)
    }

    /// How long it is.
    #[must_use]
    pub const fn window(self) -> Duration {
        self.window
    }

    /// Beginning and end of a picture of `columns`. They move by whole columns, so that a picture
    /// shifts once in a while instead of wobbling all the time.
    #[must_use]
    pub fn span(self, columns: u16) -> (Timestamp, Timestamp) {
        let window = i64::try_from(self.window.as_millis()).unwrap_or(i64::MAX);
        let column = (window / i64::from(columns.max(1))).max(1);
        let now = self.now.as_millis();
        let until = now.saturating_add((column - now.rem_euclid(column)) % column);
        let from = until.saturating_sub(column.saturating_mul(i64::from(columns)));
        (Timestamp::from_millis(from), Timestamp::from_millis(until))
    }

    /// A group's total lag, one value a column. Nothing is known after `held`.
    #[must_use]
    pub fn group(self, lag: &GroupSeries, held: Timestamp, columns: u16) -> Vec<Option<i64>> {
        self.columns(self.known(lag, columns), held, columns)
    }

    /// One number of a partition, one value a column. Nothing is known after `held`.
    #[must_use]
    pub fn partition(
        self,
        series: &PartitionSeries,
        held: Timestamp,
        columns: u16,
    ) -> Vec<Option<i64>> {
        self.columns(self.known(series, columns), held, columns)
    }

    /// A partition's lag, one value a column. Nothing is known after `held`. `negative`: the lag now
    /// is truly below zero.
    #[must_use]
    pub fn lag(
        self,
        (committed, log): (&PartitionSeries, &PartitionLog),
        held: Timestamp,
        negative: bool,
        columns: u16,
    ) -> Vec<Option<i64>> {
        let span = (self.span(columns).0, self.now);
        let points = history::lag_points(committed, log, span, negative);
        self.columns(points.into_iter(), held, columns)
    }

    /// The points up to now: histories go on growing while a picture is held still.
    fn known<const TIERS: usize>(
        self,
        history: &History<TIERS>,
        columns: u16,
    ) -> std::vec::IntoIter<Point> {
        history.between(self.span(columns).0, self.now)
    }

    fn columns(
        self,
        points: impl Iterator<Item = Point>,
        held: Timestamp,
        columns: u16,
    ) -> Vec<Option<i64>> {
        history::columns(points, self.span(columns), held, usize::from(columns))
    }
}

/// The first moment of which anything is known, as far as a sample of the groups tells.
fn known_since(snapshot: &Snapshot) -> Option<Timestamp> {
    let first = |entry: &crate::model::GroupEntry| entry.view.band.changes().next();
    snapshot.groups.iter().take(SAMPLE).filter_map(first).map(|(at, _)| at).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(now_ms: i64) -> Axis {
        Axis::new(Timestamp::from_millis(now_ms), Duration::from_mins(10))
    }

    #[test]
    fn the_picture_moves_by_whole_columns() {
        // Ten columns of a minute each.
        let (from, until) = axis(6_000_001).span(10);
        assert_eq!((from.as_millis(), until.as_millis()), (5_460_000, 6_060_000));
        assert_eq!(axis(6_060_000).span(10), (from, until));
        assert_ne!(axis(6_060_001).span(10), (from, until));
    }

    #[test]
    fn the_present_is_always_inside() {
        for columns in [1, 7, 15, 300] {
            let now = 1_717_423_402_123;
            let (from, until) = axis(now).span(columns);
            assert!(from.as_millis() <= now && now <= until.as_millis(), "{columns}");
        }
    }

    #[test]
    fn a_picture_held_still_shows_nothing_of_what_came_after() {
        let series = PartitionSeries::default();
        series.push(Timestamp::from_millis(5_500_000), Some(7));
        let now = Timestamp::from_millis(6_010_000);
        let before = axis(6_010_000).partition(&series, now, 10);
        series.push(Timestamp::from_millis(6_020_000), Some(70));
        assert_eq!(axis(6_010_000).partition(&series, now, 10), before);
    }

    #[test]
    fn a_value_that_holds_reaches_the_right_edge() {
        let series = PartitionSeries::default();
        series.push(Timestamp::from_millis(5_500_000), Some(7));
        for now in [6_000_000, 6_000_001, 6_059_999] {
            let columns = axis(now).partition(&series, Timestamp::from_millis(now), 10);
            assert_eq!(columns.last(), Some(&Some(7)), "{now}");
        }
    }
}
