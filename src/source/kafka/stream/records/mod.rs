//! The records of `__consumer_offsets`, decoded: what group coordinators write down about their
//! groups, in every version that may still be in a log.
//!
//! [`decode`] takes a record's key and value and gives a [`Record`] that borrows every name from
//! them. It is total. Any bytes give one of three answers: a record; "newer than known here"
//! ([`Record::NewerKey`], [`Record::NewerValue`]), which is no fault and shall be counted and
//! skipped, as brokers do; or a [`DecodeError`], the bytes being damaged. It never panics and never
//! takes more memory than the bytes justify.
//!
//! What a number means is said here (units, [`None`] for Kafka's -1), what follows from it is not:
//! records come alone, out of order after compaction, and may be older than a tombstone further on.
//! Names and texts come from clients: any characters may be in them.
//!
//! Source: Kafka's message definitions up to 4.4 (`group-coordinator/src/main/resources/common/
//! message`); types 9 and 18 are not assigned there.
//!
//! Imports nothing but std: no client, no model. [`partition_of`] says where a group's records are.

mod classic;
mod commit;
mod consumer;
mod error;
mod group;
mod member_bytes;
mod partition;
mod reader;
mod record;
mod share;
mod streams;
mod topology;
mod uuid;

#[cfg(test)]
mod tests;

pub use classic::{ClassicMember, GroupMetadata};
pub use commit::{OffsetCommit, OffsetCommitKey};
pub use consumer::{
    ClassicMemberMetadata, ClassicProtocol, ConsumerCurrentAssignment, ConsumerGroupMember,
    ConsumerGroupMetadata, ConsumerGroupPartitionMetadata, OwnedPartitions, PartitionRacks,
    RegularExpressionKey, ResolvedRegularExpression, TopicMetadata,
};
pub use error::{DecodeError, Malformed, Part};
pub use group::{
    KeyValue, MemberKey, MemberState, TargetAssignment, TargetAssignmentMetadata, TopicIdPartitions,
};
pub use member_bytes::{Assignment, Subscription, TopicPartitions};
pub use partition::partition_of;
pub use record::{Entry, Record, decode};
pub use share::{
    DeletingTopic, ShareCurrentAssignment, ShareGroupMember, ShareGroupMetadata,
    ShareGroupStatePartitionMetadata, ShareTopic,
};
pub use streams::{
    Endpoint, StreamsCurrentAssignment, StreamsGroupMember, StreamsGroupMetadata,
    StreamsTargetAssignment, Tasks,
};
pub use topology::{CopartitionGroup, InternalTopic, StreamsGroupTopology, Subtopology};
pub use uuid::Uuid;
