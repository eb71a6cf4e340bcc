//! Commits for thousands of groups within seconds.
//!
//! A client a group would take minutes and gigabytes. The protocol lets anyone commit for a group
//! without members (generation −1, as `--reset-offsets` does), so one request a group is written
//! straight to its coordinator, many on the way at once. A broker works on one request of a
//! connection at a time, therefore on several connections.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use kafka_protocol::ResponseError;
use kafka_protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use kafka_protocol::messages::{
    ApiKey, FindCoordinatorRequest, FindCoordinatorResponse, GroupId, OffsetCommitRequest,
    OffsetCommitResponse, TopicName,
};
use kafka_protocol::protocol::StrBytes;

use super::connection::Connection;
use super::worker::Worker;
use crate::support::KafkaCluster;
use crate::support::wait;

/// The last version before topic ids and member epochs; every broker from 2.4 to today takes it.
const COMMIT_VERSION: i16 = 8;
/// The first that takes many groups at once.
const FIND_VERSION: i16 = 4;
/// Requests on the way on one connection: answers are small and wait in socket buffers.
const WINDOW: usize = 100;
/// To one broker.
const CONNECTIONS: usize = 4;
/// Commits that are due are sent together this often.
const TICK: Duration = Duration::from_millis(20);
/// Until coordinators have loaded their part of the offsets topic, which the first question
/// creates.
const COORDINATORS: Duration = Duration::from_mins(1);

/// A coordinator that is being elected or is loading, and a topic that is not known everywhere yet.
const PASSING: [ResponseError; 4] = [
    ResponseError::CoordinatorLoadInProgress,
    ResponseError::CoordinatorNotAvailable,
    ResponseError::NotCoordinator,
    ResponseError::UnknownTopicOrPartition,
];

/// Commits of one group.
#[derive(Clone, Debug)]
pub struct BulkCommit {
    /// Group id.
    pub group: String,
    /// Partition and committed offset.
    pub offsets: Vec<(i32, i64)>,
}

/// Commits all of them. Coordinators that have just got their part of the offsets topic refuse for a
/// moment: what they refused is asked again.
pub fn commit_groups(cluster: &KafkaCluster, topic: &str, groups: &[BulkCommit]) -> Result<()> {
    let bootstrap = cluster.bootstrap();
    let first = bootstrap.split(',').next().context("a cluster has a broker")?;
    let mut left: Vec<_> = groups.iter().collect();
    wait::answer_within(COORDINATORS, "all commits", || {
        let coordinators = coordinators(&mut Connection::to(first)?, &left)?;
        left = commit_once(topic, &coordinators)?;
        ensure!(left.is_empty(), "coordinators refuse {} groups for now", left.len());
        Ok(())
    })
}

/// The groups that were refused for now.
fn commit_once<'a>(
    topic: &str,
    coordinators: &BTreeMap<String, Vec<&'a BulkCommit>>,
) -> Result<Vec<&'a BulkCommit>> {
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for (address, groups) in coordinators {
            for share in groups.chunks(groups.len().div_ceil(CONNECTIONS)) {
                threads.push(scope.spawn(move || commit_share(address, topic, share)));
            }
        }
        let mut refused = Vec::new();
        for thread in threads {
            refused.extend(thread.join().map_err(|_panic| anyhow!("a connection panicked"))??);
        }
        Ok(refused)
    })
}

/// The address of a group's coordinator; an error while there is none. The first question of a
/// cluster makes the offsets topic.
pub fn coordinator(cluster: &KafkaCluster, group: &str) -> Result<String> {
    let bootstrap = cluster.bootstrap();
    let first = bootstrap.split(',').next().context("a cluster has a broker")?;
    let asked = BulkCommit { group: group.to_owned(), offsets: Vec::new() };
    let found = coordinators(&mut Connection::to(first)?, &[&asked])?;
    found.into_keys().next().context("no coordinator")
}

