//! Topics: where their logs began and ended.

use std::sync::Arc;

use super::{Moment, standing};
use crate::model::{Isolation, PartitionLog, Timestamp, TopicEntry, TopicView};

/// When the end of a log was last told.
type Confirmed = Option<Timestamp>;

/// A topic as it was.
pub(super) fn as_of(entry: &TopicEntry, moment: Moment) -> TopicEntry {
    let view = &entry.view;
    let mut logs: Vec<_> = view.partitions.iter().map(|log| log_as_of(log, moment)).collect();
    // Partitions are only ever added: of those at the end nothing was known before they were there. Of a
    // topic of which nothing at all was known, neither was their number.
    let known = logs.iter().rposition(|(_, confirmed)| confirmed.is_some());
    logs.truncate(known.map_or(0, |last| last + 1));
    let (partitions, confirmed): (Vec<_>, Vec<_>) = logs.into_iter().unzip();
    let made_anew = view.made_anew.filter(|anew| *anew <= moment.at);
    let same = made_anew == view.made_anew;
    let topic = TopicView {
        name: view.name.clone(),
        id: view.id.filter(|_| same),
        made_anew,
        fault: None,
        partitions,
    };
    TopicEntry {
        view: Arc::new(topic),
        confirmed: confirmed.into(),
        findings: Arc::new(standing(&entry.findings, moment.at)),
    }
}

fn log_as_of(log: &PartitionLog, moment: Moment) -> (PartitionLog, Confirmed) {
    let held = log.history.held(moment.at);
    let end = held.and_then(|held| held.known());
    // A gap begins a step after the last look.
    let confirmed =
        held.map(|held| held.gap.map_or_else(|| moment.looked(held.since), Moment::before_gap));
    let rate = held
        .filter(|_| end.is_some())
        .and_then(|held| held.rate(moment.at, moment.pace.min_rate_span()));
    let start_seen = log.start_seen.filter(|seen| *seen <= moment.at);
    let (high_watermark, last_stable) = match moment.isolation {
        Isolation::ReadUncommitted => (end, None),
        Isolation::ReadCommitted => (None, end),
    };
    let as_of = PartitionLog {
        high_watermark,
        last_stable,
        log_start: match &log.starts {
            Some(starts) => starts.at(moment.at),
            None => log.log_start.filter(|_| start_seen.is_some()),
        },
        arriving: rate,
        history: Arc::clone(&log.history),
        start_seen,
        starts: log.starts.clone(),
        ..PartitionLog::default()
    };
    (as_of, confirmed)
}
