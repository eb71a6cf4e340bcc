//! One full partition, read in turn with empty ones.

use anyhow::ensure;
use lagtop::model::Severity;

use crate::lab::Lab;
use crate::lab::stop_and_go::{BYTES, EMPTY, FULL, GROUP, OWNER, TOPIC, TURNS};
use crate::support::wait;
use crate::watch::{MIDDLE, Watch, about, numbers, run};

/// Turns of the full partition that make a rhythm, and some more.
const ENOUGH: u64 = 5;

fn lag(lab: &Lab) -> f64 {
    let produced = lab.worker(&format!("producer {TOPIC}")).unwrap().records();
    produced.saturating_sub(consumed(lab)) as f64
}

fn consumed(lab: &Lab) -> u64 {
    lab.worker(&format!("member {OWNER} ")).unwrap().records()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_burst_the_pause_and_what_else_is_read_are_told() {
    let Some((mut lab, scenario)) = run("stop-and-go") else { return };
    wait::answer_within(MIDDLE, "a backlog", || {
        let (consumed, lag) = (consumed(&lab), lag(&lab));
        ensure!(consumed >= ENOUGH * TURNS.records && lag >= 150.0, "{consumed} read, {lag} wait");
        Ok(())
    })
    .unwrap();

    let mut watch = Watch::start(&lab, scenario, &[GROUP]);
    let before = lag(&lab);
    let found = watch.finds("stop-and-go", |one| one.severity >= Severity::Warning).await;
    watch.tell(&found);
    let after = lag(&lab);
    let sentence = &found.sentence;
    let [partition] = &*found.subject.partitions else { panic!("{found:#?}") };
    assert_eq!((partition.topic.as_str(), partition.partition), (TOPIC, FULL));
    assert_eq!(found.subject.member.as_ref().map(|member| &*member.client_id), Some(OWNER));

    // `stop and go: deal_changed/7 moves by 20 every 3s and stands still between, while 171 wait; owner …`
    let [burst, pause, waits, ..] = numbers(sentence.split_once(" by ").unwrap().1)[..] else {
        panic!("{sentence}")
    };
    assert!(about(burst, TURNS.records as f64, 0.01), "{sentence}");
    let empty = (TURNS.wait * EMPTY).as_secs_f64();
    // A second is the finest that pauses are known by; a busy machine takes longer for its work.
    assert!(empty - 1.0 <= pause && pause <= empty * 2.0, "{sentence}");
    // What a turn took may not be committed yet.
    let room = 2.0 * TURNS.records as f64;
    assert!(before - room <= waits && waits <= after + room, "{before} {after}: {sentence}");
    let others = found.evidence.iter().find(|fact| fact.source == "assignment").unwrap();
    assert!(others.text.contains(&format!("also reads {EMPTY} partitions")), "{others:?}");

    // Which records wait there: large ones, in long runs of the same deal.
    let backlog = watch.looks_at(&lab, GROUP, partition).await;
    let sizes = backlog.sizes.as_ref().unwrap();
    assert!(about(sizes.median as f64, BYTES as f64, 0.01), "{sizes:?}");
    let (records, longest) = (backlog.look.records.len(), backlog.keys.longest.as_ref().unwrap());
    // Fewer wait than a run is long, so that the end of one run and the begin of the next are all.
    assert!(records >= 100 && longest.records * 2 >= records, "{longest:?} of {records}");
    assert!(longest.key.text().starts_with("\"deal-"), "{longest:?}");
    watch.goes_on(10).await;
    lab.check().unwrap();
}
