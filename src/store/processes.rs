//! This host and its processes: counters become shares of a core.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::matches::Window;
use super::timings::Timings;
use crate::model::process::{
    CpuTime, CpuUse, HostSample, HostView, ProcessFacts, ProcessSample, ProcessSamples,
    ProcessesFound, Reading, RecordCost, Searched, ThreadSample, ThreadView, Throttled, Throttling,
};
use crate::model::series::PartitionSeries;
use crate::model::{Fault, GroupId, ProcessKey, ProcessView, ProcessesView, Timestamp};

/// How long a process that ended is still shown.
const KEPT: Duration = Duration::from_mins(10);

/// Looks over which the throttled share is told.
const LOOKS: usize = 10;

/// Everything known of this host and its processes.
#[derive(Debug, Default)]
pub(super) struct Processes {
    pub(super) view: Arc<ProcessesView>,
    pub(super) cells: BTreeMap<ProcessKey, Cell>,
    /// What was last searched for, and when.
    pub(super) searched: Option<(Timestamp, Searched)>,
    /// What tells candidates apart.
    pub(super) timings: Timings,
    pub(super) changed: bool,
}

/// A process and the counters of the last looks.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) view: Arc<ProcessView>,
    pub(super) last: Option<ProcessSample>,
    /// Over which CPU per record is being counted.
    pub(super) window: Option<Window>,
    /// What records cost it, as long as it is watched.
    pub(super) costs: Arc<[RecordCost]>,
    /// Throttling at the last looks, oldest first.
    throttled: Vec<Throttled>,
}

impl Processes {
    /// Folds in a look at the host.
    pub(super) fn host(&mut self, at: Timestamp, sample: HostSample) {
        let view = Arc::make_mut(&mut self.view);
        let cpu_history = view.host.take().map(|host| host.cpu_history).unwrap_or_default();
        cpu_history.push(at, sample.cpu.map(|cpu| i64::from(cpu.0)));
        view.host = Some(HostView { at, sample, cpu_history });
    }

    /// Folds in the list of processes that are looked at.
    pub(super) fn found(&mut self, at: Timestamp, found: ProcessesFound) {
        self.cells.retain(|key, cell| match cell.view.gone {
            Some(gone) => at.since(gone) < KEPT,
            None => found.processes.iter().any(|facts| facts.key == *key),
        });
        for facts in found.processes {
            match self.cells.get_mut(&facts.key) {
                Some(cell) => Arc::make_mut(&mut cell.view).facts = facts,
                None => {
                    self.cells.insert(facts.key, Cell::new(facts));
                }
            }
        }
        if let Some(searched) = &found.searched {
            self.timings.turn_to(&searched.group);
        }
        self.searched = found.searched.map(|searched| (at, searched));
        self.changed = true;
    }

    /// Folds in a look at their counters.
    pub(super) fn samples(&mut self, at: Timestamp, samples: ProcessSamples) {
        for sample in samples.processes {
            if let Some(cell) = self.cells.get_mut(&sample.key) {
                cell.sample(at, sample);
            }
        }
        for key in samples.gone {
            if let Some(cell) = self.cells.get_mut(&key) {
                cell.end(at);
            }
        }
        self.changed = true;
    }

    /// The group whose processes were looked at since the last picture.
    pub(super) fn looked_at(&self) -> Option<GroupId> {
        let matches = self.view.matches.as_ref().filter(|_| self.changed)?;
        Some(matches.group.clone())
    }

    /// Everything as the screen shows it.
    pub(super) fn view(&mut self) -> Arc<ProcessesView> {
        if std::mem::take(&mut self.changed) {
            let views = self.cells.values().map(|cell| Arc::clone(&cell.view));
            Arc::make_mut(&mut self.view).processes = views.collect();
        }
        Arc::clone(&self.view)
    }
}

impl Cell {
    fn new(facts: ProcessFacts) -> Self {
        let not_yet = || Fault::new("NOT_READ_YET", "not read yet");
        let view = ProcessView {
            facts,
            at: None,
            gone: None,
            cpu: Ok(None),
            cpu_history: Arc::default(),
            rss: Err(not_yet()),
            rss_history: Arc::default(),
            thread_count: Err(not_yet()),
            switches_per_second: Ok(None),
            throttling: Err(not_yet()),
            memory: Err(not_yet()),
            threads: Err(not_yet()),
            per_record: None,
        };
        Self {
            view: Arc::new(view),
            last: None,
            window: None,
            costs: Arc::default(),
            throttled: Vec::new(),
        }
    }

