//! What a key or a click can mean.

use super::Pane;

/// What a key or a click can mean. The key table ([`super::keymap`]) says which chord means what where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One screenful up.
    PageUp,
    /// One screenful down.
    PageDown,
    /// Half a screenful up.
    HalfPageUp,
    /// Half a screenful down.
    HalfPageDown,
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
    /// To the pane on the left.
    Left,
    /// To the pane on the right.
    Right,
    /// To the next pane.
    NextPane,
    /// To the previous pane.
    PreviousPane,
    /// To this pane.
    Focus(Pane),
    /// Into what is selected.
    Open,
    /// Back out: close, clear, or one step up.
    Back,
    /// Begin to type a filter.
    Filter,
    /// Sort by the next column.
    NextSort,
    /// Turn the sort order round.
    ReverseSort,
    /// Give the focused pane the whole screen, or take it back.
    Zoom,
    /// Hold the picture still while collection goes on, or let it run again.
    Pause,
    /// The picture of another moment, while it is held still; a recording plays on from there.
    Travel(Travel),
    /// Play the recording faster.
    PlayFaster,
    /// Play the recording slower.
    PlaySlower,
    /// Mark the moment shown, with a note.
    Mark,
    /// Hide hosts and clients, then all names, then none.
    HideNames,
    /// Begin to record what is seen, or end that.
    Record,
    /// A longer interval between rounds.
    Slower,
    /// A shorter interval between rounds.
    Faster,
    /// Copy the selected row.
    CopyRow,
    /// Copy the incident as Markdown.
    CopySummary,
    /// Logarithmic or linear sparklines.
    LogScale,
    /// The selected partition's topic in all groups, or the selected group's partitions again.
    AllGroups,
    /// Members × partitions, or the list of members again.
    Matrix,
    /// The next process that the group's members may be.
    NextProcess,
    /// Pin the selected member to the process shown, or take the pin back.
    Pin,
    /// Look at the records that wait on the partition.
    Peek,
    /// Read what the page of what waits says.
    ReadBacklog,
    /// Show the beginnings of their values, or forget them.
    ShowValues,
    /// Run what the stack page says.
    TakeStack,
    /// Run it again and again, and count frames.
    CountFrames,
    /// Copy the commands that capture the process's traffic with its brokers.
    CopyCapture,
    /// The inventory's page, or back from it.
    Inventory,
    /// Show the keys, or hide them.
    Help,
    /// Keep what was typed and go on.
    Accept,
    /// Give up typing: all is as it was before.
    Cancel,
    /// Erase the character before the cursor.
    Erase,
    /// Erase the word before the cursor.
    EraseWord,
    /// Erase all that was typed.
    EraseAll,
    /// Quit and restore the screen.
    Quit,
    /// Quit and leave the last frame in the scrollback.
    QuitLeavingFrame,
    /// Stop and give the terminal back to the shell until `fg`.
    Suspend,
    /// Draw everything anew.
    Redraw,
}

/// To which moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Travel {
    /// An earlier one.
    Earlier,
    /// A later one, at the latest that of the pause.
    Later,
    /// A minute earlier.
    MinuteEarlier,
    /// A minute later.
    MinuteLater,
    /// The last thing that happened before.
    EventBefore,
    /// The first thing that happened after.
    EventAfter,
    /// That of the pause again, or a recording's last.
    Now,
}

impl Travel {
    /// Its name in the config file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Earlier => "earlier",
            Self::Later => "later",
            Self::MinuteEarlier => "minute-earlier",
            Self::MinuteLater => "minute-later",
            Self::EventBefore => "event-before",
            Self::EventAfter => "event-after",
            Self::Now => "now",
        }
    }
}

impl Action {
    /// Its name in the config file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::PageUp => "page-up",
            Self::PageDown => "page-down",
            Self::HalfPageUp => "half-page-up",
            Self::HalfPageDown => "half-page-down",
            Self::Top => "top",
            Self::Bottom => "bottom",
            Self::Left => "left",
            Self::Right => "right",
            Self::NextPane => "next-pane",
            Self::PreviousPane => "previous-pane",
            Self::Focus(Pane::Groups) => "groups",
            Self::Focus(Pane::Partitions) => "partitions",
            Self::Focus(Pane::Members) => "members",
            Self::Focus(Pane::Rebalances) => "rebalances",
            Self::Focus(Pane::Process) => "process",
            Self::Focus(Pane::Findings) => "findings",
            Self::Open => "open",
            Self::Back => "back",
            Self::Filter => "filter",
            Self::NextSort => "next-sort",
            Self::ReverseSort => "reverse-sort",
            Self::Zoom => "zoom",
            Self::Inventory => "inventory",
            Self::Pause => "pause",
            Self::Travel(travel) => travel.name(),
            Self::PlayFaster => "play-faster",
            Self::PlaySlower => "play-slower",
            Self::Mark => "mark",
            Self::HideNames => "hide-names",
            Self::Record => "record",
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::CopyRow => "copy-row",
            Self::CopySummary => "copy-summary",
            Self::LogScale => "log-scale",
            Self::AllGroups => "all-groups",
            Self::Matrix => "matrix",
            Self::NextProcess => "next-process",
            Self::Pin => "pin",
            Self::TakeStack => "take-stack",
            Self::CountFrames => "count-frames",
            Self::CopyCapture => "copy-capture",
            Self::Peek => "peek",
            Self::ReadBacklog => "read-backlog",
            Self::ShowValues => "show-values",
            Self::Help => "help",
            Self::Accept => "filter-keep",
            Self::Cancel => "filter-cancel",
            Self::Erase => "filter-erase",
            Self::EraseWord => "filter-erase-word",
            Self::EraseAll => "filter-erase-all",
            Self::Quit => "quit",
            Self::QuitLeavingFrame => "quit-leaving-frame",
            Self::Suspend => "suspend",
            Self::Redraw => "redraw",
        }
    }
}
