//! A consumer group as the screen and the exports see it.
//!
//! | file | what it holds |
//! |---|---|
//! | `state` | states and types, with Kafka's names |
//! | `rows` | which partitions a group has, and who owns them |
//! | `sums` | sums over them |

use std::sync::Arc;

use super::series::{GroupSeries, PartitionSeries};
use super::{
    Behind, BrokerId, Eta, Fault, GroupId, Lag, MemberId, Rate, Rebalance, Rest, StateBand,
    Timestamp, TopicName, TopicPartitions,
};

mod rows;
mod state;
mod sums;

pub use rows::Rows;
pub use state::{GroupKind, GroupState};
pub use sums::Sums;

/// A member of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberView {
    /// Its id, unique in the group.
    pub id: MemberId,
    /// `group.instance.id`; `None` for a dynamic member.
    pub instance_id: Option<Arc<str>>,
    /// `client.id`.
    pub client_id: Arc<str>,
    /// The address at which the coordinator sees it.
    pub host: Arc<str>,
    /// `client.rack`, where told.
    pub rack: Option<Arc<str>>,
    /// The epoch it has reached (KIP-848); `None` in classic groups.
    pub epoch: Option<i32>,
    /// It speaks the classic protocol in a KIP-848 group.
    pub classic: bool,
    /// What it holds; `None` if that is not known.
    pub assignment: Option<Vec<TopicPartitions>>,
    /// What it shall hold (KIP-848); `None` in classic groups.
    pub target: Option<Vec<TopicPartitions>>,
    /// Records of lag on the partitions it holds, positive ones only; `None` if none is known.
    pub lag: Option<i64>,
    /// Records a second that its partitions' commits advance; `None` if not known for any.
    pub consumed: Option<Rate>,
}

impl MemberView {
    /// How many partitions it holds; `None` if that is not known.
    #[must_use]
    pub fn held(&self) -> Option<usize> {
        self.assignment
            .as_ref()
            .map(|topics| topics.iter().map(|topic| topic.partitions.len()).sum())
    }

    /// It does not hold what it shall hold: the group waits for it (KIP-848).
    #[must_use]
    pub fn is_reconciling(&self) -> bool {
        self.target.is_some() && self.target != self.assignment
    }
}

/// A commit as the coordinator recorded it. It may be newer than the position in [`Commit::offset`], from
/// which lag is counted: that stands beside an end that was asked for after it, whereas lag counted from
/// a newer commit would shrink between two looks at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The committed position.
    pub offset: i64,
    /// When the coordinator took the commit, by its clock; also one that did not move the position.
    pub at: Timestamp,
    /// When it was read.
    pub seen: Timestamp,
}

/// A committed offset, as the coordinator answered or recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The next offset to read, from which lag is counted.
    pub offset: i64,
    /// When this offset was first seen.
    pub seen: Timestamp,
    /// When the position last moved while it was watched; `None` if it has not moved since lagtop
    /// first looked.
    pub moved: Option<Timestamp>,
    /// The last commit as the coordinator recorded it; `None` where commits are only polled.
    pub recorded: Option<Recorded>,
    /// The leader epoch of the last record consumed; `None` if the client did not say.
    pub leader_epoch: Option<i32>,
    /// The client's text; mostly empty. Unescaped.
    pub metadata: Arc<str>,
}

impl Commit {
    /// The newest position known: the recorded one, or where commits are only polled the answered one.
    #[must_use]
    pub fn newest(&self) -> i64 {
        self.recorded.map_or(self.offset, |recorded| recorded.offset)
    }
}

/// One partition as one group consumes it.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionView {
    /// The partition.
    pub partition: i32,
    /// The committed position; `None`: there is none, or (with a fault) it is not known.
    pub commit: Option<Commit>,
    /// Why the commit, the end or the partition itself is not known.
    pub fault: Option<Fault>,
    /// The member that holds the partition: an index into [`GroupView::members`].
    pub owner: Option<u32>,
    /// Lag and what belongs to it.
    pub lag: Lag,
    /// Records a second that the commit advances.
    pub consumed: Option<Rate>,
    /// When the lag will be worked off.
    pub eta: Option<Eta>,
    /// Lag in time; `None` if not known.
    pub behind: Option<Behind>,
    /// Committed positions over time.
    pub history: Arc<PartitionSeries>,
}

/// The partitions of one topic that a group holds or has committed on.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupTopic {
    /// The topic.
    pub topic: TopicName,
    /// Its partitions, ascending.
    pub partitions: Vec<PartitionView>,
}

