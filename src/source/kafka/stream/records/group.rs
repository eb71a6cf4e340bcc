//! What the groups that coordinators assign for (consumer, share, streams) have in common.

use super::reader::{Read, Reader};
use super::record::{Key, Value};
use super::uuid::Uuid;

/// A group and one of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MemberKey<'a> {
    /// Group id.
    pub group: &'a str,
    /// Member id.
    pub member: &'a str,
}

/// Partitions of a topic, by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicIdPartitions {
    /// Topic id.
    pub topic_id: Uuid,
    /// In no order.
    pub partitions: Vec<i32>,
}

/// How far the assignor came: record types 6, 12 and 20.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetAssignmentMetadata {
    /// The group epoch for which the members' targets were computed.
    pub assignment_epoch: i32,
    /// When they were, in ms since 1970; `None` before Kafka 4.3.
    pub assignment_timestamp: Option<i64>,
}

/// What one member shall have: record types 7 and 13. Written only when it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetAssignment {
    /// Topics and partitions.
    pub topic_partitions: Vec<TopicIdPartitions>,
}

/// How a member stands to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberState {
    /// It has what it shall have, as far as it is free.
    Stable,
    /// It must give something back before its epoch advances.
    Unrevoked,
    /// Its epoch has advanced; it waits for what others have to give back.
    Unreleased,
    /// Said to be unknown, or a number of later versions.
    Unknown,
}

impl MemberState {
    /// As consumer and share groups count.
    pub(super) fn of_consumer(number: i8) -> Self {
        match number {
            0 => Self::Stable,
            1 => Self::Unrevoked,
            2 => Self::Unreleased,
            _ => Self::Unknown,
        }
    }

    /// As streams groups count: the same, from 1.
    pub(super) fn of_streams(number: i8) -> Self {
        match number {
            1 => Self::Stable,
            2 => Self::Unrevoked,
            3 => Self::Unreleased,
            _ => Self::Unknown,
        }
    }
}

/// A pair of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyValue<'a> {
    /// Its name.
    pub key: &'a str,
    /// What it is set to.
    pub value: &'a str,
}

/// Most keys are a group alone.
impl<'a> Key<'a> for &'a str {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        r.string()
    }

    fn group(&self) -> &'a str {
        self
    }
}

impl<'a> Key<'a> for MemberKey<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        Ok(Self { group: r.string()?, member: r.string()? })
    }

    fn group(&self) -> &'a str {
        self.group
    }
}

impl<'a> Value<'a> for TargetAssignmentMetadata {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let mut read = Self { assignment_epoch: r.i32()?, assignment_timestamp: None };
        r.tags(|tag, r| {
            if tag == 0 {
                read.assignment_timestamp = Some(r.i64()?).filter(|at| *at != 0);
            }
            Ok(())
        })?;
        Ok(read)
    }
}

impl<'a> Value<'a> for TargetAssignment {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read = Self { topic_partitions: r.array(TopicIdPartitions::read)? };
        r.skip_tags()?;
        Ok(read)
    }
}

impl TopicIdPartitions {
    pub(super) fn read(r: &mut Reader<'_>) -> Read<Self> {
        let read = Self { topic_id: r.uuid()?, partitions: r.i32s()? };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> KeyValue<'a> {
    pub(super) fn read(r: &mut Reader<'a>) -> Read<Self> {
        let read = Self { key: r.string()?, value: r.string()? };
        r.skip_tags()?;
        Ok(read)
    }
}

/// The epoch at which each of `partitions` was given. `None` for null and for a list of another
/// length, which says nothing.
pub(super) fn assignment_epochs(r: &mut Reader<'_>, partitions: &[i32]) -> Read<Option<Vec<i32>>> {
    Ok(r.opt_i32s()?.filter(|epochs| epochs.len() == partitions.len()))
}
