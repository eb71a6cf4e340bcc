//! What comes in: keys, the mouse, sizes, snapshots, ticks.

use std::borrow::Cow;
use std::sync::Arc;

use crate::model::moment::MomentAnswer;
use crate::model::play::Played;
use crate::model::{Answer, Marker, Snapshot};

/// What [`update`](super::update()) reacts to.
#[derive(Clone, Debug)]
pub enum Input {
    /// A key was pressed (or repeats).
    Key(Chord),
    /// The mouse did something.
    Mouse(Mouse),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resize {
        /// Columns.
        width: u16,
        /// Rows.
        height: u16,
    },
    /// A new snapshot was published.
    Snapshot(Arc<Snapshot>),
    /// A wish was answered.
    Answer(Answer),
    /// A wish for the picture of a moment was answered.
    Moment(MomentAnswer),
    /// The play of the recording stands differently.
    Played(Played),
    /// A marker could not be told to the store, which is busy or gone.
    NotMarked(Marker),
    /// What became of something that the person wanted done, in words.
    Said(String),
    /// Time has passed: an age on screen may read differently.
    Tick,
    /// The message has had its time.
    Read,
}

/// A key without its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character, with Shift already applied.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Arrow left with Shift.
    ShiftLeft,
    /// Arrow right with Shift.
    ShiftRight,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
    /// A function key, from 1.
    F(u8),
}

impl Key {
    /// Those that have a name, in the order in which they are listed.
    pub const NAMED: [Self; 16] = [
        Self::Enter,
        Self::Esc,
        Self::Tab,
        Self::BackTab,
        Self::Char(' '),
        Self::Backspace,
        Self::Up,
        Self::Down,
        Self::Left,
        Self::Right,
        Self::ShiftLeft,
        Self::ShiftRight,
        Self::PageUp,
        Self::PageDown,
        Self::Home,
        Self::End,
    ];

    fn named(text: &str) -> Option<Self> {
        let is_called =
            |key: &Self, ascii| Chord::key(*key).label(ascii).eq_ignore_ascii_case(text);
        let named =
            Self::NAMED.into_iter().find(|key| is_called(key, true) || is_called(key, false));
        let mut chars = text.chars();
        let char = chars.next().filter(|char| !char.is_control());
        let alone = char.filter(|_| chars.next().is_none()).map(Self::Char);
        let number =
            || text.strip_prefix(['F', 'f'])?.parse().ok().filter(|n| (1..=24).contains(n));
        named.or(alone).or_else(|| number().map(Self::F))
    }
}

/// Whether a text begins so, in capitals or not, with something after it; and what.
fn without<'t>(text: &'t str, prefix: &str) -> (bool, &'t str) {
    match text.split_at_checked(prefix.len()) {
        Some((begin, rest)) if begin.eq_ignore_ascii_case(prefix) && !rest.is_empty() => {
            (true, rest)
        }
        _ => (false, text),
    }
}

/// A key with its modifiers. Shift is part of the character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// The key.
    pub key: Key,
    /// With Control.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
}

impl Chord {
    /// A key alone.
    #[must_use]
    pub const fn key(key: Key) -> Self {
        Self { key, ctrl: false, alt: false }
    }

    /// A character alone.
    #[must_use]
    pub const fn char(char: char) -> Self {
        Self::key(Key::Char(char))
    }

    /// A character with Control.
    #[must_use]
    pub const fn ctrl(char: char) -> Self {
        Self { key: Key::Char(char), ctrl: true, alt: false }
    }

    /// The text that this chord types; `None` for a command.
    #[must_use]
    pub const fn typed(self) -> Option<char> {
        match self.key {
            Key::Char(char) if !self.ctrl && !self.alt => Some(char),
            _ => None,
        }
    }

    /// The chord that [`Chord::label`] writes so, in capitals or not; `None` if there is none.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        let (ctrl, text) = without(text, "ctrl-");
        let (alt, text) = without(text, "alt-");
        let key = match Key::named(text)? {
            Key::Char(char) if ctrl => Key::Char(char.to_ascii_lowercase()),
            key => key,
        };
        Some(Self { key, ctrl, alt })
    }

    /// The chord as help and README write it.
    #[must_use]
    pub fn label(self, ascii: bool) -> Cow<'static, str> {
        let key: Cow<'static, str> = match self.key {
            Key::Char(' ') => "Space".into(),
            Key::Char(char) if self.ctrl => char.to_ascii_uppercase().to_string().into(),
            Key::Char(char) => char.to_string().into(),
            Key::Enter => "Enter".into(),
            Key::Esc => "Esc".into(),
            Key::Tab => "Tab".into(),
            Key::BackTab => "Shift-Tab".into(),
            Key::Backspace => "Backspace".into(),
            Key::Up => if ascii { "Up" } else { "↑" }.into(),
            Key::Down => if ascii { "Down" } else { "↓" }.into(),
            Key::Left => if ascii { "Left" } else { "←" }.into(),
            Key::Right => if ascii { "Right" } else { "→" }.into(),
            Key::ShiftLeft => if ascii { "Shift-Left" } else { "Shift-←" }.into(),
            Key::ShiftRight => if ascii { "Shift-Right" } else { "Shift-→" }.into(),
            Key::PageUp => "PgUp".into(),
            Key::PageDown => "PgDn".into(),
            Key::Home => "Home".into(),
            Key::End => "End".into(),
            Key::F(number) => format!("F{number}").into(),
        };
        match (self.ctrl, self.alt) {
            (false, false) => key,
            (true, false) => format!("Ctrl-{key}").into(),
            (false, true) => format!("Alt-{key}").into(),
            (true, true) => format!("Ctrl-Alt-{key}").into(),
        }
    }
}

/// What the mouse did, and in which cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub kind: MouseKind,
    /// Column, from 0.
    pub x: u16,
    /// Row, from 0.
    pub y: u16,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button was pressed.
    Click,
    /// The wheel turned one step up.
    WheelUp,
    /// The wheel turned one step down.
    WheelDown,
}
