//! Rates and what they promise.
//!
//! A rate comes from successive (time, offset) pairs of one partition, over a window that is shown
//! beside it. Consumers commit in steps, often every five seconds: dividing by the whole window would
//! make a steady consumer flicker, so the rate runs from change to change as long as changes keep their
//! rhythm, and decays once they stop.

use std::time::Duration;

use super::Timestamp;

/// The window over which rates are smoothed.
pub const WINDOW: Duration = Duration::from_secs(30);

/// Records a second.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Rate(pub f64);

/// How many moments of a run are remembered, spread over [`WINDOW`].
const ANCHORS: usize = 3;

/// The least time between two of them.
const BETWEEN_ANCHORS: Duration = Duration::from_secs(WINDOW.as_secs() / ANCHORS as u64);

/// The last uninterrupted, never falling stretch of an offset's history: a few moments of it, enough
/// for its rate in constant time. Every number that is watched has one, so it is kept small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Moments at which the offset changed, oldest first, at least a third of the window apart.
    anchors: [Anchor; ANCHORS],
    /// The last change.
    last: Anchor,
    /// How many changes there were since the run began, up to each anchor and to the last. They wrap:
    /// only differences count, and from one anchor to the next are at most as many changes as
    /// milliseconds in [`BETWEEN_ANCHORS`], and one more.
    changes: [u16; ANCHORS],
    last_changes: u16,
    /// How many anchors are set.
    len: u8,
    /// When the offset last fell, in whole seconds, which fit where nothing was; 0 for never.
    fell: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Anchor {
    at: Timestamp,
    value: i64,
}

impl Run {
    /// Notes that from `at` on the offset is `value`. No value (a gap) or a smaller one (a rewind, a
    /// log cut short) ends the run: a step backwards is not a negative rate.
    pub fn push(&mut self, at: Timestamp, value: Option<i64>) {
        let Some(value) = value else {
            *self = Self { fell: self.fell, ..Self::default() };
            return;
        };
        if self.len == 0 || value < self.last.value {
            let first = Anchor { at, value };
            let fell = if self.len == 0 { self.fell } else { seconds(at) };
            *self =
                Self { anchors: [first; ANCHORS], len: 1, last: first, fell, ..Self::default() };
            return;
        }
        if value == self.last.value || at <= self.last.at {
            return;
        }
        self.last = Anchor { at, value };
        self.last_changes = self.last_changes.wrapping_add(1);
        let newest = self.anchors().last().map(|(anchor, _)| anchor).unwrap_or_default();
        if at.since(newest.at) < BETWEEN_ANCHORS {
            return;
        }
        if usize::from(self.len) == ANCHORS {
            self.anchors.rotate_left(1);
            self.changes.rotate_left(1);
            self.len -= 1;
        }
        let free = usize::from(self.len);
        if let Some((anchor, changes)) = self.anchors.get_mut(free).zip(self.changes.get_mut(free))
        {
            (*anchor, *changes) = (self.last, self.last_changes);
            self.len += 1;
        }
    }

    /// When the offset was last smaller than just before, to the second; `None` if it never was.
    #[must_use]
    pub fn fell(&self) -> Option<Timestamp> {
        (self.fell > 0).then(|| Timestamp::from_millis(i64::from(self.fell) * 1_000))
    }

    /// The anchors with the number of changes up to each.
    fn anchors(&self) -> impl DoubleEndedIterator<Item = (Anchor, u16)> {
        let anchors = self.anchors.iter().copied().zip(self.changes.iter().copied());
        anchors.take(usize::from(self.len))
    }

    /// The rate within [`WINDOW`] before `confirmed`, the moment at which the last value was last seen
    /// to hold. `None` until the run has lasted for `min_span`: two steps of observation.
    #[must_use]
    pub fn rate(&self, confirmed: Timestamp, min_span: Duration) -> Option<Rate> {
        let window_start = confirmed.minus(WINDOW);
        let first = self.anchors().next()?;
        if first.0.at.plus(min_span) > confirmed {
            return None;
        }
        let before_window = self.anchors().rfind(|(anchor, _)| anchor.at <= window_start);
        let begin = before_window.unwrap_or(first);
        let resumed = self.resumed(begin);
        if let Some(rate) = self.paced(resumed.unwrap_or(begin), confirmed)
            // What began again just now has no rhythm yet.
            && resumed.is_none_or(|(from, _)| from.at.plus(min_span) <= self.last.at)
        {
            return Some(rate);
        }
        if self.last.at <= window_start {
            return Some(Rate(0.0));
        }
        let (from, _) = begin;
        let elapsed = confirmed.since(from.at.max(window_start));
        let moved = self.last.value.saturating_sub(from.value);
        (!elapsed.is_zero()).then(|| Rate(moved as f64 / elapsed.as_secs_f64()))
    }

