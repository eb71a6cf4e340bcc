//! The time before the start: pieces are kept until all are there, then put in front of what was seen
//! live, which always stands.
//!
//! What the past does not tell stays a gap: a position before the first commit that was read, a state
//! before the first record. A group's sum is told where the lag of each of its partitions is that is
//! known now; a sum over some of them would show a jump where only knowledge begins.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::groups::{GroupCell, member_views};
use super::rebalances::{Between, Tracker, keep};
use super::topics::TopicCell;
use crate::model::history::lag_points;
use crate::model::observation::{GroupObserved, PastCommits, PastEnds, PastObserved};
use crate::model::{GroupId, Point, Timestamp, TopicName};

/// A group's sum is told so many times a step of its history: as fine as the last two minutes are
/// drawn, and as fine as the rest is kept.
const STEPS: [(Duration, Duration); 2] = [
    (Duration::from_mins(2), Duration::from_secs(1)),
    (Duration::from_hours(6), Duration::from_secs(10)),
];

/// What was told of the past so far.
#[derive(Debug, Default)]
pub(super) struct Past {
    pub(super) is_over: bool,
    commits: Vec<PastCommits>,
    ends: Vec<PastEnds>,
    groups: Vec<GroupObserved>,
}

impl Past {
    pub(super) fn take(&mut self, piece: PastObserved) {
        match piece {
            PastObserved::Commits(commits) => self.commits.extend(commits),
            PastObserved::Ends(ends) => self.ends.extend(ends),
            PastObserved::Groups(groups) => self.groups.extend(groups),
        }
    }

    /// Puts all of it in front of the present.
    pub(super) fn join(
        self,
        groups: &mut BTreeMap<GroupId, GroupCell>,
        topics: &mut BTreeMap<TopicName, TopicCell>,
        now: Timestamp,
    ) {
        for PastEnds { topic, partition, points } in self.ends {
            let Some(cell) = topics.get_mut(&topic) else { continue };
            if let Some(log) = cell.view.partition(partition) {
                let points = points.into_iter();
                log.history.prepend(points.map(|(at, end)| Point { at, value: Some(end) }));
                cell.changed = true;
            }
        }
        let mut touched = BTreeMap::<GroupId, Timestamp>::new();
        for PastCommits { group, topic, partition, points } in self.commits {
            let Some(cell) = groups.get_mut(&group) else { continue };
            let row = cell.view.topic(topic.as_str()).and_then(|topic| {
                let rows = &topic.partitions;
                rows.binary_search_by_key(&partition, |row| row.partition)
                    .ok()
                    .and_then(|index| rows.get(index))
            });
            let (Some(row), Some(&(first, _))) = (row, points.first()) else { continue };
            row.history.prepend(points.into_iter().map(|(at, value)| Point { at, value }));
            cell.dirty = true;
            touched.entry(group).and_modify(|from| *from = first.min(*from)).or_insert(first);
        }
        for (group, from) in touched {
            if let Some(cell) = groups.get_mut(&group) {
                cell.sum_past(topics, (from, now));
            }
        }
        let mut described = BTreeMap::<GroupId, Vec<GroupObserved>>::new();
        for observed in self.groups {
            described.entry(observed.id.clone()).or_default().push(observed);
        }
        for (group, observed) in described {
            if let Some(cell) = groups.get_mut(&group) {
                cell.retell(observed);
            }
        }
    }
}

impl GroupCell {
    /// The sum of lags before the start.
    fn sum_past(
        &self,
        topics: &BTreeMap<TopicName, TopicCell>,
        (from, now): (Timestamp, Timestamp),
    ) {
        let moments = moments(from, now);
        let mut sums = vec![Some(0_i64); moments.len()];
        let mut any = false;
        for topic in self.view.topics.iter() {
            let Some(cell) = topics.get(&topic.topic) else { continue };
            for row in topic.partitions.iter().filter(|row| row.lag.records.is_some()) {
                let Some(log) = cell.view.partition(row.partition) else { continue };
                any = true;
                let mut lags = lag_points(&row.history, log, from, false).into_iter();
                let (mut held, mut next) = (None, lags.next());
                for (moment, sum) in moments.iter().zip(&mut sums) {
                    while let Some(point) = next.filter(|point| point.at <= *moment) {
                        held = point.value;
                        next = lags.next();
                    }
                    *sum = sum.zip(held).map(|(sum, lag)| sum.saturating_add(lag));
                }
            }
        }
        if any {
            let points = moments.into_iter().zip(sums).map(|(at, value)| Point { at, value });
            self.view.lag_history.prepend(points);
        }
    }

    /// Walks through its records as if they had been seen when they were written.
    fn retell(&mut self, observed: Vec<GroupObserved>) {
        let seen_live = self.view.band.changes().next().map(|(at, _)| at);
        let mut tracker = Tracker::default();
        let (mut states, mut rebalances) = (Vec::new(), Vec::new());
        for GroupObserved { asked: at, description, .. } in observed {
            let Ok(described) = description else { continue };
            if seen_live.is_some_and(|live| at >= live) {
                break;
            }
            tracker.state(at, described.state);
            states.push((at, described.state));
            let members = member_views(described.members, None);
            match tracker.described(
                at,
                (described.kind, described.state),
                described.epoch,
                &members,
            ) {
                Between::Rebalance(event) => keep(&mut rebalances, event),
                Between::Number(_) | Between::Nothing => {}
            }
        }
        if states.is_empty() {
            return;
        }
        let view = Arc::make_mut(&mut self.view);
        Arc::make_mut(&mut view.band).prepend(states);
        view.rebalances_seen += rebalances.len() as u64;
        for event in std::mem::take(Arc::make_mut(&mut view.rebalances)) {
            keep(&mut rebalances, event);
        }
        view.rebalances = Arc::new(rebalances);
        self.dirty = true;
    }
}

/// When sums are told, ascending.
fn moments(from: Timestamp, now: Timestamp) -> Vec<Timestamp> {
    let mut moments = Vec::new();
    let mut at = from;
    while at < now {
        moments.push(at);
        let age = now.since(at);
        let step = STEPS.iter().find(|(within, _)| age <= *within).map(|(_, step)| *step);
        at = at.plus(step.unwrap_or(Duration::from_mins(1)));
    }
    moments
}
