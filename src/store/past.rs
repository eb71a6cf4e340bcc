//! The time before the start, put in front of what was seen live, which always stands.
//!
//! Positions and ends are taken piece by piece, because there may be millions of them. What follows from
//! all of a group, its sum and its rebalances, is told when no more will come.
//!
//! What the past does not tell stays a gap: a position before the first commit that was read, a state
//! before the first record. A group's sum is told where the lag of each of its partitions is that is
//! known now; a sum over some of them would show a jump where only knowledge begins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::fold::Names;
use super::groups::{GroupCell, member_views};
use super::rebalances::{Between, Tracker, keep, settled};
use super::recall::{Recalled, recall};
use super::topics::TopicCell;
use crate::model::history::lag_points;
use crate::model::membership::MembershipRecorded;
use crate::model::observation::{GroupObserved, PastCommits, PastEnds, PastObserved};
use crate::model::{GroupId, GroupState, GroupView, Point, Rebalance, Timestamp, TopicName};

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
    /// What came before polling had named what exists.
    pieces: Vec<PastObserved>,
    /// From when each group's positions are known, and those of which commits were told.
    told: BTreeMap<GroupId, Told>,
    groups: Vec<GroupObserved>,
    membership: Vec<MembershipRecorded>,
}

#[derive(Debug)]
struct Told {
    from: Timestamp,
    positions: BTreeSet<(TopicName, i32)>,
}

/// What exists now.
pub(super) struct Present<'a> {
    pub(super) groups: &'a mut BTreeMap<GroupId, GroupCell>,
    pub(super) topics: &'a mut BTreeMap<TopicName, TopicCell>,
    pub(super) names: &'a Names,
    pub(super) now: Timestamp,
}

impl Past {
    pub(super) fn take(&mut self, piece: PastObserved) {
        self.pieces.push(piece);
    }

    /// Puts what was told so far in front of the present, which polling has named by now; nothing comes
    /// back that is gone.
    pub(super) fn join(&mut self, present: &mut Present<'_>) {
        for piece in std::mem::take(&mut self.pieces) {
            match piece {
                PastObserved::Ends(ends) => join_ends(ends, present.topics),
                PastObserved::Commits(commits) => self.join_commits(commits, present.groups),
                PastObserved::Still { from, until } => {
                    self.join_still((from, until), present.groups);
                }
                PastObserved::Groups(groups) => self.groups.extend(groups),
                PastObserved::Membership(records) => self.membership.extend(records),
            }
        }
        if std::mem::take(&mut self.is_over) {
            self.conclude(present);
        }
    }

    fn join_commits(
        &mut self,
        commits: Vec<PastCommits>,
        groups: &mut BTreeMap<GroupId, GroupCell>,
    ) {
        for PastCommits { group, topic, partition, points } in commits {
            let row = groups.get(&group).and_then(|cell| {
                let rows = &cell.view.topic(topic.as_str())?.partitions;
                rows.get(rows.binary_search_by_key(&partition, |row| row.partition).ok()?)
            });
            let (Some(row), Some(&(first, _))) = (row, points.first()) else { continue };
            row.history.prepend(points.into_iter().map(|(at, value)| Point { at, value }));
            let told = self.told.entry(group).or_insert_with(|| Told::from(first));
            told.from = told.from.min(first);
            told.positions.insert((topic, partition));
        }
    }

    /// What was there at the first look and was not told of had been so.
    fn join_still(
        &mut self,
        (from, until): (Timestamp, Timestamp),
        groups: &mut BTreeMap<GroupId, GroupCell>,
    ) {
        for (id, cell) in groups {
            let told = self.told.get(id).map(|told| &told.positions);
            for (topic, row) in cell.view.partitions() {
                let first = row.history.first_known().filter(|first| first.at <= until);
                let Some(first) = first.filter(|first| first.at > from) else { continue };
                if told.is_none_or(|told| !told.contains(&(topic.clone(), row.partition))) {
                    row.history.prepend([Point { at: from, value: first.value }]);
                }
            }
            let told = self.told.entry(id.clone()).or_insert_with(|| Told::from(from));
            told.from = told.from.min(from);
        }
    }

