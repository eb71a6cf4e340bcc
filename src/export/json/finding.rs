//! A finding and a rule that cannot tell yet, as objects.

use serde::Serialize;

use super::{Each, moment};
use crate::export::said::Waiting;
use crate::model::{Evidence, Finding, GroupId, Since, TopicName, TopicPartition};

#[derive(Serialize)]
struct FindingObject<'a, P, E> {
    rule: &'static str,
    severity: &'static str,
    group: Option<&'a str>,
    topic: Option<&'a str>,
    partitions: P,
    member_id: Option<&'a str>,
    sentence: &'a str,
    since: Option<String>,
    since_before: Option<String>,
    evidence: E,
    next: &'a str,
}

pub(super) fn finding(finding: &Finding) -> impl Serialize {
    let subject = &finding.subject;
    let (since, since_before) = match finding.since {
        Since::At(at) => (moment(at), None),
        Since::Before(at) => (None, moment(at)),
    };
    FindingObject {
        rule: finding.rule,
        severity: finding.severity.name(),
        group: subject.group.as_ref().map(GroupId::as_str),
        topic: subject.topic.as_ref().map(TopicName::as_str),
        partitions: Each(|| subject.partitions.iter().map(partition)),
        member_id: subject.member.as_ref().map(|member| member.id.as_str()),
        sentence: &finding.sentence,
        since,
        since_before,
        evidence: Each(|| finding.evidence.iter().map(fact)),
        next: &finding.next,
    }
}

#[derive(Serialize)]
struct Partition<'a> {
    topic: &'a str,
    partition: i32,
}

fn partition(one: &TopicPartition) -> Partition<'_> {
    Partition { topic: one.topic.as_str(), partition: one.partition }
}

#[derive(Serialize)]
struct Fact<'a> {
    text: &'a str,
    from: Option<String>,
    to: Option<String>,
    source: &'static str,
}

fn fact(evidence: &Evidence) -> Fact<'_> {
    let (from, to) = evidence.span;
    Fact { text: &evidence.text, from: moment(from), to: moment(to), source: evidence.source }
}

#[derive(Serialize)]
struct WaitingObject<'a> {
    rule: &'static str,
    waits_for: &'a str,
    subjects: usize,
}

pub(super) fn waiting(waiting: Waiting<'_>) -> impl Serialize {
    let Waiting { rule, waits_for, subjects } = waiting;
    WaitingObject { rule, waits_for, subjects }
}
