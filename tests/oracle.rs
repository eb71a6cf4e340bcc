//! `lagtop once` beside Kafka's own tool, on the same cluster at rest.
//!
//! Rows are compared whole and all of them: what one tells and the other does not is a difference
//! too. Where the tool's table cannot carry an answer, another client is asked, and the test says
//! which.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::time::Duration;

use anyhow::ensure;
use lab::bulk::{BulkCommit, commit_groups};
use lab::share::ShareMember;
use lab::{Consumer, Producer, Protocol, Worker};
use lagtop::{Document, Run, lagtop};
use leftover::Leftover;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rows::{as_members, as_rows, as_states};
use support::kafka::admin::{Quiet, config};
use support::kafka::oracle::OracleRow;
use support::{KafkaCluster, wait};

#[path = "lab/mod.rs"]
mod lab;
#[path = "lagtop/mod.rs"]
mod lagtop;
#[path = "oracle/leftover.rs"]
mod leftover;
#[path = "oracle/rows.rs"]
mod rows;
mod support;
#[path = "offsets_records/topic.rs"]
#[expect(unreachable_pub, reason = "belongs to another test too")]
mod topic;

/// For joining, consuming, committing, on a busy machine.
const SOON: Duration = Duration::from_mins(1);

/// Letters of several scripts, and one beyond 16 bits.
const STRANGE_CLIENT: &str = "клиент-顧客-😀";

fn once(kafka: &KafkaCluster, arguments: &[&str]) -> Run {
    let bootstrap = kafka.bootstrap();
    let all = [&["once", "-b", &bootstrap, "--output", "json"], arguments].concat();
    Run::of(lagtop(all)).unwrap()
}

/// What lagtop tells, everything of it being known.
fn looked(kafka: &KafkaCluster, arguments: &[&str]) -> Document {
    let run = once(kafka, arguments);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    run.document().unwrap()
}

fn produce(kafka: &KafkaCluster, topic: &str, partition: i32, records: u64) {
    Producer::burst(topic, partition, records).spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
}

fn commit(kafka: &KafkaCluster, group: &str, topic: &str, offsets: &[(i32, i64)]) {
    let commit = BulkCommit { group: group.to_owned(), offsets: offsets.to_vec() };
    commit_groups(kafka, topic, &[commit]).unwrap();
}

/// What lagtop and Kafka's tool tell of the groups with this word in their name is the same; returns
/// the rows of both.
fn assert_same(kafka: &KafkaCluster, word: &str) -> Vec<OracleRow> {
    let oracle = kafka.oracle();
    let document = looked(kafka, &["-g", word]);
    let told = |group: &str| group.contains(word);
    let mut rows = oracle.describe_groups().unwrap().rows;
    rows.retain(|row| told(&row.group));
    assert_eq!(as_rows(&document), rows);
    let mut members = oracle.describe_members().unwrap().rows;
    members.retain(|row| told(&row.group));
    assert_eq!(as_members(&document, kafka.has_consumer_protocol()), members);
    let mut states = oracle.describe_states().unwrap().rows;
    states.retain(|row| told(&row.group));
    assert_eq!(as_states(&document), states);
    rows
}

/// Members that consume three partitions, of which the last stays empty, and then hold still while
/// more arrives.
fn members_at_rest(kafka: &KafkaCluster, group: &str, protocol: &Protocol) -> Vec<Worker> {
    produce(kafka, group, 0, 40);
    produce(kafka, group, 1, 30);
    let members = ["plain", STRANGE_CLIENT].map(|client_id| {
        let (client_id, protocol) = (client_id.to_owned(), protocol.clone());
        let member = Consumer { client_id, protocol, ..Consumer::of(group, group) };
        member.spawn(&kafka.bootstrap()).unwrap()
    });
    let consumed = || members.iter().map(Worker::records).sum::<u64>();
    let all_joined = || {
        let document = looked(kafka, &["-g", &format!("^{group}$")]);
        document.group(group).is_some_and(|group| {
            let owners = group.partitions.iter().filter_map(|row| row.owner.as_ref());
            let mut owners: Vec<_> = owners.collect();
            let partitions = owners.len();
            owners.sort_unstable();
            owners.dedup();
            (partitions, owners.len(), group.state.as_deref()) == (3, 2, Some("Stable"))
        })
    };
    assert!(wait::holds_within(SOON, || consumed() >= 70 && all_joined()), "{group}");
    members.iter().for_each(Worker::pause);
    produce(kafka, group, 0, 7);
    produce(kafka, group, 1, 5);
    // Every record that was consumed has been committed, and whoever has seen the order to pause
    // consumes none: at rest. Offsets begin at 0, so their sum is a count.
    let mut before = None;
    let rest = wait::holds_within(SOON, || {
        let document = looked(kafka, &["-g", &format!("^{group}$")]);
        let now = (document.group(group).unwrap().committed(), consumed());
        let same = before.replace(now) == Some(now);
        same && u64::try_from(now.0) == Ok(now.1)
    });
    assert!(rest, "{group}: {before:?}");
    members.into()
}

