//! Metadata: brokers, topics, partitions, leaders, replicas.
//!
//! Versions 4 (the first that can be told not to create topics) to 13 (topic ids since 10).

use std::sync::Arc;

use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{ApiKey, MetadataRequest};

use super::{Answered, Question, TopicId, topic_name};
use crate::source::kafka::wire::decode::{Malformed, Reader, known_i32, known_id};
use crate::source::kafka::wire::kafka_error::KafkaError;

/// Which topics to ask about. Asking never creates one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topics<'a> {
    /// Every topic that may be described.
    All,
    /// Brokers only.
    None,
    /// These. An empty list asks for brokers only.
    Named(&'a [Arc<str>]),
    /// The topics with these ids, from brokers that know ids (3.1). An id that is no topic's comes back
    /// without a name.
    Ids(&'a [TopicId]),
}

/// The cluster as one broker sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The cluster's id; `None` where the broker has none.
    pub cluster_id: Option<Arc<str>>,
    /// The controller, or in `KRaft` clusters some broker that stands for it.
    pub controller: Option<i32>,
    /// Brokers that are alive.
    pub brokers: Vec<Broker>,
    /// The topics asked about.
    pub topics: Vec<Topic>,
}

/// A broker's address on the listener that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broker {
    /// Node id.
    pub id: i32,
    /// Advertised host.
    pub host: Arc<str>,
    /// Advertised port.
    pub port: u16,
    /// `broker.rack`, where set.
    pub rack: Option<Arc<str>>,
}

/// One topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Name.
    pub name: Arc<str>,
    /// Id; `None` from brokers before 2.8.
    pub id: Option<TopicId>,
    /// Whether Kafka itself owns it (`__consumer_offsets`).
    pub internal: bool,
    /// Its partitions, or why they are not known.
    pub partitions: Result<Vec<Partition>, KafkaError>,
}

/// One partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Partition number.
    pub partition: i32,
    /// The leader; `None` while there is none.
    pub leader: Option<i32>,
    /// The leader's epoch; `None` from brokers before 2.1.
    pub leader_epoch: Option<i32>,
    /// Brokers that hold a copy, the preferred leader first.
    pub replicas: Vec<i32>,
    /// Brokers whose copy is in sync.
    pub isr: Vec<i32>,
    /// Brokers whose copy is offline.
    pub offline: Vec<i32>,
    /// What the broker says is wrong (`LEADER_NOT_AVAILABLE`), the rest notwithstanding.
    pub error: Option<KafkaError>,
}

pub(in crate::source::kafka::wire) struct AskMetadata<'a>(
    pub(in crate::source::kafka::wire) Topics<'a>,
);

impl Question for AskMetadata<'_> {
    type Message = MetadataRequest;
    type Answer = Result<Metadata, KafkaError>;
    const OPERATION: &'static str = "ask for metadata";
    const KEY: ApiKey = ApiKey::Metadata;
    const VERSIONS: (i16, i16) = (4, 13);

    fn message(&self, _version: i16) -> Self::Message {
        let topics = match self.0 {
            Topics::All => None,
            Topics::None => Some(Vec::new()),
            Topics::Named(names) => Some(
                names
                    .iter()
                    .map(|name| MetadataRequestTopic::default().with_name(Some(topic_name(name))))
                    .collect(),
            ),
            Topics::Ids(ids) => Some(
                ids.iter()
                    .map(|id| {
                        // Sixteen bytes always are an id.
                        let id = id.to_vec().try_into().unwrap_or_default();
                        MetadataRequestTopic::default().with_name(None).with_topic_id(id)
                    })
                    .collect(),
            ),
        };
        MetadataRequest::default().with_topics(topics).with_allow_auto_topic_creation(false)
    }

    fn read(r: &mut Reader<'_>, version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = r.i32()?;
        let brokers = r.array(broker)?;
        let cluster_id = r.opt_name()?;
        let controller = known_i32(r.i32()?);
        let topics = r.array(|r| topic(r, version))?;
        if (8..=10).contains(&version) {
            r.i32()?; // Authorized operations, not asked for.
        }
        let error = if version >= 13 { r.i16()? } else { 0 };
        r.tags()?;
        let metadata = Metadata { cluster_id, controller, brokers, topics };
        Ok(Answered::new(throttle, KafkaError::check(error).map(|()| metadata)))
    }
}

fn broker(r: &mut Reader<'_>) -> Result<Broker, Malformed> {
    let broker =
        Broker { id: r.i32()?, host: r.name()?, port: port(r.i32()?)?, rack: r.opt_name()? };
    r.tags()?;
    Ok(broker)
}

pub(super) fn port(port: i32) -> Result<u16, Malformed> {
    u16::try_from(port).map_err(|_out_of_range| Malformed("a port is out of range"))
}

fn topic(r: &mut Reader<'_>, version: i16) -> Result<Topic, Malformed> {
    let error = r.i16()?;
    let name = r.opt_name()?.unwrap_or_default();
    let id = if version >= 10 { known_id(r.uuid()?) } else { None };
    let internal = r.bool()?;
    let partitions = r.array(|r| partition(r, version))?;
    if version >= 8 {
        r.i32()?; // Authorized operations, not asked for.
    }
    r.tags()?;
    Ok(Topic { name, id, internal, partitions: KafkaError::check(error).map(|()| partitions) })
}

fn partition(r: &mut Reader<'_>, version: i16) -> Result<Partition, Malformed> {
    let error = r.i16()?;
    let partition = Partition {
        partition: r.i32()?,
        leader: known_i32(r.i32()?),
        leader_epoch: if version >= 7 { known_i32(r.i32()?) } else { None },
        replicas: r.i32s()?,
        isr: r.i32s()?,
        offline: if version >= 5 { r.i32s()? } else { Vec::new() },
        error: KafkaError::check(error).err(),
    };
    r.tags()?;
    Ok(partition)
}
