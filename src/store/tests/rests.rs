//! Who held what at an earlier moment, from the last rest and the rebalances since.

use super::story::{Story, member};
use crate::model::observation::{GroupDescription, GroupObserved, PastObserved};
use crate::model::{
    Body, GroupKind, GroupState, GroupView, HistoryProgress, HistoryStage, Timestamp, Took,
};

/// Each member with what it held, by name; `None` where that cannot be told.
fn held(group: &GroupView, at: i64) -> Option<Vec<(String, Vec<i32>)>> {
    let settled = group.settled_at(Timestamp::from_millis(at))?;
    let held = settled.members.into_iter().map(|holder| {
        let mut held: Vec<_> =
            holder.held.expect("told").into_iter().map(|held| held.partition).collect();
        held.sort_unstable();
        (holder.member.client_id.to_string(), held)
    });
    let mut held: Vec<_> = held.collect();
    held.sort();
    Some(held)
}

fn told(members: &[(&str, &[i32])]) -> Vec<(String, Vec<i32>)> {
    let told = |(name, held): &(&str, &[i32])| ((*name).to_owned(), held.to_vec());
    let mut told: Vec<_> = members.iter().map(told).collect();
    told.sort();
    told
}

type Members<'a> = &'a [(&'a str, &'a [i32])];

const RESTS: [Members<'static>; 5] = [
    &[("a", &[0, 1]), ("b", &[2])],
    &[("a", &[0]), ("b", &[2]), ("c", &[1])],
    &[("b", &[0, 1, 2]), ("c", &[])],
    &[],
    &[("d", &[0, 1, 2])],
];

#[test]
fn every_rest_is_told_from_the_last_one() {
    let mut story = Story::new();
    let mut looks = Vec::new();
    for members in RESTS {
        for _ in 0..3 {
            let state = if members.is_empty() { GroupState::Empty } else { GroupState::Stable };
            story.pass(1_000).described("g", state, members);
            looks.push((story.now, members));
        }
    }
    let group = story.group("g");
    for (at, members) in &looks {
        assert_eq!(held(&group, *at), Some(told(members)), "at {at}");
    }
    // Between two looks of which the second shows another rest nobody knows which of them it was.
    let between = looks.windows(2).map(|pair| (pair[0].0 + 500, pair[0].1 == pair[1].1));
    for (at, same) in between {
        assert_eq!(held(&group, at).is_some(), same, "at {at}");
    }
    assert_eq!(held(&group, looks[0].0 - 1), None, "nobody had looked");
}

#[test]
fn while_partitions_change_hands_nobody_is_said_to_hold_any() {
    let mut story = Story::new();
    story.described("g", GroupState::Stable, RESTS[0]).pass(1_000);
    let before = story.now;
    story.described("g", GroupState::Stable, RESTS[0]).pass(1_000);
    story.listed(1, &[("g", GroupState::PreparingRebalance)]).pass(1_000);
    let during = story.group("g");
    assert_eq!(held(&during, story.now), None, "it is under way");
    assert_eq!(held(&during, before), Some(told(RESTS[0])), "also while it is");
    story.described("g", GroupState::Stable, RESTS[1]);
    let after = story.group("g");
    assert_eq!(held(&after, story.now - 500), None);
    assert_eq!(held(&after, before), Some(told(RESTS[0])));
    assert_eq!(held(&after, story.now), Some(told(RESTS[1])));
}

#[test]
fn what_more_rebalances_than_are_kept_led_to_is_forgotten() {
    let mut story = Story::new();
    let begun = story.now;
    for nth in 0..=250 {
        let members: Members<'_> = if nth % 2 == 0 { &[("a", &[0])] } else { &[("b", &[0])] };
        story.described("g", GroupState::Stable, members).pass(1_000);
    }
    let group = story.group("g");
    assert_eq!(held(&group, begun + 1_000), None);
    assert_eq!(held(&group, begun + 51_000), Some(told(&[("b", &[0])])), "the first that is kept");
    assert_eq!(held(&group, begun + 50_000), None);
}

/// What records told of the time before: a rest each.
fn past(story: &mut Story, rests: &[(i64, Members<'_>)]) {
    let record = |&(at, members): &(i64, Members<'_>)| GroupObserved {
        id: "g".into(),
        coordinator: None,
        asked: Timestamp::from_millis(at),
        written: None,
        description: Ok(GroupDescription {
            state: GroupState::Stable,
            kind: GroupKind::Classic,
            assignor: Some("range".into()),
            epoch: None,
            assignment_epoch: None,
            members: members.iter().map(|(name, held)| member(name, held)).collect(),
        }),
    };
    let records = rests.iter().map(record).collect();
    let stage = HistoryStage::Complete;
    let over = HistoryProgress { wanted_ms: 0, reached_ms: 0, bytes: 0, stage };
    story.see(Body::Past(PastObserved::Groups(records))).see(Body::History(over));
}

#[test]
fn the_time_before_the_start_is_told_through_the_rebalance_that_nobody_saw() {
    let mut story = Story::new();
    let start = story.now;
    story.described("g", GroupState::Stable, RESTS[2]).round_over(true).pass(1_000);
    story.described("g", GroupState::Stable, RESTS[4]);
    past(&mut story, &[(start - 90_000, RESTS[0]), (start - 60_000, RESTS[1])]);
    let group = story.group("g");
    let [first, unseen, live] = &group.rebalances[..] else { panic!("{:?}", group.rebalances) };
    assert_eq!(
        (first.at.as_millis(), live.at.as_millis()),
        (start - 60_000, start + 1_000),
        "one before, one since"
    );
    assert_eq!(unseen.took, Took::AtMost(std::time::Duration::from_mins(1)));
    assert_eq!(group.rebalances_seen, 3);
    assert_eq!(held(&group, start - 91_000), None);
    assert_eq!(held(&group, start - 90_000), Some(told(RESTS[0])));
    assert_eq!(held(&group, start - 60_000), Some(told(RESTS[1])));
    assert_eq!(held(&group, start - 30_000), None, "between them something happened");
    assert_eq!(held(&group, start), Some(told(RESTS[2])));
}

#[test]
fn a_past_that_ends_as_the_present_begins_is_joined_without_a_seam() {
    let mut story = Story::new();
    let start = story.now;
    story.described("g", GroupState::Stable, RESTS[1]).round_over(true);
    past(&mut story, &[(start - 90_000, RESTS[0]), (start - 60_000, RESTS[1])]);
    let group = story.group("g");
    assert_eq!(group.rebalances.len(), 1);
    assert_eq!(held(&group, start - 30_000), Some(told(RESTS[1])));
}
