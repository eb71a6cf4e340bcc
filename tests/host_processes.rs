//! The host source against real processes of this host: this test binary again, as a child with one busy
//! thread among idle ones.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use lagtop::model::time::SystemClock;
use lagtop::model::{Isolation, PollPlan, ProcessView, ProcessesView};
use lagtop::source::host;
use lagtop::store::Store;
use tokio::sync::{mpsc, watch};

const CHILD: &str = "LAGTOP_TEST_BUSY_CHILD";

/// Not a test but the child: one thread works, two sleep, for as long as it is let.
#[test]
fn busy_child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    for _ in 0..2 {
        std::thread::spawn(|| std::thread::sleep(Duration::from_mins(10)));
    }
    let busy = std::thread::Builder::new().name("worker".to_owned());
    let worker = busy.spawn(|| {
        let mut number = 1_u64;
        loop {
            number = std::hint::black_box(number.wrapping_mul(3));
        }
    });
    worker.unwrap().join().unwrap();
}

struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn child() -> Ends {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "busy_child"]).env(CHILD, "1");
    Ends(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
}

/// What the screen is shown of the processes, as soon as `wanted` holds.
async fn shown(pid: u32, mut wanted: impl FnMut(&ProcessesView, &mut Store) -> bool) {
    let (observations, mut seen) = mpsc::channel(16);
    let (_wishes, plan) = watch::channel(PollPlan::every(Duration::from_secs(1)));
    let options = host::Options { pids: Arc::new([pid]), process: None };
    let context = host::Context { options, clock: Arc::new(SystemClock), plan, observations };
    let source = tokio::spawn(host::run(context));
    let mut store = Store::new(Isolation::ReadUncommitted);
    let look = async {
        while let Some(observation) = seen.recv().await {
            store.apply(observation);
            let snapshot = store.publish();
            if wanted(&snapshot.processes, &mut store) {
                return;
            }
        }
        panic!("the source ended");
    };
    tokio::time::timeout(Duration::from_mins(2), look).await.unwrap();
    source.abort();
}

fn of(view: &ProcessesView, pid: u32) -> Option<&Arc<ProcessView>> {
    view.processes.iter().find(|process| process.key().pid == pid)
}

/// The processor time of all threads, as `/proc/PID/stat` has it now, in seconds.
fn seconds(pid: u32) -> f64 {
    let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = line.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |nth: usize| fields.get(nth).unwrap().parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

#[tokio::test]
async fn the_busy_thread_is_found_and_the_end_is_said() {
    let mut busy = Some(child());
    let pid = busy.as_ref().unwrap().0.id();
    let begun = (seconds(pid), std::time::Instant::now());
    let mut measured = false;
    shown(pid, |view, _| {
        let Some(process) = of(view, pid) else { return false };
        if process.gone.is_some() {
            assert!(measured, "it ended before it was measured");
            return true;
        }
        let history = process.cpu_history.newest().and_then(|point| point.value);
        let (Ok(threads), Ok(Some(cpu))) = (&process.threads, &process.cpu) else { return false };
        let Some(hottest) = threads.first().filter(|thread| thread.cpu.is_some()) else {
            return false;
        };
        // It gets as much of a core as the machine has left, so it is compared with itself.
        if measured || cpu.total < 1.0 || &*hottest.name != "worker" {
            return false;
        }
        let own = hottest.cpu.unwrap().total;
        let used = 100.0 * (seconds(pid) - begun.0) / begun.1.elapsed().as_secs_f64();
        assert!(own <= 110.0, "one thread has one core: {own}");
        assert!(used > 0.0, "the kernel says so too");
        assert!(threads.len() >= 4, "main, test, worker and sleepers: {threads:?}");
        assert!(threads.iter().skip(1).all(|thread| thread.cpu.is_none_or(|cpu| cpu.total < own)));
        assert_eq!(history, Some(cpu.millicores()));
        assert_eq!(process.thread_count, Ok(u32::try_from(threads.len()).unwrap()));
        measured = true;
        // Its end is the next thing to be seen.
        busy = None;
        false
    })
    .await;
    assert!(measured);
}
