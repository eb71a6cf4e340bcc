use std::sync::Mutex;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use futures_util::stream;
use ratatui::backend::TestBackend;
use tokio::time::sleep;

use super::*;
use crate::app::fixture::{group, options, snapshot};
use crate::app::{Hit, Pane};
use crate::model::Timestamp;
use crate::tui::Road;

/// Simulated time as a clock.
#[derive(Debug)]
struct Simulated(Instant);

impl Clock for Simulated {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(0).plus(self.0.elapsed())
    }
}

/// A terminal whose person follows a script: events, and the pauses before them.
struct Scripted {
    terminal: Terminal<TestBackend>,
    script: Vec<(Duration, Event)>,
    copied: Vec<String>,
    noticed: Vec<(Notice, String)>,
    /// What happened to the terminal.
    log: Vec<&'static str>,
    /// When the loop was suspended, the readers of events that were alive.
    readers: Arc<Mutex<usize>>,
}

/// Counts itself while it lives.
struct Reader(Arc<Mutex<usize>>);

impl Drop for Reader {
    fn drop(&mut self) {
        *self.0.lock().expect("nobody panicked") -= 1;
    }
}

impl Scripted {
    fn new(script: impl IntoIterator<Item = (u64, Event)>) -> Self {
        let millis = |(pause, event)| (Duration::from_millis(pause), event);
        Self {
            terminal: Terminal::new(TestBackend::new(160, 45)).expect("a test backend"),
            script: script.into_iter().map(millis).collect(),
            copied: Vec::new(),
            noticed: Vec::new(),
            log: Vec::new(),
            readers: Arc::default(),
        }
    }
}

impl Console for Scripted {
    type Backend = TestBackend;
    type Refusal = std::convert::Infallible;
    type Events = std::pin::Pin<Box<dyn Stream<Item = io::Result<Event>>>>;

    fn terminal(&mut self) -> &mut Terminal<TestBackend> {
        &mut self.terminal
    }

    /// Without a pause, events come in one go; after the last one, the person sits still.
    fn events(&mut self) -> Self::Events {
        *self.readers.lock().expect("nobody panicked") += 1;
        let reader = Reader(Arc::clone(&self.readers));
        // What is not read before a suspension is read after it.
        let suspended = self.script.iter().position(|(_, event)| *event == key('\u{1a}'));
        let rest = suspended.map_or(self.script.len(), |at| at + 1);
        let script: Vec<_> = self.script.drain(..rest).collect();
        let scripted = stream::unfold((script.into_iter(), reader), |(mut script, reader)| async {
            let (pause, event) = script.next()?;
            if !pause.is_zero() {
                sleep(pause).await;
            }
            let event = if event == key('\u{1a}') { control('z') } else { event };
            Some((Ok(event), (script, reader)))
        });
        Box::pin(scripted.chain(stream::pending()))
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.copied.push(text.to_owned());
        Ok(())
    }

    fn notify(&mut self, how: Notice, text: &str) -> io::Result<()> {
        self.noticed.push((how, text.to_owned()));
        Ok(())
    }

    async fn suspend(&mut self) -> io::Result<()> {
        assert_eq!(*self.readers.lock().expect("nobody panicked"), 0, "somebody still reads");
        self.log.push("suspended");
        Ok(())
    }

    fn resume(&mut self) -> io::Result<()> {
        self.log.push("resumed");
        Ok(())
    }
}

fn key(char: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(char), KeyModifiers::NONE))
}

fn control(char: char) -> Event {
    Event::Key(KeyEvent::new(KeyCode::Char(char), KeyModifiers::CONTROL))
}

/// Ctrl-Z in a script: the reader ends there.
fn suspend() -> Event {
    key('\u{1a}')
}

/// A road on which nobody answers.
fn nobody() -> Moments {
    Moments::Told(Road { wishes: watch::channel(None).0, answers: mpsc::channel(1).1 })
}

/// What came of a run.
struct Outcome {
    /// When frames were drawn, in milliseconds from the start.
    frames: Vec<u128>,
    exit: Exit,
    took: Duration,
    plans: watch::Receiver<PollPlan>,
    seen: mpsc::Receiver<Observation>,
}

struct Stage {
    console: Scripted,
    /// Ends the loop after so long.
    end: Duration,
    /// What frames say about the ages they show.
    ages_in: Option<Duration>,
    /// Snapshots, and the pauses before them.
    feed: Vec<Duration>,
}

