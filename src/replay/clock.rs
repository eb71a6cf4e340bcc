//! The time of a play.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Clock, Timestamp};

/// A clock of its own for a play: whoever asks it for the present moment sees the ages that were seen
/// then. It runs faster or slower than the world's, or stands.
#[derive(Debug)]
pub struct ReplayClock(Mutex<Running>);

#[derive(Clone, Copy, Debug)]
struct Running {
    /// It was then...
    base: Timestamp,
    /// ...at this moment; `None`: it stands.
    since: Option<Instant>,
    speed: f64,
}

impl Running {
    fn now(self) -> Timestamp {
        let elapsed = self.since.map_or(Duration::ZERO, |since| since.elapsed());
        self.base.plus(elapsed.mul_f64(self.speed))
    }
}

impl ReplayClock {
    /// A clock that stands at `base` and will run `speed` times as fast as the world's.
    #[must_use]
    pub const fn standing(base: Timestamp, speed: f64) -> Self {
        Self(Mutex::new(Running { base, since: None, speed }))
    }

    /// Lets it run from `base`.
    pub fn run_from(&self, base: Timestamp) {
        self.change(|clock| Running { base, since: Some(Instant::now()), ..clock });
    }

    /// Lets it stand at `base`.
    pub fn stand_at(&self, base: Timestamp) {
        self.change(|clock| Running { base, since: None, ..clock });
    }

    /// How many times as fast as the world's it runs.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.running().speed
    }

    /// Lets it go on from where it is, faster or slower.
    pub fn set_speed(&self, speed: f64) {
        self.change(|clock| {
            let since = clock.since.map(|_| Instant::now());
            Running { base: clock.now(), since, speed }
        });
    }

    /// When it will be `at`, as it runs now; now if that is past.
    #[must_use]
    pub fn when(&self, at: Timestamp) -> Instant {
        let clock = self.running();
        Instant::now() + at.since(clock.now()).div_f64(clock.speed)
    }

    fn running(&self) -> Running {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, to: impl FnOnce(Running) -> Running) {
        let mut clock = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *clock = to(*clock);
    }
}

impl Clock for ReplayClock {
    fn now(&self) -> Timestamp {
        self.running().now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_goes_on_from_where_it_is_at_another_speed() {
        let clock = ReplayClock::standing(Timestamp::from_millis(1_000), 1.0);
        let after = async |millis| {
            tokio::time::advance(Duration::from_millis(millis)).await;
            clock.now().as_millis()
        };
        assert_eq!(after(500).await, 1_000);
        clock.run_from(clock.now());
        assert_eq!(after(500).await, 1_500);
        clock.set_speed(4.0);
        assert_eq!(after(500).await, 3_500);
        let due = clock.when(Timestamp::from_millis(5_500));
        assert_eq!(due.duration_since(Instant::now()), Duration::from_millis(500));
        clock.stand_at(clock.now());
        clock.set_speed(0.5);
        assert_eq!(after(500).await, 3_500);
        clock.run_from(Timestamp::from_millis(100));
        assert_eq!(after(500).await, 350);
    }
}
