//! Snapshots of an incident that never happened, made of plain numbers: for screens, properties and
//! benches. Everything is computed from [`NOW`], so that a screen is the same in every run.
//!
//! Figures follow from the model's own arithmetic wherever it has any: lag from offsets, rates from
//! histories, sums from partitions.

#![allow(dead_code, reason = "each test and each bench uses its part")]

pub(crate) mod backlog;
mod cast;
mod flow;
pub(crate) mod inventory;
pub(crate) mod local;
mod odd;

use std::sync::Arc;
use std::time::Duration;

use lagtop::diagnose::{Case, Rules, TopicCase};
use lagtop::model::process::Confidence;
use lagtop::model::{
    Broker, BrokerHealth, BrokerId, BrokerView, ClusterView, Cost, Differences, Fault, Findings,
    GroupEntry, GroupSeen, GroupView, InventoryEntry, Isolation, Rate, RoundReport, Snapshot,
    SourceHealth, SourceId, SourceView, Timestamp, TopicEntry, TopicView, Totals,
};

/// The moment at which all of it is looked at: 14:03:22 in Greenwich.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_717_423_402_000);

/// `seconds` before [`NOW`].
pub(crate) fn ago(seconds: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(seconds))
}

/// The incident: a hot partition in a group that rebalances again and again, beside groups that are
/// well, empty, forbidden, half known, or named by somebody with bad intentions.
pub(crate) fn incident() -> Snapshot {
    let (groups, topics) = cast::incident();
    snapshot(groups, topics, ago(0))
}

/// The incident, with what the rules say of it.
pub(crate) fn diagnosed() -> Snapshot {
    judged(incident(), &Rules::default())
}

/// The incident beside its worker, with what the rules say of both.
pub(crate) fn diagnosed_beside() -> Snapshot {
    judged(local::beside(Confidence::Likely, 1), &Rules::default())
}

/// The same by rules that want more history than there is: some cannot tell yet.
pub(crate) fn diagnosed_too_early() -> Snapshot {
    let mut rules = Rules::default();
    for (rule, threshold) in [("falling-behind", "window"), ("hot-partition", "window")] {
        assert!(rules.set(rule, Some(threshold), "1h").is_ok(), "a threshold of {rule}");
    }
    judged(incident(), &rules)
}

fn judged(mut snapshot: Snapshot, rules: &Rules) -> Snapshot {
    let before = Findings::default();
    let groups = snapshot.groups.iter().map(|entry| {
        let processes = &snapshot.processes;
        let case =
            Case { group: &entry.view, seen: entry.seen, logs: &snapshot, processes, now: NOW };
        GroupEntry { findings: Arc::new(rules.group(&case, &before)), ..entry.clone() }
    });
    let groups = groups.collect();
    let topics = snapshot.topics.iter().map(|entry| {
        let case = TopicCase { topic: &entry.view, readers: &snapshot, now: NOW };
        TopicEntry { findings: Arc::new(rules.topic(&case, &before)), ..entry.clone() }
    });
    snapshot.topics = topics.collect();
    snapshot.groups = groups;
    snapshot
}

/// One group on one topic of `partitions` partitions, with ten minutes of history each.
pub(crate) fn large(partitions: i32) -> Snapshot {
    let (groups, topics) = cast::large(partitions);
    snapshot(groups, topics, ago(0))
}

/// The incident, of which nothing was heard for `seconds`: the cluster cannot be reached any more.
pub(crate) fn silent(seconds: u64) -> Snapshot {
    let (groups, topics) = cast::incident();
    let mut snapshot = snapshot(groups, topics, ago(seconds));
    snapshot.sources = Arc::new([SourceView {
        health: SourceHealth::Failing { since: ago(seconds), fault: refused() },
        ..source(ago(seconds))
    }]);
    snapshot
}

/// One broker is gone: the ends of its partitions are as old as that.
pub(crate) fn one_broker_down() -> Snapshot {
    let mut snapshot = incident();
    let mut cluster = (*snapshot.cluster).clone();
    if let Some(view) = cluster.brokers.get_mut(1) {
        view.health = BrokerHealth::Down { since: ago(12), fault: refused() };
    }
    snapshot.cluster = Arc::new(cluster);
    let topics = snapshot.topics.iter().map(|entry| {
        let confirmed = entry.view.partitions.iter().zip(entry.confirmed.iter());
        let confirmed = confirmed
            .map(|(log, &at)| if log.leader == Some(BrokerId(2)) { Some(ago(12)) } else { at })
            .collect();
        TopicEntry { view: Arc::clone(&entry.view), confirmed, findings: Arc::default() }
    });
    snapshot.topics = topics.collect();
    snapshot
}

