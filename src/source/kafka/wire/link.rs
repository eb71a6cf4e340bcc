//! One broker: a connection when one is needed, pauses when dialling fails, throttling.
//!
//! Nothing runs here unless somebody asks: the first question dials, in a task of its own so that
//! an impatient caller does not spoil it for others; everybody else who asks meanwhile waits for
//! the same dial. After a failed dial questions fail at once until the pause is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::backoff;
use super::config::HostPort;
use super::connection::Connection;
use super::dial::Dialer;
use super::error::{WireError, WireErrorKind};
use super::progress::Progress;
use super::reach::timed_out;
use super::requests::Question;
use super::stats::{BrokerState, BrokerStats};

/// A broker is obeyed for this long at most: quotas are computed over seconds (KIP-219), so more is
/// a mistake, and would look like a broker that never answers.
const LONGEST_THROTTLE: Duration = Duration::from_mins(1);

/// When a question must be answered, and the limit that this came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    pub(super) at: Instant,
    pub(super) limit: Duration,
}

impl Deadline {
    pub(super) fn after(limit: Duration) -> Self {
        let now = Instant::now();
        // A limit beyond what the clock can count is as good as a day.
        let at = now.checked_add(limit).unwrap_or(now + Duration::from_hours(24));
        Self { at, limit }
    }
}

/// How a broker has been answering, over all connections to it.
pub(super) struct Health {
    start: Instant,
    answers: AtomicU64,
    /// Microseconds; 0 before the first answer.
    round_trip: AtomicU64,
    missed: AtomicU32,
    /// Microseconds after `start` until which it wants no questions.
    throttled_until: AtomicU64,
}

impl Default for Health {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            answers: AtomicU64::new(0),
            round_trip: AtomicU64::new(0),
            missed: AtomicU32::new(0),
            throttled_until: AtomicU64::new(0),
        }
    }
}

impl Health {
    pub(super) fn answered(&self, round_trip: Duration) {
        let micros = u64::try_from(round_trip.as_micros()).unwrap_or(u64::MAX);
        self.round_trip.store(micros.max(1), Ordering::Relaxed);
        self.answers.fetch_add(1, Ordering::Relaxed);
        self.missed.store(0, Ordering::Relaxed);
    }

    pub(super) fn missed(&self, in_a_row: u32) {
        self.missed.store(in_a_row, Ordering::Relaxed);
    }

    fn throttle(&self, pause: Duration) {
        let until = self.start.elapsed() + pause;
        let micros = u64::try_from(until.as_micros()).unwrap_or(u64::MAX);
        self.throttled_until.fetch_max(micros, Ordering::Relaxed);
    }

    fn throttled_until(&self) -> Instant {
        self.start + Duration::from_micros(self.throttled_until.load(Ordering::Relaxed))
    }

    pub(super) fn round_trip(&self) -> Option<Duration> {
        match self.round_trip.load(Ordering::Relaxed) {
            0 => None,
            micros => Some(Duration::from_micros(micros)),
        }
    }
}

/// The connection's life. `failures` counts dials in a row that led to nothing.
enum Phase {
    Idle,
    Dialling { failures: u32, progress: Arc<Progress> },
    Up { connection: Arc<Connection>, failures: u32 },
    BackingOff { failures: u32, until: Instant, error: WireError },
}

/// What a question finds.
enum Found {
    Connection(Arc<Connection>),
    Error(WireError),
    Dialling(Arc<Progress>),
    /// Nobody dials yet: the finder must.
    MustDial {
        failures: u32,
        progress: Arc<Progress>,
    },
}

/// How willing a broker is to answer, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Readiness {
    /// Connected and answering.
    Answering,
    /// To be dialled.
    Unknown,
    /// Connected, but silent or throttling.
    Slow,
    /// Dials failed just now.
    Failing,
}

