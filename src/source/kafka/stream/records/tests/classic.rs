//! Classic groups in every version.

use rstest::rstest;

use super::encoder::{Bytes, classic, flexible, key_of};
use super::entry;
use crate::source::kafka::stream::records::{ClassicMember, GroupMetadata};

/// The group's and the member's fields as `version` has them; a timeout, a time and an instance in
/// each version that knows of them.
fn bytes(version: i16, protocol_type: &str, subscription: &[u8], assignment: &[u8]) -> Vec<u8> {
    let when = |since: i16, bytes: Bytes, add: fn(Bytes) -> Bytes| {
        if version >= since { add(bytes) } else { bytes }
    };
    let begin = if version >= 4 { flexible(version) } else { classic(version) };
    let bytes = begin.text(protocol_type).i32(9).text("range").text("m-1");
    let bytes = when(2, bytes, |bytes| bytes.i64(77)).count(1).text("m-1");
    let bytes = when(3, bytes, |bytes| bytes.text("i-1")).text("c-1").text("/h");
    let bytes = when(1, bytes, |bytes| bytes.i32(300)).i32(45);
    let bytes = bytes.bytes(subscription).bytes(assignment);
    when(4, bytes, |bytes| bytes.tags(&[(5, vec![1])]).tags(&[(9, vec![])])).done()
}

#[rstest]
fn every_version(#[values(0, 1, 2, 3, 4)] version: i16) {
    let key = key_of(2, "g", "");
    let value = bytes(version, "connect", &[1, 2], &[3]);
    let expected = GroupMetadata {
        protocol_type: "connect",
        generation: 9,
        protocol: Some("range"),
        leader: Some("m-1"),
        current_state_timestamp: (version >= 2).then_some(77),
        members: vec![ClassicMember {
            member_id: "m-1",
            group_instance_id: (version >= 3).then_some("i-1"),
            client_id: "c-1",
            client_host: "/h",
            rebalance_timeout_ms: if version >= 1 { 300 } else { 45 },
            session_timeout_ms: 45,
            subscription: None,
            assignment: None,
            subscription_bytes: &[1, 2],
            assignment_bytes: &[3],
        }],
    };
    assert_eq!(entry!(GroupMetadata, &key, &value), ("g", expected));
}

#[test]
fn an_empty_group_has_nulls() {
    let key = key_of(2, "g", "");
    let value = classic(3).text("").i32(0).null_text().null_text().i64(-1).count(0).done();
    let expected = GroupMetadata {
        protocol_type: "",
        generation: 0,
        protocol: None,
        leader: None,
        current_state_timestamp: None,
        members: vec![],
    };
    assert_eq!(entry!(GroupMetadata, &key, &value), ("g", expected));
}

#[rstest]
#[case::damaged("consumer", b"\0\x01\xff", b"\0\x01\0\0", None, None)]
#[case::nothing("consumer", b"", b"", None, Some(0))]
#[case::other_format("consumer", b"connect!", b"connect!", None, None)]
#[case::empty_lists("consumer", b"\0\0\0\0\0\0", b"\0\0\0\0\0\0", Some(0), Some(0))]
#[case::not_consumers("connect", b"\0\0\0\0\0\0", b"\0\0\0\0\0\0", None, None)]
fn bad_member_bytes_spoil_nothing_else(
    #[case] protocol_type: &str,
    #[case] subscription: &[u8],
    #[case] assignment: &[u8],
    #[case] topics: Option<usize>,
    #[case] assigned: Option<usize>,
) {
    let (key, value) = (key_of(2, "g", ""), bytes(3, protocol_type, subscription, assignment));
    let (_, group) = entry!(GroupMetadata, &key, &value);
    let [member] = &group.members[..] else { panic!("{group:?}") };
    assert_eq!((member.client_id, member.session_timeout_ms), ("c-1", 45));
    assert_eq!(member.subscription.as_ref().map(|read| read.topics.len()), topics);
    assert_eq!(member.assignment.as_ref().map(|read| read.assigned_partitions.len()), assigned);
    assert_eq!(member.subscription_bytes, subscription);
    assert_eq!(member.assignment_bytes, assignment);
}
