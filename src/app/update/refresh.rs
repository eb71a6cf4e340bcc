//! After every change: rows made anew where they depend on it, selections found again.

use std::sync::Arc;

use super::Turn;
use crate::app::rows::{Picture, find, finding_gone};
use crate::app::{AppState, PartitionScope};
use crate::model::{Snapshot, Timestamp};

/// From this round on rates are known, and with them which group is worst.
const RATES_KNOWN: u64 = 3;

impl AppState {
    /// Makes rows and selections fit everything else.
    pub(in crate::app) fn refresh(&mut self, now: Timestamp) {
        Turn { app: self, now, effects: Vec::new() }.refresh();
    }
}

impl Turn<'_> {
    pub(super) fn refresh(&mut self) {
        let snapshot = Arc::clone(self.app.picture());
        let picture = Picture { snapshot: &snapshot, number: self.app.picture_number };
        self.groups(picture);
        if self.app.groups.selected() != self.app.detailed.as_ref() {
            self.app.detailed = self.app.groups.selected().cloned();
            if self.app.scope == PartitionScope::Group {
                self.app.partitions.reset();
            }
            self.app.members.reset();
            self.app.rebalances.reset();
            self.app.process = None;
        }
        self.partitions(picture);
        self.members(picture);
        self.rebalances(picture);
        self.findings(picture);
        self.threads();
        self.forget_wishes();
        if rates_known(&snapshot) {
            self.app.hold_selections();
        }
    }

    fn groups(&mut self, picture: Picture<'_>) {
        let certain = self.app.shows_the_newest();
        let AppState { groups: table, rows, .. } = &mut *self.app;
        if !rows.make_groups(picture, table) {
            return;
        }
        let snapshot = picture.snapshot;
        let chosen = table.chosen().cloned();
        let gone = table.settle(
            rows.groups.len(),
            |id| rows.group_position(snapshot, id),
            |position| rows.group_key(snapshot, position),
            // What was not there at an earlier moment is not gone.
            |id| certain && snapshot.group(id).is_none(),
        );
        if let Some(group) = chosen.filter(|_| gone) {
            self.say(format!("group {} is gone", group.as_str()));
        }
    }

    fn partitions(&mut self, picture: Picture<'_>) {
        let certain = self.app.shows_the_newest();
        let AppState { partitions: table, rows, scope, groups, .. } = &mut *self.app;
        if !rows.make_partitions(picture, table, (scope, groups.selected())) {
            return;
        }
        let snapshot = picture.snapshot;
        let chosen = table.chosen().cloned();
        let gone = table.settle(
            rows.partitions.len(),
            |key| rows.partition_position(snapshot, key),
            |position| rows.partition_key(snapshot, position),
            |key| certain && find::partition_gone(snapshot, key),
        );
        if let Some(key) = chosen.filter(|_| gone) {
            self.say(format!("partition {}/{} is gone", key.topic.as_str(), key.partition));
        }
    }

    fn members(&mut self, picture: Picture<'_>) {
        let certain = self.app.shows_the_newest();
        let AppState { members: table, rows, groups, .. } = &mut *self.app;
        if !rows.make_members(picture, table, groups.selected()) {
            return;
        }
        let group = groups.selected().and_then(|id| picture.snapshot.group(id));
        let group = group.map(|entry| &*entry.view);
        let chosen = table.chosen().cloned();
        let gone = table.settle(
            rows.members.len(),
            |key| rows.member_position(group?, key),
            |position| rows.member_key(group?, position),
            |key| certain && group.is_some_and(|group| find::member_gone(group, key)),
        );
        if let Some(crate::app::MemberKey::Member(id)) = chosen.filter(|_| gone) {
            self.say(format!("member {} is gone", id.as_str()));
        }
    }

    fn rebalances(&mut self, picture: Picture<'_>) {
        let AppState { rebalances: table, rows, groups, .. } = &mut *self.app;
        if !rows.make_rebalances(picture, table, groups.selected()) {
            return;
        }
        let group = groups.selected().and_then(|id| picture.snapshot.group(id));
        let group = group.map(|entry| &*entry.view);
        // An event that fell off the end of the list was old; that needs no word.
        table.settle(
            rows.rebalances.len(),
            |&key| rows.rebalance_position(group?, key),
            |position| rows.rebalance_key(group?, position),
            |&key| group.is_some_and(|group| find::rebalance_gone(group, key)),
        );
    }
}

impl Turn<'_> {
    fn findings(&mut self, picture: Picture<'_>) {
        let AppState { findings: table, rows, .. } = &mut *self.app;
        if !rows.make_findings(picture, table) {
            return;
        }
        let snapshot = picture.snapshot;
        // That something is not wrong any more needs no word: it leaves the list.
        table.settle(
            rows.findings.len(),
            |key| rows.finding_position(snapshot, key),
            |position| rows.finding_key(snapshot, position),
            |key| finding_gone(snapshot, key),
        );
    }
}

impl AppState {
    /// Until rates are known, and until the person moves, the cursor waits at the top, where the worst
    /// row will be; from then on it stays with its row. The newest rebalance stays at the top until
    /// the person moves.
    fn hold_selections(&mut self) {
        if !self.groups.touched && !self.groups.is_empty() {
            self.groups.choose();
        }
        if !self.partitions.touched && !self.partitions.is_empty() {
            self.partitions.choose();
        }
        if !self.members.touched && !self.members.is_empty() {
            self.members.choose();
        }
    }
}

fn rates_known(snapshot: &Snapshot) -> bool {
    snapshot
        .sources
        .iter()
        .filter_map(|source| source.last_round.as_ref())
        .any(|round| round.number >= RATES_KNOWN)
}
