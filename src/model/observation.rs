//! The narrow waist: what sources emit, what is recorded, replayed and tested with.
//!
//! An observation is what was *seen*, not what it means. Errors are observations: a question that
//! failed says so about the thing it was asked about, and nothing else is touched by it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::behind::Mark;
use super::inventory::TopicListed;
use super::membership::MembershipRecorded;
use super::process::{HostSample, ProcessSamples, ProcessesFound, SendsSeen};
use super::writers::ProducersObserved;
use super::{
    Broker, BrokerHealth, BrokerId, Cost, Fault, GroupId, GroupKind, GroupState, HistoryProgress,
    Marker, MemberId, RoundReport, SourceHealth, SourceId, Timestamp, TopicId, TopicName,
    TopicPartitions,
};

/// One thing a source saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// When it was seen: for an answer from a broker, when the answer came.
    pub at: Timestamp,
    /// Who saw it.
    pub source: SourceId,
    /// What was seen.
    pub body: Body,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// The cluster's brokers, all of them.
    Cluster(ClusterObserved),
    /// The controller, where that is known for certain: what metadata tell of a `KRaft` cluster is any
    /// broker. `None`: none is elected.
    Controller(Option<BrokerId>),
    /// How the connections to brokers are doing; brokers not named keep their state.
    BrokerHealth(Vec<(BrokerId, BrokerHealth)>),
    /// The groups that one broker coordinates, all of them.
    GroupList(GroupListObserved),
    /// What a coordinator says about single groups.
    Groups(Vec<GroupObserved>),
    /// Committed offsets of single groups.
    Commits(Vec<CommitsObserved>),
    /// Single commits, as the coordinator recorded them.
    Recorded(Vec<CommitRecorded>),
    /// Of which groups the records seen so far are all there is.
    Followed(FollowedObserved),
    /// What coordinators recorded about groups that they assign for, in the order in which they did.
    Membership(Vec<MembershipRecorded>),
    /// What the topics of these ids are called, for records name ids; `None`: not looked at, or no more.
    TopicNames(Vec<(TopicId, Option<TopicName>)>),
    /// Partitions and leaders of single topics.
    Topics(Vec<TopicObserved>),
    /// All topics that are looked at, or why they were not told.
    Inventory(Result<Vec<TopicListed>, Fault>),
    /// Offsets of partitions' logs.
    Offsets(OffsetsObserved),
    /// Times of records in partitions' logs.
    RecordTimes(Vec<RecordTimesObserved>),
    /// Producers that write to partitions.
    Producers(Vec<ProducersObserved>),
    /// The host that lagtop runs on.
    Host(HostSample),
    /// The local processes that are looked at, all of them.
    Processes(ProcessesFound),
    /// Counters of the local processes that are looked at.
    ProcessSamples(ProcessSamples),
    /// When connections of local processes to a coordinator last sent.
    Sends(SendsSeen),
    /// A person marked a moment.
    Marker(Marker),
    /// A round of questions is over.
    Round(RoundReport),
    /// What the source has cost since its start, where that is not told by rounds.
    Cost(Cost),
    /// The source itself is well or not.
    Health(SourceHealth),
    /// A piece of the time before the start. Pieces come in any order, and are folded in together once
    /// [`HistoryProgress`] says that there are no more.
    Past(PastObserved),
    /// How far reading the past is.
    History(HistoryProgress),
}

/// The cluster's metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterObserved {
    /// The cluster's id.
    pub id: Option<Arc<str>>,
    /// The controller that clients are told; `None` while there is none.
    pub controller: Option<BrokerId>,
    /// All live brokers.
    pub brokers: Vec<Broker>,
}

/// A broker's answer to `ListGroups`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupListObserved {
    /// The broker that was asked; it coordinates every group it names.
    pub coordinator: BrokerId,
    /// All groups it coordinates, or why it did not say.
    pub groups: Result<Vec<ListedGroup>, Fault>,
}

