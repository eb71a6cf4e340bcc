//! A partition as one group consumes it, with all that is drawn of it.

use super::{Scene, strip};
use crate::model::{
    GroupEntry, GroupTopic, GroupView, PartitionLog, PartitionView, Severity, Timestamp, TopicEntry,
};
use crate::ui::fresh::Freshness;
use crate::ui::words;

/// Everything that one row is made of.
pub(super) struct Item<'a> {
    pub(super) entry: &'a GroupEntry,
    pub(super) topic: &'a GroupTopic,
    pub(super) partition: &'a PartitionView,
    pub(super) logs: Option<&'a TopicEntry>,
}

impl<'a> Item<'a> {
    pub(super) fn at(scene: &Scene<'a>, position: usize) -> Option<Self> {
        let snapshot = scene.view.snapshot;
        let row = scene.view.app.rows.partitions.get(position)?;
        let (_, topic, partition) = row.of(snapshot)?;
        let entry = snapshot.groups.get(row.group as usize)?;
        Some(Self { entry, topic, partition, logs: snapshot.topic(&topic.topic) })
    }

    pub(super) fn group(&self) -> &'a GroupView {
        &self.entry.view
    }

    pub(super) fn log(&self) -> Option<&'a PartitionLog> {
        self.logs?.view.partition(self.partition.partition)
    }

    /// How sure the end is.
    pub(super) fn end_sure(&self, scene: &Scene<'_>) -> Freshness {
        scene.sure(self.logs.and_then(|logs| logs.confirmed(self.partition.partition)))
    }

    /// How sure the commit is.
    pub(super) fn commit_sure(&self, scene: &Scene<'_>) -> Freshness {
        scene.sure(self.entry.seen.commits)
    }

    /// How bad the worst is that is found of it.
    pub(super) fn worst(&self) -> Option<Severity> {
        let which = (&self.topic.topic, self.partition.partition);
        strip::of_partition(self.entry, self.logs, which)
    }

    /// Why something of it is not known or old, in a few words.
    pub(super) fn fault(&self) -> Option<String> {
        let topic_fault = self.logs.and_then(|logs| logs.view.fault.as_ref());
        let log_fault = self.log().and_then(|log| log.fault.as_ref());
        let fault = self.partition.fault.as_ref().or(topic_fault).or(log_fault);
        if let Some(fault) = fault {
            return Some(words::fault(fault).into_owned());
        }
        let leaderless = |log: &PartitionLog| log.leader.is_none() && !log.replicas.is_empty();
        self.log().is_some_and(leaderless).then(|| "no leader".to_owned())
    }

    /// The lag over time.
    pub(super) fn lag(&self, scene: &Scene<'_>, columns: u16) -> Vec<Option<i64>> {
        let Some(log) = self.log() else { return Vec::new() };
        let held = self.end_held(scene).min(scene.held(scene.whole(self.entry).seen.commits));
        let negative = self.partition.lag.records.is_some_and(|records| records < 0);
        scene.axis.lag((&self.partition.history, log), held, negative, columns)
    }

    /// Until when the end holds in a trend.
    pub(super) fn end_held(&self, scene: &Scene<'_>) -> Timestamp {
        let logs = scene.view.held.topic(&self.topic.topic);
        scene.held(logs.and_then(|logs| logs.confirmed(self.partition.partition)))
    }
}
