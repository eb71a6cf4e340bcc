//! The loop.

use std::collections::VecDeque;
use std::future::{Future, pending, poll_fn};
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crossterm::event::Event;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use ratatui::backend::Backend;
use ratatui::buffer::Buffer;
use ratatui::{Frame, Terminal};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::road::{Answers, Elsewhere, Moments, PageRoad, RecordRoad};
use super::{Error, Pace, input, signal};
use crate::app::{AppState, Effect, HitMap, Input, Notice, Options, View, update};
use crate::model::{
    Body, Clock, Marker, Observation, PollPlan, Snapshot, SourceId, Timestamp, Wish,
};

/// Events taken in one go: after so many, a frame may be due.
const BATCH: usize = 256;

/// The least time from one look at an age to the next.
const SLOW: Duration = Duration::from_millis(100);

/// How long a message stays: the person's time, however fast that of the picture goes.
const SAID: Duration = Duration::from_secs(4);

/// Draws a frame: `ui::draw`, or a test's.
pub type Draw<'a> = &'a mut dyn FnMut(&View<'_>, &mut Frame<'_>) -> HitMap;

/// A terminal as the loop uses it: the person's, or a test's.
pub trait Console {
    /// What is drawn on.
    type Backend: Backend<Error = Self::Refusal>;
    /// How drawing fails.
    type Refusal: std::error::Error + Send + Sync + 'static;
    /// What comes in.
    type Events: Stream<Item = io::Result<Event>> + Unpin;

    /// What is drawn on.
    fn terminal(&mut self) -> &mut Terminal<Self::Backend>;

    /// What comes in, from now on. It is dropped while the terminal is not ours.
    fn events(&mut self) -> Self::Events;

    /// Puts text into the person's clipboard.
    fn copy(&mut self, text: &str) -> io::Result<()>;

    /// Tells somebody who looks elsewhere. The text may hold anything.
    fn notify(&mut self, how: Notice, text: &str) -> io::Result<()>;

    /// Gives the terminal back, stops until continued, and takes it again.
    fn suspend(&mut self) -> impl Future<Output = io::Result<()>>;

    /// Takes the terminal again after somebody else stopped us without asking.
    fn resume(&mut self) -> io::Result<()>;
}

/// Writes the incident that a snapshot shows.
pub type Summary = fn(&Snapshot, Timestamp) -> String;

/// What the loop works with, apart from the terminal.
pub struct Desk {
    /// What is settled before the first frame.
    pub options: Options,
    /// Where snapshots come from. When the other end is gone, the last one stays.
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    /// Where the wish list goes.
    pub plans: watch::Sender<PollPlan>,
    /// Where wishes are fulfilled; `None` where what is shown was recorded.
    pub road: Option<PageRoad>,
    /// Where other moments than the newest come from.
    pub moments: Moments,
    /// Where recordings are begun and ended; `None` where what is shown was recorded.
    pub recordings: Option<RecordRoad>,
    /// Where the person's markers go, as observations like all others.
    pub observations: mpsc::Sender<Observation>,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Seconds east of Greenwich where the person is, for clock times.
    pub utc_offset: i32,
}

/// How the screen was left.
#[derive(Debug, Default, PartialEq)]
pub struct Exit {
    /// The last frame, if it shall stay in the scrollback.
    pub frame: Option<Buffer>,
}

