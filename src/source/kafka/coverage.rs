//! What listening covers: how far the tail has read the offsets topic, and what was committed meanwhile.
//!
//! The listener writes it down after it has sent on what it read; polling takes it, and does not ask for
//! what was read already (`poll`'s `following` says when that holds). It is no observation, for it says
//! nothing about the cluster, only how the two sources share the work.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::stream::records::partition_of;
use crate::model::{Body, GroupId, TopicName};

/// The topic that coordinators write to.
pub(super) const TOPIC: &str = "__consumer_offsets";

/// How far one of the topic's partitions is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReadTo {
    /// Reading began there.
    pub(super) begun: i64,
    /// All before this offset was sent on.
    pub(super) next: i64,
    /// From here up to `next` no offset was left out. Left out are the marks at the ends of transactions,
    /// which no consumer is given, and what compaction took.
    pub(super) unbroken: i64,
}

impl ReadTo {
    /// Reading begins there.
    pub(super) const fn begin(at: i64) -> Self {
        Self { begun: at, next: at, unbroken: at }
    }

    /// The record at `offset` was read.
    pub(super) const fn read(&mut self, offset: i64) {
        if offset != self.next {
            self.unbroken = offset;
        }
        self.next = offset + 1;
    }
}

/// A commit, or its end, that was sent on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Committed {
    pub(super) group: GroupId,
    pub(super) topic: TopicName,
    pub(super) partition: i32,
}

impl Committed {
    /// All that are in these bodies.
    pub(super) fn all(bodies: &[Body]) -> Vec<Self> {
        let recorded = bodies.iter().filter_map(|body| match body {
            Body::Recorded(commits) => Some(commits),
            _ => None,
        });
        let commits = recorded.flatten().map(|commit| Self {
            group: commit.group.clone(),
            topic: commit.topic.clone(),
            partition: commit.partition,
        });
        commits.collect()
    }
}

/// What is known of the tail, and what it read since this was last taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    /// Counts how often listening began.
    pub(super) session: u64,
    /// How many partitions the topic has.
    pub(super) partitions: i32,
    /// Those that are read, and how far.
    pub(super) read: BTreeMap<i32, ReadTo>,
    /// Groups that committed, and an offset of the topic before which their records are.
    pub(super) committed: HashMap<GroupId, i64>,
    /// On which partitions of which topics.
    pub(super) positions: HashMap<TopicName, BTreeSet<i32>>,
}

impl Heard {
    /// The partition that holds a group's records.
    pub(super) fn partition_of(&self, group: &GroupId) -> i32 {
        partition_of(group.as_str(), self.partitions)
    }
}

/// What the listener and polling share. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Coverage(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    begun: Mutex<Begun>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Begun {
    sessions: u64,
    /// `None` while nobody listens.
    heard: Option<Heard>,
}

impl Coverage {
    /// Listening begins: the topic has so many partitions, of which these are read from there.
    pub(super) fn begin(&self, partitions: i32, read: impl Iterator<Item = (i32, i64)>) {
        let mut begun = self.begun();
        begun.sessions += 1;
        let session = begun.sessions;
        let read = read.map(|(partition, at)| (partition, ReadTo::begin(at))).collect();
        begun.heard = Some(Heard { session, partitions, read, ..Heard::default() });
    }

    /// Nobody listens any more.
    pub(super) fn end(&self) {
        self.begun().heard = None;
    }

    /// Partitions were read up to here, and these commits in them sent on.
    pub(super) fn read(&self, read: &[(i32, ReadTo)], commits: Vec<Committed>) {
        if let Some(heard) = &mut self.begun().heard {
            heard.read.extend(read.iter().copied());
            for commit in commits {
                heard.commit(commit);
            }
        }
        self.0.changed.notify_one();
    }

    /// What is covered, and what was read since the last call; `None` while nobody listens.
    pub(super) fn take(&self) -> Option<Heard> {
        let mut begun = self.begun();
        let heard = begun.heard.as_mut()?;
        let (committed, positions) =
            (std::mem::take(&mut heard.committed), std::mem::take(&mut heard.positions));
        Some(Heard { committed, positions, ..heard.clone() })
    }

    /// Waits until something was read since this was last waited for.
    pub(super) async fn changed(&self) {
        self.0.changed.notified().await;
    }

    fn begun(&self) -> MutexGuard<'_, Begun> {
        self.0.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    fn commit(&mut self, commit: Committed) {
        let next = self.read.get(&self.partition_of(&commit.group)).map_or(0, |read| read.next);
        self.committed.insert(commit.group, next);
        self.positions.entry(commit.topic).or_default().insert(commit.partition);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(group: &str, partition: i32) -> Committed {
        Committed { group: group.into(), topic: "t".into(), partition }
    }

    #[test]
    fn what_is_left_out_breaks_the_row_of_offsets() {
        let mut read = ReadTo::begin(10);
        read.read(10);
        read.read(11);
        assert_eq!(read, ReadTo { begun: 10, next: 12, unbroken: 10 });
        read.read(13);
        read.read(14);
        assert_eq!(read, ReadTo { begun: 10, next: 15, unbroken: 13 });
    }

    #[test]
    fn what_was_read_is_told_once_and_how_far_each_time() {
        let coverage = Coverage::default();
        coverage.read(&[(0, ReadTo::begin(3))], vec![commit("g", 0)]);
        assert!(coverage.take().is_none(), "nobody listens");
        coverage.begin(1, [(0, 5)].into_iter());
        let read = ReadTo { begun: 5, next: 7, unbroken: 5 };
        coverage.read(&[(0, read)], vec![commit("g", 0), commit("g", 4)]);
        let heard = coverage.take().unwrap();
        assert_eq!((heard.session, heard.read[&0]), (1, read));
        assert_eq!(heard.committed[&GroupId::from("g")], 7, "its records are before that");
        assert_eq!(heard.positions[&TopicName::from("t")], BTreeSet::from([0, 4]));
        let heard = coverage.take().unwrap();
        assert_eq!((heard.read[&0], heard.committed.len(), heard.positions.len()), (read, 0, 0));
        coverage.end();
        assert!(coverage.take().is_none());
        coverage.begin(1, [(0, 9)].into_iter());
        assert_eq!(coverage.take().map(|heard| heard.session), Some(2));
    }
}
