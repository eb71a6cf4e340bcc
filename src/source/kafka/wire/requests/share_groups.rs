//! `ShareGroupDescribe` (KIP-932): share groups.
//!
//! Version 1 (Kafka 4.1; version 0 was an early access of 4.0).

use std::sync::Arc;

use kafka_protocol::messages::{ApiKey, ShareGroupDescribeRequest};

use super::consumer_groups::assignment;
use super::list_groups::GroupState;
use super::{Answered, PerGroup, Question, TopicPartitions, group_id};
use crate::source::kafka::wire::decode::{Malformed, Reader};
use crate::source::kafka::wire::kafka_error::KafkaError;

/// A share group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareGroup {
    /// State.
    pub state: GroupState,
    /// Rises with each change of membership, subscription or topic.
    pub group_epoch: i32,
    /// The group epoch for which the assignment was computed.
    pub assignment_epoch: i32,
    /// The server-side assignor.
    pub assignor: Arc<str>,
    /// Members.
    pub members: Vec<ShareMember>,
}

/// A member of a share group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareMember {
    /// Chosen by the client.
    pub member_id: Arc<str>,
    /// `client.rack`.
    pub rack: Option<Arc<str>>,
    /// The epoch that the member has reached.
    pub member_epoch: i32,
    /// `client.id`.
    pub client_id: Arc<str>,
    /// The address it came from, as the broker writes it (with a leading slash).
    pub client_host: Arc<str>,
    /// Names it subscribed to.
    pub subscribed_topics: Vec<Arc<str>>,
    /// What it reads; a partition may be read by several members.
    pub assignment: Vec<TopicPartitions>,
}

pub(in crate::source::kafka::wire) struct AskShareGroups<'a>(
    pub(in crate::source::kafka::wire) &'a [Arc<str>],
);

impl Question for AskShareGroups<'_> {
    type Message = ShareGroupDescribeRequest;
    type Answer = PerGroup<ShareGroup>;
    const OPERATION: &'static str = "describe groups of";
    const KEY: ApiKey = ApiKey::ShareGroupDescribe;
    const VERSIONS: (i16, i16) = (1, 1);

    fn message(&self, _version: i16) -> Self::Message {
        ShareGroupDescribeRequest::default()
            .with_group_ids(self.0.iter().map(|group| group_id(group)).collect())
    }

    fn read(r: &mut Reader<'_>, _version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = r.i32()?;
        let groups = r.array(group)?;
        r.tags()?;
        Ok(Answered::new(throttle, groups))
    }
}

fn group(r: &mut Reader<'_>) -> Result<(Arc<str>, Result<ShareGroup, KafkaError>), Malformed> {
    let error = r.i16()?;
    let message = r.opt_string()?;
    let name = r.string()?;
    let group = ShareGroup {
        state: GroupState::read(r.name()?),
        group_epoch: r.i32()?,
        assignment_epoch: r.i32()?,
        assignor: r.name()?,
        members: r.array(member)?,
    };
    r.i32()?; // Authorized operations, not asked for.
    r.tags()?;
    let result = if error == 0 { Ok(group) } else { Err(KafkaError::with_message(error, message)) };
    Ok((name, result))
}

fn member(r: &mut Reader<'_>) -> Result<ShareMember, Malformed> {
    let member = ShareMember {
        member_id: r.string()?,
        rack: r.opt_name()?,
        member_epoch: r.i32()?,
        client_id: r.name()?,
        client_host: r.name()?,
        subscribed_topics: r.array(Reader::name)?,
        assignment: assignment(r)?,
    };
    r.tags()?;
    Ok(member)
}