    /// The rate from change to change; `None` if they have no rhythm, or have lost it.
    fn paced(&self, (from, before): (Anchor, u16), confirmed: Timestamp) -> Option<Rate> {
        let changes = self.last_changes.wrapping_sub(before);
        let span = self.last.at.since(from.at);
        let keeps = changes >= 2 && confirmed.since(self.last.at) <= span / u32::from(changes) * 2;
        let moved = self.last.value.saturating_sub(from.value);
        keeps.then(|| Rate(moved as f64 / span.as_secs_f64()))
    }

    /// The first change after a pause that is longer than the window and than the rhythm since: what was
    /// before it is no part of the rate.
    fn resumed(&self, (from, changes_before): (Anchor, u16)) -> Option<(Anchor, u16)> {
        let (next, changes) = self.anchors().find(|(anchor, _)| anchor.at > from.at)?;
        let pause = next.at.since(from.at);
        let since = self.last_changes.wrapping_sub(changes);
        let rhythm = self.last.at.since(next.at) / u32::from(since.max(1));
        let alone = changes.wrapping_sub(changes_before) == 1;
        (alone && since > 0 && pause > WINDOW && pause > rhythm * 4).then_some((next, changes))
    }
}

/// Whole seconds of a time between 1970 and 2106.
fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.as_millis() / 1_000).unwrap_or(0)
}

/// When a lag will be worked off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Eta {
    /// There is nothing to work off.
    CaughtUp,
    /// After this long, if both rates stay.
    In(Duration),
    /// Never at these rates: records come in faster than they are consumed.
    Never,
    /// Both rates are the same as far as can be told: the lag stays what it is.
    Steady,
}

/// Rates that differ by less than this part are the same: commits come in steps, and a step more or less
/// in the window would swing the word between `never` and hours.
const SAME: f64 = 0.02;

