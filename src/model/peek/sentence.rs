//! What stands out in a backlog, in one sentence.

use super::{Backlog, Begin, Keys, Sizes};
use crate::model::number::{bytes, grouped};

/// Sizes within this share of the largest are the same.
const SAME: f64 = 0.9;
/// So many of the same key after one another stand out among any number.
const RUN: usize = 10;
/// From one in so many on, it is worth saying that records are older than one before them.
const BACKWARDS: usize = 10;

/// The sentence.
pub(super) fn of(backlog: &Backlog) -> String {
    let Some(sizes) = &backlog.sizes else { return nothing(backlog) };
    let records = backlog.look.records.len();
    let parts = [
        Some(format!("{} {}", counted(records), sized(sizes, records))),
        keyed(&backlog.keys, records),
        share(backlog.tombstones, records, "without a value (tombstones)"),
        holed(backlog),
        backlog
            .times
            .map(|times| times.backwards)
            .filter(|backwards| backwards * BACKWARDS >= records)
            .map(|backwards| format!("{backwards} of them older than one before")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn nothing(backlog: &Backlog) -> String {
    let plan = &backlog.look.plan;
    match plan.begin {
        Begin::Beyond { committed } => format!(
            "nothing can be read: offset {} is committed and the log ends at {}",
            grouped(committed),
            grouped(plan.end())
        ),
        _ if plan.waiting() == 0 => "nothing waits: everything is consumed".to_owned(),
        _ => format!(
            "no record at {} offsets: marks of transactions, or holes left by compaction",
            grouped(backlog.holes())
        ),
    }
}

fn counted(records: usize) -> String {
    let number = grouped(i64::try_from(records).unwrap_or(i64::MAX));
    format!("{number} {}", if records == 1 { "record" } else { "records" })
}

fn sized(sizes: &Sizes, records: usize) -> String {
    let size = |value: u64| bytes(value as f64).unwrap_or_default();
    if records == 1 {
        format!("of {}", size(sizes.least))
    } else if sizes.least as f64 >= sizes.greatest as f64 * SAME {
        format!("of {} each", size(sizes.median))
    } else {
        let (least, greatest) = (size(sizes.least), size(sizes.greatest));
        format!("of {least} to {greatest} (median {})", size(sizes.median))
    }
}

/// What there is to say of keys; one record says nothing.
fn keyed(keys: &Keys, records: usize) -> Option<String> {
    if records < 2 {
        return None;
    }
    let run = keys.longest.as_ref().map_or(0, |longest| longest.records);
    let most = keys.top.first().map_or(0, |top| top.records);
    Some(if keys.without == records {
        "all without a key".to_owned()
    } else if run == records {
        "all with the same key".to_owned()
    } else if run >= RUN || (run > 1 && run * 2 >= records) {
        format!("{run} in a row with the same key")
    } else if most * 2 >= records && most > 0 {
        format!("{most} of them with the same key")
    } else if keys.without * 2 >= records {
        format!("{} of them without a key", keys.without)
    } else if keys.different == records {
        "each with another key".to_owned()
    } else {
        format!("with {} different keys", keys.different)
    })
}

/// What is true of half of the records, or more.
fn share(of_them: usize, records: usize, what: &str) -> Option<String> {
    if of_them == records {
        Some(if records == 1 { what.to_owned() } else { format!("all {what}") })
    } else {
        (of_them * 2 >= records).then(|| format!("{of_them} of them {what}"))
    }
}

/// As many offsets without a record as there are records, or more.
fn holed(backlog: &Backlog) -> Option<String> {
    let records = i64::try_from(backlog.look.records.len()).unwrap_or(i64::MAX);
    let holes = backlog.holes();
    (holes >= records).then(|| format!("among {} offsets without one", grouped(holes)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::model::peek::record::fixture::records;
    use crate::model::peek::{Ended, Look, PeekPlan, PeekedRecord};
    use crate::model::{BrokerId, Isolation};

    fn backlog(records: Vec<PeekedRecord>) -> Backlog {
        let next = records.last().map_or(0, |record| record.offset + 1);
        let plan = PeekPlan::new(Some(0), BrokerId(1), (0, 1_000), Isolation::default());
        let ended = Ended::Bytes;
        Backlog::of(Look { plan, records, next, ended, took: Duration::ZERO })
    }

    fn sentence(of: &[(Option<&str>, u64)]) -> String {
        backlog(records(of)).sentence()
    }

    #[test]
    fn the_incident() {
        let mut of: Vec<String> = (0..28).map(|number| format!("deal-{number}")).collect();
        of.splice(10..10, std::iter::repeat_n("deal-4711".to_owned(), 212));
        let of: Vec<_> = of.iter().map(|key| (Some(key.as_str()), 800_000)).collect();
        assert_eq!(sentence(&of), "240 records of 800 kB each, 212 in a row with the same key");
    }

    #[rstest]
    #[case::one(&[(Some("a"), 800)], "1 record of 800 B")]
    #[case::alike(&[(Some("a"), 95), (Some("a"), 100)], "2 records of 95 B each, all with the same key")]
    #[case::mixed(
        &[(None, 10), (None, 20), (None, 9_000)],
        "3 records of 10 B to 9.00 kB (median 20 B), all without a key"
    )]
    #[case::two_in_a_row(
        &[(Some("a"), 1), (Some("a"), 1), (Some("b"), 1), (None, 1)],
        "4 records of 1 B each, 2 in a row with the same key"
    )]
    #[case::in_turn(
        &[(Some("a"), 1), (Some("b"), 1), (Some("a"), 1), (Some("c"), 1), (Some("a"), 1)],
        "5 records of 1 B each, 3 of them with the same key"
    )]
    #[case::all_others(
        &[(Some("a"), 1), (Some("b"), 1), (Some("c"), 1)],
        "3 records of 1 B each, each with another key"
    )]
    #[case::hardly_any_key(
        &[(None, 1), (Some("a"), 1), (None, 1), (Some("a"), 1), (None, 1), (Some("b"), 1)],
        "6 records of 1 B each, 3 of them without a key"
    )]
    fn sentences(#[case] of: &[(Option<&str>, u64)], #[case] expected: &str) {
        assert_eq!(sentence(of), expected);
    }

    #[test]
    fn tombstones_holes_and_times_that_go_back_are_said() {
        let mut records = records(&[(Some("a"), 5), (Some("b"), 5), (Some("c"), 5)]);
        for record in &mut records {
            (record.value, record.offset) = (None, record.offset * 10);
        }
        records.swap(0, 1);
        assert_eq!(
            backlog(records).sentence(),
            "3 records of 5 B each, each with another key, all without a value (tombstones), \
             among 18 offsets without one, 1 of them older than one before"
        );
    }

    #[test]
    fn of_nothing_it_says_why() {
        let none = |committed| {
            let plan = PeekPlan::new(committed, BrokerId(1), (0, 1_200), Isolation::default());
            let (records, took) = (Vec::new(), Duration::ZERO);
            let ended = Ended::AtTheEnd;
            Backlog::of(Look { plan, records, next: 1_200, ended, took }).sentence()
        };
        assert_eq!(none(Some(1_200)), "nothing waits: everything is consumed");
        assert_eq!(
            none(Some(1_300)),
            "nothing can be read: offset 1,300 is committed and the log ends at 1,200"
        );
        assert_eq!(
            none(Some(1_190)),
            "no record at 10 offsets: marks of transactions, or holes left by compaction"
        );
    }

    proptest! {
        #[test]
        fn a_sentence_is_one_short_line(
            of in prop::collection::vec((prop::option::of(0..9_u8), any::<u32>()), 0..60),
        ) {
            let of: Vec<_> =
                of.iter().map(|(key, size)| (key.map(|key| key.to_string()), *size)).collect();
            let of: Vec<_> = of.iter().map(|(key, size)| (key.as_deref(), u64::from(*size))).collect();
            let said = sentence(&of);
            prop_assert!(!said.is_empty() && said.len() < 160 && !said.contains('\n'), "{said}");
            prop_assert!(!said.ends_with('.'), "{said}");
        }
    }
}
