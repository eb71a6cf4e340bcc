//! The handle that asks: one method a question.
//!
//! Thin on purpose: choosing the broker is `cluster`'s, the connection `link`'s, the bytes
//! `requests`'.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;

use super::cluster::Cluster;
use super::config::ClientConfig;
use super::error::{WireError, WireErrorKind};
use super::kafka_error::KafkaError;
use super::link::{Deadline, Link};
use super::login::TokenSource;
use super::requests::classic_groups::{AskClassicGroups, ClassicGroup};
use super::requests::consumer_groups::{AskConsumerGroups, ConsumerGroup};
use super::requests::coordinators::{AskCoordinator, AskCoordinators, Coordinator};
use super::requests::describe_cluster::{AskCluster, ClusterDescription};
use super::requests::list_groups::{AskGroups, GroupList};
use super::requests::list_offsets::{AskOffsets, Isolation, OffsetSpec, OffsetsOf, TopicOffsets};
use super::requests::metadata::{AskMetadata, Metadata, Topics};
use super::requests::offset_fetch::{AskCommits, AskCommitsOfOne, CommitsOf, TopicCommits};
use super::requests::producers::{AskProducers, TopicProducers};
use super::requests::quorum::{AskQuorum, Quorum};
use super::requests::share_groups::{AskShareGroups, ShareGroup};
use super::requests::{PerGroup, Question, TopicPartitions};
use super::stats::Stats;

/// Asks a Kafka cluster questions. Cheap to clone; all clones share connections and counters.
///
/// Each method asks one broker one question (older brokers may need several requests for it). The
/// outer error means that there is no answer; errors of single groups, topics and partitions stand
/// inside the answer.
///
/// While a broker cannot be dialled, questions to it fail at once with the reason until the pause
/// between dials is over. Must be used inside a tokio runtime with time and net enabled.
#[derive(Clone)]
pub struct Client {
    cluster: Arc<Cluster>,
    timeout: Duration,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// A client that has not dialled anybody yet. Does no input or output, reads no file.
    #[must_use]
    pub fn new(config: ClientConfig) -> Self {
        let timeout = config.request_timeout;
        Self { cluster: Arc::new(Cluster::new(config)), timeout }
    }

    /// The same client with another limit for each of its answers.
    #[must_use]
    pub fn with_request_timeout(&self, timeout: Duration) -> Self {
        Self { cluster: Arc::clone(&self.cluster), timeout }
    }

    /// Connects to some broker and learns the cluster's brokers, unless they are known already.
    ///
    /// Not necessary: the first question does the same. Call it in a loop to keep trying: after a
    /// failure it first waits out the pause between dials, where questions fail at once.
    pub async fn connect(&self) -> Result<(), WireError> {
        self.cluster.connect().await
    }

