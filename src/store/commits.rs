//! Committed offsets as answered: all of a group at once.
//!
//! What was recorded after a question was asked is newer than its answer and stays. Of anything before, the
//! answer is the truth, for a recorded commit may belong to a transaction that was aborted. Where no
//! transaction is in the way, an answer must say what records told already: then it is compared
//! (`membership` says what becomes of a difference).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::gap_start;
use super::groups::{GroupCell, cell};
use super::membership::Ledger;
use super::topics::TopicCell;
use crate::model::observation::{CommitObserved, CommitsObserved, TopicCommits};
use crate::model::{Commit, Fault, GroupId, PartitionView, Timestamp, TopicName};

/// An answer about one group.
pub(super) struct Answer<'a> {
    pub(super) asked: Timestamp,
    pub(super) at: Timestamp,
    told: &'a [TopicCommits],
    topics: &'a BTreeMap<TopicName, TopicCell>,
}

/// Folds in committed offsets.
pub(super) fn commits(
    (groups, topics): (&mut BTreeMap<GroupId, GroupCell>, &BTreeMap<TopicName, TopicCell>),
    (at, gap_after): (Timestamp, Duration),
    observed: Vec<CommitsObserved>,
    ledger: &mut Ledger,
) {
    for CommitsObserved { id, asked, topics: told, compared } in observed {
        let cell = cell(groups, &id);
        match told {
            Ok(told) => {
                let told = &cell.still_there(asked, told);
                let answer = Answer { asked, at, told, topics };
                if !compared || cell.differs(&answer, ledger) {
                    cell.commits(&answer, gap_after);
                }
            }
            Err(fault) => {
                if cell.view.commits_fault.as_ref() != Some(&fault) {
                    Arc::make_mut(&mut cell.view).commits_fault = Some(fault);
                    cell.dirty = true;
                }
            }
        }
    }
}

impl Answer<'_> {
    fn of(&self, topic: &TopicName) -> Option<&[CommitObserved]> {
        let told = self.told.iter().find(|commits| commits.topic == *topic);
        told.map(|commits| &*commits.partitions)
    }

    /// Does it say nothing of this row? It is older than what was recorded, or it leaves out a topic that
    /// may not be described, as answers do.
    fn passes_over(&self, topic: &TopicName, row: &PartitionView) -> bool {
        let fault = || self.topics.get(topic).and_then(|topic| topic.view.fault.as_ref());
        row.is_newer(self.asked)
            || self.of(topic).is_none() && fault().is_some_and(Fault::is_authorization)
    }

    /// Has this row a place beside it?
    fn leaves(&self, topic: &TopicName, row: &PartitionView) -> bool {
        row.owner.is_some()
            || self.of(topic).is_some_and(|list| find(list, row.partition).is_some())
            || self.passes_over(topic, row)
    }
}

impl GroupCell {
    /// The answer without what was taken away after it was asked for.
    fn still_there(&mut self, asked: Timestamp, mut told: Vec<TopicCommits>) -> Vec<TopicCommits> {
        self.removed.retain(|_, removed| asked <= *removed);
        if !self.removed.is_empty() {
            for TopicCommits { topic, partitions } in &mut told {
                let gone = |partition| self.removed.contains_key(&(topic.clone(), partition));
                partitions.retain(|commit| !gone(commit.partition));
            }
        }
        told
    }

