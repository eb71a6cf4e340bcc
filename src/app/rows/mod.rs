//! Which rows each pane shows, in which order.
//!
//! Rows are indices into the snapshot, made anew only when the snapshot, the sort order, the filter or
//! the selected group changes. Nothing is allocated per row: a cluster has ten thousand groups, a group
//! five thousand partitions.

pub(super) mod find;
mod findings;
mod groups;
mod members;
mod order;
mod partitions;
mod rebalances;
mod threads;

pub(super) use findings::gone as finding_gone;
pub use findings::{FindingPlace, FindingRow};

use super::{
    Filter, FindingKey, FindingSort, GroupSort, MemberSort, PartitionScope, PartitionSort,
    RebalanceSort, SortColumn, Table, ThreadKey,
};
use crate::model::{
    GroupId, GroupTopic, GroupView, MemberView, PartitionView, Rebalance, Snapshot, TopicName,
};

/// A row of the Partitions pane: indices, each into what the one before found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionRow {
    /// Into [`Snapshot::groups`].
    pub group: u32,
    /// Into [`GroupView::topics`].
    pub topic: u32,
    /// Into [`GroupTopic::partitions`].
    pub partition: u32,
}

/// A row of the Members pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberRow {
    /// An index into [`GroupView::members`].
    Member(u32),
    /// All partitions without an owner: see [`Rows::unowned`].
    Unowned,
}

/// The partitions of a group that no member holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unowned {
    /// How many.
    pub partitions: usize,
    /// Records of lag on them, positive ones only; `None` if none is known.
    pub lag: Option<i64>,
}

/// The rows of all panes.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Indices into [`Snapshot::groups`].
    pub groups: Vec<u32>,
    /// Partitions of the selected group, or of one topic in all groups.
    pub partitions: Vec<PartitionRow>,
    /// Members of the selected group.
    pub members: Vec<MemberRow>,
    /// Indices into [`GroupView::rebalances`] of the selected group.
    pub rebalances: Vec<u32>,
    /// What is wrong, then the rules that cannot tell yet.
    pub findings: Vec<FindingRow>,
    /// What the strip tells: what is wrong at warning and above, the worst first, whatever the
    /// Findings pane shows.
    pub told: Vec<FindingRow>,
    /// Threads of the process shown.
    pub threads: Vec<ThreadKey>,
    /// The selected group's partitions without an owner; `None` if there are none, or if it is not
    /// known who holds what.
    pub unowned: Option<Unowned>,
    made: Made,
}

/// What the rows were last made from.
#[derive(Clone, Debug, Default)]
struct Made {
    groups: Option<Basis<GroupSort>>,
    partitions: Option<(Basis<PartitionSort>, Listed)>,
    members: Option<(Basis<MemberSort>, Option<GroupId>)>,
    rebalances: Option<(Basis<RebalanceSort>, Option<GroupId>)>,
    findings: Option<Basis<FindingSort>>,
}

/// What the rows of every pane depend on. `picture` counts the pictures shown so far.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Basis<C> {
    picture: u64,
    sort: C,
    descending: bool,
    filter: u64,
}

/// Whose partitions the Partitions pane lists.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Listed {
    Group(Option<GroupId>),
    Topic(TopicName),
}

/// How to choose and order rows.
#[derive(Clone, Copy)]
struct Wish<'a, C> {
    sort: C,
    descending: bool,
    filter: &'a Filter,
}

/// A picture and its number: it grows with each picture shown.
#[derive(Clone, Copy)]
pub(super) struct Picture<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) number: u64,
}

impl PartitionRow {
    /// What the row shows.
    #[must_use]
    pub fn of(self, snapshot: &Snapshot) -> Option<(&GroupView, &GroupTopic, &PartitionView)> {
        let group = &*snapshot.groups.get(self.group as usize)?.view;
        let topic = group.topics.get(self.topic as usize)?;
        Some((group, topic, topic.partitions.get(self.partition as usize)?))
    }
}

impl MemberRow {
    /// The member that the row shows; `None` for [`MemberRow::Unowned`].
    #[must_use]
    pub fn of(self, group: &GroupView) -> Option<&MemberView> {
        match self {
            Self::Member(index) => group.members.as_ref()?.get(index as usize),
            Self::Unowned => None,
        }
    }
}

