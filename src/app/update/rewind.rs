//! Time: the pause, and pictures of earlier moments while it lasts; the play of a recording.

use std::sync::Arc;
use std::time::Duration;

use super::Turn;
use crate::app::{AppState, Effect, Paused, Rewound, Shown, Travel};
use crate::model::moment::{self, MomentAnswer, MomentWish};
use crate::model::play::{Goal, PlayWish, Played, Said};
use crate::model::pseudonym::Hiding;
use crate::model::{Event, Timestamp};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

impl Turn<'_> {
    pub(super) fn pause(&mut self) -> bool {
        if self.app.play.is_some() {
            return self.effect(Effect::Play(PlayWish::Pause));
        }
        let app = &mut *self.app;
        if let Some(paused) = app.paused.take() {
            app.picture_number += 1;
            if paused.rewound.is_some() {
                self.effects.push(Effect::SetMoment(None));
            }
        } else {
            let snapshot = app.live.clone();
            app.paused = Some(Paused { snapshot, at: self.now, rewound: None });
        }
        true
    }

    /// To another moment: a recording is played from there, else the picture must be held still.
    pub(super) fn travel(&mut self, travel: Travel) -> bool {
        if self.app.play.is_some() {
            return self.play(travel);
        }
        let Some(paused) = &self.app.paused else { return false };
        let from = paused.rewound.as_ref().map_or(paused.at, |rewound| rewound.wished);
        let newest = self.app.live.at;
        match travel {
            Travel::Earlier => self.turn_back(moment::earlier(from, newest)),
            Travel::MinuteEarlier => self.turn_back(moment::before(from.minus(MINUTE), newest)),
            Travel::Later => self.turn_forth(moment::later(from, newest)),
            Travel::MinuteLater => self.turn_forth(moment::showing(from.plus(MINUTE), newest)),
            Travel::EventBefore => self.event_before(from, newest),
            Travel::EventAfter => self.event_after(from, newest),
            Travel::Now => self.turn_to_pause(),
        }
    }

    fn play(&mut self, travel: Travel) -> bool {
        // Of rebalances those of the group with the cursor.
        let group = self.app.groups.selected().cloned();
        let group = self.app.veil.lift(group);
        let goal = match travel {
            Travel::Earlier => Goal::Earlier(SECOND),
            Travel::MinuteEarlier => Goal::Earlier(MINUTE),
            Travel::Later => Goal::Later(SECOND),
            Travel::MinuteLater => Goal::Later(MINUTE),
            Travel::EventBefore => Goal::EventBefore(group),
            Travel::EventAfter => Goal::EventAfter(group),
            Travel::Now => Goal::End,
        };
        self.effect(Effect::Play(PlayWish::Go(goal)))
    }

    /// The play stands differently.
    pub(super) fn played(&mut self, Played { play, said }: Played) -> bool {
        let hidden = self.app.veil.hiding() != Hiding::Off;
        match said {
            None => {}
            Some(Said::Play(text)) => self.say(text.to_owned()),
            Some(Said::Event(event)) if hidden => self.say(event.bare),
            Some(Said::Event(event)) => self.say(event.text),
        }
        self.app.play = Some(play);
        true
    }

    /// To an earlier moment, as far as anything is known.
    fn turn_back(&mut self, to: Timestamp) -> bool {
        let begin = self.app.reach().map(|reach| moment::showing(reach, self.app.live.at));
        let Some(begin) = begin else {
            self.say("nothing is known of the past yet".to_owned());
            return true;
        };
        if to < begin {
            self.say("the past ends here".to_owned());
        }
        self.turn_forth(to.max(begin))
    }

    /// To a later moment: that of the pause is the last.
    fn turn_forth(&mut self, to: Timestamp) -> bool {
        let number = self.app.wished + 1;
        let app = &mut *self.app;
        let Some(paused) = &mut app.paused else { return false };
        if to >= paused.at {
            return self.turn_to_pause();
        }
        if paused.rewound.as_ref().is_some_and(|rewound| rewound.wished == to) {
            // There is a word about why.
            return app.toast.is_some();
        }
        app.wished = number;
        let new = Rewound { wished: to, shown: None, first: number };
        paused.rewound.get_or_insert(new).wished = to;
        let held = Arc::clone(paused.snapshot.truth());
        self.effects.push(Effect::SetMoment(Some(MomentWish { number, at: to, held })));
        true
    }

    fn turn_to_pause(&mut self) -> bool {
        let app = &mut *self.app;
        let rewound = app.paused.as_mut().and_then(|paused| paused.rewound.take());
        if rewound.is_none() {
            return false;
        }
        app.picture_number += 1;
        self.effects.push(Effect::SetMoment(None));
        true
    }

    /// A picture is there. One that comes after the person left for the present means nothing, nor does
    /// one that is older than what is shown.
    pub(super) fn moment_answer(&mut self, answer: MomentAnswer) -> bool {
        let MomentAnswer { number, at, picture } = answer;
        let app = &mut *self.app;
        let rewound = app.paused.as_mut().and_then(|paused| paused.rewound.as_mut());
        let Some(rewound) = rewound.filter(|rewound| number >= rewound.first) else { return false };
        if rewound.shown.as_ref().is_some_and(|shown| number <= shown.number) {
            return false;
        }
        rewound.shown = Some(Shown { at, picture: app.veil.picture(picture), number });
        app.picture_number += 1;
        true
    }

    fn event_before(&mut self, from: Timestamp, newest: Timestamp) -> bool {
        let events = self.app.events();
        let shown = |event: &Event| moment::showing(event.at, newest);
        let Some(event) = events.into_iter().rev().find(|event| shown(event) < from) else {
            self.say("nothing is known to have happened before".to_owned());
            return true;
        };
        let to = shown(&event);
        self.say(event.text);
        self.turn_back(to)
    }

    fn event_after(&mut self, from: Timestamp, newest: Timestamp) -> bool {
        let events = self.app.events();
        let shown = |event: &Event| moment::showing(event.at, newest);
        let Some(event) = events.into_iter().find(|event| shown(event) > from) else {
            self.say("nothing happened between that and the pause".to_owned());
            self.turn_to_pause();
            return true;
        };
        let to = shown(&event);
        self.say(event.text);
        self.turn_forth(to)
    }
}

impl AppState {
    /// What happened, oldest first: rebalances of the selected group, what began to be wrong anywhere, and
    /// what a person marked.
    fn events(&self) -> Vec<Event> {
        let held = self.held();
        let group = self.groups.selected().and_then(|id| held.group(id));
        let rebalances = group.map(|entry| entry.view.rebalances.as_slice()).unwrap_or_default();
        let mut events: Vec<_> = rebalances.iter().map(Event::from).collect();
        events.extend(held.findings().into_iter().map(Event::from));
        events.extend(self.live.markers.iter().map(Event::from));
        events.sort_by_key(|event| event.at);
        events
    }
}
