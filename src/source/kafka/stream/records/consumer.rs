//! Consumer groups of KIP-848: record types 3 to 8 and 16.

use super::commit::known;
use super::group::{MemberState, assignment_epochs};
use super::member_bytes::Subscription;
use super::reader::{Read, Reader};
use super::record::{Key, Value};
use super::uuid::Uuid;

/// The group: record type 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsumerGroupMetadata {
    /// Each higher epoch asks for new targets.
    pub epoch: i32,
    /// Over what the subscribed topics are; good for comparing only. 0 for no topics, and before
    /// Kafka 4.1.
    pub metadata_hash: i64,
}

/// The topics that the group subscribes to: record type 4. Only tombstones since Kafka 4.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerGroupPartitionMetadata<'a> {
    /// None when the group is empty.
    pub topics: Vec<TopicMetadata<'a>>,
}

/// One topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicMetadata<'a> {
    /// Its id.
    pub topic_id: Uuid,
    /// Its name.
    pub topic_name: &'a str,
    /// How many partitions it has.
    pub num_partitions: i32,
    /// Where their replicas are; empty since Kafka 4.0.
    pub partition_metadata: Vec<PartitionRacks<'a>>,
}

/// Where a partition's replicas are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionRacks<'a> {
    /// Partition.
    pub partition: i32,
    /// Racks of its replicas.
    pub racks: Vec<&'a str>,
}

/// What a member is and wants: record type 5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerGroupMember<'a> {
    /// `group.instance.id`; `None` for a dynamic member.
    pub instance_id: Option<&'a str>,
    /// `client.rack`.
    pub rack_id: Option<&'a str>,
    /// As the client names itself.
    pub client_id: &'a str,
    /// In Java's form, `/10.0.0.5`.
    pub client_host: &'a str,
    /// Sorted; empty when only a regular expression is used.
    pub subscribed_topic_names: Vec<&'a str>,
    /// The regular expression that the broker resolves; `None` when none is used.
    pub subscribed_topic_regex: Option<&'a str>,
    /// How long it may take to give partitions back, in ms; `None` when unknown.
    pub rebalance_timeout_ms: Option<i32>,
    /// The assignor that it wishes for; `None` for the group's default.
    pub server_assignor: Option<&'a str>,
    /// `Some` when it speaks the classic protocol in this group, while the group is migrated.
    pub classic: Option<ClassicMemberMetadata<'a>>,
}

/// What a classic member of a consumer group told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicMemberMetadata<'a> {
    /// How long it may be silent, in ms.
    pub session_timeout_ms: i32,
    /// One for each assignor that it supports, the preferred first.
    pub supported_protocols: Vec<ClassicProtocol<'a>>,
}

/// What it would say to one assignor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicProtocol<'a> {
    /// The assignor.
    pub name: &'a str,
    /// `None` when the bytes cannot be read.
    pub subscription: Option<Subscription<'a>>,
    /// The bytes of `subscription`.
    pub metadata: &'a [u8],
}

/// What a member has: record type 8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerCurrentAssignment {
    /// The epoch that it has reached. 0 for a static member just replaced by its new id,
    /// [`ConsumerCurrentAssignment::STATIC_MEMBER_LEFT`] for one that left for now.
    pub member_epoch: i32,
    /// The one before; 0 on a first join, `None` when there is none.
    pub previous_member_epoch: Option<i32>,
    /// How it stands to its target.
    pub state: MemberState,
    /// What it may consume now.
    pub assigned_partitions: Vec<OwnedPartitions>,
    /// What it must give back, and still holds.
    pub partitions_pending_revocation: Vec<OwnedPartitions>,
}

/// Partitions of a topic that a member holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedPartitions {
    /// Topic id.
    pub topic_id: Uuid,
    /// In no order.
    pub partitions: Vec<i32>,
    /// The epoch at which each of them was given, in the same order. `None` before Kafka 4.3: then
    /// it is the member's epoch, or 0 where that is negative.
    pub assignment_epochs: Option<Vec<i32>>,
}

