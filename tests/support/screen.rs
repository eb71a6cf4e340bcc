//! A screen in memory: a state driven by keys, and what it looks like, styles included.

#![allow(dead_code, reason = "each test and each bench uses its part")]

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use lagtop::app::keymap::Keymap;
use lagtop::app::{AppState, Chord, Effect, HitMap, Input, Looks, Options, View, update};
use lagtop::diagnose::RuleBook;
use lagtop::model::moment::{MomentAnswer, MomentWish};
use lagtop::model::{Snapshot, Timestamp};
use lagtop::rewind;
use lagtop::ui;
use lagtop::ui::theme::{Role, Theme};
use lagtop::veil::Veil;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

/// A screen, and the moment at which it is looked at.
pub(crate) struct Screen {
    pub(crate) app: AppState,
    pub(crate) now: Timestamp,
}

impl Screen {
    /// A screen of this size that shows `snapshot`.
    pub(crate) fn new(
        snapshot: Snapshot,
        (width, height): (u16, u16),
        looks: Looks,
        now: Timestamp,
    ) -> Self {
        let keys = Keymap::default();
        let interval = Duration::from_secs(1);
        let (max_requests, notice) = (None, None);
        let (title, veil) = ("prod-eu".into(), Veil::default());
        let options = Options { title, interval, max_requests, looks, keys, notice, veil };
        let start = Arc::new(Snapshot::empty(now, snapshot.isolation));
        let mut screen = Self { app: AppState::new(options, start), now };
        screen.input(Input::Resize { width, height });
        screen.input(Input::Snapshot(Arc::new(snapshot)));
        screen
    }

    /// Takes an input; wishes for other moments are fulfilled at once.
    pub(crate) fn input(&mut self, input: Input) {
        for effect in update(&mut self.app, input, self.now) {
            if let Effect::SetMoment(Some(MomentWish { number, at, held })) = effect {
                let picture = Arc::new(rewind::as_of(&held, at, &RuleBook::default()));
                self.input(Input::Moment(MomentAnswer { number, at, picture }));
            }
        }
    }

    /// Presses keys as a person would, who sees the screen before each: `"2 Enter"`.
    pub(crate) fn press(mut self, keys: &str) -> Self {
        for key in keys.split_whitespace() {
            self.look();
            let chord = Chord::named(key).unwrap_or_else(|| panic!("no key is called {key}"));
            self.input(Input::Key(chord));
        }
        self
    }

    /// Draws, and lets the state know what it looks like.
    pub(crate) fn look(&mut self) -> Buffer {
        let (buf, hits) = self.draw();
        self.app.hits = hits;
        buf
    }

    /// Draws without telling the state.
    pub(crate) fn draw(&self) -> (Buffer, HitMap) {
        let area = Rect::new(0, 0, self.app.size.0, self.app.size.1);
        let mut buf = Buffer::empty(area);
        let hits = ui::draw_into(&View::new(&self.app, self.now, 0), area, &mut buf);
        (buf, hits)
    }

    /// The lines of the screen.
    pub(crate) fn text(mut self) -> String {
        self.look();
        text(&self.look())
    }

    /// The lines of the screen, and the styles of each.
    pub(crate) fn styled(mut self) -> String {
        self.look();
        let buf = self.look();
        format!("{}{}", text(&buf), styles(&buf, &Theme::new(self.app.looks)))
    }
}

/// The lines of a buffer, without the blanks at their ends.
pub(crate) fn text(buf: &Buffer) -> String {
    let mut text = String::new();
    for row in rows(buf) {
        let mut line = String::new();
        let mut hidden = 0;
        for cell in row {
            // What a wide sign covers is not there.
            if hidden > 0 {
                hidden -= 1;
                continue;
            }
            hidden = ui::format::width(cell.symbol()).saturating_sub(1);
            line.push_str(cell.symbol());
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn rows(buf: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buf.content().chunks(usize::from(buf.area.width.max(1)))
}

/// The styles of each line as runs of cells, in the words of roles: what a plain text of the screen
/// does not tell.
pub(crate) fn styles(buf: &Buffer, theme: &Theme) -> String {
    let mut text = String::from("---\n");
    for (y, row) in rows(buf).enumerate() {
        let mut line = String::new();
        let mut x = 0;
        for run in row.chunk_by(|a, b| look(a) == look(b)) {
            if let Some(name) = run.first().and_then(|cell| named(cell, theme)) {
                let _ = write!(line, " {x}-{} {name}", x + run.len() - 1);
            }
            x += run.len();
        }
        if !line.is_empty() {
            let _ = writeln!(text, "{y}:{line}");
        }
    }
    text
}

fn look(cell: &Cell) -> impl PartialEq {
    (cell.fg, cell.bg, cell.modifier)
}

/// The role that looks like the cell, else its colours; `None` for a plain cell.
fn named(cell: &Cell, theme: &Theme) -> Option<String> {
    let plain = Cell::default();
    if look(cell) == look(&plain) {
        return None;
    }
    if (cell.fg, cell.bg) == (plain.fg, plain.bg) {
        // Without a colour many roles look alike.
        return Some(format!("{:?}", cell.modifier));
    }
    let of = |role: Role, over: &Cell| {
        let mut cell = over.clone();
        cell.set_style(theme.style(role));
        cell
    };
    let found = Role::ALL.into_iter().find(|role| look(&of(*role, &plain)) == look(cell));
    if let Some(role) = found {
        return Some(format!("{role:?}"));
    }
    for ground in Role::ALL.into_iter().filter(|role| role.is_ground()) {
        let under = of(ground, &plain);
        if under.bg == plain.bg || cell.bg != under.bg {
            continue;
        }
        let same = |over: &Cell| over.fg == cell.fg;
        let found = Role::ALL.into_iter().find(|role| same(&of(*role, &plain)));
        let on = |role: Role| format!("{ground:?}+{role:?}");
        return Some(found.map_or_else(|| format!("{ground:?}"), on));
    }
    Some(format!("{:?}/{:?}/{:?}", cell.fg, cell.bg, cell.modifier))
}
