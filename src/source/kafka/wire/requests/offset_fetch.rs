//! `OffsetFetch`: what groups have committed.
//!
//! Versions 1 to 9. Since 8 (KIP-709, Kafka 3.0) one request asks for many groups; below it the
//! client sends one request a group, pipelined. Since 10 topics have ids instead of names: not
//! used. Since 2 "all topics" can be asked; topics that may not be described are silently missing
//! from such an answer.

use std::sync::Arc;

use kafka_protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use kafka_protocol::messages::{ApiKey, OffsetFetchRequest};

use super::{Answered, PerGroup, Question, TopicPartitions, group_id, topic_name};
use crate::source::kafka::wire::decode::{Malformed, Reader, known_i32};
use crate::source::kafka::wire::kafka_error::KafkaError;

/// Which commits of one group to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitsOf {
    /// The group.
    pub group: Arc<str>,
    /// `None`: every partition with a commit.
    pub topics: Option<Vec<TopicPartitions>>,
}

impl CommitsOf {
    /// Every commit of a group.
    pub fn all(group: impl Into<Arc<str>>) -> Self {
        Self { group: group.into(), topics: None }
    }
}

/// The commits of one group on one topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicCommits {
    /// The topic; the same `Arc` for all groups of one answer.
    pub topic: Arc<str>,
    /// Its partitions, in the broker's order.
    pub partitions: Vec<PartitionCommit>,
}

/// The commit of one partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionCommit {
    /// Partition number.
    pub partition: i32,
    /// `Ok(None)`: nothing was ever committed, or it has expired.
    pub commit: Result<Option<Commit>, KafkaError>,
}

/// What was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The next offset to read.
    pub offset: i64,
    /// Epoch of the leader from which the last record came, where the consumer told.
    pub leader_epoch: Option<i32>,
    /// The consumer's note; `None` for none or an empty one.
    pub metadata: Option<Arc<str>>,
}

/// All groups in one request; `Err` of a group is about the whole group.
pub(in crate::source::kafka::wire) struct AskCommits<'a> {
    pub(in crate::source::kafka::wire) groups: &'a [CommitsOf],
    pub(in crate::source::kafka::wire) require_stable: bool,
}

impl Question for AskCommits<'_> {
    type Message = OffsetFetchRequest;
    type Answer = PerGroup<Vec<TopicCommits>>;
    const OPERATION: &'static str = "fetch offsets from";
    const KEY: ApiKey = ApiKey::OffsetFetch;
    const VERSIONS: (i16, i16) = (8, 9);

    fn message(&self, _version: i16) -> Self::Message {
        OffsetFetchRequest::default().with_require_stable(self.require_stable).with_groups(
            self.groups
                .iter()
                .map(|asked| {
                    let topics = asked.topics.as_deref().map(|topics| {
                        topics
                            .iter()
                            .map(|topic| {
                                OffsetFetchRequestTopics::default()
                                    .with_name(topic_name(&topic.topic))
                                    .with_partition_indexes(topic.partitions.clone())
                            })
                            .collect()
                    });
                    OffsetFetchRequestGroup::default()
                        .with_group_id(group_id(&asked.group))
                        .with_topics(topics)
                })
                .collect(),
        )
    }

    fn read(r: &mut Reader<'_>, version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = r.i32()?;
        let groups = r.array(|r| {
            let group = r.string()?;
            let topics = r.array(|r| topic(r, version))?;
            let error = r.i16()?;
            r.tags()?;
            Ok((group, KafkaError::check(error).map(|()| topics)))
        })?;
        r.tags()?;
        Ok(Answered::new(throttle, groups))
    }
}

/// One group a request, for brokers before 3.0.
pub(in crate::source::kafka::wire) struct AskCommitsOfOne<'a> {
    pub(in crate::source::kafka::wire) group: &'a CommitsOf,
    pub(in crate::source::kafka::wire) require_stable: bool,
}

impl Question for AskCommitsOfOne<'_> {
    type Message = OffsetFetchRequest;
    type Answer = Result<Vec<TopicCommits>, KafkaError>;
    const OPERATION: &'static str = "fetch offsets from";
    const KEY: ApiKey = ApiKey::OffsetFetch;
    const VERSIONS: (i16, i16) = (2, 7);

    fn message(&self, version: i16) -> Self::Message {
        let topics = self.group.topics.as_deref().map(|topics| {
            topics
                .iter()
                .map(|topic| {
                    OffsetFetchRequestTopic::default()
                        .with_name(topic_name(&topic.topic))
                        .with_partition_indexes(topic.partitions.clone())
                })
                .collect()
        });
        OffsetFetchRequest::default()
            .with_group_id(group_id(&self.group.group))
            .with_topics(topics)
            .with_require_stable(version >= 7 && self.require_stable)
    }

    fn read(r: &mut Reader<'_>, version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = if version >= 3 { r.i32()? } else { 0 };
        let topics = r.array(|r| topic(r, version))?;
        let error = r.i16()?;
        r.tags()?;
        Ok(Answered::new(throttle, KafkaError::check(error).map(|()| topics)))
    }
}

fn topic(r: &mut Reader<'_>, version: i16) -> Result<TopicCommits, Malformed> {
    let topic = TopicCommits { topic: r.name()?, partitions: r.array(|r| partition(r, version))? };
    r.tags()?;
    Ok(topic)
}

fn partition(r: &mut Reader<'_>, version: i16) -> Result<PartitionCommit, Malformed> {
    let partition = r.i32()?;
    let offset = r.i64()?;
    let leader_epoch = if version >= 5 { known_i32(r.i32()?) } else { None };
    let metadata = r.opt_name()?.filter(|note| !note.is_empty());
    let error = r.i16()?;
    r.tags()?;
    let commit = KafkaError::check(error)
        .map(|()| (offset >= 0).then_some(Commit { offset, leader_epoch, metadata }));
    Ok(PartitionCommit { partition, commit })
}
