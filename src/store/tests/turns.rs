//! Where many groups change, each has its turn to be judged.

use super::story::Story;
use crate::model::GroupState;

/// Groups of whose commits the log does not know yet.
const ALL: [&str; 5] = ["a", "b", "c", "d", "e"];

fn ahead(story: &mut Story) {
    let listed: Vec<_> = ALL.iter().map(|group| (*group, GroupState::Stable)).collect();
    story.listed(1, &listed);
    for group in ALL {
        story.committed(group, &[(0, Some(9))]);
    }
    story.pass(1_000).ends(&[(0, 5)]);
}

/// The groups of which something is said in the next picture.
fn found(story: &mut Story) -> Vec<String> {
    let snapshot = story.store.publish();
    let found = snapshot.groups.iter().filter(|entry| !entry.findings.firing.is_empty());
    found.map(|entry| entry.view.id.as_str().to_owned()).collect()
}

#[test]
fn all_are_judged_at_once_unless_told_otherwise() {
    let mut story = Story::new();
    ahead(&mut story);
    assert_eq!(found(&mut story), ALL);
}

#[test]
fn each_has_its_turn_and_none_is_forgotten() {
    let mut story = Story::new();
    story.store = story.store.judging_in_turn(2);
    ahead(&mut story);
    assert_eq!(found(&mut story), ["a", "b"]);
    assert_eq!(found(&mut story), ["a", "b", "c", "d"], "nothing new came, and they had waited");
    assert_eq!(found(&mut story), ALL);
}

/// Those at the front of the list change all the time; those behind them are judged all the same.
#[test]
fn who_changes_in_each_round_does_not_take_the_turn_of_others() {
    let mut story = Story::new();
    story.store = story.store.judging_in_turn(2);
    ahead(&mut story);
    found(&mut story);
    for group in ["a", "b"] {
        story.committed(group, &[(0, Some(8))]);
    }
    assert_eq!(found(&mut story), ["a", "b", "c", "d"]);
}
