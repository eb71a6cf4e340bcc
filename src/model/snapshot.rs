//! Everything known at one moment: the only thing that screens and exports see.
//!
//! A snapshot never changes. What did not change between two of them is the same `Arc`, so publishing
//! costs a vector of pointers, keeping an old one is pausing, and "has it changed" is a comparison of
//! pointers. Moments of confirmation change every round; they stand beside the views, not in them.

use std::sync::Arc;

use super::{
    AgeWish, ClusterView, Finding, Findings, GroupId, GroupView, InventoryView, Isolation, Marker,
    ProcessesView, Rate, SourceId, SourceView, Timestamp, TopicName, TopicView,
};

/// Everything known at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Grows by one with each published snapshot.
    pub version: u64,
    /// The newest observation in it.
    pub at: Timestamp,
    /// The isolation level under which lag is counted.
    pub isolation: Isolation,
    /// Cluster and brokers.
    pub cluster: Arc<ClusterView>,
    /// Groups by id, ascending.
    pub groups: Arc<[GroupEntry]>,
    /// What there is in the cluster, whoever uses it.
    pub inventory: InventoryEntry,
    /// Topics by name, ascending: those that some group has committed on or holds, and those whose
    /// producers come and go.
    pub topics: Arc<[TopicEntry]>,
    /// The sources.
    pub sources: Arc<[SourceView]>,
    /// This host, its processes, and which of them the members of a group are.
    pub processes: Arc<ProcessesView>,
    /// Sums over all groups.
    pub totals: Totals,
    /// Where the sources did not agree.
    pub differences: Differences,
    /// Moments that a person marked, oldest first.
    pub markers: Arc<Vec<Marker>>,
}

/// Where records and answers told different things of a group at rest. There should be none: each is a
/// defect of lagtop, or something that coordinators do not record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// How many since the start.
    pub count: u64,
    /// The last of them.
    pub last: Option<Difference>,
}

/// One of them. The answer was taken for true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// When it was found to last.
    pub at: Timestamp,
    /// In which group.
    pub group: GroupId,
    /// About what.
    pub about: Differing,
}

/// About what records and answers differed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differing {
    /// State, members, or what they hold.
    Members,
    /// A committed position.
    Commits,
}

impl Differing {
    /// The word used on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Commits => "commits",
        }
    }
}

/// A group and when its parts were last confirmed.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupEntry {
    /// The group.
    pub view: Arc<GroupView>,
    /// When its parts were last confirmed.
    pub seen: GroupSeen,
    /// What is wrong with it.
    pub findings: Arc<Findings>,
}

/// When a group's parts were last confirmed by its coordinator; `None` never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupSeen {
    /// Its existence and state.
    pub listed: Option<Timestamp>,
    /// Its members.
    pub described: Option<Timestamp>,
    /// Its committed offsets.
    pub commits: Option<Timestamp>,
}

/// A topic and when its ends were last confirmed.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicEntry {
    /// The topic.
    pub view: Arc<TopicView>,
    /// Per partition, by index: when the leader last told its end; `None` never.
    pub confirmed: Arc<[Option<Timestamp>]>,
    /// What is wrong with it, whoever reads it.
    pub findings: Arc<Findings>,
}

/// What there is in the cluster, and when all topics were last told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InventoryEntry {
    /// What there is.
    pub view: Arc<InventoryView>,
    /// When all topics were last told; `None` never.
    pub seen: Option<Timestamp>,
    /// What is wrong with the cluster, of which no group and no topic is the subject.
    pub findings: Arc<Findings>,
}

/// Sums over all groups.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Sum of the groups' lags; `None` while none is known.
    pub lag: Option<i64>,
    /// How fast that sum grows (or, below zero, shrinks), in records a second.
    pub growth: Option<Rate>,
    /// Groups.
    pub groups: usize,
    /// Groups whose partitions are changing hands.
    pub rebalancing: usize,
    /// Group-partitions.
    pub partitions: usize,
}

