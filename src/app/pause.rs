//! A picture held still, and pictures of other moments while it is.

use std::sync::Arc;

use super::AppState;
use super::keymap::scope::Time;
use crate::model::{Snapshot, Timestamp, moment};
use crate::veil::Veiled;

/// A picture held still.
#[derive(Clone, Debug)]
pub struct Paused {
    /// The snapshot that the pause began with.
    pub snapshot: Veiled<Snapshot>,
    /// When the pause began: without another moment, the one that ages are counted to.
    pub at: Timestamp,
    /// An earlier moment that the person turned to.
    pub rewound: Option<Rewound>,
}

/// An earlier moment than that of the pause.
#[derive(Clone, Debug)]
pub struct Rewound {
    /// The moment wished for.
    pub wished: Timestamp,
    /// What is shown: the newest answer; `None` before the first.
    pub shown: Option<Shown>,
    /// The number of the first wish since the pause was left behind.
    pub(super) first: u64,
}

/// The picture of a moment.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The moment.
    pub at: Timestamp,
    /// The picture.
    pub picture: Veiled<Snapshot>,
    /// The number of the wish that it answers.
    pub(super) number: u64,
}

impl Paused {
    /// The earlier moment that is shown.
    #[must_use]
    pub fn shown(&self) -> Option<&Shown> {
        self.rewound.as_ref()?.shown.as_ref()
    }
}

impl AppState {
    /// The snapshot that is shown.
    #[must_use]
    pub fn picture(&self) -> &Arc<Snapshot> {
        let shown = self.paused.as_ref().and_then(Paused::shown);
        shown.map_or_else(|| self.held(), |shown| &shown.picture)
    }

    /// The newest snapshot that may be shown: a pause holds it, whatever moment is turned to.
    #[must_use]
    pub fn held(&self) -> &Veiled<Snapshot> {
        self.paused.as_ref().map_or(&self.live, |paused| &paused.snapshot)
    }

    /// The moment of the picture while it is held still; `None` while it runs.
    #[must_use]
    pub fn moment(&self) -> Option<Timestamp> {
        let paused = self.paused.as_ref()?;
        Some(paused.shown().map_or(paused.at, |shown| shown.at))
    }

    /// Did the person turn to another moment than that of the pause?
    #[must_use]
    pub fn is_rewound(&self) -> bool {
        self.paused.as_ref().is_some_and(|paused| paused.rewound.is_some())
    }

    /// Does the picture stand still until a key is pressed?
    #[must_use]
    pub fn is_held_still(&self) -> bool {
        self.paused.is_some() || self.play.is_some_and(|play| play.stands)
    }

    /// Is the picture of the newest moment that was ever shown? What is not in it is gone.
    pub(super) fn shows_the_newest(&self) -> bool {
        !self.is_rewound() && self.live.at >= self.newest
    }

    /// Which time the picture shows.
    pub(super) fn time(&self) -> Time {
        match (&self.play, &self.paused) {
            (Some(play), _) if play.stands => Time::Standing,
            (Some(_), _) => Time::Playing,
            (None, None) => Time::Running,
            (None, Some(paused)) if paused.rewound.is_none() => Time::Paused,
            (None, Some(_)) => Time::Rewound,
        }
    }

    /// How far back moments can be told; `None` while nothing is known.
    #[must_use]
    pub fn reach(&self) -> Option<Timestamp> {
        let known = self.held().known_since()?;
        Some(known.max(self.live.at.minus(moment::reach())))
    }
}
