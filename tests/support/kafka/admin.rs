//! Topics, partitions and groups through rdkafka: milliseconds, where Kafka's own commands cost two
//! seconds of JVM each.

use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication};
use rdkafka::client::{Client, ClientContext};
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext};
use rdkafka::topic_partition_list::TopicPartitionListElem;
use rdkafka::{Offset, TopicPartitionList};

use crate::support::wait;

/// For one question.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Until a new topic is known to every broker.
const PROPAGATION: Duration = Duration::from_secs(30);

/// Keeps librdkafka's log lines away from the terminal. What matters comes back as an error of the
/// call.
#[derive(Clone, Copy, Debug)]
pub struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}
    fn error(&self, _: KafkaError, _: &str) {}
}

impl ConsumerContext for Quiet {}

impl ProducerContext for Quiet {
    type DeliveryOpaque = ();
    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

/// A connection for changing things.
pub struct Admin {
    bootstrap: String,
    client: AdminClient<Quiet>,
}

impl Admin {
    /// Connects when first asked.
    pub fn connect(bootstrap: &str) -> Result<Self> {
        let client = config(bootstrap).create_with_context(Quiet)?;
        Ok(Self { bootstrap: bootstrap.to_owned(), client })
    }

    fn client(&self) -> &Client<Quiet> {
        self.client.inner()
    }

    /// Ids of the brokers in the metadata that is answered now, ascending.
    pub fn brokers(&self) -> Result<Vec<i32>> {
        let metadata = self.client().fetch_metadata(None, TIMEOUT)?;
        let mut ids: Vec<_> =
            metadata.brokers().iter().map(rdkafka::metadata::MetadataBroker::id).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Creates a topic and returns when every partition has a leader.
    pub async fn create_topic(&self, topic: &str, partitions: u16, copies: u16) -> Result<()> {
        self.create_topic_with(topic, partitions, copies, &[]).await
    }

    /// The same with settings of the topic.
    pub async fn create_topic_with(
        &self,
        topic: &str,
        partitions: u16,
        copies: u16,
        settings: &[(&str, &str)],
    ) -> Result<()> {
        let replication = TopicReplication::Fixed(copies.into());
        let mut new = NewTopic::new(topic, partitions.into(), replication);
        for (key, value) in settings {
            new = new.set(key, value);
        }
        let results = self.client.create_topics([&new], &options()).await?;
        checked(results).with_context(|| format!("creating {topic:?}"))?;
        self.wait_for(topic, partitions)
    }

    /// Adds partitions until there are so many.
    pub async fn grow_topic(&self, topic: &str, partitions: u16) -> Result<()> {
        let wanted = NewPartitions::new(topic, partitions.into());
        let results = self.client.create_partitions([&wanted], &options()).await?;
        checked(results).with_context(|| format!("growing {topic:?}"))?;
        self.wait_for(topic, partitions)
    }

    /// Deletes a topic and returns when the metadata no longer names it.
    pub async fn delete_topic(&self, topic: &str) -> Result<()> {
        checked(self.client.delete_topics(&[topic], &options()).await?)
            .with_context(|| format!("deleting {topic:?}"))?;
        wait::answer_within(PROPAGATION, "the topic is gone", || {
            let metadata = self.client().fetch_metadata(None, TIMEOUT)?;
            let there = metadata.topics().iter().any(|one| one.name() == topic);
            ensure!(!there, "{topic:?} is still there");
            Ok(())
        })
    }

    /// Deletes groups, which must be empty.
    pub async fn delete_groups(&self, groups: &[&str]) -> Result<()> {
        checked(self.client.delete_groups(groups, &options()).await?).context("deleting groups")
    }

    /// Deletes the records of a partition before this offset, so that its log starts there.
    pub async fn delete_records(&self, topic: &str, partition: i32, before: i64) -> Result<()> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, partition, Offset::Offset(before))?;
        let deleted = self.client.delete_records(&list, &options()).await?;
        deleted.elements().iter().try_for_each(TopicPartitionListElem::error)?;
        Ok(())
    }

    /// Commits as an administrator does (`--reset-offsets`), without being a member. librdkafka drops
    /// spaces at both ends of a group's name; `lab::bulk` takes names as they are.
    pub fn commit(&self, group: &str, topic: &str, offsets: &[(i32, i64)]) -> Result<()> {
        let consumer: BaseConsumer<Quiet> =
            config(&self.bootstrap).set("group.id", group).create_with_context(Quiet)?;
        let mut list = TopicPartitionList::new();
        for (partition, offset) in offsets {
            list.add_partition_offset(topic, *partition, Offset::Offset(*offset))?;
        }
        // The first commit of a cluster makes the offsets topic, whose coordinators then load it.
        wait::answer_within(PROPAGATION, "a commit", || {
            match consumer.commit(&list, CommitMode::Sync) {
                Err(why) if why.rdkafka_error_code().is_some_and(is_passing) => bail!(why),
                done => Ok(done),
            }
        })?
        .with_context(|| format!("committing for {group:?}"))
    }

