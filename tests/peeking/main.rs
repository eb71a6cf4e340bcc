//! Looking at the records that wait, on a real Kafka: what is told of them, where it ends, what is said
//! when they cannot be read, and that nothing of it stays in the cluster.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

#[path = "../live/mod.rs"]
mod live;
#[path = "../support/mod.rs"]
mod support;

mod bounds;
mod damaged;
mod refused;
mod sent;
mod told;

use std::sync::Arc;

use lagtop::model::peek::{Backlog, PeekOutcome, PeekStep, PeekTarget};
use lagtop::model::{Fault, TopicPartition};
use lagtop::source::kafka::peek::{Context, fulfil};
use support::KafkaCluster;

/// The group whose records wait.
const GROUP: &str = "publisher";

/// Looking at this cluster.
fn at(kafka: &KafkaCluster) -> Context {
    live::looking(&["-b", &kafka.bootstrap()])
}

/// What waits on partition 0.
fn target(topic: &str, committed: Option<i64>) -> PeekTarget {
    let partition = TopicPartition { topic: topic.into(), partition: 0 };
    PeekTarget { group: GROUP.into(), partition, committed }
}

/// What was read there.
async fn look(context: &Context, topic: &str, committed: Option<i64>) -> Result<Backlog, Fault> {
    let outcome = fulfil(&target(topic, committed), PeekStep::Records, context).await?;
    let PeekOutcome::Read(backlog) = outcome else { panic!("it reads: {outcome:?}") };
    Ok(Arc::unwrap_or_clone(backlog))
}
