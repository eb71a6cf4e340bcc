//! What was read, in the order in which it was written, thinned to what histories keep. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::super::Context;
use super::super::records::{Entry, Record, decode};
use super::super::translate::Translator;
use super::ends::Which;
use super::points::Points;
use crate::model::membership::MembershipRecorded;
use crate::model::observation::{GroupDescription, GroupObserved, PastCommits};
use crate::model::{Body, Clock, GroupId, GroupKind, GroupState, Timestamp, TopicName};
use crate::source::kafka::interned::Interned;
use crate::source::kafka::poll::NameFilter;
use crate::source::kafka::wire::{PerGroup, TopicCommits};

/// A record about a group that is no commit: when it was written, key, value.
pub(super) type Raw = (i64, Vec<u8>, Option<Vec<u8>>);

/// The positions of one group on one topic, by partition.
struct OfTopic {
    topic: TopicName,
    partitions: BTreeMap<i32, Points>,
}

/// The records of one slice.
pub(super) struct Collected {
    now: i64,
    names: Interned,
    commits: HashMap<GroupId, Vec<OfTopic>>,
    groups: Vec<Raw>,
}

impl Collected {
    /// Nothing yet; histories are finest just before `now`.
    pub(super) fn new(now: Timestamp) -> Self {
        let (names, commits) = (Interned::default(), HashMap::new());
        Self { now: now.as_millis(), names, commits, groups: Vec::new() }
    }

    /// Takes in one record.
    pub(super) fn record(
        &mut self,
        (groups, topics): (&NameFilter, &NameFilter),
        at: i64,
        (key, value): (&[u8], Option<&[u8]>),
    ) {
        // Before anything else is decoded: with a filter most records are of no interest.
        if !group_of(key).is_some_and(|group| groups(group)) {
            return;
        }
        match decode(key, value) {
            Ok(Record::OffsetCommit(entry) | Record::LegacyOffsetCommit(entry)) => {
                if !topics(entry.key.topic) {
                    return;
                }
                let point = entry
                    .value
                    .map_or((at, None), |commit| (commit.commit_timestamp, commit.offset));
                let (group, topic) = (entry.key.group, entry.key.topic);
                let now = self.now;
                if let Some(points) = self.points(group, topic, entry.key.partition) {
                    points.push(point, now);
                }
            }
            Ok(_) => self.groups.push((at, key.to_vec(), value.map(<[u8]>::to_vec))),
            Err(_) => {}
        }
    }

    fn points(&mut self, group: &str, topic: &str, partition: i32) -> Option<&mut Points> {
        if !self.commits.contains_key(group) {
            self.commits.insert(group.into(), Vec::new());
        }
        let topics = self.commits.get_mut(group)?;
        if !topics.iter().any(|of| of.topic.as_str() == topic) {
            let topic = self.names.topic(topic);
            topics.push(OfTopic { topic, partitions: BTreeMap::new() });
        }
        let of = topics.iter_mut().find(|of| of.topic.as_str() == topic)?;
        Some(of.partitions.entry(partition).or_default())
    }

    /// On which partitions was committed.
    pub(super) fn committed_on(&self) -> BTreeSet<Which> {
        let topics = self.commits.values().flatten();
        let each = topics
            .flat_map(|of| of.partitions.keys().map(|&partition| (of.topic.clone(), partition)));
        each.collect()
    }

    /// The records about groups.
    pub(super) fn take_groups(&mut self) -> Vec<Raw> {
        std::mem::take(&mut self.groups)
    }

    /// Positions over time, each given away as it is asked for.
    pub(super) fn into_commits(self) -> impl Iterator<Item = PastCommits> {
        self.commits.into_iter().flat_map(|(group, topics)| {
            topics.into_iter().flat_map(move |OfTopic { topic, partitions }| {
                let group = group.clone();
                partitions.into_iter().map(move |(partition, points)| PastCommits {
                    group: group.clone(),
                    topic: topic.clone(),
                    partition,
                    points: points.sorted(),
                })
            })
        })
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

/// What the records about groups say.
#[derive(Default)]
pub(super) struct Told {
    /// Classic groups, described at the times of their records; where a record says since when its group was
    /// completing a rebalance, that too.
    pub(super) described: Vec<GroupObserved>,
    /// Groups that the coordinator assigns for, change by change.
    pub(super) membership: Vec<MembershipRecorded>,
}

/// Tells what records about groups say.
pub(super) fn told(records: &[Raw], context: &Context) -> Told {
    let clock = Arc::new(RecordTime(AtomicI64::new(0)));
    let (groups, topics) = (Arc::clone(&context.groups), Arc::clone(&context.topics));
    let mut translator = Translator::new(Arc::clone(&clock) as Arc<dyn Clock>, groups, topics);
    let mut told = Told::default();
    for (at, key, value) in records {
        clock.0.store(*at, Ordering::Relaxed);
        told.described.extend(completing(*at, key, value.as_deref()));
        // What cannot be read tells nothing of the past either; the tail says so.
        let _ = translator.record(key, value.as_deref(), Some(*at));
        for body in translator.take() {
            match body {
                Body::Groups(groups) => told.described.extend(groups),
                Body::Membership(records) => told.membership.extend(records),
                _ => {}
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

/// On which partitions these groups hold positions now.
pub(super) fn held(
    told: PerGroup<Vec<TopicCommits>>,
    (names, topics): (&mut Interned, &NameFilter),
) -> BTreeSet<Which> {
    let mut held = BTreeSet::new();
    for of in told.into_iter().flat_map(|(_, commits)| commits).flatten() {
        if topics(&of.topic) {
            let topic = names.topic(&of.topic);
            let there = of.partitions.iter().filter(|one| matches!(one.commit, Ok(Some(_))));
            held.extend(there.map(|one| (topic.clone(), one.partition)));
        }
    }
    held
}