impl Stage {
    fn new(script: impl IntoIterator<Item = (u64, Event)>) -> Self {
        let hour = Duration::from_hours(1);
        Self { console: Scripted::new(script), end: hour, ages_in: None, feed: Vec::new() }
    }

    async fn play(&mut self) -> Outcome {
        let groups = [group("billing", &[5]), group("search", &[9])];
        let start = Instant::now();
        let (feeder, snapshots) = watch::channel(snapshot(&groups, 10));
        let (plans, told) = watch::channel(PollPlan::every(Duration::from_secs(9)));
        let (observations, seen) = mpsc::channel(1);
        let mut frames = Vec::new();
        let ages_in = self.ages_in;
        let mut draw = |view: &View<'_>, frame: &mut Frame<'_>| {
            frames.push(start.elapsed().as_millis());
            let text = format!("{:?} {}", view.app.focus, view.app.groups.cursor());
            frame.render_widget(text.as_str(), frame.area());
            let mut hits = HitMap { ages_in, ..HitMap::default() };
            hits.set_height(Pane::Groups, 10);
            hits.add(
                crate::app::Area { x: 0, y: 0, width: 160, height: 45 },
                Hit::Pane(Pane::Groups),
            );
            hits
        };
        let desk = Desk {
            options: options(),
            snapshots,
            plans,
            road: None,
            recordings: None,
            moments: nobody(),
            observations,
            clock: Arc::new(Simulated(start)),
            utc_offset: 0,
        };
        let feed = std::mem::take(&mut self.feed);
        let feeding = tokio::spawn(async move {
            for pause in feed {
                sleep(pause).await;
                feeder.send_replace(snapshot(&groups, 11));
            }
            // The channel stays open, as the store keeps it.
            pending::<()>().await;
            drop(feeder);
        });
        let exit = run(&mut self.console, desk, (&mut draw, summary), sleep(self.end))
            .await
            .expect("a test terminal");
        feeding.abort();
        Outcome { frames, exit, took: start.elapsed(), plans: told, seen }
    }
}

#[tokio::test(start_paused = true)]
async fn while_nothing_happens_nothing_is_drawn() {
    let outcome = Stage::new([]).play().await;
    assert_eq!(outcome.frames, [0], "the first frame, and none in an hour");
    assert_eq!(outcome.exit, Exit::default());
}

#[tokio::test(start_paused = true)]
async fn a_marker_is_an_observation_of_the_person() {
    let enter = Event::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
    let script = [(0, key('m')), (0, key('x')), (0, enter.clone()), (0, key('m')), (0, enter)];
    let mut outcome = Stage::new(script).play().await;
    let seen = outcome.seen.recv().await.expect("the first");
    assert_eq!(seen.source, SourceId::Person);
    let Body::Marker(marker) = seen.body else { panic!("{seen:?}") };
    assert_eq!(&*marker.note, "x");
    assert!(outcome.seen.recv().await.is_none(), "for a second one there was no room");
}

