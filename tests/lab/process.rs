//! Consumers that are processes of their own: this program again, told by its command line to be one.
//!
//! A binary that starts some calls [`run`] in a test of the name [`CHILD`], or first of all where it has no
//! tests. The child consumes until its standard input ends, which it does with its parent, however that
//! ends. Linux only: threads are counted and named there as lagtop reads them.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rdkafka::Message as _;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rustix::process::Signal;

use super::consumer::{finish, is_passing};
use super::worker::{Orders, Worker};
use crate::support::kafka::admin::{Quiet, config};
use crate::support::kafka::guardian;
use crate::support::wait;

/// The test that is the child, where the program is one of tests.
pub const CHILD: &str = "consuming_child";
/// What follows it on the command line is the child's; what stands before is for libtest.
const WORD: &str = "lab-consumer";

/// How long one poll waits, and how often a child tells what it has done.
const POLL: Duration = Duration::from_millis(50);
/// So many records may wait for a thread.
const QUEUE: usize = 1_000;
/// Records that a thread does before it is stuck.
const BEFORE: usize = 20;
/// For the last commit and for leaving the group. A client whose brokers are gone would wait without end.
const END: Duration = Duration::from_secs(10);
/// And so much more until the parent, if it still is there, sees that it is gone.
const GONE: Duration = Duration::from_secs(10);
/// CPU time is read so often while it is burnt, and room looked for: rarely enough to cost little itself.
const STEP: Duration = Duration::from_micros(50);

/// A consumer process: one member, whose records are worked on by several threads.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its group.
    pub group: String,
    /// What it subscribes to.
    pub topic: String,
    /// As it names itself, on its command line too.
    pub client_id: String,
    /// Threads that work; each has its share of the partitions, by their numbers.
    pub threads: u32,
    /// CPU time for a record.
    pub base: Duration,
    /// More CPU time for each record that the process has handled before.
    pub each: Duration,
    /// The thread that ends up in an endless loop, when it has done some records; `None` for none.
    pub stuck: Option<u32>,
}

impl Process {
    /// A quick one.
    pub fn of(group: &str, topic: &str, client_id: &str) -> Self {
        Self {
            group: group.to_owned(),
            topic: topic.to_owned(),
            client_id: client_id.to_owned(),
            threads: 5,
            base: Duration::ZERO,
            each: Duration::ZERO,
            stuck: None,
        }
    }

    /// The command line that [`Process::parse`] reads.
    fn words(&self, bootstrap: &str) -> Vec<String> {
        let mut words =
            ["--exact", CHILD, "--nocapture", "--", WORD, bootstrap].map(str::to_owned).to_vec();
        words.extend([self.topic.clone(), self.threads.to_string()]);
        words.extend([self.base, self.each].map(|span| span.as_nanos().to_string()));
        words.push(self.stuck.map_or_else(|| "none".to_owned(), |thread| thread.to_string()));
        words
            .extend(["--group-id", &self.group, "--client-id", &self.client_id].map(str::to_owned));
        words
    }

    fn parse(words: &[String]) -> Result<(String, Self)> {
        let [bootstrap, topic, threads, base, each, stuck, _, group, _, client_id] = words else {
            bail!("not a consumer's command line: {words:?}");
        };
        let process = Self {
            threads: threads.parse()?,
            base: Duration::from_nanos(base.parse()?),
            each: Duration::from_nanos(each.parse()?),
            stuck: stuck.parse().ok(),
            ..Self::of(group, topic, client_id)
        };
        Ok((bootstrap.clone(), process))
    }

    /// Starts it. The worker counts its records and ends with it; its name tells the pid.
    pub fn spawn(&self, bootstrap: &str) -> Result<Worker> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(self.words(bootstrap))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C is for whoever started it.
            .process_group(0)
            .spawn()
            .context("a child")?;
        let told = child.stdout.take().context("its output")?;
        let name = format!("process {} of {} pid {}", self.client_id, self.group, child.id());
        let ends = Ends(child);
        Worker::spawn(name, move |orders| {
            std::thread::scope(move |scope| {
                // Dropped before the scope ends, which waits for the last line of a child that is gone.
                let mut ends = ends;
                scope.spawn(|| {
                    for line in BufReader::new(told).lines().map_while(Result::ok) {
                        // libtest says things too.
                        let _ = line.parse().map(|records| orders.counted(records));
                    }
                });
                while !orders.stopped() {
                    if let Some(status) = ends.0.try_wait()? {
                        bail!("it ended by itself: {status}");
                    }
                    orders.sleep(POLL);
                }
                ends.finish()
            })
        })
    }
}

/// A child that does not outlive its owner.
struct Ends(Child);

