//! Scenarios by name, and the cluster with everything that runs on it.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use anyhow::{Context as _, Result};

use super::worker::Worker;
use super::{Consumer, Producer, many, steady};
use crate::support::KafkaCluster;
use crate::support::kafka::admin::Admin;

/// Something to watch.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// As given on the command line.
    pub name: &'static str,
    /// One line for `--list`: what there is to see.
    pub about: &'static str,
    /// Makes topics, starts producers and consumers, and returns while they run.
    pub set_up: fn(&mut Lab, Sizes) -> Result<()>,
}

/// How much of it, for scenarios of any size.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Number of groups.
    pub groups: u32,
    /// Partitions that each has commits for.
    pub partitions: u16,
}

/// Every scenario. A new one is a file with its `set_up` and a line here.
pub const SCENARIOS: &[Scenario] = &[steady::SCENARIO, many::SCENARIO];

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
    /// Where it all happens.
    pub cluster: KafkaCluster,
}

impl Lab {
    /// On a cluster of its own.
    pub fn on(cluster: KafkaCluster) -> Result<Self> {
        Ok(Self { workers: Vec::new(), admin: cluster.admin()?, cluster })
    }

    /// A topic, with a copy on each of at most three brokers.
    pub fn topic(&self, name: &str, partitions: u16) -> Result<()> {
        let copies = u16::try_from(self.cluster.ids().len().min(3))?;
        block_on(self.admin.create_topic(name, partitions, copies))
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

    /// Topics, groups, offsets.
    pub fn admin(&self) -> &Admin {
        &self.admin
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
fn block_on<T>(future: impl Future<Output = T>) -> T {
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
