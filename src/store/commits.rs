//! Committed offsets: as polled (all of a group) and as recorded (one by one).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::gap_start;
use super::groups::{GroupCell, cell, row, rows, topics};
use crate::model::observation::{CommitObserved, CommitRecorded, CommitsObserved, TopicCommits};
use crate::model::{Commit, GroupId, PartitionView, Recorded, Timestamp, TopicName};

/// Folds in committed offsets.
pub(super) fn commits(
    groups: &mut BTreeMap<GroupId, GroupCell>,
    at: Timestamp,
    gap_after: Duration,
    observed: Vec<CommitsObserved>,
) {
    for CommitsObserved { id, asked, topics } in observed {
        let cell = cell(groups, &id);
        match topics {
            Ok(topics) => cell.commits((asked, at), gap_after, &topics),
            Err(fault) => {
                if cell.view.commits_fault.as_ref() != Some(&fault) {
                    Arc::make_mut(&mut cell.view).commits_fault = Some(fault);
                    cell.dirty = true;
                }
            }
        }
    }
}

impl GroupCell {
    fn commits(
        &mut self,
        (asked, at): (Timestamp, Timestamp),
        gap_after: Duration,
        observed: &[TopicCommits],
    ) {
        let last = self.seen.commits.replace(at);
        let silence = last.filter(|&last| at.since(last) > gap_after);
        if self.view.commits_fault.is_some() {
            Arc::make_mut(&mut self.view).commits_fault = None;
            self.dirty = true;
        }
        let fit = self.fits(observed);
        if fit && silence.is_none() && self.unchanged(asked, observed) {
            return;
        }
        self.dirty = true;
        if !fit {
            self.reshape(observed);
        }
        let view = Arc::make_mut(&mut self.view);
        if let Some(last) = silence {
            view.lag_history.push(gap_start(last), None);
        }
        for topic in Arc::make_mut(&mut view.topics) {
            let commits = find(observed, &topic.topic);
            for row in &mut topic.partitions {
                let commit = commits.and_then(|commits| find_partition(commits, row.partition));
                let fault = commit.and_then(|commit| commit.offset.as_ref().err());
                if let Some(last) = silence {
                    row.history.push(gap_start(last), None);
                }
                let key = || (topic.topic.clone(), row.partition);
                if let Some(fault) = fault {
                    self.commit_faults.insert(key(), fault.clone());
                } else {
                    if !self.commit_faults.is_empty() {
                        self.commit_faults.remove(&key());
                    }
                    take_commit(row, (asked, at), commit);
                }
            }
        }
    }

    /// Does every commit have a row, and every row that nobody holds a commit?
    fn fits(&self, observed: &[TopicCommits]) -> bool {
        let rows = |topic: &TopicName| self.view.topic(topic.as_str());
        observed.iter().all(|commits| {
            let row_of = |partition: i32| {
                rows(&commits.topic).is_some_and(|topic| {
                    topic.partitions.binary_search_by_key(&partition, |row| row.partition).is_ok()
                })
            };
            commits.partitions.iter().all(|commit| row_of(commit.partition))
        }) && self.view.topics.iter().all(|topic| {
            let commits = find(observed, &topic.topic);
            topic.partitions.iter().all(|row| {
                row.owner.is_some()
                    || commits.is_some_and(|list| find_partition(list, row.partition).is_some())
            })
        })
    }

    /// Do all commits say what is already known?
    fn unchanged(&self, asked: Timestamp, observed: &[TopicCommits]) -> bool {
        self.commit_faults.is_empty()
            && self.view.topics.iter().all(|topic| {
                let commits = find(observed, &topic.topic);
                topic.partitions.iter().all(|row| {
                    let commit = commits.and_then(|commits| find_partition(commits, row.partition));
                    match (&row.commit, commit) {
                        (None, None) => true,
                        (None, Some(commit)) => commit.offset == Ok(None),
                        (Some(known), Some(commit)) => {
                            commit.offset == Ok(Some(known.offset))
                                && commit.leader_epoch == known.leader_epoch
                                && known.recorded.is_none_or(|recorded| {
                                    recorded.offset == known.offset || asked <= recorded.seen
                                })
                                && commit.metadata == known.metadata
                        }
                        (Some(_), None) => false,
                    }
                })
            })
    }

