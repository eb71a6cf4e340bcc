//! Rounds while somebody listens: who is asked about, and who need not be.

use super::*;
use crate::source::kafka::coverage::{Heard, ReadTo};

/// Everything of the offsets topic is in one partition, which a round finds so: where it ends for
/// readers of what is committed, how far the tail is, and which groups committed since the last.
struct Look {
    end: i64,
    next: i64,
    /// From here on the tail was given each offset.
    unbroken: i64,
    committed: &'static [&'static str],
}

/// The groups.
const ALL: [&str; 3] = ["a", "b", "c"];

fn heard(session: u64, look: &Look) -> Heard {
    let read = ReadTo { begun: 100, next: look.next, unbroken: look.unbroken };
    Heard {
        session,
        partitions: 1,
        read: [(0, read)].into(),
        committed: look.committed.iter().map(|&group| (group.into(), look.next)).collect(),
        ..Heard::default()
    }
}

fn end(offset: i64) -> Told {
    let found = wire::ListedOffset { offset, timestamp: None, leader_epoch: None };
    let partition = wire::PartitionOffset { partition: 0, offset: Ok(Some(found)) };
    let topic = "__consumer_offsets".into();
    Told::Offsets(vec![wire::TopicOffsets { topic, partitions: vec![partition] }])
}

/// What a round asked about groups and said of them.
struct Round {
    asked: Vec<String>,
    followed: Vec<String>,
}

/// One broker and somebody who listens.
struct Listening {
    planner: Planner,
    now: i64,
    session: u64,
}

impl Listening {
    /// After the first round, in which all was asked about.
    fn begun() -> Self {
        let mut planner = planner(Scope::InTurn);
        planner.begin(at(0));
        planner.take();
        answer(&mut planner, None, What::Metadata(Vec::new()), Ok(metadata(&[1], &[])));
        planner.take();
        answer(&mut planner, Some(ONE), What::List, Ok(list(&ALL)));
        planner.take();
        planner.finish();
        planner.owed.clear();
        let mut listening = Self { planner, now: 0, session: 1 };
        let quiet = Look { end: 100, next: 100, unbroken: 100, committed: &[] };
        assert_eq!(listening.round(&quiet).asked, ["commits a,b,c", "describe a,b,c"]);
        listening
    }

    /// A round from its begin to its end, all of it answered.
    fn round(&mut self, look: &Look) -> Round {
        self.now += 1_000;
        let told = heard(self.session, look);
        self.planner.hear(at(self.now), Some(told));
        self.planner.begin(at(self.now));
        let mut round = Round { asked: Vec::new(), followed: Vec::new() };
        loop {
            if self.planner.coordinators_done() {
                self.planner.ask_leaders();
            }
            if self.planner.waits_for_tail() {
                self.planner.stop_waiting();
            }
            let (asks, seen) = self.planner.take();
            for seen in seen {
                if let Body::Followed(followed) = seen.body {
                    let named = followed.commits.iter().map(|id| id.as_str().to_owned());
                    round.followed.extend(named);
                }
            }
            if asks.is_empty() {
                break;
            }
            for ask in asks {
                let told = short(&ask).split_once(": ").map(|(_, what)| what.to_owned());
                let about = ["commits", "compare", "describe"];
                round.asked.extend(told.filter(|it| about.iter().any(|what| it.starts_with(what))));
                let result = match &ask.what {
                    What::Metadata(_) | What::Inventory => metadata(&[1], &[]),
                    What::Quorum => Told::Quorum(wire::Quorum { leader: Some(1), epoch: 1 }),
                    What::Producers(_) => Told::Producers(Vec::new()),
                    What::Coordinators(_) => Told::Coordinators(Vec::new()),
                    What::List => list(&ALL),
                    What::Look(_) => end(look.end),
                    What::Commits(groups) | What::Compare(groups) => told_commits(groups),
                    What::Describe(_, groups) => told_members(groups),
                    What::Offsets(..) | What::Times(_) => Told::Offsets(Vec::new()),
                };
                let (asked, told) = (at(self.now + 1), at(self.now + 2));
                self.planner.answer(Answer { ask, asked, at: told, result: Ok(result) });
            }
        }
        self.planner.finish();
        round
    }

    /// The same until it is no round in which answers are compared.
    fn plain(&mut self, look: &Look) -> Round {
        while matches!((self.planner.round.number + 1) % 5, 0 | 2) {
            self.round(look);
        }
        self.round(look)
    }
}

fn told_commits(groups: &[GroupId]) -> Told {
    let told = groups.iter().map(|id| (id.as_str().into(), Ok(Vec::new())));
    Told::Commits(told.collect())
}

fn told_members(groups: &[GroupId]) -> Told {
    let told = groups.iter().map(|id| match described(id.as_str(), wire::GroupState::Stable) {
        Told::Classic(mut told) => told.remove(0),
        _ => unreachable!(),
    });
    Told::Classic(told.collect())
}

