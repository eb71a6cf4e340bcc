//! Where a binding holds, and which scopes hold together.

use crate::app::{Pane, Subject};

/// Where a binding holds. Scopes nest; the most particular one that knows a chord decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere, even while typing.
    Always,
    /// Wherever something is read: panes, pages and the help.
    Reading,
    /// Panes and pages, while nothing lies over them.
    Screen,
    /// The picture is held still.
    Paused,
    /// It is of an earlier moment than that of the pause, or of a recording.
    Rewound,
    /// It is of a recording.
    Replay,
    /// Any pane.
    Panes,
    /// The Groups pane.
    Groups,
    /// The Partitions pane.
    Partitions,
    /// The Members pane.
    Members,
    /// The Rebalances pane.
    Rebalances,
    /// The Process pane.
    Process,
    /// The Findings pane.
    Findings,
    /// The page of a partition.
    Partition,
    /// The page of what waits on a partition.
    Backlog,
    /// The page of a stack.
    Stack,
    /// A detail page.
    Page,
    /// The help.
    Help,
    /// While typing.
    Prompt,
}

impl Scope {
    /// All scopes, in the order of the README.
    pub const ALL: [Self; 19] = [
        Self::Reading,
        Self::Screen,
        Self::Paused,
        Self::Rewound,
        Self::Replay,
        Self::Panes,
        Self::Groups,
        Self::Partitions,
        Self::Members,
        Self::Rebalances,
        Self::Process,
        Self::Findings,
        Self::Partition,
        Self::Backlog,
        Self::Stack,
        Self::Page,
        Self::Help,
        Self::Prompt,
        Self::Always,
    ];

    /// The heading over its keys.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::Reading => "Moving",
            Self::Screen => "Screen",
            Self::Paused => "Paused",
            Self::Rewound => "Rewound",
            Self::Replay => "Replay",
            Self::Panes => "Panes",
            Self::Groups => "Groups",
            Self::Partitions => "Partitions",
            Self::Members => "Members",
            Self::Rebalances => "Rebalances",
            Self::Process => "Process",
            Self::Findings => "Findings",
            Self::Partition => "Partition",
            Self::Backlog => "Backlog",
            Self::Stack => "Stack",
            Self::Page => "Page",
            Self::Help => "Help",
            Self::Prompt => "Typing",
        }
    }
}

/// Which time the picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Time {
    /// The present.
    Running,
    /// The moment of a pause.
    Paused,
    /// A moment before it.
    Rewound,
    /// That of a recording that plays.
    Playing,
    /// That of a recording that stands still.
    Standing,
}

/// Scopes that hold together over a picture, the most particular first: those of its time come before all
/// others.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) struct Together {
    running: &'static [Scope],
    paused: &'static [Scope],
    rewound: &'static [Scope],
    playing: &'static [Scope],
    standing: &'static [Scope],
}

impl Together {
    /// While the picture shows this time.
    pub(in crate::app) const fn at(self, time: Time) -> &'static [Scope] {
        match time {
            Time::Running => self.running,
            Time::Paused => self.paused,
            Time::Rewound => self.rewound,
            Time::Playing => self.playing,
            Time::Standing => self.standing,
        }
    }
}

macro_rules! together {
    ($($own:ident),+) => {
        Together {
            running: together!(=> $($own),+),
            paused: together!(=> Paused, $($own),+),
            rewound: together!(=> Rewound, Paused, $($own),+),
            playing: together!(=> Replay, $($own),+),
            standing: together!(=> Rewound, Paused, Replay, $($own),+),
        }
    };
    (=> $($own:ident),+) => {
        &[$(Scope::$own,)+ Scope::Screen, Scope::Reading, Scope::Always]
    };
}

/// While typing.
pub(in crate::app) const TYPING: &[Scope] = &[Scope::Prompt, Scope::Always];
/// While the help lies over the screen.
pub(in crate::app) const HELPING: &[Scope] = &[Scope::Help, Scope::Reading, Scope::Always];

const PAGE: Together = together!(Page);
const PARTITION: Together = together!(Partition, Page);
const BACKLOG: Together = together!(Backlog, Page);
const STACK: Together = together!(Stack, Page);

/// On a detail page.
pub(in crate::app) const fn on_page(subject: &Subject) -> Together {
    match subject {
        Subject::Partition(_) => PARTITION,
        Subject::Peek(_) => BACKLOG,
        Subject::Stack(_) => STACK,
        Subject::Member(..) | Subject::Rebalance(..) | Subject::Inventory => PAGE,
    }
}

/// In a pane.
pub(in crate::app) const fn in_pane(pane: Pane) -> Together {
    match pane {
        Pane::Groups => together!(Groups, Panes),
        Pane::Partitions => together!(Partitions, Panes),
        Pane::Members => together!(Members, Panes),
        Pane::Rebalances => together!(Rebalances, Panes),
        Pane::Process => together!(Process, Panes),
        Pane::Findings => together!(Findings, Panes),
    }
}

/// All scopes that ever hold together, the most particular first.
pub(super) fn together() -> impl Iterator<Item = &'static [Scope]> {
    let pages = [PAGE, PARTITION, BACKLOG, STACK];
    let pictures = pages.into_iter().chain(Pane::ALL.into_iter().map(in_pane));
    let times = |of: Together| [of.running, of.paused, of.rewound, of.playing, of.standing];
    [TYPING, HELPING].into_iter().chain(pictures.flat_map(times))
}
