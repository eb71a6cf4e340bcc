//! Rounds in every order of events.

use super::*;

#[test]
fn a_round_goes_from_lists_to_commits_and_members_to_ends() {
    let mut planner = begun(Scope::Everything);
    answer(&mut planner, Some(ONE), What::List, Ok(list(&["g", "hidden"])));
    assert_eq!(
        asked(&mut planner),
        ["1: commits g", "1: describe g"],
        "broker 2 is not waited for"
    );
    answer(&mut planner, Some(TWO), What::List, Ok(list(&[])));
    answer(&mut planner, Some(ONE), What::Commits(groups(&["g"])), Ok(commits("g", "t", &[5, 6])));
    assert!(!planner.coordinators_done(), "members are still out");
    let what = What::Describe(GroupKind::Classic, groups(&["g"]));
    answer(&mut planner, Some(ONE), what, Ok(described("g", wire::GroupState::Stable)));
    assert!(planner.coordinators_done());
    planner.ask_leaders();
    assert_eq!(asked(&mut planner), ["any: metadata 1"]);
    let topics: &[(&str, &[Option<i32>])] = &[("t", &[Some(2), Some(2)])];
    answer(&mut planner, None, What::Metadata(vec!["t".into()]), Ok(metadata(&[1, 2], topics)));
    assert_eq!(asked(&mut planner), ["2: HighWatermark 2", "2: Start 2"]);
    assert_eq!(planner.round_out(), 2);
    for which in [LogOffset::HighWatermark, LogOffset::Start] {
        let what = What::Offsets(which, Arc::new([]));
        answer(&mut planner, Some(TWO), what, Ok(Told::Offsets(Vec::new())));
    }
    assert_eq!(planner.round_out(), 0);
    let finished = planner.finish();
    assert!(finished.answered && finished.complete && finished.lists_complete);
}

#[test]
fn a_broker_that_does_not_answer_holds_up_nobody() {
    let mut planner = begun(Scope::InTurn);
    answer(&mut planner, Some(ONE), What::List, Ok(list(&[])));
    planner.ask_leaders();
    let finished = planner.finish();
    assert!(finished.answered && !finished.lists_complete, "broker 2 may have groups");
    assert!(planner.anybody_free());
    planner.begin(at(1_000));
    assert_eq!(asked(&mut planner), ["1: list"], "broker 2 still owes an answer");
    assert!(!planner.anybody_free());
    // It answers at last: its groups are seen, and it is asked again.
    planner.answer(Answer {
        ask: Ask { round: 1, broker: Some(TWO), what: What::List },
        asked: at(1),
        at: at(1_500),
        result: Ok(list(&["late"])),
    });
    let (_, seen) = planner.take();
    assert!(
        seen.iter()
            .any(|seen| matches!(&seen.body, Body::GroupList(list) if list.coordinator == TWO))
    );
    answer(&mut planner, Some(ONE), What::List, Ok(list(&[])));
    planner.begin(at(2_000));
    let third = asked(&mut planner);
    assert_eq!(third, ["1: list", "2: list", "any: inventory"], "metadata have their turn");
}

#[test]
fn a_broker_slower_than_the_grace_is_asked_for_its_ends_all_the_same() {
    let mut planner = begun(Scope::InTurn);
    planner.wanted.name(&"t".into(), [0, 1].into_iter(), 1);
    let leaders: &[(&str, &[Option<i32>])] = &[("t", &[Some(1), Some(2)])];
    answer(&mut planner, None, What::Metadata(Vec::new()), Ok(metadata(&[1, 2], leaders)));
    answer(&mut planner, Some(ONE), What::List, Ok(list(&["g"])));
    planner.take();
    // The grace is over: broker 1 still works on its commits, broker 2 on its list.
    planner.ask_leaders();
    let ends = |asks: Vec<String>| -> Vec<String> {
        asks.into_iter().filter(|ask| ask.contains("HighWatermark")).collect()
    };
    assert_eq!(ends(asked(&mut planner)), ["1: HighWatermark 1", "2: HighWatermark 1"]);
    planner.finish();

    // Broker 1 answers all of it, broker 2 nothing: what it owes is older than the next round.
    planner.owed.insert(ONE, 0);
    planner.begin(at(1_000));
    planner.take();
    answer(&mut planner, Some(ONE), What::List, Ok(list(&["g"])));
    planner.take();
    planner.ask_leaders();
    assert_eq!(ends(asked(&mut planner)), ["1: HighWatermark 1"]);
}

#[test]
fn when_no_broker_answers_the_round_says_why() {
    let mut planner = begun(Scope::InTurn);
    for broker in [ONE, TWO] {
        answer(&mut planner, Some(broker), What::List, Err(lost()));
    }
    assert_eq!(asked(&mut planner), ["any: metadata 0"], "perhaps the brokers are others by now");
    let finished = planner.finish();
    assert!(!finished.answered);
    assert_eq!(finished.fault.map(|fault| fault.code.to_string()), Some("CONNECTION_LOST".into()));
}

#[test]
fn a_failed_answer_is_said_of_everything_that_was_asked_for() {
    let mut planner = begun(Scope::InTurn);
    answer(&mut planner, Some(ONE), What::Commits(groups(&["a", "b"])), Err(lost()));
    let (_, seen) = planner.take();
    let [Observation { body: Body::Commits(commits), .. }] = seen.as_slice() else {
        panic!("{seen:?}");
    };
    assert!(commits.iter().all(|group| group.topics.is_err()));
    assert_eq!(commits.len(), 2);
}

