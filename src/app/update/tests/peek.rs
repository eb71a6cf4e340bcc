use std::sync::Arc;
use std::time::Duration;

use crate::app::fixture::{NOW, app, group, press};
use crate::app::{AppState, Effect, Input, Subject, update};
use crate::model::peek::{
    Backlog, Ended, Excerpt, Look, PeekAnswer, PeekOutcome, PeekPlan, PeekStep, PeekWish,
    PeekedRecord,
};
use crate::model::{Answer, BrokerId, Fault, Isolation, Wish};

const PLAN: PeekPlan = PeekPlan {
    leader: BrokerId(1),
    log: (0, 200),
    isolation: Isolation::ReadUncommitted,
    start: 100,
    begin: crate::model::peek::Begin::Committed,
};

/// The page of the first partition, on which 100 is committed.
fn opened() -> (AppState, Vec<Effect>) {
    let mut app = app(&[group("g", &[9])]);
    let effects = press(&mut app, "2 o");
    (app, effects)
}

fn wished(effects: &[Effect]) -> Option<&PeekWish> {
    effects.iter().rev().find_map(|effect| match effect {
        Effect::SetWish(Some(Wish::Peek(wish))) => Some(wish),
        _ => None,
    })
}

fn answer(app: &mut AppState, number: u64, outcome: PeekOutcome) -> Vec<Effect> {
    let answer = PeekAnswer { number, at: NOW, outcome };
    update(app, Input::Answer(Answer::Peek(answer)), NOW)
}

fn backlog(value: Option<&[u8]>) -> PeekOutcome {
    let record = PeekedRecord {
        offset: 100,
        stamp: None,
        key: Some(Excerpt::of(b"deal\n1", 64)),
        value: Some(6),
        shown: value.map(|value| Excerpt::of(value, 64)),
        headers: Some(Arc::default()),
        bytes: 12,
    };
    let (records, ended, took) = (vec![record], Ended::Time, Duration::ZERO);
    let look = Look { plan: PLAN, records, next: 101, ended, took };
    PeekOutcome::Read(Arc::new(Backlog::of(look)))
}

fn read(app: &AppState) -> Option<&Backlog> {
    Some(&app.peek.as_ref()?.read.as_ref()?.1)
}

fn copied(app: &mut AppState) -> Option<String> {
    press(app, "y").into_iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    })
}

#[test]
fn it_is_said_first_what_will_be_read() {
    let (mut app, effects) = opened();
    let wish = wished(&effects).expect("a plan is wished for");
    assert_eq!((wish.step, wish.target.committed), (PeekStep::Plan, Some(100)));
    assert_eq!(wish.target.partition.topic.as_str(), "orders");
    assert_eq!(wished(&press(&mut app, "Enter v")), None, "nothing is read unsaid");
    assert_eq!(copied(&mut app), None);
    answer(&mut app, 1, PeekOutcome::Plan(PLAN));
    let effects = press(&mut app, "Enter");
    assert_eq!(wished(&effects).map(|wish| (wish.number, wish.step)), Some((2, PeekStep::Records)));
}

#[test]
fn the_page_of_a_partition_leads_there_too_and_nothing_else_does() {
    let mut app = app(&[group("g", &[9])]);
    assert_eq!(wished(&press(&mut app, "o 3 o")), None);
    let effects = press(&mut app, "2 Enter o");
    assert!(wished(&effects).is_some());
    let subjects: Vec<_> = app.pages.iter().map(|page| &page.subject).collect();
    assert!(matches!(subjects[..], [Subject::Partition(_), Subject::Peek(_)]), "{subjects:?}");
}

#[test]
fn closing_the_page_takes_the_wish_back_and_forgets_what_came() {
    let (mut app, _) = opened();
    answer(&mut app, 1, PeekOutcome::Plan(PLAN));
    press(&mut app, "Enter");
    let effects = press(&mut app, "Esc");
    assert!(effects.contains(&Effect::SetWish(None)), "{effects:?}");
    assert_eq!(answer(&mut app, 2, backlog(None)), [], "it comes too late");
    assert!(app.peek.is_none());
}

#[test]
fn an_answer_to_an_older_wish_means_nothing() {
    let (mut app, _) = opened();
    answer(&mut app, 1, PeekOutcome::Plan(PLAN));
    press(&mut app, "Enter Enter");
    assert_eq!(answer(&mut app, 2, backlog(None)), []);
    assert!(read(&app).is_none());
    answer(&mut app, 3, backlog(None));
    assert!(read(&app).is_some());
}

#[test]
fn without_a_plan_enter_asks_again() {
    let (mut app, _) = opened();
    let fault = Fault::new("LEADER_NOT_AVAILABLE", "no leader now");
    answer(&mut app, 1, PeekOutcome::Failed(fault.clone()));
    assert_eq!(app.peek.as_ref().and_then(|state| state.trouble.clone()), Some(fault));
    assert_eq!(wished(&press(&mut app, "Enter")).map(|wish| wish.step), Some(PeekStep::Plan));
}

#[test]
fn values_are_there_only_after_their_key_and_gone_after_it() {
    let (mut app, _) = opened();
    answer(&mut app, 1, PeekOutcome::Plan(PLAN));
    press(&mut app, "Enter");
    answer(&mut app, 2, backlog(None));
    let before = copied(&mut app).expect("something was read");
    assert!(before.contains("key=\"deal\\n1\"") && !before.contains("value="), "{before}");

    let effects = press(&mut app, "v");
    let wish = wished(&effects).expect("they must be read for it");
    assert_eq!((wish.number, wish.step), (3, PeekStep::Values));
    assert!(read(&app).is_some(), "what was read stays meanwhile");
    answer(&mut app, 3, backlog(Some(b"secret")));
    assert!(copied(&mut app).expect("it was read").contains("value=\"secret\""));

    assert_eq!(wished(&press(&mut app, "v")), None, "nothing is read to forget");
    assert!(!format!("{app:?}").contains("secret"));
    assert!(read(&app).is_some_and(|backlog| !backlog.shows_values()));
}

#[test]
fn a_refusal_leaves_what_was_read_before() {
    let (mut app, _) = opened();
    answer(&mut app, 1, PeekOutcome::Plan(PLAN));
    press(&mut app, "Enter");
    answer(&mut app, 2, backlog(None));
    press(&mut app, "Enter");
    answer(&mut app, 3, PeekOutcome::Failed(Fault::new("REQUEST_TIMED_OUT", "nothing came")));
    let state = app.peek.as_ref().expect("the page is open");
    assert!(state.trouble.is_some() && state.read.is_some());
}