/// Sums over a group's partitions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupTotals {
    /// Sum of the positive lags; `None` while no partition's lag is known. A negative lag never
    /// offsets another partition's.
    pub lag: Option<i64>,
    /// Partitions listed.
    pub partitions: usize,
    /// Partitions whose lag is not known (without a commit, or without an end).
    pub unknown: usize,
    /// Partitions whose lag is negative.
    pub negative: usize,
    /// Records deleted before the group read them.
    pub lost: i64,
    /// Records a second that arrive on its partitions; `None` if not known for any.
    pub arriving: Option<Rate>,
    /// Records a second that its commits advance; `None` if not known for any.
    pub consumed: Option<Rate>,
    /// When the lag will be worked off.
    pub eta: Option<Eta>,
    /// Lag in time of the partition that is furthest behind; `None` if not known of any.
    pub behind: Option<Behind>,
}

/// A consumer group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupView {
    /// Its `group.id`.
    pub id: GroupId,
    /// Its type.
    pub kind: GroupKind,
    /// Its state as last seen.
    pub state: GroupState,
    /// `consumer` for consumers; empty for a group that only commits.
    pub protocol_type: Arc<str>,
    /// The assignor in use; `None` if there is none, or it was not described yet.
    pub assignor: Option<Arc<str>>,
    /// The broker that coordinates it.
    pub coordinator: Option<BrokerId>,
    /// Group epoch (KIP-848) or generation (classic); `None` where not told.
    pub epoch: Option<i32>,
    /// Epoch of the target assignment (KIP-848).
    pub assignment_epoch: Option<i32>,
    /// Its members by client id, then id; `None` if it was not described (yet, or for want of rights).
    pub members: Option<Arc<[MemberView]>>,
    /// Why it could not be described.
    pub describe_fault: Option<Fault>,
    /// Why its commits could not be had.
    pub commits_fault: Option<Fault>,
    /// Its partitions by topic, ascending.
    pub topics: Arc<[GroupTopic]>,
    /// Sums over its partitions.
    pub totals: GroupTotals,
    /// Total lag over time.
    pub lag_history: Arc<GroupSeries>,
    /// States over time.
    pub band: Arc<StateBand>,
    /// The last rebalances seen, oldest first.
    pub rebalances: Arc<Vec<Rebalance>>,
    /// How many were seen since the group was first looked at; more than are kept, in the end.
    pub rebalances_seen: u64,
    /// Who was there and held what when it was last at rest; `None` as long as it has not been.
    pub rest: Option<Rest>,
}

impl GroupView {
    /// A group of which only the name is known.
    #[must_use]
    pub fn new(id: GroupId, kind: GroupKind, state: GroupState) -> Self {
        Self {
            id,
            kind,
            state,
            protocol_type: "".into(),
            assignor: None,
            coordinator: None,
            epoch: None,
            assignment_epoch: None,
            members: None,
            describe_fault: None,
            commits_fault: None,
            topics: Arc::new([]),
            totals: GroupTotals::default(),
            lag_history: Arc::default(),
            band: Arc::default(),
            rebalances: Arc::default(),
            rebalances_seen: 0,
            rest: None,
        }
    }

    /// The topic's partitions in this group.
    #[must_use]
    pub fn topic(&self, topic: &str) -> Option<&GroupTopic> {
        let index = self.topics.binary_search_by(|entry| entry.topic.as_str().cmp(topic)).ok()?;
        self.topics.get(index)
    }

    /// The member that holds `partition`.
    #[must_use]
    pub fn owner(&self, partition: &PartitionView) -> Option<&MemberView> {
        self.members.as_ref()?.get(usize::try_from(partition.owner?).ok()?)
    }

    /// Every partition with its topic, ascending.
    pub fn partitions(&self) -> impl Iterator<Item = (&TopicName, &PartitionView)> {
        self.topics.iter().flat_map(|topic| {
            topic.partitions.iter().map(move |partition| (&topic.topic, partition))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_without_its_target_is_waited_for() {
        let held = |partitions: &[i32]| {
            Some(vec![TopicPartitions { topic: "t".into(), partitions: partitions.to_vec() }])
        };
        let mut member = MemberView {
            id: "m".into(),
            instance_id: None,
            client_id: "c".into(),
            host: "h".into(),
            rack: None,
            epoch: Some(3),
            classic: false,
            assignment: held(&[0, 1]),
            target: held(&[0]),
            lag: None,
            consumed: None,
        };
        assert!(member.is_reconciling());
        assert_eq!(member.held(), Some(2));
        member.target = held(&[0, 1]);
        assert!(!member.is_reconciling());
        member.target = None;
        assert!(!member.is_reconciling(), "a classic member has no target");
    }
}
