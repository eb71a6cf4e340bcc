//! What `update` asks the terminal to do.

use super::Notice;
use crate::model::moment::MomentWish;
use crate::model::play::PlayWish;
use crate::model::{Marker, PollPlan, Wish};

/// What [`update`](super::update()) asks the terminal to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The picture has changed: draw it when the pace allows.
    Draw,
    /// The screen may be spoilt: draw every cell again.
    Redraw,
    /// Leave.
    Quit {
        /// Leave the last frame in the scrollback.
        leave_frame: bool,
    },
    /// Put this text into the clipboard of the person's terminal.
    Copy(String),
    /// Put the incident, as the picture shows it, into the clipboard as Markdown.
    CopySummary,
    /// Tell whoever looks elsewhere what is wrong. The text holds names, unescaped.
    Notify(Notice, String),
    /// Tell the store of a moment that the person marked.
    Mark(Marker),
    /// Begin to record what is seen, or end that.
    Record,
    /// Tell the sources what is looked at now.
    SetPlan(PollPlan),
    /// Tell whoever fulfils wishes what is wanted now; `None`: nothing any more.
    SetWish(Option<Wish>),
    /// Tell whoever tells moments which one is wanted now; `None`: none any more.
    SetMoment(Option<MomentWish>),
    /// Tell whoever plays the recording what is wished of it.
    Play(PlayWish),
    /// A message is shown: tell when it has had its time, with [`Input::Read`](super::Input::Read).
    Say,
    /// Give the terminal back to the shell and stop until continued.
    Suspend,
}
