//! What lagtop printed, in the rows of Kafka's own tool.

use crate::lagtop::Document;
use crate::lagtop::json::{Assigned, Member};
use crate::support::kafka::oracle::{OracleMember, OracleRow, OracleState};

/// What lagtop printed, as rows of Kafka's tool: partitions that are committed or held.
pub(crate) fn as_rows(document: &Document) -> Vec<OracleRow> {
    let rows = document.groups.iter().flat_map(|group| {
        let members = group.members.as_deref().unwrap();
        group.partitions.iter().map(move |row| {
            let is_owner = |member: &&Member| row.owner.as_ref() == Some(&member.member_id);
            let owner = members.iter().find(is_owner);
            assert_eq!(owner.is_some(), row.owner.is_some(), "an owner that is no member: {row:?}");
            OracleRow {
                group: group.group.clone(),
                topic: Some(row.topic.clone()),
                partition: Some(row.partition),
                current_offset: row.committed,
                log_end_offset: row.end,
                lag: row.lag,
                consumer_id: owner.map(|member| member.member_id.clone()),
                host: owner.map(|member| format!("/{}", member.host)),
                client_id: owner.map(|member| member.client_id.clone()),
            }
        })
    });
    sorted(rows)
}

/// The same of its members, idle ones included.
pub(crate) fn as_members(document: &Document, new_form: bool) -> Vec<OracleMember> {
    let members = document.groups.iter().flat_map(|group| {
        group.members.as_deref().unwrap().iter().map(|member| {
            let assignment = member.assignment.as_deref().unwrap();
            OracleMember {
                group: group.group.clone(),
                consumer_id: member.member_id.clone(),
                instance_id: member.instance_id.clone(),
                host: format!("/{}", member.host),
                client_id: member.client_id.clone(),
                partitions: assignment.len(),
                assignment: as_text(assignment, new_form),
                target: member.target.as_deref().and_then(|held| as_text(held, new_form)),
            }
        })
    });
    sorted(members)
}

/// `topic:0,1`, and `(0,1)` before 4.0, whose tool leaves out the topic; a test's member has one.
fn as_text(assigned: &[Assigned], new_form: bool) -> Option<String> {
    let topic = &assigned.first()?.topic;
    assert!(assigned.iter().all(|one| one.topic == *topic));
    let numbers: Vec<_> = assigned.iter().map(|one| one.partition.to_string()).collect();
    let numbers = numbers.join(",");
    Some(if new_form { format!("{topic}:{numbers}") } else { format!("({numbers})") })
}

/// The same of its groups' states.
pub(crate) fn as_states(document: &Document) -> Vec<OracleState> {
    let states = document.groups.iter().map(|group| {
        let id = group.coordinator.unwrap();
        let broker = document.cluster.brokers.iter().find(|broker| broker.id == id).unwrap();
        OracleState {
            group: group.group.clone(),
            coordinator: format!("{}:{}  ({id})", broker.host, broker.port),
            assignor: group.assignor.clone(),
            state: group.state.clone().unwrap(),
            members: group.members.as_ref().unwrap().len(),
        }
    });
    sorted(states)
}

fn sorted<T: Ord>(rows: impl Iterator<Item = T>) -> Vec<T> {
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows
}
