//! Members matched to real consumers on a real Kafka, each a process of its own: librdkafka (this test
//! binary again, as a child) and Java. Nobody may be called likely who is not.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use lab::{Consumer, Producer};
use lagtop::model::process::{Confidence, Evidence, MemberMatch, ProcessWish, Runtime};
use lagtop::model::stack::{StackOutcome, StackStep, StackTarget, StackWay};
use lagtop::model::time::SystemClock;
use lagtop::model::{PollPlan, ProcessView, Snapshot};
use lagtop::source::host::stack;
use live::{Live, group, on_screen};
use support::KafkaCluster;
use support::kafka::jars::Jars;

#[path = "lab/mod.rs"]
mod lab;
mod live;
mod support;

const CHILD: &str = "LAGTOP_TEST_CONSUMING_CHILD";
const TOPIC: &str = "shared";

/// Not a test but the child: consumes as it is told on its standard input, until that ends.
#[test]
fn consuming_child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let mut told = String::new();
    let mut input = std::io::stdin();
    let mut byte = [0];
    while input.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
        told.push(char::from(byte[0]));
    }
    let words: Vec<&str> = told.split(' ').collect();
    let [bootstrap, group, client_id] = words[..] else { panic!("not told whom: {told}") };
    let consumer = Consumer { client_id: client_id.to_owned(), ..Consumer::of(group, TOPIC) };
    let worker = consumer.spawn(bootstrap).unwrap();
    let _ = input.read(&mut byte);
    worker.stop().unwrap();
}

struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Ends {
    fn pid(&self) -> u32 {
        self.0.id()
    }

    /// librdkafka; names itself in its environment only if `named`.
    fn native(kafka: &KafkaCluster, (group, client_id): (&str, &str), named: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "consuming_child"]).env(CHILD, "1");
        if named {
            command.env("KAFKA_CLIENT_ID", client_id).env("KAFKA_GROUP_ID", group);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let told = format!("{} {group} {client_id}\n", kafka.bootstrap());
        // Its standard input stays open for as long as this process lives.
        child.stdin.as_mut().unwrap().write_all(told.as_bytes()).unwrap();
        Self(child)
    }

    /// Java's client.
    fn java(kafka: &KafkaCluster, (group, client_id): (&str, &str)) -> Self {
        let jars = Jars::fetch(kafka.version()).unwrap();
        let mut java = Command::new("java");
        java.args(["-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"]);
        java.arg(jars.class_path()).arg("org.apache.kafka.tools.consumer.ConsoleConsumer");
        java.args(["--bootstrap-server", &kafka.bootstrap(), "--topic", TOPIC, "--group", group]);
        java.args(["--consumer-property", &format!("client.id={client_id}")]);
        java.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(java.spawn().unwrap())
    }
}

/// Looks at a group, and for its processes, until all of `members` have been matched to what `is` says.
async fn matched(
    live: &mut Live,
    name: &str,
    members: usize,
    is: impl Fn(&Snapshot, &[MemberMatch]) -> bool,
) -> Arc<Snapshot> {
    let wish = live
        .until("the members and brokers", |snapshot| {
            let known = group(snapshot, name)?.view.members.as_ref()?.len() == members;
            let wish = ProcessWish::of(snapshot, &name.into())?;
            (known && !wish.brokers.is_empty()).then_some(wish)
        })
        .await;
    live.wish(PollPlan { processes: Some(Arc::new(wish)), ..on_screen(name, 500) });
    live.until("the match", |snapshot| {
        let found = snapshot.processes.matches.as_ref()?;
        let all = found.group == name.into() && found.members.len() == members;
        (all && is(snapshot, &found.members)).then(|| Arc::new(snapshot.clone()))
    })
    .await
}

fn client_id(snapshot: &Snapshot, name: &str, found: &MemberMatch) -> String {
    let members = group(snapshot, name).unwrap().view.members.clone().unwrap();
    let member = members.iter().find(|member| member.id == found.member).unwrap();
    member.client_id.to_string()
}

fn candidates(found: &MemberMatch) -> BTreeSet<u32> {
    found.candidates.iter().map(|candidate| candidate.process.pid).collect()
}

fn process(snapshot: &Snapshot, pid: u32) -> Option<&Arc<ProcessView>> {
    snapshot.processes.processes.iter().find(|process| process.key().pid == pid)
}

