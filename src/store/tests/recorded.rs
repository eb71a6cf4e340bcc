//! Commits as they are recorded, between answers and against them.

use super::story::Story;
use crate::model::observation::{CommitsObserved, FollowedObserved, TopicObserved};
use crate::model::{Body, Differing, Fault, GroupState, SourceHealth, SourceId, Timestamp};

/// A group at 40 of 100, a moment ago.
fn begun() -> Story {
    let mut story = Story::new();
    story.pass(1_000).committed("g", &[(0, Some(40))]).pass(5).ends(&[(0, 100)]).pass(300);
    story.store.publish();
    story
}

fn newest(story: &mut Story) -> Option<i64> {
    story.partition(0).history.newest().and_then(|newest| newest.value)
}

#[test]
fn a_recorded_commit_is_known_at_once_and_counted_from_with_the_next_end() {
    let mut story = begun();
    story.recorded("g", 0, Some(90));
    let row = story.partition(0);
    let commit = row.commit.expect("committed");
    assert_eq!((commit.newest(), commit.leader_epoch), (90, Some(3)));
    assert_eq!(row.lag.records, Some(60), "no end is as new as this commit");
    assert_eq!(newest(&mut story), Some(90));

    story.pass(700).ends(&[(0, 130)]);
    let row = story.partition(0);
    assert_eq!((row.lag.records, row.lag.end), (Some(40), Some(130)));
    assert_eq!(row.commit.map(|commit| commit.offset), Some(90));
}

#[test]
fn lag_is_not_counted_from_a_commit_that_is_newer_than_the_end() {
    let mut story = begun();
    story.recorded("g", 0, Some(90)).pass(700).ends(&[(0, 130)]);
    assert_eq!(story.partition(0).lag.records, Some(40));
    // A second commit between two looks at the end: lag would shrink for a moment, and grow back.
    story.pass(300).recorded("g", 0, Some(125));
    assert_eq!(story.partition(0).lag.records, Some(40));
    story.pass(700).ends(&[(0, 160)]);
    assert_eq!(story.partition(0).lag.records, Some(35));
}

#[test]
fn commits_that_never_pause_are_counted_with_each_end() {
    let mut story = begun();
    for step in 1..=5 {
        // One is always newer than the question after the end that is told next.
        let asked = story.now;
        story.pass(10).recorded("g", 0, Some(40 + step * 10)).pass(5);
        let now = std::mem::replace(&mut story.now, asked);
        story.ends(&[(0, 100 + step * 10)]);
        story.now = now;
        assert_eq!(story.partition(0).lag.records, Some(60), "step {step}");
    }
}

#[test]
fn an_answer_to_an_older_question_is_no_rewind() {
    let mut story = begun();
    story.recorded("g", 0, Some(90)).committed("g", &[(0, Some(40))]);
    let row = story.partition(0);
    assert_eq!((row.commit.map(|commit| commit.newest()), row.lag.records), (Some(90), Some(60)));
    assert_eq!(newest(&mut story), Some(90));
}

#[test]
fn an_answer_undoes_what_a_transaction_did_not_commit() {
    let mut story = begun();
    story.recorded("g", 0, Some(90)).pass(700).ends(&[(0, 100)]);
    assert_eq!(story.partition(0).lag.records, Some(10), "until it is asked for");
    story.pass(300).committed("g", &[(0, Some(40))]).pass(5).ends(&[(0, 100)]);
    let row = story.partition(0);
    assert_eq!(row.lag.records, Some(60));
    assert_eq!(newest(&mut story), Some(40));
    assert_eq!(row.commit.and_then(|commit| commit.recorded), None);
}

#[test]
fn a_first_commit_has_a_row_at_once() {
    let mut story = Story::new();
    story.listed(1, &[("g", GroupState::Empty)]).committed("g", &[]).ends(&[(0, 7), (4, 9)]);
    story.pass(300).recorded("g", 4, Some(5)).recorded("g", 0, Some(7)).recorded("h", 0, Some(1));
    let group = story.group("g");
    let rows: Vec<_> =
        group.partitions().map(|(_, row)| (row.partition, row.lag.records)).collect();
    assert_eq!(rows, [(0, Some(0)), (4, Some(4))]);
    assert!(story.store.publish().group(&"h".into()).is_none(), "no list has named it");
    // The answer to a question from before it does not take it away.
    story.committed("g", &[]);
    assert_eq!(story.group("g").partitions().count(), 2);
}

