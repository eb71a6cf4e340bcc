use super::{draws, selected, three};
use crate::app::fixture::{Group, NOW, app, group, press};
use crate::app::{
    Action, AppState, Area, Effect, GroupSort, Hit, HitMap, Input, Mouse, MouseKind, Pane, SortBy,
    update,
};

fn click(app: &mut AppState, x: u16, y: u16) -> Vec<Effect> {
    update(app, Input::Mouse(Mouse { kind: MouseKind::Click, x, y }), NOW)
}

fn wheel(app: &mut AppState, kind: MouseKind, x: u16, y: u16) -> Vec<Effect> {
    update(app, Input::Mouse(Mouse { kind, x, y }), NOW)
}

fn with_zones(groups: &[Group]) -> AppState {
    let mut app = app(groups);
    let mut hits = HitMap { heights: [10; Pane::ALL.len()], ..HitMap::default() };
    let area = |x, y, width, height| Area { x, y, width, height };
    hits.add(area(0, 0, 50, 12), Hit::Pane(Pane::Groups));
    hits.add(area(0, 0, 10, 1), Hit::Sort(SortBy::Groups(GroupSort::Name)));
    hits.add(area(0, 1, 50, 10), Hit::Rows { pane: Pane::Groups, first: 0 });
    hits.add(area(50, 1, 50, 10), Hit::Rows { pane: Pane::Partitions, first: 0 });
    hits.add(area(0, 20, 6, 1), Hit::Key(Action::Help));
    hits.add(area(6, 20, 6, 1), Hit::Key(Action::Focus(Pane::Rebalances)));
    app.drawn(hits);
    app
}

#[test]
fn clicks_select_open_sort_and_press() {
    let mut app = with_zones(&three());
    click(&mut app, 3, 2);
    assert_eq!(selected(&app), "search");
    click(&mut app, 3, 2);
    assert_eq!(app.focus, Pane::Partitions, "the second click opens");
    click(&mut app, 60, 3);
    assert_eq!((app.partitions.cursor(), app.page()), (2, None));
    assert!(draws(&click(&mut app, 3, 9)), "below the last row it only takes the focus");
    assert_eq!((app.focus, selected(&app)), (Pane::Groups, "search"));
    click(&mut app, 0, 0);
    assert_eq!((app.groups.sort, app.groups.descending), (GroupSort::Name, false));
    click(&mut app, 0, 0);
    assert!(app.groups.descending);
    click(&mut app, 1, 20);
    assert_eq!(app.help, Some(0));
    press(&mut app, "Esc 2 Enter");
    assert_eq!((app.pages.len(), app.help), (1, None));
    click(&mut app, 8, 20);
    assert_eq!((app.pages.len(), app.focus), (0, Pane::Rebalances), "a tab leaves the page");
    assert_eq!(click(&mut app, 150, 40), [], "nowhere");
}

#[test]
fn the_wheel_moves_rows_and_leaves_the_selection() {
    let groups: Vec<_> = (0..50).map(|n| group(&format!("g{n:02}"), &[50 - n])).collect();
    let mut app = with_zones(&groups);
    assert!(draws(&wheel(&mut app, MouseKind::WheelDown, 3, 3)));
    wheel(&mut app, MouseKind::WheelDown, 3, 3);
    assert_eq!((app.groups.first_row(10), app.groups.cursor()), (6, 0));
    assert_eq!(app.plan.clone().expect("told").visible[0].as_str(), "g06");
    press(&mut app, "j");
    assert_eq!(app.groups.first_row(10), 1, "a key brings the cursor back into sight");
    wheel(&mut app, MouseKind::WheelUp, 3, 3);
    assert_eq!(wheel(&mut app, MouseKind::WheelUp, 3, 3), [], "at the top");
}
