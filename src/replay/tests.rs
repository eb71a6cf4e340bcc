//! Plays of the recordings in the binary, moved both ways.

use std::sync::Arc;
use std::time::Duration;

use super::course::{Course, Recording};
use super::{ReplayClock, Step, Tape};
use crate::diagnose::RuleBook;
use crate::model::play::{Goal, Play, PlayWish, Said};
use crate::model::{Clock as _, GroupId, Marker, Snapshot, Timestamp};
use crate::record::bundle::Bundled;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

fn storm() -> &'static Bundled {
    Bundled::named("rebalance-storm").unwrap()
}

fn tape() -> Tape {
    Tape::begin(storm().open().unwrap(), RuleBook::default(), &[])
}

/// All up to a moment.
fn fold(tape: &mut Tape, until: Timestamp) -> Snapshot {
    while let Step::Second(_) = tape.step(until) {}
    // How often it was looked at is another matter.
    Snapshot { version: 0, ..Snapshot::clone(&tape.picture()) }
}

/// What a picture says of each group. Trends are left out: a group's lag is noted when it is looked at.
fn said(picture: &Snapshot) -> Vec<String> {
    let groups = picture.groups.iter().map(|entry| {
        let view = &entry.view;
        let rows: Vec<_> = view.partitions().map(|(_, row)| (row.lag, row.consumed)).collect();
        let found: Vec<_> = entry.findings.firing.iter().map(|one| (one.rule, one.since)).collect();
        let (state, members) = (view.state, &view.members);
        format!("{:?} {state:?} {rows:?} {members:?} {:?} {found:?}", view.id, view.rebalances)
    });
    groups.collect()
}

#[test]
fn a_moment_is_the_same_whether_it_was_played_to_or_gone_to() {
    let mut played = tape();
    let started = played.started();
    for at in (7..120).step_by(19).map(|seconds| started.plus(SECOND * seconds)) {
        let was = said(&fold(&mut played, at));
        assert_eq!(said(&fold(&mut tape(), at)), was, "at {at:?}");
    }
}

/// A play of the storm, and what came of moving it.
struct Stand {
    course: Course,
    clock: Arc<ReplayClock>,
    play: Play,
    said: String,
    picture: Arc<Snapshot>,
}

impl Stand {
    fn new(again: bool) -> Self {
        let reader = storm().open().unwrap();
        let (begin, rules) = (SECOND * 30, RuleBook::default());
        let recording = Recording { open: Box::new(|| storm().open()), begin, again, rules };
        let clock = Arc::new(ReplayClock::standing(reader.header().started, 1.0));
        let picture = Arc::new(Snapshot::empty(clock.now(), reader.header().isolation));
        let mut course = Course::new(reader, recording, Arc::clone(&clock));
        let play = course.take_news().unwrap().play;
        let mut stand = Self { course, clock, play, said: String::new(), picture };
        stand.arrive();
        stand
    }

    /// Goes on until it is where it shall be.
    fn arrive(&mut self) {
        self.look();
        while self.play.seeking.is_some() {
            self.course.go_on();
            self.look();
        }
    }

    fn look(&mut self) {
        self.picture = self.course.take_picture().unwrap_or_else(|| Arc::clone(&self.picture));
        if let Some(news) = self.course.take_news() {
            self.play = news.play;
            self.said = match news.said {
                None => String::new(),
                Some(Said::Play(text)) => text.to_owned(),
                Some(Said::Event(event)) => event.text,
            };
        }
    }

    fn wish(&mut self, wish: PlayWish) {
        self.course.take(wish);
        self.arrive();
    }

    fn go(&mut self, goal: Goal) {
        self.wish(PlayWish::Go(goal));
    }

    /// Milliseconds from the begin of the recording.
    fn at(&self) -> u128 {
        self.clock.now().since(self.play.begin).as_millis()
    }
}

fn group() -> GroupId {
    "sessionizer".into()
}

#[tokio::test(start_paused = true)]
async fn it_begins_with_its_history_and_moves_both_ways() {
    let mut stand = Stand::new(false);
    assert_eq!(stand.at(), 30_000);
    stand.wish(PlayWish::Pause);
    assert!(stand.play.stands);
    for (goal, at) in [
        (Goal::Earlier(SECOND), 29_000),
        (Goal::Later(MINUTE), 89_000),
        (Goal::Earlier(MINUTE), 29_000),
        (Goal::Earlier(MINUTE), 0),
    ] {
        stand.go(goal.clone());
        assert_eq!((stand.at(), stand.play.stands), (at, true), "{goal:?}");
        let whole = fold(&mut tape(), stand.clock.now());
        let shown = Snapshot { version: 0, ..Snapshot::clone(&stand.picture) };
        assert!(shown == whole, "{goal:?}");
    }
    assert_eq!(stand.said, "the recording begins here");
}

