use std::sync::Arc;

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::model::series::PartitionSeries;

/// Looked at long after everything, by looks that are not so far apart.
const LOOK: (Timestamp, Duration) =
    (Timestamp::from_millis(1_000_000_000), Duration::from_millis(3_500));

fn ts(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn lag(records: i64) -> Lag {
    Lag { records: Some(records), ..Lag::default() }
}

fn since(not_before: Option<i64>, not_after: Option<i64>) -> Since {
    Since {
        position: 5,
        not_before: not_before.map(ts),
        not_after: not_after.map(ts),
        method: Method::Watched,
    }
}

/// A log whose end was seen at these milliseconds, and what its leader told.
fn log(ends: &[(i64, i64)], marks: &[Mark]) -> PartitionLog {
    let history = PartitionSeries::default();
    for &(ms, end) in ends {
        history.push(ts(ms), Some(end));
    }
    let mut times = RecordTimes::default();
    for &mark in marks {
        times.push(ts(0), mark, i64::MAX);
    }
    PartitionLog {
        history: Arc::new(history),
        times: (!marks.is_empty()).then(|| Arc::new(times)),
        ..PartitionLog::default()
    }
}

fn mark(asked: i64, found: Option<(i64, i64)>) -> Mark {
    Mark { asked: ts(asked), found: found.map(|(offset, at)| (offset, ts(at))) }
}

#[rstest]
#[case::consumed(Some(0), Some(Behind::CaughtUp))]
#[case::beyond_the_end(Some(-3), None)]
#[case::not_known(None, None)]
fn without_lag_there_is_no_time(#[case] records: Option<i64>, #[case] expected: Option<Behind>) {
    let lag = Lag { records, ..Lag::default() };
    let log = log(&[(1_000, 5), (500_000, 9)], &[]);
    assert_eq!(Behind::of((9, &lag), &log, LOOK, None), expected);
}

#[test]
fn the_end_was_seen_to_pass_the_position() {
    let log = log(&[(1_000, 5), (2_000, 7), (3_000, 9)], &[]);
    let behind = Behind::of((5, &lag(4)), &log, LOOK, None).unwrap();
    assert_eq!(behind, Behind::Since(since(Some(1_000), Some(2_040))));
    assert_eq!(behind.age(ts(62_020)), Some(Age::Known(Duration::from_millis(60_500))));
    assert!(!behind.is_vague(ts(62_020)));
}

#[test]
fn what_was_there_before_lagtop_is_older_than_lagtop_looks() {
    let log = log(&[(1_000, 9), (40_000, 12)], &[]);
    let behind = Behind::of((5, &lag(7)), &log, LOOK, None).unwrap();
    assert_eq!(behind.age(ts(61_040)), Some(Age::MoreThan(seconds(60))));
    assert!(behind.is_vague(ts(61_040)));
}

#[test]
fn a_bound_once_seen_stays_when_history_forgets_it() {
    let early = log(&[(1_000, 4), (2_000, 9)], &[]);
    let before = Behind::of((5, &lag(4)), &early, LOOK, None);
    let late = log(&[(9_000_000, 100)], &[]);
    assert_eq!(Behind::of((5, &lag(95)), &late, LOOK, before), before);
    let elsewhere = Behind::of((6, &lag(94)), &late, LOOK, before).unwrap();
    assert_eq!(elsewhere.bounds(ts(9_010_000)), (Some(Duration::from_millis(9_960)), None));
}

#[rstest]
#[case::exactly(&[mark(100, Some((5, 120)))], Some(120), Some(120))]
#[case::older(&[mark(100, Some((3, 120)))], Some(120), None)]
#[case::younger(&[mark(100, Some((8, 120)))], None, Some(120))]
#[case::none_as_young(&[mark(100, None)], None, Some(100))]
#[case::between(&[mark(50, Some((3, 60))), mark(100, Some((8, 120)))], Some(60), Some(120))]
#[case::the_first_of_all(&[mark(0, Some((8, 120)))], Some(120), Some(120))]
#[case::jitter(&[mark(50, Some((3, 130))), mark(100, Some((8, 120)))], Some(120), Some(130))]
fn answers_are_bounds(
    #[case] marks: &[Mark],
    #[case] not_before: Option<i64>,
    #[case] not_after: Option<i64>,
) {
    let behind = Behind::of((5, &lag(4)), &log(&[], marks), LOOK, None).unwrap();
    let expected = Since { method: Method::Asked, ..since(not_before, not_after) };
    assert_eq!(behind, Behind::Since(expected));
}

#[test]
fn the_closer_bounds_win_and_watching_bounds_what_was_asked() {
    let marks = [mark(20_000, Some((3, 30_000)))];
    let both = Behind::of((5, &lag(4)), &log(&[(90_000, 9)], &marks), LOOK, None).unwrap();
    let expected = Since { method: Method::Asked, ..since(Some(30_000), Some(90_040)) };
    assert_eq!(both, Behind::Since(expected));
    let seen = log(&[(89_000, 5), (90_000, 9)], &marks);
    let watched = Behind::of((5, &lag(4)), &seen, LOOK, None).unwrap();
    assert_eq!(watched, Behind::Since(since(Some(89_000), Some(90_040))));
}

#[rstest]
#[case::close(Some(299_000), Some(301_000), Age::Known(seconds(700)))]
#[case::about(Some(0), Some(400_000), Age::About(seconds(800)))]
#[case::wide(Some(0), Some(900_000), Age::MoreThan(seconds(100)))]
#[case::just_now(Some(0), Some(1_000_000), Age::LessThan(seconds(1_000)))]
#[case::at_least(None, Some(400_000), Age::MoreThan(seconds(600)))]
#[case::at_most(Some(400_000), None, Age::LessThan(seconds(600)))]
fn an_age_is_as_exact_as_it_is_known(
    #[case] not_before: Option<i64>,
    #[case] not_after: Option<i64>,
    #[case] expected: Age,
) {
    let behind = Behind::Since(since(not_before, not_after));
    assert_eq!(behind.age(ts(1_000_000)), Some(expected));
}

#[test]
fn a_group_is_as_far_behind_as_its_worst_partition() {
    let of = |not_before, not_after| Behind::Since(since(not_before, not_after));
    let (old, young) = (of(Some(100), Some(110)), of(Some(500), Some(510)));
    assert_eq!(young.worse(old), old);
    assert_eq!(old.worse(Behind::CaughtUp), old);
    assert_eq!(Behind::CaughtUp.worse(Behind::CaughtUp), Behind::CaughtUp);
    let open = of(None, Some(400));
    assert_eq!(young.worse(open), open);
    // The open one may be the older.
    assert_eq!(old.worse(open), of(None, Some(110)));
}

/// A partition's records, offset and time, as a leader would tell them.
struct Leader(Vec<(i64, i64)>);

impl Leader {
    fn first(&self, asked: Timestamp) -> Mark {
        let found = self.0.iter().find(|(_, at)| *at >= asked.as_millis());
        Mark { asked, found: found.map(|&(offset, at)| (offset, ts(at))) }
    }

    /// Asks until there is nothing more to ask; what is known then, and how often it was asked.
    fn search(&self, position: i64, now: i64, times: &mut RecordTimes) -> (Option<Since>, u8) {
        let mut step = 0;
        while let Some(asked) = times.next(position, ts(now), step) {
            times.push(ts(now), self.first(asked), self.0.last().map_or(0, |(last, _)| last + 1));
            step += 1;
        }
        (times.since(position), step)
    }
}

/// Records from pauses (ms) and steps of the offset; some are missing, as after compaction.
fn leader(pauses: &[(i64, i64)]) -> Leader {
    let (mut at, mut offset) = (1_700_000_000_000, 40);
    let records = pauses.iter().map(|&(pause, step)| {
        (at, offset) = (at + pause, offset + step);
        (offset, at)
    });
    Leader(records.collect())
}

/// Mostly even, with bursts and silences.
fn pauses() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let pause = prop_oneof![8 => 0_i64..3_000, 1 => Just(0), 1 => 60_000_i64..90_000_000];
    let step = prop_oneof![9 => Just(1_i64), 1 => 2_i64..500];
    proptest::collection::vec((pause, step), 1..400)
}

