//! Groups that nobody names, because their coordinator changes or is gone.

use super::*;
use crate::source::kafka::wire::{Coordinator, KafkaError};

/// A round in which each of these brokers lists its groups; tells whether what is missing is gone, and what
/// was asked beside the lists.
fn round(planner: &mut Planner, lists: &[(BrokerId, &[&str])]) -> (bool, Vec<String>) {
    planner.begin(at(1_000));
    for (broker, groups) in lists {
        answer(planner, Some(*broker), What::List, Ok(list(groups)));
        let about: Vec<_> =
            planner.take().0.into_iter().filter(|ask| ask.what != What::List).collect();
        for ask in about {
            let result = Ok(Told::Commits(Vec::new()));
            planner.answer(Answer { ask, asked: at(1), at: at(2), result });
        }
    }
    planner.ask_leaders();
    let complete = planner.finish().lists_complete;
    let mut asked = asked(planner);
    asked.retain(|ask| ask.contains("coordinators"));
    (complete, asked)
}

fn found(group: &str, coordinator: Result<i32, i16>) -> Told {
    let coordinator = coordinator.map(|id| Coordinator { id, host: "h".into(), port: 9092 });
    let coordinator = coordinator.map_err(KafkaError::new);
    Told::Coordinators(vec![(group.into(), coordinator)])
}

/// Two brokers that have answered their first round.
fn started() -> Planner {
    let mut planner = begun(Scope::InTurn);
    for broker in [ONE, TWO] {
        answer(&mut planner, Some(broker), What::List, Ok(list(&[])));
    }
    planner.ask_leaders();
    assert!(planner.finish().lists_complete);
    planner
}

/// Two brokers, of which the second coordinated a group and is gone.
fn orphaned() -> Planner {
    let mut planner = started();
    assert!(round(&mut planner, &[(ONE, &["a"]), (TWO, &["b"])]).0);
    answer(&mut planner, None, What::Metadata(Vec::new()), Ok(metadata(&[1], &[])));
    let (complete, asked) = round(&mut planner, &[(ONE, &["a"])]);
    assert!(!complete, "nobody has said that b is gone");
    assert_eq!(asked, ["any: coordinators b"]);
    planner
}

#[test]
fn a_group_on_its_way_to_another_coordinator_is_not_gone() {
    let mut planner = started();
    assert!(round(&mut planner, &[(ONE, &["a", "b"]), (TWO, &[])]).0);
    assert!(!round(&mut planner, &[(ONE, &["a"]), (TWO, &[])]).0, "b may be on its way");
    assert!(round(&mut planner, &[(ONE, &["a"]), (TWO, &["b"])]).0);

    assert!(!round(&mut planner, &[(ONE, &["a"]), (TWO, &[])]).0, "and again");
    assert!(round(&mut planner, &[(ONE, &["a"]), (TWO, &[])]).0, "it is gone");
}

#[test]
fn while_a_group_has_no_coordinator_it_says_so_and_is_not_gone() {
    let mut planner = orphaned();
    let what = || What::Coordinators(groups(&["b"]));
    answer(&mut planner, None, what(), Ok(found("b", Err(15))));
    let (_, seen) = planner.take();
    let [Observation { body: Body::Commits(commits), .. }] = seen.as_slice() else {
        panic!("{seen:?}")
    };
    let fault = commits[0].topics.as_ref().unwrap_err();
    assert_eq!((commits[0].id.as_str(), &*fault.code), ("b", "COORDINATOR_NOT_AVAILABLE"));

    let later: Vec<_> = (0..9).map(|_| round(&mut planner, &[(ONE, &["a"])])).collect();
    assert!(later.iter().all(|(complete, asked)| !complete && asked.is_empty()), "{later:?}");
    assert_eq!(round(&mut planner, &[(ONE, &["a"])]).1, ["any: coordinators b"], "again");
    // Somebody names it.
    assert_eq!(round(&mut planner, &[(ONE, &["a", "b"])]), (true, Vec::new()));
}

#[test]
fn a_group_whose_new_coordinator_does_not_name_it_is_gone() {
    let mut planner = orphaned();
    answer(&mut planner, None, What::Coordinators(groups(&["b"])), Ok(found("b", Ok(1))));
    assert!(!round(&mut planner, &[(ONE, &["a"])]).0, "it may not have loaded it yet");
    assert!(round(&mut planner, &[(ONE, &["a"])]).0);
}

#[test]
fn a_broker_that_appears_within_a_round_has_not_said_that_its_groups_are_gone() {
    let mut planner = orphaned();
    planner.begin(at(1_000));
    answer(&mut planner, Some(ONE), What::List, Ok(list(&["a"])));
    answer(&mut planner, None, What::Metadata(Vec::new()), Ok(metadata(&[1, 2], &[])));
    planner.ask_leaders();
    assert!(!planner.finish().lists_complete, "broker 2 is back and was not asked");
}