#[tokio::test(start_paused = true)]
async fn it_runs_on_from_where_it_was_moved_to_at_its_speed() {
    let mut stand = Stand::new(false);
    stand.wish(PlayWish::Faster);
    stand.wish(PlayWish::Faster);
    stand.go(Goal::Later(SECOND * 10));
    tokio::time::advance(SECOND).await;
    assert_eq!((stand.at(), stand.play.speed), (44_000, 4.0));
    let before = stand.picture.at;
    stand.course.go_on();
    stand.look();
    assert!(stand.picture.at.since(before) > SECOND * 2, "{:?}", stand.picture.at.since(before));
    for _ in 0..9 {
        stand.wish(PlayWish::Slower);
    }
    assert!((stand.play.speed - 0.25).abs() < f64::EPSILON);
    for _ in 0..9 {
        stand.wish(PlayWish::Faster);
    }
    assert!((stand.play.speed - 64.0).abs() < f64::EPSILON);
}

/// The way back meets what the way forth met, at the same moments, also what is over by then.
#[tokio::test(start_paused = true)]
async fn both_ways_lead_from_event_to_event() {
    let mut stand = Stand::new(false);
    stand.wish(PlayWish::Pause);
    stand.go(Goal::Earlier(MINUTE));
    let mut forth = Vec::new();
    loop {
        stand.go(Goal::EventAfter(Some(group())));
        if stand.said == "nothing happened after" {
            break;
        }
        forth.push((stand.at(), stand.said.clone()));
    }
    assert!(forth.is_sorted_by(|a, b| a.0 <= b.0), "{forth:?}");
    let named = |part: &str| forth.iter().filter(|(_, said)| said.contains(part)).count();
    assert!(named("rebalance-storm") >= 1 && named("rebalance: ") >= 3, "{forth:?}");
    let mut moments: Vec<_> = forth.iter().map(|(at, _)| *at).collect();
    moments.dedup();
    // The last one may be at the very end.
    moments.retain(|at| *at < stand.at());
    let mut back = Vec::new();
    loop {
        stand.go(Goal::EventBefore(Some(group())));
        if stand.said == "nothing happened before" {
            break;
        }
        back.push(stand.at());
    }
    back.reverse();
    assert_eq!(back, moments);
    // Of other groups only what is wrong with them.
    stand.go(Goal::EventAfter(None));
    assert!(!stand.said.contains("rebalance: "), "{}", stand.said);
}

/// A picture of an event shows it.
#[tokio::test(start_paused = true)]
async fn what_is_gone_to_is_in_the_picture() {
    let mut stand = Stand::new(false);
    stand.wish(PlayWish::Pause);
    for _ in 0..40 {
        stand.go(Goal::EventAfter(None));
        if stand.said.contains("rebalance-storm") {
            break;
        }
    }
    let rules: Vec<_> = stand.picture.findings().iter().map(|finding| finding.rule).collect();
    assert!(rules.contains(&"rebalance-storm"), "{}: {rules:?}", stand.said);
}

#[tokio::test(start_paused = true)]
async fn what_the_person_marked_is_there_wherever_the_play_goes() {
    let mut stand = Stand::new(false);
    stand.wish(PlayWish::Pause);
    let at = stand.clock.now();
    stand.course.mark(Marker { at, note: "deploy".into() });
    stand.look();
    assert_eq!(stand.picture.markers.len(), 1);
    stand.go(Goal::Earlier(SECOND * 20));
    assert_eq!(stand.picture.markers.len(), 1);
    loop {
        stand.go(Goal::EventAfter(None));
        if stand.said == "marker: deploy" || stand.at() > 30_000 {
            break;
        }
    }
    assert_eq!((stand.said.as_str(), stand.at()), ("marker: deploy", 30_000));
}

#[tokio::test(start_paused = true)]
async fn at_its_end_it_stands_and_is_played_again_when_that_is_wished() {
    let mut stand = Stand::new(false);
    stand.go(Goal::End);
    let end = stand.play.end.unwrap();
    assert_eq!((stand.clock.now(), stand.play.stands), (end, true));
    assert_eq!(stand.course.due(), None);
    stand.go(Goal::Later(SECOND));
    assert_eq!((stand.clock.now(), stand.said.as_str()), (end, "the recording ends here"));
    stand.wish(PlayWish::Pause);
    assert_eq!((stand.at(), stand.play.stands), (30_000, false));
}

#[tokio::test(start_paused = true)]
async fn a_demo_begins_again_by_itself_unless_it_is_paused() {
    let mut stand = Stand::new(true);
    stand.go(Goal::End);
    assert!(!stand.play.stands);
    let due = stand.course.due().unwrap();
    stand.wish(PlayWish::Pause);
    assert_eq!(stand.course.due(), None);
    stand.wish(PlayWish::Pause);
    assert_eq!(stand.at(), 30_000, "at its end there is nothing else to go on with");
    stand.go(Goal::End);
    tokio::time::advance(due.duration_since(tokio::time::Instant::now())).await;
    stand.course.go_on();
    stand.arrive();
    assert_eq!(stand.at(), 30_000);
}
