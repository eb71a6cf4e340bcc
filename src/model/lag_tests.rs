//! Tables of cases and properties for lag.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[expect(clippy::unnecessary_wraps, reason = "every use wants an Option")]
fn seen(offset: i64, at: i64) -> Option<Seen> {
    Some(Seen { offset, at: Timestamp::from_millis(at) })
}

#[rstest]
#[case::plain(seen(40, 1), seen(100, 2), Some(60), Some(100))]
#[case::caught_up(seen(100, 1), seen(100, 2), Some(0), Some(100))]
#[case::commit_newer_than_end(seen(120, 3), seen(100, 2), Some(0), Some(120))]
#[case::commit_newer_but_behind(seen(90, 3), seen(100, 2), Some(10), Some(100))]
#[case::same_moment_counts_as_after(seen(120, 2), seen(100, 2), Some(-20), Some(100))]
#[case::really_negative(seen(120, 1), seen(100, 2), Some(-20), Some(100))]
#[case::no_commit(None, seen(100, 2), None, Some(100))]
#[case::no_end(seen(40, 1), None, None, None)]
#[case::nothing(None, None, None, None)]
fn lag_is_end_minus_committed(
    #[case] committed: Option<Seen>,
    #[case] end: Option<Seen>,
    #[case] records: Option<i64>,
    #[case] used_end: Option<i64>,
) {
    let lag = Lag::of(Inputs { committed, end, ..Inputs::default() });
    assert_eq!((lag.records, lag.end), (records, used_end));
    assert_eq!((lag.lost, lag.blocked), (0, 0));
}

#[rstest]
#[case::nothing_lost(40, 100, 10, 60, 0)]
#[case::at_the_start(40, 100, 40, 60, 0)]
#[case::some_lost(40, 100, 70, 30, 30)]
#[case::all_lost(40, 100, 100, 0, 60)]
#[case::recreated_topic_is_not_loss(120, 100, 0, -20, 0)]
fn records_below_the_log_start_are_lost_not_lag(
    #[case] committed: i64,
    #[case] end: i64,
    #[case] log_start: i64,
    #[case] records: i64,
    #[case] lost: i64,
) {
    let lag = Lag::of(Inputs {
        committed: seen(committed, 1),
        end: seen(end, 2),
        log_start: Some(log_start),
        high_watermark: None,
    });
    assert_eq!((lag.records, lag.lost), (Some(records), lost));
}

#[test]
fn an_open_transaction_holds_records_back() {
    let lag = Lag::of(Inputs {
        committed: seen(200, 1),
        end: seen(200, 2),
        log_start: Some(0),
        high_watermark: Some(1_663),
    });
    assert_eq!((lag.records, lag.blocked), (Some(0), 1_463));
}

#[test]
fn without_a_commit_the_backlog_is_told_and_not_called_lag() {
    let lag = Lag::of(Inputs { end: seen(500, 2), log_start: Some(100), ..Inputs::default() });
    assert_eq!((lag.records, lag.backlog), (None, Some(400)));
}

prop_compose! {
    fn any_seen()(offset in any::<i64>(), at in 0_i64..4) -> Seen {
        Seen { offset, at: Timestamp::from_millis(at) }
    }
}

proptest! {
    #[test]
    fn any_input_gives_an_answer_without_overflow(
        committed in proptest::option::of(any_seen()),
        end in proptest::option::of(any_seen()),
        log_start in proptest::option::of(any::<i64>()),
        high_watermark in proptest::option::of(any::<i64>()),
    ) {
        let lag = Lag::of(Inputs { committed, end, log_start, high_watermark });
        prop_assert!(lag.lost >= 0 && lag.blocked >= 0);
        prop_assert!(lag.backlog.unwrap_or(0) >= 0);
        prop_assert_eq!(lag.records.is_some(), committed.is_some() && end.is_some());
    }

    #[test]
    fn an_end_older_than_the_commit_never_makes_lag_negative(
        committed in 0..i64::MAX, end in 0..i64::MAX, start in 0..i64::MAX,
    ) {
        let lag = Lag::of(Inputs {
            committed: seen(committed, 2),
            end: seen(end, 1),
            log_start: Some(start),
            high_watermark: None,
        });
        prop_assert!(lag.records.is_some_and(|records| records >= 0));
    }

    #[test]
    fn lost_and_lag_add_up_to_the_whole_distance(
        committed in 0_i64..1_000, end in 0_i64..1_000, start in 0_i64..1_000,
    ) {
        let lag = Lag::of(Inputs {
            committed: seen(committed, 1),
            end: seen(end, 2),
            log_start: Some(start),
            high_watermark: None,
        });
        prop_assert_eq!(lag.records.map(|records| records + lag.lost), Some(end - committed));
    }
}
