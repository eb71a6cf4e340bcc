//! What the rules say of what changed; the rest keeps what was said of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::groups::GroupCell;
use super::inventory::Inventory;
use super::topics::TopicCell;
use crate::diagnose::{Case, ClusterCase, Logs, Readers, RuleBook, Rules, TopicCase};
use crate::model::{Findings, GroupId, GroupView, ProcessesView, Timestamp, TopicName, TopicView};

/// How often something is judged in which only time passes: a stall or a stuck rebalance is one because
/// nothing changes.
const AGAIN: Duration = Duration::from_secs(5);

/// What the rules said of a group, a topic or the cluster, and when.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) findings: Arc<Findings>,
    at: Timestamp,
    /// Something changed since then.
    is_late: bool,
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

    /// Takes what is said now.
    fn keep(&mut self, findings: Findings, now: Timestamp) {
        if *self.findings != findings {
            self.findings = Arc::new(findings);
        }
        self.at = now;
        self.is_late = false;
    }

    /// Was something said that may be otherwise because time passed?
    fn is_open(&self) -> bool {
        !self.findings.firing.is_empty() || !self.findings.unknown.is_empty()
    }

    fn is_due(&self, now: Timestamp) -> bool {
        now.since(self.at) >= AGAIN
    }
}

impl Readers for BTreeMap<GroupId, GroupCell> {
    fn of(&self, topic: &TopicName) -> Vec<&GroupId> {
        let reads = |cell: &&GroupCell| cell.view.topic(topic.as_str()).is_some();
        self.values().filter(reads).map(|cell| &cell.view.id).collect()
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

/// How many groups are judged for a publication, and whose turn is next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turns {
    pub(super) most: usize,
    next: usize,
}

impl Turns {
    pub(super) const fn of(most: usize) -> Self {
        Self { most, next: 0 }
    }
}

/// Judges the groups that changed, or in which something may be wrong because nothing does, as many as
/// have their turn.
pub(super) fn groups(
    groups: &mut BTreeMap<GroupId, GroupCell>,
    turns: &mut Turns,
    court: &Court<'_>,
    book: &mut RuleBook,
) {
    let mut cells: Vec<&mut GroupCell> = groups.values_mut().collect();
    let begin = if turns.next < cells.len() { turns.next } else { 0 };
    cells.rotate_left(begin);
    let all = cells.len();
    let late = cells
        .into_iter()
        .enumerate()
        .filter(|(_, cell)| cell.judged.is_late || cell.judged.is_due(court.now) && restless(cell));
    for (passed, cell) in late.take(turns.most) {
        group(cell, court, book);
        turns.next = (begin + passed + 1) % all;
    }
}

fn group(cell: &mut GroupCell, court: &Court<'_>, book: &mut RuleBook) {
    let &Court { topics, processes, now } = court;
    let rules = cell.judged.rules(&cell.view, book);
    let case = Case { group: &cell.view, seen: cell.seen, logs: topics, processes, now };
    let findings = rules.group(&case, &cell.judged.findings);
    cell.judged.keep(findings, now);
}

impl GroupCell {
    /// Something changed: it is to be judged anew.
    pub(super) const fn judge(&mut self) {
        self.judged.is_late = true;
    }
}

/// May time alone change what the rules say?
fn restless(cell: &GroupCell) -> bool {
    let view = &cell.view;
    cell.judged.is_open()
        || view.state.is_rebalancing()
        || view.totals.lag.is_some_and(|lag| lag > 0)
        || !view.rebalances.is_empty()
        || view.members.as_deref().is_some_and(|m| m.iter().any(|member| member.held() == Some(0)))
}

/// Judges a topic that changed, or in which something may be wrong because nothing does.
pub(super) fn topic(
    cell: &mut TopicCell,
    readers: &dyn Readers,
    book: &mut RuleBook,
    now: Timestamp,
) {
    let restless = |cell: &TopicCell| cell.judged.is_open() || cell.holds_back();
    if cell.changed || cell.judged.is_due(now) && restless(cell) {
        let judged = &mut cell.judged;
        let rules = judged.rules.get_or_insert_with(|| book.for_topic(cell.view.name.as_str()));
        let case = TopicCase { topic: &cell.view, readers, now };
        let findings = rules.topic(&case, &judged.findings);
        judged.keep(findings, now);
    }
}

/// Judges the cluster, if what there is changed or something was said of it.
pub(super) fn cluster(inventory: &mut Inventory, book: &mut RuleBook, now: Timestamp) {
    let changed = std::mem::take(&mut inventory.changed);
    if changed || inventory.judged.is_open() && inventory.judged.is_due(now) {
        let rules = Arc::clone(inventory.judged.rules.get_or_insert_with(|| book.for_cluster()));
        let case = ClusterCase { inventory: inventory.view(), now };
        let findings = rules.cluster(&case, &inventory.judged.findings);
        inventory.judged.keep(findings, now);
    }
}
