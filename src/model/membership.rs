//! What coordinators write down about the groups they assign for (KIP-848 consumer groups, KIP-932
//! share groups), record by record. A record says what one thing is from now on; of what it does not
//! name it says nothing.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{GroupId, GroupKind, MemberId, Timestamp, TopicId};

/// One record about a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembershipRecorded {
    /// The group.
    pub group: GroupId,
    /// Its type, as the record's own type says.
    pub kind: GroupKind,
    /// When the coordinator wrote it, by its clock.
    pub recorded: Timestamp,
    /// What it says.
    pub change: Change,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The group's epoch; `None`: the group is no more, or of another type from now on.
    Epoch(Option<i32>),
    /// The epoch for which targets were computed; `None`: the group is about to go.
    TargetEpoch(Option<i32>),
    /// What a member is; `None`: it is gone, or a static one has a new id.
    Member(MemberId, Option<MemberRecorded>),
    /// What a member shall hold; `None`: nothing is meant for it any more.
    Target(MemberId, Option<Vec<IdPartitions>>),
    /// What a member holds; `None`: what it held is free.
    Held(MemberId, Option<HeldRecorded>),
    /// A record that this version of lagtop cannot read: less is known now than was written.
    Unreadable,
}

/// What a member is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRecorded {
    /// `group.instance.id`; `None` for a dynamic member.
    pub instance_id: Option<Arc<str>>,
    /// `client.id`.
    pub client_id: Arc<str>,
    /// The address that the coordinator sees it at, without Java's leading slash.
    pub host: Arc<str>,
    /// `client.rack`.
    pub rack: Option<Arc<str>>,
    /// It speaks the classic protocol (online migration).
    pub classic: bool,
    /// How long it may take to give partitions back; `None` where not told.
    pub rebalance_timeout: Option<Duration>,
}

/// What a member holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRecorded {
    /// The epoch it has reached; 0 for a static member just replaced by its new id,
    /// [`HeldRecorded::AWAY`] for one that left for now.
    pub epoch: i32,
    /// How it stands to its target.
    pub progress: Progress,
    /// What it may consume. What it has yet to give back is not in it, as in answers.
    pub held: Vec<IdPartitions>,
    /// What it held in the epoch before, which is nothing where it just joined; `None` where the record does
    /// not tell.
    #[serde(default)]
    pub before: Option<Before>,
}

/// What a member was in the epoch before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// It was no member: this is its first epoch.
    pub joined: bool,
    /// What it has had since then, or has yet to give back.
    pub held: Vec<IdPartitions>,
}

impl HeldRecorded {
    /// The epoch of a static member that left and may return within its session timeout.
    pub const AWAY: i32 = -2;
}

/// How a member stands to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// It holds what it shall hold.
    Settled,
    /// It has to give partitions back.
    Revoking,
    /// It waits for what others have to give back.
    Waiting,
    /// A state that lagtop does not know.
    Unknown,
}

/// Several partitions of a topic by its id, in any order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdPartitions {
    /// The topic.
    pub topic: TopicId,
    /// The partitions' numbers.
    pub partitions: Vec<i32>,
}
