//! Whatever the size and whatever the person does: no panic, and nothing outside of the screen.

#[path = "support/screen.rs"]
mod screen;
#[path = "support/snapshots/mod.rs"]
mod snapshots;

use std::sync::LazyLock;

use lagtop::app::{Input, Looks, View};
use lagtop::model::peek::PeekAnswer;
use lagtop::model::{Answer, Snapshot};
use lagtop::ui;
use proptest::prelude::*;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use screen::Screen;
use snapshots::{NOW, backlog};

static SNAPSHOTS: LazyLock<[Snapshot; 8]> = LazyLock::new(|| {
    [
        snapshots::incident(),
        snapshots::silent(14),
        snapshots::silent(114),
        snapshots::one_broker_down(),
        snapshots::cold(Some(snapshots::refused())),
        snapshots::empty(),
        snapshots::large(90),
        snapshots::foreign(),
    ]
});

/// Cells around the screen that nobody may touch.
const MARGIN: u16 = 3;

fn key() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "Down",
        "Down",
        "Enter",
        "Enter",
        "Esc",
        "Tab",
        "1",
        "2",
        "3",
        "4",
        "a",
        "l",
        "o",
        "t",
        "z",
        "s",
        "S",
        "/",
        "b",
        "?",
        "PgDn",
        "End",
        "Space",
        "Space",
        "Left",
        "Shift-Left",
        "[",
        "]",
    ])
}

/// Draws into the middle of a larger buffer and looks at its edges.
fn check(screen: &Screen, (width, height): (u16, u16)) -> Result<(), TestCaseError> {
    let area = Rect::new(MARGIN, MARGIN, width, height);
    let whole = Rect::new(0, 0, width + 2 * MARGIN, height + 2 * MARGIN);
    let untouched = Cell::new("#");
    let mut buf = Buffer::filled(whole, untouched.clone());
    let hits = ui::draw_into(&View::new(&screen.app, NOW, 0), area, &mut buf);
    for position in whole.positions().filter(|position| !area.contains(*position)) {
        prop_assert_eq!(buf.cell(position), Some(&untouched), "at {} of {}", position, area);
    }
    for zone in &hits.zones {
        let zone = Rect::new(zone.area.x, zone.area.y, zone.area.width, zone.area.height);
        prop_assert_eq!(zone.intersection(area), zone);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_is_written_outside(
        width in 0_u16..=250,
        height in 0_u16..=80,
        snapshot in 0_usize..8,
        ascii: bool,
        keys in proptest::collection::vec(key(), 0..12),
        values: bool,
        drawn in prop::option::of((0_u16..=250, 0_u16..=80)),
    ) {
        let looks = Looks { ascii, ..Looks::default() };
        let snapshot = SNAPSHOTS[snapshot].clone();
        let mut screen = Screen::new(snapshot, (width, height), looks, NOW).press(&keys.join(" "));
        if let Some(state) = &screen.app.peek {
            let (number, outcome) = (state.wish.number, backlog::read(values));
            screen.input(Input::Answer(Answer::Peek(PeekAnswer { number, at: NOW, outcome })));
        }
        check(&screen, (width, height))?;
        // The terminal may have changed its size since the state heard of it.
        check(&screen, drawn.unwrap_or((height, height)))?;
    }
}

#[test]
fn a_box_over_a_terminal_that_shrank_stays_inside() {
    let looks = Looks::default();
    let screen = Screen::new(SNAPSHOTS[0].clone(), (40, 10), looks, NOW).press("?");
    for width in 0..=6 {
        for height in 0..=12 {
            check(&screen, (width, height)).unwrap();
        }
    }
}

#[test]
fn every_small_size_is_drawn() {
    let mut screen = Screen::new(SNAPSHOTS[0].clone(), (0, 0), Looks::default(), NOW);
    for width in 0..=60 {
        for height in 0..=16 {
            screen.input(Input::Resize { width, height });
            screen.look();
        }
    }
}