/// What `/proc` says.
fn threads(pid: u32) -> BTreeSet<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// A JDK has `jstack`: its main thread consumes, and is found by the kernel's number.
async fn stack_of(process: &ProcessView) {
    let target = StackTarget {
        process: process.key(),
        runtime: process.facts.runtime.clone().ok(),
        thread: None,
        name: "main".into(),
    };
    let context = stack::Context { pprof: None, clock: Arc::new(SystemClock) };
    let StackOutcome::Plan(plan) = stack::fulfil(&target, StackStep::Plan, &context).await else {
        panic!("it runs: there is a plan");
    };
    let outcome = stack::fulfil(&target, StackStep::Once, &context).await;
    let StackOutcome::Taken(stacks) = outcome else { panic!("{plan:?}: {outcome:?}") };
    let known = threads(process.key().pid);
    let ours: Vec<_> =
        stacks.threads.iter().filter(|it| it.tid.is_some_and(|tid| known.contains(&tid))).collect();
    assert!(!ours.is_empty(), "{known:?} {stacks:#?}");
    if plan.way == StackWay::Jstack {
        let main = ours.iter().find(|thread| &*thread.name == "main").unwrap();
        assert!(main.frames().any(|frame| frame.contains("kafka")), "{main:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_consumers_are_matched_and_nobody_wrongly() {
    let kafka = KafkaCluster::builder().start().unwrap();
    kafka.admin().unwrap().create_topic(TOPIC, 4, 1).await.unwrap();
    let _producer = Producer::to(TOPIC, 200.0).spawn(&kafka.bootstrap()).unwrap();
    let named = [("payments", "pay-1"), ("payments", "pay-2")];
    let named = named.map(|who| (who.1, Ends::native(&kafka, who, true)));
    let java = Ends::java(&kafka, ("reports", "report-writer"));
    // Both are called the same, and neither says so.
    let quiet = [("quiet", "app"), ("quiet", "app")].map(|who| Ends::native(&kafka, who, false));

    let mut live = Live::of(&kafka, on_screen("payments", 500));
    live.look_at_this_host();
    let sure = |_: &Snapshot, all: &[MemberMatch]| {
        all.iter().all(|it| it.confidence >= Confidence::Possible)
    };
    let readable = |found: &MemberMatch| found.held_back.is_none();
    let snapshot = matched(&mut live, "payments", 2, |snapshot, all| {
        // Unless somebody else's processes may hide the truth, which is said.
        let likely = |it: &MemberMatch| it.confidence == Confidence::Likely || !readable(it);
        sure(snapshot, all) && all.iter().all(likely)
    })
    .await;
    for found in snapshot.processes.matches.clone().unwrap().members.iter() {
        let name = client_id(&snapshot, "payments", found);
        let truth = named.iter().find(|(client, _)| *client == name).unwrap().1.pid();
        assert!(candidates(found).contains(&truth), "{name} is {truth}: {found:#?}");
        if readable(found) {
            assert_eq!(found.process().map(|key| key.pid), Some(truth), "{found:#?}");
            let first = found.candidates.first().unwrap();
            let connected = |it: &Evidence| matches!(it, Evidence::Connections(_));
            assert!(first.evidence.iter().any(connected), "{first:#?}");
        }
    }

    // What a record costs, once a window of ten seconds is over, and threads as the kernel numbers them.
    let pid = named[0].1.pid();
    if snapshot.processes.matches.as_ref().unwrap().members.iter().all(readable) {
        live.until("CPU per record and all threads", |snapshot| {
            let process = process(snapshot, pid)?;
            let micros = process.per_record.as_ref()?.micros?;
            let read = process.threads.as_ref().ok()?.iter().map(|thread| thread.tid);
            let all = read.collect::<BTreeSet<_>>() == threads(pid);
            // 100 records a second of 100 bytes: a second of CPU for one would be a defect.
            (all && micros > 0.0 && micros < 1e6).then_some(())
        })
        .await;
    }

    let snapshot = matched(&mut live, "reports", 1, sure).await;
    let found = snapshot.processes.matches.clone().unwrap().members[0].clone();
    assert!(candidates(&found).contains(&java.pid()), "{found:#?}");
    if readable(&found) {
        assert_eq!(found.process().map(|key| key.pid), Some(java.pid()), "{found:#?}");
        assert_eq!(process(&snapshot, java.pid()).unwrap().facts.runtime, Ok(Runtime::Jvm));
    }

    let main = process(&snapshot, java.pid()).unwrap();
    stack_of(main).await;

    let truth: BTreeSet<u32> = quiet.iter().map(Ends::pid).collect();
    let snapshot = matched(&mut live, "quiet", 2, sure).await;
    for found in snapshot.processes.matches.clone().unwrap().members.iter() {
        assert!(found.confidence <= Confidence::Ambiguous, "nothing tells them apart: {found:#?}");
        let candidates = candidates(found);
        assert!(candidates.is_superset(&truth), "{truth:?} among {found:#?}");
        let others = named.iter().map(|(_, child)| child.pid()).chain([java.pid()]);
        for other in others.filter(|_| readable(found)) {
            assert!(!candidates.contains(&other), "{other} says that it is somebody else");
        }
    }
}
