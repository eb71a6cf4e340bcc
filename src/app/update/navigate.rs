//! Moving: the cursor in a table, the lines of a page, the focus among panes.

use super::Turn;
use crate::app::{Action, AppState, Extent, Pane, Prompt, Shape};

/// How far a movement goes from `at` in something `len` long of which `height` is seen.
fn target(action: Action, at: usize, len: usize, height: usize) -> usize {
    let page = height.saturating_sub(1).max(1);
    let half = (height / 2).max(1);
    let to = match action {
        Action::Up => at.saturating_sub(1),
        Action::Down => at.saturating_add(1),
        Action::PageUp => at.saturating_sub(page),
        Action::PageDown => at.saturating_add(page),
        Action::HalfPageUp => at.saturating_sub(half),
        Action::HalfPageDown => at.saturating_add(half),
        Action::Top => 0,
        Action::Bottom => len,
        _ => at,
    };
    to.min(len.saturating_sub(1))
}

/// Where a scroll position moves to.
fn scrolled(action: Action, at: usize, extent: Extent) -> usize {
    target(action, at, extent.max_scroll().saturating_add(1), extent.height)
}

impl Turn<'_> {
    /// Moves whatever is on top: the help, a page, or the cursor of a pane.
    pub(super) fn step(&mut self, action: Action) -> bool {
        let app = &mut *self.app;
        match app.prompt {
            Some(Prompt::Filter { pane, .. }) => return app.step_in(pane, action),
            // There is nothing to choose from.
            Some(Prompt::Note { .. }) => return false,
            None => {}
        }
        if let Some(at) = app.help {
            let to = scrolled(action, at, app.hits.help);
            app.help = Some(to);
            return to != at;
        }
        if let Some(page) = app.pages.last_mut() {
            let to = scrolled(action, page.scroll, app.hits.page);
            return std::mem::replace(&mut page.scroll, to) != to;
        }
        app.step_in(app.focus, action)
    }

    pub(super) fn focus(&mut self, pane: Pane) -> bool {
        std::mem::replace(&mut self.app.focus, pane) != pane
    }

    /// To the next or previous pane, round and round among those that stand on the screen; where one is
    /// shown at a time, among all.
    pub(super) fn around(&mut self, step: fn(Pane) -> Pane) -> bool {
        let mut to = step(self.app.focus);
        if self.app.shape() == Shape::All {
            while !to.shares_the_screen() {
                to = step(to);
            }
        }
        self.focus(to)
    }

    /// To the pane that lies there: Groups on the left, Partitions right of it, Members and Rebalances
    /// below them. Where one pane is shown, along the tab line.
    pub(super) fn sideways(&mut self, right: bool) -> bool {
        let from = self.app.focus;
        let to = match (self.app.shape(), from, right) {
            (Shape::All, Pane::Groups, true) => Pane::Partitions,
            (Shape::All, Pane::Partitions | Pane::Members, false) => Pane::Groups,
            (Shape::All, Pane::Members, true) => Pane::Rebalances,
            (Shape::All, Pane::Rebalances, false) => Pane::Members,
            (Shape::All, _, _) | (_, Pane::Groups, false) | (_, Pane::Findings, true) => {
                return false;
            }
            (_, _, true) => from.next(),
            (_, _, false) => from.previous(),
        };
        self.focus(to)
    }
}

impl AppState {
    fn step_in(&mut self, pane: Pane, action: Action) -> bool {
        let height = self.hits.height(pane);
        let (at, len) = match pane {
            Pane::Groups => (self.groups.cursor(), self.groups.len()),
            Pane::Partitions => (self.partitions.cursor(), self.partitions.len()),
            Pane::Members => (self.members.cursor(), self.members.len()),
            Pane::Rebalances => (self.rebalances.cursor(), self.rebalances.len()),
            Pane::Findings => (self.findings.cursor(), self.findings.len()),
            Pane::Process => (self.threads.cursor(), self.threads.len()),
        };
        let before = self.first_row(pane);
        let to = target(action, at, len, height);
        self.go(pane, to);
        to != at || self.first_row(pane) != before
    }

    /// Puts the cursor of `pane` on the row at a position.
    pub(super) fn go(&mut self, pane: Pane, to: usize) {
        let height = self.hits.height(pane);
        let snapshot = std::sync::Arc::clone(self.picture());
        let rows = &self.rows;
        let group = self.groups.selected().and_then(|id| snapshot.group(id));
        let group = group.map(|entry| &*entry.view);
        match pane {
            Pane::Groups => self.groups.go(to, height, |at| rows.group_key(&snapshot, at)),
            Pane::Partitions => {
                self.partitions.go(to, height, |at| rows.partition_key(&snapshot, at));
            }
            Pane::Members => self.members.go(to, height, |at| rows.member_key(group?, at)),
            Pane::Rebalances => self.rebalances.go(to, height, |at| rows.rebalance_key(group?, at)),
            Pane::Findings => self.findings.go(to, height, |at| rows.finding_key(&snapshot, at)),
            Pane::Process => self.threads.go(to, height, |at| rows.threads.get(at).copied()),
        }
    }

    /// The position of the topmost row shown in `pane`.
    pub(super) fn first_row(&self, pane: Pane) -> usize {
        let height = self.hits.height(pane);
        match pane {
            Pane::Groups => self.groups.first_row(height),
            Pane::Partitions => self.partitions.first_row(height),
            Pane::Members => self.members.first_row(height),
            Pane::Rebalances => self.rebalances.first_row(height),
            Pane::Findings => self.findings.first_row(height),
            Pane::Process => self.threads.first_row(height),
        }
    }

    /// Moves the rows of `pane` under its cursor.
    pub(super) fn wheel(&mut self, pane: Pane, down: bool, step: usize) -> bool {
        let height = self.hits.height(pane);
        let before = self.first_row(pane);
        match pane {
            Pane::Groups => self.groups.wheel(down, step, height),
            Pane::Partitions => self.partitions.wheel(down, step, height),
            Pane::Members => self.members.wheel(down, step, height),
            Pane::Rebalances => self.rebalances.wheel(down, step, height),
            Pane::Findings => self.findings.wheel(down, step, height),
            Pane::Process => self.threads.wheel(down, step, height),
        }
        self.first_row(pane) != before
    }
}
