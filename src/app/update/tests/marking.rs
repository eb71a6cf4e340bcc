//! Moments that the person marks.

use std::sync::Arc;
use std::time::Duration;

use super::{draws, three, toast};
use crate::app::fixture::{self, NOW, press};
use crate::app::{Effect, Input, Prompt, update};
use crate::model::{Marker, Snapshot, Timestamp};

fn marker(effects: &[Effect]) -> Option<(Timestamp, &str)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Mark(marker) => Some((marker.at, &*marker.note)),
        _ => None,
    })
}

#[test]
fn a_note_is_typed_and_kept_or_given_up() {
    let mut app = fixture::app(&three());
    let effects = press(&mut app, "m q 4 Space Backspace Backspace 2 Enter");
    assert_eq!(marker(&effects), Some((NOW, "q2")));
    assert_eq!((app.prompt.clone(), app.groups.len()), (None, 3), "nothing was filtered");
    assert_eq!(marker(&press(&mut app, "m x Esc Enter")), None);
    assert_eq!(marker(&press(&mut app, "m Enter")), Some((NOW, "")), "a moment needs no words");
}

#[test]
fn the_moment_shown_is_marked_not_that_of_typing() {
    let mut app = fixture::app(&three());
    press(&mut app, "Space m");
    let later = NOW.plus(Duration::from_secs(9));
    let effects = update(&mut app, Input::Paste("deploy 42".to_owned()), later);
    assert_eq!(marker(&effects), None);
    assert!(matches!(&app.prompt, Some(Prompt::Note { at: NOW, text }) if text == "deploy 42"));
}

#[test]
fn brackets_stop_at_markers_also_at_those_set_since_the_pause() {
    let mut app = fixture::app(&three());
    for entry in app.live.groups.iter() {
        entry.view.lag_history.push(NOW.minus(Duration::from_hours(2)), Some(1));
    }
    press(&mut app, "Space");
    let at = NOW.minus(Duration::from_secs(30));
    let markers = Arc::new(vec![Marker { at, note: "deploy".into() }]);
    let live = Snapshot { markers, ..Snapshot::clone(&app.live) };
    let effects = update(&mut app, Input::Snapshot(Arc::new(live)), NOW);
    assert!(draws(&effects), "it is seen at once");
    press(&mut app, "[");
    assert_eq!(toast(&app), "marker: deploy");
}

#[test]
fn a_marker_that_was_not_taken_is_told() {
    let mut app = fixture::app(&three());
    update(&mut app, Input::NotMarked(Marker { at: NOW, note: "deploy".into() }), NOW);
    assert_eq!(toast(&app), "the marker was not taken, mark again: deploy");
}
