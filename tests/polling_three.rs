//! Polling on three brokers of which one is disturbed: the other two are told about as if nothing
//! had happened.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::collections::BTreeSet;
use std::time::Duration;

use lab::Producer;
use lab::bulk::{BulkCommit, commit_groups};
use lagtop::model::{
    BrokerHealth, BrokerId, GroupId, Snapshot, SourceHealth, SourceId, Timestamp, TopicPartition,
};
use live::{Live, SOON, every, group, health, lag, moment};
use support::KafkaCluster;
use tokio::time::{Instant, timeout_at};

#[path = "lab/mod.rs"]
mod lab;
mod live;
mod support;

/// Groups, over all coordinators.
const GROUPS: usize = 12;
/// Of the one topic, two a leader.
const PARTITIONS: u16 = 6;
/// Each group's, on each partition.
const COMMITTED: i64 = 3;
const END: i64 = 10;
/// So long a broker is frozen. Its coordinators and leaders move while it is: brokers are fenced
/// after 9 s.
const FROZEN: Duration = Duration::from_secs(10);
const INTERVAL_MS: u64 = 500;
/// Half of what fits into that time: costly rounds are followed by a longer pause.
const ROUNDS: usize = 10;

fn name(number: usize) -> String {
    format!("group-{number}")
}

fn expected_lag() -> i64 {
    (END - COMMITTED) * i64::from(PARTITIONS)
}

async fn filled() -> Option<KafkaCluster> {
    let kafka = support::kafka_or_skip(KafkaCluster::builder().brokers(3).heap_mib(256))?;
    kafka.admin().unwrap().create_topic("spread", PARTITIONS, 3).await.unwrap();
    let all = 0..i32::from(PARTITIONS);
    for partition in all.clone() {
        let burst = Producer::burst("spread", partition, u64::try_from(END).unwrap());
        burst.spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
    }
    let offsets: Vec<_> = all.map(|partition| (partition, COMMITTED)).collect();
    let commits: Vec<_> = (0..GROUPS)
        .map(|number| BulkCommit { group: name(number), offsets: offsets.clone() })
        .collect();
    commit_groups(&kafka, "spread", &commits).unwrap();
    Some(kafka)
}

/// Every group is there, with the lag it always had.
fn is_whole(snapshot: &Snapshot) -> bool {
    (0..GROUPS).all(|number| lag(snapshot, &name(number)) == Some(expected_lag()))
}

/// Everything is there, and all brokers are in order.
fn is_well(snapshot: &Snapshot) -> bool {
    let up = |health: &BrokerHealth| matches!(health, BrokerHealth::Up { .. });
    let brokers = &snapshot.cluster.brokers;
    let working = matches!(health(snapshot), Some(SourceHealth::Working));
    working && brokers.len() == 3 && brokers.iter().all(|one| up(&one.health)) && is_whole(snapshot)
}

/// Groups that other brokers than this coordinate, and partitions that they lead.
struct Others {
    groups: Vec<GroupId>,
    partitions: Vec<TopicPartition>,
}

impl Others {
    fn than(broker: BrokerId, snapshot: &Snapshot) -> Self {
        let views = snapshot.groups.iter().map(|entry| &entry.view);
        let elsewhere = views.filter(|view| view.coordinator != Some(broker));
        let topic = &snapshot.topic(&"spread".into()).unwrap().view;
        let logs = (0..).zip(&topic.partitions);
        let led = logs.filter(|(_, log)| log.leader != Some(broker));
        let partition = |(partition, _)| TopicPartition { topic: topic.name.clone(), partition };
        Self {
            groups: elsewhere.map(|view| view.id.clone()).collect(),
            partitions: led.map(partition).collect(),
        }
    }

    /// When the one that was longest not confirmed was confirmed.
    fn confirmed(&self, snapshot: &Snapshot) -> Option<Timestamp> {
        let groups = self.groups.iter().map(|id| {
            let seen = snapshot.group(id)?.seen;
            Some(seen.listed?.min(seen.commits?))
        });
        let topic = snapshot.topic(&"spread".into())?;
        let ends = self.partitions.iter().map(|one| topic.confirmed(one.partition));
        groups.chain(ends).min().flatten()
    }
}