/// A group as `ListGroups` names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedGroup {
    /// The group.
    pub id: GroupId,
    /// Its state; `None` from brokers before 2.6, which do not list it.
    pub state: Option<GroupState>,
    /// Its type; brokers before 3.8 do not list it and know only classic groups.
    pub kind: GroupKind,
    /// `consumer` for consumers, `connect` and others for others, empty for a group that only commits.
    pub protocol_type: Arc<str>,
}

/// A coordinator's answer about one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupObserved {
    /// The group.
    pub id: GroupId,
    /// The broker that answered; `None` for what was read from the coordinator's records.
    pub coordinator: Option<BrokerId>,
    /// When it was asked: what was seen of the group after that is newer than this answer. For
    /// records, when they were read.
    pub asked: Timestamp,
    /// When a classic group's record was written; `None` for answers.
    pub written: Option<Written>,
    /// What it said, or why it did not.
    pub description: Result<GroupDescription, Fault>,
}

/// The times in the record of a classic group's generation, by the coordinator's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The record's own time: the rebalance was over.
    pub at: Timestamp,
    /// When all had joined, and the leader began to assign; `None` where not told. When the rebalance
    /// began is not recorded.
    pub joined: Option<Timestamp>,
}

/// A group with its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupDescription {
    /// Its state.
    pub state: GroupState,
    /// Its type.
    pub kind: GroupKind,
    /// The elected (classic) or used (KIP-848) assignor; `None` while there is none.
    pub assignor: Option<Arc<str>>,
    /// The group epoch (KIP-848, KIP-932), or from records a classic group's generation, which answers
    /// do not tell (`None`).
    pub epoch: Option<i32>,
    /// The epoch of the target assignment; `None` for classic groups.
    pub assignment_epoch: Option<i32>,
    /// All members.
    pub members: Vec<MemberObserved>,
}

/// A member as its coordinator describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberObserved {
    /// Its id, unique in the group.
    pub id: MemberId,
    /// `group.instance.id`; `None` for a dynamic member.
    pub instance_id: Option<Arc<str>>,
    /// `client.id`.
    pub client_id: Arc<str>,
    /// The address that the coordinator sees it at, without Java's leading slash.
    pub host: Arc<str>,
    /// `client.rack`, where told.
    pub rack: Option<Arc<str>>,
    /// The epoch it has reached; `None` for members of classic groups.
    pub epoch: Option<i32>,
    /// It speaks the classic protocol in a KIP-848 group (online migration).
    pub classic: bool,
    /// What it holds now, topics ascending. `None`: the bytes could not be read, or, while a classic
    /// group rebalances, the coordinator does not say.
    pub assignment: Option<Vec<TopicPartitions>>,
    /// What it shall hold (KIP-848); `None` for members of classic groups.
    pub target: Option<Vec<TopicPartitions>>,
}

/// A group's committed offsets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitsObserved {
    /// The group.
    pub id: GroupId,
    /// When it was asked: commits recorded after that are newer than this answer.
    pub asked: Timestamp,
    /// Every partition it has committed on, or why nothing was told.
    pub topics: Result<Vec<TopicCommits>, Fault>,
    /// Its records have told all of this already, so that the answer should say nothing new.
    #[serde(default)]
    pub compared: bool,
}

/// Committed offsets on one topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicCommits {
    /// The topic.
    pub topic: TopicName,
    /// One entry a partition, ascending.
    pub partitions: Vec<CommitObserved>,
}

/// The committed offset of one partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitObserved {
    /// The partition.
    pub partition: i32,
    /// The committed position, `Ok(None)` if there is none, or why it was not told.
    pub offset: Result<Option<i64>, Fault>,
    /// The leader epoch of the last record consumed; `None` if the client did not say.
    pub leader_epoch: Option<i32>,
    /// The text that the client attached; mostly empty.
    pub metadata: Arc<str>,
}

