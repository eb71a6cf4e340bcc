//! Moments that a person marked.

use super::story::Story;
use crate::model::marker::MARKERS_KEPT;
use crate::model::{Body, Marker, Timestamp};

#[test]
fn markers_stand_at_their_moments_and_the_oldest_are_forgotten() {
    let mut story = Story::new();
    let begun = story.now;
    let mark = |story: &mut Story, at: i64, note: &str| {
        let marker = Marker { at: Timestamp::from_millis(at), note: note.into() };
        story.see(Body::Marker(marker));
    };
    mark(&mut story, begun, "now");
    mark(&mut story, begun - 60_000, "a minute ago");
    let notes = |story: &mut Story| -> Vec<String> {
        let snapshot = story.store.publish();
        snapshot.markers.iter().map(|marker| marker.note.to_string()).collect()
    };
    assert_eq!(notes(&mut story), ["a minute ago", "now"]);
    for _ in 1..MARKERS_KEPT {
        mark(&mut story, begun + 1, "later");
    }
    let kept = notes(&mut story);
    assert_eq!((kept.len(), kept[0].as_str()), (MARKERS_KEPT, "now"));
}
