//! The stack of a thread or of a whole process, taken when a person [wishes](super::wish) for it.

use std::sync::Arc;
use std::time::Duration;

use super::Timestamp;
use super::process::{ProcessKey, Runtime};

/// What the person wants to see the stack of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackTarget {
    /// The process.
    pub process: ProcessKey,
    /// What runs its code; `None` where that could not be read.
    pub runtime: Option<Runtime>,
    /// The thread that it is about; `None`: all of them.
    pub thread: Option<u32>,
    /// The name of the thread, or else of the process. Unescaped.
    pub name: Arc<str>,
}

/// How far the person has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackStep {
    /// Say what would be run; run nothing.
    Plan,
    /// Take the stacks once.
    Once,
    /// Take them [`HOT_SAMPLES`] times over [`HOT_SPAN`] and count.
    Hot,
}

/// How often stacks are taken to find hot frames.
pub const HOT_SAMPLES: u32 = 10;
/// Over which time, where the tool is fast enough.
pub const HOT_SPAN: Duration = Duration::from_secs(2);

/// A wish for a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackWish {
    /// Tells it from those before.
    pub number: u64,
    /// Whose.
    pub target: StackTarget,
    /// What to do.
    pub step: StackStep,
}

/// What became of a wish.
#[derive(Clone, Debug, PartialEq)]
pub struct StackAnswer {
    /// The number of the wish.
    pub number: u64,
    /// When the work on it was over.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: StackOutcome,
}

/// What came of a wish.
#[derive(Clone, Debug, PartialEq)]
pub enum StackOutcome {
    /// What would be run.
    Plan(StackPlan),
    /// The stacks.
    Taken(Arc<Stacks>),
    /// Nothing, and why.
    Failed(StackTrouble),
}

/// How stacks are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackWay {
    /// `jstack PID`.
    Jstack,
    /// `py-spy dump --pid PID`.
    PySpy,
    /// Go's `/debug/pprof/goroutine?debug=2`, over HTTP.
    Pprof,
    /// What the kernel tells: `/proc/PID/task/TID/{wchan,syscall,stack}`.
    Kernel,
}

impl StackWay {
    /// What it does to the process.
    #[must_use]
    pub const fn effect(self) -> &'static str {
        match self {
            Self::Jstack => {
                "It attaches to the JVM, which pauses all its threads while it writes them down: \
                 mostly milliseconds, longer with thousands of threads."
            }
            Self::PySpy => {
                "It pauses the process with ptrace while it reads its memory: mostly milliseconds."
            }
            Self::Pprof => {
                "The program pauses all its goroutines while it writes them down: mostly \
                 milliseconds, longer with tens of thousands."
            }
            Self::Kernel => "It reads files of /proc; the process is not paused.",
        }
    }
}

/// What would be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackPlan {
    /// How.
    pub way: StackWay,
    /// The command as people type it, the address to ask, or the files to read.
    pub command: Arc<str>,
    /// Why it is not a better way; `None` if there is none.
    pub instead: Option<StackTrouble>,
}

/// Why there is no stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackTrouble {
    /// What kind of trouble.
    pub kind: StackTroubleKind,
    /// One sentence for people, without a full stop. May hold a tool's words, unescaped.
    pub text: Arc<str>,
    /// What the person may run by hand; `None` where that would not help either.
    pub by_hand: Option<Arc<str>>,
}

/// Kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackTroubleKind {
    /// The tool is not in `PATH`, or the endpoint is not served.
    NotInstalled,
    /// The process is another user's, or the system forbids it.
    NotPermitted,
    /// The process has ended, or its pid is another one's now.
    Gone,
    /// The tool was ended: it took too long.
    TimedOut,
    /// The tool failed.
    Failed,
}

impl StackTroubleKind {
    /// The words used on screen.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotInstalled => "not installed",
            Self::NotPermitted => "not permitted",
            Self::Gone => "gone",
            Self::TimedOut => "timed out",
            Self::Failed => "failed",
        }
    }
}

/// Stacks, as one way told them.
#[derive(Clone, Debug, PartialEq)]
pub struct Stacks {
    /// How they were taken.
    pub way: StackWay,
    /// What was run, as in [`StackPlan::command`].
    pub command: Arc<str>,
    /// How long that took.
    pub took: Duration,
    /// The threads (or goroutines) of the last time, in the tool's order.
    pub threads: Vec<ThreadStack>,
    /// What the tool said besides: deadlocks, things it could not do. Unescaped.
    pub remarks: Vec<Arc<str>>,
    /// The tool wrote more than was read.
    pub cut: bool,
    /// Which frames were on top, if they were counted.
    pub hot: Option<HotFrames>,
}

/// A thread, or a goroutine, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadStack {
    /// Its id in the kernel; `None` for goroutines, which are not threads.
    pub tid: Option<u32>,
    /// Its name as the runtime knows it, which is longer than the kernel's. Unescaped.
    pub name: Arc<str>,
    /// What the runtime says that it is doing; empty if it does not say. Unescaped.
    pub state: Arc<str>,
    /// CPU time since it began, where the tool tells.
    pub cpu: Option<Duration>,
    /// Its frames, the innermost first, with the tool's notes on locks between them. Unescaped.
    pub lines: Vec<StackLine>,
}

impl ThreadStack {
    /// The frames without the notes, the innermost first.
    pub fn frames(&self) -> impl Iterator<Item = &Arc<str>> {
        self.lines.iter().filter_map(|line| match line {
            StackLine::Frame(text) => Some(text),
            StackLine::Note(_) => None,
        })
    }
}

/// A line of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StackLine {
    /// A call.
    Frame(Arc<str>),
    /// What the tool notes on the frame above: a lock held or waited for.
    Note(Arc<str>),
}

/// Which frames were found how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotFrames {
    /// How often stacks were taken.
    pub samples: u32,
    /// Over which time.
    pub over: Duration,
    /// Stacks counted: of the one thread, or of all threads that were at work.
    pub counted: u32,
    /// Stacks left out, because their threads were not at work.
    pub idle: u32,
    /// The frames, the most frequent on top first.
    pub frames: Vec<HotFrame>,
}

/// A frame and how often it was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotFrame {
    /// The function and its file, without the line. Unescaped.
    pub name: Arc<str>,
    /// In how many stacks it was the innermost.
    pub top: u32,
    /// In how many stacks it was at all.
    pub within: u32,
}
