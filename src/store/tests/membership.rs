//! Groups followed by their records: each test is a short story of what coordinators wrote and answered.

use std::time::Duration;

use crate::model::membership::{
    Change, HeldRecorded, IdPartitions, MemberRecorded, MembershipRecorded, Progress,
};
use crate::model::observation::{GroupDescription, GroupObserved, MemberObserved, Written};
use crate::model::{
    Body, BrokerId, Dropped, GroupKind, GroupState, GroupView, Isolation, MemberRef, Observation,
    Rebalance, SourceHealth, SourceId, Timestamp, Took, TopicId, TopicPartitions,
};
use crate::store::Store;

const TOPIC: TopicId = TopicId([7; 16]);

/// Ours is 40 ms ahead of the coordinator's clock.
const AHEAD: i64 = 40;

struct Story {
    store: Store,
    now: i64,
    written: Vec<MembershipRecorded>,
}

impl Story {
    /// Listening; `t` is known by its id.
    fn new() -> Self {
        let store = Store::new(Isolation::ReadUncommitted);
        let mut begun = Self { store, now: 1_700_000_000_000, written: Vec::new() };
        begun.see(SourceId::Stream, Body::Health(SourceHealth::Working));
        begun.see(SourceId::Stream, Body::TopicNames(vec![(TOPIC, Some("t".into()))]));
        begun
    }

    fn see(&mut self, source: SourceId, body: Body) {
        let at = Timestamp::from_millis(self.now);
        self.store.apply(Observation { at, source, body });
    }

    fn pass(&mut self, ms: i64) -> &mut Self {
        self.now += ms;
        self
    }

    /// The coordinator writes.
    fn write(&mut self, change: Change) -> &mut Self {
        let recorded = Timestamp::from_millis(self.now - AHEAD);
        let (group, kind) = ("g".into(), GroupKind::Consumer);
        self.written.push(MembershipRecorded { group, kind, recorded, change });
        self
    }

    /// What was written is read.
    fn read(&mut self) -> &mut Self {
        let written = std::mem::take(&mut self.written);
        self.see(SourceId::Stream, Body::Membership(written));
        self
    }

    fn joins(&mut self, name: &str, instance: Option<&str>) -> &mut Self {
        let about = MemberRecorded {
            instance_id: instance.map(Into::into),
            client_id: name.into(),
            host: "10.0.0.1".into(),
            rack: None,
            classic: false,
            rebalance_timeout: Some(Duration::from_secs(5)),
        };
        self.write(Change::Member(name.into(), Some(about)))
    }

    fn target(&mut self, name: &str, partitions: &[i32]) -> &mut Self {
        self.write(Change::Target(name.into(), Some(by_id(partitions))))
    }

    fn holds(&mut self, name: &str, epoch: i32, progress: Progress, held: &[i32]) -> &mut Self {
        let held = HeldRecorded { epoch, progress, held: by_id(held), before: None };
        self.write(Change::Held(name.into(), Some(held)))
    }

    fn goes(&mut self, name: &str) -> &mut Self {
        self.write(Change::Held(name.into(), None))
            .write(Change::Target(name.into(), None))
            .write(Change::Member(name.into(), None))
    }

    /// The coordinator answers, at rest at `epoch`.
    fn answers(&mut self, epoch: i32, members: &[(&str, Option<&str>, &[i32])]) -> &mut Self {
        let state = if members.is_empty() { GroupState::Empty } else { GroupState::Stable };
        let members = members.iter().map(|&(name, instance, held)| MemberObserved {
            id: name.into(),
            instance_id: instance.map(Into::into),
            client_id: name.into(),
            host: "10.0.0.1".into(),
            rack: None,
            epoch: Some(epoch),
            classic: false,
            assignment: Some(by_name(held)),
            target: Some(by_name(held)),
        });
        let description = Ok(GroupDescription {
            state,
            kind: GroupKind::Consumer,
            assignor: Some("uniform".into()),
            epoch: Some(epoch),
            assignment_epoch: Some(epoch),
            members: members.collect(),
        });
        let answer = GroupObserved {
            id: "g".into(),
            coordinator: Some(BrokerId(1)),
            asked: Timestamp::from_millis(self.now - 2),
            written: None,
            description,
        };
        self.see(SourceId::Poll, Body::Groups(vec![answer]));
        self
    }

