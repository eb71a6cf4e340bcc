//! A pid that is used again: another process, whose history begins anew.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use lagtop::model::time::SystemClock;
use lagtop::model::{Body, Clock as _, Isolation, Observation, ProcessView, SourceId, Timestamp};
use lagtop::source::host::{Options, Reader};
use lagtop::store::Store;

use crate::may;
use crate::support::wait::holds_within;

const CHILD: &str = "LAGTOP_TEST_REUSED_CHILD";
/// A pid namespace of its own, in which it is decided which pid comes next.
const APART: [&str; 6] = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];
/// Other threads of this test take pids too.
const TRIES: usize = 50;

struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sleeper() -> Ends {
    let mut command = Command::new("sleep");
    Ends(command.arg("600").stdin(Stdio::null()).spawn().unwrap())
}

/// A process with this pid.
fn again(pid: u32) -> Option<Ends> {
    (0..TRIES).find_map(|_| {
        fs::write("/proc/sys/kernel/ns_last_pid", (pid - 1).to_string()).ok()?;
        let one = sleeper();
        (one.0.id() == pid).then_some(one)
    })
}

fn fold(store: &mut Store, bodies: Vec<Body>) -> Vec<Arc<ProcessView>> {
    for body in bodies {
        store.apply(Observation { at: SystemClock.now(), source: SourceId::Host, body });
    }
    store.publish().processes.processes.to_vec()
}

/// Not a test but the child, in a pid namespace of its own.
#[test]
fn reused_child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let first = sleeper();
    let pid = first.0.id();
    let mut reader = Reader::new(Options { pids: Arc::new([pid]), process: None });
    let mut store = Store::new(Isolation::ReadUncommitted);
    fold(&mut store, reader.find(SystemClock.now()));
    let seen = fold(&mut store, reader.read(SystemClock.now()));
    let before = seen.first().unwrap().key();
    assert_eq!((seen.len(), before.pid), (1, pid));
    // The kernel counts starts in hundredths of a second.
    let now = || fs::read_to_string("/proc/uptime").unwrap();
    let begun = now();
    assert!(holds_within(std::time::Duration::from_secs(9), || now() != begun));
    drop(first);
    let second = again(pid).unwrap();

    let seen = fold(&mut store, reader.read(SystemClock.now()));
    assert!(seen.first().unwrap().gone.is_some(), "its pid is another's: {seen:#?}");
    let seen = fold(&mut store, reader.find(SystemClock.now()));
    let [old, new] = seen.as_slice() else {
        panic!("two processes, one of which is gone: {seen:#?}")
    };
    assert_eq!((old.key(), old.gone.is_some()), (before, true));
    assert_eq!((new.key().pid, new.gone), (pid, None));
    assert!(new.key().start > before.start, "{new:#?}");
    let points = new.rss_history.between(Timestamp::default(), SystemClock.now());
    assert_eq!(points.count(), 1, "its history is its own");
    assert_eq!(new.cpu, Ok(None), "there is nothing yet to compare with");
    drop(second);
}

#[test]
fn a_pid_that_is_used_again_is_another_process() {
    if !may(&APART) {
        return;
    }
    let (unshare, rest) = APART.split_first().unwrap();
    let mut command = Command::new(unshare);
    command.args(rest).arg(std::env::current_exe().unwrap());
    command.args(["--exact", "reused::reused_child", "--nocapture"]).env(CHILD, "1");
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    assert!(said.contains("1 passed"), "{said}");
}
