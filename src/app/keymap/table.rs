//! The key table.

use super::{Binding, Scope};
use crate::app::{Action, Chord, Key, Pane, Travel};

/// A line of the table.
pub(super) type Row = Binding<&'static [Chord]>;

impl From<&Row> for Binding {
    fn from(row: &Row) -> Self {
        let &Row { scope, name, chords, action, help, footer } = row;
        Self { scope, name, chords: chords.to_vec(), action, help, footer }
    }
}

const fn bind(scope: Scope, chords: &'static [Chord], action: Action, help: &'static str) -> Row {
    let name = Some(action.name());
    Binding { scope, name, chords, action, help, footer: None }
}

impl Row {
    const fn footer(self, word: &'static str) -> Self {
        Self { footer: Some(word), ..self }
    }

    /// Another name than the action's: where the same action has other keys.
    const fn named(self, name: &'static str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// It stays as it is.
    const fn fixed(self) -> Self {
        Self { name: None, ..self }
    }
}

macro_rules! chords {
    ($($chord:expr),+) => { &[$($chord),+] };
}

const fn key(key: Key) -> Chord {
    Chord::key(key)
}

const fn c(char: char) -> Chord {
    Chord::char(char)
}

const fn ctrl(char: char) -> Chord {
    Chord::ctrl(char)
}

const PEEK: &str = "look at the records that wait";

/// The key table. Within a scope, the footer shows words in this order.
pub(super) const BINDINGS: &[Row] = &[
    // What a pane does that others do not.
    bind(Scope::Groups, chords![key(Key::Enter)], Action::Open, "the group's partitions")
        .footer("open"),
    bind(Scope::Partitions, chords![key(Key::Enter)], Action::Open, "the partition's page")
        .footer("open"),
    bind(Scope::Partitions, chords![c('o')], Action::Peek, PEEK).footer("look"),
    bind(
        Scope::Partitions,
        chords![c('t')],
        Action::AllGroups,
        "this topic in all groups, or back",
    )
    .footer("topic"),
    bind(Scope::Partitions, chords![c('l')], Action::LogScale, "logarithmic sparklines, or linear")
        .footer("log"),
    bind(Scope::Members, chords![key(Key::Enter)], Action::Open, "the member's page")
        .footer("open"),
    bind(Scope::Members, chords![c('a')], Action::Matrix, "members × partitions, or the list")
        .footer("matrix"),
    bind(Scope::Rebalances, chords![key(Key::Enter)], Action::Open, "who joined, left, got what")
        .footer("open"),
    bind(Scope::Process, chords![key(Key::Enter)], Action::Open, "stack: what would be run")
        .footer("stack"),
    bind(Scope::Process, chords![c('c')], Action::NextProcess, "the next candidate process")
        .footer("next"),
    bind(
        Scope::Process,
        chords![c('P')],
        Action::Pin,
        "pin the selected member to this process, or unpin",
    )
    .footer("pin"),
    bind(
        Scope::Process,
        chords![c('w')],
        Action::CopyCapture,
        "copy commands that capture its traffic with brokers",
    )
    .footer("wire"),
    bind(Scope::Partition, chords![c('o')], Action::Peek, PEEK).footer("look"),
    bind(Scope::Backlog, chords![key(Key::Enter)], Action::ReadBacklog, "read what the page says")
        .footer("read"),
    bind(
        Scope::Backlog,
        chords![c('v')],
        Action::ShowValues,
        "show the first bytes of each value, or forget them",
    )
    .footer("values"),
    bind(Scope::Stack, chords![key(Key::Enter)], Action::TakeStack, "run what the page says")
        .footer("run"),
    bind(
        Scope::Stack,
        chords![c('H')],
        Action::CountFrames,
        "run it 10 times over 2 seconds and count frames",
    )
    .footer("hot"),
    bind(Scope::Findings, chords![key(Key::Enter)], Action::Open, "the group, partition or thread")
        .footer("go to"),
    bind(
        Scope::Page,
        chords![key(Key::Esc), c('h'), key(Key::Left)],
        Action::Back,
        "close the page",
    )
    .named("close-page")
    .footer("back"),
    bind(Scope::Page, chords![c('l')], Action::LogScale, "logarithmic charts, or linear")
        .footer("log"),
    bind(Scope::Help, chords![key(Key::Esc), c('?')], Action::Back, "close the help")
        .named("close-help")
        .footer("close"),
    // A picture held still.
    bind(
        Scope::Rewound,
        chords![key(Key::End)],
        Action::Travel(Travel::Now),
        "to the pause again; in a replay, its end",
    )
    .footer("now"),
    bind(Scope::Paused, chords![c(' ')], Action::Pause, "let the picture run again")
        .footer("resume"),
    bind(
        Scope::Paused,
        chords![key(Key::Left)],
        Action::Travel(Travel::Earlier),
        "a second earlier; far back ten, or sixty",
    )
    .footer("past"),
    bind(
        Scope::Paused,
        chords![key(Key::Right)],
        Action::Travel(Travel::Later),
        "later, to the pause or a replay's end",
    ),
    bind(
        Scope::Paused,
        chords![key(Key::ShiftLeft)],
        Action::Travel(Travel::MinuteEarlier),
        "a minute earlier",
    ),
    bind(
        Scope::Paused,
        chords![key(Key::ShiftRight)],
        Action::Travel(Travel::MinuteLater),
        "a minute later",
    ),
    bind(
        Scope::Paused,
        chords![c('[')],
        Action::Travel(Travel::EventBefore),
        "to the event or marker before",
    )
    .footer("event"),
    bind(Scope::Paused, chords![c(']')], Action::Travel(Travel::EventAfter), "to the one after"),
    // A recording, whether it stands or not.
    bind(Scope::Replay, chords![c('>')], Action::PlayFaster, "play twice as fast, up to 64x")
        .footer("faster"),
    bind(Scope::Replay, chords![c('<')], Action::PlaySlower, "play half as fast"),
    bind(
        Scope::Replay,
        chords![key(Key::ShiftLeft)],
        Action::Travel(Travel::MinuteEarlier),
        "play on a minute earlier",
    ),
    bind(
        Scope::Replay,
        chords![key(Key::ShiftRight)],
        Action::Travel(Travel::MinuteLater),
        "play on a minute later",
    ),
    bind(
        Scope::Replay,
        chords![c('[')],
        Action::Travel(Travel::EventBefore),
        "play on from the event or marker before",
    ),
    bind(
        Scope::Replay,
        chords![c(']')],
        Action::Travel(Travel::EventAfter),
        "play on from the next one",
    )
    .footer("event"),
    // Panes.
    bind(Scope::Panes, chords![key(Key::Esc)], Action::Back, "clear the filter, or one step back"),
    bind(Scope::Panes, chords![key(Key::Tab)], Action::NextPane, "next pane").footer("pane"),
    bind(Scope::Panes, chords![key(Key::BackTab)], Action::PreviousPane, "previous pane"),
    bind(Scope::Panes, chords![key(Key::Left), c('h')], Action::Left, "pane on the left"),
    bind(Scope::Panes, chords![key(Key::Right), c('l')], Action::Right, "pane on the right"),
    bind(Scope::Panes, chords![c('/')], Action::Filter, "filter as you type (re: for a regex)")
        .footer("filter"),
    bind(Scope::Panes, chords![c('s')], Action::NextSort, "sort by the next column").footer("sort"),
    bind(Scope::Panes, chords![c('S')], Action::ReverseSort, "turn the order round"),
    bind(Scope::Panes, chords![c('z')], Action::Zoom, "zoom the pane, or back").footer("zoom"),
    // Panes and pages.
    bind(Scope::Screen, chords![c('1')], Action::Focus(Pane::Groups), "Groups"),
    bind(Scope::Screen, chords![c('2')], Action::Focus(Pane::Partitions), "Partitions"),
    bind(Scope::Screen, chords![c('3')], Action::Focus(Pane::Members), "Members"),
    bind(Scope::Screen, chords![c('4')], Action::Focus(Pane::Rebalances), "Rebalances"),
    bind(Scope::Screen, chords![c('5')], Action::Focus(Pane::Process), "Process"),
    bind(Scope::Screen, chords![c('6')], Action::Focus(Pane::Findings), "Findings"),
    bind(
        Scope::Screen,
        chords![c('i')],
        Action::Inventory,
        "inventory: what is there, came and went",
    ),
    bind(Scope::Screen, chords![c(' ')], Action::Pause, "pause the picture; collection goes on")
        .footer("pause"),
    bind(Scope::Screen, chords![c('+'), c('=')], Action::Slower, "longer interval"),
    bind(Scope::Screen, chords![c('-')], Action::Faster, "shorter interval"),
    bind(Scope::Screen, chords![c('y')], Action::CopyRow, "copy the row").footer("copy"),
    bind(Scope::Screen, chords![c('Y')], Action::CopySummary, "copy the incident as Markdown"),
    bind(Scope::Screen, chords![c('m')], Action::Mark, "mark the moment shown, with a note")
        .footer("mark"),
    bind(Scope::Screen, chords![c('p')], Action::HideNames, "hide hosts and clients, or all names")
        .footer("names"),
    bind(Scope::Screen, chords![c('R')], Action::Record, "record here, or end the recording"),
    bind(Scope::Screen, chords![c('?'), key(Key::F(1))], Action::Help, "this help").footer("help"),
    // Moving.
    bind(Scope::Reading, chords![key(Key::Up), c('k')], Action::Up, "up"),
    bind(Scope::Reading, chords![key(Key::Down), c('j')], Action::Down, "down"),
    bind(Scope::Reading, chords![key(Key::PageUp), ctrl('b')], Action::PageUp, "a screenful up"),
    bind(
        Scope::Reading,
        chords![key(Key::PageDown), ctrl('f')],
        Action::PageDown,
        "a screenful down",
    ),
    bind(Scope::Reading, chords![ctrl('u')], Action::HalfPageUp, "half a screenful up"),
    bind(Scope::Reading, chords![ctrl('d')], Action::HalfPageDown, "half a screenful down"),
    bind(Scope::Reading, chords![key(Key::Home), c('g')], Action::Top, "to the first"),
    bind(Scope::Reading, chords![key(Key::End), c('G')], Action::Bottom, "to the last"),
    bind(Scope::Reading, chords![c('q')], Action::Quit, "quit").footer("quit"),
    bind(Scope::Reading, chords![c('Q')], Action::QuitLeavingFrame, "quit, leaving the last frame"),
    // Typing.
    bind(Scope::Prompt, chords![key(Key::Enter)], Action::Accept, "keep what was typed")
        .footer("keep"),
    bind(Scope::Prompt, chords![key(Key::Esc)], Action::Cancel, "leave it as it was before")
        .footer("cancel"),
    bind(
        Scope::Prompt,
        chords![key(Key::Backspace), ctrl('h')],
        Action::Erase,
        "erase a character",
    ),
    bind(Scope::Prompt, chords![ctrl('w')], Action::EraseWord, "erase a word"),
    bind(Scope::Prompt, chords![ctrl('u')], Action::EraseAll, "erase all"),
    bind(Scope::Prompt, chords![key(Key::Up)], Action::Up, "up").named("filter-up"),
    bind(Scope::Prompt, chords![key(Key::Down)], Action::Down, "down").named("filter-down"),
    // Always.
    bind(Scope::Always, chords![ctrl('l')], Action::Redraw, "draw everything anew"),
    bind(Scope::Always, chords![ctrl('z')], Action::Suspend, "back to the shell until `fg`"),
    // The way out of every configuration.
    bind(Scope::Always, chords![ctrl('c')], Action::Quit, "quit").fixed(),
];
