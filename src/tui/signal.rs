//! Signals: those that end the screen, and the one that brings it back.

use std::future::Future;
use std::io;

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for SIGTERM, SIGINT (from elsewhere: Ctrl-C is a key) or SIGHUP (the terminal is gone).
pub fn end() -> io::Result<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

/// Waits for SIGCONT: somebody stopped us without asking, and the terminal was used meanwhile.
#[derive(Debug)]
pub(super) struct Continued(Signal);

impl Continued {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self(signal(SignalKind::from_raw(Number::CONT.as_raw()))?))
    }

    pub(super) async fn wait(&mut self) {
        self.0.recv().await;
    }
}
