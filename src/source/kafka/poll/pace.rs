//! How long to wait until the next round: as long as the person wished, longer where rounds are costly.
//! Pure.

use std::time::Duration;

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

impl Default for Budget {
    /// 10,000 groups with 100,000 partitions cost 2.7 MB in five requests a round: affordable every
    /// second. A quarter of the time leaves a quarter of one core as the worst case.
    fn default() -> Self {
        Self { requests_per_second: 200, bytes_per_second: 4 << 20, share_of_time: 4 }
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

/// The time from the start of a round to the start of the next.
pub(super) fn interval(wished: Duration, cost: RoundCost, budget: Budget) -> Duration {
    let per = |count: u64, per_second: u64| {
        Duration::from_millis(count.saturating_mul(1_000) / per_second.max(1))
    };
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
        let next = interval(Duration::from_secs(1), cost, Budget::default());
        assert_eq!(next, Duration::from_millis(expected));
    }
}
