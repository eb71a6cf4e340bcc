//! Scenarios by name, and the cluster with everything that runs on it.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use super::worker::Worker;
use super::{
    Consumer, Process, Producer, cpu_creep, healthy, hot_partition, hot_thread, many, negative_lag,
    producer_churn, rebalance_storm, steady, stop_and_go, thresholds, war_room,
};
use crate::support::KafkaCluster;
use crate::support::kafka::Builder;
use crate::support::kafka::admin::Admin;
use crate::support::wait;

/// Until all members of a group have joined, on a busy machine.
const JOINED: Duration = Duration::from_mins(1);

/// Something to watch.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// As given on the command line.
    pub name: &'static str,
    /// One line for `--list`: what there is to see.
    pub about: &'static str,
    /// The rules that are true of it: no other may find anything at warning or above.
    pub truths: &'static [&'static str],
    /// Thresholds, as `rule.threshold`, for those that watch it: the lab's seconds stand for minutes.
    pub scaled: &'static [(&'static str, &'static str)],
    /// Makes topics, starts producers and consumers, and returns while they run.
    pub set_up: fn(&mut Lab, Sizes) -> Result<()>,
}

/// How much of it, for scenarios of any size.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sizes {
    /// Number of groups.
    pub groups: u32,
    /// Partitions that each has commits for.
    pub partitions: u16,
    /// Positions that all of them commit a second.
    pub commits: u32,
    /// Positions that all of them have committed before, as fast as the coordinators take them.
    pub past: u32,
}

/// Every scenario. A new one is a file with its `set_up` and a line here.
pub const SCENARIOS: &[Scenario] = &[
    steady::SCENARIO,
    many::SCENARIO,
    healthy::SCENARIO,
    hot_partition::SCENARIO,
    rebalance_storm::SCENARIO,
    negative_lag::SCENARIO,
    thresholds::SCENARIO,
    stop_and_go::SCENARIO,
    cpu_creep::SCENARIO,
    hot_thread::SCENARIO,
    producer_churn::SCENARIO,
    war_room::SCENARIO,
];

impl Scenario {
    /// The scenario of that name; the error names those there are.
    pub fn named(name: &str) -> Result<Self> {
        let known = || SCENARIOS.iter().map(|one| one.name).collect::<Vec<_>>().join(", ");
        let found = SCENARIOS.iter().find(|one| one.name == name);
        found
            .copied()
            .with_context(|| format!("no scenario is called {name:?}; there are: {}", known()))
    }
}

/// A cluster and the clients that work on it. Dropping it stops the clients, then the cluster.
pub struct Lab {
    // Before the cluster: fields are dropped in this order, and clients leave a living cluster
    // best.
    workers: Vec<Worker>,
    admin: Admin,
    /// Where it all happens; scenarios that do not disturb one another may share it.
    pub cluster: Arc<KafkaCluster>,
}

impl Lab {
    /// What the scenarios need of a cluster: members that say so are missed within seconds.
    pub fn builder() -> Builder {
        KafkaCluster::builder().property("group.min.session.timeout.ms", "1000")
    }

    /// On this cluster, which may have other labs on it.
    pub fn on(cluster: impl Into<Arc<KafkaCluster>>) -> Result<Self> {
        let cluster = cluster.into();
        Ok(Self { workers: Vec::new(), admin: cluster.admin()?, cluster })
    }

    /// The cluster, to do something to it; an error if others are on it.
    pub fn cluster_alone(&mut self) -> Result<&mut KafkaCluster> {
        Arc::get_mut(&mut self.cluster).context("other labs are on this cluster")
    }

    /// A topic, with a copy on each of at most three brokers.
    pub fn topic(&self, name: &str, partitions: u16) -> Result<()> {
        let copies = u16::try_from(self.cluster.ids().len().min(3))?;
        block_on(self.admin.create_topic(name, partitions, copies))
    }

    /// Deletes a topic.
    pub fn delete_topic(&self, name: &str) -> Result<()> {
        block_on(self.admin.delete_topic(name))
    }

    /// Starts a producer.
    pub fn produce(&mut self, producer: Producer) -> Result<()> {
        let worker = producer.spawn(&self.cluster.bootstrap())?;
        self.workers.push(worker);
        Ok(())
    }

    /// Starts a member.
    pub fn consume(&mut self, consumer: Consumer) -> Result<()> {
        let worker = consumer.spawn(&self.cluster.bootstrap())?;
        self.workers.push(worker);
        Ok(())
    }

    /// Starts a member that is a process of its own.
    pub fn start(&mut self, process: &Process) -> Result<()> {
        let worker = process.spawn(&self.cluster.bootstrap())?;
        self.workers.push(worker);
        Ok(())
    }

    /// Waits until a classic group has so many members and all have their partitions: who comes first
    /// would else read what is another's.
    pub fn joined(&self, group: &str, members: usize) -> Result<()> {
        wait::answer_within(JOINED, "all members", || {
            let there = self.admin.members(group)?;
            ensure!(there == members, "{there} of {members} members");
            Ok(())
        })
    }

    /// Takes care of a worker that was started elsewhere.
    pub fn employ(&mut self, worker: Worker) {
        self.workers.push(worker);
    }

    /// The worker whose name contains this.
    pub fn worker(&self, name: &str) -> Result<&Worker> {
        let mut named = self.workers.iter().filter(|worker| worker.name().contains(name));
        match (named.next(), named.next()) {
            (Some(worker), None) => Ok(worker),
            (None, _) => bail!("nobody is called {name:?}"),
            (Some(_), Some(_)) => bail!("several are called {name:?}"),
        }
    }

    /// Topics, groups, offsets.
    pub fn admin(&self) -> &Admin {
        &self.admin
    }

    /// All hold still: members stay in their groups and read nothing, producers send nothing.
    pub fn pause(&self) {
        self.workers.iter().for_each(Worker::pause);
    }

    /// What a worker that ended says for itself; `Ok` while all run.
    pub fn check(&mut self) -> Result<()> {
        match self.workers.iter().position(Worker::is_finished) {
            Some(ended) => self.workers.swap_remove(ended).finish(),
            None => Ok(()),
        }
    }

    /// Stops everything at once and waits for it.
    pub fn stop(mut self) -> Result<()> {
        let workers = std::mem::take(&mut self.workers);
        workers.iter().for_each(Worker::tell);
        workers.into_iter().try_for_each(Worker::stop)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.workers.iter().for_each(Worker::tell);
    }
}

/// Waits for one answer of rdkafka, whose own threads bring it. Works inside and outside of a tokio
/// runtime, where tokio's own would refuse to block.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return answer;
        }
        std::thread::park();
    }
}
