//! The real binary beside a consumer that it may not read, and one that it cannot even see.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use portable_pty::CommandBuilder;

use crate::lab::{Lab, Process, Producer, Worker, process};
use crate::may;
use crate::pty::{DEADLINE, Pty};
use crate::support::KafkaCluster;
use crate::support::wait::holds_within;

/// Another user: nobody.
const AS_NOBODY: [&str; 7] =
    ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"];
/// Without any of the host's processes, and with its network.
const ALONE: [&str; 6] = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];

/// A consumer of root's that names itself on its command line, as everybody can read.
fn consumer() -> Option<(Lab, Worker, u32)> {
    let cluster = crate::support::kafka_or_skip(KafkaCluster::builder())?;
    let mut lab = Lab::on(cluster).unwrap();
    lab.topic("secrets", 2).unwrap();
    let consumer = Process::of("auditors", "secrets", "auditor-1");
    let worker = consumer.spawn(&lab.cluster.bootstrap()).unwrap();
    lab.joined("auditors", 1).unwrap();
    lab.produce(Producer::to("secrets", 20.0)).unwrap();
    let pid = process::pid(&worker).unwrap();
    Some((lab, worker, pid))
}

/// lagtop where everybody may run it.
fn program(folder: &tempfile::TempDir) -> PathBuf {
    let everybody = fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.path(), everybody).unwrap();
    let program = folder.path().join("lagtop");
    fs::copy(env!("CARGO_BIN_EXE_lagtop"), &program).unwrap();
    program
}

/// It, started by another program, on the Process pane.
fn lagtop(starter: &[&str], program: &std::path::Path, lab: &Lab) -> Pty {
    let (first, rest) = starter.split_first().unwrap();
    let mut command = CommandBuilder::new(first);
    command.args(rest);
    command.arg(program);
    command.args(["-b", &lab.cluster.bootstrap(), "-g", "^auditors$"]);
    let mut pty = Pty::spawn(command, 160, 45);
    shows(&pty, &["auditors", "Stable"]);
    pty.send("5z");
    pty
}

fn shows(pty: &Pty, texts: &[&str]) {
    let shown = holds_within(DEADLINE, || texts.iter().all(|text| pty.text().contains(text)));
    assert!(shown, "{texts:?} is not shown:\n{}", pty.text());
}

/// Nothing better than possible, anywhere on the screen.
fn claims_nothing(pty: &Pty) {
    let text = pty.text();
    for word in ["likely", "exact"] {
        assert!(!text.contains(word), "{word:?} is claimed:\n{text}");
    }
}

#[test]
fn another_users_process_is_possible_at_best_and_each_cell_says_why() {
    if !may(&AS_NOBODY) {
        return;
    }
    let Some((lab, worker, pid)) = consumer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut pty = lagtop(&AS_NOBODY, &program(&folder), &lab);
    shows(&pty, &[&format!("pid {pid}"), "possible", "may not be read; run as root"]);
    // What everybody may read is there: threads and their CPU.
    shows(&pty, &["worker-0", "sleeping"]);
    claims_nothing(&pty);
    pty.send("w");
    shows(&pty, &["no capture commands: connections: another user's process"]);
    pty.send("\r");
    shows(&pty, &["will run", "not permitted: what runs it may not be read"]);
    pty.send("\u{1b}");
    shows(&pty, &["TID"]);
    pty.send("3");
    shows(&pty, &["possible?"]);
    claims_nothing(&pty);
    pty.send("q");
    assert_eq!(pty.exit_code(DEADLINE), 0);
    worker.stop().unwrap();
    lab.stop().unwrap();
}

#[test]
fn a_process_that_cannot_be_seen_is_not_guessed() {
    if !may(&ALONE) {
        return;
    }
    let Some((lab, worker, _)) = consumer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut pty = lagtop(&ALONE, &program(&folder), &lab);
    shows(&pty, &["no local process is found", "that lagtop does not see", "run it on the host"]);
    claims_nothing(&pty);
    pty.send("3");
    shows(&pty, &["auditor-1", "127.0.0.1"]);
    claims_nothing(&pty);
    pty.send("q");
    assert_eq!(pty.exit_code(DEADLINE), 0);
    worker.stop().unwrap();
    lab.stop().unwrap();
}
