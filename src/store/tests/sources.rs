//! What the sources tell of themselves.

use super::story::Story;
use crate::model::{Body, Cost, Observation, SourceHealth, SourceId, Timestamp};

#[test]
fn own_cost_is_told_per_second() {
    let mut story = Story::new();
    for _ in 0..5 {
        story.pass(1_000).round_over(true);
    }
    let snapshot = story.store.publish();
    let source = snapshot.source(SourceId::Poll).expect("it reported");
    assert_eq!((source.requests_per_second, source.bytes_per_second), (Some(4.0), Some(1_000.0)));
    assert_eq!(source.health, SourceHealth::Working);
}

#[test]
fn a_source_without_rounds_tells_its_cost_all_the_same() {
    let mut story = Story::new();
    let mut cost = |requests| {
        let cost = Cost { requests, bytes_in: 100 * requests, ..Cost::default() };
        let at = Timestamp::from_millis(story.pass(2_000).now);
        let (source, body) = (SourceId::Stream, Body::Cost(cost));
        story.store.apply(Observation { at, source, body });
        let snapshot = story.store.publish();
        snapshot.source(SourceId::Stream).expect("it reported").requests_per_second
    };
    assert_eq!(cost(10), None);
    assert_eq!(cost(14), Some(2.0));
    // Begun anew.
    cost(1);
    assert_eq!(cost(7), Some(3.0));
}
