//! Roads from the screen to whoever answers its wishes, and back. The screen never waits on them.

use std::future::pending;

use tokio::sync::{mpsc, watch};

use crate::app::Input;
use crate::model::moment::{MomentAnswer, MomentWish};
use crate::model::play::{PlayWish, Played};
use crate::model::{Answer, Wish};

/// The road to whoever answers wishes, and back.
pub struct Road<W, A> {
    /// What is wanted now: of several wishes the newest; `None`: nothing.
    pub wishes: watch::Sender<Option<W>>,
    /// What came of it.
    pub answers: mpsc::Receiver<A>,
}

/// The road to whoever fulfils what open pages wish for.
pub type PageRoad = Road<Wish, Answer>;

/// The road to whoever tells moments.
pub type MomentRoad = Road<MomentWish, MomentAnswer>;

/// The road to whoever records.
pub struct RecordRoad {
    /// Begin a recording, or end the one that is under way.
    pub wishes: mpsc::Sender<()>,
    /// What became of it, in words.
    pub said: mpsc::Receiver<String>,
}

/// The road to whoever plays the recording, and back. Wishes are few, and each counts.
pub struct PlayRoad {
    /// What is wished.
    pub wishes: mpsc::Sender<PlayWish>,
    /// What came of it.
    pub answers: mpsc::Receiver<Played>,
}

/// How other moments than the newest are shown.
pub enum Moments {
    /// What is shown is live: they are told from what is remembered.
    Told(MomentRoad),
    /// It was recorded: the recording is played from there.
    Played(PlayRoad),
}

/// Where wishes for other moments go.
pub(super) enum Elsewhere {
    Told(watch::Sender<Option<MomentWish>>),
    Played(mpsc::Sender<PlayWish>),
}

impl Elsewhere {
    /// Passes on which moment is wanted now; a recording is played instead.
    pub(super) fn tell(&self, wish: Option<MomentWish>) {
        if let Self::Told(wishes) = self {
            wishes.send_replace(wish);
        }
    }

    /// Passes on what is wished of the play. One that is busy with so many wishes before it is as good as
    /// one that has not seen the key: it is pressed again.
    pub(super) fn play(&self, wish: PlayWish) {
        if let Self::Played(wishes) = self {
            let _ = wishes.try_send(wish);
        }
    }
}

/// What comes back on all roads.
pub(super) struct Answers {
    page: Option<mpsc::Receiver<Answer>>,
    moments: Option<mpsc::Receiver<MomentAnswer>>,
    played: Option<mpsc::Receiver<Played>>,
    said: Option<mpsc::Receiver<String>>,
}

impl Answers {
    /// What comes back, and where wishes for other moments go.
    pub(super) fn new(
        page: Option<mpsc::Receiver<Answer>>,
        moments: Moments,
        said: Option<mpsc::Receiver<String>>,
    ) -> (Self, Elsewhere) {
        match moments {
            Moments::Told(Road { wishes, answers }) => {
                let answers = Self { page, moments: Some(answers), played: None, said };
                (answers, Elsewhere::Told(wishes))
            }
            Moments::Played(PlayRoad { wishes, answers }) => {
                let answers = Self { page, moments: None, played: Some(answers), said };
                (answers, Elsewhere::Played(wishes))
            }
        }
    }

    /// The next answer; waits for ever where nobody answers (any more).
    pub(super) async fn next(&mut self) -> Input {
        tokio::select! {
            biased;
            answer = next(&mut self.page) => Input::Answer(answer),
            answer = next(&mut self.moments) => Input::Moment(answer),
            said = next(&mut self.said) => Input::Said(said),
            answer = next(&mut self.played) => Input::Played(answer),
        }
    }
}

async fn next<A>(answers: &mut Option<mpsc::Receiver<A>>) -> A {
    if let Some(road) = answers
        && let Some(answer) = road.recv().await
    {
        return answer;
    }
    *answers = None;
    pending().await
}
