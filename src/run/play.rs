//! A recording on the screen, in place of a cluster.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::{FAILED, USAGE, complain, print, screen, workers};
use crate::app;
use crate::config::{Playback, Played};
use crate::diagnose::RuleBook;
use crate::export;
use crate::model::time::SystemClock;
use crate::model::{Clock as _, Observation, PollPlan, Snapshot, SourceId, Timestamp};
use crate::record::bundle::{self, Bundled};
use crate::record::{Damage, Entry, ReadError, Reader};
use crate::source::replay::{self, ReplayClock};
use crate::store::{Store, task};
use crate::tui;
use crate::veil::Veil;

/// The pause between the end of a built-in recording and its beginning.
const CURTAIN: Duration = Duration::from_secs(3);

/// How often rules look while a recording is read in one go.
const JUDGED_EVERY: Duration = Duration::from_secs(1);

/// What `lagtop demo --list` prints.
pub(super) fn list() -> ExitCode {
    let width = bundle::ALL.iter().map(|one| one.name.len()).max().unwrap_or(0);
    let line = |one: &Bundled| format!("{:width$}  {}\n", one.name, one.about);
    print(&bundle::ALL.iter().map(line).collect::<String>())
}

/// Opens a recording as often as it is played.
type Open = Box<dyn Fn() -> Result<Reader<'static>, ReadError> + Send>;

/// A recording and how it is played.
struct Play {
    open: Open,
    title: String,
    begin: Duration,
    /// It begins again at its end, and the screen's clock tells the reader's own time.
    again: bool,
    rules: RuleBook,
}

/// Plays until the person quits.
pub(super) fn play(playback: &Playback) -> ExitCode {
    let play = match find(playback) {
        Ok(play) => play,
        Err(complaint) => return complain(&complaint, USAGE),
    };
    let reader = match (play.open)() {
        Ok(reader) => reader,
        Err(error) => return complain(&format!("cannot play {}: {error}", play.title), FAILED),
    };
    let panics = tui::panic::install();
    let runtime = match workers() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("cannot start: {error}"), FAILED),
    };
    let left = runtime.block_on(shown(playback, play, &reader));
    runtime.shutdown_background();
    for report in panics.take() {
        let _ = writeln!(io::stderr(), "lagtop: a task died: {report}");
    }
    match left {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error, FAILED),
    }
}

/// Prints the incident as it stood at the moment asked for, or else at the end.
pub(super) fn tell(playback: &Playback) -> ExitCode {
    let play = match find(playback) {
        Ok(play) => play,
        Err(complaint) => return complain(&complaint, USAGE),
    };
    let reader = match (play.open)() {
        Ok(reader) => reader,
        Err(error) => return complain(&format!("cannot read {}: {error}", play.title), FAILED),
    };
    let until = playback.begin.map(|begin| reader.header().started.plus(begin));
    let store = Store::new(reader.header().isolation).ruled_by(play.rules);
    let (snapshot, damage) = folded(store, reader, until);
    if let Some(damage) = damage {
        let _ = writeln!(io::stderr(), "lagtop: {}: {damage}; told up to there", play.title);
    }
    print(&export::summary(&snapshot, snapshot.at))
}

/// All of a recording in one go, up to `until`; with what ended it early.
fn folded(
    mut store: Store,
    mut reader: Reader<'_>,
    until: Option<Timestamp>,
) -> (Arc<Snapshot>, Option<Damage>) {
    let mut judged = reader.header().started;
    let damage = loop {
        let entry = match reader.entry() {
            Ok(Some(entry)) => entry,
            Ok(None) => break None,
            Err(damage) => break Some(damage),
        };
        if until.is_some_and(|until| entry.at() > until) {
            break None;
        }
        // Since when something is so is known from judging all along.
        if entry.at().since(judged) >= JUDGED_EVERY {
            judged = entry.at();
            store.publish();
        }
        match entry {
            Entry::Seen(observation) if observation.source == SourceId::Recording => {}
            Entry::Seen(observation) => store.apply(observation),
            Entry::Dropped { .. } => {}
            Entry::Ended { .. } => break None,
        }
    };
    (store.publish(), damage)
}

