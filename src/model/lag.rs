//! What lag is, exactly.
//!
//! `lag = end − committed`, where `committed` is the next offset to read and `end` is one past the last
//! record that the group's consumers may read. Two clocks are involved: an end counts for a commit only
//! if it was seen after it, because a commit at X is itself evidence that the log reached X. Read in
//! the wrong order, numbers would dip below zero where nothing is wrong; what stays negative after this
//! rule is real (a truncated log, a topic deleted and created again, offsets copied from elsewhere) and
//! is shown as it is.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// Which end a group's consumers can reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// Consumers read up to the high watermark (Kafka's default).
    #[default]
    ReadUncommitted,
    /// Consumers read up to the last stable offset: nothing past the first open transaction.
    ReadCommitted,
}

/// An offset and the moment at which it was last seen to be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The offset.
    pub offset: i64,
    /// When it was last confirmed.
    pub at: Timestamp,
}

/// What lag is computed from. `None` is *not known*; for `committed`, also *there is none*.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// The committed position. `at` is when it was *first* seen.
    pub committed: Option<Seen>,
    /// The end that counts under the isolation level in use.
    pub end: Option<Seen>,
    /// The first offset still in the log.
    pub log_start: Option<i64>,
    /// The high watermark, where `end` is the last stable offset.
    pub high_watermark: Option<i64>,
}

/// Lag of one partition and what belongs to it. All counts are in records (offsets).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// Records between the committed position and the end; negative only where that is real. `None`
    /// without a commit or without an end.
    pub records: Option<i64>,
    /// The end used: the seen one, or the commit itself where that is newer evidence.
    pub end: Option<i64>,
    /// Records that were deleted before the group read them; 0 where that is not so or not known.
    pub lost: i64,
    /// Records that an open transaction holds back; they are in no lag that a consumer could work off.
    pub blocked: i64,
    /// Without a commit: what lies in the log, from its start. Not lag, shown beside it as such.
    pub backlog: Option<i64>,
}

impl Lag {
    /// Computes lag by the rules of this module.
    #[must_use]
    pub fn of(inputs: Inputs) -> Self {
        let Inputs { committed, end, log_start, high_watermark } = inputs;
        let end = match (end, committed) {
            (Some(end), Some(commit)) if end.at < commit.at => Some(end.offset.max(commit.offset)),
            (Some(end), _) => Some(end.offset),
            (None, _) => None,
        };
        let blocked = match (high_watermark, end) {
            (Some(high), Some(end)) => high.saturating_sub(end).max(0),
            _ => 0,
        };
        let Some(commit) = committed else {
            let backlog = end.zip(log_start).map(|(end, start)| end.saturating_sub(start).max(0));
            return Self { records: None, end, lost: 0, blocked, backlog };
        };
        // Records below the log start are gone: a consumer will never work them off, so they are
        // counted as lost and not as lag.
        let start = log_start.unwrap_or(i64::MIN).min(end.unwrap_or(i64::MAX));
        let from = commit.offset.max(start);
        let lost = from.saturating_sub(commit.offset);
        let records = end.map(|end| end.saturating_sub(from));
        Self { records, end, lost, blocked, backlog: None }
    }
}

#[cfg(test)]
#[path = "lag_tests.rs"]
mod tests;
