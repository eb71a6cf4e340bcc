//! Who looks elsewhere is told what is new, once.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::app::Notice;
use crate::app::fixture::{group, options, press, snapshot};
use crate::model::{Finding, Findings, Severity, Since, Snapshot};

/// Of group `g`, these rules say something.
fn said(of: &[(&'static str, Severity)]) -> Arc<Snapshot> {
    let mut snapshot = Snapshot::clone(&snapshot(&[group("g", &[1])], 10));
    let finding = |&(rule, severity): &(&'static str, Severity)| Finding {
        rule,
        severity,
        subject: crate::model::Subject {
            group: Some("g".into()),
            ..crate::model::Subject::default()
        },
        sentence: format!("{rule} it is"),
        evidence: Vec::new(),
        since: Since::At(NOW),
        next: String::new(),
    };
    let findings = Findings { firing: of.iter().map(finding).collect(), unknown: Vec::new() };
    let mut groups = snapshot.groups.to_vec();
    groups[0].findings = Arc::new(findings);
    snapshot.groups = groups.into();
    Arc::new(snapshot)
}

fn listening() -> AppState {
    let options = crate::app::Options { notice: Some(Notice::Bell), ..options() };
    AppState::new(options, said(&[]))
}

/// What is told when this comes, so many seconds later.
fn told(app: &mut AppState, second: u64, of: &[(&'static str, Severity)]) -> Option<String> {
    let now = NOW.plus(Duration::from_secs(second));
    let effects = update(app, Input::Snapshot(said(of)), now);
    let mut notices = effects.into_iter().filter_map(|effect| match effect {
        Effect::Notify(Notice::Bell, text) => Some(text),
        _ => None,
    });
    let notice = notices.next();
    assert_eq!(notices.next(), None, "one at a time");
    notice
}

const HOT: (&str, Severity) = ("hot", Severity::Warning);

#[test]
fn a_finding_is_told_once_as_long_as_it_stands() {
    let mut app = listening();
    assert_eq!(told(&mut app, 0, &[HOT]).as_deref(), Some("WARN g: hot it is"));
    assert_eq!(told(&mut app, 1, &[HOT]), None);
    assert_eq!(told(&mut app, 3_600, &[HOT]), None, "it stood all the time");
}

#[test]
fn what_comes_and_goes_is_told_again_only_after_a_long_absence() {
    let mut app = listening();
    assert!(told(&mut app, 0, &[HOT]).is_some());
    assert_eq!(told(&mut app, 10, &[]), None);
    assert_eq!(told(&mut app, 200, &[HOT]), None);
    assert_eq!(told(&mut app, 201, &[]), None);
    assert_eq!(told(&mut app, 501, &[]), None);
    assert!(told(&mut app, 502, &[HOT]).is_some());
}

#[test]
fn it_is_told_again_when_it_gets_worse() {
    let mut app = listening();
    assert!(told(&mut app, 0, &[HOT]).is_some());
    let worse = told(&mut app, 1, &[("hot", Severity::Critical)]);
    assert_eq!(worse.as_deref(), Some("CRIT g: hot it is"));
    assert_eq!(told(&mut app, 2, &[HOT]), None, "nor when it gets better");
}

#[test]
fn the_worst_is_told_for_all_and_notes_are_not() {
    let mut app = listening();
    let all = [("bad", Severity::Page), HOT, ("idle", Severity::Note)];
    assert_eq!(told(&mut app, 0, &all).as_deref(), Some("PAGE g: bad it is (+1)"));
}

#[test]
fn a_pause_holds_the_picture_not_the_bell() {
    let mut app = listening();
    press(&mut app, "Space");
    assert!(told(&mut app, 1, &[HOT]).is_some());
}

#[test]
fn nobody_is_told_who_did_not_ask() {
    let mut app = AppState::new(options(), said(&[]));
    assert_eq!(told(&mut app, 0, &[HOT]), None);
}
