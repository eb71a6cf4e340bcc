//! `lagtop status`: what stands in a status bar, and that it is asked for no more often than it must.
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

use lab::bulk::{BulkCommit, commit_groups};
use lagtop::{Run, lagtop};
use support::KafkaCluster;
use support::kafka::ports;

#[path = "lab/mod.rs"]
mod lab;
#[path = "lagtop/mod.rs"]
mod lagtop;
mod support;

/// The line that is printed, by a person whose session has this directory.
fn status(session: &Path, arguments: &[&str]) -> String {
    let mut command = lagtop([&["status"], arguments].concat());
    command.env("XDG_RUNTIME_DIR", session);
    let run = Run::of(command).unwrap();
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    assert_eq!(run.stdout.lines().count(), 1, "{run:?}");
    run.stdout.trim_end().to_owned()
}

/// The files in which lines are kept.
fn kept(session: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(session.join("lagtop")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Makes what is kept look older than it is.
fn age(session: &Path, seconds: i64) {
    for path in kept(session) {
        let mut kept: serde_json::Value =
            serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let at = kept.get_mut("at").unwrap();
        *at = (at.as_i64().unwrap() - seconds * 1_000).into();
        fs::write(&path, kept.to_string()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_printed_again_until_it_is_old() {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    kafka.admin().unwrap().create_topic("orders", 1, 1).await.unwrap();
    let commit =
        |group: &str, offset| BulkCommit { group: group.to_owned(), offsets: vec![(0, offset)] };
    commit_groups(&kafka, "orders", &[commit("billing", 0)]).unwrap();
    let bootstrap = kafka.bootstrap();
    let session = tempfile::tempdir().unwrap();
    let ask = |group| status(session.path(), &["-b", &bootstrap, "-g", group]);
    assert_eq!(ask("billing"), "lag 0 ok");
    // A commit beyond the end is a finding, but nobody looks yet.
    commit_groups(&kafka, "orders", &[commit("billing", 7)]).unwrap();
    assert_eq!(ask("billing"), "lag 0 ok");
    age(session.path(), 60);
    let bad = ask("billing");
    assert!(bad.starts_with("lag 0 WARN billing negative-lag"), "{bad}");
    // Another question has another answer.
    assert_eq!(ask("nobody"), "no groups");
    assert_eq!(kept(session.path()).len(), 2);
}

/// A bar that asks every second must not wait for a dead cluster each time.
#[test]
fn why_nothing_could_be_read_is_printed_and_kept_too() {
    let port = ports::take().unwrap();
    let address = format!("127.0.0.1:{}", port.number);
    let session = tempfile::tempdir().unwrap();
    let ask = || status(session.path(), &["-b", &address, "--timeout", "1s"]);
    let line = ask();
    assert!(line.starts_with("lagtop: cannot connect to 127.0.0.1"), "{line}");
    let [path] = kept(session.path()).try_into().unwrap();
    let changed = fs::read_to_string(&path).unwrap().replace("lagtop: ", "kept: ");
    fs::write(&path, changed).unwrap();
    assert!(ask().starts_with("kept: "));
}
