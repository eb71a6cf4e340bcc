//! `DescribeQuorum` (KIP-595): which of the controllers leads. What metadata call the controller is, in
//! `KRaft` clusters, any broker.
//!
//! Version 0 (Kafka 3.0, in `KRaft` clusters only): later ones add what is not asked for here.

use std::sync::Arc;

use kafka_protocol::messages::describe_quorum_request::{PartitionData, TopicData};
use kafka_protocol::messages::{ApiKey, DescribeQuorumRequest};

use super::{Answered, Question, topic_name};
use crate::source::kafka::wire::decode::{Malformed, Reader, known_i32};
use crate::source::kafka::wire::kafka_error::KafkaError;

/// The log of the cluster's metadata, which has one partition.
const METADATA: &str = "__cluster_metadata";

/// The quorum of controllers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quorum {
    /// The node that leads it; `None` while none does.
    pub leader: Option<i32>,
    /// The leader's epoch.
    pub epoch: i32,
}

pub(in crate::source::kafka::wire) struct AskQuorum;

impl Question for AskQuorum {
    type Message = DescribeQuorumRequest;
    type Answer = Result<Quorum, KafkaError>;
    const OPERATION: &'static str = "describe the quorum by";
    const KEY: ApiKey = ApiKey::DescribeQuorum;
    const VERSIONS: (i16, i16) = (0, 0);

    fn message(&self, _version: i16) -> Self::Message {
        let topic = TopicData::default()
            .with_topic_name(topic_name(METADATA))
            .with_partitions(vec![PartitionData::default()]);
        DescribeQuorumRequest::default().with_topics(vec![topic])
    }

    fn read(r: &mut Reader<'_>, _version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let error = r.i16()?;
        let topics = r.array(|r| {
            let _name: Arc<str> = r.name()?;
            let partitions = r.array(partition)?;
            r.tags()?;
            Ok(partitions)
        })?;
        r.tags()?;
        let missing = Malformed("an answer without the quorum");
        let quorum = match KafkaError::check(error) {
            Ok(()) => topics.into_iter().flatten().next().ok_or(missing)?,
            Err(error) => Err(error),
        };
        // This answer has no throttle time.
        Ok(Answered::new(0, quorum))
    }
}

fn partition(r: &mut Reader<'_>) -> Result<Result<Quorum, KafkaError>, Malformed> {
    r.i32()?; // Its number, of which there is one.
    let error = r.i16()?;
    let quorum = Quorum { leader: known_i32(r.i32()?), epoch: r.i32()? };
    r.i64()?; // High watermark.
    for _replicas in ["voters", "observers"] {
        r.array(|r| {
            r.i32()?;
            r.i64()?;
            r.tags()
        })?;
    }
    r.tags()?;
    Ok(KafkaError::check(error).map(|()| quorum))
}