impl Ends {
    /// Without standard input it ends by itself; with an endless loop in it too.
    fn finish(&mut self) -> Result<()> {
        drop(self.0.stdin.take());
        let ended = wait::holds_within(END + GONE, || !matches!(self.0.try_wait(), Ok(None)));
        if !ended {
            self.0.kill()?;
        }
        let status = self.0.wait()?;
        ensure!(status.success(), "{status}");
        Ok(())
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The pid in the name of a worker that [`Process::spawn`] made.
pub fn pid(worker: &Worker) -> Option<u32> {
    worker.name().rsplit_once(" pid ")?.1.parse().ok()
}

/// Consumes, if this process was started to: then what came of it; `None` for all others.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Option<Result<()>> {
    let words = arguments.into_iter().map(|word| word.to_string_lossy().into_owned());
    let mut words = words.skip_while(|word| word != WORD);
    words.next()?;
    let words: Vec<_> = words.collect();
    Some(Process::parse(&words).and_then(|(bootstrap, process)| process.consume(&bootstrap)))
}

/// What the threads of a child share.
struct Shared {
    process: Process,
    handled: AtomicU64,
    stopped: AtomicBool,
}

impl Process {
    fn config(&self, bootstrap: &str) -> ClientConfig {
        let mut config = config(bootstrap);
        config.set("group.id", &self.group).set("client.id", &self.client_id);
        config.set("auto.offset.reset", "earliest");
        config.set("enable.auto.offset.store", "false");
        config.set("auto.commit.interval.ms", "500");
        config
    }

    fn consume(self, bootstrap: &str) -> Result<()> {
        // Called what it is, whatever program it is: as one sees in `top`.
        std::fs::write("/proc/self/comm", &self.group)?;
        let consumer: BaseConsumer<Quiet> = self.config(bootstrap).create_with_context(Quiet)?;
        consumer.subscribe(&[&self.topic])?;
        let (handled, stopped) = (AtomicU64::new(0), AtomicBool::new(false));
        let shared = Arc::new(Shared { process: self, handled, stopped });
        let (done, finished) = sync_channel::<(i32, i64)>(QUEUE);
        let mut queues = Vec::new();
        for number in 0..shared.process.threads {
            let (queue, records) = sync_channel(QUEUE);
            let (shared, done) = (Arc::clone(&shared), done.clone());
            let work = move || shared.work(number, &records, &done);
            std::thread::Builder::new().name(format!("worker-{number}")).spawn(work)?;
            queues.push(queue);
        }
        let ending = Arc::clone(&shared);
        std::thread::Builder::new().name("orders".to_owned()).spawn(move || {
            // Nothing is ever written: it returns when the parent's end is closed.
            let _ = std::io::stdin().read(&mut [0]);
            ending.stopped.store(true, Ordering::Relaxed);
            std::thread::sleep(END);
            // Whatever it still waits for: whoever wanted it is gone, or is told by how it ended.
            guardian::Process::from_id(&std::process::id().to_string())?.signal(Signal::KILL)
        })?;
        shared.poll(&consumer, &queues, &finished)?;
        finish(&consumer)
    }
}

impl Shared {
    /// Hands out what comes, and marks for the next commit what is done.
    fn poll(
        &self,
        consumer: &BaseConsumer<Quiet>,
        queues: &[SyncSender<(i32, i64)>],
        finished: &Receiver<(i32, i64)>,
    ) -> Result<()> {
        let (mut told, mut pending) = (u64::MAX, None);
        while !self.stopped.load(Ordering::Relaxed) {
            for (partition, offset) in finished.try_iter() {
                // Refused when the partition was taken away meanwhile: then it is another member's.
                let _ = consumer.store_offset(&self.process.topic, partition, offset);
            }
            let handled = self.handled.load(Ordering::Relaxed);
            if handled != told {
                told = handled;
                writeln!(std::io::stdout(), "{handled}")?;
            }
            if let Some(record) = pending.take() {
                pending = self.hand_out(queues, record)?;
                continue;
            }
            match consumer.poll(POLL) {
                None => {}
                Some(Err(why)) if is_passing(&why) => {}
                Some(Err(why)) => return Err(why.into()),
                Some(Ok(record)) => {
                    pending = Some((record.partition(), record.offset()));
                }
            }
        }
        Ok(())
    }

    /// What there is no room for comes back. Not what is for a thread that is stuck, and never committed:
    /// the others go on.
    fn hand_out(
        &self,
        queues: &[SyncSender<(i32, i64)>],
        record: (i32, i64),
    ) -> Result<Option<(i32, i64)>> {
        let number = u32::try_from(record.0)?.checked_rem(self.process.threads).unwrap_or(0);
        let queue = queues.get(usize::try_from(number)?).context("a thread")?;
        match queue.try_send(record) {
            Err(TrySendError::Full(record)) if self.process.stuck != Some(number) => {
                std::thread::sleep(STEP);
                Ok(Some(record))
            }
            _ => Ok(None),
        }
    }

    fn work(&self, number: u32, records: &Receiver<(i32, i64)>, done: &SyncSender<(i32, i64)>) {
        for (nth, record) in records.iter().enumerate() {
            if self.process.stuck == Some(number) && nth >= BEFORE {
                burn(|_| self.stopped.load(Ordering::Relaxed));
                return;
            }
            let before = self.handled.fetch_add(1, Ordering::Relaxed);
            let more = u32::try_from(before).unwrap_or(u32::MAX);
            let cost = self.process.base + self.process.each.saturating_mul(more);
            burn(|spent| spent >= cost);
            if done.send(record).is_err() {
                return;
            }
        }
    }
}

/// Computes until it is enough, by the CPU time that the kernel counts for this thread: so a record costs
/// the same however busy the machine is.
fn burn(enough: impl Fn(Duration) -> bool) {
    let begin = cpu();
    while !enough(cpu().saturating_sub(begin)) {
        let end = std::time::Instant::now() + STEP;
        while std::time::Instant::now() < end {
            std::hint::spin_loop();
        }
    }
}

fn cpu() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = counted.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}