impl Rows {
    /// The rebalance at a position of the Rebalances pane.
    #[must_use]
    pub fn rebalance<'a>(&self, group: &'a GroupView, position: usize) -> Option<&'a Rebalance> {
        group.rebalances.get(*self.rebalances.get(position)? as usize)
    }

    /// Makes the rows of the Groups pane, if they are not those already; returns whether it did.
    pub(super) fn make_groups(
        &mut self,
        picture: Picture<'_>,
        table: &Table<GroupId, GroupSort>,
    ) -> bool {
        let basis = basis(picture, table);
        if self.made.groups == Some(basis) {
            return false;
        }
        groups::make(&mut self.groups, picture.snapshot, wish(table));
        self.made.groups = Some(basis);
        true
    }

    /// Makes the rows of the Partitions pane, if they are not those already; returns whether it did.
    pub(super) fn make_partitions(
        &mut self,
        picture: Picture<'_>,
        table: &Table<super::PartitionKey, PartitionSort>,
        (scope, group): (&PartitionScope, Option<&GroupId>),
    ) -> bool {
        let listed = match scope {
            PartitionScope::Group => Listed::Group(group.cloned()),
            PartitionScope::Topic(topic) => Listed::Topic(topic.clone()),
        };
        let made = (basis(picture, table), listed);
        if self.made.partitions.as_ref() == Some(&made) {
            return false;
        }
        partitions::make(&mut self.partitions, picture.snapshot, &made.1, wish(table));
        self.made.partitions = Some(made);
        true
    }

    /// Makes the rows of the Members pane, if they are not those already; returns whether it did.
    pub(super) fn make_members(
        &mut self,
        picture: Picture<'_>,
        table: &Table<super::MemberKey, MemberSort>,
        group: Option<&GroupId>,
    ) -> bool {
        let made = (basis(picture, table), group.cloned());
        if self.made.members.as_ref() == Some(&made) {
            return false;
        }
        let group = group.and_then(|id| picture.snapshot.group(id)).map(|entry| &*entry.view);
        self.unowned = group.and_then(members::unowned);
        members::make(&mut self.members, group, self.unowned, wish(table));
        self.made.members = Some(made);
        true
    }

    /// Makes the rows of the Rebalances pane, if they are not those already; returns whether it did.
    pub(super) fn make_rebalances(
        &mut self,
        picture: Picture<'_>,
        table: &Table<super::RebalanceKey, RebalanceSort>,
        group: Option<&GroupId>,
    ) -> bool {
        let made = (basis(picture, table), group.cloned());
        if self.made.rebalances.as_ref() == Some(&made) {
            return false;
        }
        let group = group.and_then(|id| picture.snapshot.group(id)).map(|entry| &*entry.view);
        rebalances::make(&mut self.rebalances, group, wish(table));
        self.made.rebalances = Some(made);
        true
    }

    /// Makes the rows of the Findings pane and of the strip, if they are not those already; returns
    /// whether it did.
    pub(super) fn make_findings(
        &mut self,
        picture: Picture<'_>,
        table: &Table<FindingKey, FindingSort>,
    ) -> bool {
        let basis = basis(picture, table);
        if self.made.findings == Some(basis) {
            return false;
        }
        if self.made.findings.is_none_or(|made| made.picture != basis.picture) {
            findings::tell(&mut self.told, picture.snapshot);
        }
        findings::make(&mut self.findings, picture.snapshot, wish(table));
        self.made.findings = Some(basis);
        true
    }
}

fn basis<K, C: SortColumn>(picture: Picture<'_>, table: &Table<K, C>) -> Basis<C> {
    Basis {
        picture: picture.number,
        sort: table.sort,
        descending: table.descending,
        filter: table.filter.generation(),
    }
}

const fn wish<K, C: SortColumn>(table: &Table<K, C>) -> Wish<'_, C> {
    Wish { sort: table.sort, descending: table.descending, filter: &table.filter }
}

/// A position as rows store it. No snapshot holds four thousand million of anything.
fn small(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
