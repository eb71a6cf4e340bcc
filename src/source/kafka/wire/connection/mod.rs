//! One socket: questions go out as they come, answers are matched by correlation id.
//!
//! Two tasks own the two halves of the stream; both end when the [`Connection`] is dropped, when
//! the client is dropped, or when anything is wrong with the bytes. Whatever ends it becomes the
//! error of every question that waits. Knows nothing of addresses or dialling.
//!
//! `writer` writes, and keeps the SASL session alive.

mod writer;

use std::collections::HashMap;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadHalf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::{CancellationToken, DropGuard};

use self::writer::Writer;
use super::decode::Malformed;
use super::error::WireErrorKind;
use super::frame;
use super::link::{Deadline, Health};
use super::requests::{Answered, Question};
use super::sasl::Session;
use super::stats::Counters;
use super::versions::Versions;

/// Questions that may wait for answers at once; more wait their turn, within their deadlines.
const IN_FLIGHT: usize = 256;

/// Frames between a question and the writing task; more wait, within their deadlines.
const QUEUE: usize = 32;

/// Deadlines missed in a row, with no byte heard, after which the connection is given up.
const MISSED_DEADLINES: u32 = 3;

/// Anything that carries bytes both ways.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// What a connection needs to know beside its stream.
pub(super) struct Setup {
    pub(super) versions: Versions,
    pub(super) client_id: Arc<str>,
    pub(super) max_response_bytes: usize,
    pub(super) counters: Arc<Counters>,
    /// The SASL session; `None` where it does not end, or where there is none.
    pub(super) session: Option<Session>,
    /// Whether the client proved who it is; without it a hang-up at the first question has a
    /// likely reason.
    pub(super) authenticated: bool,
    /// Ends both tasks.
    pub(super) end: CancellationToken,
}

/// An open connection. Ends when dropped.
pub(super) struct Connection {
    shared: Arc<Shared>,
    queue: mpsc::Sender<Bytes>,
    slots: Arc<Semaphore>,
    versions: Versions,
    client_id: Arc<str>,
    _end: DropGuard,
}

struct Shared {
    waiting: Mutex<Waiting>,
    next_id: AtomicI32,
    /// Questions answered and understood.
    answered: AtomicU64,
    missed: AtomicU32,
    start: Instant,
    /// Microseconds after `start` at which bytes last came.
    heard: AtomicU64,
    authenticated: bool,
    max_response_bytes: usize,
    counters: Arc<Counters>,
    end: CancellationToken,
}

#[derive(Default)]
struct Waiting {
    answers: HashMap<i32, Waiter>,
    /// Set once, when the connection ends.
    closed: Option<WireErrorKind>,
}

struct Waiter {
    answer: oneshot::Sender<Result<Arrived, WireErrorKind>>,
    /// `None` for the writer's own questions, which never wait for one.
    _slot: Option<OwnedSemaphorePermit>,
}

struct Arrived {
    frame: Vec<u8>,
    at: Instant,
}

impl Connection {
    /// Starts the two tasks.
    pub(super) fn start(stream: impl Stream + 'static, setup: Setup) -> Self {
        let shared = Arc::new(Shared {
            waiting: Mutex::default(),
            next_id: AtomicI32::new(0),
            answered: AtomicU64::new(0),
            missed: AtomicU32::new(0),
            start: Instant::now(),
            heard: AtomicU64::new(0),
            authenticated: setup.authenticated,
            max_response_bytes: setup.max_response_bytes,
            counters: setup.counters,
            end: setup.end.clone(),
        });
        let (reading, writing) = tokio::io::split(stream);
        let (queue, frames) = mpsc::channel(QUEUE);
        let writer = Writer {
            shared: Arc::clone(&shared),
            stream: writing,
            versions: setup.versions.clone(),
            client_id: Arc::clone(&setup.client_id),
            session: setup.session,
        };
        shared.counters.connected();
        tokio::spawn(run(Arc::clone(&shared), read_answers(Arc::clone(&shared), reading)));
        tokio::spawn(run(Arc::clone(&shared), writer.write_questions(frames)));
        Self {
            shared,
            queue,
            slots: Arc::new(Semaphore::new(IN_FLIGHT)),
            versions: setup.versions,
            client_id: setup.client_id,
            _end: setup.end.drop_guard(),
        }
    }

    /// Asks and waits for the answer. The error says nothing of broker and operation: the caller
    /// knows them.
    pub(super) async fn ask<Q: Question>(
        &self,
        question: &Q,
        deadline: Deadline,
        health: &Health,
    ) -> Result<Answered<Q::Answer>, WireErrorKind> {
        let version = self.versions.choose::<Q>()?;
        let asked = Instant::now();
        let Ok(arrived) = timeout_at(deadline.at, self.exchange(question, version)).await else {
            self.missed_deadline(asked, health);
            return Err(WireErrorKind::Timeout { after: deadline.limit });
        };
        let (arrived, sent) = arrived?;
        let answered = frame::open::<Q>(&arrived.frame, version).map_err(|malformed| {
            let kind = WireErrorKind::from(malformed);
            self.shared.close(kind.clone());
            kind
        })?;
        self.shared.answered.fetch_add(1, Ordering::Relaxed);
        self.shared.missed.store(0, Ordering::Relaxed);
        health.answered(arrived.at.saturating_duration_since(sent));
        Ok(answered)
    }

