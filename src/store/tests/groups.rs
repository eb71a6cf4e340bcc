//! Groups: which there are, their members, their rebalances.

use std::sync::Arc;
use std::time::Duration;

use super::story::{Story, member};
use crate::model::observation::{CommitsObserved, GroupDescription, GroupObserved};
use crate::model::{Body, BrokerId, Fault, GroupKind, GroupState, MemberRef, Timestamp, Took};

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
        compared: false,
    }]));
    let group = story.group("g");
    assert_eq!(group.commits_fault, Some(refused));
    assert_eq!(group.totals.lag, Some(60));
    story.committed("g", &[(0, Some(50))]);
    assert_eq!(story.group("g").commits_fault, None);
    assert_eq!(story.group("g").totals.lag, Some(50));
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
fn what_is_given_up_in_one_generation_and_handed_out_in_the_next_is_one_rebalance() {
    let mut story = Story::new();
    story.described("g", GroupState::Stable, &[("a", &[0, 1]), ("z", &[2])]).pass(1_000);
    story.described("g", GroupState::Stable, &[("a", &[0]), ("b", &[]), ("z", &[2])]);
    story.pass(300).described("g", GroupState::Stable, &[("a", &[0]), ("b", &[1]), ("z", &[2])]);
    let group = story.group("g");
    let [rebalance] = group.rebalances.as_slice() else { panic!("{:?}", group.rebalances) };
    let [moved] = rebalance.moved.as_slice() else { panic!("{:?}", rebalance.moved) };
    let name = |member: &Option<MemberRef>| member.as_ref().map(|one| one.client_id.to_string());
    assert_eq!((name(&moved.from), name(&moved.to)), (Some("a".into()), Some("b".into())));
    let (least, most) = (Duration::from_millis(300), Duration::from_millis(1_300));
    assert_eq!((rebalance.took, group.rebalances_seen), (Took::Between(least, most), 1));
    assert_eq!(rebalance.joined.len(), 1);

    // What nobody gave up before, or who comes with it, is another.
    story.pass(1_000).described("g", GroupState::Stable, &[("a", &[0]), ("b", &[1])]);
    story.pass(300).described("g", GroupState::Stable, &[("a", &[0]), ("b", &[1]), ("c", &[2])]);
    assert_eq!(story.group("g").rebalances_seen, 3);
}

#[test]
fn what_nobody_holds_any_more_and_nobody_committed_on_has_no_row() {
    let mut story = Story::new();
    story.described("g", GroupState::Stable, &[("a", &[0, 1, 2])]);
    story.answered("g", &[(1, Some(5))], false);
    story.pass(1_000).described("g", GroupState::Stable, &[("a", &[0])]);
    let group = story.group("g");
    let rows: Vec<_> = group.partitions().map(|(_, row)| row.partition).collect();
    assert_eq!(rows, [0, 1]);
    // So an answer that is compared with what records told names as much as is shown.
    for _ in 0..3 {
        story.pass(1_000).answered("g", &[(1, Some(5))], true);
    }
    assert_eq!(story.store.publish().differences.count, 0);
}
