//! How long to wait before dialling again. Pure arithmetic, and one source of chance.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Doublings after which the pause no longer grows; keeps the shift in range.
const MOST_DOUBLINGS: u32 = 20;

/// The pause after `failures` failed dials in a row: `min` after the first, doubling, never above
/// `max`, then spread by ±20 % so that many clients do not come back in step. `chance` is in
/// 0..=1; none, or zero failures, give the shortest spread and no pause.
pub(super) fn pause(failures: u32, min: Duration, max: Duration, chance: f64) -> Duration {
    let Some(doublings) = failures.checked_sub(1) else { return Duration::ZERO };
    let factor = 1_u32 << doublings.min(MOST_DOUBLINGS);
    let whole = min.saturating_mul(factor).min(max);
    let spread = 0.8 + 0.4 * if chance.is_finite() { chance.clamp(0.0, 1.0) } else { 0.5 };
    Duration::try_from_secs_f64(whole.as_secs_f64() * spread).unwrap_or(max)
}

/// A number in 0..1. Std's keyed hasher is seeded anew each time: good enough to spread dials.
pub(super) fn chance() -> f64 {
    let bits = RandomState::new().hash_one(0_u8) >> 11;
    bits as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, 0)]
    #[case(1, 100)]
    #[case(2, 200)]
    #[case(5, 1600)]
    #[case(7, 6400)]
    #[case(8, 10_000)]
    #[case(u32::MAX, 10_000)]
    fn doubles_up_to_the_cap(#[case] failures: u32, #[case] millis: u64) {
        let pause = pause(failures, Duration::from_millis(100), Duration::from_secs(10), 0.5);
        assert_eq!(pause, Duration::from_millis(millis));
    }

    proptest! {
        #[test]
        fn stays_within_the_spread(
            failures in 1_u32.., min in 0_u64..1 << 30, max in 0_u64..1 << 40, chance: f64) {
            let (min, max) = (Duration::from_millis(min), Duration::from_millis(max));
            let pause = pause(failures, min, max, chance);
            prop_assert!(pause.as_secs_f64() <= max.as_secs_f64() * 1.2 + 1e-3);
            prop_assert!(pause.as_secs_f64() >= min.min(max).as_secs_f64() * 0.8 - 1e-3);
        }

        #[test]
        fn chance_is_a_fraction(_ in 0..100) {
            prop_assert!((0.0..1.0).contains(&chance()));
        }
    }
}
