//! Constructed snapshots, and what is printed of them.

mod check;
mod csv;
mod json;
mod outcome;
mod status;
mod summary;
mod table;

use std::sync::Arc;

use super::{Form, Selection, write};
use crate::model::{
    Broker, BrokerHealth, BrokerId, BrokerView, ClusterView, Commit, Cost, Evidence, Fault,
    Finding, Findings, GroupEntry, GroupId, GroupKind, GroupSeen, GroupState, GroupTopic,
    GroupView, Isolation, Lag, MemberView, PartitionLog, PartitionView, RoundReport, Severity,
    Since, Snapshot, SourceHealth, SourceId, SourceView, Subject, Timestamp, TopicEntry,
    TopicPartition, TopicPartitions, TopicView, Unknown,
};

/// 2026-11-23 01:14:05.678 UTC.
const AT: Timestamp = Timestamp::from_millis(1_795_396_445_678);

fn printed(form: Form, snapshot: &Snapshot, selection: Selection<'_>) -> String {
    let mut out = Vec::new();
    write(form, snapshot, selection, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn source(lists_complete: bool, complete: bool) -> SourceView {
    let last_round = RoundReport {
        number: 1,
        started: AT,
        lists_complete,
        complete,
        next_in_ms: 1000,
        cost: Cost::default(),
    };
    SourceView {
        id: SourceId::Poll,
        health: SourceHealth::Working,
        last_round: Some(last_round),
        last_round_at: Some(AT),
        requests_per_second: None,
        bytes_per_second: None,
        throttled_ms: 0,
        history: None,
    }
}

fn broker(id: i32, health: BrokerHealth) -> BrokerView {
    let rack = (id == 1).then(|| "a".into());
    let broker = Broker { id: BrokerId(id), host: "kafka".into(), port: 9090 + id, rack };
    BrokerView { broker, health }
}

/// A cluster of two brokers, all of whose groups were read.
fn snapshot(groups: Vec<GroupView>, topics: Vec<TopicView>) -> Snapshot {
    let up = || BrokerHealth::Up { round_trip_us: None };
    let cluster = ClusterView {
        id: Some("abc".into()),
        controller: Some(BrokerId(1)),
        brokers: vec![broker(1, up()), broker(2, up())],
    };
    let entry = |view| GroupEntry {
        view: Arc::new(view),
        seen: GroupSeen::default(),
        findings: Arc::default(),
    };
    let topic = |view| TopicEntry {
        view: Arc::new(view),
        confirmed: Arc::new([]),
        findings: Arc::default(),
    };
    Snapshot {
        cluster: Arc::new(cluster),
        groups: groups.into_iter().map(entry).collect(),
        topics: topics.into_iter().map(topic).collect(),
        sources: Arc::new([source(true, true)]),
        ..Snapshot::empty(AT, Isolation::ReadUncommitted)
    }
}

fn topic(name: &str, ends: &[(i64, i64)]) -> TopicView {
    let log = |&(start, end): &(i64, i64)| PartitionLog {
        leader: Some(BrokerId(1)),
        replicas: [BrokerId(1), BrokerId(2)].into(),
        isr: [BrokerId(1)].into(),
        high_watermark: Some(end),
        log_start: Some(start),
        ..PartitionLog::default()
    };
    TopicView { partitions: ends.iter().map(log).collect(), ..TopicView::new(name.into()) }
}

fn row(partition: i32, committed: Option<i64>, lag: Lag) -> PartitionView {
    let commit = committed.map(|offset| Commit {
        recorded: None,
        offset,
        seen: AT,
        moved: None,
        leader_epoch: None,
        metadata: "".into(),
    });
    PartitionView {
        partition,
        commit,
        fault: None,
        owner: None,
        lag,
        consumed: None,
        eta: None,
        behind: None,
        history: Arc::default(),
    }
}

fn lag(records: Option<i64>, end: Option<i64>) -> Lag {
    Lag { records, end, ..Lag::default() }
}

fn member(id: &str, holds: &[(&str, &[i32])]) -> MemberView {
    let held = |&(topic, partitions): &(&str, &[i32])| TopicPartitions {
        topic: topic.into(),
        partitions: partitions.to_vec(),
    };
    MemberView {
        id: id.into(),
        instance_id: None,
        client_id: "client".into(),
        host: "/10.0.0.7".into(),
        rack: None,
        epoch: None,
        classic: false,
        assignment: Some(holds.iter().map(held).collect()),
        target: None,
        lag: None,
        consumed: None,
    }
}

fn group(id: &str, topics: Vec<GroupTopic>) -> GroupView {
    GroupView {
        protocol_type: "consumer".into(),
        assignor: Some("range".into()),
        coordinator: Some(BrokerId(2)),
        topics: topics.into(),
        ..GroupView::new(id.into(), GroupKind::Classic, GroupState::Stable)
    }
}

/// A group that has everything that needs words: owners, an idle member, no commit, records lost,
/// a negative lag, a topic that is gone.
fn billing() -> GroupView {
    let gone = Fault::new("UNKNOWN_TOPIC_OR_PARTITION", "the topic does not exist");
    let orders = vec![
        PartitionView { owner: Some(0), ..row(0, Some(1_200), lag(Some(96), Some(1_296))) },
        row(1, None, Lag { backlog: Some(300), ..lag(None, Some(400)) }),
        row(2, Some(10), Lag { lost: 90, ..lag(Some(50), Some(150)) }),
        row(3, Some(9), lag(Some(-2), Some(7))),
    ];
    let removed = vec![PartitionView { fault: Some(gone), ..row(0, Some(5), lag(None, None)) }];
    let topics = vec![
        GroupTopic { topic: "orders".into(), partitions: orders },
        GroupTopic { topic: "removed".into(), partitions: removed },
    ];
    let members = [member("client-1", &[("orders", &[0])]), member("client-2", &[])];
    GroupView { members: Some(members.into()), ..group("billing", topics) }
}

/// A group that may not be described.
fn secret() -> GroupView {
    let fault = Fault::new("GROUP_AUTHORIZATION_FAILED", "not allowed to describe the group");
    GroupView {
        describe_fault: Some(fault),
        ..GroupView::new("secret".into(), GroupKind::Unknown, GroupState::Unknown)
    }
}

/// One critical finding of the first group, and a rule that cannot tell yet of each.
fn ill(snapshot: &mut Snapshot) {
    let at = TopicPartition { topic: "orders".into(), partition: 2 };
    let finding = |group: &GroupId| Finding {
        rule: "hot-partition",
        severity: Severity::Critical,
        subject: Subject {
            group: Some(group.clone()),
            topic: Some("orders".into()),
            partitions: vec![at.clone()],
            ..Subject::default()
        },
        sentence: "hot partition: orders/2".to_owned(),
        evidence: vec![Evidence { text: "lag 50".to_owned(), span: (AT, AT), source: "offsets" }],
        since: Since::Before(AT),
        next: "look at its owner".to_owned(),
    };
    let mut entries = snapshot.groups.to_vec();
    for (nth, entry) in entries.iter_mut().enumerate() {
        let firing = if nth == 0 { vec![finding(&entry.view.id)] } else { Vec::new() };
        let unknown = vec![Unknown { rule: "falling-behind", waits_for: "2m of history".into() }];
        entry.findings = Arc::new(Findings { firing, unknown });
    }
    snapshot.groups = entries.into();
}

fn orders() -> TopicView {
    topic("orders", &[(0, 1_296), (100, 400), (100, 150), (0, 7)])
}
