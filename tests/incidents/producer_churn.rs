//! A producer for each record, and topics that become more and more.

use std::time::Instant;

use anyhow::ensure;
use lagtop::model::inventory::Counted;
use lagtop::model::{Severity, Since, Snapshot, TopicName};

use crate::lab::Lab;
use crate::lab::producer_churn::{
    BESIDE, CHURNED, EACH, EXPERIMENT, PARTITIONS, PREFIX, READER, STEADY,
};
use crate::support::wait;
use crate::watch::{MIDDLE, Watch, about, numbers, run_alone};

/// Producers that were made so far, and when that was.
fn made(lab: &Lab) -> (f64, Instant) {
    let producers = lab.worker(&format!("short-lived {CHURNED}")).unwrap().records();
    (producers as f64, Instant::now())
}

fn counted(snapshot: &Snapshot, counted: Counted) -> Option<u64> {
    let now = snapshot.inventory.view.count(counted)?.now?;
    u64::try_from(now).ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_once_and_what_becomes_more_is_told() {
    let Some((mut lab, scenario)) = run_alone("producer-churn") else { return };
    wait::answer_within(MIDDLE, "some have come and gone", || {
        lab.check()?;
        let (producers, _) = made(&lab);
        ensure!(producers >= 60.0, "{producers}");
        Ok(())
    })
    .unwrap();
    let mut watch = Watch::start(&lab, scenario, &[READER, BESIDE]);
    let (before, begun) = made(&lab);
    let found = watch.finds("producer-churn", |_| true).await;
    watch.tell(&found);
    let (after, now) = made(&lab);
    let sentence = &found.sentence;
    assert_eq!(found.severity, Severity::Warning);
    assert_eq!(found.subject.topic.as_ref().map(TopicName::as_str), Some(CHURNED));
    assert_eq!(found.subject.partitions.len(), usize::from(PARTITIONS), "{found:#?}");

    // `producer churn: 358 new producer ids a minute on 3 partitions, 100 % of those that write; clicks/0
    // remembers 86, 42 when it began 20s ago`.
    let [a_minute, partitions, share, ..] = numbers(sentence)[..] else { panic!("{sentence}") };
    let truth = (after - before) / now.duration_since(begun).as_secs_f64() * 60.0;
    assert!(about(a_minute, truth, 0.25), "{truth}: {sentence}");
    assert!(about(partitions, f64::from(PARTITIONS), 0.01) && share >= 95.0, "{sentence}");
    let told = sentence.split_once(" remembers ").unwrap().1;
    let [remembered, then, ..] = numbers(told)[..] else { panic!("{sentence}") };
    let on_each = |all: f64| all / f64::from(PARTITIONS);
    assert!(remembered <= on_each(after) + 1.0 && remembered > on_each(before), "{sentence}");
    assert!(then + 1.0 >= on_each(before) && then < remembered, "{before}: {sentence}");
    assert!(matches!(found.since, Since::Before(_)), "it was so when lagtop came: {found:#?}");

    let experiment = || lab.worker(EXPERIMENT).unwrap().records();
    let grows = watch.finds("inventory-growth", |one| one.severity == Severity::Warning).await;
    watch.tell(&grows);
    let made = experiment();
    assert_eq!(grows.subject.name(), "cluster");
    // `+8 topics, +32 partitions in 26s, prefix exp-; now 25 topics, 98 partitions`.
    let sentence = &grows.sentence;
    let [topics, partitions, ..] = numbers(sentence)[..] else { panic!("{sentence}") };
    assert!((8.0..=made as f64).contains(&topics), "{made}: {sentence}");
    assert!(about(partitions, topics * f64::from(EACH), 0.01), "{sentence}");
    assert!(sentence.contains(&format!(", prefix {PREFIX};")), "{sentence}");
    let snapshot = watch.now();
    let all = counted(&snapshot, Counted::Topics).unwrap();
    // Two were there before; the last may not have been seen yet, another may have come since.
    assert!((made..=experiment() + 2).contains(&all), "{made}: {all}");
    let named =
        grows.evidence.iter().any(|fact| fact.text.contains(&format!("({EACH} partitions)")));
    assert!(named, "{grows:#?}");

    watch.goes_on(10).await;
    lab.check().unwrap();
    drop(watch);
    beside(&lab, scenario).await;
}

/// lagtop that looks at nothing but the group beside: the churn is in no topic that it reads.
async fn beside(lab: &Lab, scenario: crate::lab::Scenario) {
    let mut watch = Watch::start(lab, scenario, &[BESIDE]);
    let found = watch.finds("producer-churn", |_| true).await;
    assert_eq!(found.subject.topic.as_ref().map(TopicName::as_str), Some(CHURNED));
    let snapshot = watch.now();
    let entry = snapshot.topic(&STEADY.into()).unwrap();
    let producers = |partition| {
        let writers = entry.view.partition(partition)?.writers.as_ref()?;
        Some(writers.producers.as_ref()?.seen.as_ref().ok()?.active)
    };
    assert_eq!(producers(0), Some(1), "who keeps its producer is one: {:#?}", entry.view);
    assert!(entry.findings.firing.is_empty());
}
