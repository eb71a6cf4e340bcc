//! Commits: record types 0 and 1.

use super::reader::{Read, Reader};
use super::record::{Key, Value};
use super::uuid::Uuid;

/// What was committed to: `OffsetCommitKey`, and `LegacyOffsetCommitKey` with the same fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OffsetCommitKey<'a> {
    /// Group id.
    pub group: &'a str,
    /// Topic name.
    pub topic: &'a str,
    /// Partition of the topic.
    pub partition: i32,
}

/// A commit: `OffsetCommitValue`, versions 0 to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetCommit<'a> {
    /// The position: the next offset to read. `None` where a client stored a negative number.
    pub offset: Option<i64>,
    /// Leader epoch of the last record consumed. `None` when the client did not know it, which is
    /// common, and before version 3.
    pub leader_epoch: Option<i32>,
    /// The client's own text, any characters; empty when there is none.
    pub metadata: &'a str,
    /// The coordinator's clock when the commit came, in ms since 1970. In a transaction: when it was
    /// sent, not when the transaction was committed.
    pub commit_timestamp: i64,
    /// When this one offset expires, in ms since 1970, whatever the broker's retention is. `None`
    /// for nearly all: only clients of an old API ask for it (version 1).
    pub expire_timestamp: Option<i64>,
    /// The topic's id at that time. `None` before Kafka 4.1 and in transactions.
    pub topic_id: Option<Uuid>,
}

impl<'a> Key<'a> for OffsetCommitKey<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        Ok(Self { group: r.string()?, topic: r.string()?, partition: r.i32()? })
    }

    fn group(&self) -> &'a str {
        self.group
    }
}

impl<'a> Value<'a> for OffsetCommit<'a> {
    const FLEXIBLE_FROM: i16 = 4;

    fn read(r: &mut Reader<'a>, version: i16) -> Read<Self> {
        let mut read = Self {
            offset: Some(r.i64()?).filter(|offset| *offset >= 0),
            leader_epoch: if version >= 3 { known(r.i32()?) } else { None },
            metadata: r.string()?,
            commit_timestamp: r.i64()?,
            expire_timestamp: if version == 1 { Some(r.i64()?) } else { None },
            topic_id: None,
        };
        read.expire_timestamp = read.expire_timestamp.filter(|at| *at != -1);
        r.tags(|tag, r| {
            if tag == 0 {
                read.topic_id = r.uuid()?.known();
            }
            Ok(())
        })?;
        Ok(read)
    }
}

/// -1 is Kafka's mark for "unknown" in epochs and timeouts.
pub(super) fn known(number: i32) -> Option<i32> {
    Some(number).filter(|number| *number != -1)
}