#[tokio::test(start_paused = true)]
async fn a_key_after_quiet_is_answered_at_once() {
    let outcome = Stage::new([(1_000, key('j')), (1_000, key('j')), (0, key('q'))]).play().await;
    assert_eq!(outcome.frames, [0, 1_000], "at the last row another j changes nothing");
    assert_eq!(outcome.took, Duration::from_secs(2), "and q ends it there and then");
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_keys_is_drawn_thirty_times_a_second() {
    let flood = (0..1_000).map(|n| (1, if n % 2 == 0 { key('j') } else { key('k') }));
    let outcome = Stage::new(flood.chain([(0, key('q'))])).play().await;
    assert!((29..=32).contains(&outcome.frames.len()), "{:?}", outcome.frames);
    let gaps = outcome.frames.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(gaps.clone().skip(1).all(|gap| gap >= 33), "{:?}", outcome.frames);
}

#[tokio::test(start_paused = true)]
async fn keys_that_come_together_are_one_frame() {
    let outcome =
        Stage::new([(500, key('j')), (0, key('2')), (0, key('3')), (500, key('q'))]).play().await;
    assert_eq!(outcome.frames, [0, 500]);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_a_frame_unless_the_picture_is_held() {
    let second = Duration::from_secs(1);
    let mut stage = Stage::new([]);
    stage.feed = vec![second, second];
    stage.end = second * 10;
    assert_eq!(stage.play().await.frames, [0, 1_000, 2_000]);
    let mut stage = Stage::new([(100, key(' '))]);
    stage.feed = vec![second, second];
    stage.end = second * 10;
    assert_eq!(stage.play().await.frames, [0, 100]);
}

#[tokio::test(start_paused = true)]
async fn an_age_on_screen_is_drawn_anew_when_it_reads_differently() {
    let mut stage = Stage::new([]);
    stage.ages_in = Some(Duration::from_secs(1));
    stage.end = Duration::from_millis(3_500);
    assert_eq!(stage.play().await.frames, [0, 1_000, 2_000, 3_000]);
}

#[tokio::test(start_paused = true)]
async fn a_message_is_drawn_away() {
    let outcome = Stage::new([(100, key('s'))]).play().await;
    assert_eq!(outcome.frames, [0, 100, 4_100]);
}

#[tokio::test(start_paused = true)]
async fn when_the_store_is_gone_the_last_picture_stays() {
    let mut stage = Stage::new([(1_000, key('j')), (1_000, key('q'))]);
    stage.console.log.clear();
    let (feeder, snapshots) = watch::channel(snapshot(&[group("a", &[1]), group("b", &[1])], 1));
    drop(feeder);
    let (plans, _told) = watch::channel(PollPlan::every(Duration::from_secs(9)));
    let mut frames = 0;
    let mut draw = |_: &View<'_>, _: &mut Frame<'_>| {
        frames += 1;
        HitMap::default()
    };
    let clock = Arc::new(Simulated(Instant::now()));
    let desk = Desk {
        options: options(),
        snapshots,
        plans,
        road: None,
        recordings: None,
        moments: nobody(),
        observations: mpsc::channel(1).0,
        clock,
        utc_offset: 0,
    };
    run(&mut stage.console, desk, (&mut draw, summary), pending()).await.expect("a test terminal");
    assert!((2..=3).contains(&frames), "it neither ends nor spins: {frames}");
}

#[tokio::test(start_paused = true)]
async fn the_wish_to_end_comes_before_everything() {
    let flood = (0..100_000).map(|_| (0, key('j')));
    let mut stage = Stage::new(flood);
    stage.end = Duration::ZERO;
    assert_eq!(stage.play().await.took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_last_frame_can_be_left_behind() {
    let outcome = Stage::new([(0, key('j')), (0, key('Q'))]).play().await;
    let frame = outcome.exit.frame.expect("kept");
    let line: String =
        (0..8).filter_map(|x| frame.cell((x, 0))).map(ratatui::buffer::Cell::symbol).collect();
    assert_eq!(line, "Groups 1", "with all that was typed before");
}

#[tokio::test(start_paused = true)]
async fn what_is_on_screen_is_told_to_the_sources() {
    let mut stage = Stage::new([(100, key('+')), (100, key('q'))]);
    let outcome = stage.play().await;
    let plan = outcome.plans.borrow();
    assert_eq!((plan.interval, plan.visible.len()), (Duration::from_secs(2), 2));
}

#[tokio::test(start_paused = true)]
async fn nobody_reads_the_terminal_while_it_is_not_ours() {
    let mut stage = Stage::new([(100, suspend()), (100, key('y')), (100, key('q'))]);
    let outcome = stage.play().await;
    assert_eq!(stage.console.log, ["suspended"]);
    assert_eq!(stage.console.copied.len(), 1, "keys are read again after it");
    assert!(outcome.frames.len() >= 2, "and the screen is drawn again");
}

#[tokio::test(start_paused = true)]
async fn drawing_anew_draws_every_cell() {
    let outcome = Stage::new([(100, control('l')), (100, key('q'))]).play().await;
    assert_eq!(outcome.frames, [0, 100]);
}

/// Stands in for the export, which this room does not know.
fn summary(snapshot: &Snapshot, at: Timestamp) -> String {
    format!("{} groups at {}", snapshot.groups.len(), at.as_millis())
}

#[tokio::test(start_paused = true)]
async fn the_incident_goes_into_the_clipboard_as_the_picture_shows_it() {
    let mut stage = Stage::new([(0, key('Y')), (1, key('q'))]);
    stage.play().await;
    assert_eq!(stage.console.copied.len(), 1);
    assert!(stage.console.copied[0].starts_with("2 groups at"), "{:?}", stage.console.copied);
}
