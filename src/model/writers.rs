//! Who writes to a partition, as far as its leader remembers: idempotent producers, and transactions that
//! are open.
//!
//! A leader keeps an entry for each idempotent producer until `producer.id.expiration.ms` (a day) after its
//! last record, whether the producer is still there or not. An application that makes a producer for each
//! record leaves an entry behind each time, and all of them are in the broker's memory.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::series::PartitionSeries;
use super::{Fault, Timestamp, TopicName};

/// Looks that are kept, the newest.
pub const LOOKS_KEPT: usize = 64;

/// The producers of some partitions of one topic, as their leader told them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProducersObserved {
    /// The topic.
    pub topic: TopicName,
    /// Partition and its producers, or why they were not told (`TOPIC_AUTHORIZATION_FAILED`: that
    /// needs READ on the topic).
    pub partitions: Vec<(i32, Result<ProducersSeen, Fault>)>,
}

/// The producers of one partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProducersSeen {
    /// Idempotent producers that the leader remembers.
    pub active: u32,
    /// What they did since the look before; `None` at the first.
    pub since: Option<Written>,
    /// When the one that has been silent for longest wrote last, by its own clock; `None` if none told.
    pub oldest: Option<Timestamp>,
    /// Open transactions, that with the least offset first; few of many.
    pub open: Vec<OpenTransaction>,
}

/// What producers did between two looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The look before.
    pub from: Timestamp,
    /// Producer ids that were not there.
    pub came: u32,
    /// Producer ids that have written, those that came with them.
    pub wrote: u32,
}

/// A transaction that is neither committed nor aborted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTransaction {
    /// Its producer.
    pub producer_id: i64,
    /// Its producer's epoch.
    pub epoch: i32,
    /// The epoch of the coordinator that wrote the last marker; `None` if none did.
    pub coordinator_epoch: Option<i32>,
    /// Its first record in the partition.
    pub start: i64,
    /// When its producer wrote here last, by its own clock; `None` if not told.
    pub last_write: Option<Timestamp>,
}

/// What is known of who writes to a partition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Writers {
    /// Its producers; `None` while nobody looked at them.
    pub producers: Option<Producers>,
    /// What an open transaction holds back; `None` if that is nothing.
    pub held: Option<Held>,
}

/// Producers over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Producers {
    /// The last look.
    pub at: Timestamp,
    /// What it told, or why it did not.
    pub seen: Result<ProducersSeen, Fault>,
    /// How many were remembered over time.
    pub history: Arc<PartitionSeries>,
    /// What came of the last looks that told something, oldest first; at most [`LOOKS_KEPT`].
    pub looks: Vec<Look>,
}

/// What producers did between two looks, and how many there were then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub to: Timestamp,
    /// Producers that the leader remembered.
    pub active: u32,
    /// What they did since the look before; `None` at the first.
    pub written: Option<Written>,
}

/// Records that `read_committed` consumers may not read yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The last stable offset: the first record of the oldest open transaction.
    pub last_stable: i64,
    /// The first look at which it was there, with records beyond.
    pub since: Timestamp,
    /// The last such look.
    pub until: Timestamp,
    /// Records beyond it, at least.
    pub records: i64,
}