    /// Writes records (partition, key, value) to an internal topic, as brokers let one client alone.
    pub fn write_internal<'a>(
        &self,
        topic: &str,
        records: impl Iterator<Item = (i32, &'a [u8], Option<&'a [u8]>)>,
    ) -> Result<()> {
        let producer: BaseProducer<Quiet> = config(&self.bootstrap)
            .set("client.id", "__admin_client")
            .set("acks", "all")
            .create_with_context(Quiet)?;
        for (partition, key, value) in records {
            let mut record = BaseRecord::<[u8], [u8]>::to(topic).partition(partition).key(key);
            record.payload = value;
            producer.send(record).map_err(|(why, _)| why)?;
        }
        producer.flush(TIMEOUT)?;
        ensure!(producer.in_flight_count() == 0, "not all written");
        Ok(())
    }

    /// The partitions of a topic on which a group has committed; asked without being a member.
    pub fn committed(&self, group: &str, topic: &str) -> Result<Vec<i32>> {
        let consumer: BaseConsumer<Quiet> =
            config(&self.bootstrap).set("group.id", group).create_with_context(Quiet)?;
        let metadata = self.client().fetch_metadata(Some(topic), TIMEOUT)?;
        let mut list = TopicPartitionList::new();
        for partition in
            metadata.topics().iter().flat_map(rdkafka::metadata::MetadataTopic::partitions)
        {
            list.add_partition(topic, partition.id());
        }
        let told = consumer.committed_offsets(list, TIMEOUT)?;
        let mut committed = told.elements();
        committed.retain(|one| matches!(one.offset(), Offset::Offset(_)));
        Ok(committed.iter().map(TopicPartitionListElem::partition).collect())
    }

    /// How many members a classic group has; an error while it is not stable.
    pub fn members(&self, group: &str) -> Result<usize> {
        let list = self.client().fetch_group_list(Some(group), TIMEOUT)?;
        let known = list.groups().iter().find(|one| one.name() == group);
        let known = known.with_context(|| format!("{group:?} is not there"))?;
        ensure!(known.state() == "Stable", "{group:?} is {}", known.state());
        Ok(known.members().len())
    }

    /// The address of a partition's leader.
    pub fn leader(&self, topic: &str, partition: i32) -> Result<String> {
        let metadata = self.client().fetch_metadata(Some(topic), TIMEOUT)?;
        let mut partitions =
            metadata.topics().iter().flat_map(rdkafka::metadata::MetadataTopic::partitions);
        let led = partitions.find(|one| one.id() == partition);
        let led = led.with_context(|| format!("there is no {topic}/{partition}"))?;
        let broker = metadata.brokers().iter().find(|broker| broker.id() == led.leader());
        let broker = broker.with_context(|| format!("{topic}/{partition} has no leader"))?;
        Ok(format!("{}:{}", broker.host(), broker.port()))
    }

    /// Log start and log end.
    pub fn log_range(&self, topic: &str, partition: i32) -> Result<(i64, i64)> {
        Ok(self.client().fetch_watermarks(topic, partition, TIMEOUT)?)
    }

    fn wait_for(&self, topic: &str, partitions: u16) -> Result<()> {
        wait::answer_within(PROPAGATION, "the topic is there", || {
            let metadata = self.client().fetch_metadata(Some(topic), TIMEOUT)?;
            let led = metadata
                .topics()
                .iter()
                .flat_map(rdkafka::metadata::MetadataTopic::partitions)
                .filter(|partition| partition.leader() >= 0)
                .count();
            ensure!(led >= usize::from(partitions), "{led} partitions have a leader");
            Ok(())
        })
    }
}

/// The least that every client of the tests says.
pub fn config(bootstrap: &str) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", bootstrap);
    // Loopback: a broker that comes back is found at once.
    config.set("reconnect.backoff.max.ms", "500");
    config
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(TIMEOUT)).operation_timeout(Some(TIMEOUT))
}

/// Coordinators say so while they move or load.
fn is_passing(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::NotCoordinator
            | RDKafkaErrorCode::CoordinatorNotAvailable
            | RDKafkaErrorCode::CoordinatorLoadInProgress
    )
}

/// The first of the errors that came for single items.
fn checked<T, E: std::fmt::Debug>(results: Vec<Result<T, E>>) -> Result<()> {
    results.into_iter().try_for_each(|result| result.map(drop).map_err(|why| anyhow!("{why:?}")))
}
