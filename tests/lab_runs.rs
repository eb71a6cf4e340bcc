//! The lab does what it says, and leaves nothing behind.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use lab::{Lab, SCENARIOS, Scenario, Sizes};
use support::kafka::guardian::Process;
use support::kafka::oracle::OracleRow;
use support::{KafkaCluster, wait};

#[path = "lab/mod.rs"]
mod lab;
mod support;

/// Until every group shows what it is there for, on a busy machine.
const SOON: Duration = Duration::from_secs(90);

fn run(name: &str, brokers: u16, sizes: Sizes) -> Option<Lab> {
    let cluster = support::kafka_or_skip(KafkaCluster::builder().brokers(brokers).heap_mib(256))?;
    let mut lab = Lab::on(cluster).unwrap();
    (Scenario::named(name).unwrap().set_up)(&mut lab, sizes).unwrap();
    Some(lab)
}

/// Lag by group, as far as known.
fn lags(rows: &[OracleRow]) -> BTreeMap<&str, i64> {
    let mut lags = BTreeMap::new();
    for row in rows {
        *lags.entry(row.group.as_str()).or_default() += row.lag.unwrap_or_default();
    }
    lags
}

/// Members that own something.
fn owners<'a>(rows: &'a [OracleRow], group: &str) -> Vec<&'a str> {
    let of_group = rows.iter().filter(|row| row.group == group);
    let mut owners: Vec<_> = of_group.filter_map(|row| row.client_id.as_deref()).collect();
    owners.sort_unstable();
    owners.dedup();
    owners
}

#[test]
fn steady_has_a_group_of_each_kind() {
    let sizes = Sizes::default();
    let Some(mut lab) = run("steady", 1, sizes) else { return };
    // The slow group has fallen far enough behind to tell it from one that commits late.
    let seen = wait::answer_within(SOON, "a steady day", || {
        let rows = lab.cluster.oracle().describe_groups()?.rows;
        let lags = lags(&rows);
        let joined = owners(&rows, "billing").len() == 2 && owners(&rows, "mailer").len() == 3;
        let behind =
            lags.get("fraud-check") > Some(&300) && lags.get("nightly-report") > Some(&300);
        anyhow::ensure!(joined && behind, "{lags:?}");
        Ok(rows)
    })
    .unwrap();
    let lags = lags(&seen);
    // Half a second between commits, at 120 and 60 records a second, and a margin for a busy
    // machine.
    assert!(lags["billing"] < 300 && lags["mailer"] < 200, "{lags:?}");
    let states = lab.cluster.oracle().describe_states().unwrap().rows;
    let state = |group: &str| states.iter().find(|row| row.group == group).unwrap();
    assert_eq!(
        (state("nightly-report").state.as_str(), state("nightly-report").members),
        ("Empty", 0)
    );
    assert_eq!(state("mailer").members, 5);
    let coordinator_assigns = state("search-index").assignor.as_deref() == Some("uniform");
    assert_eq!(coordinator_assigns, lab.cluster.has_consumer_protocol());
    lab.check().unwrap();
    lab.stop().unwrap();
}

#[test]
fn many_makes_as_many_groups_as_asked_for_on_all_coordinators() {
    let Some(lab) = run("many", 3, Sizes { groups: 60, partitions: 4, ..Sizes::default() }) else {
        return;
    };
    let rows = lab.cluster.oracle().describe_groups().unwrap().rows;
    assert_eq!(rows.len(), 60 * 4);
    let expected = |row: &OracleRow| {
        let number: i64 = row.group.trim_start_matches("measured-").parse().unwrap();
        (Some(number), Some(1_000), Some(1_000 - number))
    };
    for row in &rows {
        assert_eq!((row.current_offset, row.log_end_offset, row.lag), expected(row), "{row:?}");
    }
    let states = lab.cluster.oracle().describe_states().unwrap().rows;
    let mut coordinators: Vec<_> = states.iter().map(|row| row.coordinator.as_str()).collect();
    coordinators.sort_unstable();
    coordinators.dedup();
    assert_eq!(coordinators.len(), 3);
}

