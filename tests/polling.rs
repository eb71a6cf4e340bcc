//! Polling through every disturbance, on a real Kafka: what the screen would show, from killed
//! members and brokers to topics that come and go.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::collections::BTreeSet;

use lab::bulk::{BulkCommit, commit_groups};
use lab::{Consumer, Producer, Protocol, Victim};
use lagtop::model::{
    BrokerHealth, GroupState, Snapshot, SourceHealth, TopicPartition, TopicPartitions,
};
use live::{Live, every, group, health, lag, moment, on_screen};
use support::KafkaCluster;

#[path = "lab/mod.rs"]
mod lab;
mod live;
mod support;

fn produce(kafka: &KafkaCluster, topic: &str, partition: i32, records: u64) {
    Producer::burst(topic, partition, records).spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
}

fn commit(kafka: &KafkaCluster, group: &str, topic: &str, offsets: &[(i32, i64)]) {
    let commit = BulkCommit { group: group.to_owned(), offsets: offsets.to_vec() };
    commit_groups(kafka, topic, &[commit]).unwrap();
}

/// Run by the tests below, in a process of its own.
#[test]
#[ignore = "never ends by itself"]
fn a_process_to_be_killed() {
    lab::victim::run(|group| member(group, "victim")).unwrap();
}

/// Missed within seconds when it is killed.
fn member(group: &str, client_id: &str) -> Consumer {
    let classic = [("session.timeout.ms", "2000"), ("heartbeat.interval.ms", "300")];
    let classic = classic.map(|(key, value)| (key, value.to_owned()));
    let (protocol, properties) = match group {
        "killed-kip-848" => (Protocol::Consumer, Vec::new()),
        _ => (Protocol::Classic("range"), classic.to_vec()),
    };
    Consumer { client_id: client_id.to_owned(), protocol, properties, ..Consumer::of(group, group) }
}

/// Holdings by client id, if the group is stable.
fn held(snapshot: &Snapshot, name: &str, client_id: &str) -> Option<BTreeSet<TopicPartition>> {
    let view = &group(snapshot, name)?.view;
    let members = view.members.as_ref().filter(|_| view.state == GroupState::Stable)?;
    let member = members.iter().find(|member| &*member.client_id == client_id)?;
    let topics = member.assignment.as_ref()?;
    Some(topics.iter().flat_map(TopicPartitions::each).collect())
}

/// One broker whose groups miss their members soon.
fn impatient() -> Option<KafkaCluster> {
    let builder = KafkaCluster::builder()
        .property("group.min.session.timeout.ms", "1000")
        .property("group.consumer.min.session.timeout.ms", "1000")
        .property("group.consumer.session.timeout.ms", "2000")
        .property("group.consumer.min.heartbeat.interval.ms", "100")
        .property("group.consumer.heartbeat.interval.ms", "300");
    support::kafka_or_skip(builder)
}

