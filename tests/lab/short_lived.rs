//! A new idempotent producer for each record. A librdkafka client each would take a connection, threads
//! and memory; what leaders remember of one is a producer id, which takes two requests.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use bytes::{Bytes, BytesMut};
use kafka_protocol::ResponseError;
use kafka_protocol::indexmap::IndexMap;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    ApiKey, InitProducerIdRequest, InitProducerIdResponse, ProduceRequest, ProduceResponse,
    TopicName,
};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records::{
    Compression, NO_PARTITION_LEADER_EPOCH, Record, RecordBatchEncoder, RecordEncodeOptions,
    TimestampType,
};

use super::connection::Connection;
use super::worker::{Orders, Worker};
use crate::support::KafkaCluster;
use crate::support::wait;

/// Of both requests a version that every broker from 2.8 to today takes.
const INIT_VERSION: i16 = 4;
const PRODUCE_VERSION: i16 = 9;
/// All replicas in sync, as idempotence demands.
const ALL: i16 = -1;
const TIMEOUT_MS: i32 = 10_000;
/// Until a leader of a topic just made gives out ids and takes records.
const READY: Duration = Duration::from_secs(30);

/// A producer for each record, on the partitions of a topic in turn.
#[derive(Clone, Debug)]
pub struct ShortLived {
    /// To this topic, which exists.
    pub topic: String,
    /// On its first so many partitions.
    pub partitions: u16,
    /// Between two producers.
    pub pause: Duration,
}

impl ShortLived {
    /// Produces on a thread.
    pub fn spawn(self, cluster: &KafkaCluster) -> Result<Worker> {
        let admin = cluster.admin()?;
        let leaders = (0..self.partitions).map(|partition| {
            let address = admin.leader(&self.topic, i32::from(partition))?;
            Ok((i32::from(partition), Connection::to(&address)?))
        });
        let mut leaders = leaders.collect::<Result<Vec<_>>>()?;
        Worker::spawn(format!("short-lived {}", self.topic), move |orders| {
            while !orders.stopped() {
                for (partition, leader) in &mut leaders {
                    if orders.stopped() {
                        break;
                    }
                    self.once(leader, *partition, orders)?;
                    orders.sleep(self.pause);
                }
            }
            Ok(())
        })
    }

    /// Makes a producer, which writes one record.
    fn once(&self, leader: &mut Connection, partition: i32, orders: &Orders) -> Result<()> {
        let (id, epoch) = wait::answer_within(READY, "a producer id", || new_producer(leader))?;
        let batch = batch(id, epoch, orders)?;
        wait::answer_within(READY, "a record of a new producer", || {
            self.send(leader, partition, batch.clone())
        })?;
        orders.count();
        Ok(())
    }

    fn send(&self, leader: &mut Connection, partition: i32, batch: Bytes) -> Result<()> {
        let data = PartitionProduceData::default().with_index(partition).with_records(Some(batch));
        let topic = TopicProduceData::default()
            .with_name(TopicName(StrBytes::from_string(self.topic.clone())))
            .with_partition_data(vec![data]);
        let request = ProduceRequest::default()
            .with_transactional_id(None)
            .with_acks(ALL)
            .with_timeout_ms(TIMEOUT_MS)
            .with_topic_data(vec![topic]);
        leader.send(ApiKey::Produce, PRODUCE_VERSION, &request)?;
        let answer: ProduceResponse = leader.receive(PRODUCE_VERSION)?;
        let mut partitions = answer.responses.iter().flat_map(|of| &of.partition_responses);
        match partitions.find_map(|one| ResponseError::try_from_code(one.error_code)) {
            None => Ok(()),
            Some(error) => bail!("{error:?}"),
        }
    }
}

fn new_producer(broker: &mut Connection) -> Result<(i64, i16)> {
    let request = InitProducerIdRequest::default()
        .with_transactional_id(None)
        .with_transaction_timeout_ms(TIMEOUT_MS);
    broker.send(ApiKey::InitProducerId, INIT_VERSION, &request)?;
    let answer: InitProducerIdResponse = broker.receive(INIT_VERSION)?;
    ensure!(answer.error_code == 0, "InitProducerId: error {}", answer.error_code);
    Ok((answer.producer_id.0, answer.producer_epoch))
}

/// The first batch of a producer.
fn batch(producer_id: i64, producer_epoch: i16, orders: &Orders) -> Result<Bytes> {
    let record = Record {
        transactional: false,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: NO_PARTITION_LEADER_EPOCH,
        producer_id,
        producer_epoch,
        timestamp_type: TimestampType::Creation,
        offset: 0,
        sequence: 0,
        timestamp: jiff::Timestamp::now().as_millisecond(),
        key: None,
        value: Some(Bytes::from(format!("record {}", orders.so_far()))),
        headers: IndexMap::new(),
    };
    let mut batch = BytesMut::new();
    let options = RecordEncodeOptions { version: 2, compression: Compression::None };
    RecordBatchEncoder::encode(&mut batch, [&record], &options)?;
    Ok(batch.freeze())
}