fn a_coordinator(snapshot: &Snapshot) -> BrokerId {
    group(snapshot, &name(0)).unwrap().view.coordinator.unwrap()
}

/// The last finished round: its number and when it began.
fn round(snapshot: &Snapshot) -> Option<(u64, Timestamp)> {
    let report = snapshot.source(SourceId::Poll)?.last_round.as_ref()?;
    Some((report.number, report.started))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disturbed_broker_disturbs_nothing_of_the_others() {
    let Some(mut kafka) = filled().await else { return };
    let mut live = Live::of(&kafka, every(INTERVAL_MS));
    live.until("everything", |snapshot| is_well(snapshot).then_some(())).await;
    a_frozen_broker(&mut kafka, &mut live).await;
    a_moved_coordinator(&mut kafka, &mut live).await;
}

/// SIGSTOP: what it leads and coordinates grows old, and nothing else does.
async fn a_frozen_broker(kafka: &mut KafkaCluster, live: &mut Live) {
    let start = live.now();
    let frozen = a_coordinator(&start);
    let others = Others::than(frozen, &start);
    assert!(!others.groups.is_empty() && others.partitions.len() == 4, "nothing is spread");

    kafka.freeze(frozen.0).unwrap();
    let begun = Instant::now();
    let mut rounds = Vec::new();
    let mut down = false;
    let mut last = round(&start).unwrap();
    // However slow the machine, so that there is something to be said about rounds.
    while begun.elapsed() < FROZEN || rounds.len() < ROUNDS {
        let snapshot = timeout_at(begun + SOON, live.next()).await.unwrap();
        assert!(is_whole(&snapshot), "values are kept: {snapshot:#?}");
        let health = snapshot.cluster.brokers.iter().find(|one| one.broker.id == frozen);
        down |= health.is_some_and(|one| matches!(one.health, BrokerHealth::Down { .. }));
        let now = round(&snapshot).unwrap();
        if now.0 > last.0 {
            let confirmed = others.confirmed(&snapshot).unwrap();
            rounds.push((now.0, confirmed >= last.1));
            last = now;
        }
    }
    // What a round asked for was confirmed when it was reported, or in the one before.
    assert!(rounds.iter().all(|(_, confirmed)| *confirmed), "{rounds:?}");
    assert!(down, "nobody says that broker {frozen} does not answer");

    kafka.thaw(frozen.0).unwrap();
    let thawed = moment();
    let all = Others::than(BrokerId(-1), &start);
    live.until("everything anew", |snapshot| {
        assert!(is_whole(snapshot), "values are kept: {snapshot:#?}");
        (is_well(snapshot) && all.confirmed(snapshot)? >= thawed).then_some(())
    })
    .await;
}

/// SIGTERM: its groups get other coordinators, and no row is blank meanwhile.
async fn a_moved_coordinator(kafka: &mut KafkaCluster, live: &mut Live) {
    let start = live.now();
    let stopped = a_coordinator(&start);
    let views = || start.groups.iter().map(|entry| &entry.view);
    let moving: BTreeSet<_> =
        views().filter(|view| view.coordinator == Some(stopped)).map(|view| &view.id).collect();
    kafka.stop(stopped.0).unwrap();
    let gone = moment();
    live.until("other coordinators", |snapshot| {
        assert!(is_whole(snapshot), "values are kept: {snapshot:#?}");
        let moved = moving.iter().all(|id| {
            let entry = snapshot.group(id).unwrap();
            entry.view.coordinator.is_some_and(|id| id != stopped)
                && entry.seen.commits >= Some(gone)
                && entry.view.commits_fault.is_none()
        });
        let ended = snapshot.topic(&"spread".into())?;
        let ends = (0..i32::from(PARTITIONS)).all(|one| ended.confirmed(one) >= Some(gone));
        (moved && ends).then_some(())
    })
    .await;
}
