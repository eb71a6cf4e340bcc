//! `ConsumerGroupDescribe` (KIP-848): groups of type `consumer`, with epochs and targets.
//!
//! Versions 0 (Kafka 3.7) and 1 (4.0: member types).

use std::sync::Arc;

use kafka_protocol::messages::{ApiKey, ConsumerGroupDescribeRequest};

use super::list_groups::GroupState;
use super::{Answered, PerGroup, Question, TopicPartitions, group_id};
use crate::source::kafka::wire::decode::{Malformed, Reader, known_id};
use crate::source::kafka::wire::kafka_error::KafkaError;

/// A group of type `consumer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerGroup {
    /// State.
    pub state: GroupState,
    /// Rises with each change of membership, subscription or topic.
    pub group_epoch: i32,
    /// The group epoch for which the target assignment was computed.
    pub assignment_epoch: i32,
    /// The server-side assignor (`uniform`, `range`).
    pub assignor: Arc<str>,
    /// Members.
    pub members: Vec<ConsumerMember>,
}

/// A member of a group of type `consumer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerMember {
    /// Chosen by the client.
    pub member_id: Arc<str>,
    /// `group.instance.id`; `None` for a dynamic member.
    pub instance_id: Option<Arc<str>>,
    /// `client.rack`.
    pub rack: Option<Arc<str>>,
    /// The epoch that the member has reached; below the group's while it reconciles.
    pub member_epoch: i32,
    /// `client.id`.
    pub client_id: Arc<str>,
    /// The address it came from, as the broker writes it (with a leading slash).
    pub client_host: Arc<str>,
    /// Names it subscribed to.
    pub subscribed_topics: Vec<Arc<str>>,
    /// The pattern it subscribed to.
    pub subscribed_regex: Option<Arc<str>>,
    /// What it holds.
    pub assignment: Vec<TopicPartitions>,
    /// What it should hold. Differs from the assignment while the group waits for this member.
    pub target: Vec<TopicPartitions>,
    /// `None` where the broker does not tell (before 4.0).
    pub member_type: Option<MemberType>,
}

/// Which protocol a member of a `consumer` group speaks; both occur while a group migrates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberType {
    /// The classic protocol.
    Classic,
    /// KIP-848.
    Consumer,
}

pub(in crate::source::kafka::wire) struct AskConsumerGroups<'a>(
    pub(in crate::source::kafka::wire) &'a [Arc<str>],
);

impl Question for AskConsumerGroups<'_> {
    type Message = ConsumerGroupDescribeRequest;
    type Answer = PerGroup<ConsumerGroup>;
    const OPERATION: &'static str = "describe groups of";
    const KEY: ApiKey = ApiKey::ConsumerGroupDescribe;
    const VERSIONS: (i16, i16) = (0, 1);

    fn message(&self, _version: i16) -> Self::Message {
        ConsumerGroupDescribeRequest::default()
            .with_group_ids(self.0.iter().map(|group| group_id(group)).collect())
    }

    fn read(r: &mut Reader<'_>, version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = r.i32()?;
        let groups = r.array(|r| group(r, version))?;
        r.tags()?;
        Ok(Answered::new(throttle, groups))
    }
}

fn group(
    r: &mut Reader<'_>,
    version: i16,
) -> Result<(Arc<str>, Result<ConsumerGroup, KafkaError>), Malformed> {
    let error = r.i16()?;
    let message = r.opt_string()?;
    let name = r.string()?;
    let group = ConsumerGroup {
        state: GroupState::read(r.name()?),
        group_epoch: r.i32()?,
        assignment_epoch: r.i32()?,
        assignor: r.name()?,
        members: r.array(|r| member(r, version))?,
    };
    r.i32()?; // Authorized operations, not asked for.
    r.tags()?;
    let result = if error == 0 { Ok(group) } else { Err(KafkaError::with_message(error, message)) };
    Ok((name, result))
}

fn member(r: &mut Reader<'_>, version: i16) -> Result<ConsumerMember, Malformed> {
    let member = ConsumerMember {
        member_id: r.string()?,
        instance_id: r.opt_string()?,
        rack: r.opt_name()?,
        member_epoch: r.i32()?,
        client_id: r.name()?,
        client_host: r.name()?,
        subscribed_topics: r.array(Reader::name)?,
        subscribed_regex: r.opt_name()?.filter(|regex| !regex.is_empty()),
        assignment: assignment(r)?,
        target: assignment(r)?,
        member_type: if version >= 1 { member_type(r.i8()?) } else { None },
    };
    r.tags()?;
    Ok(member)
}

fn member_type(value: i8) -> Option<MemberType> {
    match value {
        0 => Some(MemberType::Classic),
        1 => Some(MemberType::Consumer),
        _ => None,
    }
}

/// Shared with share groups, whose assignments have the same shape.
pub(super) fn assignment(r: &mut Reader<'_>) -> Result<Vec<TopicPartitions>, Malformed> {
    let topics = r.array(|r| {
        let topic_id = known_id(r.uuid()?);
        let topic = TopicPartitions { topic: r.name()?, topic_id, partitions: r.i32s()? };
        r.tags()?;
        Ok(topic)
    })?;
    r.tags()?;
    Ok(topics)
}
