//! One broker is disturbed: the other two are told about as if nothing had happened.

use std::collections::BTreeSet;
use std::time::Duration;

use lagtop::model::{BrokerHealth, Snapshot, SourceId, Timestamp};
use tokio::time::{Instant, timeout_at};

use crate::live::{Live, SOON, every, moment};
use crate::spread::{
    INTERVAL_MS, Others, PARTITIONS, TOPIC, a_coordinator, builder, filled, is_well, is_whole,
};
use crate::support::KafkaCluster;

/// So long a broker is frozen. Its coordinators and leaders move while it is: it is missed after nine
/// seconds, and until then it has to be told that it does not answer.
const FROZEN: Duration = Duration::from_secs(10);
const MISSED_MS: &str = "9000";
/// Half of what fits into that time: costly rounds are followed by a longer pause.
const ROUNDS: usize = 10;

/// The last finished round: its number and when it began.
fn round(snapshot: &Snapshot) -> Option<(u64, Timestamp)> {
    let report = snapshot.source(SourceId::Poll)?.last_round.as_ref()?;
    Some((report.number, report.started))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disturbed_broker_disturbs_nothing_of_the_others() {
    let builder = builder().property("broker.session.timeout.ms", MISSED_MS);
    let Some(mut kafka) = filled(builder).await else { return };
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
    let all = Others::all(&start);
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
        let ended = snapshot.topic(&TOPIC.into())?;
        let ends = (0..i32::from(PARTITIONS)).all(|one| ended.confirmed(one) >= Some(gone));
        (moved && ends).then_some(())
    })
    .await;
}
