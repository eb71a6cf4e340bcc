//! When to draw: at once after quiet, then at most one frame in 33 ms, however much happens.

use std::time::Duration;

use tokio::time::Instant;

/// The least time from one frame to the next: what eyes and remote terminals can follow.
pub(super) const GAP: Duration = Duration::from_millis(33);

/// When to draw the next frame.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    dirty: bool,
    last: Option<Instant>,
}

impl Pace {
    /// The picture has changed.
    pub const fn mark(&mut self) {
        self.dirty = true;
    }

    /// When to draw; `None`: there is nothing to draw.
    #[must_use]
    pub fn deadline(&self, now: Instant) -> Option<Instant> {
        self.dirty.then(|| self.last.map_or(now, |last| (last + GAP).max(now)))
    }

    /// Is it time to draw?
    #[must_use]
    pub fn is_due(&self, now: Instant) -> bool {
        self.deadline(now) == Some(now)
    }

    /// A frame was drawn.
    pub const fn drawn(&mut self, now: Instant) {
        self.dirty = false;
        self.last = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_due_while_nothing_changes() {
        let now = Instant::now();
        let mut pace = Pace::default();
        assert_eq!(pace.deadline(now), None);
        pace.mark();
        pace.drawn(now);
        assert!(!pace.is_due(now + Duration::from_hours(1)));
    }

    #[test]
    fn the_first_change_after_quiet_is_drawn_at_once() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.mark();
        assert!(pace.is_due(now));
        pace.drawn(now);
        pace.mark();
        assert!(pace.is_due(now + GAP));
    }

    #[test]
    fn a_flood_is_drawn_once_a_gap() {
        let start = Instant::now();
        let mut pace = Pace::default();
        let mut frames = 0;
        for millis in 0..1_000 {
            let now = start + Duration::from_millis(millis);
            pace.mark();
            if pace.is_due(now) {
                pace.drawn(now);
                frames += 1;
            }
        }
        assert_eq!(frames, 31, "one at once, then one every 33 ms");
    }
}