impl Eta {
    /// `lag ÷ (out − in)`; `None` while a part is not known, or for a lag below zero.
    #[must_use]
    pub fn of(lag: Option<i64>, arriving: Option<Rate>, consumed: Option<Rate>) -> Option<Self> {
        let lag = lag?;
        if lag == 0 {
            return Some(Self::CaughtUp);
        }
        let (consumed, arriving) = (consumed?.0, arriving?.0);
        if lag < 0 {
            return None;
        }
        let net = consumed - arriving;
        if arriving > 0.0 && net.abs() <= arriving * SAME {
            return Some(Self::Steady);
        }
        if net <= 0.0 {
            return Some(Self::Never);
        }
        Some(Duration::try_from_secs_f64(lag as f64 / net).map_or(Self::Never, Self::In))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const STEP: Duration = Duration::from_secs(2);

    fn rate(points: &[(i64, Option<i64>)], confirmed: i64) -> Option<f64> {
        let mut run = Run::default();
        for &(second, value) in points {
            run.push(Timestamp::from_millis(second * 1_000), value);
        }
        run.rate(Timestamp::from_millis(confirmed * 1_000), STEP).map(|rate| rate.0)
    }

    fn steady(
        seconds: std::ops::RangeInclusive<i64>,
        every: usize,
        per_second: i64,
    ) -> Vec<(i64, Option<i64>)> {
        seconds.step_by(every).map(|second| (second, Some(second * per_second))).collect()
    }

    #[test]
    fn nothing_is_known_from_one_look() {
        assert_eq!(rate(&[], 10), None);
        assert_eq!(rate(&[(10, Some(5))], 10), None);
        assert_eq!(rate(&[(10, Some(5)), (11, Some(6))], 11), None, "one step is not enough");
    }

    #[test]
    fn what_does_not_move_has_rate_zero() {
        assert_eq!(rate(&[(10, Some(5))], 20), Some(0.0));
    }

    #[test]
    fn a_steady_log_has_its_rate() {
        assert_eq!(rate(&steady(0..=100, 1, 40), 100), Some(40.0));
    }

    #[test]
    fn commits_every_five_seconds_do_not_flicker() {
        let commits = steady(0..=100, 5, 40);
        for confirmed in 100..=104 {
            assert_eq!(rate(&commits, confirmed), Some(40.0), "{confirmed}");
        }
    }

    #[test]
    fn a_consumer_that_stops_decays_to_zero() {
        let commits = steady(0..=100, 5, 40);
        let after = |seconds: i64| rate(&commits, 100 + seconds).expect("known");
        assert!(after(12) < 40.0 && after(12) > after(20), "{} {}", after(12), after(20));
        assert_eq!(rate(&commits, 140), Some(0.0));
    }

    #[test]
    fn many_changes_do_not_wear_it_out() {
        let mut run = Run::default();
        for ms in 0..200_000 {
            run.push(Timestamp::from_millis(ms), Some(ms * 4));
        }
        let rate = run.rate(Timestamp::from_millis(200_000), STEP).expect("known").0;
        assert!((rate - 4_000.0).abs() < 0.1, "{rate}");
    }

    #[test]
    fn a_change_of_pace_shows_within_the_window() {
        let mut points = steady(0..=100, 1, 40);
        points.extend((101..=140).map(|second| (second, Some(4_000 + (second - 100) * 400))));
        assert_eq!(rate(&points, 140), Some(400.0));
    }

    #[test]
    fn what_begins_after_a_long_silence_is_not_spread_over_it() {
        let mut points = vec![(0, Some(0))];
        points.extend((1..=20).map(|second| (1_800 + second, Some(second * 40))));
        for confirmed in 1_804..=1_820 {
            let seen = points.iter().filter(|(second, _)| *second <= confirmed).copied();
            let rate = rate(&seen.collect::<Vec<_>>(), confirmed);
            assert_eq!(rate, Some(40.0), "{confirmed}");
        }
        let first = rate(&points[..=2], 1_802).expect("known");
        assert!(first >= 80.0 / 30.0, "no less than over the window: {first}");
    }

    #[test]
    fn a_rewind_is_not_a_negative_rate() {
        let mut points = steady(0..=50, 1, 40);
        points.push((51, Some(0)));
        points.extend((52..=60).map(|second| (second, Some((second - 51) * 10))));
        let rate = rate(&points, 60).expect("known");
        assert!((rate - 10.0).abs() < 0.01, "{rate}");
    }

    #[test]
    fn when_it_fell_is_known_also_over_a_gap() {
        let mut run = Run::default();
        let mut see = |second: i64, value| {
            run.push(Timestamp::from_millis(second * 1_000 + 700), value);
            run.fell().map(Timestamp::as_millis)
        };
        assert_eq!((see(1, Some(5)), see(2, Some(9))), (None, None));
        assert_eq!(see(3, Some(8)), Some(3_000));
        assert_eq!((see(4, None), see(5, Some(1))), (Some(3_000), Some(3_000)), "over a gap");
        assert_eq!((see(6, Some(2)), see(7, Some(0))), (Some(3_000), Some(7_000)));
    }

    #[test]
    fn counting_begins_anew_after_a_gap() {
        let mut points = steady(0..=50, 1, 40);
        points.push((51, None));
        points.push((60, Some(9_000)));
        assert_eq!(rate(&points, 60), None);
        points.push((63, Some(9_030)));
        assert_eq!(rate(&points, 63), Some(10.0));
    }

    #[rstest]
    #[case::behind_and_gaining(
        Some(100),
        Some(1.0),
        Some(11.0),
        Some(Eta::In(Duration::from_secs(10)))
    )]
    #[case::losing(Some(100), Some(11.0), Some(1.0), Some(Eta::Never))]
    #[case::even(Some(100), Some(5.0), Some(5.0), Some(Eta::Steady))]
    #[case::even_but_for_a_step(Some(100), Some(100.0), Some(101.0), Some(Eta::Steady))]
    #[case::dead(Some(100), Some(0.0), Some(0.0), Some(Eta::Never))]
    #[case::caught_up(Some(0), None, None, Some(Eta::CaughtUp))]
    #[case::rate_unknown(Some(100), None, Some(5.0), None)]
    #[case::lag_unknown(None, Some(1.0), Some(5.0), None)]
    #[case::negative(Some(-3), Some(1.0), Some(5.0), None)]
    #[case::beyond_time(Some(i64::MAX), Some(0.0), Some(0.002), Some(Eta::Never))]
    fn eta(
        #[case] lag: Option<i64>,
        #[case] arriving: Option<f64>,
        #[case] consumed: Option<f64>,
        #[case] expected: Option<Eta>,
    ) {
        let eta = Eta::of(lag, arriving.map(Rate), consumed.map(Rate));
        if lag == Some(i64::MAX) {
            assert!(matches!(eta, Some(Eta::In(_) | Eta::Never)), "{eta:?}");
        } else {
            assert_eq!(eta, expected);
        }
    }
}
