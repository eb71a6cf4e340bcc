//! What the rules say of what changed; the rest keeps what was said of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::groups::GroupCell;
use super::topics::TopicCell;
use crate::diagnose::{Case, Logs, RuleBook, Rules, TopicCase};
use crate::model::{Findings, GroupView, ProcessesView, Timestamp, TopicName, TopicView};

/// How often a group is judged in which only time passes: a stall or a stuck rebalance is one because
/// nothing changes.
const AGAIN: Duration = Duration::from_secs(5);

/// What the rules said of a group, and when.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) findings: Arc<Findings>,
    at: Timestamp,
    rules: Option<Arc<Rules>>,
    /// The topics by which those rules were looked up.
    topics: Vec<TopicName>,
}

impl Judged {
    /// The rules for the group, looked up again only where its topics matter and are others than before.
    fn rules(&mut self, group: &GroupView, book: &mut RuleBook) -> Arc<Rules> {
        let topics = group.topics.iter().map(|read| &read.topic);
        let same = !book.minds_topics() || topics.clone().eq(&self.topics);
        if let Some(rules) = self.rules.as_ref().filter(|_| same) {
            return Arc::clone(rules);
        }
        let names: Vec<_> = topics.clone().map(TopicName::as_str).collect();
        let rules = book.for_group(group.id.as_str(), &names);
        if book.minds_topics() {
            self.topics = topics.cloned().collect();
        }
        self.rules = Some(Arc::clone(&rules));
        rules
    }
}

impl Logs for BTreeMap<TopicName, TopicCell> {
    fn topic(&self, name: &TopicName) -> Option<&TopicView> {
        self.get(name).map(|cell| &*cell.view)
    }
}

/// What beside the group is looked at.
pub(super) struct Court<'a> {
    pub(super) topics: &'a BTreeMap<TopicName, TopicCell>,
    pub(super) processes: &'a ProcessesView,
    pub(super) now: Timestamp,
}

/// Judges a group that changed, or in which something may be wrong because nothing does.
pub(super) fn group(cell: &mut GroupCell, touched: bool, court: &Court<'_>, book: &mut RuleBook) {
    let &Court { topics, processes, now } = court;
    let due = now.since(cell.judged.at) >= AGAIN && restless(cell);
    if !touched && !due {
        return;
    }
    let rules = cell.judged.rules(&cell.view, book);
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
pub(super) fn topic(cell: &mut TopicCell, book: &mut RuleBook, now: Timestamp) {
    if cell.changed {
        let rules = cell.rules.get_or_insert_with(|| book.for_topic(cell.view.name.as_str()));
        let findings = rules.topic(&TopicCase { topic: &cell.view, now }, &cell.findings);
        keep(&mut cell.findings, findings);
    }
}

fn keep(before: &mut Arc<Findings>, now: Findings) {
    if **before != now {
        *before = Arc::new(now);
    }
}
