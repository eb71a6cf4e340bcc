//! Consumer groups, field by field.

use rstest::rstest;

use super::encoder::{Bytes, classic, flexible, id, key_of, tagged};
use super::entry;
use crate::source::kafka::stream::records::{
    ClassicMemberMetadata, ClassicProtocol, ConsumerCurrentAssignment, ConsumerGroupMember,
    ConsumerGroupMetadata, ConsumerGroupPartitionMetadata, MemberKey, MemberState, OwnedPartitions,
    PartitionRacks, RegularExpressionKey, ResolvedRegularExpression, Subscription,
    TargetAssignment, TargetAssignmentMetadata, TopicIdPartitions, TopicMetadata,
};

const MEMBER: MemberKey<'_> = MemberKey { group: "g", member: "m" };

#[test]
fn group() {
    let key = key_of(3, "g", "");
    let value = flexible(0).i32(4).end().done();
    let expected = ConsumerGroupMetadata { epoch: 4, metadata_hash: 0 };
    assert_eq!(entry!(ConsumerGroupMetadata, &key, &value), ("g", expected));
}

#[test]
fn topics() {
    let key = key_of(4, "g", "");
    let racks = |bytes: Bytes| bytes.count(1).i32(3).texts(&["r1", "r2"]).end();
    let value = racks(flexible(0).count(2).id(1).text("t").i32(6)).end();
    let value = value.id(2).text("u").i32(7).count(0).end().end().done();
    let partition = PartitionRacks { partition: 3, racks: vec!["r1", "r2"] };
    let topic = |byte, topic_name, num_partitions, partition_metadata| TopicMetadata {
        topic_id: id(byte),
        topic_name,
        num_partitions,
        partition_metadata,
    };
    let topics = vec![topic(1, "t", 6, vec![partition]), topic(2, "u", 7, vec![])];
    let expected = ConsumerGroupPartitionMetadata { topics };
    assert_eq!(entry!(ConsumerGroupPartitionMetadata, &key, &value), ("g", expected));
}

fn member(bytes: Bytes) -> Bytes {
    bytes.text("i").text("r").text("c").text("/h").texts(&["t", "u"])
}

fn expected<'a>() -> ConsumerGroupMember<'a> {
    ConsumerGroupMember {
        instance_id: Some("i"),
        rack_id: Some("r"),
        client_id: "c",
        client_host: "/h",
        subscribed_topic_names: vec!["t", "u"],
        subscribed_topic_regex: Some("t.*"),
        rebalance_timeout_ms: Some(300),
        server_assignor: Some("uniform"),
        classic: None,
    }
}

#[test]
fn member_of_the_consumer_protocol() {
    let key = key_of(5, "g", "m");
    for tags in [vec![], vec![(0, vec![0])], vec![(0, vec![0]), (1, vec![9])]] {
        let value = member(flexible(0)).text("t.*").i32(300).text("uniform").tags(&tags).done();
        assert_eq!(entry!(ConsumerGroupMemberMetadata, &key, &value), (MEMBER, expected()));
    }
    let nulls = flexible(0).null_text().null_text().text("c").text("/h").count(0);
    let nulls = nulls.null_text().i32(-1).null_text().end().done();
    let nothing = ConsumerGroupMember {
        instance_id: None,
        rack_id: None,
        subscribed_topic_names: vec![],
        subscribed_topic_regex: None,
        rebalance_timeout_ms: None,
        server_assignor: None,
        ..expected()
    };
    assert_eq!(entry!(ConsumerGroupMemberMetadata, &key, &nulls), (MEMBER, nothing));
}

#[test]
fn member_of_the_classic_protocol() {
    let key = key_of(5, "g", "m");
    let subscription = classic(1).texts(&["t"]).done();
    let tag = tagged().raw(&[1]).i32(45).count(2).text("range").bytes(&subscription).end();
    let tag = tag.text("other").bytes(&[7]).end().end().done();
    let value = member(flexible(0)).text("t.*").i32(300).text("uniform").tags(&[(0, tag)]).done();
    let supported_protocols = vec![
        ClassicProtocol {
            name: "range",
            subscription: Some(Subscription { topics: vec!["t"], ..Subscription::default() }),
            metadata: &subscription,
        },
        ClassicProtocol { name: "other", subscription: None, metadata: &[7] },
    ];
    let classic = ClassicMemberMetadata { session_timeout_ms: 45, supported_protocols };
    let expected = ConsumerGroupMember { classic: Some(classic), ..expected() };
    assert_eq!(entry!(ConsumerGroupMemberMetadata, &key, &value), (MEMBER, expected));
}