/// Shows the screen until the person quits or `end` completes: frames as `draw` draws them, the incident
/// for the clipboard as `summary` tells it. To be awaited on the thread that owns
/// the terminal (`block_on`, not `spawn`), so that a panic in here restores it.
pub async fn run<'a, C: Console>(
    console: &'a mut C,
    desk: Desk,
    faces: (Draw<'a>, Summary),
    end: impl Future<Output = ()>,
) -> Result<Exit, Error> {
    let (mut screen, mut snapshots, mut answers) = Loop::new(console, desk, faces);
    let mut end = std::pin::pin!(end);
    let mut continued = signal::Continued::listen()?;
    let mut fed = true;
    let mut events = Some(screen.console.events());
    screen.resized()?;
    loop {
        match screen.take_all()? {
            Flow::On => {}
            Flow::Quit { leave_frame } => return screen.quit(leave_frame),
            Flow::Suspend => {
                // Two readers of one terminal would take each other's keys.
                events = None;
                screen.console.suspend().await?;
                let _ = continued.wait().now_or_never();
                screen.resized()?;
                continue;
            }
        }
        screen.draw_if_due()?;
        let stream = events.get_or_insert_with(|| screen.console.events());
        tokio::select! {
            biased;
            () = &mut end => return Ok(Exit::default()),
            () = continued.wait() => {
                screen.console.resume()?;
                screen.pace.mark();
            }
            event = stream.next() => match event {
                Some(event) => screen.queue_events(event?, stream).await?,
                // The terminal is gone.
                None => return Ok(Exit::default()),
            },
            changed = snapshots.changed(), if fed => {
                fed = changed.is_ok();
                screen.queue_latest(&mut snapshots);
            }
            answer = answers.next() => screen.queue.push_back(answer),
            () = at(screen.pace.deadline(Instant::now())) => {}
            () = at(screen.said) => {
                screen.said = None;
                screen.queue.push_back(Input::Read);
            }
            () = at(screen.tick) => {
                screen.tick = None;
                screen.queue.push_back(Input::Tick);
            }
        }
    }
}

/// How the loop goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    On,
    Quit { leave_frame: bool },
    Suspend,
}

struct Loop<'a, C> {
    app: AppState,
    console: &'a mut C,
    plans: watch::Sender<PollPlan>,
    wishes: Option<watch::Sender<Option<Wish>>>,
    moments: Elsewhere,
    recordings: Option<mpsc::Sender<()>>,
    observations: mpsc::Sender<Observation>,
    clock: Arc<dyn Clock>,
    utc_offset: i32,
    draw: Draw<'a>,
    summary: Summary,
    /// What has come in and waits for `update`.
    queue: VecDeque<Input>,
    pace: Pace,
    tick: Option<Instant>,
    /// When the message has had its time.
    said: Option<Instant>,
}

