//! `lagtop check`: the snapshot as one line and a status, as monitoring plugins give them
//! ([guidelines](https://www.monitoring-plugins.org/doc/guidelines.html)).

use std::borrow::Cow;
use std::fmt::Write as _;

use super::safe::safe;
use super::{Outcome, Selection, errors, outcome, said};
use crate::model::number::{count, counted};
use crate::model::{Finding, Severity, Snapshot};

/// Findings that are told in words; of the others only how many there are.
const TOLD: usize = 3;

/// What a plugin says by its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Everything could be read, and nothing is wrong.
    Ok,
    /// Something is wrong.
    Warning,
    /// Something is badly wrong.
    Critical,
    /// Nothing could be read; or not all of it, and nothing is wrong in the rest.
    Unknown,
}

impl Status {
    /// The word in the line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// What the process exits with.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    /// A line with this status and `text`, in which nothing ends the line or begins the counts.
    #[must_use]
    pub fn line(self, text: &str) -> String {
        format!("LAGTOP {} - {}", self.word(), safe(text).replace('|', "\u{a6}"))
    }
}

/// Judges `snapshot`: what is wrong from `from` on decides the status. Where groups were `chosen`, that
/// there is none is not known to be well.
#[must_use]
pub fn judge(snapshot: &Snapshot, from: Severity, chosen: bool) -> (Status, String) {
    let findings = snapshot.findings();
    let worst = findings.first().map(|finding| finding.severity).filter(|worst| *worst >= from);
    let outcome = outcome(snapshot, Selection::ALL);
    let nobody = chosen && snapshot.groups.is_empty();
    let status = match (outcome, worst) {
        (Outcome::Nothing, _) => Status::Unknown,
        (_, Some(Severity::Critical | Severity::Page)) => Status::Critical,
        (_, Some(Severity::Warning)) => Status::Warning,
        (Outcome::Partial, _) => Status::Unknown,
        (Outcome::Complete, _) if nobody => Status::Unknown,
        (Outcome::Complete, _) => Status::Ok,
    };
    let mut text = match (outcome, nobody) {
        (Outcome::Nothing, _) => return (status, status.line(&super::reasons(snapshot))),
        (_, true) => "no group matches".to_owned(),
        _ => found(snapshot, &findings),
    };
    if outcome == Outcome::Partial {
        let _ = write!(text, "; not all could be read: {}", missing(snapshot));
    }
    let waiting = said::waiting(snapshot, Selection::ALL);
    if !waiting.is_empty() {
        let names: Vec<_> = waiting.iter().map(|one| one.rule).collect();
        let _ = write!(text, "; not known yet: {}", names.join(", "));
    }
    let counts = counts(snapshot, &findings, waiting.len());
    (status, format!("{} | {counts}", status.line(&text)))
}

/// How much is wrong, and the worst of it in words.
fn found(snapshot: &Snapshot, findings: &[&Finding]) -> String {
    let number = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let severities = Severity::ALL.into_iter().rev().map(|severity| (number(severity), severity));
    let parts: Vec<_> = severities
        .filter(|(number, _)| *number > 0)
        .map(|(number, severity)| format!("{number} {}", severity.name()))
        .collect();
    if parts.is_empty() {
        let groups = counted(snapshot.groups.len(), "group");
        return match snapshot.totals.lag {
            Some(lag) => format!("{groups}, lag {}", count(lag)),
            None => groups,
        };
    }
    let told: Vec<_> = findings.iter().take(TOLD).map(|finding| sentence(finding)).collect();
    let more = findings.len().saturating_sub(TOLD);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}: {}{more}", parts.join(", "), told.join("; "))
}

fn sentence(finding: &Finding) -> String {
    format!("{} {}", finding.subject.name(), finding.sentence)
}

/// The first reason why something could not be read.
fn missing(snapshot: &Snapshot) -> Cow<'_, str> {
    if let Some(problem) = errors::errors(snapshot).next() {
        return Cow::Owned(problem.fault.text.to_string());
    }
    let faults = snapshot.groups.iter().find_map(|entry| {
        let view = &entry.view;
        let rows = || view.partitions().find_map(|(_, row)| row.fault.as_ref());
        let own = view.describe_fault.as_ref().or(view.commits_fault.as_ref());
        Some((view.id.as_str(), own.or_else(rows)?))
    });
    faults.map_or(Cow::Borrowed("no reason was given"), |(group, fault)| {
        Cow::Owned(format!("{group}: {}", fault.text))
    })
}

/// `label=value;warn;crit;min`; `U` is what plugins write for what is not known.
fn counts(snapshot: &Snapshot, findings: &[&Finding], waiting: usize) -> String {
    let mut text = format!("groups={};;;0", snapshot.groups.len());
    // Writing to a string cannot fail.
    let _ = match snapshot.totals.lag {
        Some(lag) => write!(text, " lag={lag};;;0"),
        None => write!(text, " lag=U"),
    };
    for severity in Severity::ALL.into_iter().rev() {
        let number = findings.iter().filter(|f| f.severity == severity).count();
        let _ = write!(text, " {}={number};;;0", severity.name());
    }
    let _ = write!(text, " not_known_yet={waiting};;;0");
    text
}
