//! Whether listening would work, found out by doing it for a moment: librdkafka reads the end of one
//! partition with all that is configured, and lets go.

use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::Consumer;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;

use super::{Context, begin, tail};
use crate::model::Fault;
use crate::source::kafka::consumer::{Quiet, assigned, passing, tokens};
use crate::source::kafka::coverage::TOPIC;

/// How long one wait for an answer may take, and so how soon the limit is noticed.
const WAIT: Duration = Duration::from_millis(100);

/// Reads the end of the topic once, within `limit`.
pub async fn check(context: &Context, limit: Duration) -> Result<(), Fault> {
    let unreached = || Fault::new("CONNECTION_LOST", "no broker told where the topic is");
    let begin = begin(context).await.map_err(|fault| fault.unwrap_or_else(unreached))?;
    let clock = std::sync::Arc::clone(&context.clock);
    let _kept = tokens::keep(context.client.token_source(), clock).await?;
    let config = tail::config(context);
    let quiet = Quiet::new(&context.client);
    let read = tokio::task::spawn_blocking(move || read(&config, quiet, &begin.ends, limit));
    read.await.unwrap_or_else(|_runtime_ends| Err(unreached()))
}

/// Returns when a partition's end was read: then a broker has answered to a question for records.
fn read(
    config: &ClientConfig,
    quiet: Quiet,
    ends: &[(i32, i64)],
    limit: Duration,
) -> Result<(), Fault> {
    let first = ends.first().copied();
    let consumer = assigned(config, quiet, TOPIC, first).map_err(|error| refused(&error, None))?;
    let due = Instant::now() + limit;
    let mut last = None;
    while Instant::now() < due {
        match consumer.poll(WAIT) {
            None => {}
            Some(Ok(_) | Err(KafkaError::PartitionEOF(_))) => return Ok(()),
            Some(Err(error)) if passing(&error) => last = Some(error),
            Some(Err(error)) => return Err(refused(&error, consumer.context().take_reason())),
        }
    }
    let silent = || {
        let text = format!("librdkafka got no answer within {limit:?}");
        Fault::new("REQUEST_TIMED_OUT", &text)
    };
    Err(last.map_or_else(silent, |error| refused(&error, consumer.context().take_reason())))
}

/// Why it cannot be read, by librdkafka's own reason where it gave one.
fn refused(error: &KafkaError, reason: Option<String>) -> Fault {
    let code = error.rdkafka_error_code();
    if code == Some(RDKafkaErrorCode::TopicAuthorizationFailed) {
        return tail::not_allowed();
    }
    let name = code.map_or_else(|| "TAIL_FAILED".to_owned(), |code| format!("{code:?}"));
    Fault::new(&name, &format!("librdkafka: {}", reason.unwrap_or_else(|| error.to_string())))
}
