//! Commits, ends and what follows from the two: lag, rates, history.

use super::story::Story;
use crate::model::observation::{LogOffset, OffsetsObserved, TopicObserved, TopicOffsets};
use crate::model::{Body, Fault, GroupState, Rate, Timestamp};

#[test]
fn an_end_read_before_the_commit_is_not_negative_lag() {
    let mut story = Story::new();
    story.ends(&[(0, 100)]).pass(5).committed("g", &[(0, Some(120))]);
    assert_eq!(story.partition(0).lag.records, Some(0));
    // The same end, confirmed after the commit: now it is real.
    story.pass(1_000).ends(&[(0, 100)]);
    assert_eq!(story.partition(0).lag.records, Some(-20));
    assert_eq!(story.group("g").totals.negative, 1);
    assert_eq!(story.group("g").totals.lag, Some(0), "a negative lag offsets nothing");
}

#[test]
fn one_bad_partition_leaves_the_others_alone() {
    let mut story = Story::new();
    story.committed("g", &[(0, Some(40)), (1, Some(40))]).pass(1);
    let gone = Fault::new("LEADER_NOT_AVAILABLE", "no leader");
    let partitions = vec![(0, Ok(100)), (1, Err(gone.clone()))];
    let topics = vec![TopicOffsets { topic: "t".into(), partitions }];
    story.see(Body::Offsets(OffsetsObserved { which: LogOffset::HighWatermark, topics }));
    assert_eq!(story.partition(0).lag.records, Some(60));
    assert_eq!((story.partition(1).lag.records, story.partition(1).fault), (None, Some(gone)));
    assert_eq!((story.group("g").totals.lag, story.group("g").totals.unknown), (Some(60), 1));
}

#[test]
fn partitions_held_without_a_commit_have_a_row_and_no_lag() {
    let mut story = Story::new();
    story.described("g", GroupState::Stable, &[("a", &[0, 1]), ("idle", &[])]);
    story.committed("g", &[(0, Some(40)), (2, Some(7))]).pass(1).ends(&[(0, 100), (1, 9), (2, 7)]);
    story.offsets(LogOffset::Start, &[(1, 4)]);
    let group = story.group("g");
    let rows: Vec<_> = group
        .partitions()
        .map(|(_, row)| (row.partition, row.lag.records, group.owner(row).map(|m| &*m.client_id)))
        .collect();
    assert_eq!(rows, [(0, Some(60), Some("a")), (1, None, Some("a")), (2, Some(0), None)]);
    assert_eq!(group.topics[0].partitions[1].lag.backlog, Some(5));
    let members = group.members.as_deref().expect("described");
    assert_eq!(members[0].lag, Some(60));
    assert_eq!((members[1].held(), members[1].lag), (Some(0), None));
}

#[test]
fn an_expired_commit_takes_its_row_along() {
    let mut story = Story::new();
    story
        .committed("g", &[(0, Some(40)), (1, Some(7))])
        .pass(1_000)
        .committed("g", &[(1, Some(7))]);
    let rows: Vec<_> = story.group("g").partitions().map(|(_, row)| row.partition).collect();
    assert_eq!(rows, [1]);
}

#[test]
fn rates_and_eta_follow_commits_and_ends() {
    let mut story = Story::new();
    for second in 0..40 {
        story.committed("g", &[(0, Some(second * 30))]).pass(10).ends(&[(0, 1_000 + second * 20)]);
        story.pass(10).round_over(true).pass(980);
    }
    let group = story.group("g");
    let close = |rate: Option<Rate>, expected: f64| {
        let rate = rate.expect("known").0;
        assert!((rate - expected).abs() < 0.1, "{rate} is not {expected}");
    };
    close(group.totals.consumed, 30.0);
    close(group.totals.arriving, 20.0);
    close(group.topics[0].partitions[0].consumed, 30.0);
    assert_eq!(group.totals.lag, Some(1_000 + 39 * 20 - 39 * 30));
    close(story.store.publish().totals.growth, -10.0);
}

#[test]
fn a_topic_created_again_starts_without_a_past() {
    let mut story = Story::new();
    story.topic_id(1).committed("g", &[(0, Some(90))]).pass(1).ends(&[(0, 100)]);
    assert_eq!(story.partition(0).lag.records, Some(10));
    story.pass(1_000).topic_id(2);
    assert_eq!(story.partition(0).lag.records, None, "no end of the new topic was seen yet");
    story.pass(10).ends(&[(0, 3)]);
    assert_eq!(story.partition(0).lag.records, Some(-87), "really negative, and shown");
}

#[test]
fn a_deleted_topic_keeps_its_commits_and_loses_its_end() {
    let mut story = Story::new();
    story.topic_id(1).committed("g", &[(0, Some(90))]).pass(1).ends(&[(0, 100)]);
    let gone = Fault::new("UNKNOWN_TOPIC_OR_PARTITION", "the topic does not exist");
    story.see(Body::Topics(vec![TopicObserved { topic: "t".into(), metadata: Err(gone.clone()) }]));
    let row = story.partition(0);
    assert_eq!(row.commit.map(|commit| commit.offset), Some(90));
    assert_eq!((row.lag.records, row.lag.end, row.fault), (None, None, Some(gone)));
}

#[test]
fn a_silence_is_a_gap_in_history() {
    let mut story = Story::new();
    let look = |story: &mut Story, offset| {
        story.listed(1, &[("g", GroupState::Stable)]).committed("g", &[(0, Some(offset))]);
        story.pass(10).ends(&[(0, 500)]).round_over(true);
    };
    look(&mut story, 100);
    let before = story.now;
    story.store.publish();
    story.pass(60_000);
    look(&mut story, 200);
    let at = |ms| Timestamp::from_millis(ms);
    let group = story.group("g");
    let row = &group.topics[0].partitions[0];
    assert_eq!(row.history.at(at(before)), Some(100));
    assert_eq!(row.history.at(at(before + 30_000)), None);
    assert_eq!(row.history.at(at(story.now)), Some(200));
    assert_eq!(group.lag_history.at(at(before + 30_000)), None);
    assert_eq!(group.band.at(at(before + 30_000)), None);
    let topics = story.store.publish().topics.clone();
    assert_eq!(topics[0].view.partitions[0].history.at(at(before + 30_000)), None);
}
