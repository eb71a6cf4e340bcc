//! Consumers that say who they are, and some that do not: each kind is matched by what it tells.

use std::collections::BTreeSet;

use lagtop::model::process::{ClientLibrary, Confidence, Evidence, Runtime};

use crate::clients::Clients;
use crate::live::{Live, on_screen};
use crate::processes::{Ends, Who, topic};
use crate::support::KafkaCluster;
use crate::watched::{all, candidates, looked, member, process, readable};
use crate::{ALONE, support};

const TOPIC: &str = "shared";

const fn who<'a>(group: &'a str, client_id: &'a str, instance: &'a str) -> Who<'a> {
    Who { topic: TOPIC, group, client_id, instance, commit_ms: 1_000 }
}

/// What `/proc` says.
fn threads(pid: u32) -> BTreeSet<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_so_is_matched_and_nobody_wrongly() {
    let _alone = ALONE.lock().await;
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let _producer = topic(&kafka, TOPIC, 4, 200.0).await;
    let named = ["pay-1", "pay-2"];
    let named = named.map(|name| (name, Ends::native(&kafka, who("payments", name, name), true)));
    // Both are called the same, and neither says so.
    let quiet = ["q1", "q2"].map(|name| Ends::native(&kafka, who("quiet", "app", name), false));

    let mut live = Live::of(&kafka, on_screen("payments", 500));
    live.look_at_this_host();
    looked(&mut live, "payments", "both members", |snapshot, matches| {
        let found = all(snapshot, matches, 2)?;
        for found in found {
            let name = member(snapshot, "payments", found).client_id;
            let truth = named.iter().find(|(client, _)| *client == &*name).unwrap().1.pid();
            assert!(candidates(found).contains(&truth), "{name} is {truth}: {found:#?}");
            // Unless somebody else's processes may hide the truth, which is said.
            if readable(found) && found.confidence < Confidence::Likely {
                return None;
            }
            if let Some(process) = found.process() {
                assert_eq!(process.pid, truth, "{found:#?}");
                let first = found.candidates.first().unwrap();
                let connected = |it: &Evidence| matches!(it, Evidence::Connections(_));
                assert!(first.evidence.iter().any(connected), "{first:#?}");
            }
        }
        let facts = &process(snapshot, named[0].1.pid())?.facts;
        assert_eq!(facts.runtime, Ok(Runtime::Native));
        assert_eq!(facts.library, Ok(Some(ClientLibrary::Librdkafka)), "linked in statically");
        Some(())
    })
    .await;

    // What a record costs, once a window of ten seconds is over, and threads as the kernel numbers them.
    let pid = named[0].1.pid();
    looked(&mut live, "payments", "CPU per record and all threads", |snapshot, matches| {
        if !matches.members.iter().all(readable) {
            return Some(());
        }
        let process = process(snapshot, pid)?;
        let micros = process.per_record.as_ref()?.micros?;
        let read = process.threads.as_ref().ok()?.iter().map(|thread| thread.tid);
        let same = read.collect::<BTreeSet<_>>() == threads(pid);
        // 100 records a second of 100 bytes: a second of CPU for one would be a defect.
        (same && micros > 0.0 && micros < 1e6).then_some(())
    })
    .await;

    let truth: BTreeSet<u32> = quiet.iter().map(Ends::pid).collect();
    looked(&mut live, "quiet", "both quiet members", |snapshot, matches| {
        let found = all(snapshot, matches, 2)?;
        for found in found {
            assert!(found.confidence <= Confidence::Ambiguous, "nothing tells: {found:#?}");
            let candidates = candidates(found);
            assert!(candidates.is_superset(&truth), "{truth:?} among {found:#?}");
            for (name, other) in named.iter().filter(|_| readable(found)) {
                assert!(!candidates.contains(&other.pid()), "{name} says that it is another");
            }
        }
        Some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_is_known_by_its_runtime_and_library() {
    let _alone = ALONE.lock().await;
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let clients = Clients::or_skip();
    // Partitions for all: a leader in kafka-go sends a member without any no assignment at all, of which
    // Java's client dies.
    let _producer = topic(&kafka, TOPIC, 6, 50.0).await;
    let mut started = vec![(
        Ends::java(&kafka, who("reports", "writer", "j"), folder.path()),
        (Runtime::Jvm, "kafka-clients"),
    )];
    if let Some(home) = &clients.python {
        let python = Ends::python(&kafka, who("reports", "writer", "p"), home, false);
        started.push((python, (Runtime::Python, "librdkafka")));
    }
    if let Some(program) = &clients.go {
        let go = Ends::go(&kafka, who("reports", "writer", "g"), program, &[]);
        started.push((go, (Runtime::Go, "segmentio/kafka-go v0.4.50")));
    }
    let mut live = Live::of(&kafka, on_screen("reports", 500));
    live.look_at_this_host();
    looked(&mut live, "reports", "every kind", |snapshot, matches| {
        all(snapshot, matches, started.len())?;
        for (child, (runtime, library)) in &started {
            let facts = &process(snapshot, child.pid())?.facts;
            assert_eq!(facts.runtime, Ok(*runtime), "{facts:#?}");
            // Mapped or opened only once it is used.
            let found = facts.library.as_ref().unwrap().as_ref()?;
            assert_eq!(found.to_string(), *library, "{facts:#?}");
        }
        Some(())
    })
    .await;
}
