//! Who writes: producers that leaders remember, and what open transactions hold back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::topics::{TopicCell, cell};
use crate::model::writers::{
    Held, LOOKS_KEPT, Look, Producers, ProducersObserved, ProducersSeen, Writers,
};
use crate::model::{Fault, PartitionLog, Timestamp, TopicName};

/// A topic that no group reads is kept for so long after the last look at its producers.
const KEPT: Duration = Duration::from_mins(10);

/// Folds in producers as a leader told them.
pub(super) fn producers(
    topics: &mut BTreeMap<TopicName, TopicCell>,
    at: Timestamp,
    observed: Vec<ProducersObserved>,
) {
    for ProducersObserved { topic, partitions } in observed {
        // Samples are taken of all topics; those that no group reads are kept if there is something to see.
        let comes = |seen: &ProducersSeen| seen.since.is_some_and(|since| since.came > 0);
        let worth = partitions.iter().any(|(_, told)| told.as_ref().is_ok_and(comes));
        if !worth && !topics.contains_key(&topic) {
            continue;
        }
        let cell = cell(topics, &topic);
        for (partition, told) in partitions {
            let Some(log) = cell.log(partition) else { continue };
            let writers = Arc::make_mut(log.writers.get_or_insert_default());
            take(&mut writers.producers, at, told);
        }
        cell.changed = true;
    }
}

fn take(known: &mut Option<Producers>, at: Timestamp, told: Result<ProducersSeen, Fault>) {
    let before = known.take();
    let (history, mut looks) =
        before.map(|before| (before.history, before.looks)).unwrap_or_default();
    history.push(at, told.as_ref().ok().map(|seen| i64::from(seen.active)));
    if let Ok(seen) = &told {
        if looks.len() >= LOOKS_KEPT {
            looks.remove(0);
        }
        looks.push(Look { to: at, active: seen.active, written: seen.since });
    }
    *known = Some(Producers { at, seen: told, history, looks });
}

impl TopicCell {
    /// Notes the last stable offset of a partition, asked for at `at`: what is known of its end is older, so
    /// what lies between cannot have come since.
    pub(super) fn stable(&mut self, partition: i32, at: Timestamp, stable: i64) {
        let Some(log) = self.view.partition(partition) else { return };
        let records = log.high_watermark.map_or(0, |end| end.saturating_sub(stable));
        let before = log.writers.as_ref().and_then(|writers| writers.held);
        let held = (records > 0).then(|| {
            let same = before.filter(|before| before.last_stable == stable);
            let since = same.map_or(at, |same| same.since);
            Held { last_stable: stable, since, until: at, records }
        });
        if held == before {
            return;
        }
        let Some(log) = self.log(partition) else { return };
        Arc::make_mut(log.writers.get_or_insert_default()).held = held;
        if log.writers.as_deref() == Some(&Writers::default()) {
            log.writers = None;
        }
        self.changed = true;
    }

    /// Is something held back, about which time tells more?
    pub(super) fn holds_back(&self) -> bool {
        let held = |log: &PartitionLog| log.writers.as_ref().is_some_and(|it| it.held.is_some());
        self.view.partitions.iter().any(held)
    }

    /// Were its producers looked at not long ago?
    pub(super) fn is_watched(&self, now: Timestamp) -> bool {
        let looked = |log: &PartitionLog| Some(log.writers.as_ref()?.producers.as_ref()?.at);
        let last = self.view.partitions.iter().filter_map(looked).max();
        last.is_some_and(|at| now.since(at) < KEPT)
    }
}
