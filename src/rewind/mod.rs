//! A moment wished, a picture of that moment.
//!
//! [`as_of`] tells from a snapshot that a pause holds, and from the histories that it shares with the
//! store, what a snapshot of an earlier moment would have shown. There is no second copy of history: what
//! is kept anyway is read up to the moment. So it reaches back before lagtop's start where the past was
//! read, and while nobody rewinds it costs nothing.
//!
//! | what | from what |
//! |---|---|
//! | commits, ends, log starts, lag, rates, time behind | their histories: a second within two minutes, ten within half an hour |
//! | a group's lag beyond that | its history: a minute within six hours |
//! | a group's state | the band of its states |
//! | members, owners, epoch | the last rest, and the rebalances since, taken back one by one |
//! | CPU and memory of processes and threads | their histories |
//! | how many topics, groups and others there were | their histories and the changes since |
//! | findings | the rules, asked again with that moment as now |
//!
//! What no history tells is unknown: leaders and replicas, coordinators, faults of then, owners while
//! partitions changed hands. A group that vanished since is gone with its histories; one that came later is
//! not there. Of what is wrong with a topic, that is told which began before the moment and still holds.
//!
//! This room imports [`model`](crate::model) and [`diagnose`](crate::diagnose); only its `task` is
//! asynchronous.

use std::sync::Arc;
use std::time::Duration;

use crate::diagnose::RuleBook;
use crate::model::{
    BrokerHealth, BrokerView, ClusterView, Findings, Isolation, Pace, Snapshot, SourceHealth,
    SourceView, Timestamp, Totals,
};

mod groups;
mod inventory;
mod members;
mod processes;
pub mod task;
mod topics;

/// The moment, and how the cluster was looked at.
#[derive(Clone, Copy, Debug)]
struct Moment {
    at: Timestamp,
    pace: Pace,
    isolation: Isolation,
}

impl Moment {
    /// When something was last looked at before a gap that begins at `gap`: the store begins it a second later.
    fn before_gap(gap: Timestamp) -> Timestamp {
        gap.minus(Duration::from_secs(1))
    }

    /// When what has not changed since `since` was looked at last, at the latest a round ago.
    fn looked(&self, since: Timestamp) -> Timestamp {
        since.max(self.at.minus(self.pace.interval()))
    }
}

/// What `held` would have shown at an earlier moment, judged by `rules`.
#[must_use]
pub fn as_of(held: &Snapshot, at: Timestamp, rules: &RuleBook) -> Snapshot {
    let mut book = rules.clone();
    let at = at.min(held.at);
    let moment = Moment { at, pace: Pace::of(held.sources.iter()), isolation: held.isolation };
    let mut picture = Snapshot {
        at,
        cluster: Arc::new(cluster(&held.cluster, at)),
        groups: Arc::new([]),
        topics: held.topics.iter().map(|entry| topics::as_of(entry, moment)).collect(),
        sources: held.sources.iter().map(|view| source(view, at)).collect(),
        inventory: inventory::as_of(&held.inventory, moment, &mut book),
        processes: Arc::new(processes::as_of(&held.processes, at)),
        ..held.clone()
    };
    let groups = held.groups.iter();
    let groups =
        groups.filter_map(|entry| groups::as_of(entry, &picture, moment, &mut book)).collect();
    picture.groups = groups;
    picture.totals = Totals::of(picture.groups.iter().map(|entry| &*entry.view));
    picture
}

/// What was found before the moment and has been so ever since.
fn standing(findings: &Findings, at: Timestamp) -> Findings {
    let standing = findings.firing.iter().filter(|finding| finding.since.at() <= at);
    Findings { firing: standing.cloned().collect(), unknown: Vec::new() }
}

/// Which brokers answered then is known only of those that have not answered since.
fn cluster(view: &ClusterView, at: Timestamp) -> ClusterView {
    let broker = |view: &BrokerView| {
        let health = match &view.health {
            down @ BrokerHealth::Down { since, .. } if *since <= at => down.clone(),
            _ => BrokerHealth::Unknown,
        };
        BrokerView { broker: view.broker.clone(), health }
    };
    let brokers = view.brokers.iter().map(broker).collect();
    ClusterView { id: view.id.clone(), controller: None, brokers }
}

/// What a source cost then is not kept.
fn source(view: &SourceView, at: Timestamp) -> SourceView {
    let health = match &view.health {
        SourceHealth::Failing { since, .. } | SourceHealth::Restarting { since, .. }
            if *since > at =>
        {
            SourceHealth::Working
        }
        health => health.clone(),
    };
    SourceView {
        health,
        last_round_at: view.last_round_at.map(|last| last.min(at)),
        requests_per_second: None,
        bytes_per_second: None,
        throttled_ms: 0,
        ..view.clone()
    }
}
