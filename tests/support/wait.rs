//! Waiting for a condition, with a deadline: what tests do instead of sleeping.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How often a condition is looked at.
const STEP: Duration = Duration::from_millis(20);

/// Looks until `condition` is true. False when `deadline` passed first.
pub fn holds_within(deadline: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + deadline;
    loop {
        if condition() {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        std::thread::sleep(STEP);
    }
}

/// Asks until `question` has an answer; its last refusal is the error's cause when `deadline`
/// passed first.
pub fn answer_within<T>(
    deadline: Duration,
    what: &str,
    mut question: impl FnMut() -> Result<T>,
) -> Result<T> {
    let end = Instant::now() + deadline;
    loop {
        match question() {
            Ok(answer) => return Ok(answer),
            Err(why) if Instant::now() >= end => {
                return Err(why.context(format!("{what} within {deadline:?}")));
            }
            Err(_) => std::thread::sleep(STEP),
        }
    }
}

/// As [`answer_within`], for questions that are asked asynchronously.
pub async fn eventually<T, F>(
    deadline: Duration,
    what: &str,
    mut question: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let end = tokio::time::Instant::now() + deadline;
    loop {
        match tokio::time::timeout_at(end, question()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(why)) if tokio::time::Instant::now() >= end => {
                return Err(why.context(format!("{what} within {deadline:?}")));
            }
            Ok(Err(_)) => tokio::time::sleep(STEP).await,
            Err(_) => bail!("{what}: no answer within {deadline:?}"),
        }
    }
}
