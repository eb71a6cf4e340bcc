//! Where a look begins and where it ends.

use lagtop::model::peek::{Begin, Ended, MOST_BYTES, MOST_RECORDS, PeekOutcome, PeekStep};
use lagtop::source::kafka::peek::fulfil;

use crate::sent::{Sent, send};
use crate::{at, look, support, target};

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_at_so_many_records() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    kafka.admin().unwrap().create_topic("many", 1, 1).await.unwrap();
    send(&kafka.bootstrap(), "many", &vec![Sent::of("a", 20); 700]);
    let backlog = look(&at(kafka), "many", Some(50)).await.unwrap();
    assert_eq!((backlog.look.records.len(), &backlog.look.ended), (MOST_RECORDS, &Ended::Records));
    assert_eq!((backlog.look.next, backlog.unread()), (550, 150));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_at_so_many_bytes_and_a_larger_record_is_read_whole() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("large", 1, 1).await.unwrap();
    send(&kafka.bootstrap(), "large", &[Sent::of("deal-4711", 800_000); 40]);
    let backlog = look(&at(kafka), "large", Some(0)).await.unwrap();
    assert_eq!((backlog.look.records.len(), &backlog.look.ended), (20, &Ended::Bytes));
    assert_eq!(backlog.unread(), 20);
    assert_eq!(backlog.sentence(), "20 records of 800 kB each, all with the same key");

    let settings = [("max.message.bytes", "30000000")];
    admin.create_topic_with("huge", 1, 1, &settings).await.unwrap();
    send(&kafka.bootstrap(), "huge", &[Sent::of("a", 20_000_000), Sent::of("b", 10)]);
    let backlog = look(&at(kafka), "huge", Some(0)).await.unwrap();
    assert_eq!((backlog.look.records.len(), &backlog.look.ended), (1, &Ended::Bytes));
    assert!(backlog.sizes.is_some_and(|sizes| sizes.total > MOST_BYTES));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_begins_where_something_waits() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("kept-short", 1, 1).await.unwrap();
    send(&kafka.bootstrap(), "kept-short", &[Sent::of("a", 20); 50]);
    admin.delete_records("kept-short", 0, 30).await.unwrap();
    let begins = async |committed| {
        let backlog = look(&at(kafka), "kept-short", committed).await.unwrap();
        (backlog.look.plan.start, backlog.look.plan.begin, backlog.look.records.len())
    };
    assert_eq!(begins(Some(40)).await, (40, Begin::Committed, 10));
    assert_eq!(begins(None).await, (30, Begin::LogStart, 20));
    assert_eq!(begins(Some(12)).await, (30, Begin::Overtaken { lost: 18 }, 20));
    assert_eq!(begins(Some(50)).await, (50, Begin::Committed, 0));
    assert_eq!(begins(Some(90)).await, (50, Begin::Beyond { committed: 90 }, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_would_be_read_and_reads_nothing() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    kafka.admin().unwrap().create_topic("planned", 1, 1).await.unwrap();
    send(&kafka.bootstrap(), "planned", &[Sent::of("a", 20); 9]);
    let outcome = fulfil(&target("planned", Some(4)), PeekStep::Plan, &at(kafka)).await.unwrap();
    let PeekOutcome::Plan(plan) = outcome else { panic!("a plan was asked for: {outcome:?}") };
    assert_eq!((plan.log, plan.start, plan.waiting(), plan.leader.0), ((0, 9), 4, 5, 1));
}
