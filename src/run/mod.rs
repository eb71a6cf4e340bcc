//! Puts it together: settings, sources, store, and the face that was asked for.
//!
//! The only place that knows all rooms. What is left here is wiring: who gets which end of which
//! channel, and what an exit code means.
//!
//! Exit codes: 0 all is well, 1 nothing could be read, shown or served, 2 the command line or a file is
//! wrong, 4 printed, but with reasons in place of some values. Of `doctor` 1 says that a check failed;
//! `check` has the codes of monitoring plugins.

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};

use self::sources::{Watching, polling, title, wishing};
use crate::app;
use crate::config::{self, Cli, Face, Inputs, Output, Playback, Settings, ThisSystem};
use crate::diagnose::list;
use crate::export::{self, Form, Outcome, Selection};
use crate::model::{PollPlan, Snapshot};
use crate::source::kafka::connect;
use crate::source::kafka::peek;
use crate::source::kafka::poll::{self, Scope};
use crate::source::kafka::wire::Client;
use crate::store::{Store, task};
use crate::tui;
use crate::veil::Veil;

mod check;
mod doctor;
mod play;
mod recordings;
mod screen;
mod sources;
mod status;
mod trap;

/// The command line was wrong.
const USAGE: u8 = 2;

/// What was asked for could not be shown or served.
const FAILED: u8 = 1;

/// Runs lagtop as the command line says.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    if let Some(paper) = cli.paper() {
        return print(&paper);
    }
    if matches!(&cli.command, Some(config::Command::Demo(demo)) if demo.list) {
        return play::list();
    }
    let inputs = || Inputs { cli: &cli, variables: std::env::vars_os(), system: &ThisSystem };
    if matches!(cli.command, Some(config::Command::Config(_))) {
        return match config::path(inputs()) {
            Some(path) => print(&format!("{}\n", path.display())),
            None => complain(&"no home to look in; set HOME, or name a file with --config", USAGE),
        };
    }
    if let Some(config::Command::Rules(wanted)) = &cli.command {
        return match config::rules(inputs()) {
            Ok(book) => print(&list::of(book, wanted.of.as_deref())),
            Err(error) => complain(&error, USAGE),
        };
    }
    match Playback::resolve(inputs()) {
        Ok(Some(playback)) if cli.wants_summary() => return play::tell(&playback),
        Ok(Some(playback)) => return play::play(&playback),
        Ok(None) => {}
        Err(error) => return complain(&error, USAGE),
    }
    let is_check = matches!(cli.command, Some(config::Command::Check(_)));
    let settings = match Settings::resolve(inputs()) {
        Ok(settings) => settings,
        Err(error) if is_check => return check::unknown(&error),
        Err(error) => return complain(&error, USAGE),
    };
    for note in settings.notes.iter().filter(|note| settings.verbose || note.is_warning()) {
        let _ = writeln!(io::stderr(), "lagtop: {note}");
    }
    let config = match connect::wire_config(&settings.connection) {
        Ok(config) => config,
        Err(error) if is_check => return check::unknown(&error),
        Err(error) => return complain(&error, USAGE),
    };
    let client = Client::new(config.clone());
    match settings.face {
        Face::Once { output } => once(&settings, client, output),
        Face::Check { fail_on, watch } => check::check(&settings, client, (fail_on, watch)),
        Face::Status { max_age } => status::status(&settings, client, max_age),
        Face::Doctor => doctor::doctor(&settings, client, config),
        Face::Screen => watched(&settings, client),
        Face::Export { listen } => export_pages(&settings, client, listen),
    }
}

/// What clap says of a command line that is wrong, or asks for help. To monitoring, 2 would mean that the
/// cluster is in trouble.
fn refuse(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    let is_check = std::env::args_os().nth(1).is_some_and(|command| command == "check");
    let code = match error.exit_code() {
        0 => 0,
        _ if is_check => export::check::Status::Unknown.exit_code(),
        _ => USAGE,
    };
    ExitCode::from(code)
}

/// To standard output; a reader that has seen enough is no error.
fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&format!("cannot write: {error}"), FAILED)
        }
        _ => ExitCode::SUCCESS,
    }
}

/// One sentence on standard error, and the exit code.
fn complain(what: &dyn std::fmt::Display, code: u8) -> ExitCode {
    // Without standard error there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "lagtop: {what}");
    ExitCode::from(code)
}

