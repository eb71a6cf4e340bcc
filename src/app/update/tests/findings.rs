//! Findings: listed by what they are, and the way to what they are about.

use std::sync::Arc;

use super::*;
use crate::app::fixture::{app, group, press, snapshot};
use crate::app::{FindingKey, Page, Pane, PartitionKey, Shape, Subject};
use crate::model::{
    Finding, Findings, GroupEntry, Severity, Since, Snapshot, TopicPartition, Unknown,
};

fn finding(rule: &'static str, severity: Severity, group: &str, partitions: &[i32]) -> Finding {
    let named = |&partition: &i32| TopicPartition { topic: "orders".into(), partition };
    Finding {
        rule,
        severity,
        subject: crate::model::Subject {
            group: Some(group.into()),
            partitions: partitions.iter().map(named).collect(),
            ..crate::model::Subject::default()
        },
        sentence: format!("{rule} of {group}"),
        evidence: Vec::new(),
        since: Since::At(NOW),
        next: "look".to_owned(),
    }
}

/// Groups a, b and c with lag in this order, of which a and b are ill and c not known yet.
fn ill() -> Arc<Snapshot> {
    let groups = [group("a", &[1, 2]), group("b", &[30, 40]), group("c", &[500])];
    let mut snapshot = Snapshot::clone(&snapshot(&groups, 11));
    let said = |entry: &GroupEntry| match entry.view.id.as_str() {
        "a" => Findings {
            firing: vec![
                finding("storm", Severity::Critical, "a", &[]),
                finding("idle", Severity::Note, "a", &[]),
            ],
            unknown: Vec::new(),
        },
        "b" => Findings {
            firing: vec![
                finding("hot", Severity::Critical, "b", &[1]),
                finding("stalled", Severity::Warning, "b", &[1, 0]),
            ],
            unknown: vec![Unknown { rule: "slow", waits_for: "2m".into() }],
        },
        _ => Findings {
            firing: Vec::new(),
            unknown: vec![Unknown { rule: "slow", waits_for: "1m".into() }],
        },
    };
    let entries = snapshot.groups.iter();
    let entries =
        entries.map(|entry| GroupEntry { findings: Arc::new(said(entry)), ..entry.clone() });
    snapshot.groups = entries.collect();
    Arc::new(snapshot)
}

fn listing() -> AppState {
    let mut app = app(&[group("a", &[1, 2])]);
    update(&mut app, Input::Snapshot(ill()), NOW);
    press(&mut app, "6");
    app
}

fn rules(app: &AppState) -> Vec<&'static str> {
    let picture = app.picture();
    let rows = app.rows.findings.iter();
    rows.map(|row| match (row.finding(picture), row.waiting(picture)) {
        (Some(finding), _) => finding.rule,
        (None, unknown) => unknown.expect("one of the two").rule,
    })
    .collect()
}

#[test]
fn the_worst_come_first_and_rules_that_wait_last_and_once() {
    let mut app = listing();
    assert_eq!(app.shape(), Shape::One(Pane::Findings), "the whole width, whatever the size");
    assert_eq!(rules(&app), ["hot", "storm", "stalled", "idle", "slow"]);
    assert_eq!(app.rows.findings[4].waits, Some(2), "of two groups");
    let told: Vec<_> = app.rows.told.iter().filter_map(|row| row.finding(app.picture())).collect();
    assert_eq!(told, app.picture().findings()[..3].to_vec());
    press(&mut app, "s s");
    assert_eq!(rules(&app), ["storm", "idle", "hot", "stalled", "slow"], "by group");
    press(&mut app, "/ s t a l");
    assert_eq!(rules(&app), ["stalled"]);
}

#[test]
fn one_partition_opens_its_page_which_closes_back_to_the_finding() {
    let mut app = listing();
    press(&mut app, "Enter");
    let key = PartitionKey { group: "b".into(), topic: "orders".into(), partition: 1 };
    assert_eq!(app.pages, [Page { subject: Subject::Partition(key.clone()), scroll: 0 }]);
    assert_eq!(app.groups.selected().map(GroupId::as_str), Some("b"));
    assert_eq!(app.partitions.selected(), Some(&key));
    press(&mut app, "Esc");
    assert_eq!((app.pages.len(), app.focus), (0, Pane::Findings));
}

#[test]
fn several_partitions_are_listed_with_the_worst_selected() {
    let mut app = listing();
    press(&mut app, "j j Enter");
    assert_eq!((app.pages.len(), app.focus), (0, Pane::Partitions));
    let key = PartitionKey { group: "b".into(), topic: "orders".into(), partition: 1 };
    assert_eq!(app.partitions.selected(), Some(&key));
}

/// Groups a to c, and something that is wrong with the cluster and with no group.
fn grown() -> Arc<Snapshot> {
    let mut snapshot = Snapshot::clone(&ill());
    let subject = crate::model::Subject::default();
    let growth = Finding { subject, ..finding("growth", Severity::Page, "", &[]) };
    let findings = Findings { firing: vec![growth], unknown: Vec::new() };
    snapshot.inventory.findings = Arc::new(findings);
    Arc::new(snapshot)
}

#[test]
fn what_is_of_the_cluster_opens_the_inventory_which_closes_back_to_the_finding() {
    let mut app = listing();
    update(&mut app, Input::Snapshot(grown()), NOW);
    press(&mut app, "g");
    assert_eq!(rules(&app).first(), Some(&"growth"));
    let key = FindingKey::Firing { rule: "growth", group: None, topic: None };
    assert_eq!(app.findings.selected(), Some(&key));
    press(&mut app, "Enter");
    assert_eq!(app.pages, [Page { subject: Subject::Inventory, scroll: 0 }]);
    press(&mut app, "i");
    assert_eq!((app.pages.len(), app.focus), (0, Pane::Findings), "the same key closes it");
}

#[test]
fn a_group_that_a_filter_hides_is_found() {
    let mut app = listing();
    press(&mut app, "1 / c Enter 6 j Enter");
    assert_eq!(app.groups.selected().map(GroupId::as_str), Some("a"));
    assert_eq!((app.focus, app.groups.len()), (Pane::Partitions, 3));
}

#[test]
fn what_is_selected_stays_selected_while_others_come_and_go() {
    let mut app = listing();
    press(&mut app, "j j");
    let mut other = Snapshot::clone(&ill());
    let mut entries = other.groups.to_vec();
    entries[0].findings = Arc::default();
    other.groups = entries.into();
    update(&mut app, Input::Snapshot(Arc::new(other)), NOW);
    assert_eq!(rules(&app), ["hot", "stalled", "slow"]);
    let key = FindingKey::Firing { rule: "stalled", group: Some("b".into()), topic: None };
    assert_eq!((app.findings.selected(), app.findings.cursor()), (Some(&key), 1));
}

#[test]
fn tab_walks_the_panes_on_screen_and_back_from_the_findings() {
    let mut app = listing();
    press(&mut app, "Tab");
    assert_eq!((app.focus, app.shape()), (Pane::Groups, Shape::All));
    press(&mut app, "Tab Tab Tab Tab Tab");
    assert_eq!(app.focus, Pane::Groups, "they are not among them");
    update(&mut app, Input::Resize { width: 80, height: 24 }, NOW);
    press(&mut app, "Shift-Tab");
    assert_eq!(app.focus, Pane::Findings, "where one is shown at a time they are");
}
