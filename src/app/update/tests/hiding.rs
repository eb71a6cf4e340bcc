//! Hidden names: what is shown, and what stays as it was.

use std::sync::Arc;

use super::{selected, snapshot, toast};
use crate::app::fixture::{NOW, app, group, press};
use crate::app::{AppState, Effect, Input, Pane, PartitionKey, PartitionScope, Subject, update};
use crate::model::PollPlan;
use crate::model::pseudonym::Hiding;

fn groups() -> AppState {
    let billing = group("billing", &[10, 20]).members(&["alpha", "beta"]);
    app(&[billing, group("audit", &[5]).members(&["gamma"])])
}

fn partition(app: &AppState) -> PartitionKey {
    app.partitions.selected().expect("a partition").clone()
}

fn plans(effects: Vec<Effect>) -> Vec<PollPlan> {
    let plan = |effect| if let Effect::SetPlan(plan) = effect { Some(plan) } else { None };
    effects.into_iter().filter_map(plan).collect()
}

#[test]
fn a_key_hides_some_names_then_all_then_none() {
    let mut app = groups();
    for (hiding, text) in [
        (Hiding::Hosts, "hosts and clients are hidden"),
        (Hiding::All, "all names are hidden"),
        (Hiding::Off, "all names are shown"),
    ] {
        press(&mut app, "p");
        assert_eq!((app.hiding(), toast(&app)), (hiding, text));
    }
}

#[test]
fn what_is_selected_stays_so_under_its_pseudonym() {
    let mut app = groups();
    press(&mut app, "Enter Down");
    let truth = partition(&app);
    assert_eq!((truth.group.as_str(), truth.partition), ("billing", 0));
    press(&mut app, "p p");
    let hidden = partition(&app);
    assert_eq!((hidden.group.as_str(), hidden.partition), (selected(&app), 0));
    assert!(hidden.group.as_str().starts_with("group-"), "{hidden:?}");
    assert_eq!(hidden.topic.as_str(), "topic-1");
    press(&mut app, "p");
    assert_eq!((selected(&app), partition(&app)), ("billing", truth));
}

/// A page, a topic in all groups: what was turned to stays open.
#[test]
fn pages_stay_open() {
    let mut app = groups();
    press(&mut app, "2 t Enter p p");
    assert!(matches!(&app.scope, PartitionScope::Topic(topic) if topic.as_str() == "topic-1"));
    let Some(Subject::Partition(key)) = app.page().map(|page| &page.subject) else {
        panic!("{:?}", app.pages)
    };
    assert!(
        app.picture()
            .group(&key.group)
            .expect("it is there")
            .view
            .topic(key.topic.as_str())
            .is_some()
    );
}

#[test]
fn nothing_else_is_asked_for() {
    let mut app = groups();
    press(&mut app, "Down 2");
    let before = app.plan.clone().expect("a plan");
    assert_eq!(plans(press(&mut app, "p")), []);
    assert_eq!(plans(press(&mut app, "p")), []);
    // Groups stand in the same order, that of lag.
    let asked = plans(press(&mut app, "1 Up"));
    let focus = asked.last().and_then(|plan| plan.focus.as_ref());
    assert_eq!(focus.map(crate::model::GroupId::as_str), Some("billing"));
    assert_ne!(focus, before.focus.as_ref());
}

/// A filter may be a name, and was typed by names that nobody sees any more.
#[test]
fn filters_are_cleared() {
    let mut app = groups();
    press(&mut app, "/ b i l l Enter p");
    assert!(app.filter(Pane::Groups).is_empty());
    assert_eq!(toast(&app), "hosts and clients are hidden; filters are cleared");
    press(&mut app, "p / g r o u p - 2 Enter");
    assert_eq!(app.rows.groups.len(), 1);
    assert_eq!(selected(&app), "group-2");
}

/// What comes in later is hidden too, and the same name has the same pseudonym.
#[test]
fn pseudonyms_stay() {
    let mut app = groups();
    press(&mut app, "p p");
    let before: Vec<_> = app.picture().groups.iter().map(|it| it.view.id.clone()).collect();
    let later = snapshot(&[group("zulu", &[1]), group("billing", &[9]), group("audit", &[5])], 11);
    update(&mut app, Input::Snapshot(later), NOW);
    let after: Vec<_> = app.picture().groups.iter().map(|it| it.view.id.as_str()).collect();
    assert_eq!(after, ["group-1", "group-2", "group-3"]);
    assert!(before.iter().all(|id| after.contains(&id.as_str())));
    press(&mut app, "Space");
    press(&mut app, "p");
    let shown =
        |app: &AppState| app.picture().groups.iter().any(|it| it.view.id.as_str() == "zulu");
    assert!(shown(&app));
}

#[test]
fn while_nothing_is_hidden_the_picture_is_the_snapshot() {
    let mut app = groups();
    assert!(Arc::ptr_eq(app.picture(), app.live.truth()));
    press(&mut app, "p");
    assert!(!Arc::ptr_eq(app.picture(), app.live.truth()));
    press(&mut app, "p p");
    assert!(Arc::ptr_eq(app.picture(), app.live.truth()));
}
