//! Keeps a source alive: when its task dies by a defect, it is started again after a pause, and the
//! screen says so meanwhile. What was seen so far stays.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::model::{Body, Clock, Fault, Observation, SourceHealth, SourceId};

/// Pauses before a restart double from the first to the last.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// A source that lived this long starts with the first pause again.
const LIVED: Duration = Duration::from_mins(1);

/// Runs the task that `start` makes, again and again until it ends by itself. Dropping the returned
/// future ends the task.
pub async fn supervise<F>(
    id: SourceId,
    clock: Arc<dyn Clock>,
    observations: mpsc::Sender<Observation>,
    start: impl Fn() -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut deaths = 0;
    loop {
        let begun = Instant::now();
        let mut task = JoinSet::new();
        task.spawn(start());
        let Some(Err(death)) = task.join_next().await else { return };
        let Ok(panic) = death.try_into_panic() else { return };
        if begun.elapsed() > LIVED {
            deaths = 0;
        }
        let (pause, at) = (pause(deaths), clock.now());
        deaths += 1;
        let said = words(panic.as_ref());
        let text =
            format!("lagtop's {} task died ({said}); starting again in {pause:?}", id.name());
        let fault = Fault::new("SOURCE_DIED", &text);
        let body = Body::Health(SourceHealth::Restarting { since: at, fault });
        if observations.send(Observation { at, source: id, body }).await.is_err() {
            return;
        }
        tokio::time::sleep(pause).await;
    }
}

/// The pause before the restart after so many deaths in a row.
fn pause(deaths: u32) -> Duration {
    let (first, last) = PAUSES;
    first.saturating_mul(2_u32.saturating_pow(deaths)).min(last)
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a word".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::model::time::SystemClock;

    #[test]
    fn pauses_double_up_to_a_limit() {
        let seconds: Vec<_> = (0..7).map(|deaths| pause(deaths).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(pause(u32::MAX).as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_dies_is_started_again_and_the_screen_is_told() {
        let (observations, mut seen) = mpsc::channel(8);
        let starts = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&starts);
        let start = move || {
            let nth = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                assert!(nth >= 2, "broken, {nth}");
            }
        };
        supervise(SourceId::Poll, Arc::new(SystemClock), observations, start).await;
        assert_eq!(starts.load(Ordering::SeqCst), 3, "twice dead, then it ended by itself");
        let mut told = Vec::new();
        while let Some(observation) = seen.recv().await {
            if let Body::Health(SourceHealth::Restarting { fault, .. }) = observation.body {
                told.push(fault.text.to_string());
            }
        }
        assert_eq!(told.len(), 2);
        assert!(told[0].contains("broken, 0"), "{told:?}");
    }
}
