//! How far a group's position is from the end of retention: what was lost already, and when more will
//! be, if the log start goes on moving as it does.

use std::time::Duration;

use super::{PartitionLog, Rate, Timestamp};

/// The time over which the log start's speed is told. Brokers delete whole segments, and look for some
/// to delete every five minutes (`log.retention.check.interval.ms`): less would be one step or none.
pub const WINDOW: Duration = Duration::from_mins(30);

/// After one step alone, a speed is told once this much was watched.
const ONE_STEP: Duration = Duration::from_mins(10);

/// What lies between the log start and a group's position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headroom {
    /// Records from the log start to the position: consumed, and still there. 0 if some are lost.
    pub records: i64,
    /// Records deleted before they were read.
    pub lost: i64,
    /// How fast the log start moves, in records a second, over at most [`WINDOW`]; `None` while that
    /// is not known.
    pub speed: Option<Rate>,
    /// How long the log start was watched, at most [`WINDOW`]; `None` before it was first told.
    pub watched: Option<Duration>,
    /// When retention reaches the position at that speed: zero if it has; `None` if the speed is not
    /// known, or is zero.
    pub to_loss: Option<Duration>,
}

impl Headroom {
    /// The headroom of a group at `committed` on a log, as known `at` a moment; `None` while the log
    /// start is not known.
    #[must_use]
    pub fn of(committed: i64, log: &PartitionLog, at: Timestamp) -> Option<Self> {
        let start = log.log_start?;
        let records = committed.saturating_sub(start).max(0);
        let lost = start.saturating_sub(committed).max(0);
        let speed = speed(log, at);
        let to_loss = match speed {
            _ if lost > 0 => Some(Duration::ZERO),
            Some(Rate(speed)) if speed > 0.0 => {
                Duration::try_from_secs_f64(records as f64 / speed).ok()
            }
            _ => None,
        };
        let watched = log.start_seen.map(|seen| at.since(seen).min(WINDOW));
        Some(Self { records, lost, speed, watched, to_loss })
    }
}

/// Records a second by which the log start moves. From step to step as long as steps keep their rhythm;
/// a segment is deleted as a whole, so dividing by the whole window would have it jump.
fn speed(log: &PartitionLog, at: Timestamp) -> Option<Rate> {
    let starts = log.starts.as_ref()?;
    let window_start = at.minus(WINDOW);
    let points: Vec<_> = (starts.between(window_start, at))
        .filter_map(|point| Some((point.at.max(window_start), point.value?)))
        .collect();
    let (first, last) = (points.first()?, points.last()?);
    let over = |from: &(Timestamp, i64), until: Timestamp| {
        let span = until.since(from.0).as_secs_f64();
        (span > 0.0).then(|| Rate(last.1.saturating_sub(from.1).max(0) as f64 / span))
    };
    let steps = u32::try_from(points.len()).unwrap_or(u32::MAX).saturating_sub(1);
    match (points.get(1), steps) {
        (Some(step), 2..) => {
            let rhythm = last.0.since(step.0) / (steps - 1);
            let keeps = at.since(last.0) <= rhythm * 2;
            if keeps { over(step, last.0) } else { over(first, at) }
        }
        (Some(_), _) if at.since(first.0) < ONE_STEP => None,
        _ => over(first, at),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rstest::rstest;

    use super::*;
    use crate::model::series::PartitionSeries;

    fn ts(second: u64) -> Timestamp {
        Timestamp::default().plus(Duration::from_secs(second))
    }

    /// A log whose start was seen at these seconds.
    fn log(starts: &[(u64, i64)]) -> PartitionLog {
        let series = PartitionSeries::default();
        for &(second, start) in starts {
            series.push(ts(second), Some(start));
        }
        PartitionLog {
            log_start: starts.last().map(|(_, start)| *start),
            start_seen: starts.first().map(|(second, _)| ts(*second)),
            starts: (starts.len() > 1).then(|| Arc::new(series)),
            ..PartitionLog::default()
        }
    }

    #[rstest]
    #[case::never_moved(&[(0, 100)], 600, None, None)]
    #[case::one_step_is_too_little(&[(0, 100), (60, 400)], 120, None, None)]
    #[case::one_step_in_long(&[(0, 100), (60, 700)], 600, Some(1.0), Some(300))]
    #[case::from_step_to_step(&[(0, 100), (10, 400), (310, 700)], 400, Some(1.0), Some(300))]
    #[case::no_step_for_long(&[(0, 0), (10, 400), (20, 700)], 700, Some(1.0), Some(300))]
    fn loss_comes_at_the_speed_of_the_log_start(
        #[case] starts: &[(u64, i64)],
        #[case] now: u64,
        #[case] speed: Option<f64>,
        #[case] to_loss: Option<u64>,
    ) {
        let headroom = Headroom::of(1_000, &log(starts), ts(now)).unwrap();
        assert_eq!(headroom.records, 1_000 - starts.last().unwrap().1);
        assert_eq!(headroom.speed, speed.map(Rate));
        assert_eq!(headroom.to_loss, to_loss.map(Duration::from_secs));
        assert_eq!(headroom.watched, Some(Duration::from_secs(now)));
    }

    #[test]
    fn what_is_lost_is_counted_and_there_is_no_time_left() {
        let headroom = Headroom::of(40, &log(&[(0, 100)]), ts(9)).unwrap();
        assert_eq!((headroom.records, headroom.lost), (0, 60));
        assert_eq!(headroom.to_loss, Some(Duration::ZERO));
    }

    #[test]
    fn without_a_log_start_nothing_is_known() {
        assert_eq!(Headroom::of(40, &PartitionLog::default(), ts(9)), None);
    }

    #[test]
    fn a_start_that_stopped_moving_slows_down_to_nothing() {
        let log = log(&[(0, 0), (10, 400), (310, 700)]);
        assert_eq!(Headroom::of(1_000, &log, ts(310 + 7_200)).unwrap().speed, Some(Rate(0.0)));
    }
}
