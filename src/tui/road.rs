//! Roads from the screen to whoever answers its wishes, and back. The screen never waits on them.

use std::future::pending;

use tokio::sync::{mpsc, watch};

use crate::app::Input;
use crate::model::moment::{MomentAnswer, MomentWish};
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

/// What comes back on all roads.
pub(super) struct Answers {
    page: Option<mpsc::Receiver<Answer>>,
    moments: Option<mpsc::Receiver<MomentAnswer>>,
    said: Option<mpsc::Receiver<String>>,
}

impl Answers {
    pub(super) const fn new(
        page: Option<mpsc::Receiver<Answer>>,
        moments: mpsc::Receiver<MomentAnswer>,
        said: Option<mpsc::Receiver<String>>,
    ) -> Self {
        Self { page, moments: Some(moments), said }
    }

    /// The next answer; waits for ever where nobody answers (any more).
    pub(super) async fn next(&mut self) -> Input {
        tokio::select! {
            biased;
            answer = next(&mut self.page) => Input::Answer(answer),
            answer = next(&mut self.moments) => Input::Moment(answer),
            said = next(&mut self.said) => Input::Said(said),
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
