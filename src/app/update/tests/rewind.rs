//! The pause, and other moments while it lasts.

use std::sync::Arc;
use std::time::Duration;

use rstest::rstest;

use super::{draws, selected, three, toast};
use crate::app::fixture::{self, NOW, group, press, snapshot};
use crate::app::{AppState, Effect, Input, Pane, update};
use crate::model::Timestamp;
use crate::model::moment::{MomentAnswer, MomentWish};

/// For so long something is known.
const KNOWN: Duration = Duration::from_mins(10);

fn ago(seconds: u64) -> Timestamp {
    NOW.minus(Duration::from_secs(seconds))
}

/// Three groups, paused, of which something is known for ten minutes.
fn paused() -> AppState {
    let mut app = fixture::app(&three());
    for entry in app.live.groups.iter() {
        entry.view.lag_history.push(NOW.minus(KNOWN), Some(1));
    }
    press(&mut app, "Space");
    app
}

/// The moment that is wished for, if these effects tell of any.
fn wish(effects: &[Effect]) -> Option<MomentWish> {
    effects.iter().find_map(|effect| match effect {
        Effect::SetMoment(wish) => wish.clone(),
        _ => None,
    })
}

fn wished(app: &mut AppState, keys: &str) -> Option<Timestamp> {
    wish(&press(app, keys)).map(|wish| wish.at)
}

/// The answer to a wish: a picture of one group.
fn answer(wish: &MomentWish) -> Input {
    let picture = snapshot(&[group("then", &[1])], 10);
    Input::Moment(MomentAnswer { number: wish.number, at: wish.at, picture })
}

fn names(app: &AppState) -> Vec<&str> {
    app.picture().groups.iter().map(|entry| entry.view.id.as_str()).collect()
}

/// The fixture's now begins a second: the first step back is a millisecond, to the end of the one before.
#[rstest]
#[case::a_second("Left", 0)]
#[case::three("Left Left Left", 2)]
#[case::forth_again("Left Left Right", 0)]
#[case::a_minute("Shift-Left", 60)]
#[case::and_forth("Shift-Left Shift-Left Shift-Right", 60)]
#[case::a_second_after_a_minute("Shift-Left Left", 61)]
#[case::ten_seconds_far_back("Shift-Left Shift-Left Shift-Left Left", 190)]
fn the_moment_of_some_keys(#[case] keys: &str, #[case] seconds: u64) {
    let mut app = paused();
    let mut at = None;
    for key in keys.split_whitespace() {
        at = wished(&mut app, key);
    }
    assert_eq!(at, Some(ago(seconds).minus(Duration::from_millis(1))));
}

#[test]
fn while_the_picture_runs_arrows_go_to_panes() {
    let mut app = fixture::app(&three());
    assert_eq!(wished(&mut app, "Right"), None);
    assert_eq!(app.focus, Pane::Partitions);
}

#[test]
fn a_moment_is_shown_when_its_picture_is_there_and_the_newest_answer_counts() {
    let mut app = paused();
    let first = wish(&press(&mut app, "Left")).unwrap();
    assert_eq!((names(&app).len(), app.moment()), (3, Some(NOW)), "nothing was answered yet");
    let second = wish(&press(&mut app, "Left")).unwrap();
    assert!(draws(&update(&mut app, answer(&second), NOW)));
    assert_eq!((names(&app), app.moment()), (vec!["then"], Some(second.at)));
    assert!(!draws(&update(&mut app, answer(&first), NOW)), "it comes too late");
    assert_eq!(app.moment(), Some(second.at));
}

#[test]
fn the_pause_is_the_last_moment_and_what_comes_after_it_means_nothing() {
    for keys in ["End", "Right", "Shift-Right", "Space"] {
        let mut app = paused();
        let wish = wish(&press(&mut app, "Left")).unwrap();
        update(&mut app, answer(&wish), NOW);
        assert!(press(&mut app, keys).contains(&Effect::SetMoment(None)), "{keys}");
        assert_eq!(names(&app).len(), 3, "{keys}");
        assert!(!draws(&update(&mut app, answer(&wish), NOW)), "{keys}");
        assert_eq!(app.moment(), (keys != "Space").then_some(NOW), "{keys}");
    }
}

#[test]
fn end_goes_to_the_last_row_where_no_other_moment_is_shown() {
    let mut app = paused();
    press(&mut app, "End");
    assert_eq!(app.groups.cursor(), 2);
    press(&mut app, "Left End");
    assert_eq!((app.groups.cursor(), app.is_rewound()), (2, false));
}

#[test]
fn the_past_ends_where_nothing_is_known() {
    let mut app = paused();
    let mut last = None;
    for _ in 0..20 {
        last = wished(&mut app, "Shift-Left").or(last);
    }
    assert_eq!(toast(&app), "the past ends here");
    let first = NOW.minus(KNOWN);
    let last = last.unwrap();
    assert!(last >= first && last.since(first) < Duration::from_secs(10), "{last:?}");
}

#[test]
fn nothing_known_is_no_past() {
    let mut app = fixture::app(&three());
    press(&mut app, "Space");
    assert_eq!(wished(&mut app, "Left"), None);
    assert_eq!((toast(&app), app.is_rewound()), ("nothing is known of the past yet", false));
}

#[test]
fn what_was_not_there_then_is_not_gone_and_is_chosen_again_after_it() {
    let mut app = paused();
    assert_eq!(selected(&app), "users");
    press(&mut app, "Down");
    assert_eq!(selected(&app), "search");
    let wish = wish(&press(&mut app, "Left")).unwrap();
    update(&mut app, answer(&wish), NOW);
    assert_eq!(toast(&app), "");
    press(&mut app, "End");
    assert_eq!(selected(&app), "search");
}

/// The fixture's rebalances were an hour ago, a second apart.
#[test]
fn brackets_go_from_one_event_to_the_next() {
    let mut app = fixture::app(&three());
    for entry in app.live.groups.iter() {
        entry.view.lag_history.push(NOW.minus(Duration::from_hours(2)), Some(1));
    }
    press(&mut app, "/ b i Enter Space");
    assert_eq!(selected(&app), "billing");
    let last = wished(&mut app, "[").unwrap();
    assert_eq!(toast(&app), "rebalance: m joined");
    // All three are in the same minute.
    assert!(last >= ago(3_600) && last.since(ago(3_600)) < Duration::from_mins(1), "{last:?}");
    assert_eq!(wished(&mut app, "["), None);
    assert_eq!(toast(&app), "nothing is known to have happened before");
    assert!(press(&mut app, "]").contains(&Effect::SetMoment(None)));
    assert_eq!(toast(&app), "nothing happened between that and the pause");
}

#[test]
fn the_store_goes_on_and_the_pause_stays() {
    let mut app = paused();
    let wish = wish(&press(&mut app, "Left")).unwrap();
    update(&mut app, answer(&wish), NOW);
    let live = snapshot(&[group("new", &[1])], 11);
    update(&mut app, Input::Snapshot(Arc::clone(&live)), NOW);
    assert_eq!(names(&app), ["then"]);
    press(&mut app, "End");
    assert_eq!(names(&app).len(), 3);
    press(&mut app, "Space");
    assert_eq!(names(&app), ["new"]);
}
