//! What a leader told about the times of its records, and what to ask it next.
//!
//! `ListOffsets` with a timestamp answers the *first record, in the order of offsets, whose timestamp is
//! at or after it*, with that record's own timestamp; nothing if no readable record is as young
//! ([KIP-79](https://cwiki.apache.org/confluence/display/KAFKA/KIP-79+-+ListOffsetRequest/ListOffsetResponse+v1+and+add+timestamp+search+methods+to+the+new+consumer)).
//! Records below the log start are not found, those above the end that the isolation level allows
//! neither, and markers of transactions count as records. Under `LogAppendTime` all records of a batch
//! have one timestamp.
//!
//! So an answer about a time tells on which side of a position that time lies. Timestamps are taken to
//! grow with the offset. Under `LogAppendTime` they do; under `CreateTime` they do but for the jitter
//! among producers, and a bound may be wrong by as much as that.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{Method, Since};
use crate::model::{Fault, Timestamp};

/// Answers kept a partition: several searches of a dozen steps.
const KEPT: usize = 64;
/// Most questions about one position.
pub const STEPS: u8 = 24;
/// A second is as exact as it gets drawn.
const CLOSE_MS: i64 = 1_000;
/// For longer ages, this part of the age is.
const CLOSE_SHARE: i64 = 64;
/// How far back the first question about a position goes.
const FIRST_MS: i64 = 10_000;
/// Further back than this the first record of all is asked for.
const FAR_MS: i64 = 10 * 86_400_000;

/// One answer: the first record at or after a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The time that was asked for.
    pub asked: Timestamp,
    /// The record's offset and its timestamp; `None`: no record is as young.
    pub found: Option<(i64, Timestamp)>,
}

/// An answer, and of which records it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kept {
    mark: Mark,
    /// That nothing was found is true of records before this offset: those after it were written later.
    before: i64,
}

/// What a leader told about the times of one partition's records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordTimes {
    marks: VecDeque<Kept>,
    /// How many questions were answered.
    pub questions: u32,
    /// When the last answer came.
    pub at: Timestamp,
    /// Why the last question was not answered.
    pub fault: Option<Fault>,
}

/// A position between two answers.
#[derive(Clone, Copy, Debug, Default)]
struct Bracket {
    /// The latest record known to lie before the position.
    lower: Option<(i64, Timestamp)>,
    /// The earliest time known to be after all records before the position.
    after: Option<Timestamp>,
    /// The earliest record known to lie beyond the position.
    upper: Option<(i64, Timestamp)>,
    /// The time of the record at the position, or of the first that is left after it.
    exactly: Option<Timestamp>,
}

impl RecordTimes {
    /// Notes an answer. The leader was asked when there were all records before the offset `before`, and
    /// maybe more.
    pub fn push(&mut self, at: Timestamp, mark: Mark, before: i64) {
        if self.marks.len() == KEPT {
            self.marks.pop_front();
        }
        self.marks.push_back(Kept { mark, before });
        self.questions = self.questions.saturating_add(1);
        self.at = at;
        self.fault = None;
    }

