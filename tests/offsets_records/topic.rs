//! `__consumer_offsets`, read from its beginning to its end as bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use lagtop::source::kafka::stream::records::{Record, decode};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;
use rdkafka::{Offset, TopicPartitionList};

use crate::support::kafka::admin::{Quiet, config};

/// The topic.
pub const TOPIC: &str = "__consumer_offsets";
/// As the tests' brokers are told to create it.
pub const PARTITIONS: i32 = 5;
/// For reading all of it.
const DEADLINE: Duration = Duration::from_secs(30);

/// One record as it is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    pub partition: i32,
    pub offset: i64,
    pub key: Vec<u8>,
    pub value: Option<Vec<u8>>,
}

impl Raw {
    /// Decoded; a record of a real broker always can be.
    pub fn record(&self) -> Record<'_> {
        decode(&self.key, self.value.as_deref()).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn is_tombstone(&self) -> bool {
        self.value.is_none()
    }
}

/// All records, by partition and offset.
pub fn read_all(bootstrap: &str) -> Result<Vec<Raw>> {
    let consumer: BaseConsumer<Quiet> = config(bootstrap)
        .set("group.id", "offsets-records")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("isolation.level", "read_uncommitted")
        .create_with_context(Quiet)?;
    let mut list = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        list.add_partition_offset(TOPIC, partition, Offset::Beginning)?;
    }
    consumer.assign(&list)?;
    let (mut records, mut unread) = (Vec::new(), (0..PARTITIONS).collect::<BTreeSet<_>>());
    let end = Instant::now() + DEADLINE;
    while !unread.is_empty() {
        ensure!(Instant::now() < end, "partitions {unread:?} have no end");
        match consumer.poll(Duration::from_millis(100)) {
            None => {}
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                unread.remove(&partition);
            }
            Some(Err(why)) => return Err(why.into()),
            Some(Ok(message)) => records.push(Raw {
                partition: message.partition(),
                offset: message.offset(),
                key: message.key().context("a record without a key")?.to_vec(),
                value: message.payload().map(<[u8]>::to_vec),
            }),
        }
    }
    records.sort_by_key(|raw| (raw.partition, raw.offset));
    Ok(records)
}

/// The last record of each key that is not a tombstone: what is true at the end.
pub fn live(records: &[Raw]) -> Vec<&Raw> {
    let last: BTreeMap<_, _> = records.iter().map(|raw| (&raw.key, raw)).collect();
    last.into_values().filter(|raw| !raw.is_tombstone()).collect()
}
