//! A snapshot under the veil.

use std::sync::Arc;

use super::findings;
use super::kept::Kept;
use crate::diagnose::RuleBook;
use crate::model::pseudonym::{Kind, Named, Names};
use crate::model::{
    BrokerView, ClusterView, Difference, Differences, Findings, GroupEntry, GroupView,
    InventoryEntry, InventoryView, Marker, ProcessView, ProcessesView, Rebalance, Snapshot,
    SourceView, TopicEntry, TopicView,
};

/// Parts of pictures that were renamed and may come again: what did not change is the same `Arc`.
#[derive(Clone, Debug, Default)]
pub(super) struct Renamed {
    groups: Kept<GroupView>,
    rebalances: Kept<Vec<Rebalance>>,
    topics: Kept<TopicView>,
    inventory: Kept<InventoryView>,
    processes: Kept<ProcessView>,
    pub(super) findings: Kept<Findings>,
    markers: Kept<Vec<Marker>>,
}

impl Renamed {
    /// The picture with pseudonyms; groups and topics stand in the order of those.
    pub(super) fn picture(
        &mut self,
        truth: &Snapshot,
        mut names: Names<'_>,
        rules: &mut RuleBook,
    ) -> Snapshot {
        let picture = self.views(truth, &mut names);
        let picture = findings::said_again(self, picture, truth, (&mut names, rules));
        self.sweep();
        picture
    }

    /// Everything but what is wrong, in the order of the truth.
    fn views(&mut self, truth: &Snapshot, names: &mut Names<'_>) -> Snapshot {
        let Snapshot {
            version,
            at,
            isolation,
            cluster,
            groups,
            inventory,
            topics,
            sources,
            processes,
            totals,
            differences,
            markers,
        } = truth;
        let mut cluster = ClusterView::clone(cluster);
        cluster.rename(names);
        let mut sources = Arc::clone(sources);
        sources.rename(names);
        let mut differences = differences.clone();
        differences.rename(names);
        Snapshot {
            version: *version,
            at: *at,
            isolation: *isolation,
            cluster: Arc::new(cluster),
            groups: groups.iter().map(|entry| self.group(entry, names)).collect(),
            inventory: InventoryEntry {
                view: self.inventory.of(&inventory.view, |view| renamed(view, names)),
                seen: inventory.seen,
                findings: Arc::default(),
            },
            topics: topics
                .iter()
                .map(|TopicEntry { view, confirmed, findings: _ }| TopicEntry {
                    view: self.topics.of(view, |view| renamed(view, names)),
                    confirmed: Arc::clone(confirmed),
                    findings: Arc::default(),
                })
                .collect(),
            sources,
            processes: Arc::new(self.local(processes, names)),
            totals: *totals,
            differences,
            markers: self.markers.of(markers, |markers| renamed(markers, names)),
        }
    }

    fn group(&mut self, entry: &GroupEntry, names: &mut Names<'_>) -> GroupEntry {
        let GroupEntry { view, seen, findings: _ } = entry;
        let rebalances = &mut self.rebalances;
        let view = self.groups.of(view, |view| {
            let mut shown = renamed(view, names);
            shown.rebalances = rebalances.of(&view.rebalances, |events| renamed(events, names));
            shown
        });
        GroupEntry { view, seen: *seen, findings: Arc::default() }
    }

    fn local(&mut self, truth: &ProcessesView, names: &mut Names<'_>) -> ProcessesView {
        let ProcessesView { host, processes, matches } = truth;
        let processes = processes.iter();
        let processes =
            processes.map(|process| self.processes.of(process, |view| renamed(view, names)));
        let processes = processes.collect();
        let matches = matches.as_ref().map(|matches| Arc::new(renamed(&**matches, names)));
        let mut host = host.clone();
        host.rename(names);
        ProcessesView { host, processes, matches }
    }

    fn sweep(&mut self) {
        self.groups.sweep();
        self.rebalances.sweep();
        self.topics.sweep();
        self.inventory.sweep();
        self.processes.sweep();
        self.findings.sweep();
        self.markers.sweep();
    }
}

fn renamed<T: Named + Clone>(truth: &T, names: &mut Names<'_>) -> T {
    let mut shown = truth.clone();
    shown.rename(names);
    shown
}

impl Named for ClusterView {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { id, controller: _, brokers } = self;
        // An id is random and says nothing but which cluster it is.
        id.take_if(|_| names.hide_kind(Kind::Group));
        brokers.rename(names);
    }
}

impl Named for BrokerView {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { broker, health } = self;
        broker.rename(names);
        health.rename(names);
    }
}

impl Named for SourceView {
    fn rename(&mut self, names: &mut Names<'_>) {
        self.health.rename(names);
        self.history.rename(names);
    }
}

impl Named for Differences {
    fn rename(&mut self, names: &mut Names<'_>) {
        if let Some(Difference { at: _, group, about: _ }) = &mut self.last {
            group.rename(names);
        }
    }
}
