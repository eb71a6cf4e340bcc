//! The command line. Doc comments are the help text; nothing is parsed here but the shape.
//!
//! Every value stays a raw text on its way into a [`Layer`](super::Layer), so that flags and environment
//! variables meet the same parsers, and clap never prints a property with its password back.

#![expect(clippy::doc_markdown, reason = "doc comments are printed by --help as they stand")]

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use super::choices::{Color, FailOn, Isolation, Notify, Output, Source, Theme};
use super::examples as example;

/// top for Kafka consumer groups: lag, owners, rebalances, and what is wrong
///
/// Without a command the live screen is shown. lagtop only reads: it never joins a group, never
/// commits, never produces.
#[derive(Clone, Debug, Parser)]
#[command(name = "lagtop", version, after_help = example::ALL, max_term_width = 100)]
pub struct Cli {
    /// What to do instead of showing the screen.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags that every command takes.
    #[command(flatten)]
    pub shared: SharedArgs,
}

impl Cli {
    /// Whether the incident in a recording is to be printed, and nothing shown.
    #[must_use]
    pub fn wants_summary(&self) -> bool {
        matches!(&self.command, Some(Command::Replay(replay)) if replay.summary)
    }
}

/// What to do instead of showing the screen.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Wait for one complete round, print it, exit
    ///
    /// Exit codes: 0 complete, 1 could not connect or nothing could be read, 2 usage, 4 printed,
    /// but something in it could not be read.
    #[command(after_help = example::ONCE)]
    Once(OnceArgs),
    /// Judge by the rules, print one line, and tell by the exit code
    ///
    /// For monitoring that runs plugins. The line has counts after a bar. Rules that need more history
    /// than one look gives are counted as not known yet; the past is read where listening is allowed,
    /// and --for watches first. Exit codes: 0 nothing wrong, 1 warning, 2 critical, 3 unknown: nothing
    /// could be read, or part of it and nothing is wrong in the rest.
    #[command(after_help = example::CHECK)]
    Check(CheckArgs),
    /// Print a line for a status bar: lag, its change, and the worst of what is wrong
    ///
    /// Cheap enough to be asked every second: what was found is kept in a small file of yours and printed
    /// again until it is --max-age old. It looks once, so that rules which need history say nothing. Exit
    /// codes: 0 printed, also where the line says why nothing could be read, 2 usage.
    #[command(after_help = example::STATUS)]
    Status(StatusArgs),
    /// Connect step by step, and say which step fails and what to do
    ///
    /// Name, TCP, TLS, what the broker speaks, SASL, every broker at the address that the cluster
    /// advertises, and each right with what works without it. What is missing is given as commands to
    /// copy. Nothing secret is printed. Exit codes: 0 lagtop works, maybe within limits, 1 something
    /// failed, 2 usage.
    #[command(after_help = example::DOCTOR)]
    Doctor,
    /// List the rules, what they find, and their thresholds
    #[command(after_help = example::RULES)]
    Rules(RulesArgs),
    /// Print a config file to begin with: all that it may have, with the defaults
    #[command(after_help = example::CONFIG)]
    Config(ConfigArgs),
    /// Serve figures to Prometheus until told to end
    ///
    /// /metrics is rendered from the last round, so a scrape costs the cluster nothing; what is not
    /// known or stale is absent. /healthz answers 200 while rounds succeed, 503 with the reason
    /// otherwise. Exit codes: 0 told to end, 1 could not listen, 2 usage.
    #[command(after_help = example::EXPORT)]
    Export(ExportArgs),
    /// Play a recording on the screen
    ///
    /// The same screen, from a file that `lagtop --record FILE` wrote. No Kafka is needed. A file that
    /// is damaged plays up to the damage and says so. Exit codes: 0 quit, 1 the file cannot be played,
    /// 2 usage.
    #[command(after_help = example::REPLAY)]
    Replay(ReplayArgs),
    /// Play an incident that is built in: no Kafka, no network, nothing to set up
    ///
    /// The recordings were made from real clusters with real consumers that misbehave. They start in
    /// the middle of what happens and begin again at their end.
    #[command(after_help = example::DEMO)]
    Demo(DemoArgs),
    /// Print a shell's completions
    #[command(after_help = example::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the man page
    #[command(after_help = example::MAN)]
    Man,
}

/// Flags of `lagtop rules`.
#[derive(Clone, Debug, Args)]
pub struct RulesArgs {
    /// A group, to see the rules as they hold for it
    #[arg(value_name = "GROUP")]
    pub of: Option<String>,
}

/// Flags of `lagtop config`.
#[derive(Clone, Debug, Args)]
pub struct ConfigArgs {
    /// Print where the config file is looked for, whether it is there or not
    #[arg(long)]
    pub path: bool,
}