/// The first seconds: nothing is known, and perhaps it never will be.
pub(crate) fn cold(fault: Option<Fault>) -> Snapshot {
    let mut snapshot = Snapshot::empty(NOW, Isolation::ReadUncommitted);
    let health = match fault {
        Some(fault) => SourceHealth::Failing { since: ago(14), fault },
        None => SourceHealth::Starting,
    };
    snapshot.sources = Arc::new([SourceView {
        health,
        last_round: None,
        last_round_at: None,
        requests_per_second: None,
        bytes_per_second: None,
        ..source(NOW)
    }]);
    snapshot
}

/// Groups and topics with the longest of names, in scripts from all over the world.
pub(crate) fn foreign() -> Snapshot {
    let (groups, topics): (Vec<_>, Vec<_>) = odd::foreign().into_iter().unzip();
    snapshot(groups, topics.concat(), ago(0))
}

/// A cluster that is well and has no groups.
pub(crate) fn empty() -> Snapshot {
    snapshot(Vec::new(), Vec::new(), ago(0))
}

/// What a broker that is not there says.
pub(crate) fn refused() -> Fault {
    Fault::new("CONNECTION_REFUSED", "connection refused by kafka-2.prod-eu.example:9092")
}

fn snapshot(mut groups: Vec<GroupView>, mut topics: Vec<TopicView>, seen: Timestamp) -> Snapshot {
    groups.sort_by(|a, b| a.id.cmp(&b.id));
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    let lags = || groups.iter().filter_map(|group| group.totals.lag);
    let growth = |group: &GroupView| Some(group.totals.arriving?.0 - group.totals.consumed?.0);
    let totals = Totals {
        lag: (!groups.is_empty()).then(|| lags().sum()),
        growth: (!groups.is_empty()).then(|| Rate(groups.iter().filter_map(growth).sum())),
        groups: groups.len(),
        rebalancing: groups.iter().filter(|group| group.state.is_rebalancing()).count(),
        partitions: groups.iter().map(|group| group.totals.partitions).sum(),
    };
    let entry = |view: GroupView| {
        let parts = |known: bool| known.then_some(seen);
        let seen = GroupSeen {
            listed: Some(seen),
            described: parts(view.describe_fault.is_none()),
            commits: parts(view.commits_fault.is_none()),
        };
        GroupEntry { view: Arc::new(view), seen, findings: Arc::default() }
    };
    let topic = |view: TopicView| {
        let confirmed = view.partitions.iter().map(|log| log.high_watermark.map(|_| seen));
        TopicEntry {
            confirmed: confirmed.collect(),
            view: Arc::new(view),
            findings: Arc::default(),
        }
    };
    Snapshot {
        version: 913,
        at: seen,
        isolation: Isolation::ReadUncommitted,
        cluster: Arc::new(cluster()),
        groups: groups.into_iter().map(entry).collect(),
        inventory: InventoryEntry::default(),
        topics: topics.into_iter().map(topic).collect(),
        sources: Arc::new([source(seen)]),
        processes: Arc::default(),
        totals,
        differences: Differences::default(),
        markers: Arc::default(),
    }
}

fn cluster() -> ClusterView {
    let broker = |id: i32| BrokerView {
        broker: Broker {
            id: BrokerId(id),
            host: format!("kafka-{id}.prod-eu.example").into(),
            port: 9_092,
            rack: None,
        },
        health: BrokerHealth::Up { round_trip_us: Some(850) },
    };
    ClusterView {
        id: Some("Qx9fJkq2RkCzXxw5J0aPDw".into()),
        controller: Some(BrokerId(3)),
        brokers: (1..=3).map(broker).collect(),
    }
}

fn source(at: Timestamp) -> SourceView {
    SourceView {
        id: SourceId::Poll,
        health: SourceHealth::Working,
        last_round: Some(RoundReport {
            number: 600,
            started: at.minus(Duration::from_millis(20)),
            lists_complete: true,
            complete: true,
            next_in_ms: 1_000,
            cost: Cost::default(),
        }),
        last_round_at: Some(at),
        requests_per_second: Some(7.0),
        bytes_per_second: Some(12_400.0),
        throttled_ms: 0,
        history: None,
    }
}