    /// Gives every commit a row; takes the row of what has neither commit nor owner any more.
    fn reshape(&mut self, observed: &[TopicCommits]) {
        let view = Arc::make_mut(&mut self.view);
        let mut rows = rows(&view.topics);
        for (topic, partitions) in &mut rows {
            let commits = find(observed, topic);
            partitions.retain(|&partition, row| {
                row.owner.is_some()
                    || commits.is_some_and(|list| find_partition(list, partition).is_some())
            });
        }
        for commits in observed {
            let partitions = rows.entry(commits.topic.clone()).or_default();
            for commit in &commits.partitions {
                let partition = commit.partition;
                partitions.entry(partition).or_insert_with(|| row(partition));
            }
        }
        rows.retain(|_, partitions| !partitions.is_empty());
        view.topics = topics(rows);
    }
}

/// Notes an answered commit, or that there is none.
fn take_commit(
    row: &mut PartitionView,
    (asked, at): (Timestamp, Timestamp),
    observed: Option<&CommitObserved>,
) {
    let Some((commit, offset)) =
        observed.and_then(|commit| Some((commit, commit.offset.as_ref().ok().copied().flatten()?)))
    else {
        if row.commit.take().is_some() {
            row.history.push(at, None);
        }
        return;
    };
    // What was recorded after the question was asked is newer than the answer, and in history already.
    // Of anything before, the answer is the truth: a recorded commit may belong to a transaction that
    // was aborted.
    let recorded = row.commit.as_ref().and_then(|known| known.recorded);
    let newer = recorded.filter(|recorded| asked <= recorded.seen);
    let (seen, moved) = match &row.commit {
        Some(known) if known.offset == offset => (known.seen, known.moved),
        Some(_) => (at, Some(at)),
        None => (at, None),
    };
    row.commit = Some(Commit {
        offset,
        seen,
        moved,
        recorded: newer.or_else(|| recorded.filter(|recorded| recorded.offset == offset)),
        leader_epoch: commit.leader_epoch,
        metadata: Arc::clone(&commit.metadata),
    });
    if newer.is_none() {
        row.history.push(at, Some(offset));
    }
}

/// Folds in commits as the coordinator recorded them, in the order in which it did. Groups and
/// partitions that polling has not named yet will be, with their commits.
pub(super) fn recorded(
    groups: &mut BTreeMap<GroupId, GroupCell>,
    at: Timestamp,
    commits: Vec<CommitRecorded>,
) {
    for commit in commits {
        let Some(cell) = groups.get_mut(&commit.group) else { continue };
        let view = Arc::make_mut(&mut cell.view);
        let row = Arc::make_mut(&mut view.topics)
            .iter_mut()
            .find(|topic| topic.topic == commit.topic)
            .and_then(|topic| {
                let rows = &mut topic.partitions;
                let index =
                    rows.binary_search_by_key(&commit.partition, |row| row.partition).ok()?;
                rows.get_mut(index)
            });
        if let Some(row) = row {
            take_recorded(row, at, &commit);
            cell.dirty = true;
        }
    }
}

/// Notes a recorded commit: its time, and its position in history.
fn take_recorded(row: &mut PartitionView, at: Timestamp, commit: &CommitRecorded) {
    let Some(known) = &mut row.commit else { return };
    if known.recorded.is_some_and(|before| before.at > commit.recorded) {
        return;
    }
    known.recorded = Some(Recorded { offset: commit.offset, at: commit.recorded, seen: at });
    // Polling may have pushed the value before this one a moment later than it was recorded.
    let newest = row.history.newest().map_or(commit.recorded, |newest| newest.at);
    row.history.push(commit.recorded.max(newest), Some(commit.offset));
}

fn find<'a>(observed: &'a [TopicCommits], topic: &TopicName) -> Option<&'a [CommitObserved]> {
    observed.iter().find(|commits| commits.topic == *topic).map(|commits| &*commits.partitions)
}

fn find_partition(commits: &[CommitObserved], partition: i32) -> Option<&CommitObserved> {
    let index = commits.binary_search_by_key(&partition, |commit| commit.partition).ok()?;
    commits.get(index)
}