/// Flags of `lagtop export`.
#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:9308] [env: LAGTOP_LISTEN]
    #[arg(short, long, value_name = "ADDRESS:PORT")]
    pub listen: Option<OsString>,
}

/// Flags of `lagtop replay`.
#[derive(Clone, Debug, Args)]
pub struct ReplayArgs {
    /// The recording
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Print the incident as Markdown, as it stood at --at or else at the end, and show nothing
    #[arg(long)]
    pub summary: bool,
    /// How to play it.
    #[command(flatten)]
    pub play: PlayArgs,
}

/// Flags of `lagtop demo`.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// Which one [default: the first]
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Print the names of all and what is to be seen
    #[arg(long)]
    pub list: bool,
    /// How to play it.
    #[command(flatten)]
    pub play: PlayArgs,
}

/// How a recording is played.
#[derive(Clone, Debug, Args)]
pub struct PlayArgs {
    /// How much faster than it was recorded: 0.1x to 1000x [default: 1x] [env: LAGTOP_SPEED]
    #[arg(long, value_name = "FACTOR")]
    pub speed: Option<OsString>,
    /// Where to begin, as the time from its start: 90s, 12m [env: LAGTOP_AT]
    #[arg(long, value_name = "DURATION")]
    pub at: Option<OsString>,
}

/// Flags of `lagtop completions`.
#[derive(Clone, Debug, Args)]
pub struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Flags of `lagtop once`.
#[derive(Clone, Debug, Args)]
pub struct OnceArgs {
    /// Form of what is printed [default: table] [env: LAGTOP_OUTPUT]
    #[arg(short, long, value_name = "FORM", value_enum)]
    pub output: Option<Output>,
}

/// Flags of `lagtop check`.
#[derive(Clone, Debug, Args)]
pub struct CheckArgs {
    /// From which severity on to fail [default: warning] [env: LAGTOP_FAIL_ON]
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub fail_on: Option<FailOn>,
    /// How long to watch before judging, up to 1h [default: one look] [env: LAGTOP_FOR]
    #[arg(long = "for", value_name = "DURATION")]
    pub watch: Option<OsString>,
}

/// Flags of `lagtop status`.
#[derive(Clone, Debug, Args)]
pub struct StatusArgs {
    /// How old the line may be, 1s to 1h [default: 10s] [env: LAGTOP_MAX_AGE]
    #[arg(long, value_name = "DURATION")]
    pub max_age: Option<OsString>,
}

/// Flags that every command takes. `None` and empty lists mean: not given.
#[derive(Clone, Debug, Default, Args)]
pub struct SharedArgs {
    /// The config file [default: ~/.config/lagtop/config.toml] [env: LAGTOP_CONFIG]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(global = true, help_heading = "Cluster")]
    pub config: Option<OsString>,

    /// A cluster of the config file, by its name there [default: its default-cluster]
    /// [env: LAGTOP_CLUSTER]
    #[arg(short, long, value_name = "NAME", global = true, help_heading = "Cluster")]
    pub cluster: Option<OsString>,

    /// Brokers to start from, separated by commas; port 9092 if none is named
    /// [env: LAGTOP_BOOTSTRAP]
    #[arg(short, long, value_name = "HOST:PORT", value_hint = ValueHint::Hostname)]
    #[arg(global = true, help_heading = "Cluster")]
    pub bootstrap: Option<OsString>,

    /// Client properties, as Java's or librdkafka's clients use them [env: LAGTOP_PROPERTIES]
    #[arg(short = 'F', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(global = true, help_heading = "Cluster")]
    pub properties: Option<OsString>,

    /// One client property; repeatable [env: LAGTOP_PROPERTY]
    ///
    /// Wins over the same key in the file. What lagtop does not use itself goes to librdkafka,
    /// which reads records. Other users of this host can see the command line: keep passwords in
    /// the file or in LAGTOP_PROPERTY.
    #[arg(short = 'X', long, value_name = "KEY=VALUE")]
    #[arg(global = true, help_heading = "Cluster")]
    pub property: Vec<Unshown>,

    /// How long one request may take, as in 5s or 800ms [default: 5s] [env: LAGTOP_TIMEOUT]
    #[arg(long, value_name = "DURATION", global = true, help_heading = "Cluster")]
    pub timeout: Option<OsString>,

    /// Groups whose name matches; repeatable, any may match [env: LAGTOP_GROUP]
    #[arg(short, long, value_name = "REGEX", global = true, help_heading = "What to watch")]
    pub group: Vec<OsString>,

