//! One place where settings are written, as raw texts that remember that place.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use super::properties::is_bootstrap;
use super::secret::Value;

/// Where a text was written. Displays as a person would point at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag, by the name people type: `--interval`, `-X`.
    Flag(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// Nobody wrote it: where the config file usually is.
    Usual,
    /// A line of the config file or of a client properties file.
    File {
        /// As given, or where it usually is.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::Usual => f.write_str("the config file"),
            Self::File { path, line } => {
                write!(f, "{}:{line}", path.to_string_lossy().escape_debug())
            }
        }
    }
}

impl Origin {
    /// The place without the line in it.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Flag(_) | Self::Variable(_) | Self::Usual => self.to_string(),
            Self::File { path, .. } => path.to_string_lossy().escape_debug().to_string(),
        }
    }
}

/// A raw text and where it was written.
///
/// `Debug` leaves the text out: a property is given as one text with its secret in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Given {
    /// Unparsed. An [`OsString`], because paths need not be Unicode.
    pub text: OsString,
    /// Where.
    pub from: Origin,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given").field("from", &self.from).finish_non_exhaustive()
    }
}

/// A client property of the config file.
#[derive(Clone, Debug)]
pub struct Inline {
    /// As Kafka's clients name it.
    pub key: String,
    /// Its value, or where that is to be had.
    pub value: Value,
    /// Where it was written.
    pub from: Origin,
}

/// Rules switched and tuned for some groups or topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesFor {
    /// A regular expression for group names; `None`: any.
    pub group: Option<Given>,
    /// A regular expression for topic names; `None`: any.
    pub topic: Option<Given>,
    /// `NAME=off`, `NAME.THRESHOLD=VALUE`.
    pub rules: Vec<Given>,
}

/// Everything that one place may set. `None` and empty lists mean: not set here.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// Path of the config file.
    pub config: Option<Given>,
    /// Name of a cluster in the config file.
    pub cluster: Option<Given>,
    /// Broker addresses, a comma list.
    pub bootstrap: Option<Given>,
    /// Path of a client properties file.
    pub properties_file: Option<Given>,
    /// Client properties, `KEY=VALUE` each; within a layer the last of a key wins.
    pub properties: Vec<Given>,
    /// The same, of the config file.
    pub inline: Vec<Inline>,
    /// Regular expressions for group names.
    pub groups: Vec<Given>,
    /// Regular expressions for topic names.
    pub topics: Vec<Given>,
    /// Rules switched and tuned: `NAME=off`, `NAME.THRESHOLD=VALUE`.
    pub rules: Vec<Given>,
    /// The same for some groups or topics, later ones winning.
    pub rules_for: Vec<RulesFor>,
    /// Name of a [`FailOn`](super::FailOn).
    pub fail_on: Option<Given>,
    /// How old a status may be, as humantime reads it.
    pub max_age: Option<Given>,
    /// How long to watch before judging, as humantime reads it.
    pub watch: Option<Given>,
    /// Process ids.
    pub pids: Vec<Given>,
    /// A regular expression for processes.
    pub process: Option<Given>,
    /// The address of a Go program's profiles.
    pub pprof: Option<Given>,
    /// Time between two rounds, as humantime reads it.
    pub interval: Option<Given>,
    /// The most requests a second.
    pub max_requests: Option<Given>,
    /// Deadline of one request, as humantime reads it.
    pub timeout: Option<Given>,
    /// Name of an [`Isolation`](super::Isolation).
    pub isolation: Option<Given>,
    /// Name of a [`Source`](super::Source).
    pub source: Option<Given>,
    /// How far back to read, as humantime reads it.
    pub history: Option<Given>,
    /// Name of a [`Color`](super::Color).
    pub color: Option<Given>,
    /// Name of a [`Theme`](super::Theme).
    pub theme: Option<Given>,
    /// `true` or `false`.
    pub ascii: Option<Given>,
    /// Name of a [`Notify`](super::Notify).
    pub notify: Option<Given>,
    /// `true` or `false`.
    pub verbose: Option<Given>,
    /// Name of an [`Output`](super::Output).
    pub output: Option<Given>,
    /// Path of a recording to write.
    pub record: Option<Given>,
    /// The most bytes that a recording may have.
    pub record_limit: Option<Given>,
    /// `true` or `false`.
    pub redact: Option<Given>,
    /// How much faster than it was recorded.
    pub speed: Option<Given>,
    /// Where in a recording to begin.
    pub begin: Option<Given>,
    /// Address and port to listen on.
    pub listen: Option<Given>,
}

impl Layer {
    /// Whether it says where the cluster is.
    pub(super) fn says_where(&self) -> bool {
        let key = |given: &Given| {
            let text = given.text.to_str()?;
            Some(text.split_once('=')?.0.trim().to_owned())
        };
        self.bootstrap.is_some()
            || self.properties_file.is_some()
            || self.properties.iter().filter_map(key).any(|key| is_bootstrap(&key))
    }
}
