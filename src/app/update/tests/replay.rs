//! Keys over the play of a recording.

use std::sync::Arc;
use std::time::Duration;

use rstest::rstest;

use super::{arrive, draws, selected, three, toast};
use crate::app::fixture::{self, NOW, group, press};
use crate::app::{AppState, Effect, HitMap, Input, Pane, update};
use crate::model::Event;
use crate::model::play::{Goal, Play, PlayWish, Played, Said};

const PLAY: Play = Play { begin: NOW, end: None, speed: 1.0, stands: false, seeking: None };

/// Three groups of a recording.
fn replayed(stands: bool) -> AppState {
    let mut app = fixture::app(&three());
    let play = Play { stands, ..PLAY };
    assert!(draws(&update(&mut app, Input::Played(Played { play, said: None }), NOW)));
    app
}

fn wishes(effects: &[Effect]) -> Vec<PlayWish> {
    let wish = |effect: &Effect| match effect {
        Effect::Play(wish) => Some(wish.clone()),
        _ => None,
    };
    effects.iter().filter_map(wish).collect()
}

#[rstest]
#[case::pause("Space", PlayWish::Pause)]
#[case::faster(">", PlayWish::Faster)]
#[case::slower("<", PlayWish::Slower)]
#[case::minute_back("Shift-Left", PlayWish::Go(Goal::Earlier(Duration::from_mins(1))))]
#[case::minute_forth("Shift-Right", PlayWish::Go(Goal::Later(Duration::from_mins(1))))]
#[case::event_back("[", PlayWish::Go(Goal::EventBefore(Some("users".into()))))]
#[case::event_forth("]", PlayWish::Go(Goal::EventAfter(Some("users".into()))))]
fn a_play_is_moved_whether_it_stands_or_not(#[case] key: &str, #[case] wish: PlayWish) {
    for stands in [false, true] {
        let mut app = replayed(stands);
        assert_eq!(wishes(&press(&mut app, key)), std::slice::from_ref(&wish));
        assert!(app.paused.is_none(), "the play stands, not a picture of it");
    }
}

#[rstest]
#[case::back("Left", Goal::Earlier(Duration::from_secs(1)))]
#[case::forth("Right", Goal::Later(Duration::from_secs(1)))]
#[case::end("End", Goal::End)]
fn arrows_move_it_where_it_stands_and_else_go_to_panes(#[case] key: &str, #[case] goal: Goal) {
    assert_eq!(wishes(&press(&mut replayed(true), key)), [PlayWish::Go(goal)]);
    let mut app = replayed(false);
    assert!(wishes(&press(&mut app, key)).is_empty());
    assert!(app.focus == Pane::Partitions || key != "Right");
}

#[test]
fn speeds_are_of_recordings_only() {
    assert!(press(&mut fixture::app(&three()), "> <").is_empty());
}

/// What is seen of an earlier moment may be there again in a moment.
#[test]
fn what_is_not_there_yet_is_not_gone() {
    let mut app = replayed(true);
    press(&mut app, "Down");
    assert_eq!(selected(&app), "search");
    let mut earlier = fixture::snapshot(&[group("users", &[1])], 10);
    Arc::get_mut(&mut earlier).unwrap().at = NOW.minus(Duration::from_mins(1));
    update(&mut app, Input::Snapshot(earlier), NOW);
    assert_eq!((toast(&app), selected(&app)), ("", "users"));
    arrive(&mut app, &three(), 11);
    assert_eq!(selected(&app), "search");
    arrive(&mut app, &[group("users", &[1])], 12);
    assert_eq!(toast(&app), "group search is gone");
}

#[test]
fn what_is_said_of_the_play_is_a_message() {
    let mut app = replayed(false);
    let (text, bare) = ("rebalance: m1 left".to_owned(), "rebalance".to_owned());
    let said = Some(Said::Event(Event { at: NOW, text, bare }));
    let played = Played { play: PLAY, said };
    let effects = update(&mut app, Input::Played(played.clone()), NOW);
    assert!(effects.contains(&Effect::Say));
    assert_eq!(toast(&app), "rebalance: m1 left");
    press(&mut app, "p p");
    update(&mut app, Input::Played(played), NOW);
    assert_eq!(toast(&app), "rebalance", "who it was is hidden");
}

#[test]
fn under_a_pseudonym_the_true_group_is_meant() {
    let mut app = replayed(false);
    press(&mut app, "p p");
    assert!(selected(&app).starts_with("group-"));
    let goal = Goal::EventAfter(Some("users".into()));
    assert_eq!(wishes(&press(&mut app, "]")), [PlayWish::Go(goal)]);
}

/// Ages run as fast as the play does, and not at all where it stands.
#[test]
fn ages_tick_at_the_speed_of_the_play() {
    let mut app = replayed(false);
    let mut hits = HitMap::default();
    hits.ages(Duration::from_secs(1));
    app.drawn(hits);
    app.play = Some(Play { speed: 4.0, ..PLAY });
    assert_eq!(app.tick_in(), Some(Duration::from_millis(250)));
    app.play = Some(Play { stands: true, ..PLAY });
    assert_eq!(app.tick_in(), None);
}
