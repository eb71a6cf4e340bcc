//! A topic that was made anew.

use lagtop::model::{Severity, TopicName};

use crate::lab::negative_lag::{AFTER, BEFORE, GROUP, TOPIC, make_anew};
use crate::watch::{Watch, run};

#[tokio::test(flavor = "multi_thread")]
async fn the_number_and_its_causes_are_told_and_the_cause_once_it_was_seen() {
    let Some((mut lab, scenario)) = run("negative-lag") else { return };
    let mut watch = Watch::start(&lab, scenario, &[GROUP]);
    let found = watch.finds("negative-lag", |one| one.subject.partitions.len() == 2).await;
    watch.tell(&found);
    let sentence = &found.sentence;
    assert_eq!(found.severity, Severity::Warning);
    assert_eq!(found.subject.topic.as_ref().map(TopicName::as_str), Some(TOPIC));
    let lag = AFTER - BEFORE;
    assert!(sentence.starts_with(&format!("negative lag {lag} on {TOPIC}/")), "{sentence}");
    let facts = format!("committed {BEFORE}, the log ends at {AFTER}");
    assert!(found.evidence.iter().any(|fact| fact.text == facts), "{found:#?}");
    // It was so before lagtop came.
    assert!(sentence.contains("the topic was made anew, the log truncated, or"), "{sentence}");

    make_anew(&lab).unwrap();
    let found =
        watch.finds("negative-lag", |one| one.sentence.contains("while it was watched")).await;
    assert!(found.sentence.contains("its topic was made anew"), "{}", found.sentence);
    watch.goes_on(5).await;
    lab.check().unwrap();
}
