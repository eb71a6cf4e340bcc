//! A process's threads. All of them are looked at every second, so each costs as little as can be: one small
//! file if it has not run since the last look, two if it has.

use std::collections::HashMap;
use std::sync::Arc;

use super::read;
use super::stat::{self, Stat};
use crate::model::process::{CpuTime, ProcessKey, Reading, Schedule, ThreadSample, ThreadState};

/// Reads threads, and remembers those that sleep.
#[derive(Debug, Default)]
pub(super) struct Threads {
    known: HashMap<ProcessKey, HashMap<u32, ThreadSample>>,
    file: Vec<u8>,
}

impl Threads {
    /// The process's threads by id; those that end meanwhile are left out.
    pub(super) fn read(&mut self, key: ProcessKey, tick_us: u64) -> Reading<Vec<ThreadSample>> {
        let folder = format!("/proc/{}/task", key.pid);
        let entries = std::fs::read_dir(&folder).map_err(|error| read::fault("threads", &error))?;
        let tids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let mut before = self.known.remove(&key).unwrap_or_default();
        let mut threads: Vec<ThreadSample> = tids
            .filter_map(|tid| self.thread(&folder, tid, before.remove(&tid), tick_us))
            .collect();
        threads.sort_unstable_by_key(|thread| thread.tid);
        self.known.insert(key, threads.iter().map(|thread| (thread.tid, thread.clone())).collect());
        Ok(threads)
    }

    /// Forgets the processes that are not among `kept`.
    pub(super) fn keep(&mut self, kept: impl Fn(ProcessKey) -> bool) {
        self.known.retain(|key, _| kept(*key));
    }

    fn thread(
        &mut self,
        folder: &str,
        tid: u32,
        before: Option<ThreadSample>,
        tick_us: u64,
    ) -> Option<ThreadSample> {
        let counted = read::into(format!("{folder}/{tid}/schedstat"), &mut self.file);
        let schedule = counted.ok().and_then(|()| stat::schedule(&self.file));
        let schedule = schedule.filter(|counted| *counted != Schedule::default());
        // Whoever slept and has not run since still sleeps in the same place.
        if let Some(before) = before
            && before.schedule == schedule
            && schedule.is_some()
            && before.state != ThreadState::RUNNING
        {
            return Some(before);
        }
        read::into(format!("{folder}/{tid}/stat"), &mut self.file).ok()?;
        let stat = Stat::parse(&self.file)?;
        Some(ThreadSample {
            tid,
            start: stat.start,
            name: Arc::from(stat.name),
            state: ThreadState(stat.state),
            cpu: cpu_time(stat.user_ticks, stat.system_ticks, tick_us),
            schedule,
        })
    }
}

/// Ticks as time.
pub(super) const fn cpu_time(user_ticks: u64, system_ticks: u64, tick_us: u64) -> CpuTime {
    CpuTime {
        user_us: user_ticks.saturating_mul(tick_us),
        system_us: system_ticks.saturating_mul(tick_us),
    }
}
