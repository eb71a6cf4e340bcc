//! A member of a share group (KIP-932), which librdkafka cannot be.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use kafka_protocol::ResponseError;
use kafka_protocol::messages::{
    ApiKey, GroupId, ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse, TopicName,
};
use kafka_protocol::protocol::StrBytes;

use super::bulk::coordinator;
use super::connection::{CLIENT_ID, Connection};
use crate::support::{KafkaCluster, wait};

/// Kafka 4.1's, the first that is not a preview's.
const VERSION: i16 = 1;
/// Until the coordinator has loaded its part of the offsets topic and has assigned.
const ASSIGNED: Duration = Duration::from_mins(1);
/// The epoch of whoever is no member yet.
const JOINING: i32 = 0;

/// It has joined and does nothing more: the coordinator drops it when its session is over, 45 s
/// later.
#[derive(Debug)]
pub struct ShareMember {
    /// As it chose.
    pub member_id: String,
    /// As it names itself.
    pub client_id: &'static str,
}

impl ShareMember {
    /// Joins, and returns when it was given partitions.
    pub fn join(cluster: &KafkaCluster, group: &str, topic: &str) -> Result<Self> {
        let member_id = format!("member-of-{group}");
        let topic = TopicName(StrBytes::from_string(topic.to_owned()));
        let request = ShareGroupHeartbeatRequest::default()
            .with_group_id(GroupId(StrBytes::from_string(group.to_owned())))
            .with_member_id(StrBytes::from_string(member_id.clone()))
            .with_subscribed_topic_names(Some(vec![topic]));
        let address =
            wait::answer_within(ASSIGNED, "a coordinator", || coordinator(cluster, group))?;
        let mut connection = Connection::to(&address)?;
        let mut epoch = JOINING;
        wait::answer_within(ASSIGNED, "partitions of a share group", || {
            let request = request.clone().with_member_epoch(epoch);
            connection.send(ApiKey::ShareGroupHeartbeat, VERSION, &request)?;
            let answer: ShareGroupHeartbeatResponse = connection.receive(VERSION)?;
            if let Some(error) = ResponseError::try_from_code(answer.error_code) {
                bail!("{error:?} {}", answer.error_message.unwrap_or_default());
            }
            epoch = answer.member_epoch;
            let assigned = answer.assignment.is_some_and(|one| !one.topic_partitions.is_empty());
            ensure!(assigned, "nothing is assigned in epoch {epoch}");
            Ok(())
        })?;
        Ok(Self { member_id, client_id: CLIENT_ID })
    }
}