    /// A classic group's member holds these, as an answer or, with a generation, a record says.
    fn classic(&mut self, generation: Option<i32>, held: &[i32]) -> &mut Self {
        let member = MemberObserved {
            id: "a".into(),
            instance_id: None,
            client_id: "a".into(),
            host: "10.0.0.1".into(),
            rack: None,
            epoch: None,
            classic: false,
            assignment: Some(by_name(held)),
            target: None,
        };
        let description = Ok(GroupDescription {
            state: GroupState::Stable,
            kind: GroupKind::Classic,
            assignor: Some("range".into()),
            epoch: generation,
            assignment_epoch: None,
            members: vec![member],
        });
        let at = Timestamp::from_millis(self.now);
        let joined = Some(Timestamp::from_millis(self.now - 250));
        let observed = GroupObserved {
            id: "g".into(),
            coordinator: generation.is_none().then_some(BrokerId(1)),
            asked: Timestamp::from_millis(self.now - 2),
            written: generation.map(|_| Written { at, joined }),
            description,
        };
        self.see(SourceId::Poll, Body::Groups(vec![observed]));
        self
    }

    fn group(&mut self) -> std::sync::Arc<GroupView> {
        let snapshot = self.store.publish();
        snapshot.group(&"g".into()).expect("the group is known").view.clone()
    }

    fn differences(&mut self) -> u64 {
        self.store.publish().differences.count
    }

    fn only_rebalance(&mut self) -> Rebalance {
        let group = self.group();
        let [rebalance] = group.rebalances.as_slice() else { panic!("{:?}", group.rebalances) };
        rebalance.clone()
    }
}

fn by_id(partitions: &[i32]) -> Vec<IdPartitions> {
    vec![IdPartitions { topic: TOPIC, partitions: partitions.to_vec() }]
}

fn by_name(partitions: &[i32]) -> Vec<TopicPartitions> {
    let of = TopicPartitions { topic: "t".into(), partitions: partitions.to_vec() };
    vec![of].into_iter().filter(|of| !of.partitions.is_empty()).collect()
}

fn names(members: &[MemberRef]) -> Vec<&str> {
    members.iter().map(|member| &*member.client_id).collect()
}

/// `b` joins `a`, which gives a partition back: 1.2 s in all.
fn second_joins(story: &mut Story) {
    story.joins("b", None).write(Change::Epoch(Some(2))).read().pass(700);
    story.target("a", &[0]).target("b", &[1]).write(Change::TargetEpoch(Some(2)));
    story.holds("a", 1, Progress::Revoking, &[0]).read().pass(200);
    story.holds("a", 2, Progress::Settled, &[0]).read().pass(300);
    story.holds("b", 2, Progress::Settled, &[1]).read();
}

#[test]
fn a_rebalance_between_two_answers_is_told_exactly() {
    let mut story = Story::new();
    story.pass(1_000).answers(1, &[("a", None, &[0, 1])]).pass(10_000);
    let begun = story.now - AHEAD;
    second_joins(&mut story);

    let rebalance = story.only_rebalance();
    assert_eq!(rebalance.took, Took::Exactly(Duration::from_millis(1_200)));
    assert_eq!(rebalance.at, Timestamp::from_millis(begun + 1_200), "the coordinator's clock");
    assert_eq!((rebalance.epoch, rebalance.ended_in), (Some(2), GroupState::Stable));
    assert_eq!((names(&rebalance.joined), names(&rebalance.left)), (vec!["b"], vec![]));
    let [moved] = rebalance.moved.as_slice() else { panic!("{:?}", rebalance.moved) };
    let who = |member: &Option<MemberRef>| member.as_ref().map(|one| one.client_id.to_string());
    assert_eq!((who(&moved.from), who(&moved.to)), (Some("a".into()), Some("b".into())));

    let group = story.group();
    let states: Vec<_> = group.band.changes().filter_map(|(_, state)| state).collect();
    let expected =
        [GroupState::Stable, GroupState::Assigning, GroupState::Reconciling, GroupState::Stable];
    assert_eq!(states, expected);
    let owners: Vec<_> =
        group.partitions().map(|(_, row)| group.owner(row).map(|one| &*one.client_id)).collect();
    assert_eq!(owners, [Some("a"), Some("b")]);

    // The next answer says what is known already.
    story.pass(1_000).answers(2, &[("a", None, &[0]), ("b", None, &[1])]);
    assert_eq!((story.group().rebalances_seen, story.differences()), (1, 0));
    assert_eq!(story.group().assignor.as_deref(), Some("uniform"));
}

/// `b` goes again, and `a` has all.
fn second_goes(story: &mut Story) {
    story.goes("b").write(Change::Epoch(Some(3))).pass(700);
    story.target("a", &[0, 1]).write(Change::TargetEpoch(Some(3)));
    story.holds("a", 3, Progress::Settled, &[0, 1]);
}

