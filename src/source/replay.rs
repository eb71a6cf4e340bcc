//! A recording as a source: the same observations, at the same distance from each other.
//!
//! A replay has a clock of its own, which runs from the recording's first moment, faster or slower than
//! the world's; whoever asks it for the present moment sees the ages that were seen then. What lies
//! before the moment at which the play begins is told at once, so that the picture opens with its
//! history.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::model::{Body, Clock, Fault, Observation, SourceHealth, SourceId, Timestamp};
use crate::record::{Entry, Reader};

/// The clock of a replay.
#[derive(Debug)]
pub struct ReplayClock {
    speed: f64,
    state: Mutex<Running>,
}

#[derive(Clone, Copy, Debug)]
struct Running {
    /// It was then...
    base: Timestamp,
    /// ...at this moment; `None`: it stands.
    since: Option<Instant>,
}

impl ReplayClock {
    /// A clock that stands at `base` and will run `speed` times as fast as the world's.
    #[must_use]
    pub fn standing(base: Timestamp, speed: f64) -> Self {
        Self { speed, state: Mutex::new(Running { base, since: None }) }
    }

    /// Lets it run from `base`.
    pub fn run_from(&self, base: Timestamp) {
        self.set(Running { base, since: Some(Instant::now()) });
    }

    /// Stops it where it is.
    pub fn stop(&self) {
        self.set(Running { base: self.now(), since: None });
    }

    fn set(&self, running: Running) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = running;
    }

    /// When it will be `at`; now if that is past or never comes.
    fn instant(&self, at: Timestamp) -> Instant {
        let ahead = at.since(self.now());
        Instant::now() + ahead.div_f64(self.speed)
    }
}

impl Clock for ReplayClock {
    fn now(&self) -> Timestamp {
        let running = *self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = running.since.map_or(Duration::ZERO, |since| since.elapsed());
        running.base.plus(elapsed.mul_f64(self.speed))
    }
}

/// Plays what `reader` holds: everything before `begin` at once, the rest when `clock` comes to it.
/// Ends with the recording, or when nobody listens any more. A recording that is damaged plays up to the
/// damage, and says so.
pub async fn play(
    mut reader: Reader<'static>,
    begin: Timestamp,
    clock: &ReplayClock,
    observations: mpsc::Sender<Observation>,
) {
    let mut running = false;
    loop {
        let entry = match reader.entry() {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            Err(damage) => {
                let fault = Fault::new("RECORDING_DAMAGED", &damage.to_string());
                tell(&observations, clock.now(), fault).await;
                break;
            }
        };
        if !running && entry.at() >= begin {
            running = true;
            clock.run_from(begin);
        }
        if running {
            tokio::time::sleep_until(clock.instant(entry.at())).await;
        }
        match entry {
            // How the recorder did then is no news now.
            Entry::Seen(observation) if observation.source == SourceId::Recording => {}
            Entry::Seen(observation) => {
                if observations.send(observation).await.is_err() {
                    return;
                }
            }
            Entry::Dropped { at, observations: count } => {
                let text = format!("{count} observations are missing here: they came too fast");
                tell(&observations, at, Fault::new("RECORDING_INCOMPLETE", &text)).await;
            }
            Entry::Ended { .. } => break,
        }
    }
    clock.stop();
}

async fn tell(observations: &mpsc::Sender<Observation>, at: Timestamp, fault: Fault) {
    let body = Body::Health(SourceHealth::Failing { since: at, fault });
    // Nobody listens: nobody to tell.
    let _ = observations.send(Observation { at, source: SourceId::Recording, body }).await;
}
