//! The line for monitoring, and what it exits with.

use super::*;
use crate::export::check::{Status, judge};

fn judged(snapshot: &Snapshot) -> (Status, String) {
    judge(snapshot, Severity::Warning, false)
}

/// With one finding of this severity.
fn with(severity: Severity) -> Snapshot {
    let mut snapshot = snapshot(vec![group("billing", vec![])], vec![]);
    ill(&mut snapshot);
    let mut entries = snapshot.groups.to_vec();
    for finding in &mut Arc::make_mut(&mut entries[0].findings).firing {
        finding.severity = severity;
    }
    snapshot.groups = entries.into();
    snapshot
}

#[test]
fn one_line_with_counts() {
    let (status, line) = judged(&with(Severity::Page));
    assert_eq!(
        line,
        "LAGTOP CRITICAL - 1 page: billing hot partition: orders/2; not known yet: falling-behind | \
         groups=1;;;0 lag=U page=1;;;0 critical=0;;;0 warning=0;;;0 note=0;;;0 not_known_yet=1;;;0"
    );
    assert_eq!((status, status.exit_code()), (Status::Critical, 2));
    let (status, line) = judged(&snapshot(vec![group("billing", vec![])], vec![]));
    assert_eq!((status, status.exit_code()), (Status::Ok, 0));
    assert!(line.starts_with("LAGTOP OK - 1 group | groups=1;;;0 "), "{line}");
}

#[test]
fn the_worst_decides_from_where_on_it_is_wanted() {
    assert_eq!(judged(&with(Severity::Note)).0, Status::Ok);
    assert_eq!(judged(&with(Severity::Warning)).0, Status::Warning);
    assert_eq!(judged(&with(Severity::Critical)).0, Status::Critical);
    let (status, line) = judge(&with(Severity::Warning), Severity::Critical, false);
    assert_eq!(status, Status::Ok);
    assert!(line.contains("1 warning: billing"), "told all the same: {line}");
}

#[test]
fn what_could_not_be_read_is_not_well() {
    let (status, line) = judged(&snapshot(vec![billing(), secret()], vec![orders()]));
    assert_eq!(status.exit_code(), 3);
    assert!(line.contains("; not all could be read: "), "{line}");
    let mut half = snapshot(vec![billing(), secret()], vec![orders()]);
    ill(&mut half);
    assert_eq!(judged(&half).0, Status::Critical, "what is wrong is wrong all the same");
    let nothing = Snapshot::empty(AT, Isolation::ReadUncommitted);
    let (status, line) = judged(&nothing);
    assert_eq!(
        (status, line.as_str()),
        (Status::Unknown, "LAGTOP UNKNOWN - no round of questions was finished")
    );
    let nobody = snapshot(vec![], vec![]);
    assert_eq!(judged(&nobody).0, Status::Ok);
    assert_eq!(judge(&nobody, Severity::Warning, true).0, Status::Unknown, "a name that is wrong");
}

#[test]
fn names_neither_end_the_line_nor_begin_the_counts() {
    let mut snapshot = snapshot(vec![group("a|b\n\u{1b}[2J", vec![])], vec![]);
    ill(&mut snapshot);
    let (_, line) = judged(&snapshot);
    assert_eq!(line.matches('|').count(), 1, "{line}");
    assert!(!line.chars().any(char::is_control), "{line}");
}