#[test]
fn wherever_two_batches_part_its_records_a_rebalance_is_one() {
    let begun = || {
        let mut story = Story::new();
        story.pass(1_000).answers(2, &[("a", None, &[0]), ("b", None, &[1])]).pass(10_000);
        story
    };
    let mut whole = begun();
    second_goes(&mut whole);
    let records = whole.written.clone();
    let expected = whole.read().only_rebalance();
    for cut in 1..records.len() {
        let mut story = begun();
        for part in [&records[..cut], &records[cut..]] {
            story.see(SourceId::Stream, Body::Membership(part.to_vec()));
            story.store.publish();
        }
        assert_eq!(story.only_rebalance(), expected, "cut before record {cut}");
    }
}

#[test]
fn those_that_are_waited_for_are_named_while_it_lasts() {
    let mut story = Story::new();
    story.pass(1_000).answers(1, &[("a", None, &[0, 1])]).pass(10_000);
    story.joins("b", None).write(Change::Epoch(Some(2))).target("a", &[0]).target("b", &[1]);
    story.write(Change::TargetEpoch(Some(2))).holds("a", 1, Progress::Revoking, &[0, 1]).read();
    let group = story.group();
    assert_eq!(group.state, GroupState::Reconciling);
    let members = group.members.as_deref().expect("described");
    let waited: Vec<_> = members.iter().filter(|one| one.is_reconciling()).collect();
    assert_eq!(waited.len(), 2, "{waited:?}");
}

#[test]
fn the_last_member_leaves_and_comes_back() {
    let mut story = Story::new();
    story.pass(1_000).answers(1, &[("a", None, &[0])]).pass(5_000);
    story.goes("a").write(Change::Epoch(Some(2))).read();
    let rebalance = story.only_rebalance();
    assert_eq!((rebalance.ended_in, names(&rebalance.left)), (GroupState::Empty, vec!["a"]));
    assert_eq!((rebalance.took, rebalance.left[0].dropped), (Took::Exactly(Duration::ZERO), None));
    assert_eq!(rebalance.moved.len(), 1);

    story.pass(5_000).joins("c", None).write(Change::Epoch(Some(3))).read().pass(30);
    story.target("c", &[0]).write(Change::TargetEpoch(Some(3)));
    story.holds("c", 3, Progress::Settled, &[0]).read();
    let group = story.group();
    let last = group.rebalances.last().expect("a second");
    assert_eq!(
        (names(&last.joined), last.took),
        (vec!["c"], Took::Exactly(Duration::from_millis(30)))
    );
}

#[test]
fn a_static_member_that_restarts_is_no_rebalance_and_one_that_stays_away_is_dropped() {
    let mut story = Story::new();
    let members: &[(&str, Option<&str>, &[i32])] = &[("a", Some("one"), &[0]), ("b", None, &[1])];
    story.pass(1_000).answers(4, members).pass(5_000);
    story.holds("a", HeldRecorded::AWAY, Progress::Settled, &[0]).read().pass(500);
    assert_eq!(story.group().state, GroupState::Reconciling);
    story.goes("a").joins("a-again", Some("one")).target("a-again", &[0]);
    story.holds("a-again", 0, Progress::Settled, &[]).holds("a-again", 4, Progress::Settled, &[0]);
    story.read();
    assert_eq!((story.group().state, story.group().rebalances_seen), (GroupState::Stable, 0));

    story.pass(5_000).holds("a-again", HeldRecorded::AWAY, Progress::Settled, &[0]).read();
    story.pass(6_000).goes("a-again").write(Change::Epoch(Some(5))).read().pass(10);
    story.target("b", &[0, 1]).write(Change::TargetEpoch(Some(5)));
    story.holds("b", 5, Progress::Settled, &[0, 1]).read();
    let rebalance = story.only_rebalance();
    assert_eq!(rebalance.took, Took::Exactly(Duration::from_millis(10)));
    assert_eq!(rebalance.left[0].dropped, Some(Dropped::NotBack));
}

#[test]
fn a_member_that_gives_nothing_back_in_time_is_told_from_one_that_leaves() {
    for (after, expected) in [(5_000, Some(Dropped::TooSlow)), (4_000, None)] {
        let mut story = Story::new();
        story.pass(1_000).answers(1, &[("b", None, &[1])]).pass(1_000);
        story.joins("a", None).write(Change::Epoch(Some(2))).target("a", &[0, 2]);
        story.write(Change::TargetEpoch(Some(2))).holds("b", 2, Progress::Settled, &[1]);
        story.holds("a", 2, Progress::Revoking, &[0]).read();
        story.pass(after).goes("a").write(Change::Epoch(Some(3)));
        story.write(Change::TargetEpoch(Some(3))).holds("b", 3, Progress::Settled, &[1]).read();
        let rebalance = story.only_rebalance();
        assert_eq!((names(&rebalance.joined), names(&rebalance.left)), (vec!["a"], vec!["a"]));
        assert_eq!(rebalance.left[0].dropped, expected);
    }
}

