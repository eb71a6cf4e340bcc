//! The consumer at the end of the topic, on a thread of its own.
//!
//! Assigned by hand, from where each partition ended when listening began.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::types::RDKafkaErrorCode;
use tokio::sync::mpsc;

use super::Context;
use super::translate::Translator;
use crate::model::{Body, Fault};
use crate::source::kafka::consumer::{self, Quiet, assigned, passing};
use crate::source::kafka::coverage::{ReadTo, TOPIC};

/// How long one wait for a record may take, and so how soon the thread notices that it shall end.
const WAIT: Duration = Duration::from_millis(100);

/// Records put together into one batch at the most, and for how long at the most.
const BATCH: (usize, Duration) = (2_000, Duration::from_millis(50));

/// How often librdkafka tells what it cost: its text is long.
const COST_EVERY_MS: &str = "2000";

/// What the tail has to say.
pub(super) enum Batch {
    /// It reads: the topic may be read, and was.
    Listening,
    /// What it read, and up to where.
    Seen(Vec<Body>, Vec<(i32, ReadTo)>),
    /// It may not, or cannot; it ends.
    Refused(Fault),
}

/// The reason when the right to read the topic is missing.
pub(super) fn not_allowed() -> Fault {
    Fault::new("TOPIC_AUTHORIZATION_FAILED", "no right to read __consumer_offsets")
}

/// Starts the tail. It ends when the receiving end of `batches` is dropped.
pub(super) fn spawn(
    context: &Context,
    ends: Vec<(i32, i64)>,
    batches: mpsc::Sender<Batch>,
) -> io::Result<()> {
    let translator = Translator::new(
        Arc::clone(&context.clock),
        Arc::clone(&context.groups),
        Arc::clone(&context.topics),
    );
    let config = config(context);
    let quiet = Quiet::new(&context.client);
    let read = move || {
        let read = ends.iter().map(|&(partition, end)| (partition, ReadTo::begin(end))).collect();
        let ended = assigned(&config, quiet, TOPIC, ends).map_err(|error| fault(&error));
        let ended = ended.and_then(|consumer| {
            Tail { consumer, translator, read, answered: false, batches: &batches }.read()
        });
        if let Err(fault) = ended {
            // Nobody may be listening any more.
            let _ = batches.blocking_send(Batch::Refused(fault));
        }
    };
    std::thread::Builder::new().name("lagtop-tail".to_owned()).spawn(read).map(drop)
}

pub(super) fn config(context: &Context) -> ClientConfig {
    let mut config = consumer::config(&context.properties);
    config
        .set("isolation.level", "read_uncommitted")
        .set("statistics.interval.ms", COST_EVERY_MS)
        // That a partition has no more is an answer too: it says that the topic may be read.
        .set("enable.partition.eof", "true")
        // A commit is worth showing when it happens, and the topic's records are small.
        .set("fetch.wait.max.ms", "500")
        .set("fetch.min.bytes", "1")
        // A waiting record takes several times its own size, and two megabytes are twenty thousand.
        .set("queued.max.messages.kbytes", "2048")
        .set("fetch.message.max.bytes", "262144");
    config
}

struct Tail<'a> {
    consumer: BaseConsumer<Quiet>,
    translator: Translator,
    /// How far each partition is read.
    read: BTreeMap<i32, ReadTo>,
    /// A broker has told records of the topic, or that there are none: nobody refuses us.
    answered: bool,
    batches: &'a mpsc::Sender<Batch>,
}

impl Tail<'_> {
    /// Reads until nobody listens any more.
    fn read(mut self) -> Result<(), Fault> {
        let mut listening = false;
        while !self.batches.is_closed() {
            let moved = self.batch()?;
            if !listening && self.answered {
                listening = true;
                if self.batches.blocking_send(Batch::Listening).is_err() {
                    return Ok(());
                }
            }
            let mut seen = if moved.is_empty() { Vec::new() } else { self.translator.take() };
            seen.extend(self.consumer.context().take_cost().map(Body::Cost));
            let nothing = seen.is_empty() && moved.is_empty();
            if !nothing && self.batches.blocking_send(Batch::Seen(seen, moved)).is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Waits for a record and takes what is there with it; tells how far it has come in which partitions.
    fn batch(&mut self) -> Result<Vec<(i32, ReadTo)>, Fault> {
        let (most, longest) = BATCH;
        let mut wait = WAIT;
        let mut begun = None;
        let mut moved = BTreeMap::new();
        for _ in 0..most {
            match self.consumer.poll(wait) {
                None => break,
                Some(Ok(message)) => {
                    self.answered = true;
                    let (key, value) = (message.key().unwrap_or_default(), message.payload());
                    self.translator.record(key, value, message.timestamp().to_millis())?;
                    if let Some(read) = self.read.get_mut(&message.partition()) {
                        read.read(message.offset());
                        moved.insert(message.partition(), *read);
                    }
                }
                Some(Err(KafkaError::PartitionEOF(_))) => {
                    self.answered = true;
                    continue;
                }
                Some(Err(error)) if passing(&error) => {}
                Some(Err(error)) => return Err(fault(&error)),
            }
            wait = Duration::ZERO;
            if begun.get_or_insert_with(Instant::now).elapsed() > longest {
                break;
            }
        }
        Ok(moved.into_iter().collect())
    }
}

pub(super) fn fault(error: &KafkaError) -> Fault {
    match error.rdkafka_error_code() {
        Some(RDKafkaErrorCode::TopicAuthorizationFailed) => not_allowed(),
        code => {
            let name = code.map_or_else(|| "TAIL_FAILED".to_owned(), |code| format!("{code:?}"));
            Fault::new(&name, &format!("the tail of __consumer_offsets ended ({error})"))
        }
    }
}
