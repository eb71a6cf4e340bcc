//! The CPU of threads, against what the kernel and `top -H` count in the same seconds.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use lagtop::model::{ProcessView, Timestamp};

use crate::clients::Clients;
use crate::live::{Live, on_screen};
use crate::processes::{Ends, Who, topic};
use crate::support::KafkaCluster;
use crate::watched::{looked, process};
use crate::{ALONE, support};

/// Over so many seconds figures are compared.
const SECONDS: u64 = 8;

/// CPU seconds by thread, as `/proc/PID/task/TID/stat` has them now.
fn kernel(pid: u32) -> BTreeMap<u32, f64> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let one = |task: std::fs::DirEntry| {
        let stat = std::fs::read_to_string(task.path().join("stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        let ticks = |nth: usize| fields.get(nth)?.parse::<f64>().ok();
        Some((task.file_name().to_str()?.parse().ok()?, (ticks(11)? + ticks(12)?) / 100.0))
    };
    tasks.filter_map(|task| one(task.ok()?)).collect()
}

/// `top -H`: percent of a core by thread, over [`SECONDS`].
///
/// Where procps reads the first thread from `/proc/PID/stat`, its row has what the whole process used: that
/// thread is left out of comparisons with `top`.
fn top(pid: u32) -> std::process::Child {
    let mut top = Command::new("top");
    top.args(["-H", "-b", "-n", "2", "-w", "200", "-d", &SECONDS.to_string(), "-p"]);
    top.arg(pid.to_string()).env("LC_ALL", "C").stdin(Stdio::null());
    top.stdout(Stdio::piped()).spawn().unwrap()
}

fn told(top: std::process::Child) -> BTreeMap<u32, f64> {
    let output = top.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    // The first table is since each thread began.
    let second = text.rsplit("\n\n").next().unwrap_or_default();
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        Some((words.first()?.parse().ok()?, words.get(8)?.parse().ok()?))
    };
    second.lines().filter_map(row).collect()
}

/// What lagtop saw of each thread since it first looked: CPU seconds, look by look.
#[derive(Default)]
struct Seen {
    last: Option<Timestamp>,
    used: BTreeMap<u32, f64>,
    parts: (f64, f64),
}

impl Seen {
    /// Adds a look; `None` for one that is known.
    fn add(&mut self, view: &ProcessView) -> Option<()> {
        let at = view.at.filter(|at| Some(*at) != self.last)?;
        let since = self.last.replace(at).map_or(0.0, |last| at.since(last).as_secs_f64());
        for thread in view.threads.as_ref().ok()?.iter() {
            let cpu = thread.cpu.map_or(0.0, |cpu| cpu.total);
            *self.used.entry(thread.tid).or_default() += cpu / 100.0 * since;
            let part = |of: Option<f64>| of.unwrap_or(0.0) / 100.0 * since;
            self.parts.0 += part(thread.cpu.and_then(|cpu| cpu.user));
            self.parts.1 += part(thread.cpu.and_then(|cpu| cpu.system));
        }
        Some(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_use_what_the_kernel_and_top_say() {
    let _alone = ALONE.lock().await;
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
    let clients = Clients::or_skip();
    let _producer = topic(&kafka, "numbers", 2, 200.0).await;
    let who = |instance| Who {
        topic: "numbers",
        group: "burners",
        client_id: instance,
        instance,
        commit_ms: 1_000,
    };
    let mut children = vec![(Ends::native(&kafka, who("plain"), true), Work::Stays)];
    if let Some(home) = &clients.python {
        children.push((Ends::python(&kafka, who("python"), home, true), Work::Stays));
    }
    if let Some(program) = &clients.go {
        children.push((Ends::go(&kafka, who("go"), program, &["-burn"]), Work::Moves));
    }
    let mut live = Live::of(&kafka, on_screen("burners", 500));
    live.look_at_this_host();
    for (child, work) in &children {
        compare(&mut live, child.pid(), *work).await;
    }
}

/// Whether a runtime moves the work between threads. Then only the kernel's counters, which are read in
/// the same moments, tell of a thread what lagtop tells: the seconds of `top` are shifted against ours.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    Stays,
    Moves,
}

async fn compare(live: &mut Live, pid: u32, work: Work) {
    let (mut seen, mut before, mut rival) = (Seen::default(), None, None);
    looked(live, "burners", "some seconds of its threads", |snapshot, _| {
        let view = process(snapshot, pid)?;
        seen.add(view)?;
        let at = view.at?;
        // From the first look on, in the moments after looks.
        let (begun, known) = &*before.get_or_insert_with(|| {
            rival = Some(top(pid));
            (at, kernel(pid))
        });
        if at == *begun {
            seen.used.clear();
            seen.parts = (0.0, 0.0);
        }
        (at.since(*begun).as_secs() >= SECONDS).then(|| {
            let span = at.since(*begun).as_secs_f64();
            let now = kernel(pid);
            for (tid, used) in &now {
                let true_seconds = used - known.get(tid).copied().unwrap_or(0.0);
                let own = seen.used.get(tid).copied().unwrap_or(0.0);
                // A picture is up to a quarter of a second behind its look, at both ends.
                let error = (own - true_seconds).abs();
                assert!(error <= 0.6 + span / 20.0, "{tid}: {own} s, in truth {true_seconds} s");
            }
        })
    })
    .await;
    let (user, system) = seen.parts;
    let all: f64 = seen.used.values().sum();
    assert!(user + system <= all + 1e-6 && (all < 1.0 || user + system > all / 2.0));
    let mut top = told(rival.unwrap());
    assert!(top.remove(&pid).is_some(), "top lists the process: {top:?}");
    let span = seen.last.unwrap().since(before.unwrap().0).as_secs_f64();
    let percent = |used: f64| 100.0 * used / span;
    let others = || seen.used.iter().filter(|(tid, _)| **tid != pid);
    let (own, rival): (f64, f64) = (percent(others().map(|one| one.1).sum()), top.values().sum());
    assert!((own - rival).abs() <= 25.0, "together: {own} %, top says {rival} %: {top:?}");
    if work == Work::Moves {
        return;
    }
    for (tid, rival) in &top {
        let own = percent(seen.used.get(tid).copied().unwrap_or(0.0));
        assert!((own - rival).abs() <= 25.0, "{tid}: {own} %, top says {rival} %");
    }
    let hottest = others().max_by(|a, b| a.1.total_cmp(b.1));
    if let Some((tid, _)) = hottest.filter(|(_, used)| percent(**used) > 50.0) {
        let top = top.iter().max_by(|a, b| a.1.total_cmp(b.1)).map(|one| one.0);
        assert_eq!(Some(tid), top, "the hot thread");
    }
}
