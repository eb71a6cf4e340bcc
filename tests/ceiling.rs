//! `--max-requests-per-second` on a real Kafka, counted on the way to the broker by somebody else than
//! lagtop.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use lab::bulk::{BulkCommit, commit_groups};
use lagtop::model::{RoundReport, Snapshot, SourceId};
use live::{Live, group, on_screen};
use support::KafkaCluster;
use support::forward::{self, ELSEWHERE};
use support::kafka::Listener;

#[path = "lab/mod.rs"]
mod lab;
mod live;
mod support;

/// Requests a second.
const CEILING: u32 = 5;
/// Rounds that are wished for would ask many times as much.
const INTERVAL_MS: u64 = 100;
/// So many rounds are counted.
const ROUNDS: u64 = 8;
/// A round asks a broker for more when it begins than later: it is paid for after it.
const FIRST: u64 = 12;

fn round(snapshot: &Snapshot) -> Option<RoundReport> {
    snapshot.source(SourceId::Poll)?.last_round.clone()
}

/// A broker, what is dialled instead of it, and the requests counted there.
async fn counted() -> Option<(KafkaCluster, String, Arc<AtomicU64>)> {
    let listener = Listener::named("counted").advertised(ELSEWHERE);
    let kafka = support::kafka_or_skip(KafkaCluster::builder().listener(listener))?;
    kafka.admin().unwrap().create_topic("polite", 2, 1).await.unwrap();
    let groups: Vec<_> = (0..20)
        .map(|n| BulkCommit { group: format!("polite-{n}"), offsets: vec![(0, 0), (1, 0)] })
        .collect();
    commit_groups(&kafka, "polite", &groups).unwrap();
    let address = kafka.bootstrap_of("counted").unwrap();
    let port = address.rsplit_once(':').unwrap().1.parse().unwrap();
    let requests = forward::counting(port).unwrap();
    Some((kafka, format!("{ELSEWHERE}:{port}"), requests))
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds_come_as_seldom_as_the_ceiling_wants_it() {
    let Some((_kafka, bootstrap, requests)) = counted().await else { return };
    let ceiling = CEILING.to_string();
    let flags = ["-b", &bootstrap, "--max-requests-per-second", &ceiling];
    let mut live = Live::start(&flags, on_screen("polite-7", INTERVAL_MS), false);
    let begun = Instant::now();
    let first = live.until("a round", round).await;
    let last = live
        .until("more rounds", |snapshot| {
            round(snapshot).filter(|last| last.number >= first.number + ROUNDS)
        })
        .await;
    let (counted, took) = (requests.load(Ordering::Relaxed), begun.elapsed().as_secs_f64());
    let allowed = took * f64::from(CEILING) + FIRST as f64;
    assert!(counted as f64 <= allowed, "{counted} requests in {took:.1} s");
    assert!(counted >= last.cost.requests, "{counted} requests, told {}", last.cost.requests);
    assert!(last.next_in_ms > INTERVAL_MS, "the screen tells that rounds are slower: {last:?}");
    assert!(group(&live.now(), "polite-7").unwrap().view.totals.lag.is_some());
}
