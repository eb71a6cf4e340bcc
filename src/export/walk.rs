//! The snapshot as rows: what every form prints, in one order.

use std::time::Duration;

use super::Selection;
use crate::model::behind::Age;
use crate::model::{
    Fault, GroupTopic, GroupView, Headroom, Isolation, MemberView, PartitionLog, PartitionView,
    Snapshot, Timestamp, TopicName, TopicView,
};

/// A group and what of it is wanted.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    pub(super) view: &'a GroupView,
    snapshot: &'a Snapshot,
    selection: Selection<'a>,
}

/// A partition as one group consumes it, and its log.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) topic: &'a TopicName,
    pub(super) partition: &'a PartitionView,
    pub(super) owner: Option<&'a MemberView>,
    /// `None` if the topic has no such partition, as far as known.
    pub(super) log: Option<&'a PartitionLog>,
    isolation: Isolation,
    at: Timestamp,
}

/// Sums over the wanted partitions of a group, as the model sums: a negative lag never offsets
/// another partition's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// `None` while no partition's lag is known.
    pub(super) lag: Option<i64>,
    pub(super) partitions: usize,
    /// Partitions whose lag is not known.
    pub(super) unknown: usize,
    /// Partitions whose lag is negative.
    pub(super) negative: usize,
}

/// The wanted groups.
pub(super) fn groups<'a>(
    snapshot: &'a Snapshot,
    selection: Selection<'a>,
) -> impl Iterator<Item = Group<'a>> {
    snapshot
        .groups
        .iter()
        .map(move |entry| Group { view: &entry.view, snapshot, selection })
        .filter(move |group| (selection.group)(group.view.id.as_str()))
        .filter(move |group| selection.topic.is_none() || group.topics().next().is_some())
}

impl<'a> Group<'a> {
    fn topics(self) -> impl Iterator<Item = &'a GroupTopic> {
        let wanted =
            move |topic: &TopicName| self.selection.topic.is_none_or(|w| w(topic.as_str()));
        self.view.topics.iter().filter(move |topic| wanted(&topic.topic))
    }

    /// Its wanted partitions.
    pub(super) fn rows(self) -> impl Iterator<Item = Row<'a>> {
        self.topics().flat_map(move |topic| {
            let view: Option<&TopicView> = self.snapshot.topic(&topic.topic).map(|t| &*t.view);
            topic.partitions.iter().map(move |partition| Row {
                topic: &topic.topic,
                partition,
                owner: self.view.owner(partition),
                log: view.and_then(|view| view.partition(partition.partition)),
                isolation: self.snapshot.isolation,
                at: self.snapshot.at,
            })
        })
    }

    /// Why it could not be described, or else why its commits could not be had.
    pub(super) fn fault(self) -> Option<&'a Fault> {
        self.view.describe_fault.as_ref().or(self.view.commits_fault.as_ref())
    }

    pub(super) fn sums(self) -> Sums {
        let mut sums = Sums::default();
        for row in self.rows() {
            sums.add(row.partition.lag.records);
        }
        sums
    }
}

impl Row<'_> {
    pub(super) fn committed(&self) -> Option<i64> {
        self.partition.commit.as_ref().map(|commit| commit.offset)
    }

    /// The end that lag counts to; without a commit, the log's.
    pub(super) fn end(&self) -> Option<i64> {
        self.partition.lag.end.or_else(|| self.log?.end(self.isolation))
    }

    /// How long ago the oldest record that waits arrived; `None` where only a bound is known.
    pub(super) fn behind(&self) -> Option<Duration> {
        match self.partition.behind?.age(self.at)? {
            Age::Known(age) | Age::About(age) => Some(age),
            Age::MoreThan(_) | Age::LessThan(_) => None,
        }
    }

    /// Where its commit stands to what retention deletes; `None` without a commit.
    pub(super) fn headroom(&self) -> Option<Headroom> {
        Headroom::of(self.committed()?, self.log?, self.at)
    }

    pub(super) fn log_start(&self) -> Option<i64> {
        self.log?.log_start
    }
}

impl Sums {
    fn add(&mut self, lag: Option<i64>) {
        self.partitions += 1;
        match lag {
            None => self.unknown += 1,
            Some(lag) => {
                self.negative += usize::from(lag < 0);
                self.lag = Some(self.lag.unwrap_or(0).saturating_add(lag.max(0)));
            }
        }
    }

    /// Adds another group's.
    pub(super) fn and(self, other: Self) -> Self {
        let lag = match (self.lag, other.lag) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        Self {
            lag,
            partitions: self.partitions + other.partitions,
            unknown: self.unknown + other.unknown,
            negative: self.negative + other.negative,
        }
    }
}
