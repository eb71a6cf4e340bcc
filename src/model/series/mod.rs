//! History of one number: absolute times, several resolutions, gaps kept as gaps.
//!
//! A series is a step function: a value holds until the next point. A point is stored only where the
//! value changed, so an idle partition costs one point however long it is watched; whoever draws a
//! series bounds it on the right by the moment at which its source last confirmed it. A point without a
//! value begins a gap.
//!
//! Points are kept as variable-length differences (about four bytes each), because a cluster has tens
//! of thousands of partitions. Times are rounded down to a hundredth (first tier) or a tenth of the
//! tier's step.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use super::{Rate, Run, Timestamp};

mod held;
mod passed;
mod ring;

pub use held::Held;
pub use passed::Passed;
use ring::{Ring, Stored};

/// A moment and the value from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// From when.
    pub at: Timestamp,
    /// The value; `None` begins a gap.
    pub value: Option<i64>,
}

/// One resolution: at most one point a step, kept for a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Milliseconds in which later values replace earlier ones.
    pub step_ms: i64,
    /// Milliseconds after which points are dropped.
    pub span_ms: i64,
    /// Milliseconds to which times are rounded down: the pause between two points of a number that
    /// changes each step is less than 32 units, which takes one byte.
    unit_ms: i64,
    /// Bytes that a number takes which changes each step by some thousands: three a point and a little
    /// room; eight less than a multiple of sixteen, which the system's allocator gives without loss.
    busy_bytes: usize,
}

/// The resolutions, finest first: 1 s for 2 minutes, 10 s for 30 minutes, 1 min for 6 hours.
pub const RESOLUTIONS: [Resolution; 3] = [
    Resolution { step_ms: 1_000, span_ms: 120_000, unit_ms: 40, busy_bytes: 376 },
    Resolution { step_ms: 10_000, span_ms: 1_800_000, unit_ms: 1_000, busy_bytes: 552 },
    Resolution { step_ms: 60_000, span_ms: 21_600_000, unit_ms: 6_000, busy_bytes: 1_096 },
];

/// History of a partition's number: 2 minutes by the second, 30 minutes by ten seconds.
pub type PartitionSeries = History<2>;
/// History of a group's number: as a partition's, and 6 hours by the minute.
pub type GroupSeries = History<3>;

/// A series that the store writes and all snapshots share.
///
/// The one thing in a snapshot that is not frozen with it: copying the histories of all partitions
/// that moved would double their memory every second. It need not be frozen, because history grows at
/// its end only; whoever draws an old snapshot looks no further than its time.
#[derive(Debug, Default)]
pub struct History<const TIERS: usize>(RwLock<Inner<TIERS>>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Inner<const TIERS: usize> {
    series: Series<TIERS>,
    run: Run,
}

impl<const TIERS: usize> History<TIERS> {
    /// See [`Series::push`].
    pub fn push(&self, at: Timestamp, value: Option<i64>) -> bool {
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        inner.run.push(at, value);
        inner.series.push(at, value)
    }

    /// See [`Series::prepend`].
    pub fn prepend(&self, past: impl IntoIterator<Item = Point>) {
        let past: Vec<_> = past.into_iter().collect();
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        inner.series.prepend(&past);
        let mut run = Run::default();
        let all = inner.series.finest(Timestamp::MAX);
        all.for_each(|(point, _)| run.push(point.at, point.value));
        inner.run = run;
    }

    /// See [`Series::newest`].
    #[must_use]
    pub fn newest(&self) -> Option<Point> {
        self.read(Series::newest)
    }

    /// The first point that is still known; `None` while there is none.
    #[must_use]
    pub fn first_known(&self) -> Option<Point> {
        let all = |series: &Series<TIERS>| {
            series.since(Timestamp::from_millis(i64::MIN)).find(|point| point.value.is_some())
        };
        self.read(all)
    }

    /// The points from the one that holds at `from` up to `until`, oldest first: see [`Series::since`].
    /// Whoever looks at a moment looks no further than it, for histories go on.
    #[must_use]
    pub fn between(&self, from: Timestamp, until: Timestamp) -> std::vec::IntoIter<Point> {
        let known = |point: &Point| point.at <= until;
        self.read(|series| series.since(from).take_while(known).collect::<Vec<_>>()).into_iter()
    }

    /// Since when something is known; `None` while nothing is. Told at once, however long the history is.
    #[must_use]
    pub fn begin(&self) -> Option<Timestamp> {
        self.read(Series::begin)
    }

    /// See [`Series::step`].
    #[must_use]
    pub fn step(&self, from: Timestamp) -> Duration {
        self.read(|series| series.step(from))
    }

    /// See [`Series::fine_since`].
    #[must_use]
    pub fn fine_since(&self) -> Timestamp {
        self.read(Series::fine_since)
    }

    /// See [`Series::at`].
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Option<i64> {
        self.read(|series| series.at(at))
    }

    /// See [`Run::rate`].
    #[must_use]
    pub fn rate(&self, confirmed: Timestamp, min_span: Duration) -> Option<Rate> {
        self.inner().run.rate(confirmed, min_span)
    }

    /// See [`Run::fell`].
    #[must_use]
    pub fn fell(&self) -> Option<Timestamp> {
        self.inner().run.fell()
    }

    /// See [`Series::heap_bytes`].
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.read(Series::heap_bytes)
    }

    fn read<T>(&self, read: impl FnOnce(&Series<TIERS>) -> T) -> T {
        read(&self.inner().series)
    }

    fn inner(&self) -> RwLockReadGuard<'_, Inner<TIERS>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same points.
impl<const TIERS: usize> PartialEq for History<TIERS> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || *self.inner() == *other.inner()
    }
}