#[test]
fn a_commit_that_is_taken_away_is_gone_at_once() {
    let mut story = Story::new();
    story.described("g", GroupState::Stable, &[("a", &[0])]);
    story.committed("g", &[(0, Some(4)), (1, Some(5))]).pass(5).ends(&[(0, 9), (1, 9)]).pass(300);
    story.recorded("g", 0, None).recorded("g", 1, None);
    let left = |story: &mut Story| {
        let group = story.group("g");
        let rows = group.partitions().map(|(_, row)| (row.partition, row.commit.is_some()));
        rows.collect::<Vec<_>>()
    };
    assert_eq!(left(&mut story), [(0, false)], "a member holds this one");
    // An answer that was on its way does not bring it back; one asked for later would.
    story.committed("g", &[(0, Some(4)), (1, Some(5))]);
    assert_eq!(left(&mut story), [(0, false)]);
    story.pass(1_000).committed("g", &[(0, Some(4)), (1, Some(5))]);
    assert_eq!(left(&mut story), [(0, true), (1, true)]);
}

#[test]
fn what_may_not_be_asked_for_is_not_overheard() {
    let mut story = begun();
    let refused = Fault::new("GROUP_AUTHORIZATION_FAILED", "not authorized to group");
    story.see(Body::Commits(vec![CommitsObserved {
        id: "g".into(),
        asked: Timestamp::default(),
        topics: Err(refused),
        compared: false,
    }]));
    story.recorded("g", 0, Some(90));
    assert_eq!(story.partition(0).commit.map(|commit| commit.newest()), Some(40));
}

#[test]
fn while_records_tell_all_there_is_commits_are_fresh() {
    let mut story = begun();
    let told = FollowedObserved { commits: vec!["g".into()], members: vec!["g".into()] };
    let now = Timestamp::from_millis(story.pass(60_000).now);
    story.see(Body::Followed(told));
    let snapshot = story.store.publish();
    let seen = snapshot.group(&"g".into()).expect("known").seen;
    assert_eq!((seen.commits, seen.described), (Some(now), Some(now)));
    assert_eq!(newest(&mut story), Some(40), "no gap: nothing was missed");
}

#[test]
fn a_difference_at_rest_is_counted_once_and_the_answer_taken() {
    let mut story = begun();
    let differences = |story: &mut Story| story.store.publish().differences.clone();
    story.recorded("g", 0, Some(90)).pass(1_000).answered("g", &[(0, Some(90))], true);
    // The answer is ahead of the tail, which follows.
    story.pass(1_000).answered("g", &[(0, Some(95))], true);
    assert_eq!(newest(&mut story), Some(90));
    story.pass(5).recorded("g", 0, Some(95)).pass(5_000).answered("g", &[(0, Some(95))], true);
    assert_eq!(differences(&mut story).count, 0);

    // Nothing follows.
    for _ in 0..2 {
        story.pass(5_000).answered("g", &[(0, Some(97))], true);
    }
    let told = differences(&mut story);
    let last = told.last.expect("one");
    assert_eq!((told.count, last.group.as_str(), last.about), (1, "g", Differing::Commits));
    assert_eq!(newest(&mut story), Some(97));
    story.pass(5_000).answered("g", &[(0, Some(97))], true);
    assert_eq!(differences(&mut story).count, 1, "agreed upon again");
}

#[test]
fn a_topic_that_may_not_be_described_is_left_out_of_answers_and_is_no_difference() {
    let mut story = Story::new();
    story.committed("g", &[]);
    let health = Body::Health(SourceHealth::Working);
    let at = Timestamp::from_millis(story.now);
    story.store.apply(crate::model::Observation { at, source: SourceId::Stream, body: health });
    story.pass(300).recorded("g", 0, Some(90));
    let refused = Fault::new("TOPIC_AUTHORIZATION_FAILED", "not authorized to topic");
    let topics = vec![TopicObserved { topic: "t".into(), metadata: Err(refused.clone()) }];
    story.see(Body::Topics(topics));
    for compared in [true, true, true, false] {
        story.pass(5_000);
        let asked = Timestamp::from_millis(story.now - 2);
        let (id, topics) = ("g".into(), Ok(Vec::new()));
        story.see(Body::Commits(vec![CommitsObserved { id, asked, topics, compared }]));
    }
    assert_eq!(story.store.publish().differences.count, 0);
    assert_eq!(story.partition(0).fault, Some(refused));
}
