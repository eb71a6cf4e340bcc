//! Histories as drawn: lag over time from commits and ends, resampled to columns.

use std::time::Duration;

use super::series::{PartitionSeries, Point};
use super::{PartitionLog, Timestamp};

/// Lag over time: wherever both the commit and the end are known, their difference. A dip below zero
/// that lasts no longer than the pause between asking for the one and for the other is an artefact of
/// reading them at two moments, so history is clamped at zero unless `negative` (the lag now) is real.
///
/// What was deleted below the log start is no lag, here as in [`Lag`](super::Lag). Before the log start
/// was first told, it is taken to have been what was told first.
#[must_use]
pub fn lag_points(
    committed: &PartitionSeries,
    log: &PartitionLog,
    (from, until): (Timestamp, Timestamp),
    negative: bool,
) -> Vec<Point> {
    let mut committed = committed.between(from, until).peekable();
    let mut ends = log.history.between(from, until).peekable();
    let starts = log.starts.as_ref().map(|starts| starts.between(from, until));
    let mut starts = starts.into_iter().flatten().peekable();
    let mut start = starts.peek().map_or(log.log_start, |first| first.value);
    let (mut commit, mut end) = (None, None);
    let mut points: Vec<Point> = Vec::new();
    loop {
        let next = [committed.peek(), ends.peek(), starts.peek()].into_iter().flatten();
        let Some(at) = next.map(|point| point.at).min() else { return points };
        if let Some(point) = starts.next_if(|point| point.at == at) {
            start = point.value.or(start);
        }
        if let Some(point) = committed.next_if(|point| point.at == at) {
            commit = point.value;
        }
        if let Some(point) = ends.next_if(|point| point.at == at) {
            end = point.value;
        }
        let value = commit.zip(end).map(|(commit, end): (i64, i64)| {
            let start = start.unwrap_or(i64::MIN).min(end);
            let lag = end.saturating_sub(commit.max(start));
            if negative { lag } else { lag.max(0) }
        });
        match points.last_mut() {
            Some(last) if last.value == value => {}
            Some(last) if last.at == at => last.value = value,
            _ => points.push(Point { at, value }),
        }
    }
}

/// A step function over `[from, until]`, cut into `columns` equal parts: the greatest value in each, or
/// `None` where no value is known in any of it. Nothing is known after `confirmed`.
#[must_use]
pub fn columns(
    points: impl Iterator<Item = Point>,
    (from, until): (Timestamp, Timestamp),
    confirmed: Timestamp,
    columns: usize,
) -> Vec<Option<i64>> {
    let mut result = vec![None; columns];
    let span = until.since(from).as_millis();
    if span == 0 {
        return result;
    }
    let column_of = |at: Timestamp| {
        usize::try_from(at.since(from).as_millis() * columns as u128 / span).unwrap_or(columns)
    };
    let mut points = points.peekable();
    while let Some(point) = points.next() {
        let end = points.peek().map_or(confirmed, |next| next.at).min(until);
        let Some(value) = point.value else { continue };
        if end < from || end < point.at {
            continue;
        }
        // A value that ends where a column begins is not in that column.
        let last = if end > point.at { end.minus(Duration::from_millis(1)) } else { end };
        for column in
            result.iter_mut().take(column_of(last).saturating_add(1)).skip(column_of(point.at))
        {
            *column = Some(column.map_or(value, |before: i64| before.max(value)));
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn ts(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    fn series(points: &[(i64, Option<i64>)]) -> PartitionSeries {
        let series = PartitionSeries::default();
        for &(second, value) in points {
            series.push(ts(second), value);
        }
        series
    }

    fn log(ends: &[(i64, Option<i64>)], starts: &[(i64, Option<i64>)]) -> PartitionLog {
        PartitionLog {
            history: Arc::new(series(ends)),
            log_start: starts.last().and_then(|(_, start)| *start),
            starts: (starts.len() > 1).then(|| Arc::new(series(starts))),
            ..PartitionLog::default()
        }
    }

    #[test]
    fn what_was_deleted_is_no_lag() {
        let committed = series(&[(1, Some(10))]);
        let ends = [(2, Some(100)), (4, Some(200))];
        let lag = |starts| lag_points(&committed, &log(&ends, starts), (ts(0), ts(99)), false);
        let known = |points: Vec<Point>| -> Vec<_> {
            points
                .iter()
                .filter_map(|point| Some((point.at.as_millis() / 1_000, point.value?)))
                .collect()
        };
        assert_eq!(known(lag(&[(2, Some(60))])), [(2, 40), (4, 140)]);
        assert_eq!(known(lag(&[(2, Some(5)), (3, Some(60))])), [(2, 90), (3, 40), (4, 140)]);
        assert_eq!(known(lag(&[(2, Some(500))])), [(2, 0)], "a start beyond an older end");
    }

    fn points(points: &[(i64, Option<i64>)]) -> impl Iterator<Item = Point> + '_ {
        points.iter().map(|&(second, value)| Point { at: ts(second), value })
    }

    #[test]
    fn lag_is_known_where_both_sides_are() {
        let committed = series(&[(1, Some(10)), (5, Some(30)), (8, None)]);
        let ends = log(&[(2, Some(20)), (4, Some(50))], &[]);
        let lag = lag_points(&committed, &ends, (ts(0), ts(99)), false);
        let expected = [(1, None), (2, Some(10)), (4, Some(40)), (5, Some(20)), (8, None)];
        assert_eq!(lag, points(&expected).collect::<Vec<_>>());
    }

    #[test]
    fn a_dip_between_two_reads_is_not_drawn_but_a_real_negative_is() {
        let committed = series(&[(1, Some(10)), (3, Some(60))]);
        let ends = log(&[(1, Some(50)), (4, Some(70))], &[]);
        let at_3 = |negative| lag_points(&committed, &ends, (ts(0), ts(99)), negative)[1];
        assert_eq!(at_3(false), Point { at: ts(3), value: Some(0) });
        assert_eq!(at_3(true), Point { at: ts(3), value: Some(-10) });
    }

    #[test]
    fn columns_keep_the_greatest_value_and_the_gaps() {
        let steps = [(0, Some(1)), (4, Some(9)), (5, Some(2)), (20, None), (30, Some(4))];
        let drawn = columns(points(&steps), (ts(0), ts(50)), ts(40), 5);
        assert_eq!(drawn, [Some(9), Some(2), None, Some(4), None]);
    }

    #[test]
    fn what_held_before_the_window_holds_in_it() {
        let drawn = columns(points(&[(0, Some(7))]), (ts(100), ts(110)), ts(110), 2);
        assert_eq!(drawn, [Some(7), Some(7)]);
    }

    #[test]
    fn no_columns_or_no_time_is_nothing() {
        assert!(columns(points(&[(0, Some(7))]), (ts(0), ts(10)), ts(10), 0).is_empty());
        assert_eq!(columns(points(&[(0, Some(7))]), (ts(5), ts(5)), ts(10), 2), [None, None]);
    }
}
