//! A planner and the answers it gets, without a network.

mod following;
mod inventory;
mod orphans;
mod rounds;

use std::sync::Arc;

use super::*;
use crate::model::observation::LogOffset;
use crate::model::{GroupId, GroupKind, TopicName};
use crate::source::kafka::wire::{self, GroupList, Metadata, WireError};

const ONE: BrokerId = BrokerId(1);
const TWO: BrokerId = BrokerId(2);

fn planner(scope: Scope) -> Planner {
    let options = Options {
        groups: Arc::new(|name| !name.starts_with("hidden")),
        topics: Arc::new(|_| true),
        isolation: Isolation::ReadUncommitted,
        scope,
        max_requests: 200,
    };
    Planner::new(options, PollPlan::every(Duration::from_secs(1)))
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn metadata(brokers: &[i32], topics: &[(&str, &[Option<i32>])]) -> Told {
    let broker = |&id: &i32| wire::Broker { id, host: "h".into(), port: 9092, rack: None };
    let partition = |(partition, leader): (i32, &Option<i32>)| wire::Partition {
        partition,
        leader: *leader,
        leader_epoch: None,
        replicas: vec![1],
        isr: vec![1],
        offline: Vec::new(),
        error: None,
    };
    let topic = |(name, leaders): &(&str, &[Option<i32>])| wire::Topic {
        name: (*name).into(),
        id: None,
        internal: name.starts_with("__"),
        partitions: Ok((0..).zip(*leaders).map(partition).collect()),
    };
    Told::Metadata(Metadata {
        cluster_id: Some("c".into()),
        controller: Some(1),
        brokers: brokers.iter().map(broker).collect(),
        topics: topics.iter().map(topic).collect(),
    })
}

fn list(groups: &[&str]) -> Told {
    let group = |name: &&str| wire::ListedGroup {
        group: (*name).into(),
        protocol_type: "consumer".into(),
        state: Some(wire::GroupState::Stable),
        group_type: Some(wire::GroupType::Classic),
    };
    Told::List(GroupList { groups: groups.iter().map(group).collect(), incomplete: None })
}

fn commits(group: &str, topic: &str, offsets: &[i64]) -> Told {
    let commit = |(partition, &offset): (i32, &i64)| wire::PartitionCommit {
        partition,
        commit: Ok(Some(wire::Commit { offset, leader_epoch: None, metadata: None })),
    };
    let partitions = (0..).zip(offsets).map(commit).collect();
    Told::Commits(vec![(
        group.into(),
        Ok(vec![wire::TopicCommits { topic: topic.into(), partitions }]),
    )])
}

fn described(group: &str, state: wire::GroupState) -> Told {
    let classic = wire::ClassicGroup {
        state,
        protocol_type: "consumer".into(),
        assignor: Some("range".into()),
        members: Vec::new(),
    };
    Told::Classic(vec![(group.into(), Ok(classic))])
}

fn lost() -> WireError {
    WireError {
        operation: "ask",
        subject: "broker 2".into(),
        kind: wire::WireErrorKind::Lost("gone".into()),
    }
}

/// The questions asked since the last look, told short.
fn asked(planner: &mut Planner) -> Vec<String> {
    planner.take().0.iter().map(short).collect()
}

fn short(ask: &Ask) -> String {
    let whom = ask.broker.map_or_else(|| "any".to_owned(), |broker| broker.to_string());
    let names =
        |groups: &[GroupId]| groups.iter().map(GroupId::as_str).collect::<Vec<_>>().join(",");
    let what = match &ask.what {
        What::Metadata(topics) => format!("metadata {}", topics.len()),
        What::Inventory => "inventory".to_owned(),
        What::Quorum => "quorum".to_owned(),
        What::List => "list".to_owned(),
        What::Coordinators(groups) => format!("coordinators {}", names(groups)),
        What::Commits(groups) => format!("commits {}", names(groups)),
        What::Compare(groups) => format!("compare {}", names(groups)),
        What::Look(partitions) => format!("look {partitions:?}"),
        What::Describe(_, groups) => format!("describe {}", names(groups)),
        What::Offsets(which, partitions) => {
            let count: usize = partitions.iter().map(|topic| topic.partitions.len()).sum();
            format!("{which:?} {count}")
        }
        What::Producers(partitions) => {
            let count: usize = partitions.iter().map(|topic| topic.partitions.len()).sum();
            format!("producers {count}")
        }
        What::Times(topics) => {
            let count: usize = topics.iter().map(|(_, partitions)| partitions.len()).sum();
            format!("times {count}")
        }
    };
    format!("{whom}: {what}")
}

fn answer(
    planner: &mut Planner,
    broker: Option<BrokerId>,
    what: What,
    result: Result<Told, WireError>,
) {
    let round = planner.round.number;
    planner.answer(Answer { ask: Ask { round, broker, what }, asked: at(1), at: at(2), result });
}

fn groups(names: &[&str]) -> Arc<[GroupId]> {
    names.iter().map(|&name| name.into()).collect()
}

/// A planner that knows two brokers and has asked both for their groups.
fn begun(scope: Scope) -> Planner {
    let mut planner = planner(scope);
    planner.begin(at(0));
    assert_eq!(asked(&mut planner), ["any: metadata 0"]);
    answer(&mut planner, None, What::Metadata(Vec::new()), Ok(metadata(&[1, 2], &[])));
    assert_eq!(asked(&mut planner), ["1: list", "2: list"]);
    planner
}
