//! A member that works longer than `max.poll.interval.ms`.

use anyhow::ensure;
use lagtop::model::Severity;

use crate::lab::rebalance_storm::{COST, GROUP, PATIENCE, SLOW};
use crate::support::wait;
use crate::watch::{MIDDLE, Watch, numbers, run};

#[tokio::test(flavor = "multi_thread")]
async fn who_drops_out_how_often_and_after_how_long_is_told() {
    let Some((mut lab, scenario)) = run("rebalance-storm") else { return };
    let slow = format!("member {SLOW} ");
    let drops = |lab: &crate::lab::Lab| lab.worker(&slow).unwrap().drops();
    wait::answer_within(MIDDLE, "a storm", || {
        ensure!(drops(&lab) >= 3, "dropped {} times", drops(&lab));
        Ok(())
    })
    .unwrap();

    let mut watch = Watch::start(&lab, scenario, &[GROUP]);
    let before = drops(&lab) as f64;
    let found = watch.finds("rebalance-storm", |one| one.sentence.contains("after it came")).await;
    watch.tell(&found);
    let after = drops(&lab) as f64;
    let sentence = &found.sentence;
    assert!(found.severity >= Severity::Warning);
    let member = found.subject.member.as_ref().unwrap();
    assert_eq!((&*member.client_id, &*member.host), (SLOW, "127.0.0.1"));
    assert!(sentence.contains(&format!("{SLOW} on 127.0.0.1 dropped out ")), "{sentence}");
    let told = sentence.split_once("dropped out ").unwrap().1;
    let [times, stay, ..] = numbers(told)[..] else { panic!("{sentence}") };
    // Its client notices by itself only when the work is done: the group knows one more then.
    assert!(before <= times && times <= after + 1.0, "{before} to {after}: {sentence}");
    // It leaves when its time is over; the others take up to a poll and a heartbeat to follow.
    let patience = PATIENCE.as_secs_f64();
    assert!(patience * 0.8 <= stay && stay <= COST.as_secs_f64() * 1.2, "{sentence}");
    let even = found.evidence.iter().any(|fact| fact.text.contains("as even as a time limit"));
    assert!(even, "{found:#?}");
    watch.goes_on(20).await;
    lab.check().unwrap();
}
