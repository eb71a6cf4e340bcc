//! `lagtop once --output json`: one object on one line, for programs.
//!
//! `{lagtop, at, cluster:{id, controller, brokers:[{id, host, port, rack}]}, groups:[{group, state,
//! type, coordinator, protocol, assignor, lag, members:[{member_id, client_id, instance_id, host,
//! assignment:[{topic, partition}], target:[…]}], partitions:[{topic, partition, committed, leader_epoch,
//! metadata, end, log_start, lag, lost, headroom, behind_s, owner, leader, isr, replicas, error}], error}],
//! findings:[{rule, severity, group, topic, partitions:[{topic, partition}], member_id, sentence, since, since_before, evidence:
//! [{text, from, to, source}], next}], not_known_yet:[{rule, waits_for, subjects}], errors:[…]}`
//!
//! `null` is *not known* (and, for `target`, *there is none*); `owner` is a `member_id`; `at` is
//! RFC 3339 in UTC, as are `since` (or, where it was so already when it was first seen, `since_before`),
//! `from` and `to`; `behind_s` is how many seconds ago the oldest record that waits arrived, where that is
//! known; `leader_epoch` and `metadata` are what the client committed beside the position; `headroom` are the
//! records before the position that are still there, `lost` those after it that are not; a finding without a group and a topic is about the cluster; an error is `{code, message}`, in
//! `errors` with `broker` where it is about one.
//! Names are exact: what a terminal would act on is written as `\uXXXX`.
//!
//! Borrowed views are serialised straight into the writer; no tree of values is built.

mod finding;

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::ser::{CompactFormatter, Formatter};

use super::walk::{self, Group, Row};
use super::{Selection, VERSION, errors, safe, said};
use crate::model::{
    BrokerId, BrokerView, Fault, GroupKind, GroupState, MemberView, PartitionLog, Snapshot,
    Timestamp, TopicPartitions,
};

pub(super) fn write(
    snapshot: &Snapshot,
    selection: Selection<'_>,
    out: &mut impl Write,
) -> io::Result<()> {
    let document = Document {
        lagtop: VERSION,
        at: moment(snapshot.at),
        cluster: Cluster {
            id: snapshot.cluster.id.as_deref(),
            controller: snapshot.cluster.controller,
            brokers: Each(|| snapshot.cluster.brokers.iter().map(broker)),
        },
        groups: Each(|| walk::groups(snapshot, selection).map(group)),
        findings: Each(|| said::findings(snapshot, selection).into_iter().map(finding::finding)),
        not_known_yet: Each(|| {
            said::waiting(snapshot, selection).into_iter().map(finding::waiting)
        }),
        errors: Each(|| errors::errors(snapshot).map(Problem::from)),
    };
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, SafeStrings);
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<'a, B: Serialize, G, F, W, E> {
    lagtop: &'static str,
    at: Option<String>,
    cluster: Cluster<'a, B>,
    groups: G,
    findings: F,
    not_known_yet: W,
    errors: E,
}

#[derive(Serialize)]
struct Cluster<'a, B: Serialize> {
    id: Option<&'a str>,
    controller: Option<BrokerId>,
    brokers: B,
}

#[derive(Serialize)]
struct BrokerObject<'a> {
    id: BrokerId,
    host: &'a str,
    port: i32,
    rack: Option<&'a str>,
}

fn broker(view: &BrokerView) -> BrokerObject<'_> {
    let broker = &view.broker;
    BrokerObject {
        id: broker.id,
        host: &broker.host,
        port: broker.port,
        rack: broker.rack.as_deref(),
    }
}

#[derive(Serialize)]
struct GroupObject<'a, M: Serialize, P: Serialize> {
    group: &'a str,
    state: Option<&'static str>,
    r#type: Option<&'static str>,
    coordinator: Option<BrokerId>,
    protocol: Option<&'a str>,
    assignor: Option<&'a str>,
    lag: Option<i64>,
    members: Option<M>,
    partitions: P,
    error: Option<Error<'a>>,
}

fn group(group: Group<'_>) -> impl Serialize {
    let view = group.view;
    GroupObject {
        group: view.id.as_str(),
        state: (view.state != GroupState::Unknown).then(|| view.state.name()),
        r#type: (view.kind != GroupKind::Unknown).then(|| view.kind.name()),
        coordinator: view.coordinator,
        // A group that only commits has an empty one; before it is listed it is empty as well.
        protocol: view.coordinator.map(|_| &*view.protocol_type),
        assignor: view.assignor.as_deref(),
        lag: group.sums().lag,
        members: view.members.as_deref().map(|members| Each(|| members.iter().map(member))),
        partitions: Each(move || group.rows().map(partition)),
        error: group.fault().map(Error::from),
    }
}

