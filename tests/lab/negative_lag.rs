//! `negative-lag`: a topic is deleted and made again under its name, and the application that reads it
//! commits where it was before. Its offsets are beyond the end.
//!
//! True of it: its group has negative lag.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::bulk::{BulkCommit, commit_groups};
use super::{Consumer, Keys, Lab, Producer, Scenario, Sizes};
use crate::support::wait;

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "negative-lag",
    about: "a topic is made anew, and its group commits where it was: beyond the end",
    truths: &["negative-lag"],
    scaled: &[],
    set_up,
};

/// Its topic.
pub const TOPIC: &str = "ledger";
/// Its group.
pub const GROUP: &str = "bookkeeper";
/// In each partition of the first topic, all of which are read.
pub const BEFORE: i64 = 250;
/// In each partition of the second.
pub const AFTER: i64 = 50;

const PARTITIONS: u16 = 2;
/// Until all is read.
const READ: Duration = Duration::from_mins(1);

fn set_up(lab: &mut Lab, _: Sizes) -> Result<()> {
    lab.topic(TOPIC, PARTITIONS)?;
    fill(lab, BEFORE)?;
    let reader = Consumer::of(GROUP, TOPIC).spawn(&lab.cluster.bootstrap())?;
    let all = BEFORE.cast_unsigned() * u64::from(PARTITIONS);
    wait::answer_within(READ, "all is read", || {
        ensure!(reader.records() >= all, "{} of {all}", reader.records());
        Ok(())
    })?;
    reader.stop()?;
    make_anew(lab)
}

/// Deletes the topic, makes it again with fewer records, and commits as the application does that has
/// kept its positions.
pub fn make_anew(lab: &Lab) -> Result<()> {
    lab.delete_topic(TOPIC)?;
    lab.topic(TOPIC, PARTITIONS)?;
    fill(lab, AFTER)?;
    let offsets = (0..PARTITIONS).map(|partition| (i32::from(partition), BEFORE)).collect();
    commit_groups(&lab.cluster, TOPIC, &[BulkCommit { group: GROUP.to_owned(), offsets }])
}

fn fill(lab: &Lab, each: i64) -> Result<()> {
    let limit = Some(each.cast_unsigned() * u64::from(PARTITIONS));
    let keys = Keys::Weighted(vec![1; PARTITIONS.into()]);
    let producer = Producer { keys, limit, ..Producer::to(TOPIC, f64::INFINITY) };
    producer.spawn(&lab.cluster.bootstrap())?.finish()
}