/// One broker.
pub(super) struct Link {
    pub(super) id: i32,
    pub(super) address: HostPort,
    subject: Arc<str>,
    dialer: Arc<Dialer>,
    phase: Arc<watch::Sender<Phase>>,
    health: Health,
    end: CancellationToken,
    _end: DropGuard,
}

impl Link {
    /// A broker that is not dialled yet.
    pub(super) fn new(
        id: i32,
        address: HostPort,
        dialer: Arc<Dialer>,
        end: CancellationToken,
    ) -> Self {
        Self {
            id,
            subject: format!("broker {id} ({address})").into(),
            address,
            dialer,
            phase: Arc::new(watch::Sender::new(Phase::Idle)),
            health: Health::default(),
            _end: end.clone().drop_guard(),
            end,
        }
    }

    /// Uses a connection that was made while looking for the cluster.
    pub(super) fn adopt(&self, connection: Connection) {
        let connection = Arc::new(connection);
        self.phase.send_if_modified(|phase| {
            let free =
                !matches!(phase, Phase::Up { connection, .. } if connection.closed().is_none());
            if free {
                *phase = Phase::Up { connection, failures: 0 };
            }
            free
        });
    }

    pub(super) fn error(&self, operation: &'static str, kind: WireErrorKind) -> WireError {
        WireError::new(operation, Arc::clone(&self.subject), kind)
    }

    /// Asks this broker.
    pub(super) async fn ask<Q: Question>(
        &self,
        question: &Q,
        deadline: Deadline,
    ) -> Result<Q::Answer, WireError> {
        let connection = self.connection(Q::OPERATION, deadline).await?;
        let failed = |kind| self.error(Q::OPERATION, kind);
        self.obey_throttle(deadline).await.map_err(failed)?;
        let answered = connection.ask(question, deadline, &self.health).await.map_err(failed)?;
        if answered.throttle > Duration::ZERO {
            let pause = answered.throttle.min(LONGEST_THROTTLE);
            self.health.throttle(pause);
            self.dialer.counters.throttled(pause);
        }
        Ok(answered.answer)
    }

    /// Whether the broker speaks a version of a question that this client does.
    pub(super) async fn speaks<Q: Question>(&self, deadline: Deadline) -> Result<bool, WireError> {
        Ok(self.connection(Q::OPERATION, deadline).await?.speaks::<Q>())
    }

    async fn obey_throttle(&self, deadline: Deadline) -> Result<(), WireErrorKind> {
        let until = self.health.throttled_until();
        let now = Instant::now();
        if until >= deadline.at {
            return Err(WireErrorKind::Throttled { remaining: until.duration_since(now) });
        }
        if until > now {
            sleep_until(until).await;
        }
        Ok(())
    }

    async fn connection(
        &self,
        operation: &'static str,
        deadline: Deadline,
    ) -> Result<Arc<Connection>, WireError> {
        let mut changes = self.phase.subscribe();
        loop {
            changes.mark_unchanged();
            let progress = match self.find(Instant::now()) {
                Found::Connection(connection) => return Ok(connection),
                Found::Error(error) => return Err(error),
                Found::Dialling(progress) => progress,
                Found::MustDial { failures, progress } => {
                    self.start_dialling(failures, Arc::clone(&progress));
                    progress
                }
            };
            match timeout_at(deadline.at, changes.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Err(self.error(operation, WireErrorKind::Closed)),
                Err(_elapsed) => {
                    let kind = timed_out(deadline, progress.get());
                    return Err(self.error(super::dial::OPERATION, kind));
                }
            }
        }
    }

