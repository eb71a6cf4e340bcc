//! `ListOffsets`: log ends, log starts, and the first offset at or after a time.
//!
//! Versions 2 (isolation levels) to 10. Must be asked of each partition's leader.

use std::sync::Arc;

use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::{ApiKey, ListOffsetsRequest};

use super::{Answered, Question, topic_name};
use crate::source::kafka::wire::decode::{Malformed, Reader, known_i32, known_i64};
use crate::source::kafka::wire::kafka_error::KafkaError;

/// Which offset of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OffsetSpec {
    /// The end: the high watermark, or with [`Isolation::ReadCommitted`] the last stable offset.
    Latest,
    /// The first offset that still exists.
    Earliest,
    /// The first record whose timestamp is at or after this one, in milliseconds since 1970.
    ByTimestamp(i64),
}

impl OffsetSpec {
    const fn on_the_wire(self) -> i64 {
        match self {
            Self::Latest => -1,
            Self::Earliest => -2,
            // Negative numbers mean other things on the wire.
            Self::ByTimestamp(timestamp) => {
                if timestamp < 0 {
                    0
                } else {
                    timestamp
                }
            }
        }
    }
}

/// What the end of a log means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Isolation {
    /// Up to the high watermark.
    #[default]
    ReadUncommitted,
    /// Up to the first open transaction.
    ReadCommitted,
}

/// Offsets to ask for on one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetsOf {
    /// The topic.
    pub topic: Arc<str>,
    /// Partition number and which of its offsets; a partition once only.
    pub partitions: Vec<(i32, OffsetSpec)>,
}

/// The offsets of one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicOffsets {
    /// The topic.
    pub topic: Arc<str>,
    /// Its partitions, in the broker's order.
    pub partitions: Vec<PartitionOffset>,
}

/// One partition's offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionOffset {
    /// Partition number.
    pub partition: i32,
    /// `Ok(None)`: no record is as young as the timestamp asked for.
    pub offset: Result<Option<ListedOffset>, KafkaError>,
}

/// An offset that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedOffset {
    /// The offset.
    pub offset: i64,
    /// The found record's timestamp in milliseconds since 1970; `None` for ends and starts.
    pub timestamp: Option<i64>,
    /// The leader's epoch; `None` from brokers before 2.1.
    pub leader_epoch: Option<i32>,
}

pub(in crate::source::kafka::wire) struct AskOffsets<'a> {
    pub(in crate::source::kafka::wire) topics: &'a [OffsetsOf],
    pub(in crate::source::kafka::wire) isolation: Isolation,
    /// For the part of the answer that lies in tiered storage (version 10).
    pub(in crate::source::kafka::wire) timeout_ms: i32,
}

impl Question for AskOffsets<'_> {
    type Message = ListOffsetsRequest;
    type Answer = Vec<TopicOffsets>;
    const OPERATION: &'static str = "list offsets of";
    const KEY: ApiKey = ApiKey::ListOffsets;
    const VERSIONS: (i16, i16) = (2, 10);

    fn message(&self, version: i16) -> Self::Message {
        let topics = self.topics.iter().map(|topic| {
            let partitions = topic.partitions.iter().map(|&(partition, spec)| {
                ListOffsetsPartition::default()
                    .with_partition_index(partition)
                    .with_current_leader_epoch(-1)
                    .with_timestamp(spec.on_the_wire())
            });
            ListOffsetsTopic::default()
                .with_name(topic_name(&topic.topic))
                .with_partitions(partitions.collect())
        });
        ListOffsetsRequest::default()
            .with_replica_id((-1).into())
            .with_isolation_level(i8::from(self.isolation == Isolation::ReadCommitted))
            .with_topics(topics.collect())
            .with_timeout_ms(if version >= 10 { self.timeout_ms } else { 0 })
    }

    fn read(r: &mut Reader<'_>, version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = r.i32()?;
        let topics = r.array(|r| {
            let topic =
                TopicOffsets { topic: r.name()?, partitions: r.array(|r| partition(r, version))? };
            r.tags()?;
            Ok(topic)
        })?;
        r.tags()?;
        Ok(Answered::new(throttle, topics))
    }
}

fn partition(r: &mut Reader<'_>, version: i16) -> Result<PartitionOffset, Malformed> {
    let partition = r.i32()?;
    let error = r.i16()?;
    let timestamp = known_i64(r.i64()?);
    let offset = r.i64()?;
    let leader_epoch = if version >= 4 { known_i32(r.i32()?) } else { None };
    r.tags()?;
    let offset = KafkaError::check(error)
        .map(|()| (offset >= 0).then_some(ListedOffset { offset, timestamp, leader_epoch }));
    Ok(PartitionOffset { partition, offset })
}