/// One number over time, in the first `TIERS` of [`RESOLUTIONS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series<const TIERS: usize> {
    rings: [Ring; TIERS],
}

impl<const TIERS: usize> Default for Series<TIERS> {
    fn default() -> Self {
        const { assert!(TIERS <= RESOLUTIONS.len(), "a series has no more tiers than there are") };
        Self { rings: std::array::from_fn(|_| Ring::default()) }
    }
}

impl<const TIERS: usize> Series<TIERS> {
    /// Notes that from `at` on the value is `value`; returns whether that changed anything. A moment
    /// before the newest point changes nothing: history is written once.
    pub fn push(&mut self, at: Timestamp, value: Option<i64>) -> bool {
        if self.newest().is_some_and(|newest| newest.value == value || at < newest.at) {
            return false;
        }
        for (ring, resolution) in self.rings.iter_mut().zip(&RESOLUTIONS) {
            ring.push(at.as_millis(), value, resolution);
        }
        true
    }

    /// Puts what was before the first known point in front of it, in each resolution as far as that
    /// reaches. Points must ascend; those that are not before it are left out: what was seen live stands.
    /// Gaps at its very begin, where nothing was asked yet, give way. Further back may follow later.
    pub fn prepend(&mut self, past: &[Point]) {
        for (ring, resolution) in self.rings.iter_mut().zip(&RESOLUTIONS) {
            let live = ring.iter().skip_while(|stored| !stored.known);
            let live: Vec<_> = live.map(|stored| point(stored, resolution)).collect();
            let begin = live.first().map_or(Timestamp::MAX, |point| point.at);
            let mut before = past.iter().filter(|point| point.at < begin).peekable();
            // Built anew, a ring would not know any more that it has dropped points.
            if before.peek().is_none() {
                continue;
            }
            *ring = Ring::default();
            for point in before.chain(&live) {
                ring.push(point.at.as_millis(), point.value, resolution);
            }
        }
    }

    /// The newest point; `None` before the first.
    #[must_use]
    pub fn newest(&self) -> Option<Point> {
        let ring = self.rings.first()?;
        ring.newest().map(|newest| point(newest, &RESOLUTIONS[0]))
    }

    /// The points from the one that holds at `from` on, oldest first, in the finest resolution that
    /// reaches back to `from` (or in the coarsest, if none does).
    pub fn since(&self, from: Timestamp) -> impl Iterator<Item = Point> + '_ {
        let (tier, resolution) = self.tier(from);
        let points = self.rings.get(tier).into_iter().flat_map(Ring::iter);
        let mut points = points.map(move |stored| point(stored, resolution)).peekable();
        // Skip what has ended before `from`: a point whose successor is not after `from`.
        let mut current = points.next();
        while let (Some(_), Some(next)) = (current, points.peek()) {
            if next.at > from {
                break;
            }
            current = points.next();
        }
        current.into_iter().chain(points)
    }

    /// The time within which later points replace earlier ones, in what is told from `from` on.
    #[must_use]
    pub fn step(&self, from: Timestamp) -> Duration {
        Duration::from_millis(self.tier(from).1.step_ms.unsigned_abs())
    }

    /// From when on it is told in the finest resolution.
    #[must_use]
    pub fn fine_since(&self) -> Timestamp {
        let dropped = self.rings.first().filter(|ring| !ring.is_whole()).and_then(Ring::first);
        let begin = dropped.map(|first| point(first, &RESOLUTIONS[0]).at);
        begin.unwrap_or(Timestamp::from_millis(i64::MIN))
    }

    /// The finest resolution that reaches back to `from`, or the coarsest, if none does.
    fn tier(&self, from: Timestamp) -> (usize, &'static Resolution) {
        let tiers = self.rings.iter().zip(&RESOLUTIONS).enumerate();
        let mut reaching = tiers.filter(|(_, (ring, resolution))| {
            ring.reaches(from.as_millis().div_euclid(resolution.unit_ms))
        });
        let coarsest = TIERS.saturating_sub(1);
        let tier = reaching.next().map_or(coarsest, |(tier, _)| tier);
        (tier, RESOLUTIONS.get(tier).unwrap_or(&RESOLUTIONS[0]))
    }

    /// The value that held at `at`; `None` in a gap and before the first point.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Option<i64> {
        self.since(at).next().filter(|point| point.at <= at).and_then(|point| point.value)
    }

    /// Bytes on the heap, for the memory budget.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.rings.iter().map(Ring::heap_bytes).sum()
    }
}

/// A stored point in time's usual unit.
fn point(stored: Stored, resolution: &Resolution) -> Point {
    let at = Timestamp::from_millis(stored.units.saturating_mul(resolution.unit_ms));
    Point { at, value: stored.known.then_some(stored.value) }
}

#[cfg(test)]
mod tests;
