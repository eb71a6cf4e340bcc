//! Recordings of what is seen: from the start by a flag, and from a moment on by a key.

use std::io;
use std::path::Path;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::screen;
use super::sources::title;
use crate::config::{Recording, Settings};
use crate::model::time::SystemClock;
use crate::model::{Body, Clock as _, Fault, Observation, SourceHealth, SourceId, Timestamp};
use crate::record::{self, Recorder, Redactor, Tee};
use crate::source::kafka::connect;
use crate::tui;

/// What begins and ends recordings.
pub(super) struct Recordings {
    frame: Frame,
    /// The one that is under way, unless it ended by itself.
    current: Option<Recorder>,
    /// The way to the store, which feeds it.
    tees: mpsc::Sender<Option<Tee>>,
}

/// What all recordings of a session have in common.
#[derive(Clone)]
struct Frame {
    /// But for the moment at which it begins.
    header: record::Header,
    limit: u64,
    /// The way into the store, where it is shown how a recording is doing.
    observations: mpsc::Sender<Observation>,
}

impl Recordings {
    /// Nothing is recorded yet. What is returned feeds the store.
    pub(super) fn new(
        settings: &Settings,
        observations: &mpsc::Sender<Observation>,
    ) -> (Self, mpsc::Receiver<Option<Tee>>) {
        let Recording { path: _, limit, redact } = settings.recording;
        let header = record::Header {
            format: record::FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: Timestamp::default(),
            title: if redact { "redacted".to_owned() } else { title(settings).name },
            isolation: connect::isolation(settings.isolation),
            interval_ms: u64::try_from(settings.interval.as_millis()).unwrap_or(u64::MAX),
            redacted: redact,
        };
        let (tees, fed) = mpsc::channel(1);
        let frame = Frame { header, limit, observations: observations.clone() };
        (Self { frame, current: None, tees }, fed)
    }

    /// Begins the recording that a flag wants, if one does. Nothing was seen yet.
    pub(super) fn by_flag(
        &mut self,
        settings: &Settings,
        started: Timestamp,
    ) -> io::Result<Option<Tee>> {
        let Some(path) = &settings.recording.path else { return Ok(None) };
        let (tee, recorder) = self.frame.start(path, started).map_err(|why| {
            let path = path.to_string_lossy().escape_debug().to_string();
            let hint = match why.kind() {
                io::ErrorKind::AlreadyExists => {
                    "; recordings are not overwritten, name another file"
                }
                _ => "",
            };
            io::Error::other(format!("cannot record into '{path}': {why}{hint}"))
        })?;
        self.current = Some(recorder);
        // The channel is empty yet.
        let _ = self.frame.observations.try_send(health(started, SourceHealth::Working));
        Ok(Some(tee))
    }

    /// Begins one, or ends the one that is under way, with each wish, until nobody wishes any more. What is
    /// under way then is left.
    pub(super) fn on_a_key(mut self) -> (tui::RecordRoad, JoinHandle<Option<Recorder>>) {
        let (wishes, mut presses) = mpsc::channel(1);
        let (answer, said) = mpsc::channel(1);
        let task = tokio::spawn(async move {
            while presses.recv().await.is_some() {
                let text = match self.current.take().filter(|recorder| !recorder.is_over()) {
                    Some(recorder) => self.end(recorder).await,
                    None => self.begin().await,
                };
                let text = text.unwrap_or_else(|why| format!("cannot record here: {why}"));
                if answer.send(text).await.is_err() {
                    break;
                }
            }
            self.current
        });
        (tui::RecordRoad { wishes, said }, task)
    }

    /// In a new file of the current directory.
    async fn begin(&mut self) -> io::Result<String> {
        let started = SystemClock.now();
        let name = file_name(started, screen::utc_offset(started));
        let (frame, path) = (self.frame.clone(), name.clone());
        let start = spawn_blocking(move || frame.start(Path::new(&path), started));
        let (tee, recorder) = start.await.map_err(io::Error::other)??;
        self.current = Some(recorder);
        // Without the store there is no screen either.
        let _ = self.tees.send(Some(tee)).await;
        let _ = self.frame.observations.send(health(started, SourceHealth::Working)).await;
        Ok(format!("recording into {name}"))
    }

    async fn end(&mut self, recorder: Recorder) -> io::Result<String> {
        // With the tee goes what feeds it.
        let _ = self.tees.send(None).await;
        spawn_blocking(|| recorder.wait()).await.map_err(io::Error::other)?;
        let over = health(SystemClock.now(), SourceHealth::Starting);
        let _ = self.frame.observations.send(over).await;
        Ok("the recording is complete".to_owned())
    }
}

impl Frame {
    /// Begins a recording; that it ended by itself is shown beside the sources.
    fn start(&self, path: &Path, started: Timestamp) -> io::Result<(Tee, Recorder)> {
        let header = record::Header { started, ..self.header.clone() };
        let redactor = header.redacted.then(Redactor::default);
        let told = self.observations.clone();
        let ended = move |end: &record::End| {
            let at = SystemClock.now();
            let fault = Fault::new("RECORDING_ENDED", &end.to_string());
            let _ = told.blocking_send(health(at, SourceHealth::Failing { since: at, fault }));
        };
        Recorder::start(path, &header, self.limit, redactor, ended)
    }
}

fn health(at: Timestamp, health: SourceHealth) -> Observation {
    Observation { at, source: SourceId::Recording, body: Body::Health(health) }
}

/// `lagtop-20261126-094512.lagtop`, by the clock on the wall.
fn file_name(at: Timestamp, utc_offset: i32) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    let offset = jiff::tz::Offset::from_seconds(utc_offset).unwrap_or(jiff::tz::Offset::UTC);
    let clock = offset.to_datetime(moment);
    format!("lagtop-{}.lagtop", clock.strftime("%Y%m%d-%H%M%S"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_the_clock_on_the_wall() {
        let at = Timestamp::from_millis(1_795_686_312_400);
        assert_eq!(file_name(at, 0), "lagtop-20261126-094512.lagtop");
        assert_eq!(file_name(at, 19_800), "lagtop-20261126-151512.lagtop");
        assert_eq!(file_name(at, -43_200), "lagtop-20261125-214512.lagtop");
    }
}