#[test]
fn an_unknown_scenario_is_refused_with_the_known_ones() {
    let refusal = Scenario::named("stedy").unwrap_err().to_string();
    for scenario in SCENARIOS {
        assert!(refusal.contains(scenario.name), "{refusal}");
        assert_eq!(Scenario::named(scenario.name).unwrap().name, scenario.name);
    }
}

#[test]
fn the_readme_tells_what_is_found_of_each_incident() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let table = readme.split_once("<!-- incidents: ").unwrap().1;
    let table = table.split_once("<!-- end -->").unwrap().0;
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let told: BTreeSet<_> = rows.map(|(name, _)| name).collect();
    // The others are days without incident, sizes, and several of them together.
    let incidents = SCENARIOS.iter().map(|scenario| scenario.name);
    let incidents = incidents.filter(|name| !["steady", "many", "war-room"].contains(name));
    assert_eq!(told, incidents.collect());
}

/// The processes below this one, by their parents' ids.
fn descendants(parent: i32) -> Vec<Process> {
    let children = format!("/proc/{parent}/task/{parent}/children");
    let children = std::fs::read_to_string(children).unwrap_or_default();
    let children = children.split_whitespace().map(|id| Process::from_id(id).unwrap());
    children.flat_map(|child| [vec![child], descendants(child.id())].concat()).collect()
}

/// Not a test but a process that the lab starts: consumes until its standard input ends.
#[test]
fn consuming_child() {
    if let Some(done) = lab::process::run(std::env::args_os()) {
        done.unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_panic_leaves_no_consuming_process() {
    // Nothing listens there: the process does not need it in order to be left behind.
    let worker = lab::Process::of("nobody", "nothing", "none").spawn("127.0.0.1:9").unwrap();
    let child = lab::process::pid(&worker).unwrap();
    let child = Process::from_id(&child.to_string()).unwrap();
    assert!(child.is_alive());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _dropped = worker;
        panic!("as a test that fails");
    }));
    assert!(panicked.is_err() && !child.is_alive());
}

/// The lab by hand with consumers that are processes: ended by a signal, it ends so, and what it started is
/// gone, files too.
#[cfg(target_os = "linux")]
#[rstest::rstest]
#[case::ctrl_c(Signal::INT, true)]
#[case::killed(Signal::KILL, false)]
fn a_signal_leaves_nothing_behind(#[case] signal: Signal, #[case] success: bool) {
    if KafkaCluster::builder().tools().is_err() {
        assert!(support::kafka_or_skip(KafkaCluster::builder()).is_none());
        return;
    }
    // The example's program, which `cargo test` builds; built here when only this test is run.
    let built = Command::new(env!("CARGO")).args(["build", "-q", "--example", "lab"]).status();
    assert!(built.unwrap().success());
    let program = std::env::current_exe().unwrap();
    let program = program.parent().and_then(std::path::Path::parent).unwrap().join("examples/lab");
    let files = tempfile::tempdir().unwrap();
    let mut lab: Child = Command::new(program)
        .arg("hot-thread")
        .env("TMPDIR", files.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = std::io::BufReader::new(lab.stdout.take().unwrap());
    let mut lines = std::io::BufRead::lines(output).map_while(Result::ok);
    assert!(lines.any(|line| line.contains("cargo run --release -- -b 127.0.0.1:")));
    let id = Process::from_id(&lab.id().to_string()).unwrap();
    let below = descendants(id.id());
    assert!(below.len() >= 3, "the guardian, a broker and a consumer: {below:?}");

    id.signal(signal).unwrap();
    let status = lab.wait().unwrap();
    assert_eq!(status.success(), success, "{status}");
    let gone = || below.iter().all(|process| !process.is_alive());
    // Who was told waits for them; who was killed cannot.
    let soon = if success { Duration::ZERO } else { SOON };
    assert!(wait::holds_within(soon, gone), "{below:?}");
    let left = std::fs::read_dir(files.path()).unwrap().flatten().map(|entry| entry.file_name());
    let left: Vec<_> = left.filter(|name| name != "lagtop-test-ports").collect();
    assert!(left.is_empty(), "{left:?}");
}
