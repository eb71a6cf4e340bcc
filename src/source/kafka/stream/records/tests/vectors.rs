//! Records of real brokers, field by field.

use super::{entry, hex};
use crate::source::kafka::stream::records::{
    Assignment, ClassicMember, ConsumerCurrentAssignment, ConsumerGroupMember,
    ConsumerGroupMetadata, GroupMetadata, MemberKey, MemberState, OffsetCommit, OffsetCommitKey,
    OwnedPartitions, Subscription, TopicPartitions,
};

const NEXT_MEMBER: MemberKey<'_> =
    MemberKey { group: "dec-next", member: "Y6rbBcUCSWWdopvHQ0ui8A" };

#[test]
fn a_commit_with_everything() {
    let key = hex("0001 000b6465632d636c6173736963 00056465632d62 00000000");
    let value = hex("0004 000000000000002a 00000007 0d6e6f74653a2068c3a96c6c6f 000001a2026151ab
         01 00 10 6f159c5b048a4527991719a356988b0a");
    let (key, value) = entry!(OffsetCommit, &key, &value);
    assert_eq!(key, OffsetCommitKey { group: "dec-classic", topic: "dec-b", partition: 0 });
    let expected = OffsetCommit {
        offset: Some(42),
        leader_epoch: Some(7),
        metadata: "note: héllo",
        commit_timestamp: 1_795_336_262_059,
        expire_timestamp: None,
        topic_id: value.topic_id,
    };
    assert_eq!(value, expected);
    assert_eq!(value.topic_id.unwrap().to_string(), "bxWcWwSKRSeZFxmjVpiLCg");
}

#[test]
fn a_commit_that_expires() {
    let key = hex("0001 000a6465632d657870697265 00056465632d61 00000000");
    let value = hex("0001 000000000000004d 0000 000001a20268c744 000001a20268f624");
    let (key, value) = entry!(OffsetCommit, &key, &value);
    assert_eq!(key, OffsetCommitKey { group: "dec-expire", topic: "dec-a", partition: 0 });
    let expected = OffsetCommit {
        offset: Some(77),
        leader_epoch: None,
        metadata: "",
        commit_timestamp: 1_795_336_750_916,
        expire_timestamp: Some(1_795_336_762_916),
        topic_id: None,
    };
    assert_eq!(value, expected);
}

#[test]
fn a_classic_group() {
    const MEMBER: &str = "mg-1-4e957216-be08-4fc4-9293-ed0632b1353d";
    let key = hex("0002 00076465632d6d6967");
    let value = hex("0003 0008636f6e73756d6572 00000001 000572616e6765
         00296d672d312d34653935373231362d626530382d346663342d393239332d656430363332623133353364
         000001a20261d39a 00000001
         00296d672d312d34653935373231362d626530382d346663342d393239332d656430363332623133353364
         ffff 00046d672d31 000a2f3132372e302e302e31
         000493e0 00002710 0000001b 0003 00000001 00056465632d61 ffffffff 00000000 ffffffff ffff
         00000021 0003 00000001 00056465632d61 00000003 00000000 00000001 00000002 ffffffff");
    let (group, value) = entry!(GroupMetadata, &key, &value);
    assert_eq!(group, "dec-mig");
    let assigned = TopicPartitions { topic: "dec-a", partitions: vec![0, 1, 2] };
    let member = ClassicMember {
        member_id: MEMBER,
        group_instance_id: None,
        client_id: "mg-1",
        client_host: "/127.0.0.1",
        rebalance_timeout_ms: 300_000,
        session_timeout_ms: 10_000,
        subscription: Some(Subscription { topics: vec!["dec-a"], ..Subscription::default() }),
        assignment: Some(Assignment { assigned_partitions: vec![assigned], user_data: &[] }),
        subscription_bytes: value.members[0].subscription_bytes,
        assignment_bytes: value.members[0].assignment_bytes,
    };
    assert_eq!(member.subscription_bytes.len(), 0x1b);
    assert_eq!(member.assignment_bytes.len(), 0x21);
    let expected = GroupMetadata {
        protocol_type: "consumer",
        generation: 1,
        protocol: Some("range"),
        leader: Some(MEMBER),
        current_state_timestamp: Some(1_795_336_295_322),
        members: vec![member],
    };
    assert_eq!(value, expected);
}

#[test]
fn a_static_consumer() {
    let key = hex("0005 00086465632d6e657874 00165936726242635543535757646f707648513075693841");
    let value = hex("0000 097374617469632d6b 00 056b632d32 0b2f3132372e302e302e31
         03 066465632d61 066465632d62 01 000493e0 0672616e6765 01 00 01 00");
    let (key, value) = entry!(ConsumerGroupMemberMetadata, &key, &value);
    assert_eq!(key, NEXT_MEMBER);
    let expected = ConsumerGroupMember {
        instance_id: Some("static-k"),
        rack_id: None,
        client_id: "kc-2",
        client_host: "/127.0.0.1",
        subscribed_topic_names: vec!["dec-a", "dec-b"],
        subscribed_topic_regex: None,
        rebalance_timeout_ms: Some(300_000),
        server_assignor: Some("range"),
        classic: None,
    };
    assert_eq!(value, expected);
}

#[test]
fn a_static_consumer_that_left_for_now() {
    let key = hex("0008 00086465632d6e657874 00165936726242635543535757646f707648513075693841");
    let value = hex("0000 fffffffe 00000003 00 03
         6f159c5b048a4527991719a356988b0a 02 00000000 01 00 05 02 00000000
         31b9425f6c824a05b8dbd0cd63228a5e 03 00000000 00000001 01 00 09 03 00000000 00000000
         01 00");
    let (key, value) = entry!(ConsumerGroupCurrentMemberAssignment, &key, &value);
    assert_eq!(key, NEXT_MEMBER);
    let owned = |nth: usize, partitions: Vec<i32>| OwnedPartitions {
        topic_id: value.assigned_partitions[nth].topic_id,
        assignment_epochs: Some(vec![0; partitions.len()]),
        partitions,
    };
    let expected = ConsumerCurrentAssignment {
        member_epoch: ConsumerCurrentAssignment::STATIC_MEMBER_LEFT,
        previous_member_epoch: Some(3),
        state: MemberState::Stable,
        assigned_partitions: vec![owned(0, vec![0]), owned(1, vec![0, 1])],
        partitions_pending_revocation: vec![],
    };
    assert_eq!(value, expected);
    let ids = value.assigned_partitions.iter().map(|owned| owned.topic_id.to_string());
    assert_eq!(ids.collect::<Vec<_>>(), ["bxWcWwSKRSeZFxmjVpiLCg", "MblCX2yCSgW429DNYyKKXg"]);
}

#[test]
fn a_consumer_groups_epoch() {
    let key = hex("0003 00086465632d6e657874");
    let value = hex("0000 00000002 01 00 08 3c3843731d2a52a6");
    let (group, value) = entry!(ConsumerGroupMetadata, &key, &value);
    assert_eq!(group, "dec-next");
    let hash = 4_339_292_402_661_085_862;
    assert_eq!(value, ConsumerGroupMetadata { epoch: 2, metadata_hash: hash });
}
