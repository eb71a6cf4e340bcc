//! Local processes beside the incident's groups.

use std::sync::Arc;
use std::time::Duration;

use lagtop::model::process::{
    Candidate, Confidence, Connection, CpuUse, Evidence, GroupMatches, HostSample, HostView,
    Hundredths, MemberMatch, MemoryLimit, NamingPlace, PerRecord, Place, Pressure, PressureLine,
    ProcessFacts, ProcessView, ProcessesView, Runtime, ThreadState, ThreadView, Throttled,
    Throttling,
};
use lagtop::model::series::{GroupSeries, PartitionSeries};
use lagtop::model::stack::{
    HotFrame, HotFrames, StackLine, StackOutcome, StackPlan, StackTrouble, StackTroubleKind,
    StackWay, Stacks, ThreadStack,
};
use lagtop::model::{Fault, ProcessKey, Snapshot};

use super::{NOW, ago, incident};

const WORKER: ProcessKey = ProcessKey { pid: 4_242, start: 77 };

/// The incident, seen from the host of its consumers: the first member is likely the worker, the others
/// may be it too, as consumers of one process are.
pub(crate) fn beside(confidence: Confidence, members: usize) -> Snapshot {
    let mut snapshot = incident();
    let entry = snapshot.groups.iter().find(|entry| entry.view.id.as_str() == GROUP);
    let all = entry.and_then(|entry| entry.view.members.clone()).unwrap_or_default();
    let found = all.iter().take(members).map(|member| MemberMatch {
        member: member.id.clone(),
        place: Place::Here,
        confidence,
        candidates: Arc::new([Candidate {
            process: WORKER,
            evidence: Arc::new([
                Evidence::ClientId(NamingPlace::CommandLine),
                Evidence::Connections(1),
            ]),
        }]),
        held_back: None,
        timing: None,
    });
    let matches = GroupMatches { group: GROUP.into(), searched: NOW, members: found.collect() };
    snapshot.processes = Arc::new(ProcessesView {
        host: Some(host()),
        processes: Arc::new([Arc::new(worker())]),
        matches: Some(Arc::new(matches)),
    });
    snapshot
}

/// The incident, whose members are on other hosts.
pub(crate) fn elsewhere() -> Snapshot {
    let mut snapshot = beside(Confidence::None, 3);
    let mut view = (*snapshot.processes).clone();
    if let Some(matches) = &view.matches {
        let away = |found: &MemberMatch| MemberMatch {
            place: Place::Elsewhere { host: "10.0.1.15".into() },
            candidates: Arc::new([]),
            ..found.clone()
        };
        let members = matches.members.iter().map(away).collect();
        view.matches = Some(Arc::new(GroupMatches { members, ..(**matches).clone() }));
    }
    view.processes = Arc::new([]);
    snapshot.processes = Arc::new(view);
    snapshot
}

/// The worker of another user: what may not be read says so in its own cell.
pub(crate) fn anothers() -> Snapshot {
    let mut snapshot = beside(Confidence::Possible, 1);
    let mut view = (*snapshot.processes).clone();
    let denied = || Fault::new("PERMISSION_DENIED", "permission denied: it is another user's");
    let mut process = worker();
    process.threads = Err(denied());
    process.throttling = Err(denied());
    process.facts.connections = Err(denied());
    process.per_record = None;
    view.processes = Arc::new([Arc::new(process)]);
    snapshot.processes = Arc::new(view);
    snapshot
}

/// The group that all of it is about.
const GROUP: &str = "user-events-consumer";

fn growing<const N: usize>(from: i64, to: i64) -> [(u64, i64); N] {
    std::array::from_fn(|step| {
        let done = i64::try_from(step).unwrap_or(0);
        let steps = i64::try_from(N).unwrap_or(1);
        (600 - 600 * step as u64 / N as u64, from + (to - from) * done / steps)
    })
}

fn series(points: &[(u64, i64)]) -> Arc<GroupSeries> {
    let series = GroupSeries::default();
    for &(seconds, value) in points {
        series.push(ago(seconds), Some(value));
    }
    Arc::new(series)
}

fn cpu(total: f64) -> CpuUse {
    CpuUse { total, user: Some(total * 0.9), system: Some(total * 0.1) }
}

fn thread(tid: u32, name: &str, state: char, total: f64) -> ThreadView {
    let history = PartitionSeries::default();
    for (seconds, value) in growing::<20>(0, cpu(total).millicores()) {
        history.push(ago(seconds), Some(value));
    }
    ThreadView {
        tid,
        name: name.into(),
        state: ThreadState(state),
        cpu: Some(cpu(total)),
        run_delay: Some(total / 1_000.0),
        switches_per_second: Some(600.0),
        history: Arc::new(history),
        delays: Arc::default(),
    }
}