proptest! {
    #[test]
    fn a_search_finds_the_time_in_few_steps(
        pauses in pauses(),
        pick in 0.0_f64..1.2,
        idle in 0_i64..100_000_000,
    ) {
        let leader = leader(&pauses);
        let (first, last) = (leader.0[0].0, leader.0[leader.0.len() - 1]);
        #[expect(clippy::cast_possible_truncation, reason = "a share of a small number")]
        let position = first - 5 + ((last.0 - first + 5) as f64 * pick.min(1.0)) as i64;
        let now = last.1 + idle;
        let truth = leader.0.iter().find(|(offset, _)| *offset >= position).unwrap().1;
        let mut times = RecordTimes::default();
        let (known, steps) = leader.search(position, now, &mut times);
        let known = known.unwrap();
        let (low, high) = (known.not_before.unwrap(), known.not_after.unwrap());
        prop_assert!(low <= ts(truth) && ts(truth) <= high, "{low} {truth} {high}");
        prop_assert!(steps <= STEPS);
        // It is close, or no question could bring it closer: a hole lies behind the position.
        let close = 1_000.max((now - low.as_millis()) / 64);
        let width = high.as_millis() - low.as_millis();
        let hole = leader.0.iter().rfind(|(_, at)| *at <= low.as_millis()).unwrap().0;
        let next = leader.0.iter().find(|(offset, _)| *offset > hole).map_or(hole, |next| next.0);
        prop_assert!(
            width <= close || steps == STEPS || next > position || position - hole < next - hole,
            "{width} ms after {steps} steps"
        );
        // The next position is near: what was told is used again.
        let (_, again) = leader.search((position + 1).min(last.0), now, &mut times);
        prop_assert!(again <= STEPS);
    }

    /// Timestamps of clients may be anything.
    #[test]
    fn any_times_end_the_search(
        times in proptest::collection::vec(any::<i64>(), 1..50),
        position in 0_i64..60,
        now in any::<i64>(),
    ) {
        let leader = Leader((0..).zip(times).collect());
        let (_, steps) = leader.search(position, now, &mut RecordTimes::default());
        prop_assert!(steps <= STEPS);
    }
}

