//! Streams groups, field by field.

use rstest::rstest;

use super::encoder::{Bytes, flexible, key_of, tagged};
use super::entry;
use crate::source::kafka::stream::records::{
    CopartitionGroup, Endpoint, InternalTopic, KeyValue, MemberKey, MemberState,
    StreamsCurrentAssignment, StreamsGroupMember, StreamsGroupMetadata, StreamsGroupTopology,
    StreamsTargetAssignment, Subtopology, Tasks,
};

const MEMBER: MemberKey<'_> = MemberKey { group: "g", member: "m" };

fn number(number: i32) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

#[test]
fn group() {
    let key = key_of(17, "g", "");
    let mut expected = StreamsGroupMetadata {
        epoch: 4,
        metadata_hash: 5,
        validated_topology_epoch: None,
        last_assignment_configs: vec![],
        stored_description_topology_epoch: None,
        failed_description_topology_epoch: None,
    };
    let value = flexible(0).i32(4).i64(5);
    let value = value.tags(&[(0, number(-1)), (1, vec![0]), (2, number(-1)), (3, number(-1))]);
    assert_eq!(entry!(StreamsGroupMetadata, &key, &value.done()), ("g", expected.clone()));
    let configs = tagged().count(1).text("num.standby.replicas").text("1").end().done();
    let tags = [(0, number(6)), (1, configs), (2, number(-2)), (3, number(8)), (4, vec![1])];
    let value = flexible(0).i32(4).i64(5).tags(&tags).done();
    expected.validated_topology_epoch = Some(6);
    expected.last_assignment_configs = vec![KeyValue { key: "num.standby.replicas", value: "1" }];
    expected.stored_description_topology_epoch = Some(-2);
    expected.failed_description_topology_epoch = Some(8);
    assert_eq!(entry!(StreamsGroupMetadata, &key, &value), ("g", expected));
}

#[rstest]
#[case::somewhere(tagged().i8(1).text("host").u16(65_000).end(), Some(("host", 65_000)))]
#[case::nowhere(tagged().i8(-1), None)]
fn member(#[case] endpoint: Bytes, #[case] expected: Option<(&str, u16)>) {
    let key = key_of(19, "g", "m");
    let value = flexible(0).null_text().text("r").text("c").text("/h").i32(300).i32(2).text("p");
    let value = value.raw(&endpoint.done()).count(1).text("zone").text("eu").end().end().done();
    let expected = StreamsGroupMember {
        instance_id: None,
        rack_id: Some("r"),
        client_id: "c",
        client_host: "/h",
        rebalance_timeout_ms: Some(300),
        topology_epoch: 2,
        process_id: "p",
        user_endpoint: expected.map(|(host, port)| Endpoint { host, port }),
        client_tags: vec![KeyValue { key: "zone", value: "eu" }],
    };
    assert_eq!(entry!(StreamsGroupMemberMetadata, &key, &value), (MEMBER, expected));
}

fn tasks(subtopology_id: &str, partition: i32, epoch: Option<i32>) -> Vec<Tasks<'_>> {
    let assignment_epochs = epoch.map(|epoch| vec![epoch]);
    vec![Tasks { subtopology_id, partitions: vec![partition], assignment_epochs }]
}

#[test]
fn target_of_a_member() {
    let key = key_of(21, "g", "m");
    let value = flexible(0).count(1).text("0").i32s(&[1]).end();
    let value = value.count(1).text("1").i32s(&[2]).end();
    let value = value.count(1).text("2").i32s(&[3]).tags(&[(0, vec![2, 0, 0, 0, 9])]).end().done();
    let expected = StreamsTargetAssignment {
        active_tasks: tasks("0", 1, None),
        standby_tasks: tasks("1", 2, None),
        warmup_tasks: tasks("2", 3, None),
    };
    let read = entry!(StreamsGroupTargetAssignmentMember, &key, &value);
    assert_eq!(read, (MEMBER, expected));
}

#[rstest]
#[case(0, MemberState::Unknown)]
#[case(1, MemberState::Stable)]
#[case(2, MemberState::Unrevoked)]
#[case(3, MemberState::Unreleased)]
#[case(127, MemberState::Unknown)]
fn assignment_of_a_member(#[case] number: i8, #[case] state: MemberState) {
    let key = key_of(22, "g", "m");
    let epoch = [(0, tagged().i32s(&[7]).done())];
    let value = flexible(0).i32(5).i32(4).i8(number);
    let value = value.count(1).text("0").i32s(&[1]).tags(&epoch);
    let value =
        (2..7).fold(value, |value, n| value.count(1).text(&(n - 1).to_string()).i32s(&[n]).end());
    let value = value.end().done();
    let expected = StreamsCurrentAssignment {
        member_epoch: 5,
        previous_member_epoch: Some(4),
        state,
        active_tasks: tasks("0", 1, Some(7)),
        standby_tasks: tasks("1", 2, None),
        warmup_tasks: tasks("2", 3, None),
        active_tasks_pending_revocation: tasks("3", 4, None),
        standby_tasks_pending_revocation: tasks("4", 5, None),
        warmup_tasks_pending_revocation: tasks("5", 6, None),
    };
    let read = entry!(StreamsGroupCurrentMemberAssignment, &key, &value);
    assert_eq!(read, (MEMBER, expected));
}

#[test]
fn topology() {
    let key = key_of(23, "g", "");
    let topic = |bytes: Bytes, name: &str, partitions, factor: i16| {
        let bytes = bytes.count(1).text(name).i32(partitions).i16(factor);
        bytes.count(1).text("cleanup.policy").text(name).end().end()
    };
    let value = flexible(0).i32(3).count(1).text("0").texts(&["a", "b"]).texts(&["r.*"]);
    let value = topic(value, "log", 0, -1).texts(&["sink"]);
    let value = topic(value, "source", 8, 3).count(1).i16s(&[0, 1]).i16s(&[2]).i16s(&[]).end();
    let value = value.end().end().done();
    let internal = |name, partitions, replication_factor| InternalTopic {
        name,
        partitions,
        replication_factor,
        topic_configs: vec![KeyValue { key: "cleanup.policy", value: name }],
    };
    let subtopology = Subtopology {
        subtopology_id: "0",
        source_topics: vec!["a", "b"],
        source_topic_regex: vec!["r.*"],
        state_changelog_topics: vec![internal("log", 0, -1)],
        repartition_sink_topics: vec!["sink"],
        repartition_source_topics: vec![internal("source", 8, 3)],
        copartition_groups: vec![CopartitionGroup {
            source_topics: vec![0, 1],
            source_topic_regex: vec![2],
            repartition_source_topics: vec![],
        }],
    };
    let expected = StreamsGroupTopology { epoch: 3, subtopologies: vec![subtopology] };
    assert_eq!(entry!(StreamsGroupTopology, &key, &value), ("g", expected));
}