    /// Between which times the first record at or after `position` was written; `None` if nothing is
    /// known about that.
    #[must_use]
    pub fn since(&self, position: i64) -> Option<Since> {
        let bracket = self.bracket(position);
        let lower = bracket.exactly.or_else(|| bracket.lower.map(|(_, at)| at));
        let upper = bracket.exactly.or_else(|| bracket.latest());
        // Timestamps that do not grow with the offset: it is between them all the same.
        let (lower, upper) = match (lower, upper) {
            (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
            other => other,
        };
        let known = lower.is_some() || upper.is_some();
        known.then_some(Since {
            position,
            not_before: lower,
            not_after: upper,
            method: Method::Asked,
        })
    }

    /// The time to ask for next, to learn more about `position`; `None` when it is known well enough or
    /// as well as it can be. `step` counts the questions about this position so far.
    #[must_use]
    pub fn next(&self, position: i64, now: Timestamp, step: u8) -> Option<Timestamp> {
        let bracket = self.bracket(position);
        if bracket.exactly.is_some() || step >= STEPS {
            return None;
        }
        let now = now.as_millis();
        let after = bracket.after.map(Timestamp::as_millis);
        let next = match (bracket.lower, after) {
            (None, None) => now.saturating_sub(FIRST_MS),
            (None, Some(after)) => back(now, after),
            // Records from the future are younger than can be asked about.
            (Some((_, lower)), None) if lower.as_millis() >= now => return None,
            (Some(_), None) => now,
            (Some((offset, lower)), Some(after)) => {
                let lower = lower.as_millis();
                let latest = bracket.latest().map_or(after, Timestamp::as_millis);
                let close = CLOSE_MS.max(now.saturating_sub(lower) / CLOSE_SHARE);
                if after <= lower.saturating_add(1) || latest.saturating_sub(lower) <= close {
                    return None;
                }
                let guess = bracket.upper.map_or(Guess::Middle, |_| Guess::at(step));
                let line = Line { from: (offset, lower), to: bracket.upper, position, close };
                line.time(guess, after).clamp(lower + 1, after - 1)
            }
        };
        Some(Timestamp::from_millis(next.max(0)))
    }

    fn bracket(&self, position: i64) -> Bracket {
        let mut bracket = Bracket::default();
        for Kept { mark, before } in &self.marks {
            match mark.found {
                Some((offset, at)) if offset < position => {
                    bracket.lower =
                        bracket.lower.filter(|(_, known)| *known >= at).or(Some((offset, at)));
                    continue;
                }
                Some((offset, at)) if offset == position => bracket.exactly = Some(at),
                // The first record of all: whatever lay before it is gone.
                Some((_, at)) if mark.asked.as_millis() <= 0 => bracket.exactly = Some(at),
                Some((offset, at)) => {
                    bracket.upper =
                        bracket.upper.filter(|(_, known)| *known <= at).or(Some((offset, at)));
                }
                None if position < *before => {}
                None => continue,
            }
            bracket.after = Some(bracket.after.map_or(mark.asked, |known| known.min(mark.asked)));
        }
        bracket
    }
}

impl Bracket {
    /// The latest time at which the first record at or after the position can have been written: with
    /// nothing found, before the time that was asked for.
    fn latest(&self) -> Option<Timestamp> {
        self.upper.map(|(_, at)| at).or(self.after)
    }
}

/// From the known time further back, in growing steps, for as long as nothing older was found.
fn back(now: i64, after: i64) -> i64 {
    let known = now.saturating_sub(after).max(FIRST_MS / 4);
    if known > FAR_MS { 0 } else { now.saturating_sub(known.saturating_mul(4)) }
}

/// How to choose the next time.
#[derive(Clone, Copy)]
enum Guess {
    /// Where the position would be if records came evenly.
    Even,
    /// A little beyond that, seen from the nearer side: to have the other side near as well.
    Beyond,
    /// Halfway, so that no shape of traffic makes it slow.
    Middle,
}

impl Guess {
    const fn at(step: u8) -> Self {
        match step % 3 {
            0 => Self::Even,
            1 => Self::Beyond,
            _ => Self::Middle,
        }
    }
}

/// The straight line between two records, and a position on it.
struct Line {
    from: (i64, i64),
    to: Option<(i64, Timestamp)>,
    position: i64,
    close: i64,
}

impl Line {
    fn time(&self, guess: Guess, after: i64) -> i64 {
        let (offset, lower) = self.from;
        let middle = lower.saturating_add(after.saturating_sub(lower) / 2);
        let Some((beyond, upper)) = self.to else { return middle };
        let upper = upper.as_millis();
        let span = i128::from(upper.saturating_sub(lower));
        let records = i128::from(beyond.saturating_sub(offset)).max(1);
        let scaled = |records_off: i64| {
            i64::try_from(i128::from(records_off) * span / records).unwrap_or(i64::MAX)
        };
        let (off, left) =
            (self.position.saturating_sub(offset), beyond.saturating_sub(self.position));
        match guess {
            Guess::Even => lower.saturating_add(scaled(off)),
            Guess::Beyond if off <= left => {
                lower.saturating_add(scaled(off.saturating_mul(2))).saturating_add(self.close / 2)
            }
            Guess::Beyond => upper.saturating_sub(scaled(left.saturating_mul(2))) - self.close / 2,
            Guess::Middle => middle,
        }
    }
}
