//! What lagtop was told, fully resolved: where a default exists no `Option` is left.
//!
//! `Debug` of everything here is safe to print: passwords, keys and passed-through property values
//! are [`SecretString`]s.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use regex::Regex;
use secrecy::SecretString;

use super::bootstrap::HostPort;
use super::choices::{Color, FailOn, Isolation, Notify, Output, Source, Theme};
use super::note::Note;
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
    /// Where the log ends for a consumer.
    pub isolation: Isolation,
    /// How commits are learnt of.
    pub source: Source,
    /// How much of the time before the start is read where listening is possible: up to 6 h.
    pub history: Duration,
    /// What is looked for, and from where on it is wrong.
    pub rules: RuleBook,
    /// What is kept of what is seen; `None`: nothing.
    pub recording: Option<Recording>,
    /// What the screen looks like.
    pub looks: Looks,
    /// How a new finding is told to who looks elsewhere.
    pub notify: Notify,
    /// What its keys mean.
    pub keys: Keymap,
    /// Whether the notes are to be printed.
    pub verbose: bool,
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
    /// The file to make.
    pub path: PathBuf,
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
    /// What is wrong, in one line, for monitoring.
    Check {
        /// From which severity on the exit code is not 0.
        fail_on: FailOn,
        /// How long to watch before judging: up to 1 h.
        watch: Duration,
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

/// How to reach the cluster; feeds the wire client and librdkafka alike.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Where to start; never empty.
    pub bootstrap: Vec<HostPort>,
    /// How lagtop names itself to brokers.
    pub client_id: String,
    /// Encryption and authentication.
    pub security: Security,
    /// Deadline of one request: 100 ms to 5 min.
    pub request_timeout: Duration,
    /// Deadline of dialling a broker, TLS and SASL included: 100 ms to 5 min.
    pub connect_timeout: Duration,
    /// Properties given one by one that lagtop does not use itself, for librdkafka.
    pub passed_through: Vec<(String, SecretString)>,
}

/// Encryption and authentication: the four values of `security.protocol` by their two halves.
#[derive(Clone, Debug, Default)]
pub struct Security {
    /// `None`: plain text.
    pub tls: Option<Tls>,
    /// `None`: no authentication beyond a client certificate.
    pub sasl: Option<Sasl>,
}

/// How a broker proves itself, and how lagtop does.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Who may sign brokers' certificates.
    pub trust: Trust,
    /// The client certificate; `None` where the broker wants none.
    pub identity: Option<Identity>,
    /// How much of a broker's certificate is checked.
    pub verify: Verify,
}

/// Who may sign brokers' certificates.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The authorities that the operating system trusts.
    System,
    /// A file of PEM certificates.
    PemFile(PathBuf),
    /// A directory of PEM certificates by hash, as `openssl rehash` makes it.
    PemDirectory(PathBuf),
    /// PEM certificates given as text.
    Pem(SecretString),
    /// A Java trust store in PKCS#12 form.
    Pkcs12 {
        /// The store.
        path: PathBuf,
        /// Empty if none was given.
        password: SecretString,
    },
}

/// A PEM text, or the file it is in.
#[derive(Clone, Debug)]
pub enum Pem {
    /// Read when dialling, so that a renewed certificate is taken up.
    File(PathBuf),
    /// Secret also where it is only a certificate: keys come the same way.
    Text(SecretString),
}

/// The client certificate and its private key.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Both in PEM; they may name the same file.
    Pem {
        /// The certificate, intermediate ones after it.
        certificate: Pem,
        /// Its private key.
        key: Pem,
        /// `None`: the key is not encrypted.
        password: Option<SecretString>,
    },
    /// Both in one PKCS#12 file.
    Pkcs12 {
        /// The store.
        path: PathBuf,
        /// Empty if none was given.
        password: SecretString,
    },
}

/// How much of a broker's certificate is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Signed by someone trusted, and for the host that was dialled.
    #[default]
    Full,
    /// Signed by someone trusted, for whatever host.
    ChainOnly,
    /// Nothing: whoever answers is believed.
    Nothing,
}

/// SASL with a name and a password.
#[derive(Clone, Debug)]
pub struct Sasl {
    /// How they are shown to the broker.
    pub mechanism: Mechanism,
    /// Never empty.
    pub username: String,
    /// May be empty.
    pub password: SecretString,
}

/// The SASL mechanisms that lagtop speaks. Displays as Kafka names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616; the password crosses the wire.
    Plain,
    /// RFC 7677.
    ScramSha256,
    /// RFC 7677, as Kafka's SCRAM-SHA-512.
    ScramSha512,
}

impl Mechanism {
    /// Every mechanism.
    pub const ALL: [Self; 3] = [Self::Plain, Self::ScramSha256, Self::ScramSha512];

    /// As Kafka names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