#[test]
fn a_difference_that_stays_is_counted_and_the_answer_taken() {
    let mut story = Story::new();
    story.pass(1_000).answers(1, &[("a", None, &[0, 1])]).pass(10_000);
    // An answer that is ahead of the tail.
    story.answers(2, &[("a", None, &[0]), ("b", None, &[1])]);
    second_joins(&mut story);
    story.pass(1_000).answers(2, &[("a", None, &[0]), ("b", None, &[1])]);
    assert_eq!((story.differences(), story.group().rebalances_seen), (0, 1));

    // Nothing was recorded, and yet answers go on telling it.
    let other: &[(&str, Option<&str>, &[i32])] = &[("a", None, &[0, 1])];
    story.pass(1_000).answers(3, other);
    assert_eq!((story.differences(), story.group().epoch), (0, Some(2)));
    story.pass(1_000).answers(3, other);
    story.pass(1_000).answers(3, other);
    assert_eq!((story.differences(), story.group().epoch), (1, Some(3)));
    let group = story.group();
    let last = group.rebalances.last().expect("what lies between was seen");
    assert_eq!(names(&last.left), ["b"]);
    assert!(matches!(last.took, Took::AtMost(_)), "{last:?}");
    story.pass(1_000).answers(3, other);
    assert_eq!(story.differences(), 1, "agreed upon again");
}

#[test]
fn nothing_is_derived_from_what_was_not_seen() {
    let unnamed = IdPartitions { topic: TopicId([9; 16]), partitions: vec![0] };
    let unnamed = Change::Target("a".into(), Some(vec![unnamed]));
    for hole in [unnamed, Change::Unreadable, Change::Epoch(None)] {
        let mut story = Story::new();
        story.pass(1_000).answers(1, &[("a", None, &[0, 1])]).pass(10_000);
        story.write(hole).read();
        second_joins(&mut story);
        assert_eq!(story.group().rebalances_seen, 0);
        story.pass(1_000).answers(2, &[("a", None, &[0]), ("b", None, &[1])]);
        let rebalance = story.only_rebalance();
        assert!(matches!(rebalance.took, Took::AtMost(_)), "{rebalance:?}");
        assert_eq!((names(&rebalance.joined), story.differences()), (vec!["b"], 0));
    }
}

#[test]
fn without_listening_answers_tell_as_before() {
    let mut story = Story::new();
    story.pass(1_000).answers(1, &[("a", None, &[0, 1])]).pass(10_000);
    let fault = crate::model::Fault::new("TAIL_FAILED", "the tail ended");
    let since = Timestamp::from_millis(story.now);
    story.see(SourceId::Stream, Body::Health(SourceHealth::Failing { since, fault }));
    story.pass(1_000).answers(2, &[("a", None, &[0]), ("b", None, &[1])]);
    assert_eq!((story.group().rebalances_seen, story.differences()), (1, 0));
}

#[test]
fn a_classic_rebalance_that_no_record_tells_of_is_a_difference() {
    let mut story = Story::new();
    story.pass(1_000).classic(Some(1), &[0]).pass(1_000).classic(None, &[0]);
    // An answer shows it, the record numbers it.
    story.pass(1_000).classic(None, &[0, 1]).pass(5).classic(Some(2), &[0, 1]);
    story.pass(20_000).classic(None, &[0, 1]);
    assert_eq!((story.differences(), story.only_rebalance().epoch), (0, Some(2)));
    story.pass(1_000).classic(None, &[2]).pass(5_000).classic(None, &[2]);
    assert_eq!(story.differences(), 0, "its record may come yet");
    story.pass(6_000).classic(None, &[2]).pass(6_000).classic(None, &[2]);
    assert_eq!((story.differences(), story.group().rebalances_seen), (1, 2));
}

#[test]
fn a_classic_generation_took_at_least_as_long_as_its_leader_assigned() {
    let mut story = Story::new();
    story.pass(1_000).classic(Some(1), &[0]).pass(1_000).classic(None, &[0]);
    story.pass(900).classic(Some(2), &[0, 1]);
    let (least, most) = (Duration::from_millis(250), Duration::from_millis(900));
    assert_eq!(story.only_rebalance().took, Took::Between(least, most));
}
