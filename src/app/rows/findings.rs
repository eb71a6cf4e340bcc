//! Rows of the Findings pane and of the strip: what is wrong, then the rules that cannot tell yet.

use std::cmp::Reverse;

use super::order::{Key, sort};
use super::{Rows, Wish, find, small};
use crate::app::{Filter, FindingKey, FindingSort};
use crate::model::finding::CLUSTER;
use crate::model::{Finding, Findings, GroupId, Severity, Snapshot, Unknown};

/// Of what something is found: an index into the snapshot, or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingPlace {
    /// Into [`Snapshot::groups`].
    Group(u32),
    /// Into [`Snapshot::topics`].
    Topic(u32),
    /// The cluster.
    Cluster,
}

/// A row of the Findings pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// Of what.
    pub place: FindingPlace,
    /// Into [`Findings::firing`]; of a rule that waits, into [`Findings::unknown`].
    pub index: u32,
    /// Of a rule that cannot tell yet: of how many groups or topics, this one with them. `None` for
    /// what is wrong.
    pub waits: Option<u32>,
}

impl FindingPlace {
    fn findings(self, snapshot: &Snapshot) -> Option<&Findings> {
        Some(match self {
            Self::Group(at) => &snapshot.groups.get(at as usize)?.findings,
            Self::Topic(at) => &snapshot.topics.get(at as usize)?.findings,
            Self::Cluster => &snapshot.inventory.findings,
        })
    }

    /// The name of the group or the topic, or that it is the cluster.
    #[must_use]
    pub fn name(self, snapshot: &Snapshot) -> Option<&str> {
        Some(match self {
            Self::Group(at) => snapshot.groups.get(at as usize)?.view.id.as_str(),
            Self::Topic(at) => snapshot.topics.get(at as usize)?.view.name.as_str(),
            Self::Cluster => CLUSTER,
        })
    }

    /// The lag of a group, where that is known.
    fn lag(self, snapshot: &Snapshot) -> i64 {
        match self {
            Self::Group(at) => snapshot.groups.get(at as usize).and_then(|e| e.view.totals.lag),
            Self::Topic(_) | Self::Cluster => None,
        }
        .unwrap_or(-1)
    }
}

impl FindingRow {
    /// What is wrong; `None` for a rule that waits.
    #[must_use]
    pub fn finding(self, snapshot: &Snapshot) -> Option<&Finding> {
        let findings = self.place.findings(snapshot).filter(|_| self.waits.is_none())?;
        findings.firing.get(self.index as usize)
    }

    /// The rule that waits; `None` for what is wrong.
    #[must_use]
    pub fn waiting(self, snapshot: &Snapshot) -> Option<&Unknown> {
        let findings = self.place.findings(snapshot).filter(|_| self.waits.is_some())?;
        findings.unknown.get(self.index as usize)
    }

    /// The group that it is of; `None` for what is of a topic or the cluster.
    pub(crate) fn group(self, snapshot: &Snapshot) -> Option<&GroupId> {
        match self.place {
            FindingPlace::Group(at) => Some(&snapshot.groups.get(at as usize)?.view.id),
            FindingPlace::Topic(_) | FindingPlace::Cluster => None,
        }
    }

    fn key(self, snapshot: &Snapshot) -> Option<FindingKey> {
        let Some(finding) = self.finding(snapshot) else {
            return Some(FindingKey::Waiting(self.waiting(snapshot)?.rule));
        };
        Some(FindingKey::of(finding))
    }
}

/// Everything that anything is said of.
fn places(snapshot: &Snapshot) -> impl Iterator<Item = (FindingPlace, &Findings)> {
    let groups = snapshot.groups.iter().enumerate();
    let groups = groups.map(|(at, entry)| (FindingPlace::Group(small(at)), &*entry.findings));
    let topics = snapshot.topics.iter().enumerate();
    let topics = topics.map(|(at, entry)| (FindingPlace::Topic(small(at)), &*entry.findings));
    let cluster = (FindingPlace::Cluster, &*snapshot.inventory.findings);
    groups.chain(topics).chain(std::iter::once(cluster))
}

fn firing(snapshot: &Snapshot) -> impl Iterator<Item = (FindingRow, &Finding)> {
    places(snapshot).flat_map(|(place, findings)| {
        let rows = findings.firing.iter().enumerate();
        rows.map(move |(at, finding)| {
            (FindingRow { place, index: small(at), waits: None }, finding)
        })
    })
}

