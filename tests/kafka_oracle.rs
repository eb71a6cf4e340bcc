//! Kafka's own tool as oracle: it says what was done, and its tables are read as they were meant.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::time::Duration;

use lab::bulk::{BulkCommit, commit_groups};
use lab::{Consumer, Producer, Protocol, Worker};
use support::kafka::oracle::{OracleRow, read_offsets};
use support::{KafkaCluster, wait};

#[path = "lab/mod.rs"]
mod lab;
mod support;

/// For joining, consuming and committing a few records.
const SOON: Duration = Duration::from_mins(1);

fn produce(kafka: &KafkaCluster, topic: &str, partition: i32, records: u64) {
    Producer::burst(topic, partition, records).spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
}

/// Partition, committed, end, lag, whether it has an owner.
type Facts = (Option<i32>, Option<i64>, Option<i64>, Option<i64>, bool);

fn facts(rows: &[OracleRow], group: &str) -> Vec<Facts> {
    let of_group = rows.iter().filter(|row| row.group == group);
    of_group
        .map(|row| {
            let owned = row.consumer_id.is_some();
            (row.partition, row.current_offset, row.log_end_offset, row.lag, owned)
        })
        .collect()
}

fn asked(kafka: &KafkaCluster, group: &str) -> Vec<Facts> {
    facts(&kafka.oracle().describe_groups().unwrap().rows, group)
}

async fn a_member_commits_what_it_consumed(group: &str, protocol: Protocol) {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    if matches!(protocol, Protocol::Consumer) && !kafka.has_consumer_protocol() {
        return;
    }
    kafka.admin().unwrap().create_topic(group, 3, 1).await.unwrap();
    produce(kafka, group, 0, 40);
    produce(kafka, group, 1, 30);
    let member = Consumer { protocol, ..Consumer::of(group, group) };
    let member = member.spawn(&kafka.bootstrap()).unwrap();
    assert!(wait::holds_within(SOON, || member.records() == 70));
    let consumed = [
        (Some(0), Some(40), Some(40), Some(0), true),
        (Some(1), Some(30), Some(30), Some(0), true),
        (Some(2), None, Some(0), None, true),
    ];
    assert!(
        wait::holds_within(SOON, || asked(kafka, group) == consumed),
        "{:?}",
        asked(kafka, group)
    );
    states_and_members(kafka, group, &member);
    member.stop().unwrap();

    produce(kafka, group, 1, 7);
    let stopped = [
        (Some(0), Some(40), Some(40), Some(0), false),
        (Some(1), Some(30), Some(37), Some(7), false),
    ];
    assert_eq!(asked(kafka, group), stopped);
    let states = kafka.oracle().describe_states().unwrap();
    let state = states.rows.into_iter().find(|row| row.group == group).unwrap();
    assert_eq!((state.state.as_str(), state.members), ("Empty", 0));
}

fn states_and_members(kafka: &KafkaCluster, group: &str, member: &Worker) {
    assert!(!member.is_finished());
    let states = kafka.oracle().describe_states().unwrap();
    let state = states.rows.into_iter().find(|row| row.group == group).unwrap();
    assert_eq!((state.state.as_str(), state.members), ("Stable", 1));
    assert!(state.coordinator.starts_with(&kafka.bootstrap()), "{}", state.coordinator);

    let members = kafka.oracle().describe_members().unwrap();
    let row = members.rows.into_iter().find(|row| row.group == group).unwrap();
    assert_eq!(
        (row.partitions, row.client_id.as_str(), row.host.as_str()),
        (3, group, "/127.0.0.1")
    );
    let assignment = row.assignment.unwrap();
    assert!(assignment.contains("0,1,2"), "{assignment}");
}

#[tokio::test]
async fn a_classic_group() {
    a_member_commits_what_it_consumed("classic", Protocol::Classic("range")).await;
}

#[tokio::test]
async fn a_kip_848_group() {
    a_member_commits_what_it_consumed("kip-848", Protocol::Consumer).await;
}

#[tokio::test]
async fn names_from_strangers_are_read_as_they_are() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("a.topic.with.dots", 1, 1).await.unwrap();
    produce(kafka, "a.topic.with.dots", 0, 9);
    let names = [
        "two words",
        "  leading",
        "\u{1b}[31mred\u{1b}[0m",
        "tab\there",
        "группа",
        "グループ",
        "😀 group",
        "GROUP           TOPIC",
        "a very long name that is wider than the column which the tool keeps for it by itself",
        "-x",
    ];
    // Not through librdkafka, which drops spaces in front of a group's name.
    let commits: Vec<_> = (names.iter().zip(1..))
        .map(|(group, offset)| BulkCommit {
            group: (*group).to_owned(),
            offsets: vec![(0, offset % 9)],
        })
        .collect();
    commit_groups(kafka, "a.topic.with.dots", &commits).unwrap();
    let table = kafka.oracle().describe_groups().unwrap();
    for (group, offset) in names.iter().zip(1_i64..) {
        let offset = offset % 9;
        let expected = [(Some(0), Some(offset), Some(9), Some(9 - offset), false)];
        assert_eq!(facts(&table.rows, group), expected, "{group:?}");
    }
}

#[tokio::test]
async fn a_broken_row_is_handed_out_and_not_guessed() {
    let Some(kafka) = support::shared_kafka_or_skip() else { return };
    let admin = kafka.admin().unwrap();
    admin.create_topic("broken", 1, 1).await.unwrap();
    admin.commit("line\nfeed", "broken", &[(0, 0)]).unwrap();
    let table = kafka.oracle().describe_groups().unwrap();
    assert!(table.unread.iter().any(|line| line == "line"), "{:?}", table.unread);
    assert!(table.rows.iter().all(|row| !row.group.contains("feed")), "{:?}", table.rows);
}

#[test]
fn tables_are_read_by_the_columns_of_their_own_header() {
    let text = "
GROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID
a b             t               0          5               7               2               -               -               -
a b             t               1          -               7               -               c 1             /10.0.0.1       my client 

Error that is no row
GROUP             TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID
wider than others -               -          -               -               -               m               /h              c
wider than others t               x          -               -               -               m               /h              c
";
    let table = read_offsets(text).unwrap();
    assert_eq!(
        facts(&table.rows, "a b"),
        [(Some(0), Some(5), Some(7), Some(2), false), (Some(1), None, Some(7), None, true),]
    );
    assert_eq!(table.rows[1].client_id.as_deref(), Some("my client"));
    assert_eq!(facts(&table.rows, "wider than others"), [(None, None, None, None, true)]);
    assert_eq!(table.unread.len(), 2, "{:?}", table.unread);
    assert!(table.unread[1].contains(" x "));
}

#[test]
fn an_answer_without_a_table_is_an_error() {
    assert!(read_offsets("Something went wrong\n").is_err());
    assert_eq!(read_offsets("").unwrap().rows, []);
}
