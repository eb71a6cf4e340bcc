//! What is wrong, one series a finding: it ends with the finding, and is marked stale by the next scrape.
//!
//! Bounded: a rule says one thing of a group, a topic or the cluster, and names its worst partition. Notes are left
//! out, nobody wants to be told of them by an alert.

use super::fresh::Horizon;
use super::groups::Group;
use super::text::{Family, Label, Metric, Page};
use crate::model::{Finding, GroupId, Severity, Snapshot, TopicName};

const FINDING: Metric = Metric::gauge(
    "lagtop_finding",
    "1 for what is wrong: which rule found it, how bad it is, and what it is about, of partitions the worst",
);

/// Of groups that are fresh, of topics, and of the cluster.
pub(super) fn write(
    groups: &[Group<'_>],
    (snapshot, horizon): (&Snapshot, Horizon),
    page: &mut Page,
) {
    let mut family = page.family(FINDING);
    let of_groups = groups.iter().map(Group::findings);
    let told = snapshot.sources.iter().filter_map(|source| source.last_round_at).max();
    let topics = snapshot.topics.iter().map(|entry| &*entry.findings);
    let others = topics.chain(std::iter::once(&*snapshot.inventory.findings));
    let others = others.filter(|_| horizon.covers(told));
    for finding in of_groups.chain(others).flat_map(|findings| &findings.firing) {
        if finding.severity >= Severity::Warning {
            sample(finding, &mut family);
        }
    }
}

/// A label that does not apply is empty, which to Prometheus is one that is not there.
fn sample(finding: &Finding, family: &mut Family<'_>) {
    let subject = &finding.subject;
    let worst = subject.partitions.first();
    let topic = worst.map(|one| &one.topic).or(subject.topic.as_ref());
    let labels = [
        ("rule", Label::Text(finding.rule)),
        ("severity", Label::Text(finding.severity.name())),
        ("group", Label::Text(subject.group.as_ref().map_or("", GroupId::as_str))),
        ("topic", Label::Text(topic.map_or("", TopicName::as_str))),
        ("partition", worst.map_or(Label::Text(""), |one| Label::Number(one.partition))),
    ];
    family.sample(&labels, 1_i64);
}
