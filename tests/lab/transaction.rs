//! Commits inside of transactions, one at a time.

use std::time::Duration;

use anyhow::{Context as _, Result};
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::producer::{BaseProducer, Producer as _};
use rdkafka::{Offset, TopicPartitionList};

use crate::support::kafka::admin::{Quiet, config};

/// For one step, on a busy machine.
const STEP: Duration = Duration::from_secs(30);

/// Who commits for a group in transactions; dropping it leaves the last one as it is.
pub struct Transactions {
    producer: BaseProducer<Quiet>,
    /// Names the group, and is no member of it.
    group: BaseConsumer<Quiet>,
}

impl Transactions {
    /// For this group. One that was left open by the last with this group is aborted.
    pub fn of(bootstrap: &str, group: &str) -> Result<Self> {
        let producer: BaseProducer<Quiet> = config(bootstrap)
            .set("transactional.id", format!("transactions of {group}"))
            .create_with_context(Quiet)?;
        producer.init_transactions(STEP)?;
        let group = config(bootstrap).set("group.id", group).create_with_context(Quiet)?;
        Ok(Self { producer, group })
    }

    /// Begins a transaction and commits a position in it.
    pub fn begin(&self, topic: &str, partition: i32, offset: i64) -> Result<()> {
        self.producer.begin_transaction()?;
        let mut offsets = TopicPartitionList::new();
        offsets.add_partition_offset(topic, partition, Offset::Offset(offset))?;
        let group = self.group.group_metadata().context("a consumer has a group")?;
        Ok(self.producer.send_offsets_to_transaction(&offsets, &group, STEP)?)
    }

    /// From now on it counts.
    pub fn commit(&self) -> Result<()> {
        Ok(self.producer.commit_transaction(STEP)?)
    }

    /// It never happened.
    pub fn abort(&self) -> Result<()> {
        Ok(self.producer.abort_transaction(STEP)?)
    }
}
