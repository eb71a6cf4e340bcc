//! Share groups, field by field.

use super::encoder::{flexible, id, key_of};
use super::entry;
use crate::source::kafka::stream::records::{
    DeletingTopic, MemberKey, MemberState, ShareCurrentAssignment, ShareGroupMember,
    ShareGroupMetadata, ShareGroupStatePartitionMetadata, ShareTopic, TopicIdPartitions,
};

const MEMBER: MemberKey<'_> = MemberKey { group: "g", member: "m" };

#[test]
fn member() {
    let key = key_of(10, "g", "m");
    let value = flexible(0).null_text().text("c").text("/h").texts(&["t", "u"]).end().done();
    let expected = ShareGroupMember {
        rack_id: None,
        client_id: "c",
        client_host: "/h",
        subscribed_topic_names: vec!["t", "u"],
    };
    assert_eq!(entry!(ShareGroupMemberMetadata, &key, &value), (MEMBER, expected));
}

#[test]
fn group() {
    let key = key_of(11, "g", "");
    let value = flexible(0).i32(4).i64(-5).end().done();
    let expected = ShareGroupMetadata { epoch: 4, metadata_hash: -5 };
    assert_eq!(entry!(ShareGroupMetadata, &key, &value), ("g", expected));
}

#[test]
fn assignment_of_a_member() {
    let key = key_of(14, "g", "m");
    let value = flexible(0).i32(5).i32(4).i8(0).count(1).id(1).i32s(&[2, 0]).end().end().done();
    let expected = ShareCurrentAssignment {
        member_epoch: 5,
        previous_member_epoch: Some(4),
        state: MemberState::Stable,
        assigned_partitions: vec![TopicIdPartitions { topic_id: id(1), partitions: vec![2, 0] }],
    };
    assert_eq!(entry!(ShareGroupCurrentMemberAssignment, &key, &value), (MEMBER, expected));
}

#[test]
fn state_partitions() {
    let key = key_of(15, "g", "");
    let value = flexible(0).count(1).id(1).text("a").i32s(&[1]).end();
    let value = value.count(2).id(2).text("b").i32s(&[2, 3]).end().id(3).text("c").i32s(&[]).end();
    let value = value.count(1).id(4).text("d").end().end().done();
    let topic =
        |byte, topic_name, partitions| ShareTopic { topic_id: id(byte), topic_name, partitions };
    let expected = ShareGroupStatePartitionMetadata {
        initializing_topics: vec![topic(1, "a", vec![1])],
        initialized_topics: vec![topic(2, "b", vec![2, 3]), topic(3, "c", vec![])],
        deleting_topics: vec![DeletingTopic { topic_id: id(4), topic_name: "d" }],
    };
    assert_eq!(entry!(ShareGroupStatePartitionMetadata, &key, &value), ("g", expected));
}
