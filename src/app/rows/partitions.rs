//! Rows of the Partitions pane.

use std::fmt::Write as _;

use super::order::{Key, sort};
use super::{Listed, PartitionRow, Wish, find, small};
use crate::app::{Filter, PartitionSort};
use crate::model::{GroupTopic, GroupView, PartitionView, Snapshot};

pub(super) fn make(
    rows: &mut Vec<PartitionRow>,
    snapshot: &Snapshot,
    listed: &Listed,
    wish: Wish<'_, PartitionSort>,
) {
    rows.clear();
    let mut sieve = Sieve { filter: wish.filter, name: String::new() };
    match listed {
        Listed::Group(group) => {
            if let Some(index) = group.as_ref().and_then(|id| find::group(snapshot, id)) {
                add(rows, snapshot, index, None, &mut sieve);
            }
        }
        Listed::Topic(topic) => {
            for index in 0..snapshot.groups.len() {
                add(rows, snapshot, index, Some(topic.as_str()), &mut sieve);
            }
        }
    }
    let across = matches!(listed, Listed::Topic(_));
    sort(rows, wish.descending, |row| key(snapshot, row, wish.sort, across));
}

/// Adds the partitions of one group, or those of one of its topics.
fn add(
    rows: &mut Vec<PartitionRow>,
    snapshot: &Snapshot,
    group: usize,
    only: Option<&str>,
    sieve: &mut Sieve<'_>,
) {
    let Some(entry) = snapshot.groups.get(group) else { return };
    let view = &*entry.view;
    let topics = match only {
        None => 0..view.topics.len(),
        Some(topic) => match find::topic(view, topic) {
            Some(index) => index..index.saturating_add(1),
            None => return,
        },
    };
    for index in topics {
        let Some(topic) = view.topics.get(index) else { continue };
        let partitions = topic.partitions.iter().enumerate();
        rows.extend(
            partitions
                .filter(|(_, partition)| sieve.passes(view, topic, partition, only.is_some()))
                .map(|(partition, _)| PartitionRow {
                    group: small(group),
                    topic: small(index),
                    partition: small(partition),
                }),
        );
    }
}

/// A filter, and a buffer for the names that it looks at.
struct Sieve<'a> {
    filter: &'a Filter,
    name: String,
}

impl Sieve<'_> {
    /// Looks at `topic/partition`, the owner, and (across groups) the group.
    fn passes(
        &mut self,
        group: &GroupView,
        topic: &GroupTopic,
        partition: &PartitionView,
        across: bool,
    ) -> bool {
        if self.filter.passes_all() {
            return true;
        }
        self.name.clear();
        // Writing to a string cannot fail.
        let _ = write!(self.name, "{}/{}", topic.topic.as_str(), partition.partition);
        self.filter.matches(&self.name)
            || (across && self.filter.matches(group.id.as_str()))
            || group.owner(partition).is_some_and(|owner| {
                self.filter.matches(&owner.client_id) || self.filter.matches(&owner.host)
            })
    }
}

fn key(snapshot: &Snapshot, row: PartitionRow, column: PartitionSort, across: bool) -> Key {
    let Some((_, topic, partition)) = row.of(snapshot) else { return Key::last(1) };
    match column {
        PartitionSort::Lag => Key::count(partition.lag.records),
        PartitionSort::Partition => {
            let number = f64::from(partition.partition);
            if across {
                Key::pair(number, f64::from(row.group))
            } else {
                Key::pair(f64::from(row.topic), number)
            }
        }
        PartitionSort::Arriving => {
            let log = snapshot.topic(&topic.topic);
            Key::rate(log.and_then(|log| log.view.partition(partition.partition)?.arriving))
        }
        PartitionSort::Consumed => Key::rate(partition.consumed),
        PartitionSort::Eta => Key::eta(partition.eta),
        PartitionSort::Behind => Key::behind(partition.behind),
        // The older, the greater; what never moved while it was watched is older than all that did.
        PartitionSort::Commit => {
            Key::of(partition.commit.as_ref().map(|commit| {
                commit.moved.map_or(f64::INFINITY, |moved| -(moved.as_millis() as f64))
            }))
        }
        // Members are in the order of their client ids.
        PartitionSort::Owner => Key::of(partition.owner.map(f64::from)),
    }
}
