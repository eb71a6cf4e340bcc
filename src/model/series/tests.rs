//! Properties of history against a plain list of points.

use proptest::prelude::*;

use super::*;

fn ts(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn points<const N: usize>(series: &Series<N>, from: i64) -> Vec<(i64, Option<i64>)> {
    series.since(ts(from)).map(|point| (point.at.as_millis(), point.value)).collect()
}

#[test]
fn a_value_holds_until_the_next_and_costs_one_point() {
    let mut series = Series::<2>::default();
    for second in 0..1_000 {
        series.push(ts(second * 1_000), Some(7));
    }
    assert_eq!(points(&series, 0), [(0, Some(7))]);
    assert_eq!(series.at(ts(999_999)), Some(7));
    assert_eq!(series.heap_bytes(), 0);
}

#[test]
fn within_a_step_the_later_value_stands() {
    let mut series = Series::<2>::default();
    for (at, value) in [(10_000, 1), (10_100, 2), (10_920, 3), (11_000, 4)] {
        series.push(ts(at), Some(value));
    }
    assert_eq!(points(&series, 0), [(10_920, Some(3)), (11_000, Some(4))]);
}

#[test]
fn a_gap_stays_a_gap() {
    let mut series = Series::<2>::default();
    series.push(ts(1_000), Some(5));
    series.push(ts(3_000), None);
    series.push(ts(9_000), Some(5));
    assert_eq!(points(&series, 0), [(1_000, Some(5)), (3_000, None), (9_000, Some(5))]);
    assert_eq!(series.at(ts(4_000)), None);
    assert_eq!(series.at(ts(500)), None, "nothing is known before the first point");
}

#[test]
fn the_past_is_not_rewritten() {
    let mut series = Series::<2>::default();
    assert!(series.push(ts(5_000), Some(1)));
    assert!(!series.push(ts(4_000), Some(2)));
    assert_eq!(series.newest(), Some(Point { at: ts(5_000), value: Some(1) }));
}

#[test]
fn what_is_older_than_the_finest_span_comes_from_the_next_tier() {
    let mut series = Series::<3>::default();
    for second in 0..7_200 {
        series.push(ts(second * 1_000), Some(second));
    }
    let now = 7_199_000;
    let fine = points(&series, now - 100_000);
    assert_eq!(fine.len(), 101, "one point a second in the last two minutes");
    let middle = points(&series, now - 1_000_000);
    assert!((100..=102).contains(&middle.len()), "one a ten seconds: {}", middle.len());
    let coarse = points(&series, now - 5_000_000);
    assert!((83..=85).contains(&coarse.len()), "one a minute: {}", coarse.len());
    assert_eq!(points(&series, 0).len(), 120, "two hours are within the last tier");
}

#[test]
fn memory_of_a_busy_partition_is_bounded() {
    let mut series = Series::<2>::default();
    for second in 0..20_000_i64 {
        series.push(ts(second * 1_000), Some(second * 12_345));
    }
    assert!(series.heap_bytes() <= 1_300, "{} bytes", series.heap_bytes());
}

#[test]
fn the_past_is_put_in_front_once_and_what_was_seen_stands() {
    let history = PartitionSeries::default();
    history.push(ts(99_000), None);
    history.push(ts(100_000), Some(50));
    history.push(ts(104_000), Some(60));
    let point = |at, value| Point { at: ts(at), value };
    history.prepend([point(20_000, Some(10)), point(60_000, Some(40)), point(102_000, Some(7))]);
    let read: Vec<_> =
        history.between(ts(0), ts(i64::MAX)).map(|p| (p.at.as_millis(), p.value)).collect();
    let expected =
        [(20_000, Some(10)), (60_000, Some(40)), (100_000, Some(50)), (104_000, Some(60))];
    assert_eq!(read, expected);
    let rate = history.rate(ts(104_000), Duration::from_secs(2)).expect("known at once");
    assert!(rate.0 > 0.0, "{rate:?}");
    history.push(ts(110_000), Some(70));
    assert_eq!(history.newest(), Some(point(110_000, Some(70))));
}

#[test]
fn a_past_that_comes_in_pieces_leaves_the_fine_part_fine() {
    let history = PartitionSeries::default();
    for second in 0..200_i64 {
        history.push(ts(10_000_000 + second * 1_000), Some(second));
    }
    let fine = |from: i64| history.between(ts(10_000_000 + from), ts(10_200_000)).count();
    let before = fine(100_000);
    for minutes in [5, 10, 15] {
        let begin = 10_000_000 - minutes * 60_000;
        let piece = (0..10).map(|n| Point { at: ts(begin + n * 30_000), value: Some(-1 - n) });
        history.prepend(piece);
        assert_eq!(fine(100_000), before, "after {minutes} minutes");
        assert_eq!(history.at(ts(begin + 45_000)), Some(-2));
    }
    assert_eq!(history.first_known().map(|point| point.at), Some(ts(10_000_000 - 900_000)));
    assert_eq!(history.begin(), Some(ts(10_000_000 - 900_000)));
    let rate = history.rate(ts(10_199_000), Duration::from_secs(2)).expect("known");
    assert!((rate.0 - 1.0).abs() < 1e-9, "{rate:?}");
}

/// A regression: what was dropped was forgotten to have been, and what is coarser never asked again.
#[test]
fn a_past_of_nothing_leaves_what_was_dropped_to_what_is_coarser() {
    let history = PartitionSeries::default();
    for second in 0..200_i64 {
        history.push(ts(second * 1_000), Some(second));
    }
    history.prepend([]);
    assert_eq!((history.at(ts(29_999)), history.begin()), (Some(29), Some(ts(9_000))));
}

proptest! {
    #[test]
    fn recent_points_read_back_as_a_plain_list_would(
        steps in proptest::collection::vec((1_000_i64..4_000, proptest::option::of(any::<i64>())), 1..200),
    ) {
        let mut series = Series::<2>::default();
        let mut plain: Vec<(i64, Option<i64>)> = Vec::new();
        let mut at = 1_700_000_000_000;
        for (elapsed, value) in steps {
            // Whole steps apart, so that nothing is replaced, and on the unit, so that times are exact.
            at += elapsed / 1_000 * 1_000;
            series.push(ts(at), value);
            if plain.last().is_none_or(|last| last.1 != value) {
                plain.push((at, value));
            }
        }
        let from = at - 120_000;
        let holding = plain.iter().rposition(|point| point.0 <= from).unwrap_or(0);
        prop_assert_eq!(points(&series, from), &plain[holding..]);
    }

    #[test]
    fn any_points_in_any_order_never_panic_and_come_out_ascending(
        pushes in proptest::collection::vec((any::<i64>(), proptest::option::of(any::<i64>())), 0..60),
        from in any::<i64>(),
    ) {
        let mut series = Series::<3>::default();
        for (at, value) in pushes {
            series.push(ts(at), value);
        }
        let times: Vec<_> = series.since(ts(from)).map(|point| point.at).collect();
        prop_assert!(times.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
