//! A hand on a store: what a source could have seen, in the words of the tests.

use std::sync::Arc;

use crate::model::observation::{
    CommitObserved, CommitRecorded, CommitsObserved, GroupDescription, GroupListObserved,
    GroupObserved, ListedGroup, LogOffset, MemberObserved, OffsetsObserved, PartitionMetadata,
    TopicCommits, TopicMetadata, TopicObserved, TopicOffsets,
};
use crate::model::{
    Body, BrokerId, Cost, GroupKind, GroupState, GroupView, Isolation, Observation, PartitionView,
    RoundReport, SourceId, Timestamp, TopicId, TopicPartitions,
};
use crate::store::Store;

/// A store and a hand on its clock, in milliseconds.
pub(super) struct Story {
    pub(super) store: Store,
    pub(super) now: i64,
    pub(super) rounds: u64,
}

impl Story {
    pub(super) fn new() -> Self {
        Self { store: Store::new(Isolation::ReadUncommitted), now: 1_700_000_000_000, rounds: 0 }
    }

    pub(super) fn pass(&mut self, ms: i64) -> &mut Self {
        self.now += ms;
        self
    }

    pub(super) fn see(&mut self, body: Body) -> &mut Self {
        let at = Timestamp::from_millis(self.now);
        self.store.apply(Observation { at, source: SourceId::Poll, body });
        self
    }

    pub(super) fn listed(&mut self, broker: i32, groups: &[(&str, GroupState)]) -> &mut Self {
        let groups = groups
            .iter()
            .map(|&(id, state)| ListedGroup {
                id: id.into(),
                state: Some(state),
                kind: GroupKind::Classic,
                protocol_type: "consumer".into(),
            })
            .collect();
        let coordinator = BrokerId(broker);
        self.see(Body::GroupList(GroupListObserved { coordinator, groups: Ok(groups) }))
    }

    pub(super) fn committed(&mut self, group: &str, offsets: &[(i32, Option<i64>)]) -> &mut Self {
        self.answered(group, offsets, false)
    }

    /// An answer about commits; `compared`: records told them already.
    pub(super) fn answered(
        &mut self,
        group: &str,
        offsets: &[(i32, Option<i64>)],
        compared: bool,
    ) -> &mut Self {
        let partitions = offsets
            .iter()
            .map(|&(partition, offset)| CommitObserved {
                partition,
                offset: Ok(offset),
                leader_epoch: None,
                metadata: "".into(),
            })
            .collect();
        let topics = Ok(vec![TopicCommits { topic: "t".into(), partitions }]);
        let asked = Timestamp::from_millis(self.now - 2);
        self.see(Body::Commits(vec![CommitsObserved { id: group.into(), asked, topics, compared }]))
    }

    /// The coordinator recorded a commit a moment ago, or `None`, its end.
    pub(super) fn recorded(
        &mut self,
        group: &str,
        partition: i32,
        offset: Option<i64>,
    ) -> &mut Self {
        let commit = CommitRecorded {
            group: group.into(),
            topic: "t".into(),
            partition,
            offset,
            recorded: Timestamp::from_millis(self.now - 1),
            leader_epoch: Some(3),
            metadata: "".into(),
        };
        self.see(Body::Recorded(vec![commit]))
    }

    pub(super) fn offsets(&mut self, which: LogOffset, offsets: &[(i32, i64)]) -> &mut Self {
        let partitions =
            offsets.iter().map(|&(partition, offset)| (partition, Ok(offset))).collect();
        let topics = vec![TopicOffsets { topic: "t".into(), partitions }];
        self.see(Body::Offsets(OffsetsObserved { which, topics }))
    }

    pub(super) fn ends(&mut self, offsets: &[(i32, i64)]) -> &mut Self {
        self.offsets(LogOffset::HighWatermark, offsets)
    }

    pub(super) fn described(
        &mut self,
        group: &str,
        state: GroupState,
        members: &[(&str, &[i32])],
    ) -> &mut Self {
        let members = members.iter().map(|(name, held)| member(name, held)).collect();
        let description = Ok(GroupDescription {
            state,
            kind: GroupKind::Classic,
            assignor: Some("range".into()),
            epoch: None,
            assignment_epoch: None,
            members,
        });
        let (id, coordinator) = (group.into(), Some(BrokerId(1)));
        let asked = Timestamp::from_millis(self.now - 2);
        self.see(Body::Groups(vec![GroupObserved {
            id,
            coordinator,
            asked,
            written: None,
            description,
        }]))
    }

    pub(super) fn topic_id(&mut self, id: u8) -> &mut Self {
        self.metadata(id, &[1])
    }

    /// Another broker holds a replica of `t`, and is behind.
    pub(super) fn short_of_replicas(&mut self) -> &mut Self {
        self.metadata(1, &[1, 2])
    }

    fn metadata(&mut self, id: u8, replicas: &[i32]) -> &mut Self {
        let partition = PartitionMetadata {
            partition: 0,
            leader: Some(BrokerId(1)),
            leader_epoch: Some(0),
            replicas: replicas.iter().copied().map(BrokerId).collect(),
            isr: vec![BrokerId(1)],
        };
        let metadata =
            Ok(TopicMetadata { id: Some(TopicId([id; 16])), partitions: vec![partition] });
        self.see(Body::Topics(vec![TopicObserved { topic: "t".into(), metadata }]))
    }

    pub(super) fn round_over(&mut self, lists_complete: bool) -> &mut Self {
        self.rounds += 1;
        let report = RoundReport {
            number: self.rounds,
            started: Timestamp::from_millis(self.now - 500),
            lists_complete,
            complete: true,
            next_in_ms: 1_000,
            cost: Cost {
                requests: 4 * self.rounds,
                bytes_in: 1_000 * self.rounds,
                ..Cost::default()
            },
        };
        self.see(Body::Round(report))
    }

    pub(super) fn group(&mut self, id: &str) -> Arc<GroupView> {
        let snapshot = self.store.publish();
        Arc::clone(&snapshot.group(&id.into()).expect("the group is known").view)
    }

    pub(super) fn partition(&mut self, partition: usize) -> PartitionView {
        self.group("g").topics[0].partitions[partition].clone()
    }
}

/// A member of `t`, named and holding so.
pub(super) fn member(name: &str, held: &[i32]) -> MemberObserved {
    let assignment = if held.is_empty() {
        Vec::new()
    } else {
        vec![TopicPartitions { topic: "t".into(), partitions: held.to_vec() }]
    };
    MemberObserved {
        id: format!("{name}-1234").as_str().into(),
        instance_id: None,
        client_id: name.into(),
        host: "10.0.0.1".into(),
        rack: None,
        epoch: None,
        classic: false,
        assignment: Some(assignment),
        target: None,
    }
}
