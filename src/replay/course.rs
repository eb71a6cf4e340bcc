//! Where a play is, where it is on its way to, and how it gets there.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::chronicle::Chronicle;
use super::{ReplayClock, Step, Tape};
use crate::diagnose::RuleBook;
use crate::model::play::{Goal, Play, PlayWish, Played, Said};
use crate::model::{Clock as _, Event, GroupId, Marker, Snapshot, Timestamp};
use crate::record::{ReadError, Reader};

/// Opens a recording, as often as it is folded from its begin.
pub type Open = Box<dyn Fn() -> Result<Reader<'static>, ReadError> + Send>;

/// The pause between the end of a recording that is played again and its beginning.
const CURTAIN: Duration = Duration::from_secs(3);

/// A long way is gone in pieces of so long, so that it can be left for another.
const SLICE: Duration = Duration::from_millis(30);

/// The shortest time between two pictures while it plays.
const PUBLISH_EVERY: Duration = Duration::from_millis(100);

/// How long after an event the one before it is meant, while it plays.
const GRACE: Duration = Duration::from_secs(2);

/// The speeds that the person walks through.
const SPEEDS: [f64; 9] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// What is played, and how.
pub struct Recording {
    /// Opens it.
    pub open: Open,
    /// How far into it the play begins. What led to it is history by then.
    pub begin: Duration,
    /// It begins again at its end.
    pub again: bool,
    /// What its pictures are judged by.
    pub rules: RuleBook,
}

/// Where it is on its way to, and what to say there.
struct Way {
    to: To,
    said: Option<Said>,
}

enum To {
    Moment(Timestamp),
    /// The first event that is not known yet.
    Event {
        from: Timestamp,
        group: Option<GroupId>,
    },
}

/// A play. Whoever moves it tells what came of it.
pub(super) struct Course {
    recording: Recording,
    clock: Arc<ReplayClock>,
    tape: Tape,
    chronicle: Chronicle,
    markers: Vec<Marker>,
    /// `None`: it is where it is.
    way: Option<Way>,
    stands: bool,
    end: Option<Timestamp>,
    /// When the last picture was made.
    shown: Instant,
    /// When it ended.
    ended: Option<Instant>,
    picture: Option<Arc<Snapshot>>,
    said: Option<Said>,
    changed: bool,
}

impl Course {
    /// On its way to where the play begins.
    pub(super) fn new(
        reader: Reader<'static>,
        recording: Recording,
        clock: Arc<ReplayClock>,
    ) -> Self {
        let tape = Tape::begin(reader, recording.rules.clone(), &[]);
        let to = To::Moment(tape.started().plus(recording.begin));
        Self {
            chronicle: Chronicle::from(tape.started()),
            recording,
            clock,
            tape,
            markers: Vec::new(),
            way: Some(Way { to, said: None }),
            stands: false,
            end: None,
            shown: Instant::now(),
            ended: None,
            picture: None,
            said: None,
            changed: true,
        }
    }

