//! What is recent enough to be told as a fact, and whether the last round is.

use std::time::Duration;

use crate::export::safe::safe;
use crate::model::{LEAST_PACE, MISSED_ROUNDS, Snapshot, SourceHealth, SourceView, Timestamp};

/// What was last confirmed before this moment is stale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Horizon(Timestamp);

impl Horizon {
    /// At `now`, where rounds shall begin every `interval`; a source that takes longer says so.
    pub(super) fn of(snapshot: &Snapshot, now: Timestamp, interval: Duration) -> Self {
        let rounds = snapshot.sources.iter().filter_map(|source| source.last_round.as_ref());
        let slowest = rounds.map(|round| Duration::from_millis(round.next_in_ms)).max();
        let pace = interval.max(slowest.unwrap_or_default()).max(LEAST_PACE);
        Self(now.minus(pace.saturating_mul(MISSED_ROUNDS)))
    }

    /// Whether what was confirmed then still counts. What never was is not stale: it is unknown.
    pub(super) fn covers(self, confirmed: Option<Timestamp>) -> bool {
        confirmed.is_none_or(|at| at >= self.0)
    }
}

/// Whether what lagtop tells is recent: some source has finished a round within the last three. If
/// not, why, in one line with names escaped.
pub fn health(snapshot: &Snapshot, now: Timestamp, interval: Duration) -> Result<(), String> {
    let horizon = Horizon::of(snapshot, now, interval);
    let last = snapshot.sources.iter().filter_map(|source| source.last_round_at).max();
    let what = match last {
        Some(_) if horizon.covers(last) => return Ok(()),
        Some(at) => format!("the last round ended {:.1} s ago", now.since(at).as_secs_f64()),
        None => "no round was finished yet".to_owned(),
    };
    let why = snapshot.sources.iter().find_map(failure);
    Err(why.map_or_else(|| what.clone(), |why| format!("{what}: {}", safe(why))))
}

fn failure(source: &SourceView) -> Option<&str> {
    match &source.health {
        SourceHealth::Failing { fault, .. } | SourceHealth::Restarting { fault, .. } => {
            Some(&fault.text)
        }
        SourceHealth::Starting | SourceHealth::Working => None,
    }
}