    /// Looks at the phase and moves it where its time has come.
    fn find(&self, now: Instant) -> Found {
        let fresh = Arc::new(Progress::default());
        let mut found = Found::Dialling(Arc::clone(&fresh));
        self.phase.send_if_modified(|phase| {
            let next = match phase {
                Phase::Dialling { progress, .. } => {
                    found = Found::Dialling(Arc::clone(progress));
                    return false;
                }
                Phase::Up { connection, failures } => match connection.closed() {
                    None => {
                        found = Found::Connection(Arc::clone(connection));
                        return false;
                    }
                    Some(_) if connection.has_served() => 0,
                    // It came up and broke at the first question: as bad as a failed dial.
                    Some(kind) => {
                        let error = self.error(super::dial::OPERATION, kind);
                        found = Found::Error(error.clone());
                        *phase = self.dialer.back_off(*failures + 1, now, error);
                        return true;
                    }
                },
                Phase::BackingOff { until, error, .. } if now < *until => {
                    found = Found::Error(error.clone());
                    return false;
                }
                Phase::Idle => 0,
                Phase::BackingOff { failures, .. } => *failures,
            };
            found = Found::MustDial { failures: next, progress: Arc::clone(&fresh) };
            *phase = Phase::Dialling { failures: next, progress: fresh };
            // Nobody waits for the beginning of a dial.
            false
        });
        found
    }

    fn start_dialling(&self, failures: u32, progress: Arc<Progress>) {
        let dialer = Arc::clone(&self.dialer);
        let phase = Arc::clone(&self.phase);
        let (address, subject) = (self.address.clone(), Arc::clone(&self.subject));
        let end = self.end.clone();
        tokio::spawn(async move {
            let dialled = tokio::select! {
                dialled = dialer.dial(&address, &subject, &progress) => dialled,
                () = end.cancelled() => Err(WireError::new(super::dial::OPERATION, subject, WireErrorKind::Closed)),
            };
            phase.send_replace(match dialled {
                Ok(connection) => Phase::Up { connection: Arc::new(connection), failures },
                Err(error) => dialer.back_off(failures + 1, Instant::now(), error),
            });
        });
    }

    pub(super) fn readiness(&self, now: Instant) -> Readiness {
        match &*self.phase.borrow() {
            Phase::Up { connection, .. } if connection.closed().is_none() => {
                let silent = self.health.missed.load(Ordering::Relaxed) > 0;
                if silent || self.health.throttled_until() > now {
                    Readiness::Slow
                } else {
                    Readiness::Answering
                }
            }
            Phase::BackingOff { until, .. } if now < *until => Readiness::Failing,
            Phase::Dialling { failures, .. } | Phase::BackingOff { failures, .. }
                if *failures > 0 =>
            {
                Readiness::Slow
            }
            _ => Readiness::Unknown,
        }
    }

    pub(super) fn round_trip(&self) -> Option<Duration> {
        self.health.round_trip()
    }

    pub(super) fn stats(&self, now: Instant) -> BrokerStats {
        let (state, in_flight) = self.state(now);
        BrokerStats {
            id: self.id,
            address: self.address.to_string().into(),
            state,
            answers: self.health.answers.load(Ordering::Relaxed),
            in_flight,
            round_trip: self.health.round_trip(),
            throttled_for: self.health.throttled_until().saturating_duration_since(now),
            missed: self.health.missed.load(Ordering::Relaxed),
        }
    }

    fn state(&self, now: Instant) -> (BrokerState, usize) {
        let state = match &*self.phase.borrow() {
            Phase::Idle => BrokerState::Idle(None),
            Phase::Dialling { .. } => BrokerState::Connecting,
            Phase::Up { connection, .. } => match connection.closed() {
                None => return (BrokerState::Up, connection.in_flight()),
                Some(kind) => BrokerState::Idle(Some(self.error("stay connected to", kind))),
            },
            Phase::BackingOff { until, error, .. } => BrokerState::BackingOff {
                retry_in: until.saturating_duration_since(now),
                error: error.clone(),
            },
        };
        (state, 0)
    }
}

impl Dialer {
    fn back_off(&self, failures: u32, now: Instant, error: WireError) -> Phase {
        let (min, max) = (self.config.reconnect_backoff_min, self.config.reconnect_backoff_max);
        let pause = backoff::pause(failures, min, max, backoff::chance());
        Phase::BackingOff { failures, until: now.checked_add(pause).unwrap_or(now), error }
    }
}