#[test]
fn who_was_asked_about_since_listening_began_is_followed() {
    let mut listening = Listening::begun();
    let quiet = Look { end: 100, next: 100, unbroken: 100, committed: &[] };
    let round = listening.plain(&quiet);
    assert!(round.asked.is_empty(), "{:?}", round.asked);
    assert_eq!(round.followed, ALL);
    let busy = Look { end: 130, next: 130, unbroken: 100, committed: &["a", "b"] };
    let round = listening.plain(&busy);
    assert!(round.asked.is_empty(), "{:?}", round.asked);
    assert_eq!(round.followed, ALL);
}

#[test]
fn answers_are_compared_now_and_then() {
    let mut listening = Listening::begun();
    let quiet = Look { end: 100, next: 100, unbroken: 100, committed: &[] };
    let rounds: Vec<_> = (0..30).flat_map(|_| listening.round(&quiet).asked).collect();
    let of = |what: &str| rounds.iter().filter(|asked| asked.starts_with(what)).count();
    assert_eq!((of("commits"), of("compare"), of("describe")), (0, 6, 6));
}

#[test]
fn what_the_tail_has_not_read_is_asked_about() {
    let mut listening = Listening::begun();
    let behind = Look { end: 105, next: 103, unbroken: 100, committed: &["a"] };
    let round = listening.plain(&behind);
    assert_eq!(round.asked, ["commits a,b,c"]);
    assert!(round.followed.is_empty());
}

#[test]
fn the_tail_is_waited_for_a_moment() {
    let mut listening = Listening::begun();
    let quiet = Look { end: 100, next: 100, unbroken: 100, committed: &[] };
    listening.plain(&quiet);
    let planner = &mut listening.planner;
    planner.begin(at(50_000));
    planner.take();
    answer(planner, Some(ONE), What::List, Ok(list(&ALL)));
    answer(planner, Some(ONE), What::Look(Arc::new([0])), Ok(end(101)));
    assert!(planner.waits_for_tail() && !planner.coordinators_done() && planner.round_out() > 0);
    let read = Look { end: 101, next: 101, unbroken: 100, committed: &["b"] };
    planner.hear(at(50_005), Some(heard(1, &read)));
    assert!(!planner.waits_for_tail() && planner.coordinators_done());
    let (_, seen) = planner.take();
    assert!(
        seen.iter()
            .any(|seen| matches!(&seen.body, Body::Followed(told) if told.commits.len() == 3))
    );
}

#[test]
fn while_a_transaction_is_open_who_committed_since_is_asked_about() {
    let mut listening = Listening::begun();
    // `b` committed at 100, in a transaction; others go on.
    let open = Look { end: 100, next: 101, unbroken: 100, committed: &["b"] };
    for _ in 0..3 {
        let round = listening.plain(&open);
        assert_eq!(
            (round.asked, round.followed),
            (vec!["commits b".into()], vec!["a".into(), "c".into()])
        );
    }
    let more = Look { end: 100, next: 108, unbroken: 100, committed: &["c"] };
    assert_eq!(listening.plain(&more).asked, ["commits b,c"]);
    // It ends with a mark at 108, which the tail is not given: nobody knows that it is one.
    let ended = Look { end: 109, next: 108, unbroken: 100, committed: &[] };
    let again = [&ended, &ended].map(|look| listening.round(look).asked);
    assert!(again.iter().flatten().any(|asked| asked == "commits a,b,c"), "{again:?}");
    let round = listening.plain(&ended);
    assert!(round.asked.is_empty(), "{:?}", round.asked);
    assert_eq!(round.followed, ALL);
}

#[test]
fn after_a_mark_who_committed_before_it_is_asked_about_twice() {
    let mut listening = Listening::begun();
    // A transaction of `b` began and ended between two rounds: its mark at 103 was left out.
    let passed = Look { end: 105, next: 105, unbroken: 104, committed: &["b", "c"] };
    let rounds = [&passed, &passed].map(|look| listening.round(look));
    for round in rounds {
        assert!(round.asked.contains(&"commits b,c".to_owned()), "{:?}", round.asked);
    }
    assert_eq!(listening.plain(&passed).followed, ALL);
}

#[test]
fn a_transaction_from_before_listening_leaves_nobody_followed() {
    let mut listening = Listening::begun();
    listening.session = 2;
    let open = Look { end: 90, next: 100, unbroken: 100, committed: &[] };
    for _ in 0..3 {
        assert_eq!(listening.plain(&open).asked[0], "commits a,b,c", "its commit was not read");
    }
    let ended = Look { end: 101, next: 100, unbroken: 100, committed: &[] };
    for _ in 0..2 {
        listening.round(&ended);
    }
    assert_eq!(listening.plain(&ended).followed, ALL);
}

#[test]
fn a_new_listening_begins_anew_and_without_one_all_is_asked() {
    let mut listening = Listening::begun();
    let quiet = Look { end: 100, next: 100, unbroken: 100, committed: &[] };
    listening.plain(&quiet);
    listening.session = 2;
    assert_eq!(listening.plain(&quiet).asked[0], "commits a,b,c");
    assert!(listening.plain(&quiet).asked.is_empty());
    let planner = &mut listening.planner;
    planner.hear(at(90_000), None);
    planner.begin(at(90_000));
    planner.take();
    answer(planner, Some(ONE), What::List, Ok(list(&ALL)));
    assert!(asked(planner).contains(&"1: commits a,b,c".to_owned()));
}
