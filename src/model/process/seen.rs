//! What the host source saw. Counters grow from the beginning of the process, thread or host; what they
//! mean over time is the store's arithmetic.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ClientLibrary, Fault, Hundredths, ProcessKey, Reading, Runtime, ThreadState};
use crate::model::{GroupId, MemberId, Timestamp};

/// The host at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostSample {
    /// Its name; `None` if the system does not say.
    pub name: Option<Arc<str>>,
    /// Logical cores.
    pub cores: u32,
    /// How busy all cores were since the sample before, as a share in hundredths of a percent of all of
    /// them together; `None` at the first sample.
    pub cpu: Option<Hundredths>,
    /// Load averages over 1, 5 and 15 minutes.
    pub load: Reading<[Hundredths; 3]>,
    /// Bytes of memory.
    pub memory_total: u64,
    /// Bytes that could be had without swapping.
    pub memory_available: u64,
    /// Pressure stall information (`/proc/pressure`, Linux 4.20).
    pub pressure: Reading<Pressure>,
}

/// Pressure by resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pressure {
    /// Tasks that could run and had no CPU.
    pub cpu: PressureLine,
    /// Tasks that waited for input or output.
    pub io: PressureLine,
    /// Tasks that waited for memory.
    pub memory: PressureLine,
}

/// How much of the time some task waited for a resource, in percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PressureLine {
    /// Some task, over the last 10 seconds.
    pub some_avg10: Hundredths,
    /// Some task, over the last 60 seconds.
    pub some_avg60: Hundredths,
    /// All tasks that were not idle at once, over the last 10 seconds; `None` where the kernel does not
    /// tell (CPU before Linux 5.13).
    pub full_avg10: Option<Hundredths>,
}

/// All processes that are looked at. Who was in the list before and is not now is not looked at any more;
/// that a process ended is said by [`ProcessSamples::gone`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessesFound {
    /// What was looked for; `None` if only what the person pinned.
    pub searched: Option<Searched>,
    /// The processes by key, ascending.
    pub processes: Vec<ProcessFacts>,
}

/// A search for the processes of a group's members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// The group.
    pub group: GroupId,
    /// Its members then: of one that came later nothing was looked for. None in recordings from before
    /// this was told.
    #[serde(default)]
    pub members: Vec<MemberId>,
    /// Addresses of this host, loopback included, and of the network namespaces of its containers.
    pub addresses: Vec<HostAddress>,
    /// Processes whose files or connections may not be read (another user's), and which might therefore be
    /// anybody.
    pub unreadable: u32,
    /// Connections to brokers from lagtop's own network of which no process is seen: it is in another pid
    /// namespace, as where lagtop runs in a container.
    #[serde(default)]
    pub unseen: u32,
    /// Why the search is not to be relied on (a broker's name has no address, connections cannot be read
    /// on this system); `None` if it is.
    pub fault: Option<Fault>,
}

/// An address and the network namespace it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostAddress {
    /// The address, as text.
    pub address: Arc<str>,
    /// The namespace's inode number; `None`: lagtop's own.
    pub namespace: Option<u64>,
}

/// What hardly changes in a process's life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessFacts {
    /// Which process.
    pub key: ProcessKey,
    /// When it began, to about a second (on Linux a hundredth).
    pub started: Timestamp,
    /// Its name as the kernel keeps it (15 bytes on Linux). Unescaped.
    pub name: Arc<str>,
    /// Its command line, word by word. Unescaped; may hold what its writer should have kept secret.
    pub command: Reading<Arc<[Arc<str>]>>,
    /// The user it runs as, by name or else number.
    pub user: Reading<Arc<str>>,
    /// Its control group's path.
    pub cgroup: Reading<Arc<str>>,
    /// What runs its code.
    pub runtime: Reading<Runtime>,
    /// The Kafka client in it; `Ok(None)`: none was found.
    pub library: Reading<Option<ClientLibrary>>,
    /// Its network namespace's inode number; `None`: lagtop's own.
    pub namespace: Reading<Option<u64>>,
    /// Established connections to brokers.
    pub connections: Reading<Vec<Connection>>,
    /// It listens where a broker does: it is one.
    pub is_broker: bool,
    /// Client ids, group ids and instance ids that it names. The environment's are only told where the
    /// variable's name says that it is one, or the value is one that was looked for.
    pub namings: Vec<Naming>,
    /// Command line, environment or both could not be read, so it may name more.
    pub namings_fault: Option<Fault>,
    /// Why it is looked at although nothing was found in it.
    pub pinned: Vec<Pinned>,
}

impl ProcessFacts {
    /// Does its client commit by a connection of its own, as far as is known?
    #[must_use]
    pub fn commits_apart(&self) -> bool {
        // Python's clients are librdkafka, or have a connection to the coordinator alone.
        let python = self.runtime == Ok(Runtime::Python);
        let library = self.library.as_ref().ok().and_then(Option::as_ref);
        library.map_or(python, ClientLibrary::commits_apart)
    }
}

