//! One record that was looked at: everything but its value, of which a beginning is there only if it
//! was asked for.

use std::sync::Arc;

use super::Excerpt;
use crate::model::Timestamp;

/// A record that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeekedRecord {
    /// Its offset.
    pub offset: i64,
    /// When it was written; `None` in logs of before 0.10.
    pub stamp: Option<Stamp>,
    /// Its key; `None` if it has none.
    pub key: Option<Excerpt>,
    /// The value's length in bytes; `None` if it has none: a tombstone.
    pub value: Option<u64>,
    /// The beginning of the value; `None` if it has none, or if that was not asked for.
    pub shown: Option<Excerpt>,
    /// Its headers' names in their order, unescaped; `None` if they cannot be told, because one is not
    /// UTF-8.
    pub headers: Option<Arc<[Arc<str>]>>,
    /// Bytes of key, value and headers, uncompressed; without headers whose names cannot be told.
    pub bytes: u64,
}

/// The time that a record carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The time.
    pub at: Timestamp,
    /// By whose clock.
    pub by: Clocked,
}

/// Whose clock stamps records: the topic's `message.timestamp.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clocked {
    /// The producer's, `CreateTime`.
    Producer,
    /// The broker's, `LogAppendTime`.
    Broker,
}

#[cfg(test)]
pub(super) mod fixture {
    use super::*;

    /// A record of so many bytes with this key, written in this second.
    pub(in crate::model::peek) fn record(
        offset: i64,
        key: Option<&str>,
        bytes: u64,
    ) -> PeekedRecord {
        let key = key.map(|key| Excerpt::of(key.as_bytes(), 64));
        let at = Timestamp::from_millis(offset.saturating_mul(1_000));
        let stamp = Some(Stamp { at, by: Clocked::Producer });
        let headers = Some(Arc::new([]) as Arc<[_]>);
        PeekedRecord { offset, stamp, key, value: Some(bytes), shown: None, headers, bytes }
    }

    /// Records one after another.
    pub(in crate::model::peek) fn records(of: &[(Option<&str>, u64)]) -> Vec<PeekedRecord> {
        (0..).zip(of).map(|(offset, &(key, bytes))| record(offset, key, bytes)).collect()
    }
}
