//! The rows of a group: a partition has one while a member holds it or the group has committed on it.

use std::collections::BTreeMap;

use super::{GroupTopic, GroupView, PartitionView};
use crate::model::{Lag, TopicName};

/// Partitions by topic and number, to be added to and taken from.
pub type Rows = BTreeMap<TopicName, BTreeMap<i32, PartitionView>>;

impl PartitionView {
    /// A partition of which nothing is known yet.
    #[must_use]
    pub fn new(partition: i32) -> Self {
        Self {
            partition,
            commit: None,
            fault: None,
            owner: None,
            lag: Lag::default(),
            consumed: None,
            eta: None,
            behind: None,
            history: std::sync::Arc::default(),
        }
    }
}

impl GroupView {
    /// Its partitions by topic and number.
    #[must_use]
    pub fn rows(&self) -> Rows {
        let rows = |topic: &GroupTopic| {
            topic.partitions.iter().map(|row| (row.partition, row.clone())).collect()
        };
        self.topics.iter().map(|topic| (topic.topic.clone(), rows(topic))).collect()
    }

    /// Has these partitions from now on.
    pub fn set_rows(&mut self, rows: Rows) {
        let some = rows.into_iter().filter(|(_, partitions)| !partitions.is_empty());
        self.topics = some
            .map(|(topic, rows)| GroupTopic { topic, partitions: rows.into_values().collect() })
            .collect();
    }

    /// Gives every partition that members hold a row, and every row its owner; keeps of them what `keeps`
    /// says.
    pub fn assign(&mut self, keeps: impl Fn(&TopicName, &PartitionView) -> bool) {
        let mut rows = self.rows();
        for row in rows.values_mut().flat_map(BTreeMap::values_mut) {
            row.owner = None;
        }
        let members = self.members.as_deref().unwrap_or_default();
        for (index, member) in (0_u32..).zip(members) {
            for topic in member.assignment.iter().flatten() {
                let partitions = rows.entry(topic.topic.clone()).or_default();
                for &partition in &topic.partitions {
                    let row = partitions
                        .entry(partition)
                        .or_insert_with(|| PartitionView::new(partition));
                    row.owner = Some(index);
                }
            }
        }
        for (topic, partitions) in &mut rows {
            partitions.retain(|_, row| keeps(topic, row));
        }
        self.set_rows(rows);
    }
}