#[derive(Serialize)]
struct MemberObject<'a, A: Serialize> {
    member_id: &'a str,
    client_id: &'a str,
    instance_id: Option<&'a str>,
    host: &'a str,
    assignment: Option<A>,
    target: Option<A>,
}

fn member(view: &MemberView) -> impl Serialize {
    MemberObject {
        member_id: view.id.as_str(),
        client_id: &view.client_id,
        instance_id: view.instance_id.as_deref(),
        host: &view.host,
        assignment: view.assignment.as_deref().map(assignment),
        target: view.target.as_deref().map(assignment),
    }
}

#[derive(Serialize)]
struct Assigned<'a> {
    topic: &'a str,
    partition: i32,
}

fn assignment(topics: &[TopicPartitions]) -> impl Serialize {
    Each(|| {
        topics.iter().flat_map(|entry| {
            let topic = entry.topic.as_str();
            entry.partitions.iter().map(move |&partition| Assigned { topic, partition })
        })
    })
}

#[derive(Serialize)]
struct PartitionObject<'a> {
    topic: &'a str,
    partition: i32,
    committed: Option<i64>,
    leader_epoch: Option<i32>,
    metadata: Option<&'a str>,
    end: Option<i64>,
    log_start: Option<i64>,
    lag: Option<i64>,
    lost: Option<i64>,
    headroom: Option<i64>,
    behind_s: Option<f64>,
    owner: Option<&'a str>,
    leader: Option<BrokerId>,
    isr: Option<&'a [BrokerId]>,
    replicas: Option<&'a [BrokerId]>,
    error: Option<Error<'a>>,
}

fn partition(row: Row<'_>) -> PartitionObject<'_> {
    let commit = row.partition.commit.as_ref();
    let headroom = row.headroom();
    let brokers = |of: fn(&PartitionLog) -> &[BrokerId]| row.log.map(of).filter(|b| !b.is_empty());
    PartitionObject {
        topic: row.topic.as_str(),
        partition: row.partition.partition,
        committed: row.committed(),
        leader_epoch: commit.and_then(|commit| commit.leader_epoch),
        metadata: commit.map(|commit| &*commit.metadata),
        end: row.end(),
        log_start: row.log_start(),
        lag: row.partition.lag.records,
        lost: headroom.map(|headroom| headroom.lost),
        headroom: headroom.map(|headroom| headroom.records),
        behind_s: row.behind().map(|age| age.as_secs_f64()),
        owner: row.owner.map(|member| member.id.as_str()),
        leader: row.log.and_then(|log| log.leader),
        // Every partition has a replica; an empty list in sync is one that is not known.
        isr: brokers(|log| &log.isr),
        replicas: brokers(|log| &log.replicas),
        error: row.partition.fault.as_ref().map(Error::from),
    }
}

#[derive(Serialize)]
struct Error<'a> {
    code: &'a str,
    message: &'a str,
}

impl<'a> From<&'a Fault> for Error<'a> {
    fn from(fault: &'a Fault) -> Self {
        Self { code: &fault.code, message: &fault.text }
    }
}

struct Problem<'a>(errors::Problem<'a>);

impl<'a> From<errors::Problem<'a>> for Problem<'a> {
    fn from(problem: errors::Problem<'a>) -> Self {
        Self(problem)
    }
}

impl Serialize for Problem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Object<'a> {
            broker: Option<BrokerId>,
            code: &'a str,
            message: &'a str,
        }
        let errors::Problem { broker, fault } = &self.0;
        Object { broker: *broker, code: &fault.code, message: &fault.text }.serialize(serializer)
    }
}

/// A list that is walked as it is written.
struct Each<F>(F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// RFC 3339 in UTC with milliseconds; `None` for a moment beyond the year 9999.
fn moment(at: Timestamp) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
    Some(format!("{at:.3}"))
}

/// Compact JSON in which characters that a terminal would act on are written as escapes: the same
/// data to a program, harmless to a person who looks at it. `serde_json` itself escapes the
/// controls of ASCII only.
struct SafeStrings;

impl Formatter for SafeStrings {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return writer.write_all(fragment.as_bytes());
        }
        for c in fragment.chars() {
            if safe::acts_or_hides(c) {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                CompactFormatter.write_string_fragment(writer, c.encode_utf8(&mut [0; 4]))?;
            }
        }
        Ok(())
    }
}