    /// Opens the recording once more.
    pub(super) fn reopen(&self) -> Result<Reader<'static>, ReadError> {
        (self.recording.open)()
    }

    /// The picture, if it is another than that taken before.
    pub(super) fn take_picture(&mut self) -> Option<Arc<Snapshot>> {
        self.picture.take()
    }

    /// How it stands, if that is otherwise than taken before.
    pub(super) fn take_news(&mut self) -> Option<Played> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let seeking = self.way.as_ref().map(|way| match (&way.to, self.end) {
            (To::Moment(at), Some(end)) => end.min(*at),
            (To::Moment(at), None) if *at < Timestamp::MAX => *at,
            _ => self.tape.at(),
        });
        let play = Play {
            begin: self.tape.started(),
            end: self.end,
            speed: self.clock.speed(),
            stands: self.stands,
            seeking,
        };
        Some(Played { play, said: self.said.take() })
    }

    /// Where the recording ends was found out; by then it may have come there.
    pub(super) fn measured(&mut self, end: Timestamp) {
        self.end.get_or_insert(end);
        self.changed = true;
    }

    /// When there is something to do again; `None`: when the person wishes.
    pub(super) fn due(&self) -> Option<Instant> {
        if self.way.is_some() {
            return Some(Instant::now());
        }
        if let Some(ended) = self.ended {
            return self.recording.again.then_some(ended + CURTAIN).filter(|_| !self.stands);
        }
        let next = self.tape.next_at().filter(|_| !self.stands)?;
        Some(self.clock.when(next).max(self.shown + PUBLISH_EVERY))
    }

    /// Plays what its time has come for, or goes a piece of the way.
    pub(super) fn go_on(&mut self) {
        if self.way.is_some() {
            return self.travel();
        }
        if self.ended.is_some() {
            return self.play_again();
        }
        let (begun, now) = (Instant::now(), self.clock.now());
        let over = loop {
            match self.tape.step(now) {
                Step::Second(picture) => self.chronicle.look(&picture),
                Step::There => break false,
                Step::Over => break true,
            }
            if begun.elapsed() >= SLICE {
                self.clock.run_from(self.tape.at());
                break false;
            }
        };
        self.publish();
        if over {
            self.end();
        }
    }

    /// Goes a piece of the way.
    fn travel(&mut self) {
        let Some(Way { to, .. }) = &self.way else { return };
        let until = if let To::Moment(at) = to { *at } else { Timestamp::MAX };
        let begun = Instant::now();
        while begun.elapsed() < SLICE {
            match self.tape.step(until) {
                Step::Second(picture) => {
                    self.chronicle.look(&picture);
                    if let Some(event) = self.found() {
                        return self.arrive(Some(event));
                    }
                }
                Step::There => return self.arrive(None),
                Step::Over => {
                    let last = self.tape.picture();
                    self.chronicle.look(&last);
                    self.arrive(self.found());
                    return self.end();
                }
            }
        }
        if matches!(self.way, Some(Way { to: To::Event { .. }, .. })) {
            self.changed = true;
        }
    }

    /// The event that is looked for, if it has happened by now.
    fn found(&self) -> Option<Event> {
        let Some(Way { to: To::Event { from, group }, .. }) = &self.way else { return None };
        self.chronicle.after(*from, group.as_ref())
    }

    fn arrive(&mut self, found: Option<Event>) {
        let way = self.way.take();
        let said = found.map(Said::Event).or_else(|| way?.said);
        self.publish();
        let (clock, at) = (&self.clock, self.tape.at());
        if self.stands {
            clock.stand_at(at);
        } else {
            clock.run_from(at);
        }
        self.said = said;
        self.changed = true;
    }

    /// The recording is over.
    fn end(&mut self) {
        let at = self.tape.at();
        self.clock.stand_at(at);
        (self.end, self.ended) = (Some(at), Some(Instant::now()));
        self.stands |= !self.recording.again;
        self.changed = true;
    }

    fn publish(&mut self) {
        let picture = self.tape.picture();
        self.chronicle.look(&picture);
        self.picture = Some(picture);
        self.shown = Instant::now();
    }

    /// Takes what the person marked; the file stays as it is.
    pub(super) fn mark(&mut self, marker: Marker) {
        self.tape.mark(marker.clone());
        self.chronicle.mark(&marker);
        self.markers.push(marker);
        // On the way there is no picture to show.
        if self.way.is_none() {
            self.publish();
        }
    }

    /// Does as the person wishes.
    pub(super) fn take(&mut self, wish: PlayWish) {
        match wish {
            PlayWish::Pause => self.pause(),
            PlayWish::Faster => self.pace(SPEEDS.into_iter().find(|s| *s > self.clock.speed())),
            PlayWish::Slower => self.pace(SPEEDS.into_iter().rfind(|s| *s < self.clock.speed())),
            PlayWish::Go(goal) => self.go(goal),
        }
    }

    fn pace(&mut self, speed: Option<f64>) {
        if let Some(speed) = speed {
            self.clock.set_speed(speed);
        }
        self.changed = true;
    }

    /// From where the play began.
    fn play_again(&mut self) {
        let begin = self.tape.started().plus(self.recording.begin);
        self.set_out(To::Moment(begin), None);
    }

    /// At its end there is nothing to go on with but the begin.
    fn pause(&mut self) {
        self.stands = !self.stands;
        if self.way.is_none() {
            let (clock, now) = (&self.clock, self.clock.now());
            match (self.stands, self.ended) {
                (true, _) => clock.stand_at(now),
                (false, None) => clock.run_from(now),
                (false, Some(_)) => return self.play_again(),
            }
        }
        self.changed = true;
    }

    fn go(&mut self, goal: Goal) {
        let from = match &self.way {
            Some(Way { to: To::Moment(at), .. }) => *at,
            Some(Way { to: To::Event { .. }, .. }) => self.tape.at(),
            None => self.clock.now(),
        };
        match goal {
            Goal::Earlier(by) => self.move_to(from.minus(by)),
            Goal::Later(by) => self.move_to(from.plus(by)),
            Goal::End => self.set_out(To::Moment(Timestamp::MAX), None),
            Goal::EventBefore(group) => self.event_before(from, group.as_ref()),
            Goal::EventAfter(group) => self.event_after(from, group),
        }
    }

    fn event_before(&mut self, from: Timestamp, group: Option<&GroupId>) {
        // What was passed a moment ago is not what is meant, or there would be no way past it.
        let from = if self.stands { from } else { from.minus(GRACE.mul_f64(self.clock.speed())) };
        if let Some(event) = self.chronicle.before(from, group) {
            self.set_out(To::Moment(event.at), Some(Said::Event(event)));
        } else {
            self.say("nothing happened before");
        }
    }

    fn event_after(&mut self, from: Timestamp, group: Option<GroupId>) {
        if let Some(event) = self.chronicle.after(from, group.as_ref()) {
            self.set_out(To::Moment(event.at), Some(Said::Event(event)));
        } else {
            let said = Some(Said::Play("nothing happened after"));
            self.set_out(To::Event { from, group }, said);
        }
    }

    fn move_to(&mut self, at: Timestamp) {
        let begin = self.tape.started();
        let edge = if at < begin {
            Some((begin, "the recording begins here"))
        } else {
            let over = self.end.is_some_and(|end| at >= end);
            over.then_some((Timestamp::MAX, "the recording ends here"))
        };
        let (at, said) = edge.map_or((at, None), |(at, said)| (at, Some(Said::Play(said))));
        self.set_out(To::Moment(at), said);
    }

    /// Sets out for another moment; to an earlier one from the begin.
    fn set_out(&mut self, to: To, said: Option<Said>) {
        if let To::Moment(at) = to
            && at < self.tape.at()
        {
            let Ok(reader) = (self.recording.open)() else {
                return self.say("the recording cannot be read again");
            };
            self.tape = Tape::begin(reader, self.recording.rules.clone(), &self.markers);
        }
        let clock = &self.clock;
        clock.stand_at(clock.now());
        (self.way, self.ended) = (Some(Way { to, said }), None);
        self.changed = true;
    }

    fn say(&mut self, text: &'static str) {
        self.said = Some(Said::Play(text));
        self.changed = true;
    }
}
