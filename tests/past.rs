//! The time before the start, on a real Kafka: a lag peak and a rebalance that were over before lagtop
//! was started are in its first pictures.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::time::Duration;

use lab::bulk::{BulkCommit, commit_groups};
use lab::{Consumer, Producer, Protocol};
use lagtop::model::history::lag_points;
use lagtop::model::{GroupState, HistoryStage, SourceId};
use live::{Live, every, group, moment};
use support::KafkaCluster;

#[path = "lab/mod.rs"]
mod lab;
mod live;
mod support;

fn commit(kafka: &KafkaCluster, group: &str, topic: &str, offset: i64) {
    let commit = BulkCommit { group: group.to_owned(), offsets: vec![(0, offset)] };
    commit_groups(kafka, topic, &[commit]).unwrap();
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
    let peak = moment();

    let member = |client_id: &str| {
        let protocol = Protocol::Classic("range");
        let consumer = Consumer::of("pair", "shared");
        let consumer = Consumer { client_id: client_id.to_owned(), protocol, ..consumer };
        consumer.spawn(&bootstrap).unwrap()
    };
    let _first = member("first");
    let mut before = Live::of(&kafka, every(300));
    let members = |count: usize| {
        move |snapshot: &lagtop::model::Snapshot| {
            let view = &group(snapshot, "pair")?.view;
            let members = view.members.as_ref()?;
            (view.state == GroupState::Stable && members.len() == count).then_some(())
        }
    };
    before.until("one member", members(1)).await;
    let begun = moment();
    let _second = member("second");
    before.until("two members", members(2)).await;
    let over = moment();
    drop(before);
    commit(&kafka, "late", "peaked", 900);

    let flags = ["-b", &bootstrap, "--history", "2m"];
    let mut live = Live::start(&flags, every(300), true);
    let (lags, rebalances) = live
        .until("the past", |snapshot| {
            let history = snapshot.source(SourceId::Stream)?.history.as_ref()?;
            let view = &group(snapshot, "late")?.view;
            let (_, row) = view.partitions().next()?;
            let log = snapshot.topic(&"peaked".into())?.view.partition(0)?.clone();
            if history.stage != HistoryStage::Complete
                || row.history.between(peak, snapshot.at).len() < 2
            {
                return None;
            }
            let from = peak.minus(Duration::from_mins(2));
            let lags = lag_points(&row.history, &log, (from, snapshot.at), false);
            Some((lags, group(snapshot, "pair")?.view.rebalances.clone()))
        })
        .await;
    let highest = lags.iter().max_by_key(|point| point.value).unwrap();
    assert_eq!(highest.value, Some(900), "{lags:?}");
    assert!(highest.at <= over, "{highest:?}, over at {over}");
    let event = rebalances
        .iter()
        .find(|event| event.joined.iter().any(|member| &*member.client_id == "second"))
        .unwrap_or_else(|| panic!("{rebalances:?}"));
    assert!(event.at >= begun && event.at <= over, "{event:?}: {begun} to {over}");
    assert_eq!(event.moved.len(), 1, "{event:?}");
}
