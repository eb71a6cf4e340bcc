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
    pub const ALL: [Self; 16] = [
        Self::Reading,
        Self::Screen,
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
            Self::Prompt => "Filter",
        }
    }
}

/// While typing.
pub(in crate::app) const TYPING: &[Scope] = &[Scope::Prompt, Scope::Always];
/// While the help lies over the screen.
pub(in crate::app) const HELPING: &[Scope] = &[Scope::Help, Scope::Reading, Scope::Always];
macro_rules! page {
    ($($own:ident)?) => {
        &[$(Scope::$own,)? Scope::Page, Scope::Screen, Scope::Reading, Scope::Always]
    };
}

const PAGE: &[Scope] = page!();
const PARTITION: &[Scope] = page!(Partition);
const BACKLOG: &[Scope] = page!(Backlog);
const STACK: &[Scope] = page!(Stack);

/// On a detail page.
pub(in crate::app) const fn on_page(subject: &Subject) -> &'static [Scope] {
    match subject {
        Subject::Partition(_) => PARTITION,
        Subject::Peek(_) => BACKLOG,
        Subject::Stack(_) => STACK,
        Subject::Member(..) | Subject::Rebalance(..) | Subject::Inventory => PAGE,
    }
}

/// In a pane.
pub(in crate::app) const fn in_pane(pane: Pane) -> &'static [Scope] {
    macro_rules! with {
        ($own:ident) => {
            &[Scope::$own, Scope::Panes, Scope::Screen, Scope::Reading, Scope::Always]
        };
    }
    match pane {
        Pane::Groups => with!(Groups),
        Pane::Partitions => with!(Partitions),
        Pane::Members => with!(Members),
        Pane::Rebalances => with!(Rebalances),
        Pane::Process => with!(Process),
        Pane::Findings => with!(Findings),
    }
}

/// All scopes that ever hold together, the most particular first.
pub(super) fn together() -> impl Iterator<Item = &'static [Scope]> {
    let others = [TYPING, HELPING, PAGE, PARTITION, BACKLOG, STACK];
    others.into_iter().chain(Pane::ALL.into_iter().map(in_pane))
}
