//! One thread that runs until it is told to stop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};

/// What the thread and its owner share.
#[derive(Debug, Default)]
struct Shared {
    stopped: Mutex<bool>,
    changed: Condvar,
    paused: AtomicBool,
    records: AtomicU64,
    drops: AtomicU64,
}

/// The thread's side: when to stop, how to sleep, what was done.
#[derive(Clone, Debug)]
pub struct Orders(Arc<Shared>);

impl Orders {
    /// Whether it is time to return.
    pub fn stopped(&self) -> bool {
        *self.0.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether to hold still for now.
    pub fn paused(&self) -> bool {
        self.0.paused.load(Ordering::Relaxed)
    }

    /// Sleeps; shorter when told to stop.
    pub fn sleep(&self, duration: Duration) {
        let stopped = self.0.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.0.changed.wait_timeout_while(stopped, duration, |stopped| !*stopped));
    }

    /// One more record produced or consumed.
    pub fn count(&self) {
        self.0.records.fetch_add(1, Ordering::Relaxed);
    }

    /// Records so far.
    pub fn so_far(&self) -> u64 {
        self.0.records.load(Ordering::Relaxed)
    }

    /// So many records in all.
    pub fn counted(&self, records: u64) {
        self.0.records.store(records, Ordering::Relaxed);
    }

    /// Dropped from its group once more.
    pub fn dropped(&self) {
        self.0.drops.fetch_add(1, Ordering::Relaxed);
    }
}

/// The owner's side. Dropping it stops the thread and waits for it.
#[derive(Debug)]
pub struct Worker {
    name: String,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Worker {
    /// Runs `work` on a named thread.
    pub fn spawn(
        name: String,
        work: impl FnOnce(&Orders) -> Result<()> + Send + 'static,
    ) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let orders = Orders(Arc::clone(&shared));
        let thread = std::thread::Builder::new().name(name.clone()).spawn(move || work(&orders))?;
        Ok(Self { name, shared, thread: Some(thread) })
    }

    /// Records produced or consumed so far.
    pub fn records(&self) -> u64 {
        self.shared.records.load(Ordering::Relaxed)
    }

    /// How often a consumer was dropped from its group for working too long without a poll.
    pub fn drops(&self) -> u64 {
        self.shared.drops.load(Ordering::Relaxed)
    }

    /// As it was named.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A consumer stays in its group, with its partitions, and reads nothing; a producer sends
    /// nothing.
    pub fn pause(&self) {
        self.shared.paused.store(true, Ordering::Relaxed);
    }

    /// Ends [`Worker::pause`].
    pub fn resume(&self) {
        self.shared.paused.store(false, Ordering::Relaxed);
    }

    /// Whether it returned, told or not.
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Tells it to stop and does not wait: for stopping many at once.
    pub fn tell(&self) {
        *self.shared.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.changed.notify_all();
    }

    /// Stops it: a consumer commits what it has done and leaves its group, a producer sends what is
    /// queued.
    pub fn stop(mut self) -> Result<()> {
        self.tell();
        self.join()
    }

    /// Waits until it returns by itself, as a producer with a limit does.
    pub fn finish(mut self) -> Result<()> {
        self.join()
    }

    fn join(&mut self) -> Result<()> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        let result = thread.join().map_err(|_panic| anyhow!("{} panicked", self.name))?;
        result.with_context(|| self.name.clone())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.tell();
        let _ = self.join();
    }
}
