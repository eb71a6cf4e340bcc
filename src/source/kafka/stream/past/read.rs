//! The consumer that reads one slice of the past, on a thread of its own, and ends.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::mpsc;

use super::super::tail::{self, Quiet};
use super::super::{Context, TOPIC};
use super::Ranges;
use super::collect::Collected;
use crate::model::HistoryStage;
use crate::source::kafka::poll::NameFilter;

/// How long one wait for a record may take, and so how soon the budget of time is noticed.
const WAIT: Duration = Duration::from_millis(100);

/// How often it is told how far reading is.
const TELL: Duration = Duration::from_millis(250);

/// What a record takes in the log beside its key and value: lengths, differences, attributes.
const FRAME_BYTES: u64 = 12;

/// What to read, and with what it ends early.
pub(super) struct Wanted {
    /// Partitions, from which offset, and up to which.
    pub(super) ranges: Ranges,
    /// Bytes at the most.
    pub(super) most: u64,
    /// The moment at which it ends.
    pub(super) due: Instant,
}

/// What the reader has to say.
pub(super) enum Batch {
    /// So far.
    Read {
        /// Records.
        records: i64,
        /// Bytes.
        bytes: u64,
    },
    /// It ended; early, if there is a reason.
    Over(Box<Collected>, Option<HistoryStage>),
}

/// Starts the reader. It ends when it is done, or when the receiving end of `batches` is dropped.
pub(super) fn spawn(
    context: &Context,
    wanted: Wanted,
    batches: mpsc::Sender<Batch>,
) -> io::Result<()> {
    let mut config = tail::config(context);
    config
        .set("enable.partition.eof", "true")
        // Many records at a time and no pause between: this shall be over soon.
        .set("fetch.wait.max.ms", "50")
        .set("fetch.queue.backoff.ms", "5")
        .set("fetch.message.max.bytes", "1048576")
        .set("queued.max.messages.kbytes", "16384");
    let filters = (Arc::clone(&context.groups), Arc::clone(&context.topics));
    let read = move || {
        let mut collected = Collected::default();
        let ended = read(&config, &wanted, (&filters.0, &filters.1), (&mut collected, &batches));
        let ended = ended.unwrap_or_else(|error| Some(HistoryStage::Failed(tail::fault(&error))));
        // Nobody may be listening any more.
        let _ = batches.blocking_send(Batch::Over(Box::new(collected), ended));
    };
    std::thread::Builder::new().name("lagtop-past".to_owned()).spawn(read).map(drop)
}

/// Reads until all is read, a budget ends, or nobody listens; tells why it ended early.
fn read(
    config: &ClientConfig,
    wanted: &Wanted,
    filters: (&NameFilter, &NameFilter),
    (collected, batches): (&mut Collected, &mpsc::Sender<Batch>),
) -> KafkaResult<Option<HistoryStage>> {
    let consumer = consumer(config, &wanted.ranges)?;
    let mut open: BTreeMap<i32, i64> = wanted.ranges.iter().map(|&(p, _, end)| (p, end)).collect();
    let (mut bytes, mut told) = (0, Instant::now());
    while !open.is_empty() && !batches.is_closed() {
        if bytes > wanted.most {
            return Ok(Some(HistoryStage::ByteBudget));
        }
        if Instant::now() > wanted.due {
            return Ok(Some(HistoryStage::TimeBudget));
        }
        if told.elapsed() > TELL {
            told = Instant::now();
            // A screen that is behind need not be told twice.
            let _ = batches.try_send(Batch::Read { records: collected.records, bytes });
        }
        match consumer.poll(WAIT) {
            None => {}
            Some(Ok(message)) => {
                let Some(&end) = open.get(&message.partition()) else { continue };
                if message.offset() < end {
                    bytes += take(&message, filters, collected);
                }
                // The last offsets may be marks of transactions, or be compacted away.
                if message.offset() >= end - 1 {
                    open.remove(&message.partition());
                    pause(&consumer, message.partition())?;
                }
            }
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                open.remove(&partition);
            }
            Some(Err(error)) if tail::passing(&error) => {}
            Some(Err(error)) => return Err(error),
        }
    }
    Ok(None)
}

/// Collects one record; tells its size.
fn take(
    message: &BorrowedMessage<'_>,
    filters: (&NameFilter, &NameFilter),
    collected: &mut Collected,
) -> u64 {
    let (key, value) = (message.key().unwrap_or_default(), message.payload());
    let at = message.timestamp().to_millis().unwrap_or_default();
    collected.record(filters, at, (key, value));
    let size = key.len() + value.map_or(0, <[u8]>::len);
    FRAME_BYTES + u64::try_from(size).unwrap_or(0)
}

fn consumer(config: &ClientConfig, ranges: &Ranges) -> KafkaResult<BaseConsumer<Quiet>> {
    let consumer: BaseConsumer<Quiet> = config.create_with_context(Quiet::default())?;
    let mut assignment = TopicPartitionList::with_capacity(ranges.len());
    for &(partition, begin, _) in ranges {
        assignment.add_partition_offset(TOPIC, partition, Offset::Offset(begin))?;
    }
    consumer.assign(&assignment)?;
    Ok(consumer)
}

/// What follows is not wanted: the tail has it.
fn pause(consumer: &BaseConsumer<Quiet>, partition: i32) -> KafkaResult<()> {
    let mut list = TopicPartitionList::with_capacity(1);
    list.add_partition(TOPIC, partition);
    consumer.pause(&list)
}
