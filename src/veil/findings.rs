//! What is wrong, in words with pseudonyms.
//!
//! A sentence does not tell which of its words are names. So the rules look again, at what is shown. What
//! is wrong, how bad it is and since when stays as it was said of the truth; only the words are those of the
//! second look.

use std::sync::Arc;

use super::snapshot::Renamed;
use crate::diagnose::{Case, ClusterCase, RuleBook, TopicCase};
use crate::model::finding::Subject;
use crate::model::pseudonym::{Named, Names};
use crate::model::{Finding, Findings, GroupEntry, InventoryEntry, Snapshot, TopicEntry, Unknown};

/// The picture with all that is wrong, and in the order of its names.
pub(super) fn said_again(
    renamed: &mut Renamed,
    mut picture: Snapshot,
    truth: &Snapshot,
    (names, book): (&mut Names<'_>, &mut RuleBook),
) -> Snapshot {
    // Rules find groups and topics by name.
    let mut order = picture.clone();
    sort(&mut order);
    let mut told = |truth: &Arc<Findings>, words: &mut dyn FnMut() -> Findings| {
        if truth.firing.is_empty() && truth.unknown.is_empty() {
            return Arc::clone(truth);
        }
        renamed.findings.of(truth, |truth| retold(truth, words(), names))
    };
    for (shown, truth) in Arc::make_mut(&mut picture.groups).iter_mut().zip(&*truth.groups) {
        shown.findings = told(&truth.findings, &mut || group(shown, truth, &order, book));
    }
    for (shown, truth) in Arc::make_mut(&mut picture.topics).iter_mut().zip(&*truth.topics) {
        shown.findings = told(&truth.findings, &mut || topic(shown, truth, &order, book));
    }
    let (shown, truth) = (&mut picture.inventory, &truth.inventory);
    shown.findings = told(&truth.findings, &mut || cluster(shown, &order, book));
    sort(&mut picture);
    picture
}

fn sort(picture: &mut Snapshot) {
    Arc::make_mut(&mut picture.groups).sort_unstable_by(|a, b| a.view.id.cmp(&b.view.id));
    Arc::make_mut(&mut picture.topics).sort_unstable_by(|a, b| a.view.name.cmp(&b.view.name));
}

/// Which rules hold is said of true names.
fn group(
    shown: &GroupEntry,
    truth: &GroupEntry,
    picture: &Snapshot,
    book: &mut RuleBook,
) -> Findings {
    let read: Vec<_> = truth.view.topics.iter().map(|topic| topic.topic.as_str()).collect();
    let rules = book.for_group(truth.view.id.as_str(), &read);
    let case = Case {
        group: &shown.view,
        seen: shown.seen,
        logs: picture,
        processes: &picture.processes,
        now: picture.at,
    };
    rules.group(&case, &Findings::default())
}

fn topic(
    shown: &TopicEntry,
    truth: &TopicEntry,
    picture: &Snapshot,
    book: &mut RuleBook,
) -> Findings {
    let rules = book.for_topic(truth.view.name.as_str());
    let case = TopicCase { topic: &shown.view, readers: picture, now: picture.at };
    rules.topic(&case, &Findings::default())
}

fn cluster(shown: &InventoryEntry, picture: &Snapshot, book: &mut RuleBook) -> Findings {
    let case = ClusterCase { inventory: &shown.view, now: picture.at };
    book.for_cluster().cluster(&case, &Findings::default())
}

/// What is said of the truth, in other words. Where the second look does not say it, as of a moment that was
/// turned back to, its rule's name is all that is said.
fn retold(truth: &Findings, words: Findings, names: &mut Names<'_>) -> Findings {
    let mut firing = words.firing;
    let mut waiting = words.unknown;
    let mut retell = |truth: &Finding| {
        let said = firing.iter().position(|said| said.rule == truth.rule);
        let said = said.map(|at| firing.swap_remove(at));
        let (sentence, evidence, next) = said.map_or_else(
            || (truth.rule.to_owned(), Vec::new(), String::new()),
            |said| (said.sentence, said.evidence, said.next),
        );
        let mut subject = truth.subject.clone();
        subject.rename(names);
        let Finding { rule, severity, since, .. } = *truth;
        Finding { rule, severity, subject, sentence, evidence, since, next }
    };
    let firing = truth.firing.iter().map(&mut retell).collect();
    let mut wait = |truth: &Unknown| {
        let said = waiting.iter().position(|said| said.rule == truth.rule);
        let said = said.map(|at| waiting.swap_remove(at).waits_for);
        Unknown { rule: truth.rule, waits_for: said.unwrap_or_else(|| "more to be seen".into()) }
    };
    Findings { firing, unknown: truth.unknown.iter().map(&mut wait).collect() }
}

impl Named for Subject {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { group, topic, partitions, member, process: _, thread: _ } = self;
        group.rename(names);
        topic.rename(names);
        partitions.rename(names);
        member.rename(names);
    }
}
