//! The time axis that all trends of a screen share.

use std::time::Duration;

use crate::app::View;
use crate::model::series::{GroupSeries, History, PartitionSeries, Point};
use crate::model::{PartitionLog, Snapshot, Timestamp, history};

/// What trends may span, shortest first. On a cold start the axis grows with what is known: a trend of
/// ten minutes would show nothing for the first one.
const WINDOWS: [Duration; 3] =
    [Duration::from_mins(2), Duration::from_mins(5), Duration::from_mins(10)];
/// What they span where the moment shown is longer ago.
const WIDE: [Duration; 5] = [
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(2),
    Duration::from_hours(6),
    Duration::from_hours(12),
];
/// Groups that are asked since when anything is known.
const SAMPLE: usize = 64;

/// The time from `end` back to where trends begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    end: Timestamp,
    window: Duration,
    /// The moment shown, where that is not the end.
    cursor: Option<Timestamp>,
}

impl Axis {
    /// The axis of a screen. It ends with the pause, whichever moment is shown, and is as wide as it must
    /// be for that moment to be on it.
    #[must_use]
    pub fn of(view: &View<'_>) -> Self {
        let known = known_since(view.held).map_or(Duration::ZERO, |since| view.end.since(since));
        let window = WINDOWS.into_iter().find(|window| known <= *window);
        let window = window.unwrap_or(Duration::from_mins(10));
        let cursor = Some(view.now).filter(|now| *now < view.end);
        let back = cursor.map_or(Duration::ZERO, |at| view.end.since(at));
        // Not at the very edge, where it may be cut off with its column.
        let wide = WINDOWS.into_iter().chain(WIDE).filter(|wide| *wide >= window);
        let window = wide.into_iter().find(|wide| back + back / 16 <= *wide).unwrap_or(window);
        Self { cursor, ..Self::new(view.end, window) }
    }

    /// The `window` before `end`.
    #[must_use]
    pub const fn new(end: Timestamp, window: Duration) -> Self {
        Self { end, window, cursor: None }
    }

    /// How long it is, in words: the head of a trend's column.
    #[must_use]
    pub fn label(self) -> String {
        match self.window.as_secs() / 60 {
            minutes @ ..60 => format!("{minutes}m"),
            minutes => format!("{}h", minutes / 60),
        }
    }

    /// How long it is.
    #[must_use]
    pub const fn window(self) -> Duration {
        self.window
    }

    /// The moment shown, where that is not the end.
    #[must_use]
    pub const fn cursor(self) -> Option<Timestamp> {
        self.cursor
    }

    /// In which of so many columns a moment is; `None` if it is on none.
    #[must_use]
    pub fn column(self, at: Timestamp, columns: u16) -> Option<u16> {
        let (from, until) = self.span(columns);
        if at < from || at > until {
            return None;
        }
        let share =
            at.since(from).as_millis() * u128::from(columns) / until.since(from).as_millis().max(1);
        Some(u16::try_from(share).ok()?.min(columns.checked_sub(1)?))
    }

    /// Beginning and end of a picture of `columns`. They move by whole columns, so that a picture
    /// shifts once in a while instead of wobbling all the time.
    #[must_use]
    pub fn span(self, columns: u16) -> (Timestamp, Timestamp) {
        let window = i64::try_from(self.window.as_millis()).unwrap_or(i64::MAX);
        let column = (window / i64::from(columns.max(1))).max(1);
        let end = self.end.as_millis();
        let until = end.saturating_add((column - end.rem_euclid(column)) % column);
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
        let span = (self.span(columns).0, self.end);
        let points = history::lag_points(committed, log, span, negative);
        self.columns(points.into_iter(), held, columns)
    }

    /// The points up to the end: histories go on growing while a picture is held still.
    fn known<const TIERS: usize>(
        self,
        history: &History<TIERS>,
        columns: u16,
    ) -> std::vec::IntoIter<Point> {
        history.between(self.span(columns).0, self.end)
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
    fn a_moment_has_its_column() {
        let axis = axis(6_000_000);
        let column = |ms| axis.column(Timestamp::from_millis(ms), 10);
        assert_eq!((column(5_399_999), column(5_400_000)), (None, Some(0)));
        assert_eq!((column(5_459_999), column(5_460_000)), (Some(0), Some(1)));
        assert_eq!((column(5_999_999), column(6_000_000)), (Some(9), Some(9)));
        assert_eq!(axis.column(Timestamp::from_millis(5_500_000), 0), None);
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
