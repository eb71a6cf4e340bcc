//! What was read, and what follows from it.

use std::time::Duration;

use super::{Headers, Keys, PeekPlan, PeekedRecord, Sizes, Times, sentence};
use crate::model::Fault;

/// What a look brought, as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// What was to be read.
    pub plan: PeekPlan,
    /// The records, in the order of their offsets.
    pub records: Vec<PeekedRecord>,
    /// The offset behind the last one that was looked at, record or not.
    pub next: i64,
    /// Why it ended there.
    pub ended: Ended,
    /// How long that took.
    pub took: Duration,
}

/// Why a look ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All that waited was read.
    AtTheEnd,
    /// [`MOST_RECORDS`](super::MOST_RECORDS) were read.
    Records,
    /// [`MOST_BYTES`](super::MOST_BYTES) were read.
    Bytes,
    /// [`LONGEST`](super::LONGEST) was over.
    Time,
    /// What follows cannot be read.
    Fault(Fault),
}

/// What waits, as far as it was read, and what follows from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Backlog {
    /// What was read.
    pub look: Look,
    /// How large the records are; `None` if there are none.
    pub sizes: Option<Sizes>,
    /// Which keys they have.
    pub keys: Keys,
    /// When they were written; `None` if none has a time.
    pub times: Option<Times>,
    /// Which headers they have.
    pub headers: Headers,
    /// How many have no value: they delete their key where the topic is compacted.
    pub tombstones: usize,
}

impl Backlog {
    /// What follows from a look.
    #[must_use]
    pub fn of(look: Look) -> Self {
        let records = &*look.records;
        Self {
            sizes: Sizes::of(records),
            keys: Keys::of(records),
            times: Times::of(records),
            headers: Headers::of(records),
            tombstones: records.iter().filter(|record| record.value.is_none()).count(),
            look,
        }
    }

    /// Offsets looked at that hold no record for a consumer: marks of transactions, records of aborted
    /// ones, and what compaction removed.
    #[must_use]
    pub fn holes(&self) -> i64 {
        let passed = self.look.next.saturating_sub(self.look.plan.start);
        let records = i64::try_from(self.look.records.len()).unwrap_or(i64::MAX);
        passed.saturating_sub(records).max(0)
    }

    /// Offsets that wait behind what was read.
    #[must_use]
    pub fn unread(&self) -> i64 {
        self.look.plan.end().saturating_sub(self.look.next).max(0)
    }

    /// Are beginnings of values in it?
    #[must_use]
    pub fn shows_values(&self) -> bool {
        self.look.records.iter().any(|record| record.shown.is_some())
    }

    /// Forgets the beginnings of values.
    pub fn hide_values(&mut self) {
        for record in &mut self.look.records {
            record.shown = None;
        }
    }

    /// What stands out, in one sentence without a full stop; holds no name and no key.
    #[must_use]
    pub fn sentence(&self) -> String {
        sentence::of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::peek::record::fixture::record;
    use crate::model::peek::{Excerpt, PeekPlan};
    use crate::model::{BrokerId, Isolation};

    fn look(records: Vec<PeekedRecord>, next: i64) -> Look {
        let plan = PeekPlan::new(Some(10), BrokerId(1), (0, 100), Isolation::default());
        let took = Duration::from_millis(3);
        Look { plan, records, next, ended: Ended::Bytes, took }
    }

    #[test]
    fn holes_are_told_from_what_was_not_read() {
        let backlog = Backlog::of(look(vec![record(11, None, 1), record(14, None, 1)], 15));
        assert_eq!((backlog.holes(), backlog.unread()), (3, 85));
    }

    #[test]
    fn tombstones_are_records_without_a_value() {
        let grave = PeekedRecord { value: None, ..record(11, Some("a"), 1) };
        assert_eq!(Backlog::of(look(vec![grave, record(12, None, 1)], 13)).tombstones, 1);
    }

    #[test]
    fn values_can_be_forgotten() {
        let shown = Some(Excerpt::of(b"secret", 64));
        let shown = PeekedRecord { shown, ..record(11, None, 6) };
        let mut backlog = Backlog::of(look(vec![shown], 12));
        assert!(backlog.shows_values());
        backlog.hide_values();
        assert!(!backlog.shows_values() && !format!("{backlog:?}").contains("secret"));
    }
}
