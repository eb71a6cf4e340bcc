//! One of five threads of a process is in an endless loop.

use anyhow::ensure;
use lagtop::model::Severity;

use crate::lab::Lab;
use crate::lab::hot_thread::{GROUP, MEMBER, RATE, STUCK, TOPIC};
use crate::lab::process::pid;
use crate::support::wait;
use crate::watch::{MIDDLE, Watch, numbers, run};

/// Records that wait: all that were produced but those that some thread has done.
fn lag(lab: &Lab) -> f64 {
    let produced = lab.worker(&format!("producer {TOPIC}")).unwrap().records();
    let done = lab.worker(&format!("process {MEMBER} ")).unwrap().records();
    produced.saturating_sub(done) as f64
}

#[tokio::test(flavor = "multi_thread")]
async fn the_thread_is_named_as_the_kernel_numbers_it() {
    let Some((mut lab, scenario)) = run("hot-thread") else { return };
    let name = format!("process {MEMBER} ");
    wait::answer_within(MIDDLE, "the others have work", || {
        let records = lab.worker(&name)?.records() as f64;
        ensure!(records >= 10.0 * RATE, "{records} records");
        Ok(())
    })
    .unwrap();
    let mut watch = Watch::start(&lab, scenario, &[GROUP]);
    watch.looks_for_processes(&lab, GROUP, 1).await;
    let before = lag(&lab);
    let found = watch.finds("hot-thread", |one| one.severity >= Severity::Warning).await;
    watch.tell(&found);
    let after = lag(&lab);
    let sentence = &found.sentence;
    let pid = pid(lab.worker(&name).unwrap()).unwrap();
    assert_eq!(found.severity, Severity::Warning);
    assert_eq!(found.subject.process.map(|key| key.pid), Some(pid), "{found:#?}");
    assert_eq!(found.subject.member.as_ref().map(|member| &*member.client_id), Some(MEMBER));

    // `hot thread: worker-3 (tid 4242, 0x1092) at 98 % of a core for 14s, beside 9 idle threads; …`
    assert!(sentence.starts_with(&format!("hot thread: worker-{STUCK} (tid ")), "{sentence}");
    let tid = sentence.split_once("(tid ").unwrap().1.split_once(',').unwrap().0;
    let tid: u32 = tid.parse().unwrap();
    assert!(sentence.contains(&format!("(tid {tid}, {tid:#x})")), "{sentence}");
    let comm = std::fs::read_to_string(format!("/proc/{pid}/task/{tid}/comm")).unwrap();
    assert_eq!(comm.trim_end(), format!("worker-{STUCK}"));
    // It wants a core all the time, and has it as far as the machine has one to give.
    let [used, waited, ..] = numbers(&found.evidence[0].text)[..] else { panic!("{found:#?}") };
    assert!((90.0..=105.0).contains(&(used + waited)), "{found:#?}");
    let [waits, ..] = numbers(sentence.rsplit_once("; ").unwrap().1)[..] else {
        panic!("{sentence}")
    };
    // What the other threads did within the last second may not be committed yet.
    assert!(before - RATE <= waits && waits <= after + RATE, "{before} {after}: {sentence}");
    assert!(found.next.contains("stack"));

    let found = watch.finds("stalled-partition", |_| true).await;
    let [partition] = &*found.subject.partitions else { panic!("{found:#?}") };
    assert_eq!((partition.topic.as_str(), partition.partition), (TOPIC, STUCK.cast_signed()));
    watch.goes_on(10).await;
    lab.check().unwrap();
    lab.stop().unwrap();
}