/// The groups by the address of their coordinator.
fn coordinators<'a>(
    connection: &mut Connection,
    groups: &[&'a BulkCommit],
) -> Result<BTreeMap<String, Vec<&'a BulkCommit>>> {
    let keys = groups.iter().map(|one| StrBytes::from_string(one.group.clone())).collect();
    let request = FindCoordinatorRequest::default().with_coordinator_keys(keys);
    connection.send(ApiKey::FindCoordinator, FIND_VERSION, &request)?;
    let response: FindCoordinatorResponse = connection.receive(FIND_VERSION)?;
    let mut addresses = BTreeMap::new();
    for one in &response.coordinators {
        ensure!(one.error_code == 0, "FindCoordinator: error {}", one.error_code);
        addresses.insert(one.key.to_string(), format!("{}:{}", one.host, one.port));
    }
    let mut sorted: BTreeMap<String, Vec<&BulkCommit>> = BTreeMap::new();
    for group in groups {
        let address = addresses.get(&group.group).context("a group without coordinator")?;
        sorted.entry(address.clone()).or_default().push(group);
    }
    Ok(sorted)
}

fn commit_share<'a>(
    address: &str,
    topic: &str,
    groups: &[&'a BulkCommit],
) -> Result<Vec<&'a BulkCommit>> {
    let mut connection = Connection::to(address)?;
    let mut refused = Vec::new();
    for window in groups.chunks(WINDOW) {
        refused.extend(commit_window(&mut connection, topic, window)?);
    }
    Ok(refused)
}

/// All requests of a window, then all answers.
fn commit_window<'a>(
    connection: &mut Connection,
    topic: &str,
    window: &[&'a BulkCommit],
) -> Result<Vec<&'a BulkCommit>> {
    for group in window {
        let request = commit_request(topic, group);
        connection.send(ApiKey::OffsetCommit, COMMIT_VERSION, &request)?;
    }
    let mut refused = Vec::new();
    for group in window {
        let response: OffsetCommitResponse = connection.receive(COMMIT_VERSION)?;
        let mut partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
        match partitions.find_map(|one| ResponseError::try_from_code(one.error_code)) {
            None => {}
            Some(error) if PASSING.contains(&error) => refused.push(*group),
            Some(error) => bail!("commit for {}: {error:?}", group.group),
        }
    }
    Ok(refused)
}

/// Commits without end: each of these groups in turn, each time one further on all of its partitions,
/// so many positions a second in all. A worker a coordinator.
pub fn keep_committing(
    cluster: &KafkaCluster,
    topic: &str,
    groups: &[BulkCommit],
    per_second: f64,
) -> Result<Vec<Worker>> {
    let bootstrap = cluster.bootstrap();
    let first = bootstrap.split(',').next().context("a cluster has a broker")?;
    let all: Vec<_> = groups.iter().collect();
    let positions =
        |groups: &[BulkCommit]| groups.iter().map(|one| one.offsets.len()).sum::<usize>();
    let mut workers = Vec::new();
    for (address, share) in coordinators(&mut Connection::to(first)?, &all)? {
        let mut share: Vec<BulkCommit> = share.into_iter().cloned().collect();
        // A round through all of them takes so long, at every coordinator.
        let round = positions(groups) as f64 / per_second;
        let (rate, topic) = (share.len() as f64 / round, topic.to_owned());
        let mut connection = Connection::to(&address)?;
        workers.push(Worker::spawn(format!("commits at {address}"), move |orders| {
            let (mut next, mut due, mut since) = (0, 0.0, Instant::now());
            while !orders.stopped() {
                orders.sleep(TICK);
                let passed = since.elapsed();
                since += passed;
                due = (due + rate * passed.as_secs_f64()).min(WINDOW as f64);
                let mut end = next;
                while due >= 1.0 && end < share.len() {
                    (end, due) = (end + 1, due - 1.0);
                }
                let window = share.get_mut(next..end).unwrap_or_default();
                window.iter_mut().flat_map(|one| &mut one.offsets).for_each(|(_, at)| *at += 1);
                commit_window(&mut connection, &topic, &window.iter().collect::<Vec<_>>())?;
                next = if end == share.len() { 0 } else { end };
            }
            Ok(())
        })?);
    }
    Ok(workers)
}

fn commit_request(topic: &str, commit: &BulkCommit) -> OffsetCommitRequest {
    let partitions = commit.offsets.iter().map(|(partition, offset)| {
        OffsetCommitRequestPartition::default()
            .with_partition_index(*partition)
            .with_committed_offset(*offset)
            .with_committed_metadata(Some(StrBytes::new()))
    });
    let topic = OffsetCommitRequestTopic::default()
        .with_name(TopicName(StrBytes::from_string(topic.to_owned())))
        .with_partitions(partitions.collect());
    OffsetCommitRequest::default()
        .with_group_id(GroupId(StrBytes::from_string(commit.group.clone())))
        .with_generation_id_or_member_epoch(-1)
        .with_topics(vec![topic])
}