fn find(playback: &Playback) -> Result<Play, String> {
    let (begin, rules) = (playback.begin, playback.rules.clone());
    match &playback.what {
        Played::File(path) => {
            let title = path.to_string_lossy().escape_debug().to_string();
            let path = path.clone();
            let open: Open = Box::new(move || Reader::open(&path));
            Ok(Play { open, title, begin: begin.unwrap_or_default(), again: false, rules })
        }
        Played::BuiltIn(name) => {
            let bundled = match name {
                Some(name) => Bundled::named(name),
                None => bundle::ALL.first(),
            };
            let bundled = bundled.ok_or_else(|| {
                let names: Vec<_> = bundle::ALL.iter().map(|one| one.name).collect();
                let wanted = name.as_deref().unwrap_or_default().escape_debug().to_string();
                format!("there is no demo '{wanted}'; write {}", names.join(" or "))
            })?;
            Ok(Play {
                open: Box::new(|| bundled.open()),
                title: format!("demo: {}", bundled.name),
                begin: begin.unwrap_or_else(|| Duration::from_secs(bundled.begin)),
                again: true,
                rules,
            })
        }
    }
}

async fn shown(playback: &Playback, play: Play, reader: &Reader<'_>) -> Result<(), tui::Error> {
    let header = reader.header();
    let begin = header.started.plus(play.begin);
    let clock = Arc::new(ReplayClock::standing(begin, playback.speed));
    let (plans, _plan) = watch::channel(PollPlan::every(header.interval()));
    let nothing = Arc::new(Snapshot::empty(begin, header.isolation));
    let (publisher, snapshots) = watch::channel(nothing);
    let options = app::Options {
        title: play.title.as_str().into(),
        interval: header.interval(),
        max_requests: None,
        looks: screen::looks(playback.looks),
        keys: playback.keys.clone(),
        // What was wrong then calls nobody now.
        notice: None,
        veil: Veil::new(play.rules.clone()),
    };
    let utc_offset =
        if play.again { as_of_now(begin, SystemClock.now()) } else { screen::utc_offset(begin) };
    let (moments, telling) = screen::moments(play.rules.clone());
    // Both fall with the runtime.
    tokio::spawn(telling);
    let (observations, marked) = mpsc::channel(task::CHANNEL_CAPACITY);
    let stage = Stage { begin, clock: Arc::clone(&clock), snapshots: publisher, marked };
    tokio::spawn(stage.perform(play));
    let desk = tui::Desk {
        options,
        snapshots,
        plans,
        road: None,
        moments,
        recordings: None,
        observations,
        clock,
        utc_offset,
    };
    screen::show(desk).await
}

/// Seconds east of Greenwich at which what happened `then` reads as if it happened `now`. Clocks tell the
/// time of day only, and nothing is further from Greenwich than a day.
fn as_of_now(then: Timestamp, now: Timestamp) -> i32 {
    const DAY: i64 = 86_400;
    let passed = now.as_millis().saturating_sub(then.as_millis()) / 1_000;
    let offset = passed.rem_euclid(DAY) + i64::from(screen::utc_offset(now));
    i32::try_from(offset.rem_euclid(DAY)).unwrap_or(0)
}

/// Where a recording is played.
struct Stage {
    begin: Timestamp,
    clock: Arc<ReplayClock>,
    snapshots: watch::Sender<Arc<Snapshot>>,
    /// What the person marks meanwhile; it goes to the store only, the file stays as it is.
    marked: mpsc::Receiver<Observation>,
}

impl Stage {
    /// Plays the recording into a store of its own, again and again if that is wanted.
    async fn perform(mut self, play: Play) {
        loop {
            // It could be opened before; a file that is gone meanwhile leaves the last picture.
            let Ok(reader) = (play.open)() else { return };
            let (sender, observations) = mpsc::channel(task::CHANNEL_CAPACITY);
            let store = Store::new(reader.header().isolation).ruled_by(play.rules.clone());
            let options = task::Options { from: self.begin, ..task::Options::default() };
            let fold = task::run(store, observations, self.snapshots.clone(), options);
            let played = async {
                let marking = forward(&mut self.marked, sender.clone());
                tokio::select! {
                    () = replay::play(reader, self.begin, &self.clock, sender) => {}
                    () = marking => {}
                }
            };
            tokio::join!(played, fold);
            if !play.again {
                return;
            }
            tokio::time::sleep(CURTAIN).await;
        }
    }
}

/// Passes on what comes, without an end.
async fn forward(from: &mut mpsc::Receiver<Observation>, to: mpsc::Sender<Observation>) {
    while let Some(observation) = from.recv().await {
        // The store is gone with the play.
        let _ = to.send(observation).await;
    }
    std::future::pending::<()>().await;
}
