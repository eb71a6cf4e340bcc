//! A decoded record in the words of Kafka's own conversion to JSON, and the form in which the two
//! are compared.

use lagtop::source::kafka::stream::records::{
    ClassicMember, ConsumerGroupMember, Entry, MemberKey, MemberState, OffsetCommit,
    OffsetCommitKey, OwnedPartitions, Record, ShareTopic, TargetAssignmentMetadata,
    TopicIdPartitions, TopicPartitions,
};
use serde_json::{Value, json};

use super::dump::Dumped;

/// As Kafka prints it, without type and version. For the kinds of groups that the tests run.
pub fn of(record: &Record<'_>) -> Dumped {
    match record {
        Record::OffsetCommit(e) => dumped(e, commit_key, commit),
        Record::GroupMetadata(e) => dumped(
            e,
            |group| json!({"group": group}),
            |v| {
                json!({
                    "protocolType": v.protocol_type,
                    "generation": v.generation,
                    "protocol": v.protocol,
                    "leader": v.leader,
                    "currentStateTimestamp": v.current_state_timestamp,
                    "members": list(&v.members, classic_member),
                })
            },
        ),
        Record::ConsumerGroupMetadata(e) => dumped(
            e,
            group_key,
            |v| json!({"epoch": v.epoch, "metadataHash": Some(v.metadata_hash).filter(|hash| *hash != 0)}),
        ),
        Record::ConsumerGroupPartitionMetadata(e) => {
            assert_eq!(e.value, None, "not written since 4.1");
            dumped(e, group_key, |_| Value::Null)
        }
        Record::ConsumerGroupMemberMetadata(e) => dumped(e, member_key, member),
        Record::ConsumerGroupTargetAssignmentMetadata(e)
        | Record::ShareGroupTargetAssignmentMetadata(e) => dumped(e, group_key, target_epoch),
        Record::ConsumerGroupTargetAssignmentMember(e)
        | Record::ShareGroupTargetAssignmentMember(e) => {
            dumped(e, member_key, |v| json!({"topicPartitions": list(&v.topic_partitions, by_id)}))
        }
        Record::ConsumerGroupCurrentMemberAssignment(e) => dumped(e, member_key, |v| {
            json!({
                "memberEpoch": v.member_epoch,
                "previousMemberEpoch": v.previous_member_epoch,
                "state": state(v.state),
                "assignedPartitions": list(&v.assigned_partitions, owned),
                "partitionsPendingRevocation": list(&v.partitions_pending_revocation, owned),
            })
        }),
        Record::ConsumerGroupRegularExpression(e) => dumped(
            e,
            |key| json!({"groupId": key.group, "regularExpression": key.regular_expression}),
            |v| json!({"topics": v.topics, "version": v.version, "timestamp": v.timestamp}),
        ),
        share => share_group(share),
    }
}

fn share_group(record: &Record<'_>) -> Dumped {
    match record {
        Record::ShareGroupMemberMetadata(e) => dumped(e, member_key, |v| {
            json!({
                "rackId": v.rack_id,
                "clientId": v.client_id,
                "clientHost": v.client_host,
                "subscribedTopicNames": v.subscribed_topic_names,
            })
        }),
        Record::ShareGroupMetadata(e) => {
            dumped(e, group_key, |v| json!({"epoch": v.epoch, "metadataHash": v.metadata_hash}))
        }
        Record::ShareGroupCurrentMemberAssignment(e) => dumped(e, member_key, |v| {
            json!({
                "memberEpoch": v.member_epoch,
                "previousMemberEpoch": v.previous_member_epoch,
                "state": state(v.state),
                "assignedPartitions": list(&v.assigned_partitions, by_id),
            })
        }),
        Record::ShareGroupStatePartitionMetadata(e) => dumped(e, group_key, |v| {
            json!({
                "initializingTopics": list(&v.initializing_topics, share_topic),
                "initializedTopics": list(&v.initialized_topics, share_topic),
                "deletingTopics": list(&v.deleting_topics, |topic| {
                    json!({"topicId": topic.topic_id.to_string(), "topicName": topic.topic_name})
                }),
            })
        }),
        other => panic!("no test runs such a group: {other:?}"),
    }
}

