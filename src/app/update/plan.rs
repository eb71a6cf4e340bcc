//! The wish list: what is on screen is asked first.

use std::sync::Arc;

use crate::app::{AppState, Effect, FindingKey, Pane, PartitionScope, Subject};
use crate::model::process::ProcessWish;
use crate::model::{GroupId, PollPlan};

/// Positions whose records' times are wanted at once: more are not seen.
const AGES: usize = 256;

impl AppState {
    /// The plan in true names, if it is another than the one last told.
    pub(super) fn new_plan(&mut self) -> Option<Effect> {
        let plan = self.wishes();
        if self.plan.as_ref() == Some(&plan) {
            return None;
        }
        self.plan = Some(plan.clone());
        Some(Effect::SetPlan(plan))
    }

    fn wishes(&mut self) -> PollPlan {
        let mut visible: Vec<GroupId> = self.visible(Pane::Groups).collect();
        if matches!(self.scope, PartitionScope::Topic(_)) {
            let across = self.visible(Pane::Partitions).filter(|group| !visible.contains(group));
            let across: Vec<_> = across.collect();
            visible.extend(across);
            visible.sort_unstable();
            visible.dedup();
        }
        let visible = self.veil.lift(visible);
        let focus = self.focused_group();
        let focus = self.veil.lift(focus);
        let ages = focus.as_ref().map_or_else(Vec::new, |group| {
            self.held().truth().age_wishes(Some(group)).take(AGES).collect()
        });
        let processes = focus.as_ref().and_then(|group| self.process_wish(group));
        PollPlan {
            interval: self.interval,
            focus,
            visible: visible.into(),
            ages: ages.into(),
            processes: processes.map(Arc::new),
        }
    }

    fn process_wish(&self, group: &GroupId) -> Option<ProcessWish> {
        let wish = ProcessWish::of(self.held().truth(), group)?;
        let detail = self.shown_process().map(|process| process.key());
        let seen = self.hits.height(Pane::Process) > 0 || self.stack.is_some();
        Some(ProcessWish {
            pins: self.pins.clone().into(),
            detail: detail.filter(|_| seen),
            ..wish
        })
    }

    /// The group whose details are on screen.
    fn focused_group(&self) -> Option<GroupId> {
        match self.page().map(|page| &page.subject) {
            Some(Subject::Member(group, _) | Subject::Rebalance(group, _)) => {
                return Some(group.clone());
            }
            Some(Subject::Partition(key) | Subject::Peek(key)) => return Some(key.group.clone()),
            Some(Subject::Stack(_) | Subject::Inventory) => return self.groups.selected().cloned(),
            None => {}
        }
        if self.focus == Pane::Findings {
            let Some(FindingKey::Firing { group, .. }) = self.findings.selected() else {
                return None;
            };
            return group.clone();
        }
        let details = [Pane::Partitions, Pane::Members, Pane::Rebalances, Pane::Process];
        let seen = details.into_iter().any(|pane| self.hits.height(pane) > 0);
        self.groups.selected().filter(|_| seen).cloned()
    }

    /// The groups of the rows on screen in `pane`.
    fn visible(&self, pane: Pane) -> impl Iterator<Item = GroupId> + '_ {
        let snapshot = Arc::clone(self.picture());
        let (first, height) = (self.first_row(pane), self.hits.height(pane));
        (first..first.saturating_add(height)).map_while(move |position| match pane {
            Pane::Partitions => self.rows.partition_key(&snapshot, position).map(|key| key.group),
            _ => self.rows.group_key(&snapshot, position),
        })
    }
}
