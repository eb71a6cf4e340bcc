//! The lab by hand: `cargo run --release --example lab -- steady`, and Ctrl-C to end it.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

use lab::{Lab, SCENARIOS, Scenario, Sizes};

#[path = "mod.rs"]
mod lab;
#[path = "../support/mod.rs"]
mod support;

/// How long clients may take to leave.
const STOP: Duration = Duration::from_secs(30);

/// How often the clients are looked after.
const LOOK: Duration = Duration::from_millis(500);

/// Real producers and consumers on a real Kafka, to be watched with lagtop
#[derive(Debug, Parser)]
struct Arguments {
    /// What to run; --list names them
    #[arg(required_unless_present = "list")]
    scenario: Option<String>,
    /// Name the scenarios
    #[arg(long)]
    list: bool,
    /// Brokers of the cluster
    #[arg(long, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=9))]
    brokers: u16,
    /// End after this long, as "30s"; without it, with Ctrl-C
    #[arg(long = "for", value_name = "TIME", value_parser = humantime::parse_duration)]
    time: Option<Duration>,
    /// Groups, for `many`
    #[arg(long, value_name = "G", default_value_t = 1_000)]
    groups: u32,
    /// Partitions of each group, for `many`
    #[arg(long, value_name = "P", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..))]
    partitions: u16,
    /// Positions that all groups together commit a second, for `many`
    #[arg(long, value_name = "C", default_value_t = 0)]
    commits: u32,
    /// Positions that all groups together have committed before, for `many`
    #[arg(long, value_name = "N", default_value_t = 0)]
    past: u32,
}

fn main() -> ExitCode {
    // A member of its own scenarios.
    let done = lab::process::run(std::env::args_os()).unwrap_or_else(|| run(&Arguments::parse()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "lab: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let Some(name) = arguments.scenario.as_deref().filter(|_| !arguments.list) else {
        return list();
    };
    let scenario = Scenario::named(name)?;
    let builder = Lab::builder().brokers(arguments.brokers);
    builder.tools().context("the lab needs Java 17+ and Maven")?;
    say(&format!("starting Kafka with {} broker(s) ...", arguments.brokers))?;
    let mut lab = Lab::on(builder.start()?)?;
    let Arguments { groups, partitions, commits, past, .. } = *arguments;
    let sizes = Sizes { groups, partitions, commits, past };
    (scenario.set_up)(&mut lab, sizes)?;
    // Until here Ctrl-C just ends this process, and the guardian ends the brokers. From the moment at
    // which it is offered, it is a clean stop.
    let end = End::listen(arguments.time)?;
    say(&format!(
        "{name} is running on Kafka {}. Watch it with\n\n    cargo run --release -- -b {}\n\n\
         Ctrl-C ends it.",
        lab.cluster.version(),
        lab.cluster.bootstrap()
    ))?;
    end.wait(&mut lab)?;
    say("stopping ...")?;
    stop(lab)
}

/// Stops what runs. A client whose broker is gone may wait for it without end: then this process goes
/// all the same, and the guardian ends the brokers and removes their files.
fn stop(lab: Lab) -> Result<()> {
    let (done, ended) = std::sync::mpsc::sync_channel(1);
    std::thread::spawn(move || done.send(lab.stop()));
    ended.recv_timeout(STOP).context("some clients did not stop: is a broker gone?")?
}

fn list() -> Result<()> {
    SCENARIOS.iter().try_for_each(|one| say(&format!("{:<16}{}", one.name, one.about)))
}

/// What ends the lab: Ctrl-C, SIGTERM, or the end of the time.
struct End {
    runtime: Runtime,
    interrupt: Signal,
    terminate: Signal,
    time: Option<Duration>,
}

impl End {
    /// From here on signals are waited for and no longer end the process.
    fn listen(time: Option<Duration>) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let interrupt = signal(SignalKind::interrupt())?;
        let terminate = signal(SignalKind::terminate())?;
        drop(inside);
        Ok(Self { runtime, interrupt, terminate, time })
    }

    /// Returns when it is time; with an error when a client gave up.
    fn wait(self, lab: &mut Lab) -> Result<()> {
        let Self { runtime, mut interrupt, mut terminate, time } = self;
        runtime.block_on(async {
            let end = time.map(|time| Instant::now() + time);
            let mut look = tokio::time::interval(LOOK);
            while end.is_none_or(|end| Instant::now() < end) {
                tokio::select! {
                    _ = interrupt.recv() => break,
                    _ = terminate.recv() => break,
                    _ = look.tick() => lab.check()?,
                }
            }
            Ok(())
        })
    }
}

fn say(text: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
