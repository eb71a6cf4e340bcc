//! How long to wait until the next round: as long as the person wished, longer where rounds are costly.
//! Pure.

use std::time::Duration;

/// How often groups on screen that are changing hands are looked at, where that is allowed.
const CLOSELY: Duration = Duration::from_millis(100);

/// What lagtop allows itself, so that it can be left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    /// Requests a second to the whole cluster.
    pub(super) requests_per_second: u64,
    /// Bytes a second, both directions.
    pub(super) bytes_per_second: u64,
    /// Of its own time, at most one part in this many is spent in rounds.
    pub(super) share_of_time: u32,
}

impl Budget {
    /// So many requests; 10,000 groups with 100,000 partitions cost 2.7 MB in five requests a round:
    /// affordable every second. A quarter of the time leaves a quarter of one core as the worst case.
    pub(super) fn of(max_requests: u32) -> Self {
        let requests_per_second = max_requests.into();
        Self { requests_per_second, bytes_per_second: 4 << 20, share_of_time: 4 }
    }
}

/// What the last round cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RoundCost {
    pub(super) requests: u64,
    pub(super) bytes: u64,
    /// From the first question to the last answer, stragglers left out.
    pub(super) took: Duration,
    /// For how long brokers asked to be left alone.
    pub(super) throttled: Duration,
}

/// The time in which there may be so many.
fn per(count: u64, per_second: u64) -> Duration {
    Duration::from_millis(count.saturating_mul(1_000) / per_second.max(1))
}

/// How long after a look at groups that change hands the next is due, if each asks so many questions: they
/// take half of what is allowed at the most, since rounds pay for them and have to come too.
pub(super) fn closely(questions: usize, budget: Budget) -> Duration {
    CLOSELY.max(per((questions as u64).saturating_mul(2), budget.requests_per_second))
}

/// The time from the start of a round to the start of the next.
pub(super) fn interval(wished: Duration, cost: RoundCost, budget: Budget) -> Duration {
    wished
        .max(per(cost.requests, budget.requests_per_second))
        .max(per(cost.bytes, budget.bytes_per_second))
        .max(cost.took * budget.share_of_time)
        .max(cost.throttled)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::cheap(4, 272_000, 20, 0, 1_000)]
    #[case::many_requests(1_000, 0, 0, 0, 5_000)]
    #[case::many_bytes(4, 12 << 20, 0, 0, 3_000)]
    #[case::slow(4, 0, 800, 0, 3_200)]
    #[case::throttled(4, 0, 0, 7_000, 7_000)]
    fn costly_rounds_come_less_often(
        #[case] requests: u64,
        #[case] bytes: u64,
        #[case] took: u64,
        #[case] throttled: u64,
        #[case] expected: u64,
    ) {
        let cost = RoundCost {
            requests,
            bytes,
            took: Duration::from_millis(took),
            throttled: Duration::from_millis(throttled),
        };
        let next = interval(Duration::from_secs(1), cost, Budget::of(200));
        assert_eq!(next, Duration::from_millis(expected));
    }

    #[test]
    fn however_close_groups_are_looked_at_rounds_keep_their_half() {
        assert_eq!(closely(2, Budget::of(200)), CLOSELY);
        let budget = Budget::of(5);
        let look = closely(2, budget);
        assert_eq!(look, Duration::from_millis(800));
        // A round of 8 questions, and looks until the next one, which pays for them: it settles.
        let mut next = Duration::from_secs(1);
        for _ in 0..50 {
            let looks = u64::try_from(next.as_millis() / look.as_millis()).unwrap();
            let cost = RoundCost { requests: 8 + 2 * looks, ..RoundCost::default() };
            next = interval(Duration::from_secs(1), cost, budget);
        }
        assert!(next <= Duration::from_millis(2 * 8_000 / 5), "{next:?}");
    }
}
