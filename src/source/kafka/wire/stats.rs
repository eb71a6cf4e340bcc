//! What the client costs, and how its brokers are: numbers that can be read at any time without
//! waiting for anybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::error::WireError;

/// Totals of a client since it was made, and the state of each broker.
#[derive(Debug, Clone)]
pub struct Stats {
    /// Connections made, lost ones included.
    pub connections: u64,
    /// SASL sessions renewed on connections in use.
    pub reauthentications: u64,
    /// Questions written, handshakes included.
    pub requests: u64,
    /// Bytes of answers read, frame lengths included, TLS not.
    pub bytes_in: u64,
    /// Bytes of questions written, frame lengths included, TLS not.
    pub bytes_out: u64,
    /// How long brokers have asked this client to wait, summed (quotas, KIP-219).
    pub throttled: Duration,
    /// Known brokers, by id.
    pub brokers: Vec<BrokerStats>,
}

/// One broker, as this client sees it.
#[derive(Debug, Clone)]
pub struct BrokerStats {
    /// Node id.
    pub id: i32,
    /// Advertised `host:port`.
    pub address: Arc<str>,
    /// The connection's state.
    pub state: BrokerState,
    /// Questions answered by this broker.
    pub answers: u64,
    /// Questions that wait for an answer now.
    pub in_flight: usize,
    /// Time between the last answered question and its answer; `None` before the first.
    pub round_trip: Option<Duration>,
    /// How much longer it wants no questions; zero when it does not throttle.
    pub throttled_for: Duration,
    /// Deadlines missed in a row; zero for a broker that answers.
    pub missed: u32,
}

/// The state of the connection to a broker.
#[derive(Debug, Clone)]
pub enum BrokerState {
    /// No connection, none needed so far or the last one ended after it had served; the next
    /// question dials. Holds why the last one ended.
    Idle(Option<WireError>),
    /// Being dialled.
    Connecting,
    /// Up.
    Up,
    /// Dials failed; until the pause is over questions fail at once with this error.
    BackingOff {
        /// Until the next question dials again.
        retry_in: Duration,
        /// Why the last dial failed.
        error: WireError,
    },
}

/// Counters shared by all connections of a client.
#[derive(Debug, Default)]
pub(super) struct Counters {
    connections: AtomicU64,
    reauthentications: AtomicU64,
    requests: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    throttled_ms: AtomicU64,
}

impl Counters {
    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn reauthenticated(&self) {
        self.reauthentications.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn wrote(&self, bytes: usize) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.bytes_out.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn read(&self, bytes: usize) {
        self.bytes_in.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn throttled(&self, pause: Duration) {
        let millis = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        self.throttled_ms.fetch_add(millis, Ordering::Relaxed);
    }

    pub(super) fn stats(&self, brokers: Vec<BrokerStats>) -> Stats {
        Stats {
            connections: self.connections.load(Ordering::Relaxed),
            reauthentications: self.reauthentications.load(Ordering::Relaxed),
            requests: self.requests.load(Ordering::Relaxed),
            bytes_in: self.bytes_in.load(Ordering::Relaxed),
            bytes_out: self.bytes_out.load(Ordering::Relaxed),
            throttled: Duration::from_millis(self.throttled_ms.load(Ordering::Relaxed)),
            brokers,
        }
    }
}
