//! What the rules say, as far as it is of what is wanted.

use super::Selection;
use crate::model::{Finding, Findings, Snapshot};

/// A rule that cannot tell yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting<'a> {
    pub(super) rule: &'static str,
    /// What it waits for in the first of these groups or topics, or in the cluster.
    pub(super) waits_for: &'a str,
    /// Of how many groups or topics.
    pub(super) subjects: usize,
}

/// What is said of the groups and topics that are wanted, and of the cluster.
fn all<'a>(snapshot: &'a Snapshot, selection: Selection<'a>) -> impl Iterator<Item = &'a Findings> {
    let groups = snapshot.groups.iter();
    let groups = groups.filter(move |entry| (selection.group)(entry.view.id.as_str()));
    let topics = snapshot.topics.iter();
    let topics = topics
        .filter(move |entry| selection.topic.is_none_or(|wanted| wanted(entry.view.name.as_str())));
    let of_all = groups.map(|entry| &*entry.findings).chain(topics.map(|entry| &*entry.findings));
    of_all.chain(std::iter::once(&*snapshot.inventory.findings))
}

/// What is wrong, the worst first; given a topic, what is of such topics or of none.
pub(super) fn findings<'a>(snapshot: &'a Snapshot, selection: Selection<'a>) -> Vec<&'a Finding> {
    let mut findings = snapshot.findings();
    findings.retain(|finding| {
        let subject = &finding.subject;
        subject.group.as_ref().is_none_or(|group| (selection.group)(group.as_str()))
            && subject
                .topic
                .as_ref()
                .is_none_or(|topic| selection.topic.is_none_or(|wanted| wanted(topic.as_str())))
    });
    findings
}

/// The rules that cannot tell yet, each once.
pub(super) fn waiting<'a>(snapshot: &'a Snapshot, selection: Selection<'a>) -> Vec<Waiting<'a>> {
    let mut rules: Vec<Waiting<'a>> = Vec::new();
    for unknown in all(snapshot, selection).flat_map(|said| &said.unknown) {
        if let Some(known) = rules.iter_mut().find(|one| one.rule == unknown.rule) {
            known.subjects += 1;
        } else {
            let waits_for = &*unknown.waits_for;
            rules.push(Waiting { rule: unknown.rule, waits_for, subjects: 1 });
        }
    }
    rules
}
