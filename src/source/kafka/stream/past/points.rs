//! Positions over time, packed: half an hour of a busy cluster is millions of them, and they wait here until
//! all are read. Pure.

use crate::model::Timestamp;

/// A moment, and which position from then on; `None`: it was taken away.
pub(super) type Point = (i64, Option<i64>);

/// Histories keep a point a second at their finest, and one in ten seconds of what is older.
const FINE_MS: i64 = 1_000;
const COARSE_MS: i64 = 10_000;
const FINE_FOR_MS: i64 = 120_000;

/// The positions of one partition of one group, in the order in which they were recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct Points {
    /// Differences, a few bytes each: of times, then of positions, with a bit for those that are there.
    packed: Vec<u8>,
    /// The last that is packed; the first stands against zero.
    base: (i64, i64),
    /// The newest, which a later one within the same step replaces.
    newest: Option<Point>,
}

impl Points {
    /// Adds a position; histories begin to be finer a while before `now`.
    pub(super) fn push(&mut self, (at, position): Point, now: i64) {
        if let Some(newest) = self.newest.replace((at, position)) {
            let step = if now - at < FINE_FOR_MS { FINE_MS } else { COARSE_MS };
            if newest.0.div_euclid(step) != at.div_euclid(step) {
                self.pack(newest);
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Point> + '_ {
        let mut bytes = self.packed.iter().copied();
        let mut base = (0, 0);
        let packed = std::iter::from_fn(move || unpack(&mut bytes, &mut base));
        packed.chain(self.newest)
    }

    /// By time: a commit of a transaction carries the time at which it was sent.
    pub(super) fn sorted(&self) -> Vec<(Timestamp, Option<i64>)> {
        let mut points: Vec<_> =
            self.iter().map(|(at, position)| (Timestamp::from_millis(at), position)).collect();
        points.sort_by_key(|point| point.0);
        points
    }

    fn pack(&mut self, (at, position): Point) {
        let (last, before) = self.base;
        let moved = position.map(|position| position.wrapping_sub(before));
        let elapsed = zigzag(at.wrapping_sub(last));
        write(&mut self.packed, u128::from(elapsed) << 1 | u128::from(moved.is_some()));
        if let Some(moved) = moved {
            write(&mut self.packed, zigzag(moved).into());
        }
        self.base = (at, position.unwrap_or(before));
    }
}

fn unpack(bytes: &mut impl Iterator<Item = u8>, base: &mut (i64, i64)) -> Option<Point> {
    let head = read(bytes)?;
    base.0 = base.0.wrapping_add(unzigzag(u64::try_from(head >> 1).ok()?));
    if head & 1 == 0 {
        return Some((base.0, None));
    }
    base.1 = base.1.wrapping_add(unzigzag(u64::try_from(read(bytes)?).ok()?));
    Some((base.0, Some(base.1)))
}

/// Small numbers of either sign as small numbers.
const fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// Seven bits a byte; one bit more than 64 may be there.
fn write(out: &mut Vec<u8>, mut number: u128) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn read(bytes: &mut impl Iterator<Item = u8>) -> Option<u128> {
    let mut number = 0;
    for shift in (0..70).step_by(7) {
        let byte = bytes.next()?;
        number |= u128::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn packed(points: &[Point]) -> Points {
        let mut packed = Points::default();
        for &point in points {
            packed.push(point, NOW);
        }
        packed
    }

    #[test]
    fn a_point_a_step_is_kept_the_later() {
        let recent = [(NOW - 5_000, Some(1)), (NOW - 4_500, Some(2)), (NOW - 3_900, None)];
        assert_eq!(packed(&recent).iter().collect::<Vec<_>>(), recent[1..]);
        let old: Vec<_> = (0..60).map(|n| (NOW - 600_000 + n * 1_000, Some(n))).collect();
        let kept: Vec<_> = packed(&old).iter().map(|(_, position)| position).collect();
        assert_eq!(kept, [9, 19, 29, 39, 49, 59].map(Some));
    }

    #[test]
    fn a_busy_hour_is_small() {
        let points: Vec<_> =
            (0..72).map(|n| (NOW - 3_600_000 + n * 50_000, Some(n * 900))).collect();
        assert!(packed(&points).packed.len() <= 5 * 72 + 8);
    }

    proptest! {
        #[test]
        fn what_was_put_in_comes_out(
            points in proptest::collection::vec((any::<i32>(), proptest::option::of(any::<i64>())), 0..40),
        ) {
            // Steps apart, in any order; of two in the same step the later.
            let mut points: Vec<Point> = points
                .into_iter()
                .map(|(step, position)| (i64::from(step) * COARSE_MS, position))
                .collect();
            let out: Vec<_> = packed(&points).iter().collect();
            points.reverse();
            points.dedup_by_key(|point| point.0);
            points.reverse();
            prop_assert_eq!(out, points);
        }
    }
}
