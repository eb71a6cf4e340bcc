//! What is wrong that was not wrong before, for a person who looks elsewhere.

use std::collections::HashMap;
use std::time::Duration;

use super::FindingKey;
use crate::model::{Severity, Snapshot, Timestamp};

/// What was gone for so long is news when it comes back; a condition at the edge of a threshold comes and
/// goes, and nobody leaves a bell on that rings each time.
const FORGOTTEN: Duration = Duration::from_mins(5);

/// How it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The terminal's bell.
    Bell,
    /// A notification of the desktop.
    Message,
}

/// What was told, and how.
#[derive(Clone, Debug, Default)]
pub(super) struct News {
    how: Option<Notice>,
    told: HashMap<FindingKey, Told>,
}

/// The worst that was said of something, and when it was last so.
#[derive(Clone, Copy, Debug)]
struct Told {
    severity: Severity,
    last: Timestamp,
}

impl News {
    pub(super) fn new(how: Option<Notice>) -> Self {
        Self { how, told: HashMap::new() }
    }

    /// What was told of changes its name.
    pub(super) fn each_key(&mut self, mut rename: impl FnMut(&mut FindingKey)) {
        let told = std::mem::take(&mut self.told).into_iter();
        let renamed = told.map(|(mut key, told)| {
            rename(&mut key);
            (key, told)
        });
        self.told = renamed.collect();
    }

    /// What is to be told of a snapshot: findings, warnings or worse, that are new or worse than told; one
    /// notice for all of them, about the worst. `None` if there are none, or nobody wants to know.
    pub(super) fn of(&mut self, snapshot: &Snapshot, now: Timestamp) -> Option<(Notice, String)> {
        let how = self.how?;
        let mut new = Vec::new();
        for finding in snapshot.findings() {
            let severity = finding.severity;
            if severity < Severity::Warning {
                continue;
            }
            let told = self.told.entry(FindingKey::of(finding));
            let mut is_new = false;
            let told = told.or_insert_with(|| {
                is_new = true;
                Told { severity, last: now }
            });
            told.last = now;
            if is_new || severity > told.severity {
                told.severity = severity;
                new.push(finding);
            }
        }
        self.told.retain(|_, told| now.since(told.last) < FORGOTTEN);
        let (first, others) = new.split_first()?;
        let more = if others.is_empty() { String::new() } else { format!(" (+{})", others.len()) };
        let (word, name) = (first.severity.word(), first.subject.name());
        Some((how, format!("{word} {name}: {}{more}", first.sentence)))
    }
}
