//! The reducer against constructed observations: each test is a short story of what sources saw.

use proptest::prelude::*;

use super::*;
use crate::model::observation::{
    CommitObserved, CommitRecorded, CommitsObserved, GroupDescription, GroupListObserved,
    GroupObserved, ListedGroup, LogOffset, MemberObserved, OffsetsObserved, PartitionMetadata,
    TopicCommits, TopicMetadata, TopicObserved, TopicOffsets,
};
use crate::model::{
    BrokerId, Cost, Fault, GroupKind, GroupState, GroupView, PartitionView, RoundReport,
    SourceHealth, SourceId, Took, TopicId, TopicPartitions,
};

/// A store and a hand on its clock, in milliseconds.
struct Story {
    store: Store,
    now: i64,
    rounds: u64,
}

impl Story {
    fn new() -> Self {
        Self { store: Store::new(Isolation::ReadUncommitted), now: 1_700_000_000_000, rounds: 0 }
    }

    fn pass(&mut self, ms: i64) -> &mut Self {
        self.now += ms;
        self
    }

    fn see(&mut self, body: Body) -> &mut Self {
        let at = Timestamp::from_millis(self.now);
        self.store.apply(Observation { at, source: SourceId::Poll, body });
        self
    }

    fn listed(&mut self, broker: i32, groups: &[(&str, GroupState)]) -> &mut Self {
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

    fn committed(&mut self, group: &str, offsets: &[(i32, Option<i64>)]) -> &mut Self {
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
        self.see(Body::Commits(vec![CommitsObserved { id: group.into(), asked, topics }]))
    }

    fn offsets(&mut self, which: LogOffset, offsets: &[(i32, i64)]) -> &mut Self {
        let partitions =
            offsets.iter().map(|&(partition, offset)| (partition, Ok(offset))).collect();
        let topics = vec![TopicOffsets { topic: "t".into(), partitions }];
        self.see(Body::Offsets(OffsetsObserved { which, topics }))
    }

    fn ends(&mut self, offsets: &[(i32, i64)]) -> &mut Self {
        self.offsets(LogOffset::HighWatermark, offsets)
    }

    fn described(
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

    fn topic_id(&mut self, id: u8) -> &mut Self {
        let partition = PartitionMetadata {
            partition: 0,
            leader: Some(BrokerId(1)),
            leader_epoch: Some(0),
            replicas: vec![BrokerId(1)],
            isr: vec![BrokerId(1)],
        };
        let metadata =
            Ok(TopicMetadata { id: Some(TopicId([id; 16])), partitions: vec![partition] });
        self.see(Body::Topics(vec![TopicObserved { topic: "t".into(), metadata }]))
    }

    fn round_over(&mut self, lists_complete: bool) -> &mut Self {
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

    fn group(&mut self, id: &str) -> Arc<GroupView> {
        let snapshot = self.store.publish();
        Arc::clone(&snapshot.group(&id.into()).expect("the group is known").view)
    }

    fn partition(&mut self, partition: usize) -> PartitionView {
        self.group("g").topics[0].partitions[partition].clone()
    }
}

fn member(name: &str, held: &[i32]) -> MemberObserved {
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

#[test]
fn an_end_read_before_the_commit_is_not_negative_lag() {
    let mut story = Story::new();
    story.ends(&[(0, 100)]).pass(5).committed("g", &[(0, Some(120))]);
    assert_eq!(story.partition(0).lag.records, Some(0));
    // The same end, confirmed after the commit: now it is real.
    story.pass(1_000).ends(&[(0, 100)]);
    assert_eq!(story.partition(0).lag.records, Some(-20));
    assert_eq!(story.group("g").totals.negative, 1);
    assert_eq!(story.group("g").totals.lag, Some(0), "a negative lag offsets nothing");
}

#[test]
fn what_did_not_change_is_the_same_arc() {
    let mut story = Story::new();
    let quiet = |story: &mut Story| {
        story.pass(1_000).committed("quiet", &[(0, Some(10))]);
        let busy = story.now;
        story.committed("busy", &[(1, Some(busy))]).ends(&[(0, 10)]).round_over(true);
    };
    for _ in 0..60 {
        quiet(&mut story);
        story.store.publish();
    }
    let before = story.store.publish();
    quiet(&mut story);
    let after = story.store.publish();
    let same = |id: &str| {
        Arc::ptr_eq(
            &before.group(&id.into()).expect("known").view,
            &after.group(&id.into()).expect("known").view,
        )
    };
    assert!(same("quiet"));
    assert!(!same("busy"));
    let seen = after.group(&"quiet".into()).expect("known").seen.commits;
    assert_eq!(
        seen,
        Some(Timestamp::from_millis(story.now)),
        "its confirmation moves all the same"
    );
}

#[test]
fn a_group_goes_only_when_every_coordinator_has_answered_without_it() {
    let mut story = Story::new();
    let known = |story: &mut Story| story.store.publish().group(&"g".into()).is_some();
    story.listed(1, &[("g", GroupState::Stable)]).committed("g", &[(0, Some(1))]).round_over(true);
    story.pass(1_000).listed(1, &[]).round_over(false);
    assert!(known(&mut story), "another broker may have it, but did not answer");
    story.pass(1_000).listed(2, &[("g", GroupState::Stable)]).round_over(true);
    assert!(known(&mut story));
    assert_eq!(story.group("g").coordinator, Some(BrokerId(2)), "it moved");
    story.pass(1_000).listed(1, &[]).listed(2, &[]).round_over(true);
    assert!(!known(&mut story));
    assert_eq!(story.store.publish().topics.len(), 0, "nobody needs its topic any more");
}

#[test]
fn a_refused_answer_keeps_what_was_known_and_says_why() {
    let mut story = Story::new();
    story.committed("g", &[(0, Some(40))]).pass(1).ends(&[(0, 100)]);
    let refused = Fault::new("GROUP_AUTHORIZATION_FAILED", "not authorized");
    let topics = Err(refused.clone());
    story.see(Body::Commits(vec![CommitsObserved {
        id: "g".into(),
        asked: Timestamp::default(),
        topics,
    }]));
    let group = story.group("g");
    assert_eq!(group.commits_fault, Some(refused));
    assert_eq!(group.totals.lag, Some(60));
    story.committed("g", &[(0, Some(50))]);
    assert_eq!(story.group("g").commits_fault, None);
    assert_eq!(story.group("g").totals.lag, Some(50));
}

#[test]
fn one_bad_partition_leaves_the_others_alone() {
    let mut story = Story::new();
    story.committed("g", &[(0, Some(40)), (1, Some(40))]).pass(1);
    let gone = Fault::new("LEADER_NOT_AVAILABLE", "no leader");
    let partitions = vec![(0, Ok(100)), (1, Err(gone.clone()))];
    let topics = vec![TopicOffsets { topic: "t".into(), partitions }];
    story.see(Body::Offsets(OffsetsObserved { which: LogOffset::HighWatermark, topics }));
    assert_eq!(story.partition(0).lag.records, Some(60));
    assert_eq!((story.partition(1).lag.records, story.partition(1).fault), (None, Some(gone)));
    assert_eq!((story.group("g").totals.lag, story.group("g").totals.unknown), (Some(60), 1));
}

#[test]
fn partitions_held_without_a_commit_have_a_row_and_no_lag() {
    let mut story = Story::new();
    story.described("g", GroupState::Stable, &[("a", &[0, 1]), ("idle", &[])]);
    story.committed("g", &[(0, Some(40)), (2, Some(7))]).pass(1).ends(&[(0, 100), (1, 9), (2, 7)]);
    story.offsets(LogOffset::Start, &[(1, 4)]);
    let group = story.group("g");
    let rows: Vec<_> = group
        .partitions()
        .map(|(_, row)| (row.partition, row.lag.records, group.owner(row).map(|m| &*m.client_id)))
        .collect();
    assert_eq!(rows, [(0, Some(60), Some("a")), (1, None, Some("a")), (2, Some(0), None)]);
    assert_eq!(group.topics[0].partitions[1].lag.backlog, Some(5));
    let members = group.members.as_deref().expect("described");
    assert_eq!(members[0].lag, Some(60));
    assert_eq!((members[1].held(), members[1].lag), (Some(0), None));
}

#[test]
fn an_expired_commit_takes_its_row_along() {
    let mut story = Story::new();
    story
        .committed("g", &[(0, Some(40)), (1, Some(7))])
        .pass(1_000)
        .committed("g", &[(1, Some(7))]);
    let rows: Vec<_> = story.group("g").partitions().map(|(_, row)| row.partition).collect();
    assert_eq!(rows, [1]);
}

#[test]
fn rates_and_eta_follow_commits_and_ends() {
    let mut story = Story::new();
    for second in 0..40 {
        story.committed("g", &[(0, Some(second * 30))]).pass(10).ends(&[(0, 1_000 + second * 20)]);
        story.pass(10).round_over(true).pass(980);
    }
    let group = story.group("g");
    let close = |rate: Option<Rate>, expected: f64| {
        let rate = rate.expect("known").0;
        assert!((rate - expected).abs() < 0.1, "{rate} is not {expected}");
    };
    close(group.totals.consumed, 30.0);
    close(group.totals.arriving, 20.0);
    close(group.topics[0].partitions[0].consumed, 30.0);
    assert_eq!(group.totals.lag, Some(1_000 + 39 * 20 - 39 * 30));
    close(story.store.publish().totals.growth, -10.0);
}

#[test]
fn a_rebalance_between_two_looks_is_seen_by_what_it_changed() {
    let mut story = Story::new();
    story.described("g", GroupState::Stable, &[("a", &[0]), ("b", &[1])]).pass(4_000);
    story.described("g", GroupState::Stable, &[("a", &[0]), ("b", &[1])]).pass(1_000);
    assert_eq!(story.group("g").rebalances.len(), 0);
    story.described("g", GroupState::Stable, &[("a", &[0, 1])]);
    let group = story.group("g");
    let [rebalance] = group.rebalances.as_slice() else { panic!("{:?}", group.rebalances) };
    assert_eq!(rebalance.took, Took::AtMost(Duration::from_secs(1)));
    assert_eq!(&*rebalance.left[0].client_id, "b");
    assert!(rebalance.joined.is_empty());
    let [moved] = rebalance.moved.as_slice() else { panic!("{:?}", rebalance.moved) };
    assert_eq!(moved.partition.partition, 1);
    let name =
        |member: &Option<crate::model::MemberRef>| member.as_ref().map(|m| m.client_id.to_string());
    assert_eq!((name(&moved.from), name(&moved.to)), (Some("b".into()), Some("a".into())));
}

#[test]
fn rebalances_are_counted_though_few_are_kept() {
    let mut story = Story::new();
    for n in 0..=250 {
        let holds: &[(&str, &[i32])] = if n % 2 == 0 { &[("a", &[0])] } else { &[("b", &[0])] };
        story.pass(1_000).described("g", GroupState::Stable, holds);
    }
    let group = story.group("g");
    assert_eq!((group.rebalances_seen, group.rebalances.len()), (250, 200));
}

#[test]
fn a_rebalance_seen_under_way_has_a_least_and_a_most() {
    let mut story = Story::new();
    story.listed(1, &[("g", GroupState::Stable)]).described(
        "g",
        GroupState::Stable,
        &[("a", &[0])],
    );
    story.pass(1_000).listed(1, &[("g", GroupState::PreparingRebalance)]);
    story.pass(1_000).described("g", GroupState::CompletingRebalance, &[("a", &[]), ("b", &[])]);
    story.pass(500).listed(1, &[("g", GroupState::Stable)]);
    assert!(story.group("g").rebalances.is_empty(), "what changed is not known yet");
    story.described("g", GroupState::Stable, &[("a", &[0]), ("b", &[])]);
    let group = story.group("g");
    let [rebalance] = group.rebalances.as_slice() else { panic!("{:?}", group.rebalances) };
    let (least, most) = (Duration::from_secs(1), Duration::from_millis(2_500));
    assert_eq!(rebalance.took, Took::Between(least, most));
    assert_eq!(rebalance.joined.len(), 1);
    let states: Vec<_> = group.band.changes().filter_map(|(_, state)| state).collect();
    let expected = [
        GroupState::Stable,
        GroupState::PreparingRebalance,
        GroupState::CompletingRebalance,
        GroupState::Stable,
    ];
    assert_eq!(states, expected);
}

#[test]
fn a_topic_created_again_starts_without_a_past() {
    let mut story = Story::new();
    story.topic_id(1).committed("g", &[(0, Some(90))]).pass(1).ends(&[(0, 100)]);
    assert_eq!(story.partition(0).lag.records, Some(10));
    story.pass(1_000).topic_id(2);
    assert_eq!(story.partition(0).lag.records, None, "no end of the new topic was seen yet");
    story.pass(10).ends(&[(0, 3)]);
    assert_eq!(story.partition(0).lag.records, Some(-87), "really negative, and shown");
}

#[test]
fn a_deleted_topic_keeps_its_commits_and_loses_its_end() {
    let mut story = Story::new();
    story.topic_id(1).committed("g", &[(0, Some(90))]).pass(1).ends(&[(0, 100)]);
    let gone = Fault::new("UNKNOWN_TOPIC_OR_PARTITION", "the topic does not exist");
    story.see(Body::Topics(vec![TopicObserved { topic: "t".into(), metadata: Err(gone.clone()) }]));
    let row = story.partition(0);
    assert_eq!(row.commit.map(|commit| commit.offset), Some(90));
    assert_eq!((row.lag.records, row.lag.end, row.fault), (None, None, Some(gone)));
}

#[test]
fn a_silence_is_a_gap_in_history() {
    let mut story = Story::new();
    let look = |story: &mut Story, offset| {
        story.listed(1, &[("g", GroupState::Stable)]).committed("g", &[(0, Some(offset))]);
        story.pass(10).ends(&[(0, 500)]).round_over(true);
    };
    look(&mut story, 100);
    let before = story.now;
    story.store.publish();
    story.pass(60_000);
    look(&mut story, 200);
    let at = |ms| Timestamp::from_millis(ms);
    let group = story.group("g");
    let row = &group.topics[0].partitions[0];
    assert_eq!(row.history.at(at(before)), Some(100));
    assert_eq!(row.history.at(at(before + 30_000)), None);
    assert_eq!(row.history.at(at(story.now)), Some(200));
    assert_eq!(group.lag_history.at(at(before + 30_000)), None);
    assert_eq!(group.band.at(at(before + 30_000)), None);
    let topics = story.store.publish().topics.clone();
    assert_eq!(topics[0].view.partitions[0].history.at(at(before + 30_000)), None);
}

#[test]
fn a_recorded_commit_tells_its_time_and_leaves_lag_to_the_answers() {
    let mut story = Story::new();
    story.pass(1_000).committed("g", &[(0, Some(40))]).pass(5).ends(&[(0, 100)]);
    let recorded = |story: &mut Story, offset| {
        let recorded = Timestamp::from_millis(story.now);
        let (group, topic, metadata) = ("g".into(), "t".into(), "".into());
        let commit = CommitRecorded {
            group,
            topic,
            partition: 0,
            offset,
            recorded,
            leader_epoch: None,
            metadata,
        };
        story.pass(1).see(Body::Recorded(vec![commit]));
        recorded
    };
    story.pass(300);
    let at = recorded(&mut story, 90);
    let row = story.partition(0);
    assert_eq!(row.lag.records, Some(60), "no end is as new as this commit");
    assert_eq!(row.commit.and_then(|commit| commit.recorded).map(|recorded| recorded.at), Some(at));
    assert_eq!(row.history.newest().and_then(|newest| newest.value), Some(90));

    // An answer to a question asked before it was recorded must not look like a rewind.
    story.committed("g", &[(0, Some(40))]);
    let row = story.partition(0);
    assert_eq!(row.history.newest().and_then(|newest| newest.value), Some(90));

    // Asked later, the answer is the truth: that transaction was aborted.
    story.pass(1_000).committed("g", &[(0, Some(40))]).pass(5).ends(&[(0, 100)]);
    let row = story.partition(0);
    assert_eq!(row.lag.records, Some(60));
    assert_eq!(row.history.newest().and_then(|newest| newest.value), Some(40));
    assert_eq!(row.commit.and_then(|commit| commit.recorded), None);
}

#[test]
fn an_answer_asked_for_before_a_recorded_generation_is_old_news() {
    let mut story = Story::new();
    story.described("g", GroupState::Stable, &[("a", &[0]), ("b", &[1])]).pass(1_000);
    let described = |story: &Story, asked: i64, epoch| {
        let description = Ok(GroupDescription {
            state: GroupState::Stable,
            kind: GroupKind::Classic,
            assignor: None,
            epoch,
            assignment_epoch: None,
            members: vec![member("a", &[0, 1])],
        });
        let asked = Timestamp::from_millis(story.now + asked);
        Body::Groups(vec![GroupObserved {
            id: "g".into(),
            coordinator: None,
            asked,
            written: None,
            description,
        }])
    };
    let generation = described(&story, 0, Some(7));
    story.see(generation);
    assert_eq!((story.group("g").epoch, story.group("g").rebalances.len()), (Some(7), 1));
    // On its way since before: two members, as it was then.
    story.described("g", GroupState::Stable, &[("a", &[0]), ("b", &[1])]);
    assert_eq!(story.group("g").rebalances.len(), 1);
    assert_eq!(story.group("g").members.as_deref().map(<[_]>::len), Some(1));
    // Answers do not tell the generation; that is no rebalance.
    let answer = described(&story, 10, None);
    story.pass(20).see(answer);
    assert_eq!((story.group("g").epoch, story.group("g").rebalances.len()), (Some(7), 1));
}

#[test]
fn a_rebalance_that_an_answer_showed_first_is_numbered_by_its_record() {
    let mut story = Story::new();
    let recorded = |story: &mut Story, epoch, members: &[(&str, &[i32])]| {
        let description = Ok(GroupDescription {
            state: GroupState::Stable,
            kind: GroupKind::Classic,
            assignor: None,
            epoch: Some(epoch),
            assignment_epoch: None,
            members: members.iter().map(|(name, held)| member(name, held)).collect(),
        });
        let asked = Timestamp::from_millis(story.now);
        let (id, coordinator) = ("g".into(), None);
        story.see(Body::Groups(vec![GroupObserved {
            id,
            coordinator,
            asked,
            written: None,
            description,
        }]));
    };
    recorded(&mut story, 2, &[("a", &[0]), ("b", &[1])]);
    story.pass(1_000).described("g", GroupState::Stable, &[("a", &[0, 1])]);
    assert_eq!(story.group("g").rebalances.len(), 1);
    story.pass(5);
    recorded(&mut story, 3, &[("a", &[0, 1])]);
    let group = story.group("g");
    let [rebalance] = group.rebalances.as_slice() else { panic!("{:?}", group.rebalances) };
    assert_eq!((rebalance.epoch, rebalance.left.len(), group.epoch), (Some(3), 1, Some(3)));
    // A generation that changes nothing, later, is a rebalance of its own.
    story.pass(60_000);
    recorded(&mut story, 4, &[("a", &[0, 1])]);
    assert_eq!(story.group("g").rebalances.len(), 2);
}

#[test]
fn own_cost_is_told_per_second() {
    let mut story = Story::new();
    for _ in 0..5 {
        story.pass(1_000).round_over(true);
    }
    let snapshot = story.store.publish();
    let source = snapshot.source(SourceId::Poll).expect("it reported");
    assert_eq!((source.requests_per_second, source.bytes_per_second), (Some(4.0), Some(1_000.0)));
    assert_eq!(source.health, SourceHealth::Working);
}

#[test]
fn a_source_without_rounds_tells_its_cost_all_the_same() {
    let mut story = Story::new();
    let mut cost = |requests| {
        let cost = Cost { requests, bytes_in: 100 * requests, ..Cost::default() };
        let at = Timestamp::from_millis(story.pass(2_000).now);
        let (source, body) = (SourceId::Stream, Body::Cost(cost));
        story.store.apply(Observation { at, source, body });
        let snapshot = story.store.publish();
        snapshot.source(SourceId::Stream).expect("it reported").requests_per_second
    };
    assert_eq!(cost(10), None);
    assert_eq!(cost(14), Some(2.0));
    // Begun anew.
    cost(1);
    assert_eq!(cost(7), Some(3.0));
}

prop_compose! {
    fn any_commits()(
        group in 0..3_i32, offsets in proptest::collection::vec((-1..4_i32, proptest::option::of(any::<i64>())), 0..4),
    ) -> (i32, Vec<(i32, Option<i64>)>) {
        let unique: BTreeMap<_, _> = offsets.into_iter().collect();
        (group, unique.into_iter().collect())
    }
}

proptest! {
    #[test]
    fn any_stream_of_observations_gives_consistent_sums(
        steps in proptest::collection::vec((0..6_u8, any_commits(), -2_000..8_000_i64), 1..60),
    ) {
        let mut story = Story::new();
        for (kind, (group, offsets), ms) in steps {
            let name = format!("g{group}");
            let known: Vec<_> = offsets.iter().filter_map(|&(p, o)| Some((p, o?))).collect();
            let held: Vec<_> = offsets.iter().map(|&(partition, _)| partition).collect();
            story.pass(ms);
            match kind {
                0 => story.committed(&name, &offsets),
                1 => story.ends(&known),
                2 => story.offsets(LogOffset::Start, &known),
                3 => story.described(&name, GroupState::ALL[held.len()], &[("a", &held)]),
                4 => story.listed(group, &[(&name, GroupState::Stable)]),
                _ => story.round_over(group == 0),
            };
            let snapshot = story.store.publish();
            prop_assert!(snapshot.groups.windows(2).all(|pair| pair[0].view.id < pair[1].view.id));
            for entry in snapshot.groups.iter() {
                let lags: Vec<_> =
                    entry.view.partitions().filter_map(|(_, row)| row.lag.records).collect();
                let sum = (!lags.is_empty())
                    .then(|| lags.iter().fold(0_i64, |sum, lag| sum.saturating_add((*lag).max(0))));
                prop_assert_eq!(entry.view.totals.lag, sum);
                prop_assert_eq!(entry.view.totals.partitions, entry.view.partitions().count());
            }
        }
    }
}
