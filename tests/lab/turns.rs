//! A member that reads its partitions one after the other, and waits on each: while it waits on an empty
//! one, the full one is not read. So did the clients of an incident whose topic had been given more
//! partitions: the more of them were empty, the longer the full one waited.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::BorrowedMessage;

use super::consumer::{Consumer, finish, is_passing};
use super::worker::Orders;
use crate::support::kafka::admin::Quiet;

/// How it takes turns.
#[derive(Clone, Copy, Debug)]
pub struct Turns {
    /// How long it waits on a partition without records.
    pub wait: Duration,
    /// So many records of one partition at most, then it is the next one's turn.
    pub records: u64,
}

/// Without partitions.
const REST: Duration = Duration::from_millis(50);

/// Reads until it is told to stop; commits after each round.
pub(super) fn run(
    member: &Consumer,
    consumer: BaseConsumer<Quiet>,
    turns: Turns,
    orders: &Orders,
) -> Result<()> {
    let consumer = Arc::new(consumer);
    while !orders.stopped() {
        // Serves rebalances, and brings what was fetched before its partition was split off.
        if let Some(polled) = consumer.poll(Duration::ZERO) {
            take(member, &consumer, polled, orders)?;
        }
        let queues = queues(&consumer)?;
        if queues.is_empty() {
            orders.sleep(REST);
        }
        for queue in queues {
            for _ in 0..turns.records {
                let Some(polled) = queue.poll(turns.wait).filter(|_| !orders.stopped()) else {
                    break;
                };
                take(member, &consumer, polled, orders)?;
            }
        }
        match consumer.commit_consumer_state(CommitMode::Async) {
            Err(KafkaError::ConsumerCommit(RDKafkaErrorCode::NoOffset)) | Ok(()) => {}
            Err(why) => return Err(why.into()),
        }
    }
    finish(&consumer)
}

/// Of each partition that it holds now: a rebalance joins what was split.
fn queues(consumer: &Arc<BaseConsumer<Quiet>>) -> Result<Vec<PartitionQueue<Quiet>>> {
    let assigned = consumer.assignment()?;
    let each = assigned.elements();
    let queues =
        each.iter().map(|one| consumer.split_partition_queue(one.topic(), one.partition()));
    Ok(queues.flatten().collect())
}

fn take(
    member: &Consumer,
    consumer: &BaseConsumer<Quiet>,
    polled: Result<BorrowedMessage<'_>, KafkaError>,
    orders: &Orders,
) -> Result<()> {
    match polled {
        Ok(message) => {
            member.work.perform(orders);
            // Refused when the partition was taken away meanwhile.
            let _ = consumer.store_offset_from_message(&message);
            orders.count();
            Ok(())
        }
        Err(why) if is_passing(&why) => Ok(()),
        Err(why) => Err(why.into()),
    }
}
