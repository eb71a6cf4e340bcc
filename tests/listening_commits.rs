//! Commits as records and as answers tell them, on a real Kafka: at rest both and Kafka's own tool say the
//! same, whatever transactions, deletions and new groups lie between; and what records tell is not asked.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::collections::BTreeMap;

use lab::Producer;
use lab::bulk::{BulkCommit, commit_groups};
use lab::transaction::Transactions;
use lagtop::model::{Snapshot, SourceHealth, SourceId};
use lagtop::source::kafka::stream::records::partition_of;
use live::{Live, SOON, group, on_screen, rounds, showing, stream_health};
use support::{KafkaCluster, wait};

#[path = "lab/mod.rs"]
mod lab;
mod live;
mod support;

const TOPIC: &str = "ledger";
/// So many rounds until what is on screen was compared with answers twice.
const COMPARED: u64 = 12;

async fn begun(kafka: &KafkaCluster) {
    kafka.admin().unwrap().create_topic(TOPIC, 2, 1).await.unwrap();
    Producer::burst(TOPIC, 0, 100).spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
}

fn commit(kafka: &KafkaCluster, group: &str, partition: i32, offset: i64) {
    let commit = BulkCommit { group: group.to_owned(), offsets: vec![(partition, offset)] };
    commit_groups(kafka, TOPIC, &[commit]).unwrap();
}

/// Positions by partition, as newly as they are known.
fn positions(snapshot: &Snapshot, name: &str) -> Option<BTreeMap<i32, i64>> {
    let rows = group(snapshot, name)?.view.partitions();
    let known = rows.filter_map(|(_, row)| Some((row.partition, row.commit.as_ref()?.newest())));
    Some(known.collect())
}

fn is_at(name: &str, partition: i32, offset: i64) -> impl Fn(&Snapshot) -> Option<()> {
    move |snapshot| (positions(snapshot, name)?.get(&partition) == Some(&offset)).then_some(())
}

/// Waits until some rounds later.
async fn later(live: &mut Live, more: u64) {
    let seen = rounds(&live.now());
    live.until("more rounds", |snapshot| (rounds(snapshot) >= seen + more).then_some(())).await;
}

/// Listening, and a few rounds after: all groups were asked about since.
async fn followed(live: &mut Live) {
    live.until("the tail", |snapshot| {
        (stream_health(snapshot) == Some(&SourceHealth::Working)).then_some(())
    })
    .await;
    later(live, 4).await;
}

/// At rest, records, answers and Kafka's own tool say the same.
async fn agrees(kafka: &KafkaCluster, live: &mut Live) {
    wait::eventually(SOON, "Kafka's tool and the picture agree", || async {
        let mut told = BTreeMap::<_, BTreeMap<_, _>>::new();
        for row in kafka.oracle().describe_groups()?.rows {
            let committed = row.partition.zip(row.current_offset);
            told.entry(row.group).or_default().extend(committed);
        }
        let now = live.now();
        let shown = now.groups.iter().filter_map(|entry| {
            let name = entry.view.id.as_str();
            Some((name.to_owned(), positions(&now, name)?))
        });
        let shown: BTreeMap<_, _> = shown.filter(|(_, known)| !known.is_empty()).collect();
        anyhow::ensure!(shown == told, "{shown:?} {told:?}");
        Ok(())
    })
    .await
    .unwrap();
    later(live, COMPARED).await;
    assert_eq!(live.now().differences.count, 0, "{:?}", live.now().differences);
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_of_transactions_are_true_within_a_round() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    begun(&kafka).await;
    commit(&kafka, "payments", 0, 10);
    // Its records are in the same partition of the offsets topic.
    let beside = (0..).map(|n| format!("beside-{n}"));
    let beside =
        beside.into_iter().find(|name| partition_of(name, 50) == partition_of("payments", 50));
    let beside = beside.unwrap();
    commit(&kafka, &beside, 0, 1);
    let mut live = Live::listening(&kafka, showing(&["payments", &beside], 300));
    followed(&mut live).await;

    // One that hangs: its position may be seen until it was asked for, and then no more.
    let transactions = Transactions::of(&kafka.bootstrap(), "payments").unwrap();
    transactions.begin(TOPIC, 0, 50).unwrap();
    later(&mut live, 2).await;
    for offset in 2..8 {
        commit(&kafka, &beside, 0, offset);
        live.until("what is committed beside it", is_at(&beside, 0, offset)).await;
        later(&mut live, 1).await;
        assert_eq!(positions(&live.now(), "payments").unwrap()[&0], 10, "nothing is committed");
    }
    transactions.abort().unwrap();
    for _ in 0..6 {
        later(&mut live, 1).await;
        assert_eq!(positions(&live.now(), "payments").unwrap()[&0], 10, "it was aborted");
    }
    agrees(&kafka, &mut live).await;

    // One that is over before anybody looked.
    transactions.begin(TOPIC, 0, 55).unwrap();
    transactions.abort().unwrap();
    later(&mut live, 3).await;
    assert_eq!(positions(&live.now(), "payments").unwrap()[&0], 10, "it was aborted");

    transactions.begin(TOPIC, 0, 60).unwrap();
    later(&mut live, 3).await;
    assert_eq!(positions(&live.now(), "payments").unwrap()[&0], 10, "not yet");
    transactions.commit().unwrap();
    live.until("the committed position", is_at("payments", 0, 60)).await;
    later(&mut live, 3).await;
    assert_eq!(positions(&live.now(), "payments").unwrap()[&0], 60, "and it stays");
    agrees(&kafka, &mut live).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_open_before_is_not_missed() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    begun(&kafka).await;
    commit(&kafka, "payments", 0, 10);
    let transactions = Transactions::of(&kafka.bootstrap(), "payments").unwrap();
    transactions.begin(TOPIC, 0, 50).unwrap();
    let mut live = Live::listening(&kafka, showing(&["payments"], 300));
    followed(&mut live).await;
    later(&mut live, COMPARED).await;
    assert_eq!(positions(&live.now(), "payments").unwrap()[&0], 10);
    // Its record was written before anybody listened.
    transactions.commit().unwrap();
    live.until("the committed position", is_at("payments", 0, 50)).await;
    agrees(&kafka, &mut live).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_offsets_and_groups_are_gone_and_come_back() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    begun(&kafka).await;
    commit(&kafka, "audit", 0, 10);
    commit(&kafka, "audit", 1, 0);
    commit(&kafka, "other", 0, 5);
    let mut live = Live::listening(&kafka, showing(&["audit", "other"], 300));
    followed(&mut live).await;

    kafka.delete_offsets("audit", TOPIC, 1).unwrap();
    live.until("one of two positions", |snapshot| {
        (positions(snapshot, "audit")? == BTreeMap::from([(0, 10)])).then_some(())
    })
    .await;
    commit(&kafka, "audit", 1, 0);
    live.until("both again", is_at("audit", 1, 0)).await;
    agrees(&kafka, &mut live).await;

    kafka.admin().unwrap().delete_groups(&["audit"]).await.unwrap();
    live.until("no such group", |snapshot| group(snapshot, "audit").is_none().then_some(())).await;
    commit(&kafka, "audit", 0, 77);
    live.until("the new group", |snapshot| {
        (positions(snapshot, "audit")? == BTreeMap::from([(0, 77)])).then_some(())
    })
    .await;
    agrees(&kafka, &mut live).await;
}

