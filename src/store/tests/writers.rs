//! Producers, and records that open transactions hold back.

use super::story::Story;
use crate::model::observation::LogOffset;
use crate::model::writers::{Held, LOOKS_KEPT, ProducersObserved, ProducersSeen, Writers, Written};
use crate::model::{Body, Fault, GroupState, Timestamp};

fn seen(active: u32, since: Option<Written>) -> ProducersSeen {
    ProducersSeen { active, since, oldest: None, open: Vec::new() }
}

impl Story {
    fn producers(&mut self, topic: &str, seen: ProducersSeen) -> &mut Self {
        self.told(topic, Ok(seen))
    }

    fn told(&mut self, topic: &str, told: Result<ProducersSeen, Fault>) -> &mut Self {
        let partitions = vec![(0, told)];
        self.see(Body::Producers(vec![ProducersObserved { topic: topic.into(), partitions }]))
    }

    fn writers(&mut self, topic: &str) -> Option<Writers> {
        let snapshot = self.store.publish();
        let log = snapshot.topic(&topic.into())?.view.partition(0)?.clone();
        log.writers.as_deref().cloned()
    }

    fn moment(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    /// What a look tells ten seconds after the last.
    fn later(&mut self, came: u32, wrote: u32) -> Written {
        let from = self.moment();
        self.pass(10_000);
        Written { from, came, wrote }
    }
}

#[test]
fn looks_at_producers_are_kept_and_bounded() {
    let mut story = Story::new();
    story.committed("g", &[(0, Some(5))]).ends(&[(0, 5)]);
    assert_eq!(story.writers("t"), None, "nobody looked");
    story.producers("t", seen(100, None));
    for look in 1..100_u32 {
        let since = story.later(1, 1);
        story.producers("t", seen(100 + look, Some(since)));
    }
    let known = story.writers("t").and_then(|writers| writers.producers).expect("looks");
    assert_eq!(known.looks.len(), LOOKS_KEPT);
    assert_eq!(known.looks.last().map(|look| look.active), Some(199));
    assert_eq!(known.history.newest().and_then(|point| point.value), Some(199));
}

#[test]
fn a_refusal_stands_in_the_place_of_the_number() {
    let mut story = Story::new();
    story.committed("g", &[(0, Some(5))]).ends(&[(0, 5)]).producers("t", seen(3, None));
    let fault = Fault::new("TOPIC_AUTHORIZATION_FAILED", "not authorized");
    story.pass(10_000).told("t", Err(fault.clone()));
    let known = story.writers("t").and_then(|writers| writers.producers).expect("looks");
    assert_eq!(known.seen, Err(fault));
    assert_eq!(known.history.newest().and_then(|point| point.value), None);
    assert_eq!(known.looks.len(), 1, "what was seen stays");
}

#[test]
fn a_topic_that_nobody_reads_is_kept_as_long_as_its_producers_come_and_go() {
    let mut story = Story::new();
    let groups = [("g", GroupState::Empty)];
    story.listed(1, &groups).round_over(true);
    story.producers("quiet", seen(3, None));
    let since = story.later(0, 3);
    story.producers("quiet", seen(3, Some(since)));
    assert_eq!(story.writers("quiet"), None);
    let since = story.later(4, 4);
    story.producers("churned", seen(30, Some(since)));
    assert!(story.writers("churned").is_some());
    // A group goes, and topics that none needs with it.
    story.listed(1, &[]).round_over(true);
    assert!(story.writers("churned").is_some(), "it is being looked at");
    story.pass(1_000_000).listed(1, &groups).round_over(true);
    story.pass(1_000).listed(1, &[]).round_over(true);
    assert_eq!(story.writers("churned"), None);
}

#[test]
fn who_comes_and_never_writes_again_is_found_of_the_topic() {
    let mut story = Story::new();
    story.producers("churned", seen(100, None));
    for look in 1..=14_u32 {
        let since = story.later(4, 4);
        story.producers("churned", seen(100 + 4 * look, Some(since)));
    }
    let snapshot = story.store.publish();
    let found: Vec<_> = snapshot.findings();
    assert_eq!(
        found.first().map(|one| (one.rule, one.subject.name())),
        Some(("producer-churn", "churned"))
    );
    // When nobody looks any more, nobody knows.
    story.pass(300_000);
    story.round_over(false);
    assert!(story.store.publish().findings().is_empty());
}

#[test]
fn what_is_held_back_is_told_since_the_first_look() {
    let mut story = Story::new();
    story.committed("g", &[(0, Some(5))]);
    let stable = |story: &mut Story, end, stable| {
        story.pass(10_000).ends(&[(0, end)]).offsets(LogOffset::LastStable, &[(0, stable)]);
        story.writers("t").and_then(|writers| writers.held)
    };
    assert_eq!(stable(&mut story, 100, 100), None);
    let first = stable(&mut story, 140, 100).expect("40 are held back");
    let now = story.moment();
    assert_eq!(first, Held { last_stable: 100, since: now, until: now, records: 40 });
    let second = stable(&mut story, 190, 100).expect("it stands still");
    assert_eq!((second.since, second.until, second.records), (now, story.moment(), 90));
    let third = stable(&mut story, 200, 150).expect("another is the oldest now");
    assert_eq!((third.since, third.records), (story.moment(), 50));
    assert_eq!(stable(&mut story, 200, 200), None);
}

#[test]
fn an_end_that_is_told_later_is_no_evidence() {
    let mut story = Story::new();
    story.committed("g", &[(0, Some(5))]).ends(&[(0, 100)]);
    story.pass(1_000).offsets(LogOffset::LastStable, &[(0, 100)]);
    story.pass(1_000).ends(&[(0, 900)]);
    assert_eq!(story.writers("t").and_then(|writers| writers.held), None);
}

#[test]
fn a_transaction_that_stays_open_is_found_though_nothing_moves() {
    let mut story = Story::new();
    story.listed(1, &[("g", GroupState::Empty)]).committed("g", &[(0, Some(100))]);
    story.ends(&[(0, 140)]).offsets(LogOffset::LastStable, &[(0, 100)]);
    assert!(story.store.publish().findings().is_empty());
    for _ in 0..7 {
        story.pass(10_000).ends(&[(0, 140)]).offsets(LogOffset::LastStable, &[(0, 100)]);
    }
    let snapshot = story.store.publish();
    let found = snapshot.findings();
    let found = found.iter().find(|one| one.rule == "open-transaction").expect("it stays open");
    assert!(
        found.sentence.starts_with("open transaction: 40 records held back on t/0 for 70s"),
        "{}",
        found.sentence
    );
    assert!(found.sentence.ends_with("read by g"), "{}", found.sentence);
}
