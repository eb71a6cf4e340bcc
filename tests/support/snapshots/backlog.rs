//! What waits on the hot partition, as a look brings it.

use std::sync::Arc;
use std::time::Duration;

use lagtop::model::peek::{
    Backlog, Clocked, Ended, Excerpt, Look, PeekOutcome, PeekPlan, PeekedRecord, Stamp,
};
use lagtop::model::{BrokerId, Fault, Isolation};

use super::ago;

/// Where reading begins.
const START: i64 = 8_120_044;
/// Records of one deal after one another, among others.
const RUN: usize = 212;
const OTHERS: usize = 28;

fn planned(committed: Option<i64>) -> PeekPlan {
    let log = (7_900_000, START + 4_440_123);
    PeekPlan::new(committed, BrokerId(2), log, Isolation::ReadUncommitted)
}

/// What would be read.
pub(crate) fn plan() -> PeekOutcome {
    PeekOutcome::Plan(planned(Some(START)))
}

/// What would be read where records were deleted unread.
pub(crate) fn plan_overtaken() -> PeekOutcome {
    PeekOutcome::Plan(planned(Some(7_512_345)))
}

/// The right is missing.
pub(crate) fn refused() -> PeekOutcome {
    let text = "the topic user-events may not be read: READ on it is needed";
    PeekOutcome::Failed(Fault::new("TOPIC_AUTHORIZATION_FAILED", text))
}

/// Keys as people and programs make them: ids, numbers of eight bytes, and one with bad intentions.
fn key(number: usize) -> Excerpt {
    match number {
        0 => Excerpt::of(&4_711_i64.to_be_bytes(), 128),
        1 => Excerpt::of("deal-\u{202e}exe.gpj".as_bytes(), 128),
        2 => Excerpt::of(&[b'k'; 300], 128),
        _ => Excerpt::of(format!("deal-{number}").as_bytes(), 128),
    }
}

fn value(number: usize) -> Excerpt {
    let text = format!(
        "{{\"deal\": {number}, \"state\": \"CHANGED\", \"currency\": \"CHF\"}}\n{}",
        "0123456789".repeat(30)
    );
    if number == 3 {
        Excerpt::of(&[0, 0, 0, 0, 7, 10, 20], 256)
    } else {
        Excerpt::of(text.as_bytes(), 256)
    }
}

/// What was read, with the beginnings of values or without.
pub(crate) fn read(values: bool) -> PeekOutcome {
    let traced: Arc<[Arc<str>]> = Arc::new(["traceparent".into()]);
    let retried: Arc<[Arc<str>]> = Arc::new(["traceparent".into(), "retries".into()]);
    let in_run = |number: usize| (10..10 + RUN).contains(&number);
    let record = |(offset, number): (i64, usize)| {
        let of_run = in_run(number);
        let grave = number == 5;
        let bytes = if of_run { 70_000 + number as u64 % 7 } else { 300 * (number as u64 + 1) };
        let back = if number % 50 == 49 { 9 } else { 0 };
        PeekedRecord {
            offset: START + offset,
            stamp: Some(Stamp { at: ago(372 - number as u64 + back), by: Clocked::Producer }),
            key: (number != 4)
                .then(|| if of_run { Excerpt::of(b"deal-4711", 128) } else { key(number) }),
            value: (!grave).then_some(bytes),
            shown: (values && !grave).then(|| value(number)),
            headers: Some(Arc::clone(if of_run { &retried } else { &traced })),
            bytes: if grave { 6 } else { bytes },
        }
    };
    // A mark of a transaction lies in between.
    let offsets = (0_i64..).filter(|offset| *offset != 6);
    let records: Vec<_> = offsets.zip(0..RUN + OTHERS).map(record).collect();
    let next = records.last().map_or(START, |record| record.offset + 1);
    let took = Duration::from_millis(413);
    let look = Look { plan: planned(Some(START)), records, next, ended: Ended::Bytes, took };
    PeekOutcome::Read(Arc::new(Backlog::of(look)))
}
