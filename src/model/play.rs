//! The play of a recording: what the person wishes of it, and how it stands.

use std::time::Duration;

use super::{Event, GroupId, Timestamp};

/// What the person wishes of the play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlayWish {
    /// To stand where it is, or to go on.
    Pause,
    /// To play faster.
    Faster,
    /// To play slower.
    Slower,
    /// To another moment.
    Go(Goal),
}

/// To which moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Earlier by so much.
    Earlier(Duration),
    /// Later by so much.
    Later(Duration),
    /// The last thing that happened before; of rebalances those of this group.
    EventBefore(Option<GroupId>),
    /// The first thing that happens after; of rebalances those of this group.
    EventAfter(Option<GroupId>),
    /// The end.
    End,
}

/// How the play stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Play {
    /// The recording's first moment.
    pub begin: Timestamp,
    /// Its last; `None` while that is not known.
    pub end: Option<Timestamp>,
    /// How many times as fast as it was recorded.
    pub speed: f64,
    /// It stands still.
    pub stands: bool,
    /// The moment that it is on its way to, as far as it knows; `None`: it is where it is.
    pub seeking: Option<Timestamp>,
}

/// What came of wishes.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// How the play stands now.
    pub play: Play,
    /// What to say of it.
    pub said: Option<Said>,
}

/// What there is to say of a play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Of itself.
    Play(&'static str),
    /// What happened at the moment that it came to.
    Event(Event),
}