impl ConsumerCurrentAssignment {
    /// The `member_epoch` of a static member that left and may return within its session timeout.
    pub const STATIC_MEMBER_LEFT: i32 = -2;
}

/// A regular expression of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RegularExpressionKey<'a> {
    /// Group id.
    pub group: &'a str,
    /// As members wrote it, in RE2's syntax.
    pub regular_expression: &'a str,
}

/// What a regular expression matches: record type 16.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedRegularExpression<'a> {
    /// Topic names, sorted.
    pub topics: Vec<&'a str>,
    /// Offset of the cluster's metadata that was looked at.
    pub version: i64,
    /// When it was resolved, in ms since 1970.
    pub timestamp: i64,
}

impl<'a> Key<'a> for RegularExpressionKey<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        Ok(Self { group: r.string()?, regular_expression: r.string()? })
    }

    fn group(&self) -> &'a str {
        self.group
    }
}

impl<'a> Value<'a> for ConsumerGroupMetadata {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let mut read = Self { epoch: r.i32()?, metadata_hash: 0 };
        r.tags(|tag, r| {
            if tag == 0 {
                read.metadata_hash = r.i64()?;
            }
            Ok(())
        })?;
        Ok(read)
    }
}

impl<'a> Value<'a> for ConsumerGroupPartitionMetadata<'a> {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read = Self { topics: r.array(TopicMetadata::read)? };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> TopicMetadata<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        let read = Self {
            topic_id: r.uuid()?,
            topic_name: r.string()?,
            num_partitions: r.i32()?,
            partition_metadata: r.array(PartitionRacks::read)?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> PartitionRacks<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        let read = Self { partition: r.i32()?, racks: r.array(Reader::string)? };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> Value<'a> for ConsumerGroupMember<'a> {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let mut read = Self {
            instance_id: r.opt_string()?,
            rack_id: r.opt_string()?,
            client_id: r.string()?,
            client_host: r.string()?,
            subscribed_topic_names: r.array(Reader::string)?,
            // Null and empty both mean none, and both occur.
            subscribed_topic_regex: r.opt_string()?.filter(|regex| !regex.is_empty()),
            rebalance_timeout_ms: known(r.i32()?),
            server_assignor: r.opt_string()?,
            // To a broker an absent tag is an empty struct. No member is like that, so: none.
            classic: None,
        };
        r.tags(|tag, r| {
            if tag == 0 {
                read.classic = r.opt_tagged_struct(ClassicMemberMetadata::read)?;
            }
            Ok(())
        })?;
        Ok(read)
    }
}

impl<'a> ClassicMemberMetadata<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        let read = Self {
            session_timeout_ms: r.i32()?,
            supported_protocols: r.array(ClassicProtocol::read)?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> ClassicProtocol<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        let (name, metadata) = (r.string()?, r.bytes()?);
        r.skip_tags()?;
        Ok(Self { name, subscription: Subscription::read(metadata), metadata })
    }
}

impl<'a> Value<'a> for ConsumerCurrentAssignment {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read = Self {
            member_epoch: r.i32()?,
            previous_member_epoch: known(r.i32()?),
            state: MemberState::of_consumer(r.i8()?),
            assigned_partitions: r.array(OwnedPartitions::read)?,
            partitions_pending_revocation: r.array(OwnedPartitions::read)?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl OwnedPartitions {
    fn read(r: &mut Reader<'_>) -> Read<Self> {
        let (topic_id, partitions) = (r.uuid()?, r.i32s()?);
        let mut epochs = None;
        r.tags(|tag, r| {
            if tag == 0 {
                epochs = assignment_epochs(r, &partitions)?;
            }
            Ok(())
        })?;
        Ok(Self { topic_id, partitions, assignment_epochs: epochs })
    }
}

impl<'a> Value<'a> for ResolvedRegularExpression<'a> {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read =
            Self { topics: r.array(Reader::string)?, version: r.i64()?, timestamp: r.i64()? };
        r.skip_tags()?;
        Ok(read)
    }
}
