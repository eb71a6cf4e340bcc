//! `cpu-creep`: consumer processes in which each record costs a little more than the one before, as where a
//! context is wrapped once more for each message and all of it walked for the next. As many records come
//! all the time, and none waits.
//!
//! True of it: CPU per record climbs. What else the host does, or a quota, may leave its threads waiting for
//! a CPU. After some five minutes two cores are full, and the group falls behind.

use std::time::Duration;

use anyhow::Result;

use super::{Keys, Lab, Process, Producer, Scenario, Sizes};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "cpu-creep",
    about: "six processes in which each record costs more CPU than the one before, at a steady rate",
    truths: &["cpu-per-record", "cpu-throttled", "host-pressure"],
    // Nothing has to warm up, and the lab's minutes stand for hours.
    scaled: &[("cpu-per-record.warmup", "10s")],
    set_up,
};

/// Its topic.
pub const TOPIC: &str = "impressions";
/// Its group.
pub const GROUP: &str = "enrichment";
/// Its processes, each a member.
pub const PROCESSES: u16 = 6;
/// Records a second for all of them together.
pub const RATE: f64 = 60.0;
/// CPU time for the first record of a process.
pub const BASE: Duration = Duration::from_micros(500);
/// And so much more for each further one.
pub const EACH: Duration = Duration::from_micros(10);

const PARTITIONS: u16 = 30;

fn set_up(lab: &mut Lab, _: Sizes) -> Result<()> {
    lab.topic(TOPIC, PARTITIONS)?;
    for number in 1..=PROCESSES {
        let process = Process::of(GROUP, TOPIC, &format!("{GROUP}-{number}"));
        lab.start(&Process { base: BASE, each: EACH, ..process })?;
    }
    lab.joined(GROUP, PROCESSES.into())?;
    let even = Keys::Weighted(vec![1; PARTITIONS.into()]);
    lab.produce(Producer { keys: even, ..Producer::to(TOPIC, RATE) })
}