/// A TCP connection to a broker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Connection {
    /// The near end's address.
    pub local: Arc<str>,
    /// The near end's port.
    pub local_port: u16,
    /// The broker's address.
    pub remote: Arc<str>,
    /// The broker's port.
    pub remote_port: u16,
}

/// A name that a process bears.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Naming {
    /// What it says it is.
    pub kind: NamingKind,
    /// The name.
    pub name: Arc<str>,
    /// Where it stands.
    pub place: NamingPlace,
}

/// What a name says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamingKind {
    /// `client.id=`, `--client-id`, `KAFKA_CLIENT_ID=`, ...
    ClientId,
    /// `group.id=`, `--group`, `GROUP_ID=`, ...
    Group,
    /// `group.instance.id=` and the like.
    InstanceId,
    /// A word of its own that equals one of the names looked for.
    Word,
}

/// Where a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamingPlace {
    /// On the command line.
    CommandLine,
    /// In the environment.
    Environment,
}

impl NamingPlace {
    /// The words used on screen.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::CommandLine => "command line",
            Self::Environment => "environment",
        }
    }
}

/// Why a process is looked at by the person's word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pinned {
    /// `--pid` or `--process`.
    Flag,
    /// Pinned on screen to a member.
    Member {
        /// The member's group.
        group: GroupId,
        /// The member.
        member: MemberId,
    },
}

/// One look at the processes' counters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessSamples {
    /// The processes that are looked at, by key, ascending.
    pub processes: Vec<ProcessSample>,
    /// Those that ended since the look before, or whose pid is another process's now.
    pub gone: Vec<ProcessKey>,
}

/// Looks at when connections to a group's coordinator last sent: many a second, told together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendsSeen {
    /// When the connections were listed: of a process that has opened one later, it is not among them.
    pub listed: Timestamp,
    /// The moments of the looks, ascending.
    pub looked: Vec<Timestamp>,
    /// The connections that were looked at.
    pub sockets: Vec<SocketSends>,
}

/// When one connection last sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketSends {
    /// Whose connection.
    pub process: ProcessKey,
    /// The near end's port.
    pub port: u16,
    /// For each look, milliseconds since it last sent data (`tcpi_last_data_sent`); `None`: it was not there.
    pub idle_ms: Vec<Option<u32>>,
}

/// A process's counters at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessSample {
    /// Which process.
    pub key: ProcessKey,
    /// When it was read, in microseconds of a clock that is never set: only differences mean anything.
    pub taken_us: u64,
    /// CPU time of all its threads, those that ended included.
    pub cpu: Reading<CpuTime>,
    /// Bytes of memory that are resident.
    pub rss: Reading<u64>,
    /// How many threads it has.
    pub thread_count: Reading<u32>,
    /// What its control group was refused of CPU.
    pub throttled: Reading<Throttled>,
    /// What its control group may have of memory.
    pub memory: Reading<MemoryLimit>,
    /// Its threads by id, ascending.
    pub threads: Reading<Vec<ThreadSample>>,
}

/// CPU time since the beginning. The kernel counts the two parts in clock ticks, mostly a hundredth of a
/// second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuTime {
    /// Microseconds in the process's own code.
    pub user_us: u64,
    /// Microseconds in the kernel on its behalf.
    pub system_us: u64,
}

/// What a control group's CPU quota did (`cpu.stat`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throttled {
    /// Quota in thousandths of a core; `None`: unlimited.
    pub quota_millicores: Option<u32>,
    /// Periods that have passed.
    pub periods: u64,
    /// Periods in which it was throttled.
    pub throttled_periods: u64,
    /// Microseconds for which it was throttled, summed over CPUs.
    pub throttled_us: u64,
}

/// What a control group may have of memory, and how often it hit that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryLimit {
    /// Bytes that it may have; `None`: unlimited.
    pub limit: Option<u64>,
    /// Bytes that it has, page cache included; `None` if not told.
    pub used: Option<u64>,
    /// How often it ran into the limit (v2 `memory.events` `max`, v1 `memory.failcnt`); `None` if not told.
    pub hits: Option<u64>,
    /// How many of its processes the kernel killed for it (`oom_kill`); `None` if not told.
    pub kills: Option<u64>,
}

/// A thread's counters at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadSample {
    /// Its id: what `top -H` shows, and `nid` in a Java thread dump.
    pub tid: u32,
    /// When it began, in clock ticks after boot: ids are used again.
    pub start: u64,
    /// Its name as the kernel keeps it (15 bytes). Unescaped.
    pub name: Arc<str>,
    /// What it is doing.
    pub state: ThreadState,
    /// CPU time in clock ticks.
    pub cpu: CpuTime,
    /// What the scheduler counted; `None` where the kernel keeps no such counts.
    pub schedule: Option<Schedule>,
}

/// A thread's `schedstat` (`Documentation/scheduler/sched-stats.rst`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Nanoseconds on a CPU.
    pub run_ns: u64,
    /// Nanoseconds ready to run and waiting for a CPU.
    pub wait_ns: u64,
    /// How often it was put on a CPU: its context switches.
    pub slices: u64,
}
