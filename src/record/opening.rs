//! What a recording that begins in the middle is told first: what is known by then, as observations.
//!
//! Much is told once, or when it changes: topics and leaders, commits and members of groups whose records
//! are followed, what topics are called. All of it is in a snapshot, with the moments at which it was told.
//! What a snapshot does not tell, or what would be told anew at once, is unknown to the recording: histories,
//! the list of all topics, processes of this host, and members while they change hands, of which records tell
//! bit by bit. All but histories is known within some rounds.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::observation::{
    ClusterObserved, CommitObserved, CommitsObserved, GroupDescription, GroupListObserved,
    GroupObserved, ListedGroup, LogOffset, MemberObserved, OffsetsObserved, PartitionMetadata,
    TopicCommits, TopicMetadata, TopicObserved, TopicOffsets,
};
use crate::model::{
    Body, BrokerId, Fault, GroupEntry, GroupKind, GroupSeen, GroupState, GroupView, MemberView,
    Observation, PartitionLog, PartitionView, RoundReport, Snapshot, SourceId, Timestamp,
    TopicEntry, TopicName,
};

/// What `snapshot` knows, in the order in which it was told.
#[must_use]
pub fn opening(snapshot: &Snapshot) -> Vec<Observation> {
    let mut told: Vec<(Timestamp, Body)> = cluster(snapshot);
    told.extend(topics(snapshot));
    told.extend(groups(snapshot));
    told.extend(ends(snapshot));
    told.sort_by_key(|(at, _)| *at);
    let first = told.first().map_or(snapshot.at, |(at, _)| *at);
    let poll = |(at, body)| Observation { at, source: SourceId::Poll, body };
    // Records count from the moment on at which they are listened to.
    sources(snapshot, first).into_iter().chain(told.into_iter().map(poll)).collect()
}

fn sources(snapshot: &Snapshot, first: Timestamp) -> Vec<Observation> {
    let mut all = Vec::new();
    for view in snapshot.sources.iter().filter(|view| view.id != SourceId::Recording) {
        let mut tell = |body| all.push(Observation { at: first, source: view.id, body });
        tell(Body::Health(view.health.clone()));
        if let Some(round) = &view.last_round {
            // Lists that this round asked for may be told already, and are then not told again.
            tell(Body::Round(RoundReport { lists_complete: false, ..round.clone() }));
        }
    }
    let marker = |marker: &crate::model::Marker| {
        let body = Body::Marker(marker.clone());
        Observation { at: first, source: SourceId::Person, body }
    };
    all.extend(snapshot.markers.iter().map(marker));
    all
}

fn cluster(snapshot: &Snapshot) -> Vec<(Timestamp, Body)> {
    let view = &snapshot.cluster;
    if view.brokers.is_empty() {
        return Vec::new();
    }
    let cluster = ClusterObserved {
        id: view.id.clone(),
        controller: view.controller,
        brokers: view.brokers.iter().map(|view| view.broker.clone()).collect(),
    };
    let healths = view.brokers.iter().map(|view| (view.broker.id, view.health.clone()));
    let healths = Body::BrokerHealth(healths.collect());
    vec![(snapshot.at, Body::Cluster(cluster)), (snapshot.at, healths)]
}

fn topics(snapshot: &Snapshot) -> [(Timestamp, Body); 2] {
    let views = || snapshot.topics.iter().map(|entry| &entry.view);
    let names = views().filter_map(|view| Some((view.id?, Some(view.name.clone()))));
    let metadata = views().filter_map(|view| {
        let partitions = (0..).zip(&view.partitions).map(partition).collect();
        let metadata = match &view.fault {
            Some(fault) => Err(fault.clone()),
            None if view.partitions.is_empty() => return None,
            None => Ok(TopicMetadata { id: view.id, partitions }),
        };
        Some(TopicObserved { topic: view.name.clone(), metadata })
    });
    let names = Body::TopicNames(names.collect());
    [(snapshot.at, names), (snapshot.at, Body::Topics(metadata.collect()))]
}

fn partition((partition, log): (i32, &PartitionLog)) -> PartitionMetadata {
    let PartitionLog { leader, leader_epoch, replicas, isr, .. } = log;
    let (replicas, isr) = (replicas.to_vec(), isr.to_vec());
    PartitionMetadata { partition, leader: *leader, leader_epoch: *leader_epoch, replicas, isr }
}

/// Answers of one moment.
#[derive(Default)]
struct Answers {
    lists: BTreeMap<BrokerId, Vec<ListedGroup>>,
    groups: Vec<GroupObserved>,
    commits: Vec<CommitsObserved>,
}

fn groups(snapshot: &Snapshot) -> Vec<(Timestamp, Body)> {
    let mut moments: BTreeMap<Timestamp, Answers> = BTreeMap::new();
    for GroupEntry { view, seen, findings: _ } in snapshot.groups.iter() {
        if let (Some(at), Some(coordinator)) = (seen.listed, view.coordinator) {
            let answers = moments.entry(at).or_default();
            answers.lists.entry(coordinator).or_default().push(listed(view, at));
        }
        if let Some((at, description)) = seen.described.zip(described(view, seen.described)) {
            moments.entry(at).or_default().groups.push(GroupObserved {
                id: view.id.clone(),
                coordinator: view.coordinator,
                asked: at,
                written: None,
                description,
            });
        }
        if let Some(asked) = committed_by(view, *seen) {
            let (id, topics) = (view.id.clone(), committed(view));
            let commits = CommitsObserved { id, asked, topics, compared: false };
            moments.entry(asked).or_default().commits.push(commits);
        }
    }
    moments.into_iter().flat_map(|(at, answers)| answers.bodies().map(move |it| (at, it))).collect()
}

