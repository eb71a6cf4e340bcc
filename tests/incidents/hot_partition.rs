//! One partition of three gets three times the traffic, and its owner is slow.

use std::time::Instant;

use anyhow::ensure;
use lagtop::model::Severity;

use crate::lab::Lab;
use crate::lab::hot_partition::{FIFTHS, GROUP, HOT, OWNER, TOPIC};
use crate::support::wait;
use crate::watch::{MIDDLE, Watch, about, numbers, run};

/// Produced on the hot partition, produced on another, consumed by the slow member; and when.
fn counted(lab: &Lab) -> ([f64; 3], Instant) {
    // The leader of a topic just made may not know it yet.
    let ask = |partition| move || lab.admin().log_range(TOPIC, partition);
    let end = |partition: i32| {
        wait::answer_within(MIDDLE, "where the log ends", ask(partition)).unwrap().1 as f64
    };
    let consumed = lab.worker(&format!("member {OWNER} ")).unwrap().records() as f64;
    ([end(HOT), end(0), consumed], Instant::now())
}

/// A second, between two counts.
fn rates((before, then): ([f64; 3], Instant), (after, now): ([f64; 3], Instant)) -> [f64; 3] {
    let seconds = now.duration_since(then).as_secs_f64();
    std::array::from_fn(|which| (after[which] - before[which]) / seconds)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_partition_its_owner_and_both_causes_are_named() {
    let Some((mut lab, scenario)) = run("hot-partition") else { return };
    let begun = counted(&lab);
    wait::answer_within(MIDDLE, "a backlog", || {
        let ([produced, _, consumed], _) = counted(&lab);
        ensure!(produced - consumed >= 2_000.0, "{produced} - {consumed}");
        Ok(())
    })
    .unwrap();

    let mut watch = Watch::start(&lab, scenario, &[GROUP]);
    let before = counted(&lab);
    // Rates are told over some seconds; until then the cause is not known.
    let found = watch.finds("hot-partition", |one| one.sentence.contains("cause: ")).await;
    watch.tell(&found);
    let after = counted(&lab);
    let sentence = &found.sentence;
    assert_eq!(found.severity, Severity::Warning, "{sentence}");
    let [partition] = &*found.subject.partitions else { panic!("{found:#?}") };
    assert_eq!((partition.topic.as_str(), partition.partition), (TOPIC, HOT));
    let owner = found.subject.member.as_ref().unwrap();
    assert_eq!((&*owner.client_id, &*owner.host), (OWNER, "127.0.0.1"));
    assert!(sentence.contains("cause: both traffic and owner"), "{sentence}");
    assert!(sentence.contains("ETA never"), "{sentence}");

    // `user-events/1 holds 99 % of the lag (2.31k; ETA never); owner consumer-2 on 127.0.0.1; cause: both
    // traffic and owner, in 120/s against 40.0/s on the others, out 19.8/s against 40.0/s`.
    let after_name = sentence.split_once(" holds ").unwrap().1;
    let [share, lag, ..] = numbers(after_name)[..] else { panic!("{sentence}") };
    assert!(share >= 90.0, "{sentence}");
    // A commit comes up to half a second after its records, and three digits are shown.
    let lag_of = |(counts, _): ([f64; 3], Instant)| counts[0] - counts[2];
    let room = 0.01 * lag + 100.0;
    assert!(
        lag_of(before) - room <= lag && lag <= lag_of(after) + room,
        "{before:?} {after:?} {sentence}"
    );
    let facts = sentence.split_once("in ").unwrap().1;
    let facts = facts.split_once("owner, in ").map_or(facts, |(_, facts)| facts);
    let [came, others_came, went, others_went] = numbers(facts)[..] else { panic!("{sentence}") };
    let [truly_came, truly_others, truly_went] = rates(begun, after);
    assert!(about(came, truly_came, 0.3), "{truly_came}: {sentence}");
    assert!(about(others_came, truly_others, 0.3), "{truly_others}: {sentence}");
    assert!(about(went, truly_went, 0.3), "{truly_went}: {sentence}");
    assert!(about(others_went, truly_others, 0.3), "{truly_others}: {sentence}");
    assert!(about(truly_came / truly_others, f64::from(FIFTHS[1]), 0.2));

    // The rest that is true comes too, and nothing else.
    watch.finds("falling-behind", |_| true).await;
    watch.finds("too-few-partitions", |_| true).await;
    watch.goes_on(10).await;
    lab.check().unwrap();
}
