//! One question, asked over the wire client.

use std::sync::Arc;

use super::ages::Times;
use super::ask::{Answer, Ask, Told, What};
use crate::model::observation::LogOffset;
use crate::model::{Clock, GroupId, GroupKind, TopicPartitions};
use crate::source::kafka::coverage::TOPIC;
use crate::source::kafka::wire::{
    self, Client, CommitsOf, Isolation, OffsetSpec, OffsetsOf, Topics, WireError,
};

/// Asks, and stamps the answer.
pub(super) async fn perform(client: Client, clock: Arc<dyn Clock>, ask: Ask) -> Answer {
    let asked = clock.now();
    let result = tell(&client, &ask).await;
    Answer { ask, asked, at: clock.now(), result }
}

async fn tell(client: &Client, ask: &Ask) -> Result<Told, WireError> {
    let broker = ask.broker.map_or(-1, |broker| broker.0);
    match &ask.what {
        What::Metadata(topics) => {
            let names: Vec<Arc<str>> = topics.iter().map(|topic| topic.as_str().into()).collect();
            client.metadata(Topics::Named(&names)).await.map(Told::Metadata)
        }
        What::Inventory => client.metadata(Topics::All).await.map(Told::Metadata),
        What::Quorum => client.describe_quorum().await.map(Told::Quorum),
        What::Coordinators(groups) => {
            client.find_coordinators(&names(groups)).await.map(Told::Coordinators)
        }
        What::List => client.list_groups(broker).await.map(Told::List),
        What::Commits(groups) | What::Compare(groups) => {
            let groups: Vec<_> =
                groups.iter().map(|group| CommitsOf::all(group.as_str())).collect();
            client.fetch_offsets(broker, &groups, false).await.map(Told::Commits)
        }
        What::Describe(kind, groups) => describe(client, broker, *kind, groups).await,
        What::Look(partitions) => {
            let of = [wire::TopicPartitions::new(TOPIC, partitions.to_vec())];
            let (spec, isolation) = (OffsetSpec::Latest, Isolation::ReadCommitted);
            client.list_offsets(broker, &of, spec, isolation).await.map(Told::Offsets)
        }
        What::Times(times) => self::times(client, broker, times).await,
        What::Offsets(which, partitions) => offsets(client, broker, *which, partitions).await,
        What::Producers(partitions) => {
            client.describe_producers(broker, &named(partitions)).await.map(Told::Producers)
        }
    }
}

async fn describe(
    client: &Client,
    broker: i32,
    kind: GroupKind,
    groups: &[GroupId],
) -> Result<Told, WireError> {
    let names = names(groups);
    match kind {
        GroupKind::Consumer => {
            client.describe_consumer_groups(broker, &names).await.map(Told::Consumer)
        }
        GroupKind::Share => client.describe_share_groups(broker, &names).await.map(Told::Share),
        GroupKind::Classic | GroupKind::Streams | GroupKind::Unknown => {
            client.describe_classic_groups(broker, &names).await.map(Told::Classic)
        }
    }
}

fn names(groups: &[GroupId]) -> Vec<Arc<str>> {
    groups.iter().map(|group| group.as_str().into()).collect()
}

async fn offsets(
    client: &Client,
    broker: i32,
    which: LogOffset,
    partitions: &[TopicPartitions],
) -> Result<Told, WireError> {
    let (spec, isolation) = match which {
        LogOffset::HighWatermark => (OffsetSpec::Latest, Isolation::ReadUncommitted),
        LogOffset::LastStable => (OffsetSpec::Latest, Isolation::ReadCommitted),
        LogOffset::Start => (OffsetSpec::Earliest, Isolation::ReadUncommitted),
    };
    client.list_offsets(broker, &named(partitions), spec, isolation).await.map(Told::Offsets)
}

fn named(partitions: &[TopicPartitions]) -> Vec<wire::TopicPartitions> {
    partitions
        .iter()
        .map(|of| wire::TopicPartitions::new(of.topic.as_str(), of.partitions.clone()))
        .collect()
}

/// Whatever is readable at all has a time: how far transactions are readable is another matter.
async fn times(client: &Client, broker: i32, times: &Times) -> Result<Told, WireError> {
    let topics: Vec<_> = times
        .iter()
        .map(|(topic, partitions)| OffsetsOf {
            topic: topic.as_str().into(),
            partitions: (partitions.iter())
                .map(|&(partition, at)| (partition, OffsetSpec::ByTimestamp(at.as_millis())))
                .collect(),
        })
        .collect();
    client.list_offsets_of(broker, &topics, Isolation::ReadUncommitted).await.map(Told::Offsets)
}