impl Answers {
    fn bodies(self) -> impl Iterator<Item = Body> {
        let list = |(coordinator, groups)| {
            Body::GroupList(GroupListObserved { coordinator, groups: Ok(groups) })
        };
        let groups = (!self.groups.is_empty()).then_some(Body::Groups(self.groups));
        let commits = (!self.commits.is_empty()).then_some(Body::Commits(self.commits));
        self.lists.into_iter().map(list).chain(groups).chain(commits)
    }
}

/// The state that was told then.
fn state(view: &GroupView, at: Timestamp) -> GroupState {
    view.band.at(at).unwrap_or(view.state)
}

fn listed(view: &GroupView, at: Timestamp) -> ListedGroup {
    ListedGroup {
        id: view.id.clone(),
        state: Some(state(view, at)),
        kind: view.kind,
        protocol_type: Arc::clone(&view.protocol_type),
    }
}

/// What its coordinator said of it, or would not; `None` while there is nothing, or not all, to be told.
fn described(view: &GroupView, at: Option<Timestamp>) -> Option<Result<GroupDescription, Fault>> {
    if let Some(fault) = &view.describe_fault {
        return Some(Err(fault.clone()));
    }
    let state = state(view, at?);
    if !matches!(view.kind, GroupKind::Classic) && state.is_rebalancing() {
        return None;
    }
    Some(Ok(GroupDescription {
        state,
        kind: view.kind,
        assignor: view.assignor.clone(),
        epoch: view.epoch,
        assignment_epoch: view.assignment_epoch,
        members: view.members.as_ref()?.iter().map(member).collect(),
    }))
}

fn member(view: &MemberView) -> MemberObserved {
    MemberObserved {
        id: view.id.clone(),
        instance_id: view.instance_id.clone(),
        client_id: Arc::clone(&view.client_id),
        host: Arc::clone(&view.host),
        rack: view.rack.clone(),
        epoch: view.epoch,
        classic: view.classic,
        assignment: view.assignment.clone(),
        target: view.target.clone(),
    }
}

/// When the last of its positions was told; `None` if none was. A record tells one position, between two
/// answers about all.
fn committed_by(view: &GroupView, seen: GroupSeen) -> Option<Timestamp> {
    let commits = view.partitions().filter_map(|(_, row)| row.commit.as_ref());
    seen.commits.map(|answered| commits.map(|commit| commit.seen).fold(answered, Timestamp::max))
}

fn committed(view: &GroupView) -> Result<Vec<TopicCommits>, Fault> {
    if let Some(fault) = &view.commits_fault {
        return Err(fault.clone());
    }
    let commit = |row: &PartitionView| {
        let commit = row.commit.as_ref()?;
        Some(CommitObserved {
            partition: row.partition,
            offset: Ok(Some(commit.offset)),
            leader_epoch: commit.leader_epoch,
            metadata: Arc::clone(&commit.metadata),
        })
    };
    let topics = view.topics.iter().map(|topic| TopicCommits {
        topic: topic.topic.clone(),
        partitions: topic.partitions.iter().filter_map(commit).collect(),
    });
    Ok(topics.filter(|topic| !topic.partitions.is_empty()).collect())
}

/// For ends that lie below a commit although they were told after it: when they are to be told here, so that
/// they still are.
fn below_commits(snapshot: &Snapshot) -> BTreeMap<(&TopicName, i32), Timestamp> {
    let mut told = BTreeMap::new();
    for GroupEntry { view, seen, findings: _ } in snapshot.groups.iter() {
        let negative = |row: &PartitionView| row.lag.records.is_some_and(|lag| lag < 0);
        for (topic, row) in view.partitions().filter(|(_, row)| negative(row)) {
            let at = committed_by(view, *seen).unwrap_or_default();
            let told = told.entry((topic, row.partition)).or_insert(at);
            *told = at.max(*told);
        }
    }
    told
}

/// Where logs began and ended when that was last told.
fn ends(snapshot: &Snapshot) -> Vec<(Timestamp, Body)> {
    let mut told: BTreeMap<(Timestamp, LogOffset), Vec<TopicOffsets>> = BTreeMap::new();
    let mut tell = |at, which, entry: &TopicEntry, partition, offset| {
        let topics = told.entry((at, which)).or_default();
        if topics.last().is_none_or(|last: &TopicOffsets| last.topic != entry.view.name) {
            topics.push(TopicOffsets { topic: entry.view.name.clone(), partitions: Vec::new() });
        }
        if let Some(last) = topics.last_mut() {
            last.partitions.push((partition, Ok(offset)));
        }
    };
    let below = below_commits(snapshot);
    for entry in snapshot.topics.iter() {
        for (partition, log) in (0..).zip(&entry.view.partitions) {
            let Some(at) = entry.confirmed(partition) else { continue };
            let at = below.get(&(&entry.view.name, partition)).map_or(at, |below| at.max(*below));
            let offsets = [
                (LogOffset::Start, log.log_start),
                (LogOffset::HighWatermark, log.high_watermark),
                (LogOffset::LastStable, log.last_stable),
            ];
            for (which, offset) in offsets {
                if let Some(offset) = offset {
                    tell(at, which, entry, partition, offset);
                }
            }
        }
    }
    let body = |((at, which), topics)| (at, Body::Offsets(OffsetsObserved { which, topics }));
    told.into_iter().map(body).collect()
}