    /// Topics whose name matches; repeatable, any may match [env: LAGTOP_TOPIC]
    #[arg(short, long, value_name = "REGEX", global = true, help_heading = "What to watch")]
    pub topic: Vec<OsString>,

    /// A rule switched or tuned, as in idle-members=off or hot-partition.share=0.8; repeatable; `lagtop
    /// rules` lists them [env: LAGTOP_RULE]
    #[arg(long, value_name = "RULE=VALUE", global = true, help_heading = "What to watch")]
    pub rule: Vec<OsString>,

    /// Processes of this host to look at, whatever is found in them; repeatable [env: LAGTOP_PID]
    #[arg(long, value_name = "PID", global = true, help_heading = "What to watch")]
    pub pid: Vec<OsString>,

    /// Processes of this host to look at whose name or command line matches [env: LAGTOP_PROCESS]
    #[arg(long, value_name = "REGEX", global = true, help_heading = "What to watch")]
    pub process: Option<OsString>,

    /// Where a Go program serves its profiles, as in http://localhost:6060; else the ports at which it listens
    /// are asked when you take its stack [env: LAGTOP_PPROF]
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    #[arg(global = true, help_heading = "What to watch")]
    pub pprof: Option<OsString>,

    /// Time between two rounds, at least 100ms [default: 1s] [env: LAGTOP_INTERVAL]
    #[arg(long, value_name = "DURATION", global = true, help_heading = "What to watch")]
    pub interval: Option<OsString>,

    /// The most requests a second that rounds ask of the cluster, 1 to 10000: where that is too few for
    /// the interval, they come less often [default: 200] [env: LAGTOP_MAX_REQUESTS_PER_SECOND]
    #[arg(long, value_name = "N", global = true, help_heading = "What to watch")]
    pub max_requests_per_second: Option<OsString>,

    /// Where the log ends: at the high watermark, or before open transactions
    /// [default: read_uncommitted] [env: LAGTOP_ISOLATION]
    #[arg(long, value_name = "LEVEL", value_enum, global = true, help_heading = "What to watch")]
    pub isolation: Option<Isolation>,

    /// How the live screen learns of commits: by polling, and by listening to __consumer_offsets
    /// where that may be read [default: auto] [env: LAGTOP_SOURCE]
    #[arg(long, value_name = "SOURCE", value_enum, global = true, help_heading = "What to watch")]
    pub source: Option<Source>,

    /// How much of the time before the start the live screen reads from __consumer_offsets, up to 6h;
    /// 0 for none [default: 30m] [env: LAGTOP_HISTORY]
    #[arg(long, value_name = "DURATION", global = true, help_heading = "What to watch")]
    pub history: Option<OsString>,

    /// Keep everything that is seen in this new file, for `lagtop replay` [env: LAGTOP_RECORD]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(global = true, help_heading = "Recording")]
    pub record: Option<OsString>,

    /// The most a recording may take of the disk, as in 500MB or 2GB; it ends there
    /// [default: 1GB] [env: LAGTOP_RECORD_LIMIT]
    #[arg(long, value_name = "SIZE", global = true, help_heading = "Recording")]
    pub record_limit: Option<OsString>,

    /// Record pseudonyms in place of groups, topics, hosts, clients
    /// [default: false] [env: LAGTOP_REDACT]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true", global = true, help_heading = "Recording")]
    pub redact: Option<OsString>,

    /// Whether to use colour; NO_COLOR is honoured [default: auto] [env: LAGTOP_COLOR]
    #[arg(long, value_name = "WHEN", value_enum, global = true, help_heading = "Looks")]
    pub color: Option<Color>,

    /// Colours for a dark or a light terminal [default: auto] [env: LAGTOP_THEME]
    #[arg(long, value_name = "THEME", value_enum, global = true, help_heading = "Looks")]
    pub theme: Option<Theme>,

    /// Draw with ASCII characters only [default: false] [env: LAGTOP_ASCII]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true", global = true, help_heading = "Looks")]
    pub ascii: Option<OsString>,

    /// How a new finding, a warning or worse, is told to who looks elsewhere
    /// [default: never] [env: LAGTOP_NOTIFY]
    #[arg(long, value_name = "HOW", value_enum, global = true, help_heading = "Looks")]
    pub notify: Option<Notify>,

    /// Say which properties are not used, and the like [default: false] [env: LAGTOP_VERBOSE]
    #[arg(short, long, value_name = "BOOL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true", global = true, help_heading = "Looks")]
    pub verbose: Option<OsString>,
}

/// A text that may hold a password: `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct Unshown(pub OsString);

impl From<OsString> for Unshown {
    fn from(text: OsString) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Unshown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[not shown]")
    }
}
