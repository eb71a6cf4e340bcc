//! Time as data: every observation carries the moment at which it was made, so that the same stream
//! can be recorded and replayed to the same screen.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since the Unix epoch, as Kafka counts them.
///
/// Counted from the least `i64` on, which no clock tells: zero is free to stand for `None`, so that
/// the many optional moments take eight bytes and not sixteen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "i64", into = "i64")]
pub struct Timestamp(NonZeroU64);

/// What lies between the least `i64` and the Unix epoch.
const BEFORE_EPOCH: u64 = 1 << 63;

impl Timestamp {
    /// The last moment: later than whatever is compared with it.
    pub const MAX: Self = Self::from_millis(i64::MAX);

    /// The moment `millis` milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        match NonZeroU64::new(millis.cast_unsigned() ^ BEFORE_EPOCH) {
            Some(counted) => Self(counted),
            None => Self(NonZeroU64::MIN),
        }
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        (self.0.get() ^ BEFORE_EPOCH).cast_signed()
    }

    /// How long after `earlier` this moment is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(
            u64::try_from(self.as_millis().saturating_sub(earlier.as_millis())).unwrap_or(0),
        )
    }

    /// The moment `span` later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self::from_millis(self.as_millis().saturating_add(millis(span)))
    }

    /// The moment `span` earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self::from_millis(self.as_millis().saturating_sub(millis(span)))
    }
}

/// The Unix epoch.
impl Default for Timestamp {
    fn default() -> Self {
        Self::from_millis(0)
    }
}

impl From<i64> for Timestamp {
    fn from(millis: i64) -> Self {
        Self::from_millis(millis)
    }
}

impl From<Timestamp> for i64 {
    fn from(at: Timestamp) -> Self {
        at.as_millis()
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.as_millis()).finish()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.as_millis())
    }
}

/// Whole milliseconds of `span`, saturating.
fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Where the present moment comes from: the system, a test, or a replay.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The system's wall clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the wall clock is read")]
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Timestamp::from_millis(millis(since_epoch))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer as _;
    use serde::de::value::{Error, I64Deserializer};

    use super::*;

    #[test]
    fn a_span_never_runs_backwards() {
        let (a, b) = (Timestamp::from_millis(1_000), Timestamp::from_millis(4_500));
        assert_eq!(b.since(a), Duration::from_millis(3_500));
        assert_eq!(a.since(b), Duration::ZERO);
    }

    #[test]
    fn arithmetic_saturates_at_the_ends_of_time() {
        let end = Timestamp::MAX;
        assert_eq!(end.plus(Duration::from_secs(1)), end);
        assert_eq!(end.minus(Duration::MAX), Timestamp::from_millis(0));
    }

    #[test]
    fn moments_are_ordered_as_their_milliseconds_are() {
        let millis = [i64::MIN + 1, -1, 0, 1, i64::MAX];
        let moments = millis.map(Timestamp::from_millis);
        assert!(moments.is_sorted());
        assert_eq!(moments.map(Timestamp::as_millis), millis);
        assert_eq!(Timestamp::from_millis(i64::MIN), moments[0], "the one that has no room");
        assert_eq!(Timestamp::default().as_millis(), 0);
    }

    struct Written(Timestamp);

    impl fmt::Display for Written {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.serialize(f)
        }
    }

    #[test]
    fn written_down_it_is_a_plain_integer() {
        // Kafka sends -1 for a moment that it does not know.
        for millis in [i64::MIN + 1, -1, 0, 1, 1_750_000_000_000, i64::MAX] {
            let at = Timestamp::from_millis(millis);
            assert_eq!(Written(at).to_string(), millis.to_string());
            let number: I64Deserializer<Error> = millis.into_deserializer();
            assert_eq!(Timestamp::deserialize(number), Ok(at));
        }
    }

    #[test]
    fn the_system_clock_is_past_2020() {
        assert!(SystemClock.now() > Timestamp::from_millis(1_577_836_800_000));
    }
}
