//! The consumer that reads records: assigned its partitions by hand, in no group, committing nothing.
//!
//! librdkafka wants a `group.id` all the same, so lagtop gives its name; it never appears in the cluster.
//! What blocks in librdkafka lives on a named thread of who makes the consumer. Where brokers want
//! OAUTHBEARER, whoever makes one keeps `tokens` at hand for as long as it reads.

pub(super) mod tokens;

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, Statistics, TopicPartitionList};
use secrecy::{ExposeSecret, SecretString};

use super::wire::{Client, TokenSource};
use crate::model::Cost;

/// How librdkafka reaches the cluster, in its own keys.
pub type Properties = Arc<[(String, SecretString)]>;

/// librdkafka's own words go nowhere: they would be written over the screen. Errors reach us as results.
/// What it says of its cost is kept, and its last reason for an error.
pub(super) struct Quiet {
    cost: Mutex<Option<Cost>>,
    reason: Mutex<Option<String>>,
    /// Where tokens are at hand; `None` without OAUTHBEARER.
    tokens: Option<Arc<dyn TokenSource>>,
}

impl Quiet {
    /// With the tokens that this client logs in by.
    pub(super) fn new(client: &Client) -> Self {
        Self { cost: Mutex::default(), reason: Mutex::default(), tokens: client.token_source() }
    }

    /// The last reason told, once.
    pub(super) fn take_reason(&self) -> Option<String> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The last cost told, once.
    pub(super) fn take_cost(&self) -> Option<Cost> {
        self.cost.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientContext for Quiet {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn generate_oauth_token(&self, _config: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        Ok(tokens::at_hand(self.tokens.as_deref())?)
    }

    fn stats(&self, told: Statistics) {
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let cost = Cost {
            requests: count(told.tx),
            bytes_in: count(told.rx_bytes),
            bytes_out: count(told.tx_bytes),
            throttle_ms: 0,
        };
        *self.cost.lock().unwrap_or_else(PoisonError::into_inner) = Some(cost);
    }

    fn log(&self, _level: RDKafkaLogLevel, _facility: &str, _message: &str) {}

    fn error(&self, _error: KafkaError, reason: &str) {
        *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.to_owned());
    }
}

impl ConsumerContext for Quiet {}

/// What holds for every consumer; how much it reads at a time is its maker's to say.
pub(super) fn config(properties: &Properties) -> ClientConfig {
    let mut config = ClientConfig::new();
    for (key, value) in properties.iter() {
        config.set(key, value.expose_secret());
    }
    config
        .set("group.id", "lagtop")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("allow.auto.create.topics", "false")
        // What was written is gone unread: begin again, and say so, instead of reading on.
        .set("auto.offset.reset", "error");
    config
}

/// A consumer that reads nothing yet.
pub(super) fn idle(config: &ClientConfig, quiet: Quiet) -> KafkaResult<BaseConsumer<Quiet>> {
    config.create_with_context(quiet)
}

/// Lets it read these partitions of a topic, each from its offset, and no others.
pub(super) fn assign(
    consumer: &BaseConsumer<Quiet>,
    topic: &str,
    partitions: impl IntoIterator<Item = (i32, i64)>,
) -> KafkaResult<()> {
    let mut assignment = TopicPartitionList::new();
    for (partition, offset) in partitions {
        assignment.add_partition_offset(topic, partition, Offset::Offset(offset))?;
    }
    consumer.assign(&assignment)?;
    // One that was paused before stays so.
    consumer.resume(&assignment)
}

/// A consumer of these partitions of a topic, each from its offset.
pub(super) fn assigned(
    config: &ClientConfig,
    quiet: Quiet,
    topic: &str,
    partitions: impl IntoIterator<Item = (i32, i64)>,
) -> KafkaResult<BaseConsumer<Quiet>> {
    let consumer = idle(config, quiet)?;
    assign(&consumer, topic, partitions)?;
    Ok(consumer)
}

/// Broken connections mend by themselves; librdkafka keeps trying.
pub(super) fn passing(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::PartitionEOF
                | Code::BrokerTransportFailure
                | Code::AllBrokersDown
                | Code::OperationTimedOut
                | Code::Resolve
                | Code::NotLeaderForPartition
                | Code::LeaderNotAvailable
                // Of the name in `group.id`, which is never used.
                | Code::GroupAuthorizationFailed
        )
    )
}
