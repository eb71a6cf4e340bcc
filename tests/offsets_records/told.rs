//! What the decoded records say happened, held against what was done.

use std::collections::{BTreeMap, BTreeSet};

use lagtop::source::kafka::stream::records::{Record, Uuid};

use super::scenario::{
    CLASSIC, COOPERATIVE, EACH, GONE, NEXT, NOTE, REGEX, SHARE, SIMPLE, Story, TOPIC,
};
use super::topic::{Raw, live};

/// While members were at work.
pub fn check_busy(story: &Story, consumer_protocol: bool) {
    let live = live(&story.busy);
    let records: Vec<_> = live.iter().map(|raw| raw.record()).collect();
    check_commits(&records, consumer_protocol);
    check_classic(&records);
    if consumer_protocol {
        check_consumer(&records);
        check_regex(&records);
    }
}

/// When all groups were deleted.
pub fn check_over(story: &Story, share_groups: bool) {
    assert_eq!(live(&story.over), Vec::<&Raw>::new());
    let commits = story.over.iter().filter_map(|raw| match raw.record() {
        Record::OffsetCommit(entry) if entry.key.group == GONE => Some(entry),
        _ => None,
    });
    let told: Vec<_> =
        commits.map(|entry| (entry.key.partition, entry.value.map(|value| value.offset))).collect();
    let (committed, deleted) = told.split_at(2);
    let set = |told: &[_]| told.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(set(committed), [(0, Some(Some(5))), (1, Some(Some(6)))].into());
    assert_eq!((set(deleted), deleted.len()), ([(0, None), (1, None)].into(), 2));
    let sharing = story.over.iter().filter_map(|raw| match raw.record() {
        Record::ShareGroupMemberMetadata(entry) if entry.key.group == SHARE => entry.value,
        _ => None,
    });
    let topics: Vec<_> = sharing.map(|member| member.subscribed_topic_names).collect();
    assert!(topics.iter().all(|names| names == &[TOPIC]));
    assert_eq!(!topics.is_empty(), share_groups);
}

fn check_commits(records: &[Record<'_>], consumer_protocol: bool) {
    let mut told = BTreeMap::new();
    for record in records {
        if let Record::OffsetCommit(entry) = record {
            let value = entry.value.unwrap();
            assert_eq!(entry.key.topic, TOPIC);
            assert_eq!(value.topic_id, consumer_protocol.then(|| topic_id(records)));
            let metadata = value.metadata.to_owned();
            told.insert((entry.key.group, entry.key.partition), (value.offset, metadata));
        }
    }
    let mut groups = vec![CLASSIC, COOPERATIVE];
    if consumer_protocol {
        groups.extend([NEXT, REGEX]);
    }
    let all = groups.iter().flat_map(|group| (0..3).map(|partition| (*group, partition)));
    let end = (Some(i64::from(EACH)), String::new());
    let mut done: BTreeMap<_, _> = all.map(|place| (place, end.clone())).collect();
    done.insert((SIMPLE, 1), (Some(12), NOTE.to_owned()));
    assert_eq!(told, done);
}

fn check_classic(records: &[Record<'_>]) {
    let mut groups = BTreeMap::new();
    for record in records {
        if let Record::GroupMetadata(entry) = record {
            groups.insert(entry.key, entry.value.as_ref().unwrap());
        }
    }
    assert_eq!(groups.keys().copied().collect::<Vec<_>>(), [CLASSIC, COOPERATIVE]);
    assert_eq!(groups[COOPERATIVE].protocol, Some("cooperative-sticky"));
    let group = groups[CLASSIC];
    assert_eq!((group.protocol_type, group.protocol), ("consumer", Some("range")));
    assert!(group.members.iter().any(|member| Some(member.member_id) == group.leader));
    let mut names = BTreeSet::new();
    let mut partitions: Vec<i32> = Vec::new();
    for member in &group.members {
        names.insert((member.client_id, member.group_instance_id));
        assert_eq!(member.client_host, "/127.0.0.1");
        assert_eq!(member.subscription.as_ref().unwrap().topics, [TOPIC]);
        for topic in &member.assignment.as_ref().unwrap().assigned_partitions {
            assert_eq!(topic.topic, TOPIC);
            partitions.extend(&topic.partitions);
        }
    }
    partitions.sort_unstable();
    assert_eq!(partitions, [0, 1, 2]);
    assert_eq!(names, [("classic-1", None), ("classic-2", Some("instance-c"))].into());
}

fn check_consumer(records: &[Record<'_>]) {
    let (mut names, mut held, mut target) = (BTreeSet::new(), Vec::new(), Vec::new());
    let mut epochs = BTreeSet::new();
    for record in records.iter().filter(|record| record.group() == Some(NEXT)) {
        match record {
            Record::ConsumerGroupMetadata(entry) => {
                epochs.insert(entry.value.unwrap().epoch);
            }
            Record::ConsumerGroupTargetAssignmentMetadata(entry) => {
                let value = entry.value.unwrap();
                epochs.insert(value.assignment_epoch);
                assert!(value.assignment_timestamp.is_some(), "4.3 writes it");
            }
            Record::ConsumerGroupMemberMetadata(entry) => {
                let value = entry.value.as_ref().unwrap();
                names.insert((value.client_id, value.instance_id));
                assert_eq!(value.subscribed_topic_names, [TOPIC]);
            }
            Record::ConsumerGroupTargetAssignmentMember(entry) => {
                for topic in &entry.value.as_ref().unwrap().topic_partitions {
                    target.extend(topic.partitions.iter().map(|n| (topic.topic_id, *n)));
                }
            }
            Record::ConsumerGroupCurrentMemberAssignment(entry) => {
                let value = entry.value.as_ref().unwrap();
                epochs.insert(value.member_epoch);
                for topic in &value.assigned_partitions {
                    held.extend(topic.partitions.iter().map(|n| (topic.topic_id, *n)));
                }
            }
            _ => {}
        }
    }
    held.sort_unstable();
    target.sort_unstable();
    assert_eq!(names, [("next-1", None), ("next-2", Some("instance-n"))].into());
    assert_eq!(held, [0, 1, 2].map(|partition| (topic_id(records), partition)));
    assert_eq!(held, target);
    assert_eq!(epochs.len(), 1, "at rest there is one epoch: {epochs:?}");
}

fn check_regex(records: &[Record<'_>]) {
    let resolved = records.iter().find_map(|record| match record {
        Record::ConsumerGroupRegularExpression(entry) => Some(entry),
        _ => None,
    });
    let entry = resolved.unwrap();
    assert_eq!(entry.key.group, REGEX);
    assert!(entry.key.regular_expression.contains("^rec-.*"));
    assert_eq!(entry.value.as_ref().unwrap().topics, [TOPIC]);
}

/// Of the one topic, as the commits name it.
fn topic_id(records: &[Record<'_>]) -> Uuid {
    let ids = records.iter().filter_map(|record| match record {
        Record::OffsetCommit(entry) => entry.value.and_then(|value| value.topic_id),
        _ => None,
    });
    let ids: BTreeSet<_> = ids.collect();
    assert_eq!(ids.len(), 1);
    *ids.first().unwrap()
}
