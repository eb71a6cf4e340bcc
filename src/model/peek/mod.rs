//! What waits on a partition: the first records behind a group's committed offset, looked at when a
//! person [wishes](super::wish) for it.
//!
//! Lag says how many records wait, not which. One key that comes again and again, records a thousand
//! times as large as others, or a record that nobody can read are seen only in the records themselves.
//! A look is small and bounded, belongs to the person who asked and is in no recording; the first bytes
//! of values are in it only if they were asked for.
//!
//! | file | what it is |
//! |---|---|
//! | `backlog` | what was read, and the sentence that says what stands out |
//! | `record` | one record, without its value |
//! | `excerpt` | bytes from strangers: their beginning, and how to show it |
//! | `sizes`, `keys`, `times`, `headers` | what follows from many records, each of one kind |

mod backlog;
mod excerpt;
mod headers;
mod keys;
mod record;
mod sentence;
mod sizes;
mod times;

use std::sync::Arc;
use std::time::Duration;

pub use backlog::{Backlog, Ended, Look};
pub use excerpt::Excerpt;
pub use headers::{HeaderCount, Headers};
pub use keys::{KeyCount, KeyRun, Keys};
pub use record::{Clocked, PeekedRecord, Stamp};
pub use sizes::{Bar, Sizes};
pub use times::Times;

use super::{BrokerId, Fault, GroupId, Isolation, Timestamp, TopicPartition};

/// Records read at the most: runs of the same key that harmed somebody were 200 to 300 long, and a page
/// of so many can still be looked through.
pub const MOST_RECORDS: usize = 500;
/// Bytes read at the most, uncompressed: twenty records of 800 kB, and no burden for a cluster in trouble.
/// The last record may go beyond.
pub const MOST_BYTES: u64 = 16_000_000;
/// How long reading may take: somebody waits for it. What was read until then is shown.
pub const LONGEST: Duration = Duration::from_secs(5);
/// Bytes of a key that are kept: identifiers are shorter.
pub const KEY_KEPT: usize = 128;
/// Bytes of a value that are kept where values were asked for: some lines on the page.
pub const VALUE_KEPT: usize = 256;

/// On what the person looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeekTarget {
    /// The group whose records wait.
    pub group: GroupId,
    /// The partition.
    pub partition: TopicPartition,
    /// The offset committed, as the picture shows it; `None`: none is known.
    pub committed: Option<i64>,
}

/// How far the person has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeekStep {
    /// Say what would be read; read nothing.
    Plan,
    /// Read, and forget the values.
    Records,
    /// Read, and keep the first [`VALUE_KEPT`] bytes of each value.
    Values,
}

/// A wish for a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeekWish {
    /// Tells it from those before.
    pub number: u64,
    /// At what.
    pub target: PeekTarget,
    /// What to do.
    pub step: PeekStep,
}

/// What became of a wish.
#[derive(Clone, Debug, PartialEq)]
pub struct PeekAnswer {
    /// The number of the wish.
    pub number: u64,
    /// When the work on it was over.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: PeekOutcome,
}

/// What came of a wish.
#[derive(Clone, Debug, PartialEq)]
pub enum PeekOutcome {
    /// What would be read.
    Plan(PeekPlan),
    /// What was read.
    Read(Arc<Backlog>),
    /// Nothing, and why.
    Failed(Fault),
}

/// What would be read, by what the partition's leader says now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeekPlan {
    /// Who is asked.
    pub leader: BrokerId,
    /// The log's bounds: its first offset, and one past the last record that may be read.
    pub log: (i64, i64),
    /// Up to where records may be read: the end's meaning.
    pub isolation: Isolation,
    /// The first offset that is read.
    pub start: i64,
    /// Why that one.
    pub begin: Begin,
}

/// Why reading begins where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// At the committed offset: what waits first.
    Committed,
    /// At the log's start: no committed offset is known.
    LogStart,
    /// At the log's start: what was committed lies before it.
    Overtaken {
        /// Records that were deleted before the group read them.
        lost: i64,
    },
    /// Nowhere: what was committed lies beyond the log's end.
    Beyond {
        /// The committed offset.
        committed: i64,
    },
}

impl PeekPlan {
    /// Where reading begins, by what was committed and by the log's bounds.
    #[must_use]
    pub fn new(
        committed: Option<i64>,
        leader: BrokerId,
        log: (i64, i64),
        isolation: Isolation,
    ) -> Self {
        let (first, end) = log;
        let (start, begin) = match committed {
            None => (first, Begin::LogStart),
            Some(committed) if committed < first => {
                (first, Begin::Overtaken { lost: first.saturating_sub(committed) })
            }
            Some(committed) if committed > end => (end, Begin::Beyond { committed }),
            Some(committed) => (committed, Begin::Committed),
        };
        Self { leader, log, isolation, start, begin }
    }

    /// One past the last record that may be read.
    #[must_use]
    pub const fn end(&self) -> i64 {
        self.log.1
    }

    /// Offsets that wait. Not all of them need be records: transactions leave marks, and compaction
    /// leaves holes.
    #[must_use]
    pub fn waiting(&self) -> i64 {
        self.end().saturating_sub(self.start).max(0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::waits(Some(40), 40, Begin::Committed, 60)]
    #[case::consumed(Some(100), 100, Begin::Committed, 0)]
    #[case::no_commit(None, 10, Begin::LogStart, 90)]
    #[case::at_the_start(Some(10), 10, Begin::Committed, 90)]
    #[case::lost(Some(3), 10, Begin::Overtaken { lost: 7 }, 90)]
    #[case::beyond(Some(130), 100, Begin::Beyond { committed: 130 }, 0)]
    fn where_reading_begins(
        #[case] committed: Option<i64>,
        #[case] start: i64,
        #[case] begin: Begin,
        #[case] waiting: i64,
    ) {
        let plan = PeekPlan::new(committed, BrokerId(1), (10, 100), Isolation::default());
        assert_eq!((plan.start, plan.begin, plan.waiting()), (start, begin, waiting));
    }
}