#[test]
fn many_groups_are_asked_about_in_parts_those_on_screen_first() {
    let mut planner = begun(Scope::InTurn);
    let names: Vec<String> = (0..2_500).map(|n| format!("g{n:04}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    planner.wish(
        at(1),
        PollPlan {
            visible: groups(&["g2000", "g0100"]),
            ..PollPlan::every(Duration::from_secs(1))
        },
    );
    answer(&mut planner, Some(ONE), What::List, Ok(list(&names)));
    let (asks, _) = planner.take();
    let sizes: Vec<_> = asks
        .iter()
        .filter_map(|ask| match &ask.what {
            What::Commits(groups) => Some(groups.len()),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [2, 1_000, 1_000, 498]);
}

#[test]
fn a_group_that_comes_on_screen_is_described_at_once() {
    let mut planner = begun(Scope::InTurn);
    answer(&mut planner, Some(ONE), What::List, Ok(list(&["g"])));
    planner.take();
    let plan = PollPlan { focus: Some("g".into()), ..PollPlan::every(Duration::from_secs(1)) };
    planner.wish(at(1), plan.clone());
    assert_eq!(asked(&mut planner), ["1: describe g"]);
    planner.wish(at(1), plan);
    assert!(asked(&mut planner).is_empty(), "it is looked at already");
}

#[test]
fn a_group_on_screen_that_moves_is_asked_about_until_it_settles() {
    let mut planner = begun(Scope::InTurn);
    answer(&mut planner, Some(ONE), What::List, Ok(list(&["g"])));
    planner.wish(
        at(1),
        PollPlan { focus: Some("g".into()), ..PollPlan::every(Duration::from_secs(1)) },
    );
    planner.take();
    let what = || What::Describe(GroupKind::Classic, groups(&["g"]));
    let tell = |planner: &mut Planner, state| {
        planner.answer(Answer {
            ask: Ask { round: NO_ROUND, broker: Some(ONE), what: what() },
            asked: at(1),
            at: at(2),
            result: Ok(described("g", state)),
        });
    };
    tell(&mut planner, wire::GroupState::PreparingRebalance);
    assert!(planner.is_moving() && planner.look_closely() == 1);
    assert_eq!(asked(&mut planner), ["1: describe g"]);
    planner.look_closely();
    assert!(asked(&mut planner).is_empty(), "the answer is still out");
    tell(&mut planner, wire::GroupState::Stable);
    assert!(!planner.is_moving() && planner.look_closely() == 0);
}

#[test]
fn a_moved_leader_is_looked_up_and_a_missing_one_is_said() {
    let mut planner = begun(Scope::InTurn);
    for broker in [ONE, TWO] {
        answer(&mut planner, Some(broker), What::List, Ok(list(&[])));
    }
    let t = TopicName::from("t");
    planner.wanted.name(&t, [0, 1].into_iter(), 1);
    let leaders: &[(&str, &[Option<i32>])] = &[("t", &[Some(1), None])];
    answer(&mut planner, None, What::Metadata(Vec::new()), Ok(metadata(&[1, 2], leaders)));
    planner.take();
    planner.ask_leaders();
    let (asks, seen) = planner.take();
    let asks: Vec<_> = asks.iter().map(short).collect();
    assert_eq!(asks, ["any: metadata 1", "1: HighWatermark 1", "1: Start 1", "1: LastStable 1"]);
    let [Observation { body: Body::Offsets(offsets), .. }] = seen.as_slice() else {
        panic!("{seen:?}")
    };
    assert!(
        matches!(&offsets.topics[0].partitions[..], [(1, Err(fault))] if &*fault.code == "LEADER_NOT_AVAILABLE")
    );
}

#[test]
fn a_steady_round_asks_a_broker_four_questions_at_most() {
    let mut planner = planner(Scope::InTurn);
    planner.begin(at(0));
    planner.take();
    let leaders: &[(&str, &[Option<i32>])] = &[("t", &[Some(1)])];
    answer(&mut planner, None, What::Metadata(Vec::new()), Ok(metadata(&[1], &[])));
    for round in 1..=40 {
        if round > 1 {
            planner.begin(at(round * 1_000));
        }
        let (mut of_round, mut is_over) = (0, false);
        loop {
            if planner.coordinators_done() {
                planner.ask_leaders();
            }
            let (asks, _) = planner.take();
            if asks.is_empty() && is_over {
                break;
            }
            if asks.is_empty() {
                is_over = true;
                assert!(planner.finish().lists_complete);
            }
            of_round += asks.len();
            for ask in asks {
                let result = match &ask.what {
                    What::Metadata(_) | What::Inventory => metadata(&[1], leaders),
                    What::Quorum => Told::Quorum(wire::Quorum { leader: Some(1), epoch: 1 }),
                    What::Producers(_) => Told::Producers(Vec::new()),
                    What::List => list(&["g"]),
                    What::Coordinators(_) => Told::Coordinators(Vec::new()),
                    What::Commits(_) | What::Compare(_) => commits("g", "t", &[5]),
                    What::Describe(..) => described("g", wire::GroupState::Stable),
                    What::Offsets(..) | What::Times(_) | What::Look(_) => Told::Offsets(Vec::new()),
                };
                planner.answer(Answer { ask, asked: at(1), at: at(2), result: Ok(result) });
            }
        }
        assert!(round == 1 || of_round <= 4, "round {round} asked {of_round}");
    }
}
