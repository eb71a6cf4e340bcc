//! Which processes the members of the group looked at are, and what a record costs them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::costs;
use super::groups::GroupCell;
use super::processes::{Cell, Processes};
use crate::model::process::{GroupMatches, MemberMatch, PerRecord, RecordCost, Sight, matches};
use crate::model::{GroupId, GroupView, MemberId, MemberView, ProcessKey};

/// Over so much time CPU per record is told: most clients commit every five seconds.
const WINDOW: Duration = Duration::from_secs(10);

/// Under so many records a second there are too few in a window.
const LEAST_RATE: f64 = 1.0;

/// CPU time when a window began.
#[derive(Debug)]
pub(super) struct Window {
    taken_us: u64,
    cpu_us: u64,
    members: Arc<[MemberId]>,
}

impl Processes {
    /// Derives what follows from processes and groups together.
    pub(super) fn derive(&mut self, groups: &BTreeMap<GroupId, GroupCell>, is_listening: bool) {
        if !self.changed {
            return;
        }
        let found = self.searched.as_ref().and_then(|(at, searched)| {
            let group = groups.get(&searched.group)?;
            let living = self.cells.values().filter(|cell| cell.view.gone.is_none());
            let facts: Vec<_> = living.map(|cell| &cell.view.facts).collect();
            let sight = Sight {
                shared: &|member| is_shared(groups, &searched.group, member),
                timing: &|member, candidates| self.timings.of(member, candidates, is_listening),
            };
            Some((group, matches(&group.view, searched, &facts, *at, &sight)))
        });
        if let Some((group, found)) = &found {
            self.timings.keep(found);
            for (key, cell) in &mut self.cells {
                cell.per_record(&consumers(&group.view, found, *key));
            }
        }
        let found = found.map(|(_, found)| found);
        if self.view.matches.as_deref() != found.as_ref() {
            Arc::make_mut(&mut self.view).matches = found.map(Arc::new);
        }
    }
}

/// Has a member of another group on the same host its client id or instance id?
fn is_shared(groups: &BTreeMap<GroupId, GroupCell>, group: &GroupId, member: &MemberView) -> bool {
    let others = groups.iter().filter(|(id, _)| *id != group);
    let mut others = others.flat_map(|(_, cell)| cell.view.members.as_deref().unwrap_or_default());
    others.any(|other| {
        let instance = member.instance_id.is_some() && other.instance_id == member.instance_id;
        other.host == member.host && (other.client_id == member.client_id || instance)
    })
}

/// The members that the process is, for all that is known.
fn consumers<'a>(
    group: &'a GroupView,
    found: &GroupMatches,
    process: ProcessKey,
) -> Vec<&'a MemberView> {
    let is = |member: &&MemberView| {
        let matched = found.member(&member.id).and_then(MemberMatch::process);
        matched == Some(process)
    };
    group.members.as_deref().unwrap_or_default().iter().filter(is).collect()
}

impl Cell {
    /// Ends the window, if it is over and the process was the same members for all of it.
    fn per_record(&mut self, consumers: &[&MemberView]) {
        if consumers.is_empty() {
            if self.view.per_record.is_some() {
                Arc::make_mut(&mut self.view).per_record = None;
            }
            self.window = None;
            return;
        }
        let Some((taken_us, cpu)) =
            self.last.as_ref().and_then(|last| Some((last.taken_us, last.cpu.as_ref().ok()?)))
        else {
            return;
        };
        let cpu_us = cpu.user_us.saturating_add(cpu.system_us);
        let members: Arc<[MemberId]> = consumers.iter().map(|member| member.id.clone()).collect();
        let same = self.window.as_ref().is_some_and(|window| window.members == members);
        let begun = self
            .window
            .take_if(|window| !same || taken_us.saturating_sub(window.taken_us) >= micros(WINDOW));
        if self.window.is_some() {
            return;
        }
        self.window = Some(Window { taken_us, cpu_us, members: Arc::clone(&members) });
        let at = self.view.at.unwrap_or_default();
        let told = begun.filter(|_| same).map(|begun| {
            let elapsed = taken_us.saturating_sub(begun.taken_us);
            let rates = consumers.iter().filter_map(|member| Some(member.consumed?.0));
            let rate = rates.reduce(|a, b| a + b).filter(|rate| *rate >= LEAST_RATE)?;
            let seconds = elapsed as f64 / 1e6;
            Some(RecordCost {
                from: at.minus(Duration::from_micros(elapsed)),
                to: at,
                seconds,
                cpu_us: cpu_us.saturating_sub(begun.cpu_us) as f64,
                records: seconds * rate,
            })
        });
        let view = Arc::make_mut(&mut self.view);
        let history = view.per_record.take().map(|known| known.history).unwrap_or_default();
        let value = told.flatten();
        if told.is_some() {
            history.push(at, value.map(|cost| nanos(cost.micros())));
        }
        if let Some(cost) = value {
            self.costs = costs::with(&self.costs, cost);
        }
        let (micros, costs) = (value.map(|cost| cost.micros()), Arc::clone(&self.costs));
        view.per_record = Some(PerRecord { micros, history, costs, members });
    }
}

const fn micros(span: Duration) -> u64 {
    span.as_secs() * 1_000_000
}

#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn nanos(micros: f64) -> i64 {
    (micros * 1_000.0).round() as i64
}
