//! Listening to the offsets topic, on a real Kafka: what is known between two rounds of polling, and
//! what is said when the topic may not be read.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use lab::bulk::{BulkCommit, commit_groups};
use lab::{Consumer, Producer, Protocol};
use lagtop::model::{GroupState, Snapshot, SourceHealth, SourceId};
use live::{Live, every, group, rounds, stream_health};
use support::KafkaCluster;
use support::kafka::listener::{Listener, Mechanism};

#[path = "lab/mod.rs"]
mod lab;
mod live;
mod support;

/// So long between rounds that what is seen after the first was not polled.
const HARDLY_EVER: u64 = 600_000;

fn produce(kafka: &KafkaCluster, topic: &str, records: u64) {
    Producer::burst(topic, 0, records).spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
}

fn commit(kafka: &KafkaCluster, group: &str, topic: &str, offset: i64) {
    let commit = BulkCommit { group: group.to_owned(), offsets: vec![(0, offset)] };
    commit_groups(kafka, topic, &[commit]).unwrap();
}

fn is_listening(snapshot: &Snapshot) -> Option<()> {
    (stream_health(snapshot) == Some(&SourceHealth::Working) && rounds(snapshot) == 1).then_some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_known_before_the_next_round() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    kafka.admin().unwrap().create_topic("heard", 1, 1).await.unwrap();
    produce(&kafka, "heard", 100);
    commit(&kafka, "listener", "heard", 10);
    let mut live = Live::listening(&kafka, every(HARDLY_EVER));
    live.until("a round, and the tail", is_listening).await;

    commit(&kafka, "listener", "heard", 60);
    let (recorded, lag, polled) = live
        .until("the commit", |snapshot| {
            let view = &group(snapshot, "listener")?.view;
            let (_, row) = view.partitions().next()?;
            let commit = row.commit.as_ref()?;
            let recorded = commit.recorded.filter(|recorded| recorded.offset == 60)?;
            Some((recorded, row.lag.records, rounds(snapshot)))
        })
        .await;
    assert_eq!(polled, 1, "no round told it");
    assert_eq!(lag, Some(90), "lag waits for the end that belongs to it");
    assert!(recorded.seen.since(recorded.at).as_secs() < 10, "{recorded:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_named_group_only_its_partition_is_read_and_the_cost_is_told() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    kafka.admin().unwrap().create_topic("heard", 1, 1).await.unwrap();
    produce(&kafka, "heard", 100);
    // In different partitions of the offsets topic.
    commit(&kafka, "payments", "heard", 10);
    commit(&kafka, "my-group", "heard", 10);
    let flags = ["-b", &kafka.bootstrap(), "-g", "^payments$"];
    let mut live = Live::start(&flags, every(HARDLY_EVER), true);
    live.until("a round, and the tail", is_listening).await;

    commit(&kafka, "my-group", "heard", 60);
    commit(&kafka, "payments", "heard", 60);
    let recorded = |snapshot: &Snapshot, name: &str| {
        let view = &group(snapshot, name)?.view;
        let (_, row) = view.partitions().next()?;
        row.commit.as_ref()?.recorded.map(|recorded| recorded.offset)
    };
    live.until("the commit of the named group", |snapshot| {
        (recorded(snapshot, "payments") == Some(60)).then_some(())
    })
    .await;
    // It was written before, and this pipeline does not filter what it reads.
    assert_eq!(recorded(&live.now(), "my-group"), None);
    let (requests, bytes) = live
        .until("what listening costs", |snapshot| {
            let source = snapshot.source(SourceId::Stream)?;
            source.requests_per_second.zip(source.bytes_per_second)
        })
        .await;
    assert!(requests > 0.0 && bytes > 0.0, "a fetch waits half a second at most");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_between_two_rounds_is_counted() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    kafka.admin().unwrap().create_topic("shared", 2, 1).await.unwrap();
    let member = |client_id: &str| {
        let protocol = Protocol::Classic("range");
        let consumer = Consumer::of("pair", "shared");
        let consumer = Consumer { client_id: client_id.to_owned(), protocol, ..consumer };
        consumer.spawn(&kafka.bootstrap()).unwrap()
    };
    let _first = member("first");
    let mut settled = Live::of(&kafka, every(300));
    settled
        .until("the first member alone, stable", |snapshot| {
            let view = &group(snapshot, "pair")?.view;
            let held = view.members.as_ref()?.first()?.held()?;
            (view.state == GroupState::Stable && held == 2).then_some(())
        })
        .await;
    drop(settled);

    let mut live = Live::listening(&kafka, every(HARDLY_EVER));
    live.until("a round, and the tail", is_listening).await;
    let _second = member("second");
    let (rebalance, members) = live
        .until("the rebalance", |snapshot| {
            assert_eq!(rounds(snapshot), 1, "no round told it");
            let view = &group(snapshot, "pair")?.view;
            let joined =
                |client_id| move |one: &lagtop::model::MemberRef| &*one.client_id == client_id;
            let mut events = view.rebalances.iter();
            let event = events.find(|event| event.joined.iter().any(joined("second")))?;
            Some((event.clone(), view.members.clone()?))
        })
        .await;
    assert!(rebalance.epoch.is_some_and(|generation| generation >= 2), "{rebalance:?}");
    assert_eq!(rebalance.moved.len(), 1, "one of two partitions changed hands: {rebalance:?}");
    assert!(members.iter().all(|member| member.held() == Some(1)), "{members:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_to_read_it_says_so_and_polls_on() {
    const PASSWORD: &str = "well-kept";
    let listener = Listener::named("sasl").sasl(Mechanism::Plain).user("alice", PASSWORD);
    let builder = KafkaCluster::builder().authorizer().listener(listener);
    let Some(kafka) = support::kafka_or_skip(builder) else { return };
    kafka.admin().unwrap().create_topic("orders", 1, 1).await.unwrap();
    commit(&kafka, "open", "orders", 0);
    let describe = ["--add", "--allow-principal", "User:alice", "--operation", "Describe"];
    let what = ["--cluster", "--group", "*", "--topic", "*"];
    kafka.acls(&[&describe[..], &what].concat()).unwrap();

    let bootstrap = kafka.bootstrap_of("sasl").unwrap();
    let password = format!("sasl.password={PASSWORD}");
    let flags = [
        "-b",
        &bootstrap,
        "-X",
        "security.protocol=SASL_PLAINTEXT",
        "-X",
        "sasl.mechanism=PLAIN",
        "-X",
        "sasl.username=alice",
        "-X",
        &password,
    ];
    let mut live = Live::start(&flags, every(300), true);
    let code = live
        .until("why it does not listen, while rounds go on", |snapshot| {
            let Some(SourceHealth::Failing { fault, .. }) = stream_health(snapshot) else {
                return None;
            };
            (rounds(snapshot) >= 3 && group(snapshot, "open").is_some()).then(|| fault.clone())
        })
        .await;
    assert_eq!(&*code.code, "TOPIC_AUTHORIZATION_FAILED");
    assert!(!code.text.contains(PASSWORD));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_comes_later_is_found() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let mut live = Live::listening(&kafka, every(300));
    let fault = live
        .until("that there is no offsets topic yet", |snapshot| match stream_health(snapshot)? {
            SourceHealth::Failing { fault, .. } => Some(fault.clone()),
            _ => None,
        })
        .await;
    assert_eq!(&*fault.code, "UNKNOWN_TOPIC_OR_PARTITION");
    kafka.admin().unwrap().create_topic("first", 1, 1).await.unwrap();
    commit(&kafka, "first", "first", 0);
    live.until("the tail", |snapshot| {
        (stream_health(snapshot) == Some(&SourceHealth::Working)).then_some(())
    })
    .await;
}
