//! A task that plays a recording, and moves the play as the person wishes.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::ReplayClock;
use super::course::Course;
pub use super::course::{Open, Recording};
use crate::model::play::{PlayWish, Played};
use crate::model::{Body, Observation, Snapshot, Timestamp};
use crate::record::Reader;

/// Whom the player works for.
pub struct Stage {
    /// Tells what time it is in the play.
    pub clock: Arc<ReplayClock>,
    /// Where pictures go.
    pub snapshots: watch::Sender<Arc<Snapshot>>,
    /// What the person marks.
    pub marked: mpsc::Receiver<Observation>,
    /// What the person wishes. The play ends with them.
    pub wishes: mpsc::Receiver<PlayWish>,
    /// What came of it.
    pub answers: mpsc::Sender<Played>,
}

/// Plays until nobody watches any more. `reader` has opened the recording.
pub async fn play(reader: Reader<'static>, recording: Recording, stage: Stage) {
    let Stage { clock, snapshots, mut marked, mut wishes, answers } = stage;
    let mut course = Course::new(reader, recording, clock);
    let mut measuring = measure(&course);
    let mut measured = false;
    loop {
        if let Some(picture) = course.take_picture() {
            snapshots.send_replace(picture);
        }
        if let Some(news) = course.take_news()
            && answers.send(news).await.is_err()
        {
            return;
        }
        let due = course.due();
        tokio::select! {
            biased;
            wish = wishes.recv() => match wish {
                Some(wish) => course.take(wish),
                None => return,
            },
            Some(observation) = marked.recv() => {
                if let Body::Marker(marker) = observation.body {
                    course.mark(marker);
                }
            }
            end = &mut measuring, if !measured => {
                measured = true;
                if let Some(end) = end.ok().flatten() {
                    course.measured(end);
                }
            }
            () = until(due) => course.go_on(),
        }
    }
}

/// Finds out where the recording ends, which only reading all of it tells.
fn measure(course: &Course) -> JoinHandle<Option<Timestamp>> {
    let reader = course.reopen();
    tokio::task::spawn_blocking(|| reader.ok()?.last_moment())
}

/// Waits until `deadline`; for ever without one.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