fn worker() -> ProcessView {
    ProcessView {
        facts: ProcessFacts {
            key: WORKER,
            started: ago(4_000),
            name: "python".into(),
            command: Ok(Arc::new(["python".into(), "consumer_worker.py".into()])),
            user: Ok("app".into()),
            cgroup: Ok("/".into()),
            runtime: Ok(Runtime::Python),
            library: Ok(None),
            namespace: Ok(None),
            connections: Ok(vec![Connection {
                local: "10.0.1.15".into(),
                local_port: 51_234,
                remote: "10.0.0.2".into(),
                remote_port: 9_092,
            }]),
            is_broker: false,
            namings: Vec::new(),
            namings_fault: None,
            pinned: Vec::new(),
        },
        at: Some(NOW),
        gone: None,
        cpu: Ok(Some(cpu(98.0))),
        cpu_history: series(&growing::<20>(200, 980)),
        rss: Ok(412_000_000),
        rss_history: series(&growing::<20>(400_000_000, 412_000_000)),
        thread_count: Ok(3),
        switches_per_second: Ok(Some(1_200.0)),
        throttling: Ok(Throttling {
            seen: Throttled { quota_millicores: Some(2_000), ..Throttled::default() },
            share: Some(0.12),
        }),
        memory: Ok(MemoryLimit {
            limit: Some(2_000_000_000),
            used: Some(1_930_000_000),
            hits: Some(3),
            kills: None,
        }),
        threads: Ok(Arc::new([
            thread(4_242, "python", 'R', 96.0),
            thread(4_244, "rdk:main", 'S', 2.0),
            thread(4_245, "rdk:broker\u{1b}[2J", 'D', 0.3),
        ])),
        per_record: Some(PerRecord {
            micros: Some(1_230.0),
            history: series(&growing::<20>(201_000, 1_230_000)),
            costs: Arc::default(),
            members: Arc::new([]),
        }),
    }
}

fn host() -> HostView {
    let line = |some: u32| PressureLine {
        some_avg10: Hundredths(some),
        some_avg60: Hundredths(some),
        full_avg10: None,
    };
    HostView {
        at: NOW,
        sample: HostSample {
            name: Some("app-15".into()),
            cores: 4,
            cpu: Some(Hundredths(3_100)),
            load: Ok([Hundredths(140), Hundredths(120), Hundredths(110)]),
            memory_total: 16_000_000_000,
            memory_available: 9_000_000_000,
            pressure: Ok(Pressure { cpu: line(0), io: line(210), memory: line(0) }),
        },
        cpu_history: series(&growing::<20>(900, 3_100)),
    }
}

const COMMAND: &str = "py-spy dump --pid 4242";

/// What would be run for the worker.
pub(crate) fn stack_plan() -> StackOutcome {
    let command = COMMAND.into();
    StackOutcome::Plan(StackPlan { way: StackWay::PySpy, command, instead: None })
}

/// What came of it where it is not allowed.
pub(crate) fn stack_refused() -> StackOutcome {
    StackOutcome::Failed(StackTrouble {
        kind: StackTroubleKind::NotPermitted,
        text: "py-spy may not read the process: it is another user's".into(),
        by_hand: Some(format!("sudo {COMMAND}").into()),
    })
}

/// What it said, counted.
pub(crate) fn stack_taken() -> StackOutcome {
    let thread = |tid: u32, name: &str, state: &str, frames: &[&str]| ThreadStack {
        tid: Some(tid),
        name: name.into(),
        state: state.into(),
        cpu: None,
        lines: frames.iter().map(|frame| StackLine::Frame((*frame).into())).collect(),
    };
    let frame = |name: &str, top, within| HotFrame { name: name.into(), top, within };
    let hot = HotFrames {
        samples: 10,
        over: Duration::from_secs(2),
        counted: 10,
        idle: 20,
        frames: vec![
            frame("decode (codec.py)", 8, 10),
            frame("handle (consumer_worker.py)", 2, 10),
        ],
    };
    StackOutcome::Taken(Arc::new(Stacks {
        way: StackWay::PySpy,
        command: COMMAND.into(),
        took: Duration::from_millis(2_130),
        threads: vec![
            thread(4_244, "rdk:main", "idle", &["poll (socket.py:12)"]),
            thread(
                4_242,
                "MainThread",
                "active",
                &["decode (codec.py:41)", "handle\u{1b}[2J (consumer_worker.py:88)"],
            ),
        ],
        remarks: Vec::new(),
        cut: false,
        hot: Some(hot),
    }))
}
