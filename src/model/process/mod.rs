//! Processes of this host: what the `host` source sees of them, which of them may be a group's member,
//! and what the screen shows.
//!
//! | file | what it holds |
//! |---|---|
//! | `wish` | what the screen wants looked for and looked at, beside its group |
//! | `seen` | what the source saw: facts of a process, counters of a moment |
//! | `view` | what follows from it: shares of a core, histories, faults |
//! | `matched` | which process a member is, how sure that is, and why |
//! | `timing` | commits against the moments at which sockets sent |
//! | `matching` | from all of it to that |
//!
//! A process is a pid *and* its start: pids are used again. Counters are whole numbers since the
//! process (or the host) began; shares and rates are the store's arithmetic. What could not be read is a
//! [`Fault`] in its own cell ([`Reading`]).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Fault;

mod matched;
mod matching;
mod seen;
mod timing;
mod view;
mod wish;

pub use matched::{Candidate, Confidence, Evidence, GroupMatches, MemberMatch, Place, Untimed};
pub use matching::{AskTiming, Sight, matches};
pub use seen::{
    Connection, CpuTime, HostAddress, HostSample, MemoryLimit, Naming, NamingKind, NamingPlace,
    Pinned, Pressure, PressureLine, ProcessFacts, ProcessSample, ProcessSamples, ProcessesFound,
    Schedule, Searched, SendsSeen, SocketSends, ThreadSample, Throttled,
};
pub use timing::{
    CommitTimes, Score, SendLook, SocketLooks, Timed, Timing, clock_skew, moments, timing,
};
pub use view::{
    CpuUse, HostView, PerRecord, ProcessView, ProcessesView, RecordCost, ThreadView, Throttling,
};
pub use wish::{MemberSought, Pin, ProcessWish, SendsWish};

/// Something read from the system, or why it could not be.
pub type Reading<T> = Result<T, Fault>;

/// A process and no other: the kernel gives a pid again, but not with the same start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProcessKey {
    /// Its process id, in lagtop's own pid namespace.
    pub pid: u32,
    /// When it began: on Linux clock ticks after the host's boot (field 22 of `/proc/PID/stat`), elsewhere
    /// seconds since the epoch. Only good for telling two processes apart.
    pub start: u64,
}

/// A small number in hundredths, as the kernel prints load and pressure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hundredths(pub u32);

impl Hundredths {
    /// The number.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

/// What a thread (or a process by its main thread) is doing, by the kernel's letter (`proc_pid_stat(5)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ThreadState(pub char);

impl ThreadState {
    /// It runs, or waits for a CPU only.
    pub const RUNNING: Self = Self('R');
    /// Not known.
    pub const UNKNOWN: Self = Self('?');

    /// The word for the letter; `unknown` for letters that lagtop does not know.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self.0 {
            'R' => "running",
            'S' => "sleeping",
            'D' => "disk sleep",
            'T' => "stopped",
            't' => "traced",
            'Z' => "zombie",
            'X' | 'x' => "dead",
            'I' => "idle",
            'P' => "parked",
            _ => "unknown",
        }
    }
}

/// What runs the process's code, as far as its files tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Runtime {
    /// A Java virtual machine: `libjvm.so` is mapped.
    Jvm,
    /// A Python interpreter.
    Python,
    /// A Go program: the executable has a section `.go.buildinfo`.
    Go,
    /// Node.js.
    Node,
    /// .NET: `libcoreclr.so` is mapped.
    DotNet,
    /// Machine code without any of these.
    Native,
}

impl Runtime {
    /// The word used on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jvm => "JVM",
            Self::Python => "Python",
            Self::Go => "Go",
            Self::Node => "Node.js",
            Self::DotNet => ".NET",
            Self::Native => "native",
        }
    }
}

/// The Kafka client in a process, as far as its files tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientLibrary {
    /// librdkafka is mapped as a shared library, or its name is in the executable.
    Librdkafka,
    /// Java's client: `kafka-clients` is on the class path or open.
    Java,
    /// A Go library, as the executable names it.
    Go {
        /// Its module path: `github.com/segmentio/kafka-go`.
        module: Arc<str>,
        /// Its version: `v0.4.50`.
        version: Arc<str>,
    },
}

impl ClientLibrary {
    /// Does it commit by a connection of its own, never by one that it fetches by?
    ///
    /// Java's and librdkafka's coordinator is a broker of its own to them; kafka-go and franz-go fetch by
    /// connections of their own. Sarama has one connection a broker for everything.
    #[must_use]
    pub fn commits_apart(&self) -> bool {
        match self {
            Self::Librdkafka | Self::Java => true,
            Self::Go { module, .. } => {
                ["/kafka-go", "/franz-go"].iter().any(|name| module.ends_with(name))
            }
        }
    }
}

impl fmt::Display for ClientLibrary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Librdkafka => f.write_str("librdkafka"),
            Self::Java => f.write_str("kafka-clients"),
            Self::Go { module, version } => {
                let name = module.strip_prefix("github.com/").unwrap_or(module);
                write!(f, "{name} {version}")
            }
        }
    }
}