impl Totals {
    /// The sums over these groups.
    #[must_use]
    pub fn of<'a>(groups: impl Iterator<Item = &'a GroupView>) -> Self {
        let mut totals = Self::default();
        let mut growth = None;
        for group in groups {
            totals.groups += 1;
            totals.partitions += group.totals.partitions;
            totals.rebalancing += usize::from(group.state.is_rebalancing());
            if let Some(lag) = group.totals.lag {
                totals.lag = Some(totals.lag.unwrap_or(0).saturating_add(lag));
            }
            if let (Some(arriving), Some(consumed)) = (group.totals.arriving, group.totals.consumed)
            {
                growth = Some(growth.unwrap_or(0.0) + arriving.0 - consumed.0);
            }
        }
        totals.growth = growth.map(Rate);
        totals
    }
}

impl Snapshot {
    /// Nothing is known yet.
    #[must_use]
    pub fn empty(at: Timestamp, isolation: Isolation) -> Self {
        Self {
            version: 0,
            at,
            isolation,
            cluster: Arc::default(),
            groups: Arc::new([]),
            inventory: InventoryEntry::default(),
            topics: Arc::new([]),
            sources: Arc::new([]),
            processes: Arc::default(),
            totals: Totals::default(),
            differences: Differences::default(),
            markers: Arc::default(),
        }
    }

    /// The first moment of which anything is known of any group; `None` while nothing is.
    #[must_use]
    pub fn known_since(&self) -> Option<Timestamp> {
        let first = |entry: &GroupEntry| {
            let state = entry.view.band.changes().next().map(|(at, _)| at);
            state.into_iter().chain(entry.view.lag_history.begin()).min()
        };
        self.groups.iter().filter_map(first).min()
    }

    /// The group with this id.
    #[must_use]
    pub fn group(&self, id: &GroupId) -> Option<&GroupEntry> {
        let index = self.groups.binary_search_by(|entry| entry.view.id.cmp(id)).ok()?;
        self.groups.get(index)
    }

    /// The topic with this name.
    #[must_use]
    pub fn topic(&self, name: &TopicName) -> Option<&TopicEntry> {
        let index = self.topics.binary_search_by(|entry| entry.view.name.cmp(name)).ok()?;
        self.topics.get(index)
    }

    /// Everything that is wrong, the worst first; of equals, those of groups with more lag, then of
    /// topics, then of the cluster.
    #[must_use]
    pub fn findings(&self) -> Vec<&Finding> {
        let groups = self.groups.iter().map(|entry| (entry.view.totals.lag, &entry.findings));
        let topics = self.topics.iter().map(|entry| (None, &entry.findings));
        let cluster = std::iter::once((None, &self.inventory.findings));
        let mut all: Vec<(Option<i64>, &Finding)> = Vec::new();
        for (lag, findings) in groups.chain(topics).chain(cluster) {
            all.extend(findings.firing.iter().map(|finding| (lag, finding)));
        }
        all.sort_by_key(|(lag, finding)| std::cmp::Reverse((finding.severity, *lag)));
        all.into_iter().map(|(_, finding)| finding).collect()
    }

    /// The positions in `group`, or in all groups, of which asking would tell how far behind they are.
    pub fn age_wishes<'a>(&'a self, group: Option<&GroupId>) -> impl Iterator<Item = AgeWish> + 'a {
        let groups = match group {
            None => &self.groups[..],
            Some(id) => self.group(id).map(std::slice::from_ref).unwrap_or_default(),
        };
        groups.iter().flat_map(|entry| entry.view.partitions()).filter_map(|(topic, row)| {
            let lag = row.lag.records.filter(|lag| *lag > 0)?;
            if row.behind.is_some_and(|behind| !behind.is_vague(self.at)) {
                return None;
            }
            let log = self.topic(topic)?.view.partition(row.partition)?;
            let end = row.lag.end?;
            Some(AgeWish {
                topic: topic.clone(),
                partition: row.partition,
                leader: log.leader?,
                position: end.saturating_sub(lag),
            })
        })
    }

    /// The source with this id.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Option<&SourceView> {
        self.sources.iter().find(|source| source.id == id)
    }
}

impl TopicEntry {
    /// When the end of `partition` was last told; `None` never.
    #[must_use]
    pub fn confirmed(&self, partition: i32) -> Option<Timestamp> {
        self.confirmed.get(usize::try_from(partition).ok()?).copied().flatten()
    }
}
