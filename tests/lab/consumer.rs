//! A member of a consumer group that works on each record.

use std::time::{Duration, Instant};

use anyhow::Result;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::turns::{self, Turns};
use super::worker::{Orders, Worker};
use crate::support::kafka::admin::{Quiet, config};

/// How long one poll waits: how soon a stop is noticed.
const POLL: Duration = Duration::from_millis(50);

/// Who assigns partitions.
#[derive(Clone, Debug)]
pub enum Protocol {
    /// The leader among the members; librdkafka's name: `range`, `roundrobin`,
    /// `cooperative-sticky`.
    Classic(&'static str),
    /// The coordinator (KIP-848), from Kafka 4.0.
    Consumer,
}

/// What is done for each record.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Nothing.
    None,
    /// Waiting, as for a database.
    Sleep(Duration),
    /// Computing, one core while it lasts.
    Burn(Duration),
}

/// In which order records are read.
#[derive(Clone, Copy, Debug)]
pub enum Reading {
    /// As they come.
    AsTheyCome,
    /// One partition after the other; commits after each round, whatever [`Commit`] says.
    InTurn(Turns),
}

/// When what was done is committed.
#[derive(Clone, Copy, Debug)]
pub enum Commit {
    /// So often, and when partitions are taken away or it stops.
    Every(Duration),
    /// After so many records, and when it stops.
    Records(u64),
}

/// A member.
#[derive(Clone, Debug)]
pub struct Consumer {
    /// Its group.
    pub group: String,
    /// What it subscribes to.
    pub topics: Vec<String>,
    /// As it names itself.
    pub client_id: String,
    /// `group.instance.id`, for static membership.
    pub instance_id: Option<String>,
    /// How partitions are assigned.
    pub protocol: Protocol,
    /// For each record.
    pub work: Work,
    /// In which order.
    pub reading: Reading,
    /// When.
    pub commit: Commit,
    /// Any other property of librdkafka; wins.
    pub properties: Vec<(&'static str, String)>,
}

impl Consumer {
    /// A quick classic member that commits every half second.
    pub fn of(group: &str, topic: &str) -> Self {
        Self {
            group: group.to_owned(),
            topics: vec![topic.to_owned()],
            client_id: group.to_owned(),
            instance_id: None,
            protocol: Protocol::Classic("range"),
            work: Work::None,
            reading: Reading::AsTheyCome,
            commit: Commit::Every(Duration::from_millis(500)),
            properties: Vec::new(),
        }
    }

    /// Joins and consumes on a thread.
    pub fn spawn(self, bootstrap: &str) -> Result<Worker> {
        let config = self.config(bootstrap);
        let name = format!("member {} of {}", self.client_id, self.group);
        // Made on the thread that drops it: both may block.
        Worker::spawn(name, move |orders| {
            let consumer: BaseConsumer<Quiet> = config.create_with_context(Quiet)?;
            let topics: Vec<_> = self.topics.iter().map(String::as_str).collect();
            consumer.subscribe(&topics)?;
            match self.reading {
                Reading::AsTheyCome => self.run(&consumer, orders),
                Reading::InTurn(turns) => turns::run(&self, consumer, turns, orders),
            }
        })
    }

    fn config(&self, bootstrap: &str) -> ClientConfig {
        let mut config = config(bootstrap);
        config.set("group.id", &self.group);
        config.set("client.id", &self.client_id);
        config.set("auto.offset.reset", "earliest");
        // A record counts when its work is done, not when it was fetched.
        config.set("enable.auto.offset.store", "false");
        if let Some(instance) = &self.instance_id {
            config.set("group.instance.id", instance);
        }
        match self.protocol {
            Protocol::Classic(assignor) => config.set("partition.assignment.strategy", assignor),
            Protocol::Consumer => config.set("group.protocol", "consumer"),
        };
        match self.commit {
            _ if matches!(self.reading, Reading::InTurn(_)) => {
                config.set("enable.auto.commit", "false")
            }
            Commit::Every(span) => {
                config.set("auto.commit.interval.ms", span.as_millis().to_string())
            }
            Commit::Records(_) => config.set("enable.auto.commit", "false"),
        };
        for (key, value) in &self.properties {
            config.set(*key, value);
        }
        config
    }

    fn run(&self, consumer: &BaseConsumer<Quiet>, orders: &Orders) -> Result<()> {
        let mut paused = false;
        let mut uncommitted = 0;
        while !orders.stopped() {
            // Again and again while paused: a rebalance may have brought more partitions.
            if paused || orders.paused() {
                paused = orders.paused();
                hold(consumer, paused)?;
            }
            let Some(polled) = consumer.poll(POLL) else { continue };
            let message = match polled {
                Ok(message) => message,
                Err(why) if why.rdkafka_error_code() == Some(RDKafkaErrorCode::PollExceeded) => {
                    orders.dropped();
                    continue;
                }
                Err(why) if is_passing(&why) => continue,
                Err(why) => return Err(why.into()),
            };
            self.work.perform(orders);
            if orders.stopped() {
                break;
            }
            // Refused when the partition was taken away meanwhile: then it is another member's.
            let _ = consumer.store_offset_from_message(&message);
            orders.count();
            uncommitted += 1;
            if matches!(self.commit, Commit::Records(batch) if uncommitted >= batch) {
                uncommitted = 0;
                consumer.commit_consumer_state(CommitMode::Async)?;
            }
        }
        finish(consumer)
    }
}

/// Errors that a consumer lives through: the client retries by itself.
pub(super) fn is_passing(why: &KafkaError) -> bool {
    !matches!(
        why.rdkafka_error_code(),
        Some(RDKafkaErrorCode::Fatal | RDKafkaErrorCode::FencedInstanceId)
    )
}

fn hold(consumer: &BaseConsumer<Quiet>, paused: bool) -> Result<()> {
    let assigned = consumer.assignment()?;
    Ok(if paused { consumer.pause(&assigned) } else { consumer.resume(&assigned) }?)
}

/// Commits what was done. Leaving the group is what dropping the client does.
pub(super) fn finish(consumer: &BaseConsumer<Quiet>) -> Result<()> {
    match consumer.commit_consumer_state(CommitMode::Sync) {
        // Nothing was consumed since the last commit; or nothing is assigned any more.
        Err(KafkaError::ConsumerCommit(RDKafkaErrorCode::NoOffset)) | Ok(()) => Ok(()),
        Err(why) => Err(why.into()),
    }
}

impl Work {
    pub(super) fn perform(self, orders: &Orders) {
        match self {
            Self::None => {}
            Self::Sleep(span) => orders.sleep(span),
            Self::Burn(span) => {
                let end = Instant::now() + span;
                while Instant::now() < end {
                    std::hint::spin_loop();
                }
            }
        }
    }
}
