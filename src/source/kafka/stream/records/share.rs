//! Share groups (KIP-932): record types 10 to 15. Their positions are in another topic.

use super::commit::known;
use super::group::{MemberState, TopicIdPartitions};
use super::reader::{Read, Reader};
use super::record::Value;
use super::uuid::Uuid;

/// What a member is and wants: record type 10.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareGroupMember<'a> {
    /// `client.rack`.
    pub rack_id: Option<&'a str>,
    /// As the client names itself.
    pub client_id: &'a str,
    /// In Java's form, `/10.0.0.5`.
    pub client_host: &'a str,
    /// Sorted.
    pub subscribed_topic_names: Vec<&'a str>,
}

/// The group: record type 11.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareGroupMetadata {
    /// Each higher epoch asks for new targets.
    pub epoch: i32,
    /// Over what the subscribed topics are; good for comparing only. 0 for no topics.
    pub metadata_hash: i64,
}

/// What a member has: record type 14. Several members may have the same partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareCurrentAssignment {
    /// The epoch that it has reached.
    pub member_epoch: i32,
    /// The one before; 0 on a first join, `None` when there is none.
    pub previous_member_epoch: Option<i32>,
    /// Always stable so far.
    pub state: MemberState,
    /// What it may consume.
    pub assigned_partitions: Vec<TopicIdPartitions>,
}

/// Of which partitions the group's positions are kept: record type 15.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareGroupStatePartitionMetadata<'a> {
    /// Being prepared.
    pub initializing_topics: Vec<ShareTopic<'a>>,
    /// Ready; only these are assigned.
    pub initialized_topics: Vec<ShareTopic<'a>>,
    /// Being deleted.
    pub deleting_topics: Vec<DeletingTopic<'a>>,
}

/// Partitions of a topic, by id and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareTopic<'a> {
    /// Topic id.
    pub topic_id: Uuid,
    /// Topic name.
    pub topic_name: &'a str,
    /// In no order.
    pub partitions: Vec<i32>,
}

/// A topic, by id and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeletingTopic<'a> {
    /// Topic id.
    pub topic_id: Uuid,
    /// Topic name.
    pub topic_name: &'a str,
}

impl<'a> Value<'a> for ShareGroupMember<'a> {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read = Self {
            rack_id: r.opt_string()?,
            client_id: r.string()?,
            client_host: r.string()?,
            subscribed_topic_names: r.array(Reader::string)?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> Value<'a> for ShareGroupMetadata {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read = Self { epoch: r.i32()?, metadata_hash: r.i64()? };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> Value<'a> for ShareCurrentAssignment {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read = Self {
            member_epoch: r.i32()?,
            previous_member_epoch: known(r.i32()?),
            state: MemberState::of_consumer(r.i8()?),
            assigned_partitions: r.array(TopicIdPartitions::read)?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> Value<'a> for ShareGroupStatePartitionMetadata<'a> {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read = Self {
            initializing_topics: r.array(ShareTopic::read)?,
            initialized_topics: r.array(ShareTopic::read)?,
            deleting_topics: r.array(DeletingTopic::read)?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> ShareTopic<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        let read = Self { topic_id: r.uuid()?, topic_name: r.string()?, partitions: r.i32s()? };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> DeletingTopic<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        let read = Self { topic_id: r.uuid()?, topic_name: r.string()? };
        r.skip_tags()?;
        Ok(read)
    }
}
