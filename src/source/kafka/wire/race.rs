//! Trying several ways at once, one after the other ("happy eyeballs", RFC 8305): the next starts
//! when the previous fails, or after a short while without news, so that a dead address costs that
//! while and not the whole timeout.

use std::future::Future;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

/// Silence after which the next attempt starts beside the running ones (RFC 8305 section 8).
pub(super) const STAGGER: Duration = Duration::from_millis(250);

/// The first success, or all failures in the order in which they happened. `settles` tells
/// failures that no other attempt could avoid: the race ends there.
pub(super) async fn staggered<T, E, F>(
    attempts: impl IntoIterator<Item = F>,
    settles: impl Fn(&E) -> bool,
) -> Result<T, Vec<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut waiting = attempts.into_iter();
    let mut running: FuturesUnordered<F> = waiting.next().into_iter().collect();
    let mut failures = Vec::new();
    let mut all_started = false;
    loop {
        let news = tokio::select! {
            news = running.next() => news,
            () = tokio::time::sleep(STAGGER), if !all_started => None,
        };
        match news {
            Some(Ok(won)) => return Ok(won),
            Some(Err(error)) => {
                let settled = settles(&error);
                failures.push(error);
                if settled {
                    return Err(failures);
                }
            }
            None => {}
        }
        match waiting.next() {
            Some(attempt) => running.push(attempt),
            None => all_started = true,
        }
        if running.is_empty() {
            return Err(failures);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, sleep};

    use super::*;

    async fn after(millis: u64, result: Result<u8, u8>) -> Result<u8, u8> {
        sleep(Duration::from_millis(millis)).await;
        result
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_attempt_costs_the_stagger_only() {
        let start = Instant::now();
        let won = staggered([after(60_000, Ok(1)), after(5, Ok(2))], |_| false).await;
        assert_eq!(won, Ok(2));
        assert_eq!(start.elapsed().as_millis(), 255);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_attempt_costs_nothing() {
        let start = Instant::now();
        let attempts = [after(1, Err(1)), after(1, Err(2)), after(1, Ok(3))];
        assert_eq!(staggered(attempts, |_| false).await, Ok(3));
        assert!(start.elapsed() < STAGGER);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_first_may_still_win() {
        let attempts = [after(300, Ok(1)), after(60_000, Ok(2))];
        assert_eq!(staggered(attempts, |_| false).await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn all_failures_are_told_and_none_is_no_success() {
        let attempts = [after(20, Err(1)), after(1, Err(2))];
        assert_eq!(staggered(attempts, |_| false).await, Err(vec![1, 2]));
        let none: [std::future::Ready<Result<u8, u8>>; 0] = [];
        assert_eq!(staggered(none, |_| false).await, Err(vec![]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_settling_failure_ends_the_race() {
        let attempts = [after(1, Err(9)), after(1, Ok(1))];
        assert_eq!(staggered(attempts, |error| *error == 9).await, Err(vec![9]));
    }
}
