use std::sync::Arc;

use super::{arrive, draws, selected, three, toast};
use crate::app::fixture::{NOW, app, group, options, press, snapshot};
use crate::app::{AppState, GroupSort, Input, MemberKey, update};

#[test]
fn the_worst_group_is_selected_first() {
    assert_eq!(selected(&app(&three())), "users");
}

#[test]
fn until_rates_are_known_the_cursor_waits_at_the_top() {
    let mut app = AppState::new(options(), snapshot(&three(), 1));
    assert_eq!(selected(&app), "users");
    let mut groups = three();
    groups[1] = group("search", &[9_000]);
    arrive(&mut app, &groups, 2);
    assert_eq!(selected(&app), "search", "the worst so far");
    arrive(&mut app, &groups, 3);
    arrive(&mut app, &three(), 4);
    assert_eq!(selected(&app), "search", "from the third round on it stays");
}

#[test]
fn a_selection_stays_with_its_row_when_the_order_changes() {
    let mut app = app(&three());
    press(&mut app, "j");
    assert_eq!((selected(&app), app.groups.cursor()), ("search", 1));
    press(&mut app, "s");
    assert_eq!((app.groups.sort, selected(&app)), (GroupSort::Name, "search"));
    let mut groups = three();
    groups[1] = group("search", &[0]);
    press(&mut app, "s s s S");
    arrive(&mut app, &groups, 11);
    assert_eq!((selected(&app), app.groups.cursor()), ("search", 0), "least lag first");
}

#[test]
fn a_vanished_group_leaves_the_cursor_in_place_and_says_so() {
    let mut app = app(&three());
    press(&mut app, "j");
    let mut groups = three();
    groups.remove(1);
    assert!(draws(&arrive(&mut app, &groups, 11)));
    assert_eq!((selected(&app), app.groups.cursor()), ("billing", 1));
    assert_eq!(toast(&app), "group search is gone");
    arrive(&mut app, &three(), 12);
    assert_eq!(selected(&app), "billing", "it does not jump back");
}

#[test]
fn when_all_groups_vanish_nothing_is_selected() {
    let mut app = app(&three());
    arrive(&mut app, &[], 11);
    assert_eq!(app.groups.selected(), None);
    assert_eq!(app.partitions.len(), 0);
    press(&mut app, "j Enter y t");
    assert!(app.pages.is_empty());
}

#[test]
fn vanished_members_and_partitions_are_told_too() {
    let mut app = app(&three());
    press(&mut app, "G 3 j");
    assert_eq!((selected(&app), app.members.len()), ("billing", 3));
    assert_eq!(app.members.selected(), Some(&MemberKey::Member("b1-0".into())));
    let mut groups = three();
    groups[0].members = vec!["b2", "b3"];
    arrive(&mut app, &groups, 11);
    assert_eq!(toast(&app), "member b1-0 is gone");
    press(&mut app, "2 g");
    groups[0].lags.truncate(1);
    arrive(&mut app, &groups, 12);
    assert_eq!(toast(&app), "partition orders/1 is gone");
    assert_eq!(app.partitions.len(), 1);
}

#[test]
fn while_members_are_not_known_nobody_is_gone() {
    let mut app = app(&three());
    press(&mut app, "G 3 j");
    let mut unknown = (*snapshot(&three(), 11)).clone();
    let mut entries = unknown.groups.to_vec();
    let mut view = (*entries[0].view).clone();
    view.members = None;
    entries[0].view = Arc::new(view);
    unknown.groups = entries.into();
    update(&mut app, Input::Snapshot(Arc::new(unknown)), NOW);
    assert_eq!((app.members.selected(), toast(&app)), (None, ""));
    arrive(&mut app, &three(), 12);
    assert_eq!(app.members.selected(), Some(&MemberKey::Member("b1-0".into())));
}

#[test]
fn another_group_is_looked_at_from_its_top() {
    let mut app = app(&three());
    press(&mut app, "2 j 1 j");
    assert_eq!(selected(&app), "search");
    assert_eq!((app.partitions.len(), app.partitions.cursor()), (3, 0));
}
