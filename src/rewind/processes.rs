//! This host and its processes: what their histories tell.
//!
//! Which process a member is holds at any moment. What it was doing beside its CPU and memory is not kept.

use std::sync::Arc;

use crate::model::process::{
    CpuUse, HostSample, HostView, Hundredths, PerRecord, ProcessView, ProcessesView, ThreadState,
    ThreadView,
};
use crate::model::{Fault, Timestamp};

/// The host and those of its processes that had begun.
pub(super) fn as_of(view: &ProcessesView, at: Timestamp) -> ProcessesView {
    let begun = view.processes.iter().filter(|process| process.facts.started <= at);
    ProcessesView {
        host: view.host.as_ref().and_then(|host| host_as_of(host, at)),
        processes: begun.map(|process| Arc::new(process_as_of(process, at))).collect(),
        matches: view.matches.clone(),
    }
}

fn not_kept() -> Fault {
    Fault::new("NOT_KEPT", "how it was then is not kept")
}

/// CPU from the thousandths of a core that histories keep.
fn cpu_use(millicores: i64) -> CpuUse {
    CpuUse { total: millicores as f64 / 10.0, user: None, system: None }
}

fn host_as_of(host: &HostView, at: Timestamp) -> Option<HostView> {
    let known = host.cpu_history.begin().is_some_and(|begin| begin <= at);
    let cpu = host.cpu_history.at(at).and_then(|cpu| u32::try_from(cpu).ok());
    let sample = HostSample {
        cpu: cpu.map(Hundredths),
        load: Err(not_kept()),
        pressure: Err(not_kept()),
        ..host.sample.clone()
    };
    let cpu_history = Arc::clone(&host.cpu_history);
    known.then(|| HostView { at: host.at.min(at), sample, cpu_history })
}

fn process_as_of(process: &ProcessView, at: Timestamp) -> ProcessView {
    let rss = process.rss_history.at(at).and_then(|rss| u64::try_from(rss).ok());
    ProcessView {
        facts: process.facts.clone(),
        at: process.at.map(|last| last.min(at)),
        gone: process.gone.filter(|gone| *gone <= at),
        cpu: Ok(process.cpu_history.at(at).map(cpu_use)),
        cpu_history: Arc::clone(&process.cpu_history),
        rss: rss.ok_or_else(not_kept),
        rss_history: Arc::clone(&process.rss_history),
        thread_count: Err(not_kept()),
        switches_per_second: Ok(None),
        throttling: Err(not_kept()),
        memory: Err(not_kept()),
        threads: process.threads.as_ref().map_err(Fault::clone).map(|all| threads_as_of(all, at)),
        per_record: process.per_record.as_ref().map(|costs| per_record_as_of(costs, at)),
    }
}

/// Those that had run by then, the busiest first.
fn threads_as_of(threads: &[ThreadView], at: Timestamp) -> Arc<[ThreadView]> {
    let mut then: Vec<_> = threads
        .iter()
        .filter(|thread| thread.history.begin().is_some_and(|begin| begin <= at))
        .map(|thread| ThreadView {
            state: ThreadState::UNKNOWN,
            cpu: thread.history.at(at).map(cpu_use),
            run_delay: thread.delays.at(at).map(|delay| delay as f64 / 1_000.0),
            switches_per_second: None,
            ..thread.clone()
        })
        .collect();
    let busy = |thread: &ThreadView| thread.cpu.map_or(0.0, |cpu| cpu.total);
    then.sort_by(|a, b| busy(b).total_cmp(&busy(a)).then(a.tid.cmp(&b.tid)));
    then.into()
}

fn per_record_as_of(costs: &PerRecord, at: Timestamp) -> PerRecord {
    PerRecord {
        micros: costs.history.at(at).map(|nanos| nanos as f64 / 1_000.0),
        history: Arc::clone(&costs.history),
        costs: costs.costs.iter().copied().filter(|cost| cost.to <= at).collect(),
        members: Arc::clone(&costs.members),
    }
}
