//! The consumer that reads the past, slice by slice, on a thread of its own, and ends.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::{BorrowedMessage, Message};
use tokio::sync::mpsc;

use super::super::Context;
use super::super::tail;
use super::Slice;
use super::collect::Collected;
use crate::model::{HistoryStage, Timestamp};
use crate::source::kafka::consumer::{Quiet, assign, idle, passing};
use crate::source::kafka::coverage::TOPIC;
use crate::source::kafka::poll::NameFilter;

/// How long one wait for a record may take, and so how soon the budget of time is noticed.
const WAIT: Duration = Duration::from_millis(100);

/// How often it is told how far reading is.
const TELL: Duration = Duration::from_millis(250);

/// What a record takes in the log beside its key and value: lengths, differences, attributes.
const FRAME_BYTES: u64 = 12;

/// What to read, and with what it ends early.
pub(super) struct Job {
    /// In this order.
    pub(super) slices: Vec<Slice>,
    /// Bytes at the most.
    pub(super) most: u64,
    /// The moment at which it ends.
    pub(super) due: Instant,
    /// Histories are finest just before this.
    pub(super) now: Timestamp,
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
    /// A slice, whole.
    Slice {
        /// From when on.
        from: Timestamp,
        /// What is in it.
        collected: Box<Collected>,
    },
    /// It ended; early, if there is a reason.
    Over(Option<HistoryStage>),
}

/// Starts the reader. It ends when it is done, or when the receiving end of `batches` is dropped.
pub(super) fn spawn(context: &Context, job: Job, batches: mpsc::Sender<Batch>) -> io::Result<()> {
    let mut config = tail::config(context);
    config
        // No pause between: this shall be over soon. A record that waits takes several times its own size, so
        // that of what is read ahead only what keeps the reader busy may wait.
        .set("fetch.wait.max.ms", "50")
        .set("fetch.queue.backoff.ms", "5")
        .set("queued.max.messages.kbytes", "512")
        .set("fetch.max.bytes", "1048576");
    let filters = (Arc::clone(&context.groups), Arc::clone(&context.topics));
    let quiet = Quiet::new(&context.client);
    let read = move || {
        let ended = Reader::new(&config, quiet, job, filters, &batches).and_then(Reader::read);
        let ended = ended.unwrap_or_else(|error| Some(HistoryStage::Failed(tail::fault(&error))));
        // Nobody may be listening any more.
        let _ = batches.blocking_send(Batch::Over(ended));
    };
    std::thread::Builder::new().name("lagtop-past".to_owned()).spawn(read).map(drop)
}

struct Reader<'a> {
    consumer: BaseConsumer<Quiet>,
    job: Job,
    filters: (NameFilter, NameFilter),
    batches: &'a mpsc::Sender<Batch>,
    records: i64,
    bytes: u64,
    told: Instant,
}

impl<'a> Reader<'a> {
    fn new(
        config: &ClientConfig,
        quiet: Quiet,
        job: Job,
        filters: (NameFilter, NameFilter),
        batches: &'a mpsc::Sender<Batch>,
    ) -> KafkaResult<Self> {
        let consumer = idle(config, quiet)?;
        let told = Instant::now();
        Ok(Self { consumer, job, filters, batches, records: 0, bytes: 0, told })
    }

    /// Reads until all is read, a budget ends, or nobody listens; tells why it ended early.
    fn read(mut self) -> KafkaResult<Option<HistoryStage>> {
        let ended = self.slices();
        // The last count stands for good, so this one is waited for.
        let _ = self.batches.blocking_send(self.read_so_far());
        ended
    }

    fn slices(&mut self) -> KafkaResult<Option<HistoryStage>> {
        for Slice { from, ranges } in std::mem::take(&mut self.job.slices) {
            let mut collected = Box::new(Collected::new(self.job.now));
            if let Some(ended) = self.slice(&ranges, &mut collected)? {
                return Ok(Some(ended));
            }
            if self.batches.blocking_send(Batch::Slice { from, collected }).is_err() {
                break;
            }
        }
        Ok(None)
    }

    /// Reads one slice; tells why if that ends early.
    fn slice(
        &mut self,
        ranges: &[(i32, i64, i64)],
        collected: &mut Collected,
    ) -> KafkaResult<Option<HistoryStage>> {
        let mut open: BTreeMap<i32, (i64, i64)> =
            ranges.iter().map(|&(partition, begin, end)| (partition, (begin, end))).collect();
        if open.is_empty() {
            return Ok(None);
        }
        assign(
            &self.consumer,
            TOPIC,
            ranges.iter().map(|&(partition, begin, _)| (partition, begin)),
        )?;
        while !open.is_empty() && !self.batches.is_closed() {
            if self.bytes > self.job.most {
                return Ok(Some(HistoryStage::ByteBudget));
            }
            if Instant::now() > self.job.due {
                return Ok(Some(HistoryStage::TimeBudget));
            }
            if self.told.elapsed() > TELL {
                self.tell();
            }
            match self.consumer.poll(WAIT) {
                None => {}
                Some(Ok(message)) => {
                    let Some(&(begin, end)) = open.get(&message.partition()) else { continue };
                    if (begin..end).contains(&message.offset()) {
                        self.records += 1;
                        self.bytes += take(&message, (&self.filters.0, &self.filters.1), collected);
                    }
                    // The last offsets may be marks of transactions, or be compacted away.
                    if message.offset() >= end - 1 {
                        open.remove(&message.partition());
                        pause(&self.consumer, message.partition())?;
                    }
                }
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    open.remove(&partition);
                }
                Some(Err(error)) if passing(&error) => {}
                Some(Err(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// A screen that is behind need not be told twice.
    fn tell(&mut self) {
        self.told = Instant::now();
        let _ = self.batches.try_send(self.read_so_far());
    }

    const fn read_so_far(&self) -> Batch {
        Batch::Read { records: self.records, bytes: self.bytes }
    }
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

/// What follows is not wanted now: the tail has it, or another slice.
fn pause(consumer: &BaseConsumer<Quiet>, partition: i32) -> KafkaResult<()> {
    let mut list = TopicPartitionList::with_capacity(1);
    list.add_partition(TOPIC, partition);
    consumer.pause(&list)
}
