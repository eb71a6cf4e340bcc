//! What lagtop was told, fully resolved: where a default exists no `Option` is left.
//!
//! `Debug` of everything here is safe to print: passwords, keys and passed-through property values
//! are `SecretString`s.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use regex::Regex;

use super::choices::{Color, FailOn, Isolation, Notify, Output, Source, Theme};
use super::connection::Connection;
use super::note::{Note, Used};
use crate::app::keymap::Keymap;
use crate::diagnose::RuleBook;
use crate::model::pprof::PprofAddress;

/// Everything that lagtop was told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What to do.
    pub face: Face,
    /// How to reach the cluster.
    pub connection: Connection,
    /// What the config file calls it; `None` if it is not one of those.
    pub profile: Option<Profile>,
    /// What to watch.
    pub filters: Filters,
    /// Which processes of this host to look at, beside those of the group on screen.
    pub processes: Processes,
    /// Time between the starts of two rounds: 100 ms to 1 h.
    pub interval: Duration,
    /// The most requests a second that rounds ask of the cluster: 1 to 10,000.
    pub max_requests: u32,
    /// Where the log ends for a consumer.
    pub isolation: Isolation,
    /// How commits are learnt of.
    pub source: Source,
    /// How much of the time before the start is read where listening is possible: up to 6 h.
    pub history: Duration,
    /// What is looked for, and from where on it is wrong.
    pub rules: RuleBook,
    /// How what is seen is kept, where it is.
    pub recording: Recording,
    /// What the screen looks like.
    pub looks: Looks,
    /// How a new finding is told to who looks elsewhere.
    pub notify: Notify,
    /// What its keys mean.
    pub keys: Keymap,
    /// Whether the notes are to be printed.
    pub verbose: bool,
    /// The properties that say how to connect, and where they were written.
    pub used: Vec<Used>,
    /// What was read but is not used, and the like; in the order found.
    pub notes: Vec<Note>,
}

/// A cluster of the config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name there. Unescaped.
    pub name: String,
    /// Whether it is marked as production.
    pub production: bool,
}

/// What is kept of what is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The file to make from the start on; `None`: only when the person wants one.
    pub path: Option<PathBuf>,
    /// The most bytes it may have.
    pub limit: u64,
    /// Pseudonyms in place of names.
    pub redact: bool,
}

/// A recording to be played, in place of a cluster to be watched.
#[derive(Clone, Debug)]
pub struct Playback {
    /// Which one.
    pub what: Played,
    /// How much faster than it was recorded: 0.1 to 1,000.
    pub speed: f64,
    /// Where to begin, from its start; `None`: where it is worth it.
    pub begin: Option<Duration>,
    /// What is looked for, and from where on it is wrong.
    pub rules: RuleBook,
    /// What the screen looks like.
    pub looks: Looks,
    /// What its keys mean.
    pub keys: Keymap,
}

/// Which recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Played {
    /// A file.
    File(PathBuf),
    /// One that is built in, by name; `None`: the first.
    BuiltIn(Option<String>),
}

/// What lagtop does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// The live screen.
    Screen,
    /// One complete round, printed.
    Once {
        /// Form of what is printed.
        output: Output,
    },
    /// What stands in the way of a connection, step by step.
    Doctor,
    /// What is wrong, in one line, for monitoring.
    Check {
        /// From which severity on the exit code is not 0.
        fail_on: FailOn,
        /// How long to watch before judging: up to 1 h.
        watch: Duration,
    },
    /// A line for a status bar.
    Status {
        /// How old it may be: 1 s to 1 h.
        max_age: Duration,
    },
    /// Pages for Prometheus.
    Export {
        /// Where.
        listen: SocketAddr,
    },
}

/// What the screen looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looks {
    /// Whether to use colour.
    pub color: Color,
    /// Which palette.
    pub theme: Theme,
    /// Draw with ASCII characters only.
    pub ascii: bool,
}

/// What to watch.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// Groups by name.
    pub groups: NameFilter,
    /// Topics by name.
    pub topics: NameFilter,
}

/// Processes that the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Processes {
    /// By id.
    pub pids: Vec<u32>,
    /// By name or command line; `None`: nobody asked.
    pub matching: Option<Regex>,
    /// Where a Go program serves its profiles; `None`: it is looked for.
    pub pprof: Option<PprofAddress>,
}

/// Regular expressions of which any may match; without any, every name passes.
#[derive(Clone, Debug, Default)]
pub struct NameFilter(Vec<Regex>);

impl NameFilter {
    /// A filter of these expressions.
    #[must_use]
    pub fn new(any_of: Vec<Regex>) -> Self {
        Self(any_of)
    }

    /// Whether `name` passes. Expressions match anywhere in the name unless anchored.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|regex| regex.is_match(name))
    }

    /// The names that pass, where each expression is one name in full (`^billing$`); `None` where others
    /// may pass as well.
    #[must_use]
    pub fn names(&self) -> Option<Vec<String>> {
        if self.passes_all() {
            return None;
        }
        self.0.iter().map(|regex| super::exact::name(regex.as_str())).collect()
    }

    /// Whether every name passes.
    #[must_use]
    pub fn passes_all(&self) -> bool {
        self.0.is_empty()
    }
}
