//! A line for a status bar.

use std::time::Duration;

use super::*;
use crate::export::status::line;

const MINUTE: Duration = Duration::from_mins(1);

fn finding(rule: &'static str, severity: Severity) -> Finding {
    Finding {
        rule,
        severity,
        subject: Subject { group: Some("bill#[fg=red]ing".into()), ..Subject::default() },
        sentence: String::new(),
        evidence: Vec::new(),
        since: Since::At(AT),
        next: String::new(),
    }
}

/// A snapshot of one group with lag 1,500, of which this is found.
fn lagging(firing: Vec<Finding>) -> Snapshot {
    let mut snapshot = snapshot(vec![group("billing", Vec::new())], Vec::new());
    snapshot.totals.lag = Some(1_500);
    let mut groups = snapshot.groups.to_vec();
    groups[0].findings = Arc::new(Findings { firing, unknown: Vec::new() });
    snapshot.groups = groups.into();
    snapshot
}

#[test]
fn lag_and_that_nothing_is_wrong() {
    assert_eq!(line(&lagging(vec![finding("idle", Severity::Note)]), None), "lag 1.50k ok");
}

#[test]
fn the_change_since_it_was_asked_for_before() {
    let said = |before, ago| line(&lagging(Vec::new()), Some((before, ago)));
    assert_eq!(said(900, MINUTE), "lag 1.50k +10/s ok");
    assert_eq!(said(2_100, MINUTE), "lag 1.50k -10/s ok");
    assert_eq!(said(1_500, MINUTE), "lag 1.50k ok");
    assert_eq!(said(900, Duration::from_hours(1)), "lag 1.50k ok", "long ago");
    assert_eq!(said(900, Duration::ZERO), "lag 1.50k ok");
}

#[test]
fn the_worst_and_how_many_more_with_nothing_that_tmux_acts_on() {
    let all = vec![
        finding("hot-thread", Severity::Critical),
        finding("rewound", Severity::Warning),
        finding("idle", Severity::Note),
    ];
    assert_eq!(line(&lagging(all), None), "lag 1.50k CRIT bill\u{ff03}[fg=red]ing hot-thread +1");
}

#[test]
fn why_nothing_could_be_read() {
    let nothing = Snapshot::empty(AT, Isolation::ReadUncommitted);
    assert_eq!(line(&nothing, None), "lagtop: no round of questions was finished");
    let mut part = lagging(Vec::new());
    part.sources = Arc::new([source(true, false)]);
    assert_eq!(line(&part, None), "lag 1.50k ok (not all)");
}
