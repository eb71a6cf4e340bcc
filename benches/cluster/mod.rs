//! A made-up cluster for benches.

use std::sync::Arc;
use std::time::Duration;

use lagtop::model::observation::{
    CommitObserved, CommitsObserved, GroupDescription, GroupListObserved, GroupObserved,
    ListedGroup, LogOffset, MemberObserved, OffsetsObserved, TopicCommits, TopicOffsets,
};
use lagtop::model::{
    Body, BrokerId, Cost, GroupKind, GroupState, Observation, RoundReport, SourceId, Timestamp,
    TopicPartitions,
};

/// Rounds of observations over a cluster in which every partition moves every second.
pub(crate) struct Cluster {
    pub(crate) groups: Vec<String>,
    /// Of each group's topic.
    pub(crate) partitions: i32,
    /// Each group its own topic (all logs distinct), or ten topics shared by all.
    pub(crate) own_topics: bool,
    /// Of each group, who are described in each round; 0: no group is.
    pub(crate) members: usize,
    /// Each partition moves at a speed of its own, and not evenly; else all move as one.
    pub(crate) uneven: bool,
}

impl Cluster {
    pub(crate) fn new(groups: usize, own_topics: bool) -> Self {
        let groups = (0..groups).map(|n| format!("group-{n:05}")).collect();
        Self { groups, partitions: 10, own_topics, members: 0, uneven: false }
    }

    fn topic(&self, nth: usize) -> String {
        if self.own_topics { format!("topic-{nth:05}") } else { format!("topic-{}", nth % 10) }
    }

    /// What a round sees at `second`, the next being `step` seconds away.
    pub(crate) fn round(&self, number: u64, second: i64, step: u64) -> Vec<Observation> {
        let at = Timestamp::from_millis(second * 1_000);
        let later = at.plus(Duration::from_millis(20));
        let report = RoundReport {
            number,
            started: at,
            lists_complete: true,
            complete: true,
            next_in_ms: step * 1_000,
            cost: Cost::default(),
        };
        let see = |at, body| Observation { at, source: SourceId::Poll, body };
        let mut seen = vec![see(at, Body::GroupList(self.list()))];
        if self.members > 0 {
            seen.push(see(at, Body::Groups(self.described(at))));
        }
        seen.push(see(at, Body::Commits(self.commits(second))));
        seen.push(see(later, Body::Offsets(self.ends(second))));
        seen.push(see(later, Body::Round(report)));
        seen
    }

    fn list(&self) -> GroupListObserved {
        let listed = self.groups.iter().map(|id| ListedGroup {
            id: id.as_str().into(),
            state: Some(GroupState::Stable),
            kind: GroupKind::Classic,
            protocol_type: "consumer".into(),
        });
        GroupListObserved { coordinator: BrokerId(1), groups: Ok(listed.collect()) }
    }

    /// All of them at rest, the partitions dealt out one by one.
    fn described(&self, asked: Timestamp) -> Vec<GroupObserved> {
        let described = self.groups.iter().enumerate().map(|(nth, id)| GroupObserved {
            id: id.as_str().into(),
            coordinator: Some(BrokerId(1)),
            asked,
            written: None,
            description: Ok(GroupDescription {
                state: GroupState::Stable,
                kind: GroupKind::Classic,
                assignor: Some("range".into()),
                epoch: None,
                assignment_epoch: None,
                members: (0..self.members).map(|member| self.member((id, nth), member)).collect(),
            }),
        });
        described.collect()
    }

    fn member(&self, (id, group): (&str, usize), nth: usize) -> MemberObserved {
        let held = (0..self.partitions).skip(nth).step_by(self.members).collect();
        let held =
            vec![TopicPartitions { topic: self.topic(group).as_str().into(), partitions: held }];
        let client = format!("{id}-{nth}");
        MemberObserved {
            // As a broker makes it: the client's id and a UUID.
            id: format!("{client}-5f0c4b1e-8f0a-4d2e-9c43-{group:06}{nth:06}").as_str().into(),
            instance_id: None,
            client_id: client.into(),
            host: format!("10.0.{}.{}", group % 256, nth % 256).into(),
            rack: None,
            epoch: None,
            classic: false,
            assignment: Some(held),
            target: None,
        }
    }

    fn commits(&self, second: i64) -> Vec<CommitsObserved> {
        let none: Arc<str> = "".into();
        let commit = |nth: usize, partition: i32| CommitObserved {
            partition,
            offset: Ok(Some(
                second * 950 + i64::from(partition) * 17 + self.more(nth, partition, second),
            )),
            leader_epoch: None,
            metadata: Arc::clone(&none),
        };
        let commits = self.groups.iter().enumerate().map(|(nth, id)| CommitsObserved {
            id: id.as_str().into(),
            asked: Timestamp::from_millis(second * 1_000),
            topics: Ok(vec![TopicCommits {
                topic: self.topic(nth).as_str().into(),
                partitions: (0..self.partitions).map(|partition| commit(nth, partition)).collect(),
            }]),
            compared: false,
        });
        commits.collect()
    }

    fn ends(&self, second: i64) -> OffsetsObserved {
        let topics = if self.own_topics { self.groups.len() } else { 10 };
        let ends = (0..topics).map(|nth| TopicOffsets {
            topic: self.topic(nth).as_str().into(),
            partitions: (0..self.partitions)
                .map(|partition| {
                    (partition, Ok(second * 1_000 + self.more(nth, partition, second)))
                })
                .collect(),
        });
        OffsetsObserved { which: LogOffset::HighWatermark, topics: ends.collect() }
    }

    /// What a partition of a topic is further than all others are, where they move unevenly.
    fn more(&self, topic: usize, partition: i32, second: i64) -> i64 {
        if !self.uneven {
            return 0;
        }
        // Digits without a pattern, the same in each run.
        let mixed =
            |number: i64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64.cast_signed()) >> 40 & 0xff;
        let which = i64::try_from(topic).unwrap_or(0) * 64 + i64::from(partition);
        second * mixed(which) + mixed(second * 31 + which)
    }
}