impl<'a, C: Console> Loop<'a, C> {
    /// The loop, and what it waits for.
    fn new(
        console: &'a mut C,
        desk: Desk,
        (draw, summary): (Draw<'a>, Summary),
    ) -> (Self, watch::Receiver<Arc<Snapshot>>, Answers) {
        let Desk { options, mut snapshots, plans, road, moments, recordings, .. } = desk;
        let (wishes, answers) = road.map(|road| (road.wishes, road.answers)).unzip();
        let (recordings, said) = recordings.map(|road| (road.wishes, road.said)).unzip();
        let (answers, moments) = Answers::new(answers, moments, said);
        let screen = Self {
            app: AppState::new(options, Arc::clone(&snapshots.borrow_and_update())),
            console,
            plans,
            wishes,
            moments,
            recordings,
            observations: desk.observations,
            clock: desk.clock,
            utc_offset: desk.utc_offset,
            draw,
            summary,
            queue: VecDeque::new(),
            pace: Pace::default(),
            tick: None,
            said: None,
        };
        (screen, snapshots, answers)
    }

    /// Asks for the terminal's size anew: it may have changed while nobody listened.
    fn resized(&mut self) -> Result<(), Error> {
        let size = self.console.terminal().size().map_err(io::Error::other)?;
        self.queue.push_front(Input::Resize { width: size.width, height: size.height });
        self.pace.mark();
        Ok(())
    }

    /// Queues an event and all that wait behind it, so that they are one frame.
    async fn queue_events(&mut self, first: Event, stream: &mut C::Events) -> Result<(), Error> {
        let mut inputs: Vec<Input> = input::translate(first).into_iter().collect();
        for _ in 0..BATCH {
            let Poll::Ready(Some(event)) = waiting(stream).await else { break };
            inputs.extend(input::translate(event?));
        }
        input::coalesce(&mut inputs);
        self.queue.extend(inputs);
        Ok(())
    }

    fn queue_latest(&mut self, snapshots: &mut watch::Receiver<Arc<Snapshot>>) {
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        self.queue.push_back(Input::Snapshot(snapshot));
    }

    /// Takes what is queued. What was typed after Ctrl-Z waits for the shell's `fg`.
    fn take_all(&mut self) -> Result<Flow, Error> {
        while let Some(input) = self.queue.pop_front() {
            let effects = update(&mut self.app, input, self.clock.now());
            let flow = self.perform(effects)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Result<Flow, Error> {
        for effect in effects {
            match effect {
                Effect::Draw => self.pace.mark(),
                Effect::Redraw => {
                    self.console.terminal().clear().map_err(io::Error::other)?;
                    self.pace.mark();
                }
                Effect::Quit { leave_frame } => return Ok(Flow::Quit { leave_frame }),
                Effect::Suspend => return Ok(Flow::Suspend),
                Effect::Copy(text) => self.console.copy(&text)?,
                Effect::CopySummary => {
                    let picture = self.app.picture();
                    let at = self.app.moment().unwrap_or(picture.at);
                    // Those of a picture held still too that were set since.
                    let markers = Arc::clone(&self.app.live.markers);
                    let picture = Snapshot { markers, ..Snapshot::clone(picture) };
                    let text = (self.summary)(&picture, at);
                    self.console.copy(&text)?;
                }
                Effect::Notify(how, text) => self.console.notify(how, &text)?,
                Effect::Mark(marker) => self.mark(marker),
                Effect::Record => self.record(),
                Effect::SetPlan(plan) => {
                    self.plans.send_replace(plan);
                }
                Effect::SetWish(wish) => self.wish(wish),
                Effect::SetMoment(wish) => self.moments.tell(wish),
                Effect::Play(wish) => self.moments.play(wish),
                Effect::Say => self.said = Some(Instant::now() + SAID),
            }
        }
        Ok(Flow::On)
    }

    /// Tells the store of a marker. It takes dozens of observations a second, so that a full channel is as
    /// good as nobody there: the person is told.
    fn mark(&mut self, marker: Marker) {
        let body = Body::Marker(marker.clone());
        let seen = Observation { at: self.clock.now(), source: SourceId::Person, body };
        if self.observations.try_send(seen).is_err() {
            self.queue.push_back(Input::NotMarked(marker));
        }
    }

    /// Passes on that a recording shall begin or end. A key that was pressed before the answer to the one
    /// before it means nothing.
    fn record(&mut self) {
        if let Some(recordings) = &self.recordings {
            let _ = recordings.try_send(());
        } else {
            let text = "nothing to record: what is shown was recorded".to_owned();
            self.queue.push_back(Input::Said(text));
        }
    }

    /// Passes a wish on; of a recording the answer is known.
    fn wish(&mut self, wish: Option<Wish>) {
        if let Some(wishes) = &self.wishes {
            wishes.send_replace(wish);
        } else {
            let answer = wish.map(|wish| wish.of_a_recording(self.clock.now()));
            self.queue.extend(answer.map(Input::Answer));
        }
    }

    fn draw_if_due(&mut self) -> Result<(), Error> {
        if self.pace.is_due(Instant::now()) {
            self.draw_now(false)?;
        }
        Ok(())
    }

    /// Draws a frame; returns a copy of it if asked to.
    fn draw_now(&mut self, keep: bool) -> Result<Option<Buffer>, Error> {
        let now = self.clock.now();
        let view = View::new(&self.app, now, self.utc_offset);
        let mut hits = HitMap::default();
        let (draw, terminal) = (&mut self.draw, self.console.terminal());
        let frame = terminal.draw(|frame| hits = draw(&view, frame)).map_err(io::Error::other)?;
        let buffer = keep.then(|| frame.buffer.clone());
        let effects = self.app.drawn(hits);
        let at = Instant::now();
        self.pace.drawn(at);
        self.tick = self.app.tick_in().map(|span| at + span.max(SLOW));
        self.perform(effects)?;
        Ok(buffer)
    }

    fn quit(&mut self, leave_frame: bool) -> Result<Exit, Error> {
        let frame = if leave_frame { self.draw_now(true)? } else { None };
        Ok(Exit { frame })
    }
}

/// Looks whether an event waits, without waiting for one. The look is made with the loop's own waker:
/// crossterm's stream keeps the first one that it is shown, and with that of `now_or_never` the loop
/// would sleep through the next key.
async fn waiting<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    poll_fn(|context| Poll::Ready(stream.poll_next_unpin(context))).await
}

/// Waits until `deadline`; for ever without one.
async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