async fn a_killed_member(kafka: &KafkaCluster, name: &str) {
    kafka.admin().unwrap().create_topic(name, 4, 1).await.unwrap();
    let survivor = member(name, "survivor").spawn(&kafka.bootstrap()).unwrap();
    let victim = Victim::join(&kafka.bootstrap(), name).unwrap();
    let mut live = Live::of(kafka, on_screen(name, 300));
    let taken = live
        .until("two members with two partitions each", |snapshot| {
            let kept = held(snapshot, name, "survivor").filter(|held| held.len() == 2)?;
            held(snapshot, name, "victim").filter(|lost| lost.len() == 2 && lost.is_disjoint(&kept))
        })
        .await;
    let known = group(&live.now(), name).unwrap().view.rebalances.len();
    victim.kill().unwrap();

    let events = live
        .until("a rebalance without the victim", |snapshot| {
            held(snapshot, name, "survivor").filter(|held| held.len() == 4)?;
            let view = &group(snapshot, name)?.view;
            Some(view.rebalances.get(known..)?.to_vec()).filter(|events| !events.is_empty())
        })
        .await;
    // A coordinator that assigns may pass a settled state on its way: events add up.
    let left = events.iter().flat_map(|event| &event.left);
    let left: Vec<_> = left.map(|member| &*member.client_id).collect();
    assert_eq!(left, ["victim"], "{events:#?}");
    let changes = events.iter().flat_map(|event| &event.moved);
    let survivors =
        changes.filter(|one| one.to.as_ref().is_some_and(|to| &*to.client_id == "survivor"));
    let moved: BTreeSet<_> = survivors.map(|one| one.partition.clone()).collect();
    assert_eq!(moved, taken, "{events:#?}");
    assert!(events.iter().all(|event| event.joined.is_empty()), "{events:#?}");
    let settled = events.last().unwrap();
    assert_eq!(settled.ended_in, GroupState::Stable);
    assert_eq!(
        settled.epoch.is_some(),
        name == "killed-kip-848",
        "classic generations are not told"
    );
    survivor.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_member_shows_as_a_rebalance_with_what_moved() {
    let Some(kafka) = impatient() else { return };
    a_killed_member(&kafka, "killed-classic").await;
    if kafka.has_consumer_protocol() {
        a_killed_member(&kafka, "killed-kip-848").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_broker_leaves_what_was_known_and_its_return_is_found() {
    let Some(mut kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    kafka.admin().unwrap().create_topic("kept", 1, 1).await.unwrap();
    produce(&kafka, "kept", 0, 10);
    commit(&kafka, "kept", "kept", &[(0, 4)]);
    let mut live = Live::of(&kafka, every(200));
    live.until("its lag", |snapshot| (lag(snapshot, "kept") == Some(6)).then_some(())).await;

    kafka.kill(1).unwrap();
    let killed = moment();
    let failing = |snapshot: &Snapshot| match health(snapshot) {
        Some(SourceHealth::Failing { since, fault }) => Some((*since, fault.clone())),
        _ => None,
    };
    let (since, fault) = live.until("failing", failing).await;
    assert!(since >= killed, "{since:?} {killed:?}");
    assert!(["CONNECTION_REFUSED", "CONNECTION_LOST"].contains(&&*fault.code), "{fault:?}");
    let address = format!("127.0.0.1:{}", kafka.port(1).unwrap());
    assert!(fault.text.contains(&address), "{fault:?}");
    let seen = group(&live.now(), "kept").unwrap().seen;
    assert!(seen.commits.unwrap() <= killed);
    for _ in 0..5 {
        let snapshot = live.next().await;
        assert_eq!(failing(&snapshot).map(|(since, _)| since), Some(since), "the same failure");
        assert_eq!(lag(&snapshot, "kept"), Some(6), "kept");
        assert_eq!(group(&snapshot, "kept").unwrap().seen, seen, "and its age");
        assert!(matches!(snapshot.cluster.brokers[0].health, BrokerHealth::Down { .. }));
    }

    kafka.restart(1).unwrap();
    produce(&kafka, "kept", 0, 5);
    let back = |snapshot: &Snapshot| {
        let working = matches!(health(snapshot), Some(SourceHealth::Working));
        let up = matches!(snapshot.cluster.brokers[0].health, BrokerHealth::Up { .. });
        (working && up && lag(snapshot, "kept") == Some(11)).then_some(())
    };
    live.until("the broker's return", back).await;
}

/// Committed, end and lag of partition 0.
fn first_row(snapshot: &Snapshot, name: &str, topic: &str) -> Option<[Option<i64>; 3]> {
    let row = group(snapshot, name)?.view.topic(topic)?.partitions.first()?.clone();
    Some([row.commit.map(|commit| commit.offset), row.lag.end, row.lag.records])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_created_again_is_another_topic() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    for topic in ["again", "again-other"] {
        admin.create_topic(topic, 1, 1).await.unwrap();
        produce(kafka, topic, 0, 100);
        commit(kafka, "again", topic, &[(0, 60)]);
    }
    let mut live = Live::of(kafka, every(200));
    let row = |snapshot: &Snapshot| first_row(snapshot, "again", "again");
    let before = [Some(60), Some(100), Some(40)];
    live.until("the topic", |snapshot| (row(snapshot) == Some(before)).then_some(())).await;
    let id = live.now().topic(&"again".into()).unwrap().view.id;

    admin.delete_topic("again").await.unwrap();
    live.until("no commit on it", |snapshot| {
        assert_eq!(
            first_row(snapshot, "again", "again-other"),
            Some(before),
            "the other is not disturbed"
        );
        row(snapshot).is_none().then_some(())
    })
    .await;
    admin.create_topic("again", 1, 1).await.unwrap();
    produce(kafka, "again", 0, 5);
    commit(kafka, "again", "again", &[(0, 2)]);
    let after = [Some(2), Some(5), Some(3)];
    live.until("the new topic", |snapshot| {
        // What is not known yet may be missing; nothing of the old log may stand in its place.
        let [_, end, lag] = row(snapshot)?;
        assert!(
            end.is_none_or(|end| end <= 5) && lag.is_none_or(|lag| lag <= 3),
            "{end:?} {lag:?}"
        );
        (row(snapshot) == Some(after)).then_some(())
    })
    .await;
    let now = live.now().topic(&"again".into()).unwrap().view.id;
    assert!(id.is_some() && now.is_some() && id != now, "{id:?} {now:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_partitions_get_a_row_an_end_and_an_owner() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("grown", 1, 1).await.unwrap();
    let properties = vec![("topic.metadata.refresh.interval.ms", "300".to_owned())];
    let member = Consumer { properties, ..Consumer::of("grown", "grown") };
    let member = member.spawn(&kafka.bootstrap()).unwrap();
    let mut live = Live::of(kafka, every(200));
    let rows = |snapshot: &Snapshot| -> Option<Vec<(i32, bool, Option<i64>)>> {
        let view = &group(snapshot, "grown")?.view;
        let rows = view.topic("grown")?.partitions.iter();
        Some(rows.map(|row| (row.partition, row.owner.is_some(), row.lag.end)).collect())
    };
    let one = vec![(0, true, Some(0))];
    live.until("one partition", |snapshot| (rows(snapshot)? == one).then_some(())).await;
    admin.grow_topic("grown", 3).await.unwrap();
    produce(kafka, "grown", 2, 8);
    let three = vec![(0, true, Some(0)), (1, true, Some(0)), (2, true, Some(8))];
    live.until("three partitions", |snapshot| (rows(snapshot)? == three).then_some(())).await;
    member.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_group_vanishes_with_what_only_it_needed() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    for name in ["deleted", "not-deleted"] {
        admin.create_topic(name, 1, 1).await.unwrap();
        commit(kafka, name, name, &[(0, 0)]);
    }
    let mut live = Live::of(kafka, every(200));
    let there = |snapshot: &Snapshot, name: &str| {
        (group(snapshot, name).is_some(), snapshot.topic(&name.into()).is_some())
    };
    let both = |snapshot: &Snapshot| {
        let all = ["deleted", "not-deleted"].map(|name| there(snapshot, name));
        (all == [(true, true); 2]).then_some(())
    };
    live.until("both groups", both).await;
    admin.delete_groups(&["deleted"]).await.unwrap();
    live.until("its end", |snapshot| {
        assert_eq!(there(snapshot, "not-deleted"), (true, true));
        (there(snapshot, "deleted") == (false, false)).then_some(())
    })
    .await;
}
