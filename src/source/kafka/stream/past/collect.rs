//! What was read, in the order in which it was written, thinned to what histories keep. Pure.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::super::Context;
use super::super::records::{Entry, Record, decode};
use super::super::translate::Translator;
use crate::model::observation::{GroupDescription, GroupObserved, PastCommits};
use crate::model::{Body, Clock, GroupKind, GroupState, Timestamp};
use crate::source::kafka::poll::NameFilter;
use crate::source::kafka::wire::{PerGroup, TopicCommits};

/// Histories keep a point a second at their finest.
const STEP_MS: i64 = 1_000;

/// Positions over time.
type Points = Vec<(i64, Option<i64>)>;

/// By topic and partition.
type Partitions = HashMap<(Arc<str>, i32), Points>;

/// A record about a group that is no commit: when it was written, key, value.
type Raw = (i64, Vec<u8>, Option<Vec<u8>>);

/// The records of one slice, or of several.
#[derive(Default)]
pub(super) struct Collected {
    /// Records seen, also those that are not looked at.
    pub(super) records: i64,
    /// By group.
    commits: HashMap<Arc<str>, Partitions>,
    groups: Vec<Raw>,
}

impl Collected {
    /// Takes in one record.
    pub(super) fn record(
        &mut self,
        (groups, topics): (&NameFilter, &NameFilter),
        at: i64,
        (key, value): (&[u8], Option<&[u8]>),
    ) {
        self.records += 1;
        // Before anything else is decoded: with a filter most records are of no interest.
        if !group_of(key).is_some_and(|group| groups(group)) {
            return;
        }
        match decode(key, value) {
            Ok(Record::OffsetCommit(entry) | Record::LegacyOffsetCommit(entry)) => {
                if !topics(entry.key.topic) {
                    return;
                }
                let (at, position) = entry
                    .value
                    .map_or((at, None), |commit| (commit.commit_timestamp, commit.offset));
                let points = self.points(entry.key.group, entry.key.topic, entry.key.partition);
                push(points, at, position);
            }
            Ok(_) => self.groups.push((at, key.to_vec(), value.map(<[u8]>::to_vec))),
            Err(_) => {}
        }
    }

    fn points(&mut self, group: &str, topic: &str, partition: i32) -> &mut Points {
        if !self.commits.contains_key(group) {
            self.commits.insert(group.into(), HashMap::new());
        }
        let of_group = self.commits.entry(group.into()).or_default();
        of_group.entry((topic.into(), partition)).or_default()
    }

    /// Puts an earlier slice in front.
    pub(super) fn put_before(&mut self, earlier: Self) {
        self.records += earlier.records;
        for (group, partitions) in earlier.commits {
            let known = self.commits.entry(group).or_default();
            for (partition, mut points) in partitions {
                let later = known.entry(partition).or_default();
                points.append(later);
                *later = points;
            }
        }
        let later = std::mem::replace(&mut self.groups, earlier.groups);
        self.groups.extend(later);
    }

    /// All of it as observations.
    pub(super) fn told(self, context: &Context) -> (Vec<GroupObserved>, Vec<PastCommits>) {
        let mut commits = Vec::new();
        for (group, partitions) in self.commits {
            for ((topic, partition), mut points) in partitions {
                // A commit of a transaction carries the time at which it was sent.
                points.sort_by_key(|point| point.0);
                let points = points.into_iter();
                let points =
                    points.map(|(at, offset)| (Timestamp::from_millis(at), offset)).collect();
                let (group, topic) = (group.as_ref().into(), topic.as_ref().into());
                commits.push(PastCommits { group, topic, partition, points });
            }
        }
        (described(&self.groups, context), commits)
    }
}

/// Within a step the later position stands.
fn push(points: &mut Points, at: i64, position: Option<i64>) {
    match points.last_mut() {
        Some(last) if at.div_euclid(STEP_MS) == last.0.div_euclid(STEP_MS) => {
            *last = (at, position);
        }
        _ => points.push((at, position)),
    }
}

/// The group that a key names: in every type of record it comes first, after the type.
fn group_of(key: &[u8]) -> Option<&str> {
    let (length, rest) = key.get(2..)?.split_first_chunk::<2>()?;
    let length = usize::try_from(i16::from_be_bytes(*length)).ok()?;
    std::str::from_utf8(rest.get(..length)?).ok()
}

/// The time of the record that is being read.
struct RecordTime(AtomicI64);

impl Clock for RecordTime {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Descriptions at the times of their records; where a classic group's record says since when it was
/// completing a rebalance, that too.
fn described(records: &[Raw], context: &Context) -> Vec<GroupObserved> {
    let clock = Arc::new(RecordTime(AtomicI64::new(0)));
    let (groups, topics) = (Arc::clone(&context.groups), Arc::clone(&context.topics));
    let mut translator = Translator::new(Arc::clone(&clock) as Arc<dyn Clock>, groups, topics);
    let mut told = Vec::new();
    for (at, key, value) in records {
        clock.0.store(*at, Ordering::Relaxed);
        told.extend(completing(*at, key, value.as_deref()));
        translator.record(key, value.as_deref(), Some(*at));
        for body in translator.take() {
            if let Body::Groups(groups) = body {
                told.extend(groups);
            }
        }
    }
    told
}

/// The assignment phase that a generation's record ends.
fn completing(at: i64, key: &[u8], value: Option<&[u8]>) -> Option<GroupObserved> {
    let Ok(Record::GroupMetadata(Entry { key: id, value: Some(group) })) = decode(key, value)
    else {
        return None;
    };
    let since = group.current_state_timestamp?;
    // Later records of the same generation (a static member that came back) tell an old time.
    let believable = !group.members.is_empty() && since <= at && at - since < 600_000;
    believable.then(|| GroupObserved {
        id: id.into(),
        coordinator: None,
        asked: Timestamp::from_millis(since),
        written: None,
        description: Ok(GroupDescription {
            state: GroupState::CompletingRebalance,
            kind: GroupKind::Classic,
            assignor: None,
            epoch: None,
            assignment_epoch: None,
            members: Vec::new(),
        }),
    })
}

/// What a position belongs to.
pub(super) fn key(of: &PastCommits) -> (Arc<str>, Arc<str>, i32) {
    (of.group.as_str().into(), of.topic.as_str().into(), of.partition)
}

/// A position that has held since then.
pub(super) fn since(mut held: PastCommits, from: Timestamp) -> PastCommits {
    for point in &mut held.points {
        point.0 = from;
    }
    held
}

/// Positions as a coordinator holds them now, each with one point.
pub(super) fn held(told: PerGroup<Vec<TopicCommits>>, context: &Context) -> Vec<PastCommits> {
    let mut held = Vec::new();
    for (group, commits) in told {
        let topics = commits.into_iter().flatten();
        for of in topics.filter(|of| (context.topics)(&of.topic)) {
            for one in of.partitions {
                let Ok(Some(commit)) = one.commit else { continue };
                let points = vec![(Timestamp::default(), Some(commit.offset))];
                let (group, topic) = (group.as_ref().into(), of.topic.as_ref().into());
                held.push(PastCommits { group, topic, partition: one.partition, points });
            }
        }
    }
    held
}