/// Requests and bytes of polling in so many rounds.
async fn cost_of(live: &mut Live, more: u64) -> (u64, u64) {
    let told = |snapshot: &Snapshot| {
        let round = snapshot.source(SourceId::Poll)?.last_round.clone()?;
        Some((round.number, round.cost.requests, round.cost.bytes_in + round.cost.bytes_out))
    };
    let (first, requests, bytes) = live.until("a round", told).await;
    let (_, more_requests, more_bytes) = live
        .until("more rounds", |now| told(now).filter(|(round, ..)| *round == first + more))
        .await;
    (more_requests - requests, more_bytes - bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_records_tell_is_not_asked_for_and_without_them_it_is_again() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    begun(&kafka).await;
    let groups: Vec<_> = (0..200)
        .map(|n| BulkCommit { group: format!("many-{n:03}"), offsets: vec![(0, 1), (1, 0)] })
        .collect();
    commit_groups(&kafka, TOPIC, &groups).unwrap();
    let mut polling = Live::of(&kafka, on_screen("many-007", 300));
    polling.until("a round", |now| (rounds(now) > 0).then_some(())).await;
    let (requests, bytes) = cost_of(&mut polling, 30).await;
    drop(polling);

    let mut live = Live::listening(&kafka, on_screen("many-007", 300));
    followed(&mut live).await;
    let (less_requests, less_bytes) = cost_of(&mut live, 30).await;
    assert!(less_requests < requests, "{less_requests} of {requests} requests");
    assert!(less_bytes * 2 < bytes, "{less_bytes} of {bytes} bytes");
    let seen = group(&live.now(), "many-199").unwrap().seen.commits.unwrap();
    assert!(live.now().at.since(seen).as_secs() < 5, "fresh without having been asked for");

    // Polling goes on as before when nobody listens.
    let (of, cut_off) = (partition_of("many-007", 50), [0, 1, 0, 8, b'm', b'a']);
    let record = [(of, &cut_off[..], None)];
    kafka.admin().unwrap().write_internal("__consumer_offsets", record.into_iter()).unwrap();
    live.until("that it cannot be read", |now| {
        matches!(stream_health(now)?, SourceHealth::Failing { fault, .. }
            if &*fault.code == "RECORD_UNREADABLE")
        .then_some(())
    })
    .await;
    let (_, again) = cost_of(&mut live, 10).await;
    assert!(again * 3 * 2 > bytes, "{again} bytes in 10 rounds, {bytes} in 30");
    followed(&mut live).await;
    commit(&kafka, "many-008", 0, 9);
    live.until("a commit", is_at("many-008", 0, 9)).await;
    agrees(&kafka, &mut live).await;
}
