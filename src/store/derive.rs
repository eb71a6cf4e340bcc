//! What follows from a group's commits and its topics' ends: lag, rates, sums.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::groups::GroupCell;
use super::topics::TopicCell;
use crate::model::group::Sums;
use crate::model::lag::{Inputs, Seen};
use crate::model::{
    Behind, Eta, Isolation, Lag, PartitionLog, PartitionView, Timestamp, TopicName,
};

/// What a group's figures are derived from, beside the group.
pub(super) struct Basis<'a> {
    pub(super) topics: &'a BTreeMap<TopicName, TopicCell>,
    pub(super) isolation: Isolation,
    /// Rates are told over at least this much time.
    pub(super) min_span: Duration,
    /// The longest time between two looks at an end that is no gap in its history.
    pub(super) pause: Duration,
    /// The newest observation.
    pub(super) at: Timestamp,
}

/// Derives one group's figures anew.
pub(super) fn group(cell: &mut GroupCell, basis: &Basis<'_>) {
    let commits_seen = cell.seen.commits;
    let view = Arc::make_mut(&mut cell.view);
    let mut sums = Sums::default();
    let mut unsettled = false;
    for topic in Arc::make_mut(&mut view.topics) {
        let log = basis.topics.get(&topic.topic);
        for row in &mut topic.partitions {
            let commit_fault = if cell.commit_faults.is_empty() {
                None
            } else {
                cell.commit_faults.get(&(topic.topic.clone(), row.partition)).cloned()
            };
            unsettled |= partition(row, log, commits_seen, basis);
            row.fault = commit_fault.or_else(|| row.fault.take());
            let log = log.and_then(|log| log.view.partition(row.partition));
            sums.add(row, log.and_then(|log| log.arriving));
        }
    }
    let totals = sums.totals();
    if totals != view.totals {
        view.totals = totals;
    }
    view.lag_history.push(basis.at, totals.lag);
    view.sum_members();
    cell.unsettled = unsettled;
    cell.derived = basis.at;
    cell.dirty = false;
}

/// Derives one partition's figures; returns whether they will move though nothing new is seen.
fn partition(
    row: &mut PartitionView,
    topic: Option<&TopicCell>,
    commits_seen: Option<Timestamp>,
    basis: &Basis<'_>,
) -> bool {
    let unknown = PartitionLog::default();
    let log = topic.and_then(|topic| topic.view.partition(row.partition)).unwrap_or(&unknown);
    let confirmed = topic.and_then(|topic| topic.confirmed(row.partition));
    let end = log.end(basis.isolation).zip(confirmed).map(|(offset, at)| Seen { offset, at });
    row.count_recorded(end, topic.is_some_and(|topic| topic.was_told(row.partition)));
    let committed =
        row.commit.as_ref().map(|commit| Seen { offset: commit.offset, at: commit.seen });
    row.lag = Lag::of(Inputs {
        committed,
        end,
        log_start: log.log_start,
        high_watermark: match basis.isolation {
            Isolation::ReadUncommitted => None,
            Isolation::ReadCommitted => log.high_watermark,
        },
    });
    row.fault = topic.and_then(|topic| topic.view.fault.clone()).or_else(|| log.fault.clone());
    row.consumed = match (committed, commits_seen) {
        (Some(_), Some(seen)) => row.history.rate(seen, basis.min_span),
        _ => None,
    };
    row.eta = Eta::of(row.lag.records, log.arriving, row.consumed);
    row.behind = committed.and_then(|commit| {
        let position = commit.offset.saturating_add(row.lag.lost);
        Behind::of((position, &row.lag), log, (basis.at, basis.pause), row.behind)
    });
    let older = committed.zip(end).is_some_and(|(commit, end)| end.at < commit.at);
    let waits_for_end = older || row.commit.as_ref().is_some_and(|it| it.newest() != it.offset);
    committed.is_some() && (waits_for_end || row.consumed.is_none_or(|rate| rate.0 != 0.0))
}
