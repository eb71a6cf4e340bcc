//! What a rule may look at, and the questions that several rules ask of it.

use std::time::Duration;

use crate::model::series::History;
use crate::model::{
    GroupId, GroupSeen, GroupView, InventoryView, MemberView, PartitionLog, PartitionView, Point,
    ProcessesView, Rebalance, Snapshot, Timestamp, TopicName, TopicPartition, TopicView,
};

/// The topics' logs, wherever they are kept.
pub trait Logs {
    /// The topic; `None` if nothing is known of it.
    fn topic(&self, name: &TopicName) -> Option<&TopicView>;
}

impl Logs for Snapshot {
    fn topic(&self, name: &TopicName) -> Option<&TopicView> {
        Self::topic(self, name).map(|entry| &*entry.view)
    }
}

/// Who reads which topic, wherever that is kept.
pub trait Readers {
    /// The groups that hold or have committed on a topic.
    fn of(&self, topic: &TopicName) -> Vec<&GroupId>;
}

impl Readers for Snapshot {
    fn of(&self, topic: &TopicName) -> Vec<&GroupId> {
        let views = self.groups.iter().map(|entry| &entry.view);
        views.filter(|view| view.topic(topic.as_str()).is_some()).map(|view| &view.id).collect()
    }
}

/// A group as rules see it.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The group.
    pub group: &'a GroupView,
    /// When its parts were last confirmed.
    pub seen: GroupSeen,
    /// The logs of its topics.
    pub logs: &'a dyn Logs,
    /// This host and its processes.
    pub processes: &'a ProcessesView,
    /// The newest observation.
    pub now: Timestamp,
}

/// A topic as rules see it.
#[derive(Clone, Copy)]
pub struct TopicCase<'a> {
    /// The topic.
    pub topic: &'a TopicView,
    /// The groups that read topics.
    pub readers: &'a dyn Readers,
    /// The newest observation.
    pub now: Timestamp,
}

/// The cluster as rules see it.
#[derive(Clone, Copy, Debug)]
pub struct ClusterCase<'a> {
    /// What there is in it.
    pub inventory: &'a InventoryView,
    /// The newest observation.
    pub now: Timestamp,
}

/// One partition of a group, with its log.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) topic: &'a TopicName,
    pub(super) view: &'a PartitionView,
    pub(super) log: Option<&'a PartitionLog>,
}

/// Where a number went over a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trend {
    /// History does not reach back far enough; it reaches so far.
    TooShort(Duration),
    /// It rose all the time, from the first to the second.
    Grew(i64, i64),
    /// Anything else.
    Not,
}

impl<'a> Case<'a> {
    /// Since when the group's state is known.
    pub(super) fn watched_since(&self) -> Timestamp {
        self.group.band.changes().next().map_or(self.now, |(at, _)| at)
    }

    /// Members that are known to be there.
    pub(super) fn members(&self) -> &'a [MemberView] {
        self.group.members.as_deref().unwrap_or_default()
    }

    /// Its partitions with their logs.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'a>> {
        let logs = self.logs;
        self.group.topics.iter().flat_map(move |topic| {
            let known = logs.topic(&topic.topic);
            topic.partitions.iter().map(move |view| Row {
                topic: &topic.topic,
                view,
                log: known.and_then(|known| known.partition(view.partition)),
            })
        })
    }

    /// When a partition's topic was made anew; `None` if it was not, while it was watched.
    pub(super) fn made_anew(&self, row: &Row<'_>) -> Option<Timestamp> {
        self.logs.topic(row.topic)?.made_anew
    }

    /// The member that holds a partition.
    pub(super) fn owner(&self, row: &Row<'_>) -> Option<&'a MemberView> {
        self.members().get(usize::try_from(row.view.owner?).ok()?)
    }

    /// `owner consumer-2 on 10.0.1.15`, or that there is none, or that nobody knows.
    pub(super) fn owned_by(&self, row: &Row<'_>) -> String {
        match (self.owner(row), &self.group.members) {
            (Some(owner), _) => format!("owner {}", name_and_host(&owner.client_id, &owner.host)),
            (None, Some(_)) => "no member holds it".to_owned(),
            (None, None) => "its owner is not known".to_owned(),
        }
    }

    /// The group's lag over the last `span`.
    pub(super) fn lag_trend(&self, span: Duration) -> Trend {
        trend(&self.group.lag_history, self.now, span)
    }

    /// Since when the group has not rebalanced; `None` while it does.
    pub(super) fn settled_since(&self) -> Option<Timestamp> {
        let calm = self.group.band.calm_since(self.now)?;
        let last = self.rebalances().last().map_or(calm, |event| event.at);
        Some(calm.max(last))
    }

    /// The rebalances seen by now, oldest first.
    pub(super) fn rebalances(&self) -> &'a [Rebalance] {
        let all: &'a [Rebalance] = &self.group.rebalances;
        let later = all.iter().position(|event| event.at > self.now);
        all.get(..later.unwrap_or(all.len())).unwrap_or_default()
    }
}