    /// Whether the cluster's brokers are known: some connection succeeded once.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.cluster.is_known()
    }

    /// Ids of the brokers that the latest metadata named, rising. Empty before the first.
    #[must_use]
    pub fn broker_ids(&self) -> Vec<i32> {
        self.cluster.broker_ids()
    }

    /// Costs so far and the state of each broker. Never waits.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.cluster.stats()
    }

    /// Where this client gets its tokens from, so that another may share them. `None` without
    /// OAUTHBEARER.
    #[must_use]
    pub fn token_source(&self) -> Option<Arc<dyn TokenSource>> {
        self.cluster.token_source()
    }

    /// Brokers and topics, from any broker. Updates which brokers the client knows.
    pub async fn metadata(&self, topics: Topics<'_>) -> Result<Metadata, WireError> {
        let metadata = self.ask_any_checked(&AskMetadata(topics)).await?;
        self.cluster.learn(&metadata);
        Ok(metadata)
    }

    /// Registered brokers, fenced ones included (brokers since 2.8), from any broker.
    pub async fn describe_cluster(&self) -> Result<ClusterDescription, WireError> {
        self.ask_any_checked(&AskCluster).await
    }

    /// Who leads the controllers, from any broker of a `KRaft` cluster (3.0).
    pub async fn describe_quorum(&self) -> Result<Quorum, WireError> {
        self.ask_any_checked(&AskQuorum).await
    }

    /// The groups that a broker coordinates.
    pub async fn list_groups(&self, broker: i32) -> Result<GroupList, WireError> {
        self.ask_checked(broker, &AskGroups).await
    }

    /// Classic groups, of the broker that coordinates them.
    pub async fn describe_classic_groups(
        &self,
        broker: i32,
        groups: &[Arc<str>],
    ) -> Result<PerGroup<ClassicGroup>, WireError> {
        self.ask(broker, &AskClassicGroups(groups)).await
    }

    /// KIP-848 groups, of the broker that coordinates them.
    pub async fn describe_consumer_groups(
        &self,
        broker: i32,
        groups: &[Arc<str>],
    ) -> Result<PerGroup<ConsumerGroup>, WireError> {
        self.ask(broker, &AskConsumerGroups(groups)).await
    }

    /// Share groups, of the broker that coordinates them.
    pub async fn describe_share_groups(
        &self,
        broker: i32,
        groups: &[Arc<str>],
    ) -> Result<PerGroup<ShareGroup>, WireError> {
        self.ask(broker, &AskShareGroups(groups)).await
    }

    /// Commits of groups of any type but share, of the broker that coordinates them.
    ///
    /// With `require_stable` partitions with a pending transactional commit answer
    /// `UNSTABLE_OFFSET_COMMIT` instead of the last commit.
    pub async fn fetch_offsets(
        &self,
        broker: i32,
        groups: &[CommitsOf],
        require_stable: bool,
    ) -> Result<PerGroup<Vec<TopicCommits>>, WireError> {
        let deadline = Deadline::after(self.timeout);
        let link = self.cluster.broker(broker, AskCommits::OPERATION, deadline).await?;
        if link.speaks::<AskCommits<'_>>(deadline).await? {
            return link.ask(&AskCommits { groups, require_stable }, deadline).await;
        }
        let answers = groups.iter().map(async |group| {
            let answer = link.ask(&AskCommitsOfOne { group, require_stable }, deadline).await?;
            Ok((Arc::clone(&group.group), answer))
        });
        try_join_all(answers).await
    }

    /// The same offset of many partitions, of the broker that leads them.
    pub async fn list_offsets(
        &self,
        broker: i32,
        partitions: &[TopicPartitions],
        spec: OffsetSpec,
        isolation: Isolation,
    ) -> Result<Vec<TopicOffsets>, WireError> {
        let topics: Vec<OffsetsOf> = partitions
            .iter()
            .map(|topic| OffsetsOf {
                topic: Arc::clone(&topic.topic),
                partitions: topic.partitions.iter().map(|&partition| (partition, spec)).collect(),
            })
            .collect();
        self.list_offsets_of(broker, &topics, isolation).await
    }

    /// An offset of its own for each partition (bisecting by time), of the broker that leads them.
    pub async fn list_offsets_of(
        &self,
        broker: i32,
        topics: &[OffsetsOf],
        isolation: Isolation,
    ) -> Result<Vec<TopicOffsets>, WireError> {
        let timeout_ms = i32::try_from(self.timeout.as_millis()).unwrap_or(i32::MAX);
        self.ask(broker, &AskOffsets { topics, isolation, timeout_ms }).await
    }

    /// Idempotent and transactional producers of partitions, of the broker that leads them.
    pub async fn describe_producers(
        &self,
        broker: i32,
        partitions: &[TopicPartitions],
    ) -> Result<Vec<TopicProducers>, WireError> {
        self.ask(broker, &AskProducers(partitions)).await
    }

    /// The brokers that coordinate groups, from any broker.
    pub async fn find_coordinators(
        &self,
        groups: &[Arc<str>],
    ) -> Result<PerGroup<Coordinator>, WireError> {
        let deadline = Deadline::after(self.timeout);
        let link = self.cluster.any(deadline).await?;
        if link.speaks::<AskCoordinators<'_>>(deadline).await? {
            return link.ask(&AskCoordinators(groups), deadline).await;
        }
        let answers = groups.iter().map(async |group| {
            let answer = link.ask(&AskCoordinator(group), deadline).await?;
            Ok((Arc::clone(group), answer))
        });
        try_join_all(answers).await
    }

    async fn ask<Q: Question>(&self, broker: i32, question: &Q) -> Result<Q::Answer, WireError> {
        let deadline = Deadline::after(self.timeout);
        let link = self.cluster.broker(broker, Q::OPERATION, deadline).await?;
        link.ask(question, deadline).await
    }

    async fn ask_checked<Q, T>(&self, broker: i32, question: &Q) -> Result<T, WireError>
    where
        Q: Question<Answer = Result<T, KafkaError>>,
    {
        let deadline = Deadline::after(self.timeout);
        let link = self.cluster.broker(broker, Q::OPERATION, deadline).await?;
        checked::<Q, T>(&link, question, deadline).await
    }

    async fn ask_any_checked<Q, T>(&self, question: &Q) -> Result<T, WireError>
    where
        Q: Question<Answer = Result<T, KafkaError>>,
    {
        let deadline = Deadline::after(self.timeout);
        let link = self.cluster.any(deadline).await?;
        checked::<Q, T>(&link, question, deadline).await
    }
}

/// Asks, and makes an error about the whole answer the question's.
async fn checked<Q, T>(link: &Link, question: &Q, deadline: Deadline) -> Result<T, WireError>
where
    Q: Question<Answer = Result<T, KafkaError>>,
{
    let answer = link.ask(question, deadline).await?;
    answer.map_err(|error| link.error(Q::OPERATION, WireErrorKind::Kafka(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Callers spawn them: compiles only while that works.
    #[test]
    fn every_question_can_be_spawned() {
        fn can_be_spawned(future: impl Future + Send) {
            drop(future);
        }
        let client = Client::new(ClientConfig::new(Vec::new(), "test"));
        can_be_spawned(client.connect());
        can_be_spawned(client.metadata(Topics::All));
        can_be_spawned(client.describe_cluster());
        can_be_spawned(client.describe_quorum());
        can_be_spawned(client.list_groups(1));
        can_be_spawned(client.describe_classic_groups(1, &[]));
        can_be_spawned(client.describe_consumer_groups(1, &[]));
        can_be_spawned(client.describe_share_groups(1, &[]));
        can_be_spawned(client.fetch_offsets(1, &[], false));
        can_be_spawned(client.list_offsets(1, &[], OffsetSpec::Latest, Isolation::ReadCommitted));
        can_be_spawned(client.describe_producers(1, &[]));
        can_be_spawned(client.find_coordinators(&[]));
    }
}
