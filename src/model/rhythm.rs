//! The rhythm of commits: the pauses between them, and how many records each one covers.
//!
//! It is read off the history of committed positions, which is kept anyway. So it reaches back before
//! anybody asked for it and costs no memory, and it is as exact as that: a commit that does not move the
//! position is not in it, and of several within a second (or, further back, ten) the last one is. Where
//! commits are only polled, those between two polls are one, so a pause is then *at most* what is told,
//! and so is what it covers.

use std::time::Duration;

use super::Timestamp;
use super::series::{PartitionSeries, Point};

/// Where commits are frequent: how far back, as far as they are kept by the second.
const NEAR: Duration = Duration::from_mins(2);
/// Where they are rare: how far back.
const FAR: Duration = Duration::from_mins(30);
/// So many commits make a rhythm.
const ENOUGH: usize = 6;

/// One commit that moved the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// When.
    pub at: Timestamp,
    /// Since the commit before.
    pub gap: Duration,
    /// Records that it covers; below zero for a rewind.
    pub records: i64,
}

/// The last commits of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// The commits of which the one before is known too, oldest first.
    pub beats: Vec<Beat>,
    /// How far back was looked.
    pub window: Duration,
    /// Of the commits within this time the last one is told: a pause may have been so much shorter.
    pub step: Duration,
}

impl Rhythm {
    /// The rhythm of the commits up to `now`.
    #[must_use]
    pub fn of(committed: &PartitionSeries, now: Timestamp) -> Self {
        let look = |from: Timestamp| {
            let window = now.since(from);
            let beats = beats(committed.between(from, now), from);
            Self { beats, window, step: committed.step(from) }
        };
        let near = look(now.minus(NEAR).max(committed.fine_since()));
        if near.beats.len() >= ENOUGH {
            return near;
        }
        let far = look(now.minus(FAR));
        if far.beats.len() > near.beats.len() { far } else { near }
    }

    /// The pause in the middle: half of them are longer. `None` without any.
    #[must_use]
    pub fn median_gap(&self) -> Option<Duration> {
        median(self.beats.iter().map(|beat| beat.gap))
    }

    /// The records in the middle: half of the commits cover more. `None` without any.
    #[must_use]
    pub fn median_records(&self) -> Option<i64> {
        median(self.beats.iter().map(|beat| beat.records))
    }

    /// The last commit that moved the position.
    #[must_use]
    pub fn last(&self) -> Option<&Beat> {
        self.beats.last()
    }
}

/// Commits that follow one another without a gap in what is known. The first point holds already when
/// the window begins, or is the first that was ever seen: either way it is no commit in it.
fn beats(points: impl Iterator<Item = Point>, from: Timestamp) -> Vec<Beat> {
    let mut before: Option<(Timestamp, i64)> = None;
    let mut beats = Vec::new();
    // When the first position of all was committed is not known, only when it was seen.
    let mut opened = false;
    for point in points {
        let Some(value) = point.value else {
            (before, opened) = (None, false);
            continue;
        };
        if let Some((at, position)) = before
            && opened
            && point.at >= from
        {
            let records = value.saturating_sub(position);
            beats.push(Beat { at: point.at, gap: point.at.since(at), records });
        }
        opened = before.is_some();
        before = Some((point.at, value));
    }
    beats
}

fn median<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_700_000_000;

    fn ts(second: i64) -> Timestamp {
        Timestamp::from_millis((START + second) * 1_000)
    }

    fn committed(points: &[(i64, Option<i64>)]) -> PartitionSeries {
        let series = PartitionSeries::default();
        for &(second, value) in points {
            series.push(ts(second), value);
        }
        series
    }

    fn told(rhythm: &Rhythm) -> Vec<(u64, i64)> {
        rhythm.beats.iter().map(|beat| (beat.gap.as_secs(), beat.records)).collect()
    }

    #[test]
    fn pauses_and_sizes_are_between_commits_that_were_seen() {
        // The position at 0 was there already; when it was committed nobody knows.
        let series = committed(&[
            (0, Some(100)),
            (3, Some(110)),
            (8, Some(150)),
            (13, Some(150)),
            (18, Some(120)),
        ]);
        let rhythm = Rhythm::of(&series, ts(20));
        assert_eq!(told(&rhythm), [(5, 40), (10, -30)]);
        assert_eq!(rhythm.median_gap(), Some(Duration::from_secs(10)));
        assert_eq!(rhythm.last().map(|beat| beat.at), Some(ts(18)));
    }

    #[test]
    fn over_a_gap_nothing_is_known() {
        let series = committed(&[
            (0, Some(1)),
            (5, Some(2)),
            (10, Some(3)),
            (11, None),
            (60, Some(50)),
            (65, Some(60)),
            (70, Some(65)),
        ]);
        assert_eq!(told(&Rhythm::of(&series, ts(71))), [(5, 1), (5, 5)]);
    }

    #[test]
    fn rare_commits_are_looked_for_further_back() {
        let series = committed(&(0..20).map(|n| (n * 60, Some(n * 1_000))).collect::<Vec<_>>());
        let rhythm = Rhythm::of(&series, ts(19 * 60 + 5));
        assert_eq!(rhythm.window, FAR);
        assert_eq!(rhythm.beats.len(), 18);
        assert_eq!(rhythm.median_gap(), Some(Duration::from_mins(1)));
        assert_eq!(rhythm.median_records(), Some(1_000));
    }

    #[test]
    fn without_commits_there_is_no_rhythm() {
        let rhythm = Rhythm::of(&committed(&[(0, Some(5))]), ts(100));
        assert_eq!((rhythm.median_gap(), rhythm.median_records()), (None, None));
    }
}