/// One commit, or its end, as the coordinator recorded it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitRecorded {
    /// The group.
    pub group: GroupId,
    /// The topic.
    pub topic: TopicName,
    /// The partition.
    pub partition: i32,
    /// The committed position; `None`: it was taken away, by whoever deleted it or because it expired.
    pub offset: Option<i64>,
    /// When the coordinator took the commit, or took it away, by its clock.
    pub recorded: Timestamp,
    /// The leader epoch of the last record consumed; `None` if the client did not say.
    pub leader_epoch: Option<i32>,
    /// The text that the client attached; mostly empty.
    pub metadata: Arc<str>,
}

/// Groups of which nothing was asked, because their coordinators' records tell it: as of the moment at
/// which this was seen, what was recorded is all there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowedObserved {
    /// Those whose commits are known so.
    pub commits: Vec<GroupId>,
    /// Those whose state and members are.
    pub members: Vec<GroupId>,
}

/// A topic's metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicObserved {
    /// The topic.
    pub topic: TopicName,
    /// Its partitions, or why they were not told (`UNKNOWN_TOPIC_OR_PARTITION`: it does not exist).
    pub metadata: Result<TopicMetadata, Fault>,
}

/// A topic's id and partitions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicMetadata {
    /// Its id; `None` from brokers before 2.8.
    pub id: Option<TopicId>,
    /// All partitions, ascending.
    pub partitions: Vec<PartitionMetadata>,
}

/// One partition's metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionMetadata {
    /// The partition.
    pub partition: i32,
    /// Its leader; `None` while it has none.
    pub leader: Option<BrokerId>,
    /// The leader's epoch; `None` from brokers before 2.1.
    pub leader_epoch: Option<i32>,
    /// All replicas, the preferred leader first.
    pub replicas: Vec<BrokerId>,
    /// The replicas in sync.
    pub isr: Vec<BrokerId>,
}

/// Which offset of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogOffset {
    /// One past the last record that `read_uncommitted` consumers may read: the high watermark.
    HighWatermark,
    /// One past the last record that `read_committed` consumers may read: the last stable offset.
    LastStable,
    /// The first record still in the log.
    Start,
}

/// Offsets of partitions' logs, as one leader told them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetsObserved {
    /// Which offset was asked for.
    pub which: LogOffset,
    /// The answers, per topic.
    pub topics: Vec<TopicOffsets>,
}

/// Offsets of one topic's partitions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicOffsets {
    /// The topic.
    pub topic: TopicName,
    /// Partition and offset, or why it was not told; ascending.
    pub partitions: Vec<(i32, Result<i64, Fault>)>,
}

/// Which records of one topic's partitions are the first at or after a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordTimesObserved {
    /// The topic.
    pub topic: TopicName,
    /// Partition and answer, or why it was not told.
    pub partitions: Vec<(i32, Result<Mark, Fault>)>,
}

/// A piece of the time before the start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PastObserved {
    /// Committed positions.
    Commits(Vec<PastCommits>),
    /// Ends of logs.
    Ends(Vec<PastEnds>),
    /// Positions of which no commit is told have been what they were first seen to be since `from`, if that
    /// was not after `until`.
    Still {
        /// From here on the past is known.
        from: Timestamp,
        /// Up to here it was read.
        until: Timestamp,
    },
    /// Groups as their records described them, oldest first; [`GroupObserved::asked`] is when the
    /// record was written. A state in which partitions change hands comes without members.
    Groups(Vec<GroupObserved>),
    /// What coordinators recorded about groups that they assign for, in the order in which they did.
    Membership(Vec<MembershipRecorded>),
}

/// One group's positions on one partition, as its coordinator recorded them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastCommits {
    /// The group.
    pub group: GroupId,
    /// The topic.
    pub topic: TopicName,
    /// The partition.
    pub partition: i32,
    /// When, by the coordinator's clock, and which position from then on; `None`: it was taken away.
    /// Ascending.
    pub points: Vec<(Timestamp, Option<i64>)>,
}

/// One partition's ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastEnds {
    /// The topic.
    pub topic: TopicName,
    /// The partition.
    pub partition: i32,
    /// When, by the records' own times, and where the log ended from then on. Ascending.
    pub points: Vec<(Timestamp, i64)>,
}
