//! The consumer that reads a few records and ends, on a thread of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use tokio::sync::oneshot;

use super::{Context, fault, record};
use crate::model::peek::{Ended, LONGEST, Look, MOST_BYTES, MOST_RECORDS, PeekPlan, PeekedRecord};
use crate::model::{Fault, Isolation, TopicPartition};
use crate::source::kafka::consumer::{self, Quiet, assigned, passing, tokens};

/// The thread's name.
pub const THREAD: &str = "lagtop-peek";

/// How long one wait for a record may take, and so how soon the thread notices that it shall end.
const WAIT: Duration = Duration::from_millis(50);

/// Reads what the plan says. Nothing is an error here only if nothing could be read.
pub(super) async fn read(
    partition: &TopicPartition,
    plan: PeekPlan,
    values: bool,
    context: &Context,
) -> Result<Look, Fault> {
    let (sender, looked) = oneshot::channel();
    let _kept = tokens::keep(context.client.token_source(), Arc::clone(&context.clock)).await?;
    let (config, quiet) = (config(context), Quiet::new(&context.client));
    let of = partition.clone();
    let work = move || {
        let looked = Reader::begin(&config, quiet, of, plan, values)
            .and_then(|mut reader| reader.read(&sender).and_then(|ended| reader.finish(ended)));
        // Nobody may be waiting any more.
        let _ = sender.send(looked);
    };
    let thread = std::thread::Builder::new().name(THREAD.to_owned());
    thread.spawn(work).map_err(|error| fault::no_reader(&error.to_string()))?;
    looked.await.unwrap_or_else(|_died| Err(fault::no_reader("it died")))
}

/// Memory stays below [`MOST_BYTES`] and a few fetches of this size: a fetch may bring more only if a
/// single batch is larger, up to `receive.message.max.bytes`, 100 MB unless `-X` says otherwise.
fn config(context: &Context) -> ClientConfig {
    let mut config = consumer::config(&context.properties);
    config
        .set(
            "isolation.level",
            match context.isolation {
                Isolation::ReadUncommitted => "read_uncommitted",
                Isolation::ReadCommitted => "read_committed",
            },
        )
        // Says where the log ends where the last offsets are marks of transactions.
        .set("enable.partition.eof", "true")
        // Damage is what somebody may be looking for.
        .set("check.crcs", "true")
        .set("fetch.message.max.bytes", "1048576")
        .set("queued.max.messages.kbytes", "2048")
        // No pause between: this shall be over soon.
        .set("fetch.wait.max.ms", "50")
        .set("fetch.queue.backoff.ms", "5");
    config
}

struct Reader {
    consumer: BaseConsumer<Quiet>,
    of: TopicPartition,
    plan: PeekPlan,
    values: bool,
    begun: Instant,
    records: Vec<PeekedRecord>,
    bytes: u64,
    /// The offset behind the last one that was looked at.
    next: i64,
    /// What librdkafka last complained about and tries to mend.
    trouble: Option<KafkaError>,
}

impl Reader {
    fn begin(
        config: &ClientConfig,
        quiet: Quiet,
        of: TopicPartition,
        plan: PeekPlan,
        values: bool,
    ) -> Result<Self, Fault> {
        let begin = [(of.partition, plan.start)];
        let consumer = assigned(config, quiet, of.topic.as_str(), begin);
        let consumer = consumer.map_err(|error| fault::of(&error, &of, plan.start))?;
        Ok(Self {
            consumer,
            of,
            plan,
            values,
            begun: Instant::now(),
            records: Vec::new(),
            bytes: 0,
            next: plan.start,
            trouble: None,
        })
    }

    /// Reads until a bound is reached, or nobody waits any more.
    fn read(&mut self, waiting: &oneshot::Sender<Result<Look, Fault>>) -> Result<Ended, Fault> {
        loop {
            if self.next >= self.plan.end() {
                return Ok(Ended::AtTheEnd);
            }
            if self.records.len() >= MOST_RECORDS {
                return Ok(Ended::Records);
            }
            if self.bytes >= MOST_BYTES {
                return Ok(Ended::Bytes);
            }
            if self.begun.elapsed() >= LONGEST {
                return Ok(Ended::Time);
            }
            if waiting.is_closed() {
                return Err(fault::no_reader("nobody waits for it"));
            }
            match self.consumer.poll(WAIT) {
                None => {}
                Some(Ok(message)) => {
                    // What came since the plan was made is not part of it.
                    if message.offset() < self.plan.end() {
                        let record = record::of(&message, self.values);
                        self.bytes = self.bytes.saturating_add(record.bytes);
                        self.records.push(record);
                    }
                    self.next = message.offset().saturating_add(1).min(self.plan.end());
                }
                Some(Err(KafkaError::PartitionEOF(_))) => self.next = self.plan.end(),
                Some(Err(error)) if passing(&error) => self.trouble = Some(error),
                Some(Err(error)) => {
                    return Ok(Ended::Fault(fault::of(&error, &self.of, self.next)));
                }
            }
        }
    }

    fn finish(self, ended: Ended) -> Result<Look, Fault> {
        match ended {
            Ended::Fault(fault) if self.records.is_empty() => Err(fault),
            Ended::Time if self.records.is_empty() => {
                Err(fault::nothing_came(self.trouble.as_ref()))
            }
            ended => Ok(Look {
                plan: self.plan,
                records: self.records,
                next: self.next,
                ended,
                took: self.begun.elapsed(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BrokerId;
    use crate::model::time::SystemClock;
    use crate::source::kafka::wire::{Client, ClientConfig};

    /// A cluster that is not there: nothing listens at port 1.
    fn nowhere() -> Context {
        let properties = [("bootstrap.servers".to_owned(), "127.0.0.1:1".into())];
        Context {
            client: Client::new(ClientConfig::new(Vec::new(), "test")),
            properties: properties.into(),
            isolation: Isolation::default(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Regression: a page that is closed, or a newer wish, must not leave a consumer behind that waits on
    /// until its time is over.
    #[test]
    fn a_look_that_nobody_waits_for_ends() {
        let of = TopicPartition { topic: "orders".into(), partition: 0 };
        let plan = PeekPlan::new(Some(0), BrokerId(1), (0, 10), Isolation::default());
        let nowhere = nowhere();
        let quiet = Quiet::new(&nowhere.client);
        let mut reader = Reader::begin(&config(&nowhere), quiet, of, plan, false).unwrap();
        let (sender, receiver) = oneshot::channel();
        drop(receiver);
        assert!(reader.read(&sender).is_err(), "it waited until its time was over");
    }
}
