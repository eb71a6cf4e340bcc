//! Whatever is pressed and whatever arrives, in any order: nothing panics, and what is selected is a row
//! that exists.

use proptest::prelude::*;

use crate::app::fixture::{Group, NOW, app, snapshot};
use crate::app::keymap::Keymap;
use crate::app::{
    AppState, Area, Chord, Hit, HitMap, Input, Key, Mouse, MouseKind, Pane, SortBy,
    SortColumn as _, update,
};

#[derive(Clone, Debug)]
enum Step {
    Key(Chord),
    Mouse(Mouse),
    Paste(String),
    Resize(u16, u16),
    Snapshot(Vec<Group>),
    Drawn([usize; Pane::ALL.len()]),
    Tick,
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    let name = prop_oneof![3 => "[a-e]", 1 => "\\PC{0,6}"];
    let lag = prop::option::weighted(0.8, -5..1_000_i64);
    let group = (name, prop::collection::vec(lag, 0..6), 0..4_usize, 0..5_i64);
    prop::collection::btree_map("[a-f]{1,2}", group, 0..12).prop_map(|groups| {
        groups
            .into_iter()
            .map(|(id, (name, lags, members, rebalances))| Group {
                name: format!("{id}{name}"),
                lags,
                members: ["x", "y", "z"].into_iter().take(members).collect(),
                rates: None,
                rebalances,
            })
            .collect()
    })
}

fn steps() -> impl Strategy<Value = Step> {
    let chords: Vec<Chord> =
        Keymap::default().bindings().iter().flat_map(|binding| binding.chords.clone()).collect();
    let kind =
        prop::sample::select(vec![MouseKind::Click, MouseKind::WheelUp, MouseKind::WheelDown]);
    prop_oneof![
        12 => prop::sample::select(chords).prop_map(Step::Key),
        3 => any::<char>().prop_map(|char| Step::Key(Chord::char(char))),
        1 => (1..30_u8).prop_map(|number| Step::Key(Chord::key(Key::F(number)))),
        3 => (kind, 0..130_u16, 0..50_u16)
            .prop_map(|(kind, x, y)| Step::Mouse(Mouse { kind, x, y })),
        1 => "\\PC{0,12}|re:[(\\[a-c.*]{0,6}".prop_map(Step::Paste),
        1 => (any::<u16>(), 0..80_u16).prop_map(|(width, height)| Step::Resize(width, height)),
        3 => groups().prop_map(Step::Snapshot),
        2 => prop::array::uniform6(0..15_usize).prop_map(Step::Drawn),
        1 => Just(Step::Tick),
    ]
}

/// A map as a frame with these heights would return it.
fn hits(heights: [usize; Pane::ALL.len()], app: &AppState) -> HitMap {
    let mut hits = HitMap { heights, ..HitMap::default() };
    let area = |x, y| Area { x, y, width: 30, height: 12 };
    for (pane, x) in Pane::ALL.into_iter().zip([0, 30, 60, 90, 90]) {
        let first = app.groups.first_row(hits.height(pane));
        hits.add(area(x, 0), Hit::Pane(pane));
        hits.add(area(x, 1), Hit::Rows { pane, first });
    }
    hits.add(area(120, 0), Hit::Sort(SortBy::Groups(crate::app::GroupSort::ALL[0])));
    hits.add(area(120, 20), Hit::Help);
    hits.add(area(0, 20), Hit::Page);
    hits.page = crate::app::Extent { lines: heights[0] * 3, height: heights[1] };
    hits.help = hits.page;
    hits
}

fn check(app: &AppState) {
    let picture = app.picture();
    let group = app.groups.selected().and_then(|id| picture.group(id)).map(|entry| &*entry.view);
    assert_eq!(app.groups.len(), app.rows.groups.len());
    assert_eq!(app.groups.selected().cloned(), app.rows.group_key(picture, app.groups.cursor()));
    assert_eq!(app.groups.selected().is_some(), !app.groups.is_empty());
    assert_eq!(app.partitions.len(), app.rows.partitions.len());
    assert_eq!(
        app.partitions.selected().cloned(),
        app.rows.partition_key(picture, app.partitions.cursor())
    );
    assert_eq!(app.members.len(), app.rows.members.len());
    let member = group.and_then(|group| app.rows.member_key(group, app.members.cursor()));
    assert_eq!(app.members.selected().cloned(), member);
    let event = group.and_then(|group| app.rows.rebalance_key(group, app.rebalances.cursor()));
    assert_eq!(app.rebalances.selected().copied(), event);
    for height in [0, 1, 7] {
        assert!(app.groups.first_row(height) <= app.groups.len());
    }
    assert!(!app.groups.filter.text().contains(char::is_control));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_what_is_selected_exists(
        first in groups(),
        steps in prop::collection::vec(steps(), 0..60),
    ) {
        let mut app = app(&first);
        check(&app);
        for (at, step) in steps.into_iter().enumerate() {
            let input = match step {
                Step::Key(chord) => Input::Key(chord),
                Step::Mouse(mouse) => Input::Mouse(mouse),
                Step::Paste(text) => Input::Paste(text),
                Step::Resize(width, height) => Input::Resize { width, height },
                Step::Snapshot(groups) => Input::Snapshot(snapshot(&groups, at as u64)),
                Step::Tick => Input::Tick,
                Step::Drawn(heights) => {
                    let hits = hits(heights, &app);
                    app.drawn(hits);
                    continue;
                }
            };
            update(&mut app, input, NOW);
            check(&app);
        }
    }
}