    fn sample(&mut self, at: Timestamp, sample: ProcessSample) {
        let last = self.last.take();
        let elapsed = last.as_ref().map_or(0, |last| sample.taken_us.saturating_sub(last.taken_us));
        let throttling = self.throttling(&sample.throttled);
        let view = Arc::make_mut(&mut self.view);
        view.at = Some(at);
        view.cpu = sample.cpu.clone().map(|now| {
            let before = last.as_ref().and_then(|last| last.cpu.as_ref().ok());
            before.and_then(|before| cpu_use((*before, now), None, elapsed))
        });
        let cpu = view.cpu.as_ref().ok().copied().flatten();
        view.cpu_history.push(at, cpu.map(CpuUse::millicores));
        view.rss_history.push(at, sample.rss.as_ref().ok().and_then(|&rss| rss.try_into().ok()));
        view.rss.clone_from(&sample.rss);
        view.thread_count.clone_from(&sample.thread_count);
        view.memory.clone_from(&sample.memory);
        view.throttling = throttling;
        let before = last.as_ref().and_then(|last| last.threads.as_ref().ok());
        let known = view.threads.as_deref().unwrap_or_default();
        let threads = sample.threads.as_ref().map_err(Fault::clone).map(|threads| {
            threads_now(at, threads, before.map_or(&[], Vec::as_slice), known, elapsed)
        });
        view.switches_per_second = threads.as_ref().map_err(Fault::clone).map(|threads| {
            threads.iter().filter_map(|thread| thread.switches_per_second).reduce(|a, b| a + b)
        });
        view.threads = threads.map(Into::into);
        self.last = Some(sample);
    }

    fn throttling(&mut self, now: &Reading<Throttled>) -> Reading<Throttling> {
        let seen = now.clone()?;
        if self.throttled.len() > LOOKS {
            self.throttled.remove(0);
        }
        self.throttled.push(seen);
        let first = self.throttled.first().copied().unwrap_or_default();
        let periods = seen.periods.saturating_sub(first.periods);
        let throttled = seen.throttled_periods.saturating_sub(first.throttled_periods);
        let share = (periods > 0).then(|| throttled as f64 / periods as f64);
        Ok(Throttling { seen, share })
    }

    fn end(&mut self, at: Timestamp) {
        let view = Arc::make_mut(&mut self.view);
        view.gone = Some(at);
        view.cpu_history.push(at, None);
        view.rss_history.push(at, None);
        self.last = None;
    }
}

/// The threads with what they did since `before`, the busiest first.
fn threads_now(
    at: Timestamp,
    now: &[ThreadSample],
    before: &[ThreadSample],
    known: &[ThreadView],
    elapsed: u64,
) -> Vec<ThreadView> {
    let histories: BTreeMap<u32, _> =
        known.iter().map(|thread| (thread.tid, (&thread.history, &thread.delays))).collect();
    let mut threads: Vec<_> = now
        .iter()
        .map(|thread| {
            let index = before.binary_search_by_key(&thread.tid, |before| before.tid).ok();
            // Another thread may have its id.
            let before = index
                .and_then(|index| before.get(index))
                .filter(|before| before.start == thread.start);
            let kept = histories.get(&thread.tid).filter(|_| before.is_some());
            let kept = kept.map(|&(cpu, delays)| (Arc::clone(cpu), Arc::clone(delays)));
            thread_now((at, elapsed), thread, before, kept.unwrap_or_default())
        })
        .collect();
    let busy = |thread: &ThreadView| thread.cpu.map_or(0.0, |cpu| cpu.total);
    threads.sort_by(|a, b| busy(b).total_cmp(&busy(a)).then(a.tid.cmp(&b.tid)));
    threads
}

fn thread_now(
    (at, elapsed): (Timestamp, u64),
    now: &ThreadSample,
    before: Option<&ThreadSample>,
    (history, delays): (Arc<PartitionSeries>, Arc<PartitionSeries>),
) -> ThreadView {
    let schedules = before.and_then(|before| before.schedule.zip(now.schedule));
    let exact = schedules.map(|(before, now)| now.run_ns.saturating_sub(before.run_ns));
    let cpu = before.and_then(|before| cpu_use((before.cpu, now.cpu), exact, elapsed));
    let per_us = |count: u64| (elapsed > 0).then(|| count as f64 / elapsed as f64);
    let delay = schedules.and_then(|(b, n)| per_us(n.wait_ns.saturating_sub(b.wait_ns)));
    let slices = schedules.and_then(|(b, n)| per_us(n.slices.saturating_sub(b.slices)));
    let delay = delay.map(|nanos_per_us| (nanos_per_us / 1_000.0).min(1.0));
    history.push(at, cpu.map(CpuUse::millicores));
    delays.push(at, delay.map(thousandths));
    ThreadView {
        tid: now.tid,
        name: Arc::clone(&now.name),
        state: now.state,
        cpu,
        run_delay: delay,
        switches_per_second: slices.map(|per_us| per_us * 1e6),
        history,
        delays,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "at most a thousand")]
fn thousandths(share: f64) -> i64 {
    (share * 1_000.0).round() as i64
}

/// CPU used in `elapsed` microseconds; `exact` are the nanoseconds where the scheduler counted them, which is
/// finer than ticks.
fn cpu_use((before, now): (CpuTime, CpuTime), exact: Option<u64>, elapsed: u64) -> Option<CpuUse> {
    if elapsed == 0 {
        return None;
    }
    let user = now.user_us.saturating_sub(before.user_us) as f64;
    let system = now.system_us.saturating_sub(before.system_us) as f64;
    let spent = exact.map_or(user + system, |nanos| nanos as f64 / 1_000.0);
    let total = 100.0 * spent / elapsed as f64;
    let part = |ticks: f64| (user + system > 0.0).then(|| total * ticks / (user + system));
    Some(CpuUse { total, user: part(user), system: part(system) })
}
