//! The time before the start, on a real Kafka: a lag peak and a rebalance that were over for a while when lagtop
//! was started are in its first pictures. Its clock is ahead by that, which saves the wait. It is less than two
//! minutes, and so is the history asked for, because this peak lasts only seconds: further back, lag is kept by
//! ten seconds, and ends are asked for more rarely.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::time::Duration;

use lab::bulk::{BulkCommit, commit_groups};
use lab::{Consumer, Producer, Protocol, Worker};
use lagtop::model::history::lag_points;
use lagtop::model::{GroupState, GroupView, HistoryStage, Rebalance, Snapshot, SourceId, Took};
use live::{Live, every, group, moment};
use support::KafkaCluster;

#[path = "lab/mod.rs"]
mod lab;
mod live;
mod support;

/// Of each group that is measured.
const PARTITIONS: u16 = 10;
/// So long after all was over lagtop is started, by its clock.
const LATER: Duration = Duration::from_secs(40);

fn commit(kafka: &KafkaCluster, group: &str, topic: &str, offset: i64) {
    let commit = BulkCommit { group: group.to_owned(), offsets: vec![(0, offset)] };
    commit_groups(kafka, topic, &[commit]).unwrap();
}

/// A group of two members, and who assigns there.
type Pair = (&'static str, Protocol);

/// One more member of each.
fn join(pairs: &[Pair], client_id: &str, bootstrap: &str) -> Vec<Worker> {
    let member = |(group, protocol): &Pair| {
        let (client_id, protocol) = (client_id.to_owned(), protocol.clone());
        let member = Consumer { client_id, protocol, ..Consumer::of(group, "shared") };
        member.spawn(bootstrap).unwrap()
    };
    pairs.iter().map(member).collect()
}

/// All rest, each member with so many of two partitions.
fn at_rest(pairs: &[Pair], held: usize) -> impl Fn(&Snapshot) -> Option<()> {
    let rests = move |view: &GroupView| {
        let members = view.members.as_deref().unwrap_or_default();
        let each = members.iter().all(|member| member.held() == Some(held));
        view.state == GroupState::Stable && members.len() == 2 / held && each
    };
    move |snapshot| {
        let mut views = pairs.iter().map(|(name, _)| group(snapshot, name));
        views.all(|entry| entry.is_some_and(|entry| rests(&entry.view))).then_some(())
    }
}

/// The rebalance that the second member brought: exactly as long as it was where the coordinator assigns.
fn second_came(snapshot: &Snapshot, (name, protocol): &Pair) -> Rebalance {
    let rebalances = &group(snapshot, name).unwrap().view.rebalances;
    let came =
        |event: &&Rebalance| event.joined.iter().any(|member| &*member.client_id == "second");
    let event = rebalances.iter().find(came).unwrap_or_else(|| panic!("{rebalances:?}"));
    assert_eq!((event.joined.len(), event.left.len(), event.moved.len()), (1, 0, 1), "{event:?}");
    let exact = matches!(event.took, Took::Exactly(_));
    assert_eq!(exact, matches!(protocol, Protocol::Consumer), "{event:?}");
    event.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peak_and_a_rebalance_before_the_start_are_shown() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("peaked", 1, 1).await.unwrap();
    admin.create_topic("shared", 2, 1).await.unwrap();
    let bootstrap = kafka.bootstrap();
    commit(&kafka, "late", "peaked", 0);
    Producer::burst("peaked", 0, 900).spawn(&bootstrap).unwrap().finish().unwrap();

    let mut pairs: Vec<Pair> = vec![("pair", Protocol::Classic("range"))];
    if kafka.has_consumer_protocol() {
        pairs.push(("pair-next", Protocol::Consumer));
    }
    let mut before = Live::of(&kafka, every(300));
    let _first = join(&pairs, "first", &bootstrap);
    before.until("each with one member, which has both partitions", at_rest(&pairs, 2)).await;
    let begun = moment();
    let _second = join(&pairs, "second", &bootstrap);
    before.until("each with two members", at_rest(&pairs, 1)).await;
    let over = moment();
    drop(before);
    commit(&kafka, "late", "peaked", 900);

    // Whoever starts later finds both in the first picture after the past was read.
    let flags = ["-b", &bootstrap, "--history", "2m"];
    let mut live = Live::later(&flags, every(300), LATER);
    let (lags, sums) = live
        .until("the past", |snapshot| {
            let history = snapshot.source(SourceId::Stream)?.history.as_ref()?;
            let view = &group(snapshot, "late")?.view;
            let (_, row) = view.partitions().next()?;
            let log = snapshot.topic(&"peaked".into())?.view.partition(0)?.clone();
            let from = snapshot.at.minus(Duration::from_mins(2));
            let sums = view.lag_history.between(from, snapshot.at);
            if history.stage != HistoryStage::Complete || sums.len() < 2 {
                return None;
            }
            let lags = lag_points(&row.history, &log, (from, snapshot.at), false);
            Some((lags, sums.collect()))
        })
        .await;
    for lags in [lags, sums] {
        let highest = lags.iter().max_by_key(|point| point.value).unwrap();
        assert_eq!(highest.value, Some(900), "{lags:?}");
        assert!(highest.at <= over, "{highest:?}, over at {over}");
        assert_eq!(lags.last().unwrap().value, Some(0), "{lags:?}");
    }
    let now = live.now();
    for pair in &pairs {
        let event = second_came(&now, pair);
        assert!(event.at >= begun && event.at <= over, "{event:?}: {begun} to {over}");
    }
    assert!(now.at.since(over) >= LATER, "both are long over");
}

/// Prints how long a past of many commits takes to be read and folded, for `benches/measure.sh`; says nothing
/// of how long it may.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; a million commits take a minute to be made"]
async fn how_long_the_past_takes() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let wanted = std::env::var("LAGTOP_PAST").map_or(1_000_000, |told| told.parse().unwrap());
    kafka.admin().unwrap().create_topic("measured", PARTITIONS, 1).await.unwrap();
    let at = |number: u64, turn: i64| BulkCommit {
        group: format!("measured-{number:05}"),
        offsets: (0..i32::from(PARTITIONS)).map(|partition| (partition, turn)).collect(),
    };
    // Ten positions of each partition of each group.
    let groups = wanted / u64::from(PARTITIONS) / 10;
    for turn in 1..=10 {
        let commits: Vec<_> = (0..groups).map(|number| at(number, turn)).collect();
        commit_groups(&kafka, "measured", &commits).unwrap();
    }
    let begun = std::time::Instant::now();
    let mut live = Live::listening(&kafka, every(1_000));
    let (stage, bytes) = live
        .until("the past", |snapshot| {
            let history = snapshot.source(SourceId::Stream)?.history.as_ref()?;
            history.stage.is_over().then(|| (history.stage.clone(), history.bytes))
        })
        .await;
    let took = begun.elapsed().as_secs_f64();
    assert_eq!(stage, HistoryStage::Complete);
    let records = groups * u64::from(PARTITIONS) * 10;
    let megabytes = bytes / 1_000_000;
    println!(
        "| reading back {records} commits, {megabytes} MB, from start to picture | {took:.1} s | |"
    );
}