#[rstest]
#[case(vec![], None)]
#[case(vec![(0, 8_i64.to_be_bytes().to_vec())], Some(8))]
#[case(vec![(0, vec![0; 8])], None)]
fn target_epoch(#[case] tags: Vec<(u32, Vec<u8>)>, #[case] assignment_timestamp: Option<i64>) {
    let value = flexible(0).i32(6).tags(&tags).done();
    let expected = TargetAssignmentMetadata { assignment_epoch: 6, assignment_timestamp };
    let key = key_of(6, "g", "");
    let read = entry!(ConsumerGroupTargetAssignmentMetadata, &key, &value);
    assert_eq!(read, ("g", expected));
    let key = key_of(12, "g", "");
    let read = entry!(ShareGroupTargetAssignmentMetadata, &key, &value);
    assert_eq!(read, ("g", expected));
    let key = key_of(20, "g", "");
    let read = entry!(StreamsGroupTargetAssignmentMetadata, &key, &value);
    assert_eq!(read, ("g", expected));
}

#[test]
fn target_of_a_member() {
    let value = flexible(0).count(2).id(1).i32s(&[3, 1]).end().id(2).i32s(&[]).end().end().done();
    let topic = |byte, partitions| TopicIdPartitions { topic_id: id(byte), partitions };
    let expected =
        TargetAssignment { topic_partitions: vec![topic(1, vec![3, 1]), topic(2, vec![])] };
    let key = key_of(7, "g", "m");
    let read = entry!(ConsumerGroupTargetAssignmentMember, &key, &value);
    assert_eq!(read, (MEMBER, expected.clone()));
    let key = key_of(13, "g", "m");
    assert_eq!(entry!(ShareGroupTargetAssignmentMember, &key, &value), (MEMBER, expected));
}

#[rstest]
#[case(0, MemberState::Stable)]
#[case(1, MemberState::Unrevoked)]
#[case(2, MemberState::Unreleased)]
#[case(3, MemberState::Unknown)]
#[case(127, MemberState::Unknown)]
#[case(-1, MemberState::Unknown)]
fn assignment_of_a_member(#[case] number: i8, #[case] state: MemberState) {
    let key = key_of(8, "g", "m");
    let epochs = |epochs: &[i32]| vec![(0, tagged().i32s(epochs).done())];
    let value = flexible(0).i32(5).i32(-1).i8(number).count(4);
    let value = value.id(1).i32s(&[3, 1]).tags(&epochs(&[7, 8])).id(2).i32s(&[0]).end();
    let value = value.id(4).i32s(&[0]).tags(&epochs(&[7, 8]));
    let value = value.id(5).i32s(&[0]).tags(&[(0, vec![0])]);
    let value = value.count(1).id(3).i32s(&[9]).tags(&epochs(&[2])).end().done();
    let owned = |byte, partitions, assignment_epochs| OwnedPartitions {
        topic_id: id(byte),
        partitions,
        assignment_epochs,
    };
    let expected = ConsumerCurrentAssignment {
        member_epoch: 5,
        previous_member_epoch: None,
        state,
        assigned_partitions: vec![
            owned(1, vec![3, 1], Some(vec![7, 8])),
            owned(2, vec![0], None),
            // Of another length, and null.
            owned(4, vec![0], None),
            owned(5, vec![0], None),
        ],
        partitions_pending_revocation: vec![owned(3, vec![9], Some(vec![2]))],
    };
    let read = entry!(ConsumerGroupCurrentMemberAssignment, &key, &value);
    assert_eq!(read, (MEMBER, expected));
}

#[test]
fn regular_expression() {
    let key = key_of(16, "g", "t.*");
    let value = flexible(0).texts(&["t", "tt"]).i64(40).i64(50).end().done();
    let key_read = RegularExpressionKey { group: "g", regular_expression: "t.*" };
    let expected =
        ResolvedRegularExpression { topics: vec!["t", "tt"], version: 40, timestamp: 50 };
    assert_eq!(entry!(ConsumerGroupRegularExpression, &key, &value), (key_read, expected));
}
