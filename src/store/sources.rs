//! Health, cost and pace of the sources.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{
    Cost, HistoryProgress, Pace, RoundReport, SourceHealth, SourceId, SourceView, Timestamp,
};

/// Over how many rounds own requests a second are averaged.
const COST_ROUNDS: usize = 10;

/// All sources seen so far.
#[derive(Debug, Default)]
pub(super) struct SourceCells {
    cells: BTreeMap<SourceId, SourceCell>,
}

#[derive(Debug)]
struct SourceCell {
    view: SourceView,
    /// Ends and costs of the last rounds, oldest first.
    recent: Vec<(Timestamp, Cost)>,
}

impl SourceCells {
    fn cell(&mut self, id: SourceId) -> &mut SourceCell {
        self.cells.entry(id).or_insert_with(|| SourceCell::new(id))
    }

    pub(super) fn health(&mut self, id: SourceId, health: SourceHealth) {
        // A recording that is not under way (any more) is nothing to be seen.
        if (id, &health) == (SourceId::Recording, &SourceHealth::Starting) {
            self.cells.remove(&id);
            return;
        }
        self.cell(id).view.health = health;
    }

    pub(super) fn history(&mut self, id: SourceId, progress: HistoryProgress) {
        self.cell(id).view.history = Some(progress);
    }

    /// Polling has been round once: everything that exists is known by name.
    pub(super) fn been_round(&self) -> bool {
        self.cells.values().any(|cell| cell.view.last_round.is_some())
    }

    /// Commits are read as they are recorded.
    pub(super) fn is_listening(&self) -> bool {
        let stream = self.cells.get(&SourceId::Stream);
        stream.is_some_and(|cell| cell.view.health == SourceHealth::Working)
    }

    pub(super) fn round(&mut self, id: SourceId, at: Timestamp, report: RoundReport) {
        self.cell(id).round(at, report);
    }

    pub(super) fn cost(&mut self, id: SourceId, at: Timestamp, cost: Cost) {
        self.cell(id).cost(at, cost);
    }

    pub(super) fn views(&self) -> Arc<[SourceView]> {
        self.cells.values().map(|cell| cell.view.clone()).collect()
    }

    /// The pause between two rounds.
    pub(super) fn pace(&self) -> Pace {
        Pace::of(self.cells.values().map(|cell| &cell.view))
    }
}

impl SourceCell {
    fn new(id: SourceId) -> Self {
        let view = SourceView {
            id,
            health: SourceHealth::Starting,
            last_round: None,
            last_round_at: None,
            requests_per_second: None,
            bytes_per_second: None,
            throttled_ms: 0,
            history: None,
        };
        Self { view, recent: Vec::new() }
    }

    fn round(&mut self, at: Timestamp, report: RoundReport) {
        self.cost(at, report.cost);
        self.view.last_round = Some(report);
        self.view.last_round_at = Some(at);
        self.view.health = SourceHealth::Working;
    }

    fn cost(&mut self, at: Timestamp, cost: Cost) {
        // A source that began anew counts from zero.
        if self.recent.last().is_some_and(|(_, before)| before.requests > cost.requests) {
            self.recent.clear();
        }
        let throttle_before = self.recent.last().map_or(0, |(_, cost)| cost.throttle_ms);
        self.view.throttled_ms = cost.throttle_ms.saturating_sub(throttle_before);
        if self.recent.len() > COST_ROUNDS {
            self.recent.remove(0);
        }
        self.recent.push((at, cost));
        if let [(first_at, first), .., (_, last)] = self.recent.as_slice() {
            let seconds = at.since(*first_at).as_secs_f64();
            let per_second = |count: u64| (seconds > 0.0).then(|| count as f64 / seconds);
            let bytes = |cost: &Cost| cost.bytes_in.saturating_add(cost.bytes_out);
            self.view.requests_per_second =
                per_second(last.requests.saturating_sub(first.requests));
            self.view.bytes_per_second = per_second(bytes(last).saturating_sub(bytes(first)));
        }
    }
}
