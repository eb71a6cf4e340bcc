//! The decoder of `__consumer_offsets` against real brokers: what their records say is what was
//! done, and every field equals Kafka's own reading of the same bytes.
#![expect(
    unreachable_pub,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "nobody imports a test binary, and a panic in it is a failed test"
)]

#[path = "offsets_records/captured.rs"]
mod captured;
#[path = "offsets_records/dump.rs"]
mod dump;
#[path = "offsets_records/json.rs"]
mod json;
#[path = "lab/mod.rs"]
mod lab;
#[path = "offsets_records/scenario.rs"]
mod scenario;
mod support;
#[path = "offsets_records/told.rs"]
mod told;
#[path = "offsets_records/topic.rs"]
mod topic;

use dump::Dumped;
use lagtop::source::kafka::stream::records::{Record, partition_of};
use rstest::rstest;
use support::KafkaCluster;
use topic::{PARTITIONS, Raw};

#[tokio::test]
async fn kafka_4_3() {
    against("4.3.0").await;
}

#[tokio::test]
async fn kafka_3_9() {
    against("3.9.1").await;
}

#[rstest]
#[case("3.9.1", 4)]
#[case("4.3.0", 29)]
fn captured_records_are_read_as_kafka_reads_them(#[case] version: &str, #[case] count: usize) {
    let records = captured::read(version).unwrap();
    assert_eq!(records.len(), count);
    for (raw, dumped) in &records {
        check_as_kafka(raw, dumped);
    }
}

async fn against(version: &str) {
    let builder = KafkaCluster::builder()
        .version(version)
        .property("offsets.topic.num.partitions", &PARTITIONS.to_string())
        // A static member that left is gone after its session.
        .property("group.consumer.min.session.timeout.ms", "6000")
        .property("group.consumer.session.timeout.ms", "6000")
        .property("group.consumer.min.heartbeat.interval.ms", "1000")
        .property("group.consumer.heartbeat.interval.ms", "1000");
    let Some(kafka) = support::kafka_or_skip(builder) else { return };
    let story = scenario::play(&kafka).await.unwrap();
    told::check_busy(&story, kafka.has_consumer_protocol());
    told::check_over(&story, scenario::has_share_groups(&kafka));

    let mut dumped = dump::dump(&kafka).unwrap();
    let mut records = Vec::new();
    for raw in story.over {
        assert_eq!(partition_of(raw.record().group().unwrap(), PARTITIONS), raw.partition);
        let theirs = dumped.remove(&(raw.partition, raw.offset)).unwrap();
        check_as_kafka(&raw, &theirs);
        records.push((raw, theirs));
    }
    assert_eq!(dumped.len(), 0, "records that were not read: {dumped:?}");
    if std::env::var_os(captured::WRITE).is_some() {
        captured::write(version, &records).unwrap();
    }
}

/// Nothing is newer, no field differs.
fn check_as_kafka(raw: &Raw, dumped: &Dumped) {
    let record = raw.record();
    let newer = matches!(record, Record::NewerKey(_) | Record::NewerValue { .. });
    assert!(!newer, "{record:?}");
    let ours = json::of(&record);
    assert_eq!(json::plain(&ours.key), json::plain(&dumped.key["data"]));
    let theirs = dumped.value.as_ref().map(|value| json::plain(&value["data"]));
    assert_eq!(ours.value.as_ref().map(json::plain), theirs, "{raw:?}");
}
