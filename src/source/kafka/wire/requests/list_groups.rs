//! `ListGroups`: the groups that one broker coordinates.
//!
//! Versions 0 to 5: states since 4 (KIP-518, Kafka 2.6), types since 5 (KIP-848, Kafka 3.8).

use std::fmt;
use std::sync::Arc;

use kafka_protocol::messages::{ApiKey, ListGroupsRequest};

use super::{Answered, Question};
use crate::source::kafka::wire::decode::{Malformed, Reader};
use crate::source::kafka::wire::kafka_error::KafkaError;

/// The groups of one coordinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupList {
    /// Those that it told.
    pub groups: Vec<ListedGroup>,
    /// Set when the broker told some groups and an error: others may exist
    /// (`COORDINATOR_LOAD_IN_PROGRESS`). An error without groups fails the question instead.
    pub incomplete: Option<KafkaError>,
}

/// A group, as its coordinator lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroup {
    /// The group's id.
    pub group: Arc<str>,
    /// `consumer` for every kind of consumer group, `connect`, `share`, `streams`, or empty for a
    /// group that only ever committed.
    pub protocol_type: Arc<str>,
    /// `None` from brokers before 2.6.
    pub state: Option<GroupState>,
    /// `None` from brokers before 3.8, where every group is classic.
    pub group_type: Option<GroupType>,
}

/// Which protocol a group speaks; decides which request describes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GroupType {
    /// `describe_classic_groups`.
    Classic,
    /// KIP-848: `describe_consumer_groups`.
    Consumer,
    /// KIP-932: `describe_share_groups`.
    Share,
    /// KIP-1071: listed only; its description is not in the messages of Kafka 4.1 used here.
    Streams,
    /// Newer than this client.
    Other(Arc<str>),
}

impl GroupType {
    /// Kafka's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Classic => "classic",
            Self::Consumer => "consumer",
            Self::Share => "share",
            Self::Streams => "streams",
            Self::Other(name) => name,
        }
    }

    fn read(name: Arc<str>) -> Self {
        [Self::Classic, Self::Consumer, Self::Share, Self::Streams]
            .into_iter()
            .find(|known| known.name().eq_ignore_ascii_case(&name))
            .unwrap_or(Self::Other(name))
    }
}

impl fmt::Display for GroupType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The state of a group of any type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GroupState {
    /// Everybody has what they should have.
    Stable,
    /// Classic: waiting for members to join.
    PreparingRebalance,
    /// Classic: waiting for the leader's assignment.
    CompletingRebalance,
    /// KIP-848: computing the target assignment.
    Assigning,
    /// KIP-848: members are moving to their targets.
    Reconciling,
    /// No members; commits may be left.
    Empty,
    /// Gone, or never there.
    Dead,
    /// Streams: source topics are missing.
    NotReady,
    /// Newer than this client, or `Unknown` from the broker.
    Other(Arc<str>),
}

impl GroupState {
    /// Kafka's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Stable => "Stable",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Assigning => "Assigning",
            Self::Reconciling => "Reconciling",
            Self::Empty => "Empty",
            Self::Dead => "Dead",
            Self::NotReady => "NotReady",
            Self::Other(name) => name,
        }
    }

    /// By Kafka's name; case does not matter.
    pub(super) fn read(name: Arc<str>) -> Self {
        [
            Self::Stable,
            Self::PreparingRebalance,
            Self::CompletingRebalance,
            Self::Assigning,
            Self::Reconciling,
            Self::Empty,
            Self::Dead,
            Self::NotReady,
        ]
        .into_iter()
        .find(|known| known.name().eq_ignore_ascii_case(&name))
        .unwrap_or(Self::Other(name))
    }
}

impl fmt::Display for GroupState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

pub(in crate::source::kafka::wire) struct AskGroups;

impl Question for AskGroups {
    type Message = ListGroupsRequest;
    type Answer = Result<GroupList, KafkaError>;
    const OPERATION: &'static str = "list the groups of";
    const KEY: ApiKey = ApiKey::ListGroups;
    const VERSIONS: (i16, i16) = (0, 5);

    fn message(&self, _version: i16) -> Self::Message {
        ListGroupsRequest::default()
    }

    fn read(r: &mut Reader<'_>, version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = if version >= 1 { r.i32()? } else { 0 };
        let error = KafkaError::check(r.i16()?).err();
        let groups = r.array(|r| {
            let group = ListedGroup {
                group: r.string()?,
                protocol_type: r.name()?,
                state: if version >= 4 { Some(GroupState::read(r.name()?)) } else { None },
                group_type: if version >= 5 { Some(GroupType::read(r.name()?)) } else { None },
            };
            r.tags()?;
            Ok(group)
        })?;
        r.tags()?;
        let answer = match error {
            Some(error) if groups.is_empty() => Err(error),
            incomplete => Ok(GroupList { groups, incomplete }),
        };
        Ok(Answered::new(throttle, answer))
    }
}
