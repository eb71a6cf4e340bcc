//! Processes by `/proc`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use super::{Brokers, Options, ProcessFilter, Watched, plain};
use crate::model::process::{
    Connection, Pressure, ProcessFacts, ProcessKey, ProcessSample, ProcessSamples, Reading,
    SendsWish,
};
use crate::model::{Fault, Timestamp};

mod cgroup;
mod executable;
mod pressure;
mod read;
mod runtime;
mod search;
mod sends;
mod sockets;
mod stat;
mod threads;

use cgroup::Mounts;
use executable::Executables;
pub(super) use sends::Sends;
use stat::Stat;
use threads::Threads;

/// Threads of so many processes are read when none is on screen: first those that name the group or one of
/// its members.
const DETAILED: usize = 3;

/// Sending is watched of so many connections.
const WATCHED: usize = 64;

/// The host's pressure.
pub(super) fn pressure() -> Reading<Pressure> {
    pressure::read()
}

/// Finds processes and reads their counters.
pub(super) struct Processes {
    pids: Arc<[u32]>,
    filter: Option<ProcessFilter>,
    mounts: Mounts,
    executables: Executables,
    threads: Threads,
    users: Option<sysinfo::Users>,
    /// When processes were last searched.
    searched: Timestamp,
    /// The processes that are looked at.
    watched: BTreeMap<ProcessKey, ProcessFacts>,
    /// Those whose threads are read when none is on screen.
    closely: Vec<ProcessKey>,
    begun: Instant,
    tick_us: u64,
    page: u64,
}

impl Processes {
    pub(super) fn new(options: Options) -> Self {
        Self {
            pids: options.pids,
            filter: options.process,
            mounts: Mounts::read(),
            executables: Executables::default(),
            threads: Threads::default(),
            users: sysinfo::Users::new_with_refreshed_list().ok(),
            searched: Timestamp::default(),
            watched: BTreeMap::new(),
            closely: Vec::new(),
            begun: Instant::now(),
            tick_us: 1_000_000 / rustix::param::clock_ticks_per_second().max(1),
            page: rustix::param::page_size() as u64,
        }
    }

    /// Counters of the processes that are looked at; threads of `detail`, or of the first few.
    pub(super) fn sample(&mut self, detail: Option<ProcessKey>) -> ProcessSamples {
        let detail = detail.filter(|key| self.watched.contains_key(key));
        let mut samples = ProcessSamples { processes: Vec::new(), gone: Vec::new() };
        let keys: Vec<_> = self.watched.keys().copied().collect();
        for key in keys {
            let closely =
                detail.map_or_else(|| self.closely.contains(&key), |wanted| wanted == key);
            if let Some(sample) = self.process(key, closely) {
                samples.processes.push(sample);
            } else {
                self.watched.remove(&key);
                samples.gone.push(key);
            }
        }
        let watched = &self.watched;
        self.threads.keep(|key| watched.contains_key(&key));
        samples
    }

    /// The connections that the wish wants watched. Those of containers can only be asked about in there.
    pub(super) fn sending(&self, wish: &SendsWish, coordinator: &[SocketAddr]) -> Watched {
        let there: Vec<_> =
            { coordinator.iter() }.map(|at| (plain(at.ip()).to_string(), at.port())).collect();
        let is_there = |it: &&Connection| {
            there.iter().any(|(address, port)| **address == *it.remote && *port == it.remote_port)
        };
        let own = wish.of.iter().filter_map(|key| self.watched.get(key));
        let own = own.filter(|facts| facts.namespace == Ok(None));
        let all = own.flat_map(|facts| {
            let open = facts.connections.as_deref().unwrap_or_default();
            open.iter().filter(is_there).map(|connection| (facts.key, connection.clone()))
        });
        Watched { listed: self.searched, connections: all.take(WATCHED).collect() }
    }

    /// `None` if the process is not there any more, or another has its pid.
    fn process(&mut self, key: ProcessKey, closely: bool) -> Option<ProcessSample> {
        let line = read::bytes(format!("/proc/{}/stat", key.pid)).ok()?;
        let stat =
            Stat::parse(&line).filter(|stat| stat.start == key.start && stat.state != 'Z')?;
        let taken_us = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let cgroups = read::text(format!("/proc/{}/cgroup", key.pid));
        let cgroups = cgroups.map_err(|error| read::fault("control group", &error));
        let group = |controller| {
            let cgroups = cgroups.as_ref().map_err(Fault::clone)?;
            self.mounts.group(cgroups, controller).ok_or_else(|| {
                Fault::new("NO_CGROUP", "control group: none of this process is mounted here")
            })
        };
        let (throttled, memory) = (
            group("cpu").and_then(|group| group.throttled()),
            group("memory").and_then(|group| group.memory()),
        );
        Some(ProcessSample {
            key,
            taken_us,
            cpu: Ok(threads::cpu_time(stat.user_ticks, stat.system_ticks, self.tick_us)),
            rss: Ok(stat.rss_pages.saturating_mul(self.page)),
            thread_count: Ok(stat.threads),
            throttled,
            memory,
            threads: if closely {
                self.threads.read(key, self.tick_us)
            } else {
                Err(Fault::new("NOT_LOOKED_AT", "threads are read of the process on screen"))
            },
        })
    }
}
