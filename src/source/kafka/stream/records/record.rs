//! Record types, and how key and value bytes become one of them.

use super::classic::GroupMetadata;
use super::commit::{OffsetCommit, OffsetCommitKey};
use super::consumer::{
    ConsumerCurrentAssignment, ConsumerGroupMember, ConsumerGroupMetadata,
    ConsumerGroupPartitionMetadata, RegularExpressionKey, ResolvedRegularExpression,
};
use super::error::{DecodeError, Malformed, Part};
use super::group::{MemberKey, TargetAssignment, TargetAssignmentMetadata};
use super::reader::{Read, Reader};
use super::share::{
    ShareCurrentAssignment, ShareGroupMember, ShareGroupMetadata, ShareGroupStatePartitionMetadata,
};
use super::streams::{
    StreamsCurrentAssignment, StreamsGroupMember, StreamsGroupMetadata, StreamsTargetAssignment,
};
use super::topology::StreamsGroupTopology;

/// A key and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<K, V> {
    /// Of what.
    pub key: K,
    /// What it is now; `None` is a tombstone: it is no more. Tombstones may come for keys that
    /// never had a value.
    pub value: Option<V>,
}

/// One record, by type. The number behind each is the key's first two bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record<'a> {
    /// 0: a commit in a log begun on a very old broker; means what [`Record::OffsetCommit`] means.
    LegacyOffsetCommit(Entry<OffsetCommitKey<'a>, OffsetCommit<'a>>),
    /// 1: a commit of a group of any kind.
    OffsetCommit(Entry<OffsetCommitKey<'a>, OffsetCommit<'a>>),
    /// 2: a classic group. Tombstone: deleted, expired, or turned into a consumer group.
    GroupMetadata(Entry<&'a str, GroupMetadata<'a>>),
    /// 3: a consumer group. Tombstone: deleted, expired, or turned into a classic group.
    ConsumerGroupMetadata(Entry<&'a str, ConsumerGroupMetadata>),
    /// 4: its topics, up to Kafka 4.0. A tombstone says nothing.
    ConsumerGroupPartitionMetadata(Entry<&'a str, ConsumerGroupPartitionMetadata<'a>>),
    /// 5: a member. Tombstone: it is gone, or a static one has a new id.
    ConsumerGroupMemberMetadata(Entry<MemberKey<'a>, ConsumerGroupMember<'a>>),
    /// 6: for which epoch targets were computed.
    ConsumerGroupTargetAssignmentMetadata(Entry<&'a str, TargetAssignmentMetadata>),
    /// 7: a member's target.
    ConsumerGroupTargetAssignmentMember(Entry<MemberKey<'a>, TargetAssignment>),
    /// 8: what a member has. Tombstone: its partitions are free.
    ConsumerGroupCurrentMemberAssignment(Entry<MemberKey<'a>, ConsumerCurrentAssignment>),
    /// 10: a member of a share group.
    ShareGroupMemberMetadata(Entry<MemberKey<'a>, ShareGroupMember<'a>>),
    /// 11: a share group.
    ShareGroupMetadata(Entry<&'a str, ShareGroupMetadata>),
    /// 12: as 6.
    ShareGroupTargetAssignmentMetadata(Entry<&'a str, TargetAssignmentMetadata>),
    /// 13: as 7.
    ShareGroupTargetAssignmentMember(Entry<MemberKey<'a>, TargetAssignment>),
    /// 14: as 8, but several members may have the same partition.
    ShareGroupCurrentMemberAssignment(Entry<MemberKey<'a>, ShareCurrentAssignment>),
    /// 15: of which partitions a share group's positions are kept.
    ShareGroupStatePartitionMetadata(Entry<&'a str, ShareGroupStatePartitionMetadata<'a>>),
    /// 16: what a regular expression matches. Tombstone: no member uses it any more.
    ConsumerGroupRegularExpression(Entry<RegularExpressionKey<'a>, ResolvedRegularExpression<'a>>),
    /// 17: a streams group.
    StreamsGroupMetadata(Entry<&'a str, StreamsGroupMetadata<'a>>),
    /// 19: a member of a streams group.
    StreamsGroupMemberMetadata(Entry<MemberKey<'a>, StreamsGroupMember<'a>>),
    /// 20: as 6.
    StreamsGroupTargetAssignmentMetadata(Entry<&'a str, TargetAssignmentMetadata>),
    /// 21: as 7, in tasks.
    StreamsGroupTargetAssignmentMember(Entry<MemberKey<'a>, StreamsTargetAssignment<'a>>),
    /// 22: as 8, in tasks.
    StreamsGroupCurrentMemberAssignment(Entry<MemberKey<'a>, StreamsCurrentAssignment<'a>>),
    /// 23: what a streams group runs.
    StreamsGroupTopology(Entry<&'a str, StreamsGroupTopology<'a>>),
    /// A type that is not known here, value or not: to be counted and skipped.
    NewerKey(i16),
    /// A known key with a value version that is not known here: to be counted and skipped.
    NewerValue {
        /// The key's type.
        record_type: i16,
        /// The value's version.
        version: i16,
        /// The group of which now less is known than its records say.
        group: &'a str,
    },
}

/// A key's fields.
pub(super) trait Key<'a>: Sized {
    fn read(r: &mut Reader<'a>) -> Read<Self>;
    fn group(&self) -> &'a str;
}

/// A value's fields, behind its version.
pub(super) trait Value<'a>: Sized {
    /// The first version in flexible encoding.
    const FLEXIBLE_FROM: i16 = 0;
    fn read(r: &mut Reader<'a>, version: i16) -> Read<Self>;
}

/// Reads a record; a `value` of `None` is a tombstone.
///
/// # Errors
/// When the bytes are not what they claim to be. That includes bytes behind the last field: keys
/// never change and values grow by tagged fields alone (or by a new version), so that nobody's
/// record has any, and one that does was misread or damaged.
pub fn decode<'a>(key: &'a [u8], value: Option<&'a [u8]>) -> Result<Record<'a>, DecodeError> {
    use Record as R;
    let record = Halves::of(key, value)?;
    // Each with the newest value version that is known.
    match record.record_type {
        0 => record.read(R::LegacyOffsetCommit, 0),
        1 => record.read(R::OffsetCommit, 4),
        2 => record.read(R::GroupMetadata, 4),
        3 => record.read(R::ConsumerGroupMetadata, 0),
        4 => record.read(R::ConsumerGroupPartitionMetadata, 0),
        5 => record.read(R::ConsumerGroupMemberMetadata, 0),
        6 => record.read(R::ConsumerGroupTargetAssignmentMetadata, 0),
        7 => record.read(R::ConsumerGroupTargetAssignmentMember, 0),
        8 => record.read(R::ConsumerGroupCurrentMemberAssignment, 0),
        10 => record.read(R::ShareGroupMemberMetadata, 0),
        11 => record.read(R::ShareGroupMetadata, 0),
        12 => record.read(R::ShareGroupTargetAssignmentMetadata, 0),
        13 => record.read(R::ShareGroupTargetAssignmentMember, 0),
        14 => record.read(R::ShareGroupCurrentMemberAssignment, 0),
        15 => record.read(R::ShareGroupStatePartitionMetadata, 0),
        16 => record.read(R::ConsumerGroupRegularExpression, 0),
        17 => record.read(R::StreamsGroupMetadata, 0),
        19 => record.read(R::StreamsGroupMemberMetadata, 0),
        20 => record.read(R::StreamsGroupTargetAssignmentMetadata, 0),
        21 => record.read(R::StreamsGroupTargetAssignmentMember, 0),
        22 => record.read(R::StreamsGroupCurrentMemberAssignment, 0),
        23 => record.read(R::StreamsGroupTopology, 0),
        newer => Ok(R::NewerKey(newer)),
    }
}

/// A record whose type is known and nothing else.
struct Halves<'a> {
    record_type: i16,
    key: &'a [u8],
    /// Behind the type.
    key_fields: Reader<'a>,
    value: Option<&'a [u8]>,
}

impl<'a> Halves<'a> {
    fn of(key: &'a [u8], value: Option<&'a [u8]>) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(key, false);
        let error = |record_type, why| DecodeError {
            part: Part::Key,
            record_type,
            version: None,
            at: 0,
            why,
        };
        let record_type = reader.i16().map_err(|why| error(None, why))?;
        if record_type < 0 {
            return Err(error(Some(record_type), Malformed::NegativeVersion));
        }
        Ok(Self { record_type, key, key_fields: reader, value })
    }

    fn read<K: Key<'a>, V: Value<'a>>(
        mut self,
        record: fn(Entry<K, V>) -> Record<'a>,
        newest: i16,
    ) -> Result<Record<'a>, DecodeError> {
        let read = K::read(&mut self.key_fields).and_then(|key| finished(key, &self.key_fields));
        let key = read.map_err(|why| DecodeError {
            part: Part::Key,
            record_type: Some(self.record_type),
            version: None,
            at: self.key.len() - self.key_fields.left(),
            why,
        })?;
        let Some(bytes) = self.value else { return Ok(record(Entry { key, value: None })) };
        let mut reader = Reader::new(bytes, false);
        let error = |version, reader: &Reader<'_>, why| DecodeError {
            part: Part::Value,
            record_type: Some(self.record_type),
            version,
            at: bytes.len() - reader.left(),
            why,
        };
        let version = reader.i16().map_err(|why| error(None, &reader, why))?;
        if version < 0 {
            return Err(error(Some(version), &reader, Malformed::NegativeVersion));
        }
        if version > newest {
            let group = key.group();
            return Ok(Record::NewerValue { record_type: self.record_type, version, group });
        }
        reader.set_flexible(version >= V::FLEXIBLE_FROM);
        let read = V::read(&mut reader, version).and_then(|value| finished(value, &reader));
        let value = read.map_err(|why| error(Some(version), &reader, why))?;
        Ok(record(Entry { key, value: Some(value) }))
    }
}

fn finished<T>(read: T, reader: &Reader<'_>) -> Read<T> {
    if reader.is_empty() { Ok(read) } else { Err(Malformed::LeftOver) }
}

impl<'a> Record<'a> {
    /// The group that it is about; `None` for a key of a newer type.
    #[must_use]
    pub fn group(&self) -> Option<&'a str> {
        Some(match self {
            Self::NewerKey(_) => return None,
            Self::NewerValue { group, .. } => group,
            Self::LegacyOffsetCommit(e) | Self::OffsetCommit(e) => e.key.group,
            Self::GroupMetadata(e) => e.key,
            Self::ConsumerGroupMetadata(e) => e.key,
            Self::ConsumerGroupPartitionMetadata(e) => e.key,
            Self::ConsumerGroupMemberMetadata(e) => e.key.group,
            Self::ConsumerGroupTargetAssignmentMember(e)
            | Self::ShareGroupTargetAssignmentMember(e) => e.key.group,
            Self::ConsumerGroupCurrentMemberAssignment(e) => e.key.group,
            Self::ShareGroupMemberMetadata(e) => e.key.group,
            Self::ShareGroupMetadata(e) => e.key,
            Self::ConsumerGroupTargetAssignmentMetadata(e)
            | Self::ShareGroupTargetAssignmentMetadata(e)
            | Self::StreamsGroupTargetAssignmentMetadata(e) => e.key,
            Self::ShareGroupCurrentMemberAssignment(e) => e.key.group,
            Self::ShareGroupStatePartitionMetadata(e) => e.key,
            Self::ConsumerGroupRegularExpression(e) => e.key.group,
            Self::StreamsGroupMetadata(e) => e.key,
            Self::StreamsGroupMemberMetadata(e) => e.key.group,
            Self::StreamsGroupTargetAssignmentMember(e) => e.key.group,
            Self::StreamsGroupCurrentMemberAssignment(e) => e.key.group,
            Self::StreamsGroupTopology(e) => e.key,
        })
    }
}