impl Row<'_> {
    /// `topic/partition`.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.topic.as_str(), self.view.partition)
    }

    pub(super) fn partition(&self) -> TopicPartition {
        TopicPartition { topic: self.topic.clone(), partition: self.view.partition }
    }

    /// Its lag where that is positive, else 0.
    pub(super) fn lag(&self) -> i64 {
        self.view.lag.records.unwrap_or(0).max(0)
    }

    /// What its lag was at a moment; `None` if that is not known.
    pub(super) fn lag_at(&self, at: Timestamp) -> Option<i64> {
        let end = self.log?.history.at(at)?;
        Some(end.saturating_sub(self.view.history.at(at)?).max(0))
    }

    /// Since when the committed position stands still, and whether that is only the first look.
    pub(super) fn still_since(&self) -> Option<(Timestamp, bool)> {
        let commit = self.view.commit.as_ref()?;
        Some(commit.moved.map_or((commit.seen, true), |moved| (moved, false)))
    }
}

/// `consumer-2 on 10.0.1.15`.
pub(super) fn name_and_host(client_id: &str, host: &str) -> String {
    if host.is_empty() { client_id.to_owned() } else { format!("{client_id} on {host}") }
}

/// The parts into which a span is cut to see whether a number rises.
const PARTS: u32 = 5;

/// Where a number went over the `span` before `now`. Commits come in steps and make a saw of every lag,
/// so the least value of each fifth of the span counts: it rises if none is below the one before it.
pub(super) fn trend<const TIERS: usize>(
    history: &History<TIERS>,
    now: Timestamp,
    span: Duration,
) -> Trend {
    let from = now.minus(span);
    let points: Vec<Point> = history.between(from, now).collect();
    let known = points.iter().find(|point| point.value.is_some());
    match known {
        None => return Trend::TooShort(Duration::ZERO),
        Some(first) if first.at > from => return Trend::TooShort(now.since(first.at)),
        Some(_) => {}
    }
    let part = span / PARTS;
    let mut least = Vec::new();
    for index in 0..PARTS {
        let (begin, end) = (from.plus(part * index), from.plus(part * (index + 1)));
        least.extend(least_within(&points, begin, end));
    }
    let rises = least.windows(2).all(|pair| match pair {
        [before, after] => after.saturating_add(before / 100) >= *before,
        _ => true,
    });
    match (least.first(), least.last()) {
        (Some(&old), Some(&new)) if rises && new > old => Trend::Grew(old, new),
        _ => Trend::Not,
    }
}

/// The least value that held at any time of `[from, to)`.
fn least_within(points: &[Point], from: Timestamp, to: Timestamp) -> Option<i64> {
    let ends = points.iter().skip(1).map(|next| next.at).chain(std::iter::once(to));
    let within = points.iter().zip(ends).filter(|(point, end)| point.at < to && *end > from);
    within.filter_map(|(point, _)| point.value).min()
}

/// The middle one of `numbers`; `None` of none.
pub(super) fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}
