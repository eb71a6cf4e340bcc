//! Where the log begins and ends, by its leader: what a look will read.

use std::sync::Arc;

use super::{Context, fault};
use crate::model::peek::{PeekPlan, PeekTarget};
use crate::model::{BrokerId, Fault, Isolation, TopicPartition};
use crate::source::kafka::poll::fault::{of_kafka, of_wire};
use crate::source::kafka::wire::{self, OffsetSpec, TopicPartitions, Topics};

/// Asks.
pub(super) async fn ask(target: &PeekTarget, context: &Context) -> Result<PeekPlan, Fault> {
    let leader = leader(&target.partition, context).await?;
    let offset = async |spec| offset(&target.partition, leader, spec, context).await;
    let (first, end) = tokio::try_join!(offset(OffsetSpec::Earliest), offset(OffsetSpec::Latest))?;
    Ok(PeekPlan::new(target.committed, BrokerId(leader), (first, end), context.isolation))
}

async fn leader(of: &TopicPartition, context: &Context) -> Result<i32, Fault> {
    let topic: [Arc<str>; 1] = [of.topic.as_str().into()];
    let told = context.client.metadata(Topics::Named(&topic)).await;
    let told = told.map_err(|error| of_wire(&error))?.topics.into_iter().next();
    let partitions = match told.map(|topic| topic.partitions) {
        Some(Ok(partitions)) => partitions,
        Some(Err(error)) if error.is_authorization() => return Err(fault::hidden(of)),
        Some(Err(error)) if error.code() != wire::KafkaError::UNKNOWN_TOPIC_OR_PARTITION => {
            return Err(of_kafka(&error));
        }
        Some(Err(_)) | None => return Err(fault::missing(of)),
    };
    let partition = partitions.into_iter().find(|one| one.partition == of.partition);
    partition.ok_or_else(|| fault::missing(of))?.leader.ok_or_else(|| fault::leaderless(of))
}

async fn offset(
    of: &TopicPartition,
    leader: i32,
    spec: OffsetSpec,
    context: &Context,
) -> Result<i64, Fault> {
    let isolation = match context.isolation {
        Isolation::ReadUncommitted => wire::Isolation::ReadUncommitted,
        Isolation::ReadCommitted => wire::Isolation::ReadCommitted,
    };
    let partition = [TopicPartitions::new(of.topic.as_str(), vec![of.partition])];
    let told = context.client.list_offsets(leader, &partition, spec, isolation).await;
    let told = told.map_err(|error| of_wire(&error))?;
    let mut told = told.into_iter().flat_map(|topic| topic.partitions);
    let listed = told.next().ok_or_else(|| fault::missing(of))?.offset;
    let listed = listed.map_err(|error| of_kafka(&error))?;
    listed.map(|listed| listed.offset).ok_or_else(|| fault::missing(of))
}