/// Looks once at everything, prints it, and tells by the exit code how much of it could be had.
fn once(settings: &Settings, client: Client, output: Output) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            return complain(&format!("cannot start: {error}"), Outcome::Nothing.exit_code());
        }
    };
    let snapshot = runtime.block_on(look(settings, client));
    let outcome = export::outcome(&snapshot, Selection::ALL);
    if outcome == Outcome::Nothing {
        let reasons = export::reasons(&snapshot);
        return complain(&reasons, outcome.exit_code());
    }
    let mut out = std::io::stdout();
    let form = match output {
        Output::Table => Form::Table,
        Output::Json => Form::Json,
        Output::Csv => Form::Csv { escaped: out.is_terminal() },
    };
    match export::write(form, &snapshot, Selection::ALL, &mut out) {
        Ok(()) => ExitCode::from(outcome.exit_code()),
        Err(error) => complain(&format!("cannot write: {error}"), Outcome::Nothing.exit_code()),
    }
}

/// One complete round.
async fn look(settings: &Settings, client: Client) -> Arc<Snapshot> {
    let (sender, mut observations) = mpsc::channel(task::CHANNEL_CAPACITY);
    let (_wishes, plan) = watch::channel(PollPlan::every(settings.interval));
    let context = polling(settings, (client, Scope::Everything), plan, sender);
    let isolation = connect::isolation(settings.isolation);
    let mut store = Store::new(isolation).ruled_by(settings.rules.clone());
    let fold = async {
        while let Some(observation) = observations.recv().await {
            store.apply(observation);
        }
    };
    tokio::join!(poll::run(context), fold);
    store.publish()
}

/// Shows the live screen until the person quits or the process is told to end.
fn watched(settings: &Settings, client: Client) -> ExitCode {
    let panics = tui::panic::install();
    let runtime = match workers() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("cannot start: {error}"), FAILED),
    };
    let left = runtime.block_on(live(settings, client));
    // Whatever hangs in the network is left behind: quitting is immediate.
    runtime.shutdown_background();
    // What a look at records stumbles over, as a header's name that is no text, is told on its page.
    for report in panics.take().iter().filter(|report| report.thread != peek::THREAD) {
        let _ = writeln!(std::io::stderr(), "lagtop: a task died and was started again: {report}");
    }
    match left {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error, FAILED),
    }
}

/// Serves the pages until the process is told to end.
fn export_pages(settings: &Settings, client: Client, listen: SocketAddr) -> ExitCode {
    let runtime = match workers() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("cannot start: {error}"), FAILED),
    };
    let served = runtime.block_on(serve(settings, client, listen));
    runtime.shutdown_background();
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("cannot listen on {listen}: {error}"), FAILED),
    }
}

/// Listens before anything else: that a port is taken shall not be found out by a cluster.
async fn serve(settings: &Settings, client: Client, listen: SocketAddr) -> io::Result<()> {
    let end = tui::signal::end()?;
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    let _ = writeln!(io::stderr(), "lagtop: serving http://{address}/metrics");
    let Watching {
        snapshots, clock, plans: _plans, tasks: _tasks, recordings: _recordings, ..
    } = Watching::start(settings, client, config::Source::Poll)?;
    let pages = export::http::Pages { snapshots, clock, interval: settings.interval };
    tokio::select! {
        () = export::http::serve(listener, pages) => {}
        () = end => {}
    }
    Ok(())
}

/// One worker for sources and store: the screen has the main thread for itself, the largest round is
/// folded in a fraction of a second, and each further thread would cost an arena of the allocator, ten
/// megabytes and more with 10,000 groups.
fn workers() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("lagtop-worker")
        .enable_all()
        .build()
}

/// The screen on this thread, what it shows in tasks.
async fn live(settings: &Settings, client: Client) -> Result<(), tui::Error> {
    let Watching { snapshots, plans, observations, clock, tasks, recordings } =
        Watching::start(settings, client.clone(), settings.source)?;
    let options = app::Options {
        title: title(settings),
        interval: settings.interval,
        max_requests: Some(settings.max_requests),
        looks: screen::looks(settings.looks),
        keys: settings.keys.clone(),
        notice: screen::notice(settings.notify),
        veil: Veil::new(settings.rules.clone()),
    };
    let utc_offset = screen::utc_offset(clock.now());
    let mut tasks = tasks;
    let road = Some(wishing(settings, client, &clock, &mut tasks));
    let (moments, telling) = screen::moments(settings.rules.clone());
    tasks.spawn(telling);
    let (recordings, recorder) = recordings.on_a_key();
    let recordings = Some(recordings);
    let desk = tui::Desk {
        options,
        snapshots,
        plans,
        road,
        moments,
        recordings,
        observations,
        clock,
        utc_offset,
    };
    let left = screen::show(desk).await;
    // The recorder's last bytes come when the store is gone.
    drop(tasks);
    if let Ok(Some(recorder)) = recorder.await {
        let _ = tokio::task::spawn_blocking(|| recorder.wait()).await;
    }
    left
}
