//! What can be asked, one file per family of requests, and the types of the answers.
//!
//! Each file holds the plain types of its answer, the question as the protocol crate's message, and
//! the reading of the answer. A question knows nothing of connections. May import the decoder, the
//! error types and the protocol crate; must never expose a type of the latter.

pub(super) mod api_versions;
pub mod classic_groups;
pub mod consumer_groups;
pub mod coordinators;
pub mod describe_cluster;
pub mod list_groups;
pub mod list_offsets;
pub mod metadata;
pub mod offset_fetch;
pub mod producers;
pub mod quorum;
pub(super) mod sasl;
pub mod share_groups;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use kafka_protocol::messages::{ApiKey, GroupId, TopicName};
use kafka_protocol::protocol::{Encodable, StrBytes};

use super::decode::{Malformed, Reader};
use super::kafka_error::KafkaError;

/// A topic's id (KIP-516): 16 bytes, the same for the life of the topic, another one after it was
/// deleted and created again.
pub type TopicId = [u8; 16];

/// One result for each group asked about, in the broker's order.
pub type PerGroup<T> = Vec<(Arc<str>, Result<T, KafkaError>)>;

/// Some partitions of one topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TopicPartitions {
    /// The topic's name.
    pub topic: Arc<str>,
    /// The topic's id, where the source of this value knows it.
    pub topic_id: Option<TopicId>,
    /// Partition numbers, in the source's order.
    pub partitions: Vec<i32>,
}

impl TopicPartitions {
    /// Partitions of a topic known by name.
    pub fn new(topic: impl Into<Arc<str>>, partitions: Vec<i32>) -> Self {
        Self { topic: topic.into(), topic_id: None, partitions }
    }
}

/// An answer, and how long the broker wants no further questions (KIP-219).
pub(super) struct Answered<T> {
    pub(super) throttle: Duration,
    pub(super) answer: T,
}

impl<T> Answered<T> {
    pub(super) fn new(throttle_ms: i32, answer: T) -> Self {
        let throttle = u64::try_from(throttle_ms).unwrap_or(0);
        Self { throttle: Duration::from_millis(throttle), answer }
    }
}

/// One question: how it is written and how its answer is read.
pub(super) trait Question {
    /// The protocol crate's message.
    type Message: Encodable;
    /// The client's own type.
    type Answer;
    /// The verb phrase for errors: `list groups of`.
    const OPERATION: &'static str;
    /// Kafka's number and name of the request.
    const KEY: ApiKey;
    /// The versions that this client writes and reads, lowest and highest.
    const VERSIONS: (i16, i16);

    /// The message for one of [`Self::VERSIONS`].
    fn message(&self, version: i16) -> Self::Message;

    /// Reads the body of the answer.
    fn read(reader: &mut Reader<'_>, version: i16) -> Result<Answered<Self::Answer>, Malformed>;
}

fn text(name: &str) -> StrBytes {
    StrBytes::from_string(name.to_owned())
}

fn group_id(name: &str) -> GroupId {
    GroupId(text(name))
}

fn topic_name(name: &str) -> TopicName {
    TopicName(text(name))
}