/// Two members for one partition, one of them with an instance id.
fn one_too_many(kafka: &KafkaCluster, group: &str) -> [Worker; 2] {
    let instance_id = Some("an instance".to_owned());
    let fixed = Consumer { instance_id, ..Consumer::of(group, group) };
    let members = [Consumer::of(group, group), fixed];
    let members = members.map(|member| member.spawn(&kafka.bootstrap()).unwrap());
    let joined = || {
        let document = looked(kafka, &["-g", &format!("^{group}$")]);
        document.group(group).is_some_and(|group| {
            let members = group.members.as_ref().map(Vec::len);
            (members, group.state.as_deref()) == (Some(2), Some("Stable"))
        })
    };
    assert!(wait::holds_within(SOON, joined), "{group}");
    members
}

#[tokio::test]
async fn every_row_is_the_one_of_kafkas_own_tool() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    for topic in ["same-classic", "same-kip-848", "same.two.dots", "same..dots"] {
        admin.create_topic(topic, 3, 1).await.unwrap();
    }
    admin.create_topic("same-narrow", 1, 1).await.unwrap();
    let mut members = members_at_rest(kafka, "same-classic", &Protocol::Classic("range"));
    let mut at_rest = 1;
    if kafka.has_consumer_protocol() {
        members.extend(members_at_rest(kafka, "same-kip-848", &Protocol::Consumer));
        at_rest += 1;
    }
    members.extend(one_too_many(kafka, "same-narrow"));
    produce(kafka, "same.two.dots", 1, 9);
    produce(kafka, "same..dots", 2, 9);
    commit(kafka, "same-empty", "same.two.dots", &[(0, 0), (1, 4)]);
    commit(kafka, "same-dots", "same..dots", &[(2, 9)]);
    commit(kafka, "same-ahead-of-the-log", "same.two.dots", &[(1, 50), (2, 0)]);
    let hostile =
        ["\u{1b}[31msame\u{1b}[0m", "  same", "same\ttab", "same\u{202e}drow", "一样same"];
    for name in hostile {
        commit(kafka, name, "same.two.dots", &[(1, 3)]);
    }

    let rows = assert_same(kafka, "same");
    // What the rows are there for is in them.
    let count = |what: &dyn Fn(&OracleRow) -> bool| rows.iter().filter(|row| what(row)).count();
    let owned = |row: &OracleRow| row.consumer_id.is_some();
    let strange = |row: &OracleRow| row.client_id.as_deref() == Some(STRANGE_CLIENT);
    assert!(count(&strange) >= at_rest, "{rows:#?}");
    assert_eq!(count(&|row| row.lag < Some(0) && row.lag.is_some()), 1, "{rows:#?}");
    assert_eq!(count(&|row| owned(row) && row.lag > Some(0)), at_rest * 2, "{rows:#?}");
    assert_eq!(count(&|row| owned(row) && row.current_offset.is_none()), at_rest + 1, "{rows:#?}");
    assert_eq!(count(&|row| hostile.contains(&&*row.group)), hostile.len(), "{rows:#?}");
    for member in members {
        member.stop().unwrap();
    }
}

/// A line feed breaks the table's row, spaces at the end look like its padding, and `-` is its word
/// for nothing: librdkafka's consumer says what is committed for the first and the last. It drops
/// spaces around a name itself, so the other one is compared with what the coordinator took.
#[tokio::test]
async fn names_that_the_tools_table_cannot_hold() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    kafka.admin().unwrap().create_topic("unsayable", 1, 1).await.unwrap();
    produce(kafka, "unsayable", 0, 20);
    let offset_of = |group: &str| {
        let consumer: BaseConsumer<Quiet> =
            config(&kafka.bootstrap()).set("group.id", group).create_with_context(Quiet).unwrap();
        let mut asked = TopicPartitionList::new();
        asked.add_partition("unsayable", 0);
        let told = consumer.committed_offsets(asked, SOON).unwrap();
        told.elements()[0].offset().to_raw()
    };
    let names = ["line\nfeed", "-", "spaces at the end   "];
    for (name, offset) in names.into_iter().zip(7..) {
        commit(kafka, name, "unsayable", &[(0, offset)]);
    }
    let document = looked(kafka, &["-t", "^unsayable$"]);
    for (name, offset) in names.into_iter().zip(7..) {
        let group = document.group(name).unwrap_or_else(|| panic!("{name:?} in {document:?}"));
        let expected = [("unsayable", 0, Some(offset), Some(20), Some(20 - offset))];
        assert_eq!(group.figures(), expected, "{name:?}");
        if !name.ends_with(' ') {
            assert_eq!(offset_of(name), Some(offset), "{name:?}");
        }
    }
}

