//! What is told of records that can be read.

use std::fs;
use std::time::Duration;

use lagtop::model::peek::{Begin, Clocked, Ended, PeekOutcome, PeekStep};
use lagtop::source::kafka::peek::fulfil;
use rdkafka::producer::Producer as _;
use rstest::rstest;

use crate::live::looking;
use crate::sent::{Sent, producer, put, send};
use crate::support::kafka::KafkaCluster;
use crate::{GROUP, at, look, support, target};

/// For a step of a transaction.
const SOON: Duration = Duration::from_secs(30);

/// The incident's shape: others before a run of the same deal, and after it.
fn deals() -> (Vec<String>, usize) {
    let (before, run, after) = (20, 212, 8);
    let keys = (0..before + run + after).map(|number| {
        let of_the_run = (before..before + run).contains(&number);
        if of_the_run { "deal-4711".to_owned() } else { format!("deal-{number}") }
    });
    (keys.collect(), run)
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_sizes_times_and_headers_are_told_and_nothing_stays_in_the_cluster() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("deal_changed", 1, 1).await.unwrap();
    let (keys, run) = deals();
    let consumed = vec![Sent { key: None, value: Some(10), headers: &[] }; 60];
    let run_headers: &[&str] = &["trace", "retries"];
    let mut waiting: Vec<_> = keys
        .iter()
        .map(|key| match key.as_str() {
            "deal-4711" => Sent { headers: run_headers, ..Sent::of(key, 20_000) },
            key => Sent { headers: &["trace"], ..Sent::of(key, 500) },
        })
        .collect();
    waiting.extend([Sent { value: None, ..Sent::of("deal-1", 0) }; 3]);
    waiting.extend([Sent { key: None, ..Sent::of("", 0) }; 2]);
    send(&kafka.bootstrap(), "deal_changed", &[consumed, waiting.clone()].concat());
    admin.commit(GROUP, "deal_changed", &[(0, 60)]).unwrap();
    let before =
        (kafka.oracle().describe_groups().unwrap(), kafka.oracle().describe_states().unwrap());

    let backlog = look(&at(&kafka), "deal_changed", Some(60)).await.unwrap();
    let told = &backlog.look;
    assert_eq!((told.plan.start, told.plan.begin, told.plan.log), (60, Begin::Committed, (0, 305)));
    assert_eq!((&told.ended, told.next, backlog.unread()), (&Ended::AtTheEnd, 305, 0));
    let bytes: Vec<u64> = told.records.iter().map(|record| record.bytes).collect();
    let sent: Vec<u64> = waiting.iter().map(|sent| sent.bytes() as u64).collect();
    assert_eq!(bytes, sent);
    let offsets = told.records.iter().map(|record| record.offset);
    assert!(offsets.eq(60..305));

    let sizes = backlog.sizes.as_ref().unwrap();
    assert_eq!((sizes.total, sizes.least), (sent.iter().sum(), 0));
    assert_eq!(sizes.median, 20_000 + 9 + 8 + 10, "key, value and both headers");
    let top = &backlog.keys.top[0];
    assert_eq!((top.key.text().as_str(), top.records, top.run), ("\"deal-4711\"", run, run));
    let longest = backlog.keys.longest.as_ref().unwrap();
    assert_eq!((longest.records, longest.from), (run, 80));
    assert_eq!((backlog.keys.different, backlog.keys.without, backlog.tombstones), (29, 2, 3));
    let headers: Vec<_> =
        backlog.headers.top.iter().map(|count| (&*count.name, count.records)).collect();
    assert_eq!(headers, [("trace", 240), ("retries", 212)]);
    let times = backlog.times.unwrap();
    assert_eq!((times.by_producer, times.by_broker, times.backwards), (245, 0, 0));
    assert_eq!(
        backlog.sentence(),
        "245 records of 0 B to 20.0 kB (median 20.0 kB), 212 in a row with the same key"
    );

    // Values are read all the same, and kept only where they were asked for.
    assert!(!backlog.shows_values());
    let outcome = fulfil(&target("deal_changed", Some(60)), PeekStep::Values, &at(&kafka)).await;
    let PeekOutcome::Read(shown) = outcome.unwrap() else { panic!("it reads") };
    let value = shown.look.records[0].shown.as_ref().unwrap();
    assert_eq!((value.head(), value.is_cut()), ([b'x'; 256].as_slice(), true));
    assert_eq!(shown.look.records[240].shown, None, "a tombstone has none");

    let after =
        (kafka.oracle().describe_groups().unwrap(), kafka.oracle().describe_states().unwrap());
    assert_eq!(before, after, "no group more, and no commit has moved");
}

