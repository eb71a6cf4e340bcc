//! Lag in time: how old the oldest record is that a group has not consumed.
//!
//! Offsets do not tell times, so the age is found in one of two ways, and it is told which:
//!
//! - **watched**: lagtop saw the log's end pass the group's position. This costs nothing and tells when
//!   the record arrived, between two looks at the end; but only for what arrived while lagtop watched.
//! - **asked**: the leader was asked, by `ListOffsets`, which record is the first at or after a time,
//!   again and again with a better time ([`RecordTimes`]). This tells the record's own timestamp, by
//!   the clock of its producer (`CreateTime`) or its broker (`LogAppendTime`), for anything that is
//!   still in the log; but it is a handful of questions to the leader, so it is done for what is looked
//!   at only.
//!
//! Either way there is an earliest and a latest moment at which the record can have been written. They
//! are kept, not an age: an age grows by itself.

use std::time::Duration;

use super::series::Passed;
use super::{Lag, PartitionLog, Timestamp};

mod times;

pub use times::{Mark, RecordTimes, STEPS};

/// Bounds so far apart are close enough for short ages: a look at the end a second, and a little.
const CLOSE: Duration = Duration::from_secs(5);
/// For longer ages, bounds may be this part of the age apart.
const CLOSE_SHARE: u32 = 20;

/// How long a group has been behind on a partition, or on the worst of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// Everything is consumed: behind by no time, however long ago the last record was.
    CaughtUp,
    /// There is a record that is not consumed.
    Since(Since),
}

/// When the oldest record that is not consumed was written, as far as known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// The position that this is about: the record at it, or the first that is left after it.
    pub position: i64,
    /// Not earlier than this; `None`: as early as can be.
    pub not_before: Option<Timestamp>,
    /// Not later than this; `None`: not known.
    pub not_after: Option<Timestamp>,
    /// How this was found out.
    pub method: Method,
}

/// How a time was found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The log's end was seen to pass the position.
    Watched,
    /// The leader was asked for records by their time.
    Asked,
}

impl Method {
    /// In a word, for exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Watched => "watched",
            Self::Asked => "asked",
        }
    }
}

/// An age as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// This old, as exactly as is of use.
    Known(Duration),
    /// About this old.
    About(Duration),
    /// Older than this.
    MoreThan(Duration),
    /// Younger than this.
    LessThan(Duration),
}

impl Behind {
    /// How far behind a group is at a moment whose lag then is `lag`, at the position from which that counts.
    /// `before` is what was known last time; `pause` is the longest time between two looks at an end that is
    /// no gap in its history. `None`: not known, because the lag is not, or is below zero, or because nothing
    /// tells any time.
    #[must_use]
    pub fn of(
        (position, lag): (i64, &Lag),
        log: &PartitionLog,
        (at, pause): (Timestamp, Duration),
        before: Option<Self>,
    ) -> Option<Self> {
        match lag.records? {
            ..0 => return None,
            0 => return Some(Self::CaughtUp),
            1.. => {}
        }
        let before = match before {
            Some(Self::Since(since)) if since.position == position => Some(since),
            _ => None,
        };
        // That the end passed a position happened once, and what was seen of it does not change, unless
        // history reaches further back than it did.
        if let Some(since) = before
            && since.method == Method::Watched
            && (since.not_before.is_some() || !reaches_behind(log, since.not_after))
            && log.times.is_none()
        {
            return Some(Self::Since(since));
        }
        let watched = watched(position, log.history.passed(position, at, pause), before);
        let asked = log.times.as_ref().and_then(|times| times.since(position));
        better(watched, asked).map(Self::Since)
    }

    /// The one that is further behind: of two partitions, of two groups.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let (a, b) = match (self, other) {
            (Self::CaughtUp, other) | (other, Self::CaughtUp) => return other,
            (Self::Since(a), Self::Since(b)) => (a, b),
        };
        let latest = |since: &Since| since.not_after.unwrap_or(Timestamp::MAX);
        let older = if latest(&a) <= latest(&b) { a } else { b };
        let not_before = a.not_before.zip(b.not_before).map(|(a, b)| a.min(b));
        Self::Since(Since { not_before, ..older })
    }

    /// The ages between which the true one lies at `now`; `None` for an end that is open.
    #[must_use]
    pub fn bounds(self, now: Timestamp) -> (Option<Duration>, Option<Duration>) {
        match self {
            Self::CaughtUp => (Some(Duration::ZERO), Some(Duration::ZERO)),
            Self::Since(since) => {
                (since.not_after.map(|at| now.since(at)), since.not_before.map(|at| now.since(at)))
            }
        }
    }

    /// The age at `now` as it can be told; `None` if nothing can.
    #[must_use]
    pub fn age(self, now: Timestamp) -> Option<Age> {
        Some(match self.bounds(now) {
            (None, None) => return None,
            (Some(least), None) => Age::MoreThan(least),
            (None, Some(most)) => Age::LessThan(most),
            (Some(least), Some(most)) => {
                let (apart, middle) = (most.saturating_sub(least), (least + most) / 2);
                if apart <= CLOSE.max(most / CLOSE_SHARE) {
                    Age::Known(middle)
                } else if apart <= most / 2 {
                    Age::About(middle)
                } else if least.is_zero() {
                    Age::LessThan(most)
                } else {
                    Age::MoreThan(least)
                }
            }
        })
    }

    /// Would asking the leader tell more? What was watched is close enough at any pace of looking.
    #[must_use]
    pub fn is_vague(self, now: Timestamp) -> bool {
        !matches!(self.age(now), Some(Age::Known(_)))
            && match self {
                Self::CaughtUp => false,
                Self::Since(since) => {
                    since.method == Method::Asked
                        || since.not_before.is_none()
                        || since.not_after.is_none()
                }
            }
    }
}

/// Does the history of ends begin before this moment, by more than it is rounded?
fn reaches_behind(log: &PartitionLog, at: Option<Timestamp>) -> bool {
    let rounded = Duration::from_secs(2);
    log.history.begin().zip(at).is_none_or(|(begin, at)| begin.plus(rounded) < at)
}

/// What watching tells, together with what it told before: history forgets its beginning, and a bound
/// once seen stays true.
fn watched(position: i64, passed: Option<Passed>, before: Option<Since>) -> Option<Since> {
    let before = before.filter(|before| before.method == Method::Watched);
    let Some(passed) = passed else { return before };
    let not_after = before.and_then(|before| before.not_after);
    let not_before = before.and_then(|before| before.not_before);
    Some(Since {
        position,
        not_before: passed.not_before.max(not_before),
        not_after: Some(not_after.map_or(passed.not_after, |at| at.min(passed.not_after))),
        method: Method::Watched,
    })
}

/// Whatever has the closer bounds. One that watched from too late on still knows the latest moment.
fn better(watched: Option<Since>, asked: Option<Since>) -> Option<Since> {
    let (watched, asked) = match (watched, asked) {
        (None, other) | (other, None) => return other,
        (Some(watched), Some(asked)) => (watched, asked),
    };
    let width = |since: &Since| Some(since.not_after?.since(since.not_before?));
    match (width(&watched), width(&asked)) {
        (Some(a), Some(b)) if a <= b => Some(watched),
        (Some(_), None) => Some(watched),
        (_, Some(_)) => Some(asked),
        (None, None) => {
            let not_after = match (watched.not_after, asked.not_after) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            // Clocks differ: bounds that exclude each other are of two clocks.
            let not_after = not_after.filter(|at| asked.not_before.is_none_or(|not| not <= *at));
            Some(Since { not_after, ..asked })
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