/// Kafka's tool knows no isolation level; librdkafka's consumer, which reads committed records only
/// unless told otherwise, says where that ends.
#[tokio::test]
async fn an_open_transaction_holds_the_end_back_for_those_who_read_committed() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("open", 1, 1).await.unwrap();
    produce(kafka, "open", 0, 10);
    commit(kafka, "open", "open", &[(0, 4)]);
    let producer: BaseProducer<Quiet> = config(&kafka.bootstrap())
        .set("transactional.id", "left open")
        .create_with_context(Quiet)
        .unwrap();
    producer.init_transactions(SOON).unwrap();
    producer.begin_transaction().unwrap();
    for _ in 0..5 {
        let record = BaseRecord::<str, str>::to("open").partition(0).payload("x");
        producer.send(record).map_err(|(why, _)| why).unwrap();
    }
    producer.flush(SOON).unwrap();

    let of = |level| {
        let document = looked(kafka, &["-g", "^open$", "--isolation", level]);
        let group = document.group("open").unwrap();
        (group.partitions[0].end, group.partitions[0].lag, group.lag)
    };
    assert_eq!(of("read_uncommitted"), (Some(15), Some(11), Some(11)));
    assert_eq!(of("read_committed"), (Some(10), Some(6), Some(6)));
    assert_eq!(admin.log_range("open", 0).unwrap(), (0, 10), "as librdkafka sees it");
    let told = kafka.oracle().describe_groups().unwrap().rows;
    let row = told.iter().find(|row| row.group == "open").unwrap();
    assert_eq!((row.log_end_offset, row.lag), (Some(15), Some(11)), "as Kafka's tool sees it");

    producer.commit_transaction(SOON).unwrap();
    // Five records and the transaction's own marker, which is written after the producer was answered.
    let committed = (Some(16), Some(12), Some(12));
    assert!(wait::holds_within(SOON, || of("read_uncommitted") == committed));
    assert!(wait::holds_within(SOON, || of("read_committed") == committed));
}

/// Kafka's tool counts records that are gone as lag; lagtop counts what can still be read.
#[tokio::test]
async fn lag_counts_from_the_log_start_where_records_are_lost() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("shortened", 2, 1).await.unwrap();
    produce(kafka, "shortened", 0, 50);
    produce(kafka, "shortened", 1, 50);
    commit(kafka, "shortened", "shortened", &[(0, 10), (1, 40)]);
    admin.delete_records("shortened", 0, 30).await.unwrap();
    admin.delete_records("shortened", 1, 30).await.unwrap();

    let document = looked(kafka, &["-g", "^shortened$"]);
    let group = document.group("shortened").unwrap();
    let figures = [
        ("shortened", 0, Some(10), Some(50), Some(20)),
        ("shortened", 1, Some(40), Some(50), Some(10)),
    ];
    assert_eq!((group.figures(), group.lag), (figures.into(), Some(30)));
    let starts: Vec<_> = group.partitions.iter().map(|row| row.log_start).collect();
    assert_eq!(starts, [Some(30), Some(30)]);

    let told = kafka.oracle().describe_groups().unwrap().rows;
    let lags: Vec<_> = told.iter().filter(|row| row.group == "shortened").collect();
    let lost = 30 - 10;
    assert_eq!((lags[0].lag, lags[1].lag), (Some(20 + lost), Some(10)));
}

#[tokio::test]
async fn a_share_group_is_listed_with_its_state_and_members() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    if !kafka.has_consumer_protocol() {
        return; // 4.0 brought share groups, as a preview.
    }
    kafka.admin().unwrap().create_topic("shared", 2, 1).await.unwrap();
    let member = ShareMember::join(kafka, "shared", "shared").unwrap();
    let listed = || {
        let document = looked(kafka, &["-g", "^shared$"]);
        let group = document.group("shared")?.clone();
        let held = group.members.as_ref()?.first()?.assignment.as_ref()?.len();
        (held == 2).then_some(group)
    };
    let mut seen = None;
    assert!(
        wait::holds_within(SOON, || {
            seen = listed();
            seen.is_some()
        }),
        "{:?}",
        looked(kafka, &["-g", "^shared$"])
    );
    let group = seen.unwrap();
    assert_eq!(
        (group.state.as_deref(), group.r#type.as_deref(), group.coordinator),
        (Some("Stable"), Some("share"), Some(1))
    );
    assert_eq!(group.lag, None, "nothing is committed");
    let one = &group.members.unwrap()[0];
    assert_eq!(
        (one.member_id.as_str(), one.client_id.as_str(), one.host.as_str()),
        (member.member_id.as_str(), member.client_id, "127.0.0.1")
    );
}

