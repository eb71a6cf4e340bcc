//! Processes in which each record costs more than the one before.

use std::time::Duration;

use lagtop::model::{Finding, Severity};

use crate::lab::cpu_creep::{EACH, GROUP, PROCESSES, RATE};
use crate::lab::process::pid;
use crate::watch::{Watch, about, numbers, run};

/// Six windows of ten seconds, the first of which begins when the processes are known; and as much again
/// on a busy machine.
const WINDOWS: Duration = Duration::from_mins(3);

/// The cost of a record in microseconds, then and now.
fn costs(finding: &Finding) -> [f64; 2] {
    let told = finding.sentence.split_once(", from ").unwrap().1;
    let (then, rest) = told.split_once(" to ").unwrap();
    let now = rest.split_once(';').unwrap().0;
    [then, now].map(|text| {
        let factor = if text.ends_with("us") { 1.0 } else { 1e3 };
        numbers(text)[0] * factor
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn how_much_dearer_a_record_is_and_in_which_process_is_told() {
    let Some((mut lab, scenario)) = run("cpu-creep") else { return };
    let mut watch = Watch::start(&lab, scenario, &[GROUP]);
    watch.looks_for_processes(&lab, GROUP, PROCESSES.into()).await;
    let found = watch.finds_within(WINDOWS, "cpu-per-record", |_| true).await;
    watch.tell(&found);
    let now = watch.now().at;
    assert_eq!(found.severity, Severity::Warning);
    let worker = lab.worker(&format!(
        "process {} ",
        found.subject.member.as_ref().map(|member| &*member.client_id).unwrap()
    ));
    let worker = worker.unwrap();
    assert_eq!(found.subject.process.map(|key| key.pid), pid(worker), "{found:#?}");

    let sentence = &found.sentence;
    let [times, _, rate, ..] = numbers(sentence.split_once("climbs: ").unwrap().1)[..] else {
        panic!("{sentence}")
    };
    let rate_truth = RATE / f64::from(PROCESSES);
    assert!(about(rate, rate_truth, 0.25), "{rate_truth}: {sentence}");
    let [then, last] = costs(&found);
    assert!(about(times, last / then, 0.1), "{sentence}");
    // From the middle of the first third to that of the last, so many records were handled.
    let (from, to) = found.evidence[0].span;
    let handled = rate_truth * to.since(from).as_secs_f64() * 2.0 / 3.0;
    let dearer = handled * EACH.as_secs_f64() * 1e6;
    assert!(about(last - then, dearer, 0.35), "{dearer} us dearer: {found:#?}");
    // All records but those of the last windows had been handled by then.
    let most = worker.records() as f64 * EACH.as_secs_f64() * 1e6;
    assert!(last - then <= most, "{most}: {sentence}");
    assert!(now.since(to) <= Duration::from_secs(30), "{found:#?}");
    assert!(found.evidence.iter().any(|fact| fact.text.starts_with("hottest threads: ")));
    assert!(found.evidence.iter().any(|fact| fact.text.starts_with("resident memory")));
    watch.goes_on(10).await;
    lab.check().unwrap();
    lab.stop().unwrap();
}
