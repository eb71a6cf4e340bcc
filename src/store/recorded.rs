//! Commits as coordinators recorded them: one by one, in the order in which they took them.
//!
//! A record tells a position the moment it is committed, ends are told once a round. Lag counted from the
//! one against the other would shrink with each commit and grow with each look, though nobody is faster
//! or slower. So a recorded position is counted from when an end is told that was asked for after it;
//! until then it stands beside the one that is counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::groups::GroupCell;
use crate::model::lag::Seen;
use crate::model::observation::CommitRecorded;
use crate::model::{
    Commit, Fault, GroupId, GroupTopic, PartitionView, Recorded, Timestamp, TopicName,
};

/// Folds in commits, and ends of commits. Groups that no list has named yet will be, with their commits.
pub(super) fn recorded(
    groups: &mut BTreeMap<GroupId, GroupCell>,
    at: Timestamp,
    commits: Vec<CommitRecorded>,
) {
    for commit in commits {
        if let Some(cell) = groups.get_mut(&commit.group) {
            cell.recorded(at, commit);
        }
    }
}

impl GroupCell {
    fn recorded(&mut self, at: Timestamp, commit: CommitRecorded) {
        // What the person may not ask for is not shown because it can be overheard.
        if self.view.commits_fault.as_ref().is_some_and(Fault::is_authorization) {
            return;
        }
        // An answer that differed was a moment ahead.
        self.doubts.commits = None;
        self.dirty = true;
        let topics = &mut Arc::make_mut(&mut self.view).topics;
        let Some(offset) = commit.offset else {
            remove(topics, (at, commit.recorded), (&commit.topic, commit.partition));
            self.removed.insert((commit.topic, commit.partition), at);
            return;
        };
        if !self.removed.is_empty() {
            self.removed.remove(&(commit.topic.clone(), commit.partition));
        }
        if let Some(row) = row_of(topics, &commit.topic, commit.partition) {
            row.record(at, offset, commit);
        }
    }
}

/// The partition's row, made if it is not there.
fn row_of<'a>(
    topics: &'a mut Arc<[GroupTopic]>,
    topic: &TopicName,
    partition: i32,
) -> Option<&'a mut PartitionView> {
    let place = topics.binary_search_by(|entry| entry.topic.cmp(topic));
    let index = place.unwrap_or_else(|place| {
        let new = GroupTopic { topic: topic.clone(), partitions: Vec::new() };
        let (before, after) = topics.split_at(place);
        *topics = before.iter().cloned().chain([new]).chain(after.iter().cloned()).collect();
        place
    });
    let rows = &mut Arc::make_mut(topics).get_mut(index)?.partitions;
    let index =
        rows.binary_search_by_key(&partition, |row| row.partition).unwrap_or_else(|place| {
            rows.insert(place, PartitionView::new(partition));
            place
        });
    rows.get_mut(index)
}

/// A position was taken away; a partition that nobody holds either has no row any more.
fn remove(
    topics: &mut Arc<[GroupTopic]>,
    (at, recorded): (Timestamp, Timestamp),
    (topic, partition): (&TopicName, i32),
) {
    let Ok(index) = topics.binary_search_by(|entry| entry.topic.cmp(topic)) else { return };
    let Some(of) = Arc::make_mut(topics).get_mut(index) else { return };
    let Ok(place) = of.partitions.binary_search_by_key(&partition, |row| row.partition) else {
        return;
    };
    if let Some(row) = of.partitions.get_mut(place).filter(|row| row.owner.is_some()) {
        row.commit = None;
        row.note(recorded.min(at), None);
        return;
    }
    of.partitions.remove(place);
    if of.partitions.is_empty() {
        *topics = topics.iter().filter(|entry| entry.topic != *topic).cloned().collect();
    }
}

impl PartitionView {
    /// Notes a recorded commit: its position and time, and what the client said with it.
    fn record(&mut self, at: Timestamp, offset: i64, commit: CommitRecorded) {
        let recorded = Some(Recorded { offset, at: commit.recorded, seen: at });
        let moved = match &self.commit {
            Some(known) if known.newest() == offset => known.moved,
            _ => Some(at),
        };
        let (offset, seen) =
            self.commit.as_ref().map_or((offset, at), |known| (known.offset, known.seen));
        let CommitRecorded { leader_epoch, metadata, .. } = commit;
        self.commit = Some(Commit { offset, seen, moved, recorded, leader_epoch, metadata });
        self.note(commit.recorded, recorded.map(|recorded| recorded.offset));
    }

    /// Puts a recorded position into history. Polling may have put the one before it there a moment
    /// later than it was recorded.
    fn note(&self, recorded: Timestamp, offset: Option<i64>) {
        let newest = self.history.newest().map_or(recorded, |newest| newest.at);
        self.history.push(recorded.max(newest), offset);
    }

    /// Counts lag from the recorded position where the end belongs to it: one that was asked for after
    /// it, or, if it was `told` since lag was last counted, one that was on its way meanwhile.
    pub(super) fn count_recorded(&mut self, end: Option<Seen>, told: bool) {
        let Some(commit) = &mut self.commit else { return };
        let Some(recorded) = commit.recorded.filter(|newest| newest.offset != commit.offset) else {
            return;
        };
        if told || end.is_none_or(|end| end.at >= recorded.seen) {
            (commit.offset, commit.seen) = (recorded.offset, recorded.seen);
        }
    }

    /// Is what was recorded newer than an answer to what was `asked` then?
    pub(super) fn is_newer(&self, asked: Timestamp) -> bool {
        let recorded = self.commit.as_ref().and_then(|commit| commit.recorded);
        recorded.is_some_and(|recorded| asked <= recorded.seen)
    }
}
