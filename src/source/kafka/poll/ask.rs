//! Questions that the planner wants asked, and what came of them: all that passes between the pure
//! planner and the shell that does the input and output.

use std::sync::Arc;

use super::ages::Times;
use crate::model::observation::LogOffset;
use crate::model::{BrokerId, GroupId, GroupKind, Timestamp, TopicName, TopicPartitions};
use crate::source::kafka::wire::{
    ClassicGroup, ConsumerGroup, Coordinator, GroupList, Metadata, PerGroup, Quorum, ShareGroup,
    TopicCommits, TopicOffsets, TopicProducers, WireError,
};

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    /// The round it belongs to.
    pub(super) round: u64,
    /// Whom to ask; `None`: any broker.
    pub(super) broker: Option<BrokerId>,
    /// What to ask.
    pub(super) what: What,
}

/// What to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Brokers, and these topics.
    Metadata(Vec<TopicName>),
    /// Brokers, and all topics.
    Inventory,
    /// Who leads the controllers.
    Quorum,
    /// Which brokers coordinate these groups.
    Coordinators(Arc<[GroupId]>),
    /// The groups that the broker coordinates.
    List,
    /// All commits of these groups.
    Commits(Arc<[GroupId]>),
    /// The same of groups whose records have told them already.
    Compare(Arc<[GroupId]>),
    /// Where these partitions of the offsets topic end for readers of what is committed.
    Look(Arc<[i32]>),
    /// Members of these groups, which are of one type.
    Describe(GroupKind, Arc<[GroupId]>),
    /// An offset of these partitions, which the broker leads.
    Offsets(LogOffset, Arc<[TopicPartitions]>),
    /// Producers of these partitions, which the broker leads.
    Producers(Arc<[TopicPartitions]>),
    /// The first records at or after these times, of partitions that the broker leads.
    Times(Times),
}

/// A question and its answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) ask: Ask,
    /// When it was asked.
    pub(super) asked: Timestamp,
    /// When the answer came.
    pub(super) at: Timestamp,
    pub(super) result: Result<Told, WireError>,
}

/// What was told.
#[derive(Debug)]
pub(super) enum Told {
    Metadata(Metadata),
    List(GroupList),
    Commits(PerGroup<Vec<TopicCommits>>),
    Classic(PerGroup<ClassicGroup>),
    Consumer(PerGroup<ConsumerGroup>),
    Share(PerGroup<ShareGroup>),
    Offsets(Vec<TopicOffsets>),
    Producers(Vec<TopicProducers>),
    Quorum(Quorum),
    Coordinators(PerGroup<Coordinator>),
}