/// The rules that cannot tell yet, each once, in the order in which they are met.
fn waiting(snapshot: &Snapshot) -> Vec<(&'static str, FindingRow)> {
    let mut rules: Vec<(&'static str, FindingRow)> = Vec::new();
    for (place, findings) in places(snapshot) {
        for (at, unknown) in findings.unknown.iter().enumerate() {
            if let Some((_, row)) = rules.iter_mut().find(|(rule, _)| *rule == unknown.rule) {
                row.waits = row.waits.map(|groups| groups.saturating_add(1));
            } else {
                let row = FindingRow { place, index: small(at), waits: Some(1) };
                rules.push((unknown.rule, row));
            }
        }
    }
    rules
}

/// What the strip tells: of equals, those of groups with more lag first, then of topics.
pub(super) fn tell(rows: &mut Vec<FindingRow>, snapshot: &Snapshot) {
    let worth = firing(snapshot).filter(|(_, finding)| finding.severity >= Severity::Warning);
    let mut keyed: Vec<_> = worth
        .map(|(row, finding)| (Reverse((finding.severity, row.place.lag(snapshot))), row))
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    rows.clear();
    rows.extend(keyed.into_iter().map(|(_, row)| row));
}

pub(super) fn make(rows: &mut Vec<FindingRow>, snapshot: &Snapshot, wish: Wish<'_, FindingSort>) {
    rows.clear();
    let passing = firing(snapshot).filter(|(_, finding)| passes(wish.filter, finding));
    rows.extend(passing.map(|(row, _)| row));
    let mut named: Vec<&str> = Vec::new();
    if wish.sort == FindingSort::Name {
        named.extend(rows.iter().filter_map(|row| row.place.name(snapshot)));
        named.sort_unstable();
        named.dedup();
    }
    sort(rows, wish.descending, |row| {
        let Some(finding) = row.finding(snapshot) else { return Key::last(1) };
        let severity = f64::from(finding.severity as u8);
        match wish.sort {
            FindingSort::Severity => Key::pair(severity, row.place.lag(snapshot) as f64),
            FindingSort::Since => Key::of(Some(-(finding.since.at().as_millis() as f64))),
            FindingSort::Name => {
                let name = row.place.name(snapshot).unwrap_or_default();
                Key::pair(named.binary_search(&name).unwrap_or(0) as f64, -severity)
            }
            FindingSort::Rule => Key::pair(spelled(finding.rule), -severity),
        }
    });
    let waiting = waiting(snapshot).into_iter();
    let waiting = waiting.filter(|(rule, row)| {
        let name = row.place.name(snapshot).unwrap_or_default();
        wish.filter.matches(rule) || wish.filter.matches(name)
    });
    rows.extend(waiting.map(|(_, row)| row));
}

/// The order of names as a number: their first six letters, which tell the rules apart.
fn spelled(rule: &str) -> f64 {
    rule.bytes()
        .chain(std::iter::repeat(0))
        .take(6)
        .fold(0.0, |sum, byte| sum * 256.0 + f64::from(byte))
}

/// Looks at everything that the row says and is about.
fn passes(filter: &Filter, finding: &Finding) -> bool {
    let subject = &finding.subject;
    filter.passes_all()
        || filter.matches(finding.rule)
        || filter.matches(&finding.sentence)
        || subject.group.as_ref().is_some_and(|group| filter.matches(group.as_str()))
        || subject.topic.as_ref().is_some_and(|topic| filter.matches(topic.as_str()))
        || subject.member.as_ref().is_some_and(|member| filter.matches(&member.client_id))
}

impl Rows {
    pub(crate) fn finding_key(&self, snapshot: &Snapshot, position: usize) -> Option<FindingKey> {
        self.findings.get(position)?.key(snapshot)
    }

    pub(crate) fn finding_position(&self, snapshot: &Snapshot, key: &FindingKey) -> Option<usize> {
        let FindingKey::Firing { rule, group, .. } = key else {
            return self.findings.iter().position(|row| row.key(snapshot).as_ref() == Some(key));
        };
        // Most rows are told from it without their keys being made.
        let index = group.as_ref().and_then(|id| find::group(snapshot, id)).map(small);
        self.findings.iter().position(|row| {
            let elsewhere = match row.place {
                FindingPlace::Group(at) => index != Some(at),
                FindingPlace::Topic(_) | FindingPlace::Cluster => group.is_some(),
            };
            !elsewhere
                && row.finding(snapshot).is_some_and(|finding| finding.rule == *rule)
                && row.key(snapshot).as_ref() == Some(key)
        })
    }
}

/// Is it not wrong any more, or does the rule not wait any more?
pub(in crate::app) fn gone(snapshot: &Snapshot, key: &FindingKey) -> bool {
    match key {
        FindingKey::Waiting(rule) => {
            !places(snapshot).any(|(_, said)| said.unknown.iter().any(|one| one.rule == *rule))
        }
        FindingKey::Firing { .. } => {
            !firing(snapshot).any(|(row, _)| row.key(snapshot).as_ref() == Some(key))
        }
    }
}
