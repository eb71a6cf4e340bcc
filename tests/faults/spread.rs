//! Three brokers, of which each leads and coordinates its share of figures that do not change by
//! themselves.

use lagtop::model::{
    BrokerHealth, BrokerId, GroupId, Snapshot, SourceHealth, Timestamp, TopicPartition,
};

use crate::lab::Producer;
use crate::lab::bulk::{BulkCommit, commit_groups};
use crate::live::{group, health, lag};
use crate::support::kafka::Builder;
use crate::support::{self, KafkaCluster};

/// With a copy on each broker.
pub(crate) const TOPIC: &str = "spread";
/// Groups, over all coordinators.
const GROUPS: usize = 12;
/// Of the one topic, two a leader.
pub(crate) const PARTITIONS: u16 = 6;
/// Each group's, on each partition.
const COMMITTED: i64 = 3;
const END: i64 = 10;
/// Between rounds.
pub(crate) const INTERVAL_MS: u64 = 500;

/// Brokers that the controller misses after three seconds in place of nine.
pub(crate) fn builder() -> Builder {
    KafkaCluster::builder()
        .brokers(3)
        .heap_mib(256)
        .property("broker.session.timeout.ms", "3000")
        .property("broker.heartbeat.interval.ms", "500")
}

/// Such a cluster, with the figures on it.
pub(crate) async fn filled(builder: Builder) -> Option<KafkaCluster> {
    let kafka = support::kafka_or_skip(builder)?;
    topic(&kafka, TOPIC, PARTITIONS, 3).await;
    let offsets: Vec<_> = (0..i32::from(PARTITIONS)).map(|one| (one, COMMITTED)).collect();
    let commits: Vec<_> = (0..GROUPS)
        .map(|number| BulkCommit { group: name(number), offsets: offsets.clone() })
        .collect();
    commit_groups(&kafka, TOPIC, &commits).unwrap();
    Some(kafka)
}

/// A topic with so many records in each partition as all have.
pub(crate) async fn topic(kafka: &KafkaCluster, name: &str, partitions: u16, copies: u16) {
    kafka.admin().unwrap().create_topic(name, partitions, copies).await.unwrap();
    for partition in 0..partitions {
        let burst = Producer::burst(name, partition.into(), u64::try_from(END).unwrap());
        burst.spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
    }
}

/// Commits the position that all groups have on these partitions of a topic.
pub(crate) fn commit(kafka: &KafkaCluster, group: &str, topic: &str, partitions: &[i32]) {
    let offsets = partitions.iter().map(|&partition| (partition, COMMITTED)).collect();
    commit_groups(kafka, topic, &[BulkCommit { group: group.to_owned(), offsets }]).unwrap();
}

fn name(number: usize) -> String {
    format!("group-{number}")
}

/// The lag on so many partitions.
pub(crate) const fn lag_on(partitions: u16) -> i64 {
    (END - COMMITTED) * partitions as i64
}

/// Every group is there, with the lag it always had.
pub(crate) fn is_whole(snapshot: &Snapshot) -> bool {
    (0..GROUPS).all(|number| lag(snapshot, &name(number)) == Some(lag_on(PARTITIONS)))
}

/// Everything is there, and all brokers are in order.
pub(crate) fn is_well(snapshot: &Snapshot) -> bool {
    let up = |health: &BrokerHealth| matches!(health, BrokerHealth::Up { .. });
    let brokers = &snapshot.cluster.brokers;
    let working = matches!(health(snapshot), Some(SourceHealth::Working));
    working && brokers.len() == 3 && brokers.iter().all(|one| up(&one.health)) && is_whole(snapshot)
}

/// Groups that other brokers than one coordinate, and partitions that they lead.
pub(crate) struct Others {
    pub(crate) groups: Vec<GroupId>,
    pub(crate) partitions: Vec<TopicPartition>,
}

impl Others {
    pub(crate) fn than(broker: BrokerId, snapshot: &Snapshot) -> Self {
        let views = snapshot.groups.iter().map(|entry| &entry.view);
        let elsewhere = views.filter(|view| view.coordinator != Some(broker));
        let topic = &snapshot.topic(&TOPIC.into()).unwrap().view;
        let logs = (0..).zip(&topic.partitions);
        let led = logs.filter(|(_, log)| log.leader != Some(broker));
        let partition = |(partition, _)| TopicPartition { topic: topic.name.clone(), partition };
        Self {
            groups: elsewhere.map(|view| view.id.clone()).collect(),
            partitions: led.map(partition).collect(),
        }
    }

    /// All of them.
    pub(crate) fn all(snapshot: &Snapshot) -> Self {
        Self::than(BrokerId(-1), snapshot)
    }

    /// When the one that was longest not confirmed was confirmed.
    pub(crate) fn confirmed(&self, snapshot: &Snapshot) -> Option<Timestamp> {
        let groups = self.groups.iter().map(|id| {
            let seen = snapshot.group(id)?.seen;
            Some(seen.listed?.min(seen.commits?))
        });
        let topic = snapshot.topic(&TOPIC.into())?;
        let ends = self.partitions.iter().map(|one| topic.confirmed(one.partition));
        groups.chain(ends).min().flatten()
    }
}

/// The broker that coordinates the first of the groups.
pub(crate) fn a_coordinator(snapshot: &Snapshot) -> BrokerId {
    group(snapshot, &name(0)).unwrap().view.coordinator.unwrap()
}