    /// No more will come.
    fn conclude(&mut self, present: &mut Present<'_>) {
        for (group, Told { from, .. }) in std::mem::take(&mut self.told) {
            if let Some(cell) = present.groups.get_mut(&group) {
                cell.sum_past(present.topics, (from, present.now));
                cell.dirty = true;
            }
        }
        let described = by_group(std::mem::take(&mut self.groups), |one| &one.id);
        for (group, observed) in described {
            if let Some(cell) = present.groups.get_mut(&group) {
                cell.retell(observed);
            }
        }
        let recorded = by_group(std::mem::take(&mut self.membership), |one| &one.group);
        for (group, records) in recorded {
            if let Some(cell) = present.groups.get_mut(&group)
                && let Some(recalled) = recall(&records, &cell.view, present.names)
            {
                cell.put_before(recalled, None);
            }
        }
    }
}

impl Told {
    const fn from(from: Timestamp) -> Self {
        Self { from, positions: BTreeSet::new() }
    }
}

/// What is told of each group, in its order.
fn by_group<T>(all: Vec<T>, group: impl Fn(&T) -> &GroupId) -> BTreeMap<GroupId, Vec<T>> {
    let mut groups = BTreeMap::<_, Vec<T>>::new();
    for one in all {
        groups.entry(group(&one).clone()).or_default().push(one);
    }
    groups
}

fn join_ends(ends: Vec<PastEnds>, topics: &mut BTreeMap<TopicName, TopicCell>) {
    for PastEnds { topic, partition, points } in ends {
        let Some(cell) = topics.get_mut(&topic) else { continue };
        if let Some(log) = cell.view.partition(partition) {
            let points = points.into_iter();
            log.history.prepend(points.map(|(at, end)| Point { at, value: Some(end) }));
            cell.changed = true;
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
                let mut lags = lag_points(&row.history, log, (from, now), false).into_iter();
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

    /// Walks through its records as if they had been seen when they were written, up to what was seen
    /// live first.
    fn retell(&mut self, observed: Vec<GroupObserved>) {
        let seen_live = self.view.band.changes().next().map(|(at, _)| at);
        let mut tracker = Tracker::default();
        let mut followed = None;
        let mut told = Recalled::default();
        for GroupObserved { asked: at, description, .. } in observed {
            let Ok(described) = description else { continue };
            if seen_live.is_some_and(|live| at >= live) {
                break;
            }
            tracker.state(at, described.state);
            told.states.push((at, described.state));
            let members = member_views(described.members, None);
            let settled = settled(described.epoch, &members);
            let between = tracker.described(at, (described.kind, described.state), settled);
            if let Between::Rebalance(event) = between {
                keep(&mut told.rebalances, event);
            }
            followed = followed.or_else(|| tracker.settled().map(|_| at));
        }
        self.put_before(told, followed.map(|followed| (tracker, followed)));
    }

    /// Puts what records tell in front of what was seen live, which stands. With the walk through rests
    /// that records told whole, and the moment of the first of them, who held what then is known too.
    fn put_before(
        &mut self,
        Recalled { mut states, mut rebalances }: Recalled,
        walk: Option<(Tracker, Timestamp)>,
    ) {
        if let Some((live, _)) = self.view.band.changes().next() {
            states.retain(|(at, _)| *at < live);
            rebalances.retain(|event| event.at < live);
        }
        if states.is_empty() {
            return;
        }
        let view = Arc::make_mut(&mut self.view);
        Arc::make_mut(&mut view.band).prepend(states);
        if let Some(event) = walk.and_then(|(tracker, followed)| bridge(view, tracker, followed)) {
            keep(&mut rebalances, event);
        }
        view.rebalances_seen += rebalances.len() as u64;
        for event in std::mem::take(Arc::make_mut(&mut view.rebalances)) {
            view.rebalances_seen -= u64::from(!keep(&mut rebalances, event));
        }
        view.rebalances = Arc::new(rebalances);
        self.dirty = true;
    }
}

/// Joins the last rest that records told of to the first that was seen live; returns the rebalance that
/// lies between, if one does. `followed` is when the first rest was recorded.
fn bridge(view: &mut GroupView, mut past: Tracker, followed: Timestamp) -> Option<Rebalance> {
    let begun = view.rest.as_ref()?.followed;
    let first = view.settled_at(begun)?;
    let live = Arc::make_mut(&mut view.rebalances);
    // Of what was under way at the first look records tell more.
    if live.first().is_some_and(|event| event.at == begun) {
        live.remove(0);
        view.rebalances_seen = view.rebalances_seen.saturating_sub(1);
    }
    if let Some(rest) = &mut view.rest {
        rest.followed = followed;
    }
    let state = if first.members.is_empty() { GroupState::Empty } else { GroupState::Stable };
    match past.described(begun, (view.kind, state), first) {
        Between::Rebalance(event) => Some(event),
        Between::Number(_) | Between::Nothing => None,
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
