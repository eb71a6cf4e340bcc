//! What the rules say of what changed; the rest keeps what was said of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::groups::GroupCell;
use super::topics::TopicCell;
use crate::diagnose::{Case, Logs, Rules, TopicCase};
use crate::model::{Findings, ProcessesView, Timestamp, TopicName, TopicView};

/// How often a group is judged in which only time passes: a stall or a stuck rebalance is one because
/// nothing changes.
const AGAIN: Duration = Duration::from_secs(5);

/// What the rules said of a group, and when.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) findings: Arc<Findings>,
    at: Timestamp,
}

impl Logs for BTreeMap<TopicName, TopicCell> {
    fn topic(&self, name: &TopicName) -> Option<&TopicView> {
        self.get(name).map(|cell| &*cell.view)
    }
}

/// By what is judged, and what beside the group is looked at.
pub(super) struct Court<'a> {
    pub(super) rules: &'a Rules,
    pub(super) topics: &'a BTreeMap<TopicName, TopicCell>,
    pub(super) processes: &'a ProcessesView,
    pub(super) now: Timestamp,
}

/// Judges a group that changed, or in which something may be wrong because nothing does.
pub(super) fn group(cell: &mut GroupCell, touched: bool, court: &Court<'_>) {
    let &Court { rules, topics, processes, now } = court;
    let due = now.since(cell.judged.at) >= AGAIN && restless(cell);
    if !touched && !due {
        return;
    }
    let case = Case { group: &cell.view, seen: cell.seen, logs: topics, processes, now };
    let findings = rules.group(&case, &cell.judged.findings);
    keep(&mut cell.judged.findings, findings);
    cell.judged.at = now;
}

/// May time alone change what the rules say?
fn restless(cell: &GroupCell) -> bool {
    let findings = &cell.judged.findings;
    let view = &cell.view;
    !findings.firing.is_empty()
        || !findings.unknown.is_empty()
        || view.state.is_rebalancing()
        || view.totals.lag.is_some_and(|lag| lag > 0)
        || !view.rebalances.is_empty()
        || view.members.as_deref().is_some_and(|m| m.iter().any(|member| member.held() == Some(0)))
}

/// Judges a topic that changed.
pub(super) fn topic(cell: &mut TopicCell, rules: &Rules, now: Timestamp) {
    if cell.changed {
        let findings = rules.topic(&TopicCase { topic: &cell.view, now }, &cell.findings);
        keep(&mut cell.findings, findings);
    }
}

fn keep(before: &mut Arc<Findings>, now: Findings) {
    if **before != now {
        *before = Arc::new(now);
    }
}
