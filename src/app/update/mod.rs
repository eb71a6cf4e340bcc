//! The one place where the state changes.

mod act;
mod follow;
mod hide;
mod mouse;
mod navigate;
mod peek;
mod plan;
mod process;
mod prompt;
mod refresh;
mod rewind;
mod stack;
mod wishes;

use std::sync::Arc;
use std::time::Duration;

use super::{AppState, Chord, Effect, HitMap, Input, Toast};
use crate::model::{Snapshot, Timestamp};

/// Takes one input and returns what the terminal shall do about it. Without [`Effect::Draw`] the
/// picture is as it was.
pub fn update(app: &mut AppState, input: Input, now: Timestamp) -> Vec<Effect> {
    let mut turn = Turn { app, now, effects: Vec::new() };
    turn.take(input);
    turn.effects
}

/// One input on its way through the state.
struct Turn<'a> {
    app: &'a mut AppState,
    now: Timestamp,
    effects: Vec<Effect>,
}

impl Turn<'_> {
    fn take(&mut self, input: Input) {
        let changed = match input {
            Input::Key(chord) => self.key(chord),
            Input::Mouse(mouse) => self.mouse(mouse),
            Input::Paste(text) => self.paste(&text),
            Input::Resize { width, height } => {
                std::mem::replace(&mut self.app.size, (width, height)) != (width, height)
            }
            Input::Snapshot(snapshot) => self.snapshot(snapshot),
            Input::Answer(answer) => self.answer(answer),
            Input::Moment(answer) => self.moment_answer(answer),
            Input::Played(played) => self.played(played),
            Input::NotMarked(marker) => {
                let marker = self.app.veil.over(marker);
                let note = &marker.note;
                self.say(format!("the marker was not taken, mark again: {note}"));
                true
            }
            Input::Said(text) => {
                self.say(text);
                true
            }
            Input::Tick => true,
            Input::Read => self.app.toast.take().is_some(),
        };
        if changed {
            self.refresh();
            self.effects.push(Effect::Draw);
            self.effects.extend(self.app.new_plan());
        }
    }

    /// A chord means what the key table says where keys go; while typing, the rest is text.
    fn key(&mut self, chord: Chord) -> bool {
        match self.app.keys.action(self.app.scopes(), chord) {
            Some(action) => self.act(action),
            None => chord.typed().is_some_and(|char| self.typed(char)),
        }
    }

    /// A pause keeps its picture; what comes in meanwhile is seen after it.
    fn snapshot(&mut self, snapshot: Arc<Snapshot>) -> bool {
        if Arc::ptr_eq(self.app.live.truth(), &snapshot) {
            return false;
        }
        let snapshot = self.app.veil.picture(snapshot);
        let news = self.app.news.of(&snapshot, self.now);
        self.effects.extend(news.map(|(how, text)| Effect::Notify(how, text)));
        self.app.newest = self.app.newest.max(snapshot.at);
        let before = std::mem::replace(&mut self.app.live, snapshot);
        if self.app.paused.is_some() {
            // What is marked meanwhile is shown at once.
            return before.markers != self.app.live.markers;
        }
        self.app.picture_number += 1;
        true
    }

    fn say(&mut self, text: String) {
        self.app.toast = Some(Toast { text });
        self.effects.push(Effect::Say);
    }
}

impl AppState {
    /// Takes what the frame found out about itself. What is on screen may be news to the sources.
    pub fn drawn(&mut self, hits: HitMap) -> Vec<Effect> {
        self.hits = hits;
        let page = self.hits.page.max_scroll();
        if let Some(top) = self.pages.last_mut() {
            top.scroll = top.scroll.min(page);
        }
        let help = self.hits.help.max_scroll();
        self.help = self.help.map(|scroll| scroll.min(help));
        self.new_plan().into_iter().collect()
    }

    /// After how long the picture changes without any input, since an age reads differently; `None`:
    /// never.
    #[must_use]
    pub fn tick_in(&self) -> Option<Duration> {
        let ages = self.hits.ages_in.filter(|_| !self.is_held_still())?;
        Some(self.play.map_or(ages, |play| ages.div_f64(play.speed)))
    }
}

#[cfg(test)]
mod tests;
