//! The mouse, through the places that the last frame noted.

use super::Turn;
use crate::app::{Action, Hit, Mouse, MouseKind, Pane, SortBy};

/// Rows that one step of the wheel moves.
const WHEEL: usize = 3;

impl Turn<'_> {
    pub(super) fn mouse(&mut self, mouse: Mouse) -> bool {
        let Some(zone) = self.app.hits.at(mouse.x, mouse.y) else { return false };
        match mouse.kind {
            MouseKind::Click => {
                let line = usize::from(mouse.y.saturating_sub(zone.area.y));
                self.click(zone.hit, line)
            }
            MouseKind::WheelUp => self.wheel(zone.hit, false),
            MouseKind::WheelDown => self.wheel(zone.hit, true),
        }
    }

    fn wheel(&mut self, hit: Hit, down: bool) -> bool {
        match hit {
            Hit::Pane(pane) | Hit::Rows { pane, .. } => self.app.wheel(pane, down, WHEEL),
            Hit::Page | Hit::Help => {
                let action = if down { Action::Down } else { Action::Up };
                // Not short-circuiting: every step counts.
                (0..WHEEL).fold(false, |changed, _| self.step(action) | changed)
            }
            Hit::Sort(_) | Hit::Key(_) => false,
        }
    }

    fn click(&mut self, hit: Hit, line: usize) -> bool {
        // Words of the footer act on what is open; only a tab leaves it.
        if let Hit::Key(action) = hit
            && !matches!(action, Action::Focus(_))
        {
            return self.act(action);
        }
        // A click beside the help or the prompt is done with it.
        let mut changed = self.app.prompt.take().is_some();
        if hit != Hit::Help {
            changed |= self.app.help.take().is_some();
        }
        match hit {
            Hit::Key(action) => self.act(action) | changed,
            Hit::Pane(pane) => self.turn_to(pane) | changed,
            Hit::Rows { pane, first } => self.row(pane, first.saturating_add(line)) | changed,
            Hit::Sort(column) => self.head(column),
            Hit::Page | Hit::Help => changed,
        }
    }

    /// Focuses a pane by its number or a click: pages that lie over it are closed.
    pub(super) fn turn_to(&mut self, pane: Pane) -> bool {
        let closed = !std::mem::take(&mut self.app.pages).is_empty();
        self.focus(pane) | closed
    }

    /// The first click selects a row, the next one opens it.
    fn row(&mut self, pane: Pane, at: usize) -> bool {
        let changed = self.turn_to(pane);
        let (cursor, len) = match pane {
            Pane::Groups => (self.app.groups.cursor(), self.app.groups.len()),
            Pane::Partitions => (self.app.partitions.cursor(), self.app.partitions.len()),
            Pane::Members => (self.app.members.cursor(), self.app.members.len()),
            Pane::Rebalances => (self.app.rebalances.cursor(), self.app.rebalances.len()),
            Pane::Findings => (self.app.findings.cursor(), self.app.findings.len()),
            Pane::Process => (self.app.threads.cursor(), self.app.threads.len()),
        };
        if at >= len {
            return changed;
        }
        if at == cursor && !changed {
            return self.act(Action::Open);
        }
        self.app.go(pane, at);
        true
    }

    fn head(&mut self, column: SortBy) -> bool {
        let pane = match column {
            SortBy::Groups(column) => {
                self.app.groups.sort_by(column);
                Pane::Groups
            }
            SortBy::Partitions(column) => {
                self.app.partitions.sort_by(column);
                Pane::Partitions
            }
            SortBy::Members(column) => {
                self.app.members.sort_by(column);
                Pane::Members
            }
            SortBy::Rebalances(column) => {
                self.app.rebalances.sort_by(column);
                Pane::Rebalances
            }
            SortBy::Findings(column) => {
                self.app.findings.sort_by(column);
                Pane::Findings
            }
            SortBy::Process(column) => {
                self.app.threads.sort_by(column);
                Pane::Process
            }
        };
        self.turn_to(pane);
        self.say_sort()
    }
}
