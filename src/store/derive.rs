//! What follows from a group's commits and its topics' ends: lag, rates, sums.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::groups::GroupCell;
use super::topics::TopicCell;
use crate::model::lag::{Inputs, Seen};
use crate::model::{
    Behind, Eta, GroupTopic, GroupTotals, Isolation, Lag, MemberView, PartitionLog, PartitionView,
    Rate, Timestamp, TopicName,
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
    let topics = Arc::clone(&view.topics);
    if let Some(members) = &mut view.members {
        member_sums(members, &topics);
    }
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
        Behind::of((position, &row.lag), log, basis.pause, row.behind)
    });
    let older = committed.zip(end).is_some_and(|(commit, end)| end.at < commit.at);
    let waits_for_end = older || row.commit.as_ref().is_some_and(|it| it.newest() != it.offset);
    committed.is_some() && (waits_for_end || row.consumed.is_none_or(|rate| rate.0 != 0.0))
}

/// Sums in the making.
#[derive(Default)]
struct Sums {
    totals: GroupTotals,
    arriving: Option<f64>,
    consumed: Option<f64>,
}

impl Sums {
    fn add(&mut self, row: &PartitionView, arriving: Option<Rate>) {
        let totals = &mut self.totals;
        totals.partitions += 1;
        totals.lost = totals.lost.saturating_add(row.lag.lost);
        match row.lag.records {
            None => totals.unknown += 1,
            Some(lag) => {
                totals.negative += usize::from(lag < 0);
                totals.lag = Some(totals.lag.unwrap_or(0).saturating_add(lag.max(0)));
            }
        }
        totals.behind = match (totals.behind, row.behind) {
            (Some(a), Some(b)) => Some(a.worse(b)),
            (a, b) => a.or(b),
        };
        // Only where the group has committed: what arrives elsewhere is not its work yet.
        if row.commit.is_some() {
            add(&mut self.arriving, arriving);
            add(&mut self.consumed, row.consumed);
        }
    }

    fn totals(self) -> GroupTotals {
        let mut totals = self.totals;
        totals.arriving = self.arriving.map(Rate);
        totals.consumed = self.consumed.map(Rate);
        totals.eta = Eta::of(totals.lag, totals.arriving, totals.consumed);
        totals
    }
}

fn add(sum: &mut Option<f64>, rate: Option<Rate>) {
    if let Some(rate) = rate {
        *sum = Some(sum.unwrap_or(0.0) + rate.0);
    }
}

/// Lag held and records consumed by each member.
fn member_sums(members: &mut Arc<[MemberView]>, topics: &[GroupTopic]) {
    let mut sums = vec![(None::<i64>, None::<f64>); members.len()];
    for row in topics.iter().flat_map(|topic| &topic.partitions) {
        let Some((lag, consumed)) =
            row.owner.and_then(|owner| sums.get_mut(usize::try_from(owner).ok()?))
        else {
            continue;
        };
        if let Some(records) = row.lag.records {
            *lag = Some(lag.unwrap_or(0).saturating_add(records.max(0)));
        }
        add(consumed, row.consumed);
    }
    let same = members.iter().zip(&sums).all(|(member, (lag, consumed))| {
        member.lag == *lag && member.consumed == consumed.map(Rate)
    });
    if !same {
        for (member, (lag, consumed)) in Arc::make_mut(members).iter_mut().zip(sums) {
            member.lag = lag;
            member.consumed = consumed.map(Rate);
        }
    }
}
