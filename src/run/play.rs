//! A recording on the screen, in place of a cluster.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::{FAILED, USAGE, complain, print, screen, workers};
use crate::app;
use crate::config::{Playback, Played};
use crate::export;
use crate::model::time::SystemClock;
use crate::model::{Clock as _, PollPlan, Snapshot, Timestamp};
use crate::record::Reader;
use crate::record::bundle::{self, Bundled};
use crate::replay::player::{self, Open, Recording, Stage};
use crate::replay::{ReplayClock, Step, Tape};
use crate::tui;
use crate::veil::Veil;

/// Observations of the person that may wait, and wishes, and answers to them: as many as keys are pressed
/// while a slice is folded, and some more.
const WAITING: usize = 16;

/// What `lagtop demo --list` prints.
pub(super) fn list() -> ExitCode {
    let width = bundle::ALL.iter().map(|one| one.name.len()).max().unwrap_or(0);
    let line = |one: &Bundled| format!("{:width$}  {}\n", one.name, one.about);
    print(&bundle::ALL.iter().map(line).collect::<String>())
}

/// What the header calls a recording.
type Titled = (String, Recording);

/// Plays until the person quits.
pub(super) fn play(playback: &Playback) -> ExitCode {
    let (title, recording) = match find(playback) {
        Ok(found) => found,
        Err(complaint) => return complain(&complaint, USAGE),
    };
    let reader = match (recording.open)() {
        Ok(reader) => reader,
        Err(error) => return complain(&format!("cannot play {title}: {error}"), FAILED),
    };
    let panics = tui::panic::install();
    let runtime = match workers() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("cannot start: {error}"), FAILED),
    };
    let left = runtime.block_on(shown(playback, (title, recording), reader));
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
    let (title, recording) = match find(playback) {
        Ok(found) => found,
        Err(complaint) => return complain(&complaint, USAGE),
    };
    let reader = match (recording.open)() {
        Ok(reader) => reader,
        Err(error) => return complain(&format!("cannot read {title}: {error}"), FAILED),
    };
    let mut tape = Tape::begin(reader, recording.rules, &[]);
    let until = playback.begin.map_or(Timestamp::MAX, |begin| tape.started().plus(begin));
    while let Step::Second(_) = tape.step(until) {}
    let snapshot = tape.picture();
    if let Some(damage) = tape.damage() {
        let _ = writeln!(io::stderr(), "lagtop: {title}: {damage}; told up to there");
    }
    print(&export::summary(&snapshot, snapshot.at))
}

fn find(playback: &Playback) -> Result<Titled, String> {
    let (begin, rules) = (playback.begin, playback.rules.clone());
    match &playback.what {
        Played::File(path) => {
            let title = path.to_string_lossy().escape_debug().to_string();
            let path = path.clone();
            let open: Open = Box::new(move || Reader::open(&path));
            let begin = begin.unwrap_or_default();
            Ok((title, Recording { open, begin, again: false, rules }))
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
            let open: Open = Box::new(|| bundled.open());
            let begin = begin.unwrap_or_else(|| Duration::from_secs(bundled.begin));
            let title = format!("demo: {}", bundled.name);
            Ok((title, Recording { open, begin, again: true, rules }))
        }
    }
}

async fn shown(
    playback: &Playback,
    (title, recording): Titled,
    reader: Reader<'static>,
) -> Result<(), tui::Error> {
    let header = reader.header().clone();
    let begin = header.started.plus(recording.begin);
    let clock = Arc::new(ReplayClock::standing(begin, playback.speed));
    let (plans, _plan) = watch::channel(PollPlan::every(header.interval()));
    let nothing = Arc::new(Snapshot::empty(begin, header.isolation));
    let (publisher, snapshots) = watch::channel(nothing);
    let options = app::Options {
        title: title.as_str().into(),
        interval: header.interval(),
        max_requests: None,
        looks: screen::looks(playback.looks),
        keys: playback.keys.clone(),
        // What was wrong then calls nobody now.
        notice: None,
        veil: Veil::new(recording.rules.clone()),
    };
    let utc_offset = if recording.again {
        as_of_now(begin, SystemClock.now())
    } else {
        screen::utc_offset(begin)
    };
    let (observations, marked) = mpsc::channel(WAITING);
    let (wish, wishes) = mpsc::channel(WAITING);
    let (told, answers) = mpsc::channel(WAITING);
    let stage =
        Stage { clock: Arc::clone(&clock), snapshots: publisher, marked, wishes, answers: told };
    // It falls with the runtime.
    tokio::spawn(player::play(reader, recording, stage));
    let desk = tui::Desk {
        options,
        snapshots,
        plans,
        road: None,
        moments: tui::Moments::Played(tui::PlayRoad { wishes: wish, answers }),
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
