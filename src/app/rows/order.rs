//! Sorting rows: what is not known comes last in either direction, and rows that are equal stay in the
//! order of their ids, so that a table does not jitter.

use std::cmp::Ordering;

use crate::model::{Behind, Eta, Rate};

/// What a row is sorted by. Places are taken in their own order whatever the direction; within one,
/// the values decide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Key {
    place: u8,
    value: f64,
    then: f64,
}

impl Key {
    /// A value that may not be known.
    pub(super) fn of(value: Option<f64>) -> Self {
        match value {
            Some(value) => Self::pair(value, 0.0),
            None => Self::last(1),
        }
    }

    /// A value, and another where the first ones are equal.
    pub(super) const fn pair(value: f64, then: f64) -> Self {
        Self { place: 0, value, then }
    }

    /// After all rows of a lower place.
    pub(super) const fn last(place: u8) -> Self {
        Self { place, value: 0.0, then: 0.0 }
    }

    pub(super) fn count(value: Option<i64>) -> Self {
        Self::of(value.map(|value| value as f64))
    }

    pub(super) fn rate(rate: Option<Rate>) -> Self {
        Self::of(rate.map(|rate| rate.0))
    }

    pub(super) fn eta(eta: Option<Eta>) -> Self {
        Self::of(eta.map(|eta| match eta {
            Eta::CaughtUp => 0.0,
            Eta::In(span) => span.as_secs_f64(),
            Eta::Steady => f64::MAX,
            Eta::Never => f64::INFINITY,
        }))
    }

    /// By when, so that rows do not change places as time goes by: the earlier, the greater.
    pub(super) fn behind(behind: Option<Behind>) -> Self {
        Self::of(behind.and_then(|behind| match behind {
            Behind::CaughtUp => Some(f64::MIN),
            Behind::Since(since) => {
                since.not_after.or(since.not_before).map(|at| -(at.as_millis() as f64))
            }
        }))
    }

    fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let values = self.value.total_cmp(&other.value).then(self.then.total_cmp(&other.then));
        self.place.cmp(&other.place).then(if descending { values.reverse() } else { values })
    }
}

/// Puts `rows`, which come in the order of their ids, in the order of their keys. Each key is taken
/// once.
pub(super) fn sort<R: Copy>(rows: &mut Vec<R>, descending: bool, key: impl Fn(R) -> Key) {
    let mut keyed: Vec<(Key, R)> = rows.iter().map(|&row| (key(row), row)).collect();
    keyed.sort_by(|a, b| a.0.compare(&b.0, descending));
    rows.clear();
    rows.extend(keyed.into_iter().map(|(_, row)| row));
}