/// That nothing was as young as a moment is true of what was there then. What was written since is younger,
/// however close the answers of then lie together.
#[test]
fn what_was_not_there_yet_is_not_older_than_the_question() {
    let mut leader = leader(&vec![(50, 1); 400]);
    let (position, truth) = leader.0[398];
    let mut times = RecordTimes::default();
    let (known, _) = leader.search(position, truth + 100, &mut times);
    assert!(known.unwrap().not_after.unwrap() < ts(truth + 1_000));

    let next = leader.0[399].0 + 1;
    leader.0.extend((0..400).map(|nth| (next + nth, truth + 60_000 + nth * 50)));
    let (position, later) = leader.0[700];
    let since = times.since(position);
    assert!(since.is_none_or(|since| since.not_after.is_none()), "nobody asked yet: {since:?}");
    let (known, _) = leader.search(position, leader.0[799].1, &mut times);
    let known = known.unwrap();
    assert!(known.not_before <= Some(ts(later)) && Some(ts(later)) <= known.not_after, "{known:?}");
}

#[test]
fn even_traffic_takes_a_handful_of_questions() {
    let leader = leader(&vec![(250, 1); 40_000]);
    let now = leader.0[39_999].1;
    for back in [1, 10, 100, 1_000, 10_000, 39_000] {
        let (offset, truth) = leader.0[39_999 - back];
        let (known, steps) = leader.search(offset, now, &mut RecordTimes::default());
        let known = known.unwrap();
        assert!(known.not_before <= Some(ts(truth)) && Some(ts(truth)) <= known.not_after);
        assert!(steps <= 10, "{steps} questions about a record {back} records back");
    }
}
