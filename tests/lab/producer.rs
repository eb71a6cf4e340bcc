//! A producer at a steady rate.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, Producer as _, ThreadedProducer};

use super::worker::{Orders, Worker};
use crate::support::kafka::admin::{Quiet, config};

/// Records that are due are sent together this often: finer than anything that is shown.
const TICK: Duration = Duration::from_millis(10);
/// For what is queued at the end.
const FLUSH: Duration = Duration::from_secs(10);

/// Which partition a record goes to.
#[derive(Clone, Debug)]
pub enum Keys {
    /// Many keys, so that partitions get about the same.
    Many,
    /// One key: all to the partition it hashes to.
    One(String),
    /// To one partition, without a key.
    Partition(i32),
    /// To one partition, so many records of the same key after one another.
    Runs {
        /// The partition.
        partition: i32,
        /// How many.
        length: u64,
    },
    /// Partition i gets its weight's share, evenly mixed.
    Weighted(Vec<u32>),
}

/// What to produce.
#[derive(Clone, Debug)]
pub struct Producer {
    /// To this topic, which exists.
    pub topic: String,
    /// Records per second; infinity for as fast as it goes.
    pub rate: f64,
    /// Where they go.
    pub keys: Keys,
    /// Size of each record's value.
    pub record_bytes: usize,
    /// Ends by itself after so many; `None` for never.
    pub limit: Option<u64>,
    /// Numbers its records, so that leaders take each once and remember it.
    pub idempotent: bool,
}

impl Producer {
    /// Records of 100 bytes with many keys, for ever.
    pub fn to(topic: &str, rate: f64) -> Self {
        Self {
            topic: topic.to_owned(),
            rate,
            keys: Keys::Many,
            record_bytes: 100,
            limit: None,
            idempotent: false,
        }
    }

    /// So many records to one partition, at once.
    pub fn burst(topic: &str, partition: i32, records: u64) -> Self {
        let keys = Keys::Partition(partition);
        Self { keys, limit: Some(records), ..Self::to(topic, f64::INFINITY) }
    }

    /// Produces on a thread.
    pub fn spawn(self, bootstrap: &str) -> Result<Worker> {
        let producer: ThreadedProducer<Quiet> = config(bootstrap)
            .set("linger.ms", "5")
            .set("enable.idempotence", self.idempotent.to_string())
            .create_with_context(Quiet)?;
        let name = format!("producer {}", self.topic);
        Worker::spawn(name, move |orders| {
            self.run(&producer, orders)?;
            Ok(producer.flush(FLUSH)?)
        })
    }

    fn run(&self, producer: &ThreadedProducer<Quiet>, orders: &Orders) -> Result<()> {
        let limit = self.limit.unwrap_or(u64::MAX);
        let value = "x".repeat(self.record_bytes);
        let mut mixer = self.keys.mixer();
        // Due since `since`, and not sent yet: a pause is not made up for afterwards.
        let (mut due, mut since) = (0.0, Instant::now());
        let mut sent = 0;
        while sent < limit && !orders.stopped() {
            orders.sleep(if self.rate.is_finite() { TICK } else { Duration::ZERO });
            let passed = since.elapsed();
            since += passed;
            if orders.paused() {
                orders.sleep(TICK);
                continue;
            }
            due = (due + self.rate * passed.as_secs_f64()).min(1e6);
            while due >= 1.0 && sent < limit && !orders.stopped() {
                let record = mixer.next(&self.keys, sent);
                if self.send(producer, orders, &value, record)? {
                    orders.count();
                    (due, sent) = (due - 1.0, sent + 1);
                }
            }
        }
        Ok(())
    }

    /// False when the queue was full; it has drained a little since.
    fn send(
        &self,
        producer: &ThreadedProducer<Quiet>,
        orders: &Orders,
        value: &str,
        (partition, key): (Option<i32>, Option<String>),
    ) -> Result<bool> {
        let mut record = BaseRecord::<str, str>::to(&self.topic).payload(value);
        record.partition = partition;
        record.key = key.as_deref();
        match producer.send(record) {
            Ok(()) => Ok(true),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), _)) => {
                orders.sleep(TICK);
                Ok(false)
            }
            Err((why, _)) => bail!(why),
        }
    }
}

impl Keys {
    fn mixer(&self) -> Mixer {
        let weights = if let Self::Weighted(weights) = self { weights.as_slice() } else { &[] };
        Mixer { credit: weights.iter().map(|_| 0).collect() }
    }
}

/// Weighted turns: at each, every partition earns its weight, and the richest goes and pays the
/// sum. Even over any short span, and the same in every run.
struct Mixer {
    credit: Vec<i64>,
}

impl Mixer {
    fn next(&mut self, keys: &Keys, sent: u64) -> (Option<i32>, Option<String>) {
        match keys {
            Keys::Many => (None, Some(format!("key-{sent}"))),
            Keys::One(key) => (None, Some(key.clone())),
            Keys::Partition(partition) => (Some(*partition), None),
            Keys::Runs { partition, length } => {
                (Some(*partition), Some(format!("deal-{}", sent / length)))
            }
            Keys::Weighted(weights) => (self.turn(weights), None),
        }
    }

    fn turn(&mut self, weights: &[u32]) -> Option<i32> {
        for (credit, weight) in self.credit.iter_mut().zip(weights) {
            *credit += i64::from(*weight);
        }
        let sum: i64 = weights.iter().copied().map(i64::from).sum();
        let (partition, credit) =
            self.credit.iter_mut().enumerate().max_by_key(|(_, credit)| **credit)?;
        *credit -= sum;
        i32::try_from(partition).ok()
    }
}
