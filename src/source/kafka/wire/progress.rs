//! How far a dial has come: for the error when its time is over, and for whoever wants to be told.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::certificate::TlsSession;
use super::error::Stage;
use super::login::Mechanism;
use super::versions::Abilities;

/// A step of a dial that went well. Of a name with several addresses the steps of all are told, as they
/// happen.
#[derive(Debug, Clone)]
pub enum DialStep {
    /// The name has these addresses.
    Resolved(Vec<SocketAddr>),
    /// TCP is there.
    Connected(SocketAddr),
    /// TLS is there, and the broker's certificate was accepted.
    Encrypted(TlsSession),
    /// The broker has told what it speaks.
    Greeted(Abilities),
    /// There is a token to authenticate with.
    Token {
        /// Milliseconds since the Unix epoch.
        expires_ms: i64,
    },
    /// The broker knows who asks.
    Authenticated {
        /// By which mechanism.
        mechanism: Mechanism,
        /// How long the connection may be used before this is renewed; `None` for ever.
        lifetime: Option<Duration>,
    },
}

type Told = Box<dyn Fn(DialStep) + Send + Sync>;

/// The stage a dial has reached (of several addresses: the latest to move).
pub(super) struct Progress {
    stage: Mutex<Stage>,
    told: Option<Told>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { stage: Mutex::new(Stage::Resolve), told: None }
    }
}

impl Progress {
    /// Tells of each step.
    pub(super) fn told(told: impl Fn(DialStep) + Send + Sync + 'static) -> Self {
        Self { told: Some(Box::new(told)), ..Self::default() }
    }

    pub(super) fn begin(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    pub(super) fn get(&self) -> Stage {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was found out, put together only where somebody listens.
    pub(super) fn passed(&self, step: impl FnOnce() -> DialStep) {
        if let Some(told) = &self.told {
            told(step());
        }
    }
}