/// The broker compresses as Java does, whatever the producer sent.
#[rstest]
#[case("gzip")]
#[case("snappy")]
#[case("lz4")]
#[case("zstd")]
#[tokio::test(flavor = "multi_thread")]
async fn compressed_records_are_read(#[case] codec: &str) {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let topic = format!("compressed-{codec}");
    let settings = [("compression.type", codec)];
    kafka.admin().unwrap().create_topic_with(&topic, 1, 1, &settings).await.unwrap();
    let sent = vec![Sent::of("a", 10_000); 50];
    send(&kafka.bootstrap(), &topic, &sent);
    let stored = fs::metadata(crate::damaged::segment(kafka, &topic)).unwrap().len();
    assert!(stored < 100_000, "{stored} bytes are not compressed");

    let backlog = look(&at(kafka), &topic, Some(0)).await.unwrap();
    assert_eq!(backlog.look.records.len(), 50);
    assert_eq!(backlog.sizes.as_ref().map(|sizes| sizes.total), Some(50 * 10_001));
    assert_eq!(backlog.sentence(), "50 records of 10.0 kB each, all with the same key");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_clock_stamped_the_records_is_told() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let settings = [("message.timestamp.type", "LogAppendTime")];
    kafka.admin().unwrap().create_topic_with("appended", 1, 1, &settings).await.unwrap();
    send(&kafka.bootstrap(), "appended", &[Sent::of("a", 5); 3]);
    let backlog = look(&at(kafka), "appended", Some(0)).await.unwrap();
    let stamp = backlog.look.records[0].stamp.unwrap();
    assert_eq!(stamp.by, Clocked::Broker);
    assert_eq!(backlog.times.map(|times| (times.by_producer, times.by_broker)), Some((0, 3)));
}

/// Marks take offsets; of what was aborted, only who reads uncommitted hears; and what is open holds back
/// who reads committed.
#[tokio::test(flavor = "multi_thread")]
async fn marks_of_transactions_are_holes() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let bootstrap = kafka.bootstrap();
    kafka.admin().unwrap().create_topic("booked", 1, 1).await.unwrap();
    let transactional = |id| {
        let settings = [("transactional.id", id), ("max.in.flight.requests.per.connection", "5")];
        let producer = producer(&bootstrap, &settings);
        producer.init_transactions(SOON).unwrap();
        producer.begin_transaction().unwrap();
        producer
    };
    let write = |producer: &_, key| {
        for _ in 0..5 {
            put(producer, "booked", &Sent::of(key, 10));
        }
    };
    // Offsets 0 to 4 and a mark at 5, 6 to 10 and a mark at 11, 12 to 16 without one.
    let kept = transactional("kept");
    write(&kept, "kept");
    kept.commit_transaction(SOON).unwrap();
    let taken_back = transactional("taken-back");
    write(&taken_back, "taken-back");
    taken_back.flush(SOON).unwrap();
    taken_back.abort_transaction(SOON).unwrap();
    let open = transactional("open");
    write(&open, "open");
    open.flush(SOON).unwrap();

    let uncommitted = look(&at(kafka), "booked", Some(0)).await.unwrap();
    assert_eq!((uncommitted.look.records.len(), uncommitted.holes()), (15, 2));
    assert_eq!((uncommitted.look.plan.end(), uncommitted.keys.different), (17, 3));

    let context = looking(&["-b", &bootstrap, "--isolation", "read_committed"]);
    let committed = look(&context, "booked", Some(0)).await.unwrap();
    assert_eq!((committed.look.records.len(), committed.holes()), (5, 7));
    assert_eq!((committed.look.plan.end(), &committed.look.ended), (12, &Ended::AtTheEnd));
    let keys: Vec<_> = committed.keys.top.iter().map(|count| count.key.text()).collect();
    assert_eq!(keys, ["\"kept\""]);
    let only_marks = look(&context, "booked", Some(5)).await.unwrap();
    assert_eq!(
        only_marks.sentence(),
        "no record at 7 offsets: marks of transactions, or holes left by compaction"
    );
    open.abort_transaction(SOON).unwrap();
}
