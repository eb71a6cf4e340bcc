//! How a rule builds its finding.

use std::time::Duration;

use super::case::{Case, ClusterCase, Row, TopicCase};
use super::local::Local;
use crate::model::number::{count, percent, rate, span};
use crate::model::{
    Evidence, Finding, MemberRef, MemberView, Severity, Since, Subject, Timestamp, TopicPartition,
    Verdict,
};

/// A finding in the making.
pub(super) struct Report(Finding);

impl Report {
    /// About a group.
    pub(super) fn group(rule: &'static str, case: &Case<'_>, severity: Severity) -> Self {
        let subject = Subject { group: Some(case.group.id.clone()), ..Subject::default() };
        Self::about(rule, subject, severity, case.now)
    }

    /// About a topic.
    pub(super) fn topic(rule: &'static str, case: &TopicCase<'_>, severity: Severity) -> Self {
        let subject = Subject { topic: Some(case.topic.name.clone()), ..Subject::default() };
        Self::about(rule, subject, severity, case.now)
    }

    /// About the cluster.
    pub(super) fn cluster(rule: &'static str, case: &ClusterCase<'_>, severity: Severity) -> Self {
        Self::about(rule, Subject::default(), severity, case.now)
    }

    fn about(rule: &'static str, subject: Subject, severity: Severity, now: Timestamp) -> Self {
        let (sentence, evidence, next) = (String::new(), Vec::new(), String::new());
        let since = Since::Before(now);
        Self(Finding { rule, severity, subject, sentence, evidence, since, next })
    }

    /// About these partitions, the worst first.
    pub(super) fn partitions(mut self, partitions: Vec<TopicPartition>) -> Self {
        self.0.subject.topic = partitions.first().map(|one| one.topic.clone());
        self.0.subject.partitions = partitions;
        self
    }

    /// About these partitions, the worst first.
    pub(super) fn rows(self, rows: &[Row<'_>]) -> Self {
        self.partitions(rows.iter().map(Row::partition).collect())
    }

    pub(super) fn member(mut self, member: Option<&MemberView>) -> Self {
        self.0.subject.member = member.map(MemberRef::from);
        self
    }

    /// About a member that may be gone.
    pub(super) fn member_ref(mut self, member: MemberRef) -> Self {
        self.0.subject.member = Some(member);
        self
    }

    /// About the members that a process of this host is or may be.
    pub(super) fn local(mut self, local: &Local<'_>) -> Self {
        self.0.subject.process = Some(local.process.key());
        self.member(local.members.first().map(|(member, _)| *member))
    }

    /// About a thread of that process.
    pub(super) fn thread(mut self, tid: u32) -> Self {
        self.0.subject.thread = Some(tid);
        self
    }

    pub(super) fn since(mut self, since: Since) -> Self {
        self.0.since = since;
        self
    }

    pub(super) fn says(mut self, sentence: String) -> Self {
        self.0.sentence = sentence;
        self
    }

    /// A fact that spans a time.
    pub(super) fn because(
        mut self,
        source: &'static str,
        span: (Timestamp, Timestamp),
        text: String,
    ) -> Self {
        self.0.evidence.push(Evidence { text, span, source });
        self
    }

    pub(super) fn next(mut self, next: &str) -> Verdict {
        next.clone_into(&mut self.0.next);
        Verdict::Firing(Box::new(self.0))
    }
}

/// `4.44M`, of records.
pub(super) fn records(number: i64) -> String {
    count(number)
}

/// `96 %`.
pub(super) fn share(part: f64) -> String {
    percent(part).unwrap_or_else(|| "?".to_owned())
}

/// `12.0k/s`.
pub(super) fn per_second(number: f64) -> String {
    rate(number).map_or_else(|| "?".to_owned(), |text| format!("{text}/s"))
}

/// `3 members`.
pub(super) fn many(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// `orders/1, orders/4 and 7 more`.
pub(super) fn list(names: impl Iterator<Item = String>) -> String {
    const MOST: usize = 3;
    let names: Vec<_> = names.collect();
    let shown = names.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// That a history has to grow first.
pub(super) fn wait(what: &str, needed: Duration, have: Duration) -> Verdict {
    Verdict::Unknown(format!("{} of {what}, {} so far", span(needed), span(have)))
}
