//! Processes as the screen shows them.

use std::sync::Arc;

use super::{
    GroupMatches, HostSample, MemoryLimit, ProcessFacts, ProcessKey, Reading, ThreadState,
    Throttled,
};
use crate::model::series::{GroupSeries, PartitionSeries};
use crate::model::{MemberId, Timestamp};

/// Everything known of this host and its processes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProcessesView {
    /// The host; `None` before the first look.
    pub host: Option<HostView>,
    /// The processes that are looked at, and those that ended in the last minutes; by key, ascending.
    pub processes: Arc<[Arc<ProcessView>]>,
    /// The members of the group that was last searched for; `None` before the first search.
    pub matches: Option<Arc<GroupMatches>>,
}

impl ProcessesView {
    /// The process with this key.
    #[must_use]
    pub fn process(&self, key: ProcessKey) -> Option<&Arc<ProcessView>> {
        let index = self.processes.binary_search_by_key(&key, |process| process.key()).ok()?;
        self.processes.get(index)
    }
}

/// The host.
#[derive(Clone, Debug, PartialEq)]
pub struct HostView {
    /// When it was last looked at.
    pub at: Timestamp,
    /// What was seen.
    pub sample: HostSample,
    /// How busy all its cores were, over time, in hundredths of a percent of all of them together.
    pub cpu_history: Arc<GroupSeries>,
}

/// A process.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessView {
    /// What hardly changes.
    pub facts: ProcessFacts,
    /// When its counters were last read; `None` never. Values below are as of this moment.
    pub at: Option<Timestamp>,
    /// When it was found to have ended, or its pid to be another process's.
    pub gone: Option<Timestamp>,
    /// CPU between the last two looks; `Ok(None)` until there are two.
    pub cpu: Reading<Option<CpuUse>>,
    /// CPU over time, in thousandths of a core.
    pub cpu_history: Arc<GroupSeries>,
    /// Bytes of memory that are resident.
    pub rss: Reading<u64>,
    /// The same over time.
    pub rss_history: Arc<GroupSeries>,
    /// How many threads it has.
    pub thread_count: Reading<u32>,
    /// How often a second its threads were put on a CPU; `Ok(None)` until there are two looks, or where the
    /// kernel does not count it.
    pub switches_per_second: Reading<Option<f64>>,
    /// What its control group was refused of CPU.
    pub throttling: Reading<Throttling>,
    /// What its control group may have of memory.
    pub memory: Reading<MemoryLimit>,
    /// Its threads, the busiest first.
    pub threads: Reading<Arc<[ThreadView]>>,
    /// CPU per record that the searched group's members in it consumed; `None` as long as it is matched to
    /// none of them, or too little was consumed to tell.
    pub per_record: Option<PerRecord>,
}

impl ProcessView {
    /// Which process.
    #[must_use]
    pub const fn key(&self) -> ProcessKey {
        self.facts.key
    }
}

/// CPU between two looks, in percent of one core: 100 is one core, a process of many threads may use more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CpuUse {
    /// All of it.
    pub total: f64,
    /// The part in the process's own code; `None` where too little was used to tell the parts.
    pub user: Option<f64>,
    /// The part in the kernel on its behalf.
    pub system: Option<f64>,
}

impl CpuUse {
    /// The whole in thousandths of a core, as histories keep it.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    pub fn millicores(self) -> i64 {
        (self.total * 10.0).round() as i64
    }
}

/// What a control group's CPU quota did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttling {
    /// The counters.
    pub seen: Throttled,
    /// The share of the periods of the last 10 looks in which it was throttled, 0 to 1; `None` while none has
    /// passed (without a quota there are none).
    pub share: Option<f64>,
}

/// A thread.
#[derive(Clone, Debug, PartialEq)]
pub struct ThreadView {
    /// Its id.
    pub tid: u32,
    /// Its name as the kernel keeps it (15 bytes). Unescaped.
    pub name: Arc<str>,
    /// What it was doing when it was looked at.
    pub state: ThreadState,
    /// CPU between the last two looks; `None` until there are two.
    pub cpu: Option<CpuUse>,
    /// The share of the time in which it was ready and waited for a CPU, 0 to 1; `None` until there are two
    /// looks, or where the kernel does not count it.
    pub run_delay: Option<f64>,
    /// How often a second it was put on a CPU; `None` as above.
    pub switches_per_second: Option<f64>,
    /// CPU over time, in thousandths of a core.
    pub history: Arc<PartitionSeries>,
    /// [`ThreadView::run_delay`] over time, in thousandths of the time.
    pub delays: Arc<PartitionSeries>,
}

/// CPU time over records consumed by the partitions that the process's members hold.
#[derive(Clone, Debug, PartialEq)]
pub struct PerRecord {
    /// Microseconds of CPU per record over the last full window; `None` as long as there is none, or if too
    /// few records were consumed in it.
    pub micros: Option<f64>,
    /// The same over time, in nanoseconds, a point a window.
    pub history: Arc<GroupSeries>,
    /// The windows in which enough was consumed, as long as the process is watched: oldest first, by ten
    /// seconds at the beginning, and by more the longer it lasts.
    pub costs: Arc<[RecordCost]>,
    /// The members whose partitions were counted.
    pub members: Arc<[MemberId]>,
}

/// What was spent in a window, and on how much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecordCost {
    /// When it began.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
    /// How much of the time between was counted, in seconds: less than all of it where windows without
    /// enough records lie between.
    pub seconds: f64,
    /// Microseconds of CPU.
    pub cpu_us: f64,
    /// Records consumed.
    pub records: f64,
}

impl RecordCost {
    /// Microseconds of CPU per record.
    #[must_use]
    pub fn micros(&self) -> f64 {
        self.cpu_us / self.records
    }

    /// Records a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.records / self.seconds
    }

    /// CPU in percent of one core.
    #[must_use]
    pub fn cpu(&self) -> f64 {
        self.cpu_us / self.seconds / 10_000.0
    }

    /// Both as one.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        Self {
            from: self.from,
            to: later.to,
            seconds: self.seconds + later.seconds,
            cpu_us: self.cpu_us + later.cpu_us,
            records: self.records + later.records,
        }
    }
}
