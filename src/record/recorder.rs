//! A thread that writes, and the tee that feeds it.
//!
//! The store never waits for a disk: what the thread cannot take is counted and left out, and the
//! recording says so.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::opening::opening;
use super::{Entry, Header, Redactor, Writer};
use crate::model::{Body, Observation, Snapshot, SourceId, Timestamp};

/// Observations that may wait for the disk: some seconds of a large cluster.
const WAITING: usize = 256;

/// What a crash may lose.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

/// How long quitting waits for the last bytes.
const LAST_BYTES: Duration = Duration::from_millis(500);

/// Where observations go in. Never waits.
#[derive(Debug)]
pub struct Tee {
    sender: SyncSender<Vec<Observation>>,
    dropped: Arc<AtomicU64>,
    /// It began in the middle.
    is_late: bool,
}

impl Tee {
    /// Begins in the middle: takes what is known by now. What is still being read of the past would have
    /// holes, so that nothing of it is taken.
    pub fn begin(&mut self, known: &Snapshot) {
        self.is_late = true;
        self.send(opening(known));
    }

    /// Takes a copy of an observation.
    pub fn see(&self, observation: &Observation) {
        // How the recorder itself does is not part of the story.
        if observation.source == SourceId::Recording {
            return;
        }
        let of_the_past = matches!(observation.body, Body::Past(_) | Body::History(_));
        if !(self.is_late && of_the_past) {
            self.send(vec![observation.clone()]);
        }
    }

    fn send(&self, observations: Vec<Observation>) {
        let count = observations.len() as u64;
        if self.sender.try_send(observations).is_err() {
            self.dropped.fetch_add(count, Ordering::Relaxed);
        }
    }
}

/// Why a recording ended while there was more to write.
#[derive(Debug, thiserror::Error)]
pub enum End {
    /// It reached its limit.
    #[error("the recording is full, {bytes} bytes")]
    Full {
        /// Bytes written.
        bytes: u64,
    },
    /// The disk refused.
    #[error("the recording failed: {0}")]
    Failed(#[source] io::Error),
}

/// A recording that is being written.
#[derive(Debug)]
pub struct Recorder {
    done: Receiver<()>,
}

impl Recorder {
    /// Begins a recording in a new file, which only its owner may read: names are confidential. It ends
    /// when the tee is dropped, or at `limit` bytes, or when the disk refuses; the last two are told to
    /// `ended`, once.
    ///
    /// # Errors
    ///
    /// The file exists already, or cannot be made.
    pub fn start(
        path: &Path,
        header: &Header,
        limit: u64,
        redactor: Option<Redactor>,
        ended: impl FnOnce(&End) + Send + 'static,
    ) -> io::Result<(Tee, Self)> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let writer = Writer::create(BufWriter::new(options.open(path)?), header)?;
        let (sender, observations) = sync_channel(WAITING);
        let dropped = Arc::new(AtomicU64::new(0));
        let tee = Tee { sender, dropped: Arc::clone(&dropped), is_late: false };
        let (finished, done) = sync_channel(1);
        let work = Work { writer, observations, dropped, limit, redactor, last: header.started };
        thread::Builder::new().name("lagtop-record".to_owned()).spawn(move || {
            if let Some(end) = work.run() {
                ended(&end);
            }
            // Nobody waits any more: also well.
            let _ = finished.try_send(());
        })?;
        Ok((tee, Self { done }))
    }

    /// Whether it has ended, by whatever.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.done.try_recv() != Err(TryRecvError::Empty)
    }

    /// Waits a moment for the last bytes, after the tee was dropped.
    pub fn wait(self) {
        let _ = self.done.recv_timeout(LAST_BYTES);
    }
}

struct Work {
    writer: Writer<BufWriter<File>>,
    observations: Receiver<Vec<Observation>>,
    dropped: Arc<AtomicU64>,
    limit: u64,
    redactor: Option<Redactor>,
    /// The last entry's moment.
    last: Timestamp,
}

impl Work {
    /// Writes until nothing comes any more. `Some`: it ended before that.
    fn run(mut self) -> Option<End> {
        match self.write_all() {
            Ok(full) => {
                let bytes = self.writer.bytes();
                let finished = self.writer.finish();
                finished.err().map(End::Failed).or_else(|| full.then_some(End::Full { bytes }))
            }
            Err(why) => Some(End::Failed(why)),
        }
    }

    /// True: the limit is reached.
    fn write_all(&mut self) -> io::Result<bool> {
        let mut flushed = Instant::now();
        let mut fresh = false;
        loop {
            let patience = FLUSH_EVERY.saturating_sub(flushed.elapsed());
            match self.observations.recv_timeout(patience) {
                Ok(observations) => {
                    for observation in observations {
                        self.take(observation)?;
                    }
                    fresh = true;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
            }
            if flushed.elapsed() >= FLUSH_EVERY {
                if std::mem::take(&mut fresh) {
                    self.writer.flush()?;
                }
                flushed = Instant::now();
                if self.writer.bytes() >= self.limit {
                    let why = format!("the limit of {} bytes is reached", self.limit);
                    self.writer.write(&Entry::Ended { at: self.last, why })?;
                    return Ok(true);
                }
            }
        }
    }

    fn take(&mut self, mut observation: Observation) -> io::Result<()> {
        self.last = observation.at;
        let observations = self.dropped.swap(0, Ordering::Relaxed);
        if observations > 0 {
            self.writer.write(&Entry::Dropped { at: observation.at, observations })?;
        }
        if let Some(redactor) = &mut self.redactor {
            redactor.redact(&mut observation);
        }
        self.writer.write(&Entry::Seen(observation))
    }
}
