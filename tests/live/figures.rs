//! A picture beside Kafka's own tool, on the same cluster at rest.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use lagtop::model::{Commit, Snapshot};

use crate::support::KafkaCluster;

/// Of each partition that was committed on or is held: the position, the log's end, and the member id of
/// who holds it.
type Rows = BTreeMap<(String, String, i32), (Option<i64>, Option<i64>, Option<String>)>;
/// The state of each group, and how many members it has.
type States = BTreeMap<String, (String, usize)>;

/// An error where they differ.
pub fn agrees(snapshot: &Snapshot, kafka: &KafkaCluster) -> Result<()> {
    let (shown, told) = (shown(snapshot), told(kafka)?);
    ensure!(shown == told, "the picture {shown:#?}, the tool {told:#?}");
    Ok(())
}

fn shown(snapshot: &Snapshot) -> (Rows, States) {
    let (mut rows, mut states) = (Rows::new(), States::new());
    for entry in snapshot.groups.iter() {
        let view = &entry.view;
        let id = view.id.as_str().to_owned();
        for (topic, row) in view.partitions() {
            let position = row.commit.as_ref().map(Commit::newest);
            let log = snapshot.topic(topic).and_then(|topic| topic.view.partition(row.partition));
            let end = log.and_then(|log| log.high_watermark);
            let owner = view.owner(row).map(|member| member.id.as_str().to_owned());
            let key = (id.clone(), topic.as_str().to_owned(), row.partition);
            rows.insert(key, (position, end, owner));
        }
        let members = view.members.as_ref().map_or(0, |members| members.len());
        states.insert(id, (view.state.name().to_owned(), members));
    }
    (rows, states)
}

fn told(kafka: &KafkaCluster) -> Result<(Rows, States)> {
    let rows = kafka.oracle().describe_groups()?.rows.into_iter().filter_map(|row| {
        let key = (row.group, row.topic?, row.partition?);
        Some((key, (row.current_offset, row.log_end_offset, row.consumer_id)))
    });
    let states = kafka.oracle().describe_states()?.rows.into_iter();
    let states = states.map(|row| (row.group, (row.state, row.members)));
    Ok((rows.collect(), states.collect()))
}
