//! How far behind a group is, found by asking a real Kafka for records by their time: what lay in the
//! log before anybody looked.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::time::Duration;

use lagtop::model::behind::{Age, Method};
use lagtop::model::{Behind, PollPlan, Snapshot, Timestamp};
use live::{Live, group, moment, on_screen};
use rdkafka::producer::{BaseRecord, Producer as _, ThreadedProducer};
use support::KafkaCluster;
use support::kafka::admin::{Quiet, config};

mod live;
mod support;

const GROUP: &str = "late";
const MINUTE: Duration = Duration::from_mins(1);
/// Records, a minute apart, the last of them a minute old.
const RECORDS: u32 = 1_440;

/// A day of records in each of the partitions.
fn produce(kafka: &KafkaCluster, topic: &str, partitions: &[i32], now: Timestamp) {
    let producer: ThreadedProducer<Quiet> =
        config(&kafka.bootstrap()).create_with_context(Quiet).unwrap();
    for &partition in partitions {
        for n in 0..RECORDS {
            let at = now.minus(MINUTE * (RECORDS - n)).as_millis();
            let record = BaseRecord::<str, str>::to(topic).payload("x").partition(partition);
            producer.send(record.timestamp(at)).map_err(|(why, _)| why).unwrap();
        }
    }
    producer.flush(MINUTE).unwrap();
}

fn behind(snapshot: &Snapshot, topic: &str, partition: i32) -> Option<Behind> {
    let topic = group(snapshot, GROUP)?.view.topic(topic)?;
    topic.partitions.iter().find(|row| row.partition == partition)?.behind
}

/// Waits until asking has told an age, and checks that the record's true time is in its bounds.
async fn asked(live: &mut Live, topic: &str, partition: i32, written: (Timestamp, Timestamp)) {
    let what = format!("the age of what is not consumed of {topic}/{partition}");
    let since = live
        .until(&what, |snapshot| match behind(snapshot, topic, partition)? {
            Behind::Since(since) if since.method == Method::Asked => {
                let known = Behind::Since(since).age(snapshot.at)?;
                matches!(known, Age::Known(_)).then_some(since)
            }
            _ => None,
        })
        .await;
    let (earliest, latest) = written;
    assert!(since.not_before.unwrap() <= latest, "{since:?} {written:?}");
    assert!(since.not_after.unwrap() >= earliest, "{since:?} {written:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_age_of_what_was_there_before_is_found_by_asking() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("created", 3, 1).await.unwrap();
    let appended = [("message.timestamp.type", "LogAppendTime")];
    admin.create_topic_with("appended", 1, 1, &appended).await.unwrap();
    let now = moment();
    produce(&kafka, "created", &[0, 1], now);
    produce(&kafka, "appended", &[0], now);
    let produced = moment();
    // Of the second partition the group has lost 200 records; of the third there are none.
    admin.delete_records("created", 1, 1_200).await.unwrap();
    admin.commit(GROUP, "created", &[(0, 1_000), (1, 1_000), (2, 0)]).unwrap();
    admin.commit(GROUP, "appended", &[(0, 700)]).unwrap();

    let plan = on_screen(GROUP, 300);
    let mut live = Live::of(&kafka, plan.clone());
    // All that the screen would wish for, as soon as it knows the lag and the leaders.
    let ages = live
        .until("three positions of unknown age", |snapshot| {
            let wishes: Vec<_> = snapshot.age_wishes(Some(&GROUP.into())).collect();
            (wishes.len() == 3).then_some(wishes)
        })
        .await;
    live.wish(PollPlan { ages: ages.into(), ..plan });

    let record = |n: u32| now.minus(MINUTE * (RECORDS - n));
    asked(&mut live, "created", 0, (record(1_000), record(1_000))).await;
    asked(&mut live, "created", 1, (record(1_200), record(1_200))).await;
    asked(&mut live, "appended", 0, (now, produced)).await;
    assert_eq!(behind(&live.now(), "created", 2), Some(Behind::CaughtUp));
    let snapshot = live.now();
    let topic = &snapshot.topic(&"created".into()).unwrap().view;
    let questions = topic.partition(0).unwrap().times.as_ref().unwrap().questions;
    assert!(questions <= 12, "{questions} questions");
}
