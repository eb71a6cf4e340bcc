//! Consumers of every kind, all of the same client id, none of which says who it is: only by when they commit
//! can they be told apart.

use std::collections::BTreeMap;
use std::path::Path;

use lagtop::model::Snapshot;
use lagtop::model::process::{Confidence, Evidence, GroupMatches, MemberMatch};

use crate::clients::Clients;
use crate::live::{Live, on_screen};
use crate::processes::{Ends, Who, topic};
use crate::support::KafkaCluster;
use crate::watched::{all, candidates, looked, member};
use crate::{ALONE, support};

const TOPIC: &str = "alike";
/// Of all kinds but Go's.
const FLEET: &str = "fleet";
/// Its client knows no instance ids, and so is told apart by its group.
const FLEET_OF_GO: &str = "fleet-of-go";

/// All by their instance ids, each with an interval of its own: clients commit from the moment on at which they
/// got their partitions, so that of two which began together with the same interval, nothing would tell which
/// is which.
fn start(kafka: &KafkaCluster, folder: &Path, ready: &Clients) -> BTreeMap<&'static str, Ends> {
    let who = |group, instance, commit_ms| Who {
        topic: TOPIC,
        group,
        client_id: "app",
        instance,
        commit_ms,
    };
    let mut all = BTreeMap::new();
    for (instance, commit_ms) in [("rust-1", 1_000), ("rust-2", 1_300)] {
        all.insert(instance, Ends::native(kafka, who(FLEET, instance, commit_ms), false));
    }
    all.insert("java", Ends::java(kafka, who(FLEET, "java", 1_500), folder));
    if let Some(home) = &ready.python {
        all.insert("python", Ends::python(kafka, who(FLEET, "python", 1_700), home, false));
    }
    if let Some(program) = &ready.go {
        all.insert("go", Ends::go(kafka, who(FLEET_OF_GO, "go", 1_900), program, &[]));
    }
    all
}

/// One member: the truth is among the candidates, and nobody else is called likely. Tells by which evidence it
/// is, if it is told.
fn judge(found: &MemberMatch, name: &str, processes: &BTreeMap<&str, Ends>) -> Option<String> {
    let pid = processes.get(name).unwrap().pid();
    assert!(candidates(found).contains(&pid), "{name} is {pid}: {found:#?}");
    let Some(process) = found.process() else {
        assert!(found.confidence <= Confidence::Ambiguous, "nobody pinned it: {found:#?}");
        return None;
    };
    assert_eq!((process.pid, found.confidence), (pid, Confidence::Likely), "{name}: {found:#?}");
    let first = found.candidates.first().unwrap();
    let by_commits = |it: &&Evidence| matches!(it, Evidence::Commits { .. });
    Some(first.evidence.iter().find(by_commits).unwrap().to_string())
}

/// Of whom something stands in the way that stays.
fn hidden(snapshot: &Snapshot, matches: &GroupMatches) -> bool {
    let denied = |found: &MemberMatch| {
        found.held_back.as_ref().is_some_and(|fault| &*fault.code == "NOT_PERMITTED")
    };
    snapshot.processes.host.is_some() && matches.members.iter().any(denied)
}

#[tokio::test(flavor = "multi_thread")]
async fn consumers_of_one_name_are_told_apart_by_when_they_commit() {
    let _alone = ALONE.lock().await;
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let clients = Clients::or_skip();
    let _producer = topic(&kafka, TOPIC, 12, 300.0).await;
    let processes = start(&kafka, folder.path(), &clients);
    let mut live = Live::listening(&kafka, on_screen(FLEET, 500));
    live.look_at_this_host();
    let go = usize::from(processes.contains_key("go"));
    let count = processes.len() - go;
    let mut told = BTreeMap::new();
    looked(&mut live, FLEET, "members told by their commits", |snapshot, matches| {
        for found in all(snapshot, matches, count)? {
            let name = member(snapshot, FLEET, found).instance_id.unwrap();
            if let Some(evidence) = judge(found, &name, &processes) {
                told.insert(name, evidence);
            }
        }
        // Not all can be: two may commit in step for a while.
        (told.len() * 2 > count || hidden(snapshot, matches)).then_some(())
    })
    .await;
    if go == 0 {
        return;
    }
    looked(&mut live, FLEET_OF_GO, "the member in Go told by its commits", |snapshot, matches| {
        let found = all(snapshot, matches, 1)?.first()?;
        let evidence = judge(found, "go", &processes);
        (evidence.is_some() || hidden(snapshot, matches)).then_some(())
    })
    .await;
}