/// A coordinator that hears of a topic's deletion forgets the commits on it, and takes no new ones.
///
/// On a cluster of its own: until it has heard, Kafka's own tool tells nothing about any group, and
/// the other tests ask it.
#[tokio::test]
async fn commits_go_with_their_topic() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let kafka = &kafka;
    let admin = kafka.admin().unwrap();
    for topic in ["with-commits-gone", "with-commits-kept"] {
        admin.create_topic(topic, 1, 1).await.unwrap();
        produce(kafka, topic, 0, 10);
        commit(kafka, "with-commits", topic, &[(0, 4)]);
    }
    admin.delete_topic("with-commits-gone").await.unwrap();
    let left = [("with-commits-kept", 0, Some(4), Some(10), Some(6))];
    let forgotten = || {
        let run = once(kafka, &["-g", "^with-commits$"]);
        run.document().unwrap().group("with-commits").unwrap().figures() == left
    };
    assert!(wait::holds_within(SOON, forgotten));
    assert_same(kafka, "with-commits");
}

/// lagtop shows each commit on a topic that is gone with the reason why nothing else is known, and
/// everything else beside it. Kafka's own tool tells nothing about any group then.
#[tokio::test]
async fn commits_left_on_a_deleted_topic_have_a_reason_and_blank_nothing_else() {
    // One copy: else another broker becomes coordinator when one is stopped.
    let builder = KafkaCluster::builder()
        .brokers(3)
        .heap_mib(256)
        .property("offsets.topic.replication.factor", "1")
        .property("offsets.topic.num.partitions", &topic::PARTITIONS.to_string());
    let Some(mut kafka) = support::kafka_or_skip(builder) else { return };
    let admin = kafka.admin().unwrap();
    let names: Vec<_> = (0..12).map(|number| format!("group-{number}")).collect();
    for topic in ["gone", "kept"] {
        admin.create_topic(topic, 3, 3).await.unwrap();
        produce(&kafka, topic, 2, 10);
        for name in &names {
            commit(&kafka, name, topic, &[(0, 0), (2, 3)]);
        }
    }
    let document = looked(&kafka, &[]);
    assert_eq!((document.groups.len(), document.cluster.brokers.len()), (names.len(), 3));
    assert_same(&kafka, "group");
    let coordinator = document.group(&names[0]).unwrap().coordinator.unwrap();
    let leftover = Leftover::on(&kafka, "gone").unwrap();
    assert_eq!(leftover.count(), 2 * names.len());

    admin.delete_topic("gone").await.unwrap();
    leftover.wait_for_none(&kafka).unwrap();
    leftover.write_again(&kafka).unwrap();
    kafka.stop(coordinator).unwrap();
    kafka.restart(coordinator).unwrap();

    let kept = [("kept", 0, Some(0), Some(0), Some(0)), ("kept", 2, Some(3), Some(10), Some(7))];
    let gone = [("gone", 0, Some(0), None, None), ("gone", 2, Some(3), None, None)];
    let left = [gone, kept].concat();
    // Until the coordinator has loaded its groups, and whichever broker is asked has heard of the
    // deletion: one that comes back takes a moment to.
    let settled = || {
        let run = once(&kafka, &[]);
        let document = run.document()?;
        ensure!(document.groups.len() == names.len(), "{} groups", document.groups.len());
        for group in &document.groups {
            let behind = group.coordinator == Some(coordinator);
            let expected = if behind { &left[..] } else { &kept };
            ensure!(group.figures() == expected, "{group:?}");
        }
        Ok((run, document))
    };
    let (run, document) = wait::answer_within(SOON, "all figures", settled).unwrap();
    assert_eq!(run.code, Some(4), "{}", run.stderr);
    for group in &document.groups {
        assert_eq!((group.lag, &group.error), (Some(7), &None));
        for row in &group.partitions {
            let code = row.error.as_ref().map(|fault| fault.code.as_str());
            let unknown = (row.topic == "gone").then_some("UNKNOWN_TOPIC_OR_PARTITION");
            assert_eq!(code, unknown, "{row:?}");
        }
    }
    assert_eq!(document.errors, []);
    let refusal = kafka.oracle().describe_groups().unwrap_err().to_string();
    assert!(refusal.contains("UnknownTopicOrPartition"), "{refusal}");
}