    async fn exchange<Q: Question>(
        &self,
        question: &Q,
        version: i16,
    ) -> Result<(Arrived, Instant), WireErrorKind> {
        let ended = |_gone| self.closed().unwrap_or(WireErrorKind::Closed);
        // Slot and place in the queue first: from there on nothing waits until the answer, so a
        // question that is dropped earlier leaves no trace, and later its answer is still expected.
        let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else {
            return Err(WireErrorKind::Closed);
        };
        let place = self
            .queue
            .reserve()
            .await
            .map_err(|_gone| self.closed().unwrap_or(WireErrorKind::Closed))?;
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        let frame = frame::write(question, version, id, &self.client_id)?;
        let (sender, answer) = oneshot::channel();
        self.shared.expect(id, Waiter { answer: sender, _slot: Some(slot) })?;
        self.shared.counters.wrote(frame.len());
        place.send(frame);
        let sent = Instant::now();
        let arrived = answer.await.map_err(ended)??;
        Ok((arrived, sent))
    }

    /// Gives the connection up after several deadlines without a byte from the broker. A slow
    /// answer that keeps coming, or late ones, are not silence.
    fn missed_deadline(&self, asked: Instant, health: &Health) {
        if self.shared.last_heard() >= asked {
            return;
        }
        let missed = self.shared.missed.fetch_add(1, Ordering::Relaxed) + 1;
        health.missed(missed);
        if missed >= MISSED_DEADLINES {
            let silent = self.shared.last_heard().elapsed();
            let detail = format!("the broker has been silent for {silent:.1?}");
            self.shared.close(WireErrorKind::Lost(detail.into()));
        }
    }

    pub(super) fn speaks<Q: Question>(&self) -> bool {
        self.versions.speaks::<Q>()
    }

    /// Why it ended, if it did.
    pub(super) fn closed(&self) -> Option<WireErrorKind> {
        self.shared.waiting().closed.clone()
    }

    /// Whether it has answered a question that was understood.
    pub(super) fn has_served(&self) -> bool {
        self.shared.answered.load(Ordering::Relaxed) > 0
    }

    pub(super) fn in_flight(&self) -> usize {
        self.shared.waiting().answers.len()
    }
}

impl Shared {
    /// The state is plain data that no panic can leave half-changed.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn expect(&self, id: i32, waiter: Waiter) -> Result<(), WireErrorKind> {
        let mut waiting = self.waiting();
        if let Some(kind) = &waiting.closed {
            return Err(kind.clone());
        }
        waiting.answers.insert(id, waiter);
        Ok(())
    }

    /// Ends the connection with a reason; the first reason stays.
    fn close(&self, kind: WireErrorKind) {
        let mut waiting = self.waiting();
        let answers = std::mem::take(&mut waiting.answers);
        let kind = waiting.closed.get_or_insert(kind).clone();
        drop(waiting);
        for waiter in answers.into_values() {
            // The question may have given up already.
            let _ = waiter.answer.send(Err(kind.clone()));
        }
        self.end.cancel();
    }

    /// A listener that requires SASL answers `ApiVersions` and hangs up at anything else.
    fn likely_reason(&self, kind: WireErrorKind) -> WireErrorKind {
        let asked = self.next_id.load(Ordering::Relaxed) > 0;
        let unanswered = self.heard.load(Ordering::Relaxed) == 0;
        match kind {
            WireErrorKind::Lost(_) if asked && unanswered && !self.authenticated => {
                WireErrorKind::WantsSasl
            }
            other => other,
        }
    }

    fn heard(&self) {
        let micros = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.heard.store(micros.max(1), Ordering::Relaxed);
    }

    fn last_heard(&self) -> Instant {
        self.start + std::time::Duration::from_micros(self.heard.load(Ordering::Relaxed))
    }
}

/// Runs one half until it fails or the connection ends.
async fn run(shared: Arc<Shared>, half: impl Future<Output = WireErrorKind>) {
    tokio::select! {
        kind = half => shared.close(shared.likely_reason(kind)),
        () = shared.end.cancelled() => shared.close(WireErrorKind::Closed),
    }
}

async fn read_answers<S: AsyncRead>(shared: Arc<Shared>, mut stream: ReadHalf<S>) -> WireErrorKind {
    loop {
        let frame =
            match frame::read(&mut stream, shared.max_response_bytes, || shared.heard()).await {
                Ok(frame) => frame,
                Err(error) => return error.kind(),
            };
        shared.counters.read(frame.len() + size_of::<i32>());
        let waiter = match frame::correlation_id(&frame) {
            Ok(id) => shared.waiting().answers.remove(&id),
            Err(malformed) => return malformed.into(),
        };
        let Some(waiter) = waiter else {
            return Malformed("it answers a question that was not asked").into();
        };
        // The question may have given up already.
        let _ = waiter.answer.send(Ok(Arrived { frame, at: Instant::now() }));
    }
}
