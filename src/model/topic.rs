//! Topics and their partitions' logs, shared by all groups that consume them.

use std::sync::{Arc, LazyLock};

use super::series::PartitionSeries;
use super::{
    BrokerId, Fault, Isolation, Rate, RecordTimes, Timestamp, TopicId, TopicName, Writers,
};

/// A topic.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicView {
    /// Its name.
    pub name: TopicName,
    /// Its id; `None` from brokers before 2.8, or not known yet.
    pub id: Option<TopicId>,
    /// When it was first seen to have another id: it was deleted and made anew. `None` if it has not been
    /// while it was watched.
    pub made_anew: Option<Timestamp>,
    /// Why its metadata could not be had. `UNKNOWN_TOPIC_OR_PARTITION`: it does not exist (any more).
    pub fault: Option<Fault>,
    /// Its partitions, ascending and without holes: partition *n* is at index *n*.
    pub partitions: Vec<PartitionLog>,
}

/// The log of one partition.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionLog {
    /// Its leader; `None` while there is none or it is not known.
    pub leader: Option<BrokerId>,
    /// The leader's epoch.
    pub leader_epoch: Option<i32>,
    /// All replicas, the preferred leader first; empty if not known.
    pub replicas: Arc<[BrokerId]>,
    /// Replicas in sync; empty if not known.
    pub isr: Arc<[BrokerId]>,
    /// The high watermark.
    pub high_watermark: Option<i64>,
    /// The last stable offset; asked for now and then, or if it is the end that counts each time.
    pub last_stable: Option<i64>,
    /// The first offset still in the log.
    pub log_start: Option<i64>,
    /// Why the end was not told when last asked; the offsets above are then older than they look, see
    /// [`TopicEntry::confirmed`](super::TopicEntry::confirmed).
    pub fault: Option<Fault>,
    /// Records a second that arrive.
    pub arriving: Option<Rate>,
    /// Ends over time, under the isolation level in use.
    pub history: Arc<PartitionSeries>,
    /// When the log start was first told.
    pub start_seen: Option<Timestamp>,
    /// Log starts over time; `None` as long as it has not moved.
    pub starts: Option<Arc<PartitionSeries>>,
    /// What the leader told about the times of records; `None` where nobody asked.
    pub times: Option<Arc<RecordTimes>>,
    /// Who writes to it; `None` where nobody looked and nothing is held back.
    pub writers: Option<Arc<Writers>>,
}

/// The list of no brokers, once for all partitions that have it.
static NOBODY: LazyLock<Arc<[BrokerId]>> = LazyLock::new(|| Arc::new([]));

impl Default for PartitionLog {
    fn default() -> Self {
        Self {
            leader: None,
            leader_epoch: None,
            replicas: Arc::clone(&NOBODY),
            isr: Arc::clone(&NOBODY),
            high_watermark: None,
            last_stable: None,
            log_start: None,
            fault: None,
            arriving: None,
            history: Arc::default(),
            start_seen: None,
            starts: None,
            times: None,
            writers: None,
        }
    }
}

impl PartitionLog {
    /// The end that counts under `isolation`.
    #[must_use]
    pub const fn end(&self, isolation: Isolation) -> Option<i64> {
        match isolation {
            Isolation::ReadUncommitted => self.high_watermark,
            Isolation::ReadCommitted => self.last_stable,
        }
    }

    /// Fewer replicas are in sync than there are.
    #[must_use]
    pub fn is_under_replicated(&self) -> bool {
        self.isr.len() < self.replicas.len()
    }
}

impl TopicView {
    /// A topic of which only the name is known.
    #[must_use]
    pub fn new(name: TopicName) -> Self {
        Self { name, id: None, made_anew: None, fault: None, partitions: Vec::new() }
    }

    /// The log of a partition; `None` if the topic has no such partition, as far as known.
    #[must_use]
    pub fn partition(&self, partition: i32) -> Option<&PartitionLog> {
        self.partitions.get(usize::try_from(partition).ok()?)
    }
}