fn dumped<K, V>(
    entry: &Entry<K, V>,
    key: impl Fn(&K) -> Value,
    value: impl Fn(&V) -> Value,
) -> Dumped {
    Dumped { key: key(&entry.key), value: entry.value.as_ref().map(value) }
}

fn list<T>(elements: &[T], element: impl Fn(&T) -> Value) -> Value {
    elements.iter().map(element).collect()
}

fn group_key(group: &&str) -> Value {
    json!({"groupId": group})
}

fn member_key(key: &MemberKey<'_>) -> Value {
    json!({"groupId": key.group, "memberId": key.member})
}

fn commit_key(key: &OffsetCommitKey<'_>) -> Value {
    json!({"group": key.group, "topic": key.topic, "partition": key.partition})
}

fn commit(value: &OffsetCommit<'_>) -> Value {
    json!({
        "offset": value.offset,
        "leaderEpoch": value.leader_epoch,
        "metadata": value.metadata,
        "commitTimestamp": value.commit_timestamp,
        "expireTimestamp": value.expire_timestamp,
        "topicId": value.topic_id.map(|id| id.to_string()),
    })
}

fn classic_member(member: &ClassicMember<'_>) -> Value {
    json!({
        "memberId": member.member_id,
        "groupInstanceId": member.group_instance_id,
        "clientId": member.client_id,
        "clientHost": member.client_host,
        "rebalanceTimeout": member.rebalance_timeout_ms,
        "sessionTimeout": member.session_timeout_ms,
        "subscription": member.subscription.as_ref().map(|v| json!({
            "topics": v.topics,
            "userData": openssl::base64::encode_block(v.user_data),
            "ownedPartitions": list(&v.owned_partitions, by_name),
            "generationId": v.generation_id,
            "rackId": v.rack_id,
        })),
        "assignment": member.assignment.as_ref().map(|v| json!({
            "assignedPartitions": list(&v.assigned_partitions, by_name),
            "userData": openssl::base64::encode_block(v.user_data),
        })),
    })
}

fn member(value: &ConsumerGroupMember<'_>) -> Value {
    assert_eq!(value.classic, None, "no test migrates a group");
    json!({
        "instanceId": value.instance_id,
        "rackId": value.rack_id,
        "clientId": value.client_id,
        "clientHost": value.client_host,
        "subscribedTopicNames": value.subscribed_topic_names,
        "subscribedTopicRegex": value.subscribed_topic_regex,
        "rebalanceTimeoutMs": value.rebalance_timeout_ms,
        "serverAssignor": value.server_assignor,
    })
}

fn target_epoch(value: &TargetAssignmentMetadata) -> Value {
    json!({
        "assignmentEpoch": value.assignment_epoch,
        "assignmentTimestamp": value.assignment_timestamp,
    })
}

fn by_name(topic: &TopicPartitions<'_>) -> Value {
    json!({"topic": topic.topic, "partitions": topic.partitions})
}

fn by_id(topic: &TopicIdPartitions) -> Value {
    json!({"topicId": topic.topic_id.to_string(), "partitions": topic.partitions})
}

fn owned(topic: &OwnedPartitions) -> Value {
    json!({
        "topicId": topic.topic_id.to_string(),
        "partitions": topic.partitions,
        "assignmentEpochs": topic.assignment_epochs,
    })
}

fn share_topic(topic: &ShareTopic<'_>) -> Value {
    json!({
        "topicId": topic.topic_id.to_string(),
        "topicName": topic.topic_name,
        "partitions": topic.partitions,
    })
}

fn state(state: MemberState) -> i32 {
    match state {
        MemberState::Stable => 0,
        MemberState::Unrevoked => 1,
        MemberState::Unreleased => 2,
        MemberState::Unknown => 127,
    }
}

/// Without what says nothing: null, -1 and the empty, for which the decoder has one "none" and
/// Kafka several.
pub fn plain(value: &Value) -> Value {
    let says_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Number(number) => number.as_i64() == Some(-1),
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) => false,
    };
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), plain(value)))
            .filter(|(_, value)| !says_nothing(value))
            .collect(),
        Value::Array(elements) => elements.iter().map(plain).collect(),
        other => other.clone(),
    }
}
