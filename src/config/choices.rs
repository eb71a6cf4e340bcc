//! Settings that are one of a few words. Their docs are the help's.

use clap::ValueEnum;

/// From which severity on `lagtop check` fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// On warnings with 1, on what is worse with 2
    #[default]
    Warning,
    /// On what is critical with 2
    Critical,
}

/// Form of what `lagtop once` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Aligned columns, for people
    #[default]
    Table,
    /// One object, for programs
    Json,
    /// One row a group and partition
    Csv,
}

/// Where the log ends for a consumer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Isolation {
    /// At the high watermark
    #[default]
    ReadUncommitted,
    /// At the last stable offset, before the first open transaction
    ReadCommitted,
}

/// How the live screen learns of commits and rebalances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Source {
    /// Listen where that is allowed, and poll
    #[default]
    Auto,
    /// The same, and say so where listening is not allowed
    Stream,
    /// Poll only
    Poll,
}

/// Whether to use colour. `Auto` leaves it to what the terminal can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// As the terminal can
    #[default]
    Auto,
    /// Even where the terminal claims not to
    Always,
    /// Bold, underlined and reversed only
    Never,
}

/// Colours for a dark or a light terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Theme {
    /// As the terminal says it is (`COLORFGBG`), else dark
    #[default]
    Auto,
    /// Light text on dark ground
    Dark,
    /// Dark text on light ground
    Light,
}

/// How a person who looks elsewhere is told that something is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Notify {
    /// Not at all
    #[default]
    Never,
    /// The terminal's bell, which tmux and most terminals mark the window with
    Bell,
    /// The finding as a notification of the desktop, in terminals that know OSC 9
    Osc9,
}
