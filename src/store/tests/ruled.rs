//! Groups and topics are judged by the rules that their names choose.

use super::story::Story;
use crate::diagnose::{Chapter, RuleBook, Selector};
use crate::model::Body;
use crate::model::observation::{CommitObserved, CommitsObserved, TopicCommits};
use crate::model::{GroupState, Timestamp};

/// A story in which `rule` is off for some.
fn story(group: Option<&str>, topic: Option<&str>, rule: &str) -> Story {
    let pattern = |text: &str| text.parse().unwrap();
    let selector = Selector { group: group.map(pattern), topic: topic.map(pattern) };
    let mut chapter = Chapter::new(selector);
    chapter.set(rule, None, "off").unwrap();
    let mut book = RuleBook::default();
    book.add(chapter);
    let mut story = Story::new();
    story.store = story.store.ruled_by(book);
    story
}

/// The rules that find something of a group.
fn found(story: &mut Story, group: &str) -> Vec<&'static str> {
    let snapshot = story.store.publish();
    let findings = &snapshot.group(&group.into()).unwrap().findings;
    findings.firing.iter().map(|finding| finding.rule).collect()
}

/// A commit beyond the end of the log.
fn ahead(story: &mut Story, group: &str) {
    story.listed(1, &[(group, GroupState::Stable)]).committed(group, &[(0, Some(9))]);
    story.pass(1_000).ends(&[(0, 5)]);
}

#[test]
fn a_group_is_judged_by_its_own_rules() {
    let mut story = story(Some("^quiet"), None, "negative-lag");
    ahead(&mut story, "quiet-one");
    ahead(&mut story, "other");
    assert_eq!(found(&mut story, "quiet-one"), [""; 0]);
    assert_eq!(found(&mut story, "other"), ["negative-lag"]);
}

/// Rules are looked up once, and again when the group reads something else.
#[test]
fn a_group_is_judged_by_the_topics_that_it_reads() {
    let mut story = story(None, Some("^t$"), "negative-lag");
    ahead(&mut story, "g");
    assert_eq!(found(&mut story, "g"), [""; 0]);
    let commit = CommitObserved {
        partition: 0,
        offset: Ok(Some(1)),
        leader_epoch: None,
        metadata: "".into(),
    };
    let topics = ["t", "u"].map(|topic| {
        let mut commit = commit.clone();
        commit.offset = Ok(Some(if topic == "t" { 9 } else { 1 }));
        TopicCommits { topic: topic.into(), partitions: vec![commit] }
    });
    let asked = Timestamp::from_millis(story.now - 2);
    let topics = Ok(topics.to_vec());
    story.see(Body::Commits(vec![CommitsObserved {
        id: "g".into(),
        asked,
        topics,
        compared: false,
    }]));
    assert_eq!(found(&mut story, "g"), ["negative-lag"]);
}

#[test]
fn a_topic_is_judged_by_its_own_rules() {
    let found = |topic: &str| {
        let mut story = story(None, Some(topic), "under-replicated");
        ahead(&mut story, "g");
        story.short_of_replicas();
        let snapshot = story.store.publish();
        let findings = &snapshot.topic(&"t".into()).unwrap().findings.firing;
        findings.iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(found("^other$"), ["under-replicated"]);
    assert_eq!(found("^t$"), [""; 0]);
}
