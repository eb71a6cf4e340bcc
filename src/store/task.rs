//! The store as a task: observations in through a bounded channel, snapshots out through `watch`.
//!
//! A full channel slows the sources, which is right: they would only add to what is waiting. Readers
//! see the newest snapshot, never a queue of old ones.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::Store;
use crate::model::{Body, Observation, Snapshot};
use crate::record::Tee;

/// Observations that may wait. One carries up to a thousand groups, so a handful is plenty.
pub const CHANNEL_CAPACITY: usize = 64;

/// Observations folded in before looking at the clock again.
const BATCH: usize = 32;

/// The shortest time between two publications, unless a round ended: faster than people read, slower
/// than answers trickle in.
const PUBLISH_EVERY: Duration = Duration::from_millis(100);

/// What else happens to what comes in.
#[derive(Debug, Default)]
pub struct Options {
    /// Takes a copy of everything.
    pub tee: Option<Tee>,
    /// From where the tee comes that takes the place of that one; `None`: from nowhere.
    pub tees: Option<mpsc::Receiver<Option<Tee>>>,
}

/// Folds observations into snapshots until all senders are gone.
pub async fn run(
    mut store: Store,
    mut observations: mpsc::Receiver<Observation>,
    snapshots: watch::Sender<Arc<Snapshot>>,
    options: Options,
) {
    let Options { mut tee, mut tees } = options;
    let mut batch = Vec::with_capacity(BATCH);
    let mut last = Instant::now();
    let mut waiting = false;
    loop {
        let due = last + PUBLISH_EVERY;
        let received = tokio::select! {
            received = observations.recv_many(&mut batch, BATCH) => Some(received),
            () = tokio::time::sleep_until(due), if waiting => None,
            next = next_tee(&mut tees) => {
                tee = next;
                if let Some(tee) = &mut tee {
                    // As of now: whatever comes next comes to the tee too.
                    let known = store.publish();
                    tee.begin(&known);
                    snapshots.send_replace(known);
                }
                continue;
            }
        };
        let round_over = batch
            .iter()
            .any(|observation| matches!(observation.body, Body::Round(_) | Body::Health(_)));
        for observation in batch.drain(..) {
            if let Some(tee) = &tee {
                tee.see(&observation);
            }
            store.apply(observation);
            waiting = true;
        }
        if waiting
            && (round_over || received != Some(0) && Instant::now() >= due || received == Some(0))
        {
            snapshots.send_replace(store.publish());
            last = Instant::now();
            waiting = false;
        }
        if received == Some(0) {
            return;
        }
    }
}

/// The next tee, or that there is none any more; waits for ever where nobody sends one.
async fn next_tee(tees: &mut Option<mpsc::Receiver<Option<Tee>>>) -> Option<Tee> {
    if let Some(road) = tees
        && let Some(tee) = road.recv().await
    {
        return tee;
    }
    *tees = None;
    std::future::pending().await
}
