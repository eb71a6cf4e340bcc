//! `DescribeProducers` (KIP-664): who writes to a partition, and since when a transaction is open.
//!
//! Version 0 (Kafka 2.8). Idempotent producers only; must be asked of each partition's leader.

use std::sync::Arc;

use kafka_protocol::messages::describe_producers_request::TopicRequest;
use kafka_protocol::messages::{ApiKey, DescribeProducersRequest};

use super::{Answered, Question, TopicPartitions, topic_name};
use crate::source::kafka::wire::decode::{Malformed, Reader, known_i32, known_i64};
use crate::source::kafka::wire::kafka_error::KafkaError;

/// The producers of one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicProducers {
    /// The topic.
    pub topic: Arc<str>,
    /// Partition number, and its producers.
    pub partitions: Vec<(i32, Result<Vec<Producer>, KafkaError>)>,
}

/// A producer that the partition's leader remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Producer {
    /// Producer id.
    pub producer_id: i64,
    /// Producer epoch.
    pub epoch: i32,
    /// Sequence number of its last record; `None` if it has written none.
    pub last_sequence: Option<i32>,
    /// Time of its last record, in milliseconds since 1970.
    pub last_timestamp: Option<i64>,
    /// Epoch of the transaction coordinator that wrote the last marker.
    pub coordinator_epoch: Option<i32>,
    /// First offset of its open transaction; `None` if none is open.
    pub transaction_start: Option<i64>,
}

pub(in crate::source::kafka::wire) struct AskProducers<'a>(
    pub(in crate::source::kafka::wire) &'a [TopicPartitions],
);

impl Question for AskProducers<'_> {
    type Message = DescribeProducersRequest;
    type Answer = Vec<TopicProducers>;
    const OPERATION: &'static str = "describe producers of";
    const KEY: ApiKey = ApiKey::DescribeProducers;
    const VERSIONS: (i16, i16) = (0, 0);

    fn message(&self, _version: i16) -> Self::Message {
        let topics = self.0.iter().map(|topic| {
            TopicRequest::default()
                .with_name(topic_name(&topic.topic))
                .with_partition_indexes(topic.partitions.clone())
        });
        DescribeProducersRequest::default().with_topics(topics.collect())
    }

    fn read(r: &mut Reader<'_>, _version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = r.i32()?;
        let topics = r.array(|r| {
            let topic = TopicProducers { topic: r.name()?, partitions: r.array(partition)? };
            r.tags()?;
            Ok(topic)
        })?;
        r.tags()?;
        Ok(Answered::new(throttle, topics))
    }
}

type PartitionProducers = (i32, Result<Vec<Producer>, KafkaError>);

fn partition(r: &mut Reader<'_>) -> Result<PartitionProducers, Malformed> {
    let partition = r.i32()?;
    let error = r.i16()?;
    let message = r.opt_string()?;
    let producers = r.array(producer)?;
    r.tags()?;
    let result =
        if error == 0 { Ok(producers) } else { Err(KafkaError::with_message(error, message)) };
    Ok((partition, result))
}

fn producer(r: &mut Reader<'_>) -> Result<Producer, Malformed> {
    let producer = Producer {
        producer_id: r.i64()?,
        epoch: r.i32()?,
        last_sequence: known_i32(r.i32()?),
        last_timestamp: known_i64(r.i64()?),
        coordinator_epoch: known_i32(r.i32()?),
        transaction_start: known_i64(r.i64()?),
    };
    r.tags()?;
    Ok(producer)
}
