//! The time before the start, told after the present is known.

use std::time::Duration;

use super::story::Story;
use crate::model::observation::{PastCommits, PastEnds, PastObserved};
use crate::model::{Body, GroupState, HistoryProgress, HistoryStage, Timestamp};

/// A group at 40 and 7 of 100 and 9, seen once.
fn begun() -> (Story, Timestamp) {
    let mut story = Story::new();
    story.listed(1, &[("g", GroupState::Empty)]).committed("g", &[(0, Some(40)), (1, Some(7))]);
    story.pass(5).ends(&[(0, 100), (1, 9)]).round_over(true);
    story.store.publish();
    let now = Timestamp::from_millis(story.pass(400).now);
    (story, now)
}

fn over() -> Body {
    let stage = HistoryStage::Complete;
    Body::History(HistoryProgress { wanted_ms: 100_000, reached_ms: 100_000, bytes: 0, stage })
}

fn pieces(now: Timestamp) -> [PastObserved; 3] {
    let ago = |seconds| now.minus(Duration::from_secs(seconds));
    let commits = PastCommits {
        group: "g".into(),
        topic: "t".into(),
        partition: 0,
        points: vec![(ago(60), Some(10)), (ago(30), Some(40))],
    };
    let ends = |partition, points| PastEnds { topic: "t".into(), partition, points };
    [
        PastObserved::Ends(vec![
            ends(0, vec![(ago(100), 50), (ago(30), 100)]),
            ends(1, vec![(ago(100), 9)]),
        ]),
        PastObserved::Commits(vec![commits]),
        PastObserved::Still { from: ago(100), until: now },
    ]
}

#[test]
fn what_was_read_stands_before_what_was_seen_and_the_rest_stood_still() {
    let (mut story, now) = begun();
    for piece in pieces(now) {
        story.see(Body::Past(piece));
        story.store.publish();
    }
    story.see(over());
    let at = |seconds| now.minus(Duration::from_secs(seconds));
    let (read, still) = (story.partition(0).history, story.partition(1).history);
    assert_eq!([90, 45, 15].map(|ago| read.at(at(ago))), [None, Some(10), Some(40)]);
    assert_eq!([101, 90, 1].map(|ago| still.at(at(ago))), [None, Some(7), Some(7)]);
    let sum = &story.group("g").lag_history;
    assert_eq!(sum.at(at(90)), None, "of one partition it is not known");
    assert_eq!([45, 15].map(|ago| sum.at(at(ago))), [Some(40 + 2), Some(60 + 2)]);
}

#[test]
fn it_waits_until_everything_that_exists_has_a_name() {
    let now = Timestamp::from_millis(Story::new().now + 405);
    let mut story = Story::new();
    for piece in pieces(now) {
        story.see(Body::Past(piece));
    }
    story.see(over());
    story.store.publish();
    story.listed(1, &[("g", GroupState::Empty)]).committed("g", &[(0, Some(40)), (1, Some(7))]);
    story.pass(5).ends(&[(0, 100), (1, 9)]).round_over(true);
    let read = story.partition(0).history;
    assert_eq!(read.at(now.minus(Duration::from_secs(45))), Some(10));
}

#[test]
fn what_was_first_seen_later_may_have_moved_unseen() {
    let (mut story, now) = begun();
    story.pass(5_000).committed("g", &[(0, Some(40)), (1, Some(7)), (2, Some(3))]);
    let from = now.minus(Duration::from_secs(100));
    story.see(Body::Past(PastObserved::Still { from, until: now })).see(over());
    let before = |story: &mut Story, partition| {
        story.partition(partition).history.at(now.minus(Duration::from_secs(9)))
    };
    assert_eq!((before(&mut story, 1), before(&mut story, 2)), (Some(7), None));
}
