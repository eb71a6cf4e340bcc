//! The inventory: how many there were of everything, and what had changed by then.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Moment;
use crate::diagnose::{ClusterCase, RuleBook};
use crate::model::inventory::{Change, Count, Newcomer};
use crate::model::{InventoryEntry, InventoryView, Timestamp};

/// What there was. Of what came before the moment and is gone again only the change tells.
pub(super) fn as_of(entry: &InventoryEntry, moment: Moment, book: &mut RuleBook) -> InventoryEntry {
    let (now, at) = (&*entry.view, moment.at);
    let Some(since) = now.since.filter(|since| *since <= at) else {
        return InventoryEntry::default();
    };
    let view = InventoryView {
        since: Some(since),
        counts: now.counts.clone().map(|count| Count { now: count.history.at(at), ..count }),
        changes: changes(&now.changes, at),
        forgotten: now.forgotten,
        new_topics: newcomers(&now.new_topics, at),
        new_groups: newcomers(&now.new_groups, at),
        fault: None,
    };
    let before = super::standing(&entry.findings, at);
    let case = ClusterCase { inventory: &view, now: at };
    let findings = Arc::new(book.for_cluster().cluster(&case, &before));
    InventoryEntry { seen: entry.seen.map(|seen| seen.min(at)), view: Arc::new(view), findings }
}

/// Those seen by then, the same list where all were.
fn changes(all: &Arc<VecDeque<Change>>, at: Timestamp) -> Arc<VecDeque<Change>> {
    match all.partition_point(|change| change.at <= at) {
        seen if seen == all.len() => Arc::clone(all),
        seen => Arc::new(all.iter().take(seen).cloned().collect()),
    }
}

fn newcomers<T: Clone>(all: &Arc<Vec<Newcomer<T>>>, at: Timestamp) -> Arc<Vec<Newcomer<T>>> {
    match all.partition_point(|one| one.at <= at) {
        seen if seen == all.len() => Arc::clone(all),
        seen => Arc::new(all.iter().take(seen).cloned().collect()),
    }
}
