//! Groups: state, commits, lag, findings.

use std::sync::Arc;

use super::{Moment, members, standing};
use crate::diagnose::{Case, RuleBook};
use crate::model::group::Sums;
use crate::model::lag::{Inputs, Seen};
use crate::model::{
    Behind, Commit, Eta, GroupEntry, GroupSeen, GroupState, GroupTopic, GroupView, Lag,
    PartitionLog, PartitionView, Rebalance, Snapshot, Timestamp,
};

/// A group as it was, on the logs of `picture`; `None` if it was not there, as far as is known.
pub(super) fn as_of(
    entry: &GroupEntry,
    picture: &Snapshot,
    moment: Moment,
    book: &mut RuleBook,
) -> Option<GroupEntry> {
    let (now, at) = (&*entry.view, moment.at);
    let topics: Vec<_> = now.topics.iter().map(|topic| committed(topic, moment)).collect();
    let listed = now.band.until(at).next_back();
    let known = topics.iter().any(|topic| !topic.partitions.is_empty());
    if listed.is_none() && !known && now.lag_history.begin().is_none_or(|begin| begin > at) {
        return None;
    }
    let state = listed.and_then(|(_, state)| state).unwrap_or(GroupState::Unknown);
    let rebalances = rebalances(now, at);
    let mut view = GroupView {
        protocol_type: Arc::clone(&now.protocol_type),
        topics: topics.into(),
        lag_history: Arc::clone(&now.lag_history),
        band: Arc::clone(&now.band),
        rebalances_seen: now
            .rebalances_seen
            .saturating_sub((now.rebalances.len() - rebalances.len()) as u64),
        rebalances,
        ..GroupView::new(now.id.clone(), now.kind, state)
    };
    members::seat(&mut view, now, at);
    derive(&mut view, picture, moment);
    let seen = GroupSeen {
        listed: listed.map(|(since, state)| {
            if state.is_some() { moment.looked(since) } else { Moment::before_gap(since) }
        }),
        described: view.members.as_ref().map(|_| at),
        commits: commits_seen(now, moment),
    };
    let case = Case { group: &view, seen, logs: picture, processes: &picture.processes, now: at };
    let read: Vec<_> = view.topics.iter().map(|read| read.topic.as_str()).collect();
    let rules = book.for_group(view.id.as_str(), &read);
    let findings = Arc::new(rules.group(&case, &standing(&entry.findings, at)));
    Some(GroupEntry { view: Arc::new(view), seen, findings })
}

/// The partitions that the group had committed on, or of which that was known before a gap.
fn committed(topic: &GroupTopic, moment: Moment) -> GroupTopic {
    let rows = topic.partitions.iter().filter_map(|row| {
        let held = row.history.held(moment.at)?;
        let commit = held.known().map(|offset| Commit {
            offset,
            seen: held.since,
            moved: held.moved.then_some(held.since),
            recorded: None,
            leader_epoch: None,
            metadata: "".into(),
        });
        let consumed =
            commit.as_ref().and_then(|_| held.rate(moment.at, moment.pace.min_rate_span()));
        let history = Arc::clone(&row.history);
        Some(PartitionView { commit, consumed, history, ..PartitionView::new(row.partition) })
    });
    GroupTopic { topic: topic.topic.clone(), partitions: rows.collect() }
}

/// Those seen by then, the same list where all were.
fn rebalances(now: &GroupView, at: Timestamp) -> Arc<Vec<Rebalance>> {
    match now.rebalances.iter().position(|event| event.at > at) {
        None => Arc::clone(&now.rebalances),
        Some(later) => Arc::new(now.rebalances.iter().take(later).cloned().collect()),
    }
}

/// When its commits were last told; `None` if there were none.
fn commits_seen(now: &GroupView, moment: Moment) -> Option<Timestamp> {
    let mut seen = None;
    for (_, row) in now.partitions() {
        let Some(held) = row.history.held(moment.at) else { continue };
        let looked = || moment.looked(held.since);
        seen = seen.max(Some(held.gap.map_or_else(looked, Moment::before_gap)));
    }
    seen
}

/// Derives the group's figures, as the store does.
fn derive(view: &mut GroupView, picture: &Snapshot, moment: Moment) {
    let mut sums = Sums::default();
    for topic in Arc::make_mut(&mut view.topics) {
        let logs = picture.topic(&topic.topic);
        for row in &mut topic.partitions {
            let log = logs.and_then(|logs| logs.view.partition(row.partition));
            figures(row, log, moment);
            sums.add(row, log.and_then(|log| log.arriving));
        }
    }
    view.totals = sums.totals();
    // Further back than partitions are told, the sum of them is.
    view.totals.lag = view.totals.lag.or_else(|| view.lag_history.at(moment.at));
    view.sum_members();
}

fn figures(row: &mut PartitionView, log: Option<&PartitionLog>, moment: Moment) {
    let commit = row.commit.as_ref();
    let committed = commit.map(|commit| Seen { offset: commit.offset, at: commit.seen });
    row.lag = Lag::of(Inputs {
        committed,
        end: log.and_then(|log| end(log, row, moment)),
        log_start: log.and_then(|log| log.log_start),
        high_watermark: None,
    });
    row.eta = Eta::of(row.lag.records, log.and_then(|log| log.arriving), row.consumed);
    row.behind = committed.zip(log).and_then(|(commit, log)| {
        let position = commit.offset.saturating_add(row.lag.lost);
        Behind::of((position, &row.lag), log, (moment.at, moment.pace.gap_after()), None)
    });
}

/// The end, and when it was looked at. Only where it is below the commit does it matter whether that was
/// after it: it was where the end changed after it, and at the latest so long ago that a longer silence
/// would be a gap.
fn end(log: &PartitionLog, row: &PartitionView, moment: Moment) -> Option<Seen> {
    let Moment { at, pace, isolation } = moment;
    let offset = log.end(isolation)?;
    let below = row.commit.as_ref().is_some_and(|commit| offset < commit.offset);
    let both = || log.history.held(at).zip(row.history.held(at));
    let Some((end, commit)) = below.then(both).flatten() else {
        return Some(Seen { offset, at });
    };
    let later = commit.since.plus(end.rounding.max(commit.rounding));
    let looked = if end.since >= later { end.since } else { at.minus(pace.gap_after()) };
    Some(Seen { offset, at: looked })
}
