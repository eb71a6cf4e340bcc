//! A group of one member on this host, and the process that it may be: for the tables of cases.

use std::sync::Arc;
use std::time::Duration;

use super::Case;
use crate::model::process::{
    Candidate, Confidence, CpuUse, GroupMatches, MemberMatch, MemoryLimit, PerRecord, Place,
    ProcessFacts, RecordCost, Runtime, ThreadState, ThreadView, Throttled, Throttling,
};
use crate::model::series::PartitionSeries;
use crate::model::{
    GroupKind, GroupSeen, GroupState, GroupView, MemberView, ProcessKey, ProcessView,
    ProcessesView, Snapshot, Timestamp,
};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_000_000_000);

/// What is looked at; each part may be made another before [`Bench::case`].
pub(super) struct Bench {
    pub(super) group: GroupView,
    pub(super) process: ProcessView,
    pub(super) confidence: Confidence,
    /// Another group's processes are looked at.
    pub(super) elsewhere: bool,
    pub(super) host: Option<crate::model::process::HostView>,
}

/// Ten minutes of the same.
fn flat(value: i64) -> PartitionSeries {
    let series = PartitionSeries::default();
    series.push(NOW.minus(Duration::from_mins(10)), Some(value));
    series
}

/// A thread that has used so many percent of a core, and has waited so many percent of the time for one,
/// for ten minutes.
pub(super) fn thread(tid: u32, name: &str, percent: i64, waits: i64) -> ThreadView {
    let total = percent as f64;
    ThreadView {
        tid,
        name: name.into(),
        state: ThreadState::RUNNING,
        cpu: Some(CpuUse { total, user: None, system: None }),
        run_delay: Some(waits as f64 / 100.0),
        switches_per_second: None,
        history: Arc::new(flat(percent * 10)),
        delays: Arc::new(flat(waits * 10)),
    }
}

fn member() -> MemberView {
    MemberView {
        id: "reader-1-uuid".into(),
        instance_id: None,
        client_id: "reader-1".into(),
        host: "10.0.1.15".into(),
        rack: None,
        epoch: None,
        classic: false,
        assignment: None,
        target: None,
        lag: None,
        consumed: None,
    }
}

fn process() -> ProcessView {
    let rss_history = Arc::<crate::model::series::GroupSeries>::default();
    rss_history.push(NOW.minus(Duration::from_hours(1)), Some(14_000_000));
    let facts = ProcessFacts {
        key: ProcessKey { pid: 4_711, start: 1 },
        started: Timestamp::default(),
        name: "worker".into(),
        command: Ok([].into()),
        user: Ok("u".into()),
        cgroup: Ok("/".into()),
        runtime: Ok(Runtime::Native),
        library: Ok(None),
        namespace: Ok(None),
        connections: Ok(Vec::new()),
        is_broker: false,
        namings: Vec::new(),
        namings_fault: None,
        pinned: Vec::new(),
    };
    let threads = [
        thread(4_712, "work-0", 95, 0),
        thread(4_713, "work-1", 1, 0),
        thread(4_714, "work-2", 1, 0),
    ];
    ProcessView {
        facts,
        at: Some(NOW),
        gone: None,
        cpu: Ok(None),
        cpu_history: Arc::default(),
        rss: Ok(14_000_000),
        rss_history,
        thread_count: Ok(3),
        switches_per_second: Ok(None),
        throttling: Ok(Throttling { seen: Throttled::default(), share: None }),
        memory: Ok(MemoryLimit::default()),
        threads: Ok(Arc::new(threads)),
        per_record: None,
    }
}

impl Bench {
    pub(super) fn of(confidence: Confidence) -> Self {
        let mut group = GroupView::new("readers".into(), GroupKind::Classic, GroupState::Stable);
        group.members = Some([member()].into());
        Self { group, process: process(), confidence, elsewhere: false, host: None }
    }

    /// What records cost the process.
    pub(super) fn costs(&mut self, costs: Vec<RecordCost>) {
        let (history, members) = (Arc::default(), Arc::default());
        let micros = costs.last().map(RecordCost::micros);
        self.process.per_record = Some(PerRecord { micros, history, costs: costs.into(), members });
    }

    pub(super) fn case<T>(&self, ask: impl FnOnce(&Case<'_>) -> T) -> T {
        let candidate = Candidate { process: self.process.key(), evidence: [].into() };
        let reader = MemberMatch {
            member: member().id,
            place: Place::Here,
            confidence: self.confidence,
            candidates: [candidate].into(),
            held_back: None,
            timing: None,
        };
        let group = if self.elsewhere { "others".into() } else { self.group.id.clone() };
        let matches = GroupMatches { group, searched: NOW, members: [reader].into() };
        let processes = ProcessesView {
            host: self.host.clone(),
            processes: [Arc::new(self.process.clone())].into(),
            matches: Some(Arc::new(matches)),
        };
        let logs = Snapshot::empty(NOW, crate::model::Isolation::ReadUncommitted);
        let (group, seen) = (&self.group, GroupSeen::default());
        ask(&Case { group, seen, logs: &logs, processes: &processes, now: NOW })
    }
}