    fn commits(&mut self, answer: &Answer<'_>, gap_after: Duration) {
        let &Answer { at, .. } = answer;
        self.doubts.commits = None;
        let last = self.seen.commits.replace(at);
        let silence = last.filter(|&last| at.since(last) > gap_after);
        if self.view.commits_fault.is_some() {
            Arc::make_mut(&mut self.view).commits_fault = None;
            self.dirty = true;
        }
        let fit = self.fits(answer);
        if fit && silence.is_none() && self.says_the_same(answer) {
            return;
        }
        self.dirty = true;
        if !fit {
            self.reshape(answer);
        }
        let view = Arc::make_mut(&mut self.view);
        if let Some(last) = silence {
            view.lag_history.push(gap_start(last), None);
        }
        for topic in Arc::make_mut(&mut view.topics) {
            let commits = answer.of(&topic.topic);
            for row in &mut topic.partitions {
                if answer.passes_over(&topic.topic, row) {
                    continue;
                }
                let commit = commits.and_then(|commits| find(commits, row.partition));
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
                    take(row, at, commit);
                }
            }
        }
    }

    /// Does an answer say what is known already, in the same rows?
    pub(super) fn agrees_with(&self, answer: &Answer<'_>) -> bool {
        self.fits(answer) && self.says_the_same(answer)
    }

    /// Does every commit have a row, and every row that nobody holds a commit?
    fn fits(&self, answer: &Answer<'_>) -> bool {
        answer.told.iter().all(|commits| {
            let rows = self.view.topic(commits.topic.as_str());
            let row_of = |partition: i32| {
                rows.is_some_and(|topic| {
                    topic.partitions.binary_search_by_key(&partition, |row| row.partition).is_ok()
                })
            };
            commits.partitions.iter().all(|commit| row_of(commit.partition))
        }) && self.view.partitions().all(|(topic, row)| answer.leaves(topic, row))
    }

    /// Do all commits say what is already known?
    fn says_the_same(&self, answer: &Answer<'_>) -> bool {
        self.commit_faults.is_empty()
            && self.view.partitions().all(|(topic, row)| {
                let commit = answer.of(topic).and_then(|commits| find(commits, row.partition));
                answer.passes_over(topic, row)
                    || match (&row.commit, commit) {
                        (None, None) => true,
                        (None, Some(commit)) => commit.offset == Ok(None),
                        (Some(known), Some(commit)) => {
                            commit.offset == Ok(Some(known.newest()))
                                && commit.leader_epoch == known.leader_epoch
                                && commit.metadata == known.metadata
                        }
                        (Some(_), None) => false,
                    }
            })
    }

    /// Gives every commit a row; takes the row of what has neither commit nor owner any more.
    fn reshape(&mut self, answer: &Answer<'_>) {
        let view = Arc::make_mut(&mut self.view);
        let mut rows = view.rows();
        for (topic, partitions) in &mut rows {
            partitions.retain(|_, row| answer.leaves(topic, row));
        }
        for commits in answer.told {
            let partitions = rows.entry(commits.topic.clone()).or_default();
            for commit in &commits.partitions {
                let partition = commit.partition;
                partitions.entry(partition).or_insert_with(|| PartitionView::new(partition));
            }
        }
        view.set_rows(rows);
    }
}

/// Notes an answered commit, or that there is none.
fn take(row: &mut PartitionView, at: Timestamp, observed: Option<&CommitObserved>) {
    let Some((commit, offset)) =
        observed.and_then(|commit| Some((commit, commit.offset.as_ref().ok().copied().flatten()?)))
    else {
        if row.commit.take().is_some() {
            row.history.push(at, None);
        }
        return;
    };
    let recorded = row.commit.as_ref().and_then(|known| known.recorded);
    let recorded = recorded.filter(|recorded| recorded.offset == offset);
    let (seen, moved) = match &row.commit {
        Some(known) if known.offset == offset => (known.seen, known.moved),
        Some(known) => match recorded {
            Some(recorded) => (recorded.seen, known.moved),
            None => (at, Some(at)),
        },
        None => (at, None),
    };
    row.commit = Some(Commit {
        offset,
        seen,
        moved,
        recorded,
        leader_epoch: commit.leader_epoch,
        metadata: Arc::clone(&commit.metadata),
    });
    row.history.push(at, Some(offset));
}

fn find(commits: &[CommitObserved], partition: i32) -> Option<&CommitObserved> {
    let index = commits.binary_search_by_key(&partition, |commit| commit.partition).ok()?;
    commits.get(index)
}
