//! `hot-thread`: one of five threads of a consumer process is in an endless loop, and its share of the
//! records waits for ever while the other threads keep up.
//!
//! True of it: a hot thread; that thread's partition stalls, has all of the lag, and the group falls behind.
//! On a host with little CPU to give, or under a quota, that may be seen too.

use anyhow::Result;

use super::{Keys, Lab, Process, Producer, Scenario, Sizes};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "hot-thread",
    about: "one of five threads of a process spins; its partition waits while the others are read",
    truths: &[
        "hot-thread",
        "stalled-partition",
        "hot-partition",
        "falling-behind",
        "cpu-throttled",
        "host-pressure",
    ],
    scaled: &[
        ("hot-thread.window", "10s"),
        ("hot-thread.least", "200"),
        ("stalled-partition.wait", "10s"),
    ],
    set_up,
};

/// Its topic.
pub const TOPIC: &str = "documents";
/// Its group.
pub const GROUP: &str = "indexer";
/// Its only member.
pub const MEMBER: &str = "indexer-1";
/// The thread that spins, and the partition that it has.
pub const STUCK: u32 = 3;
/// Records a second on all partitions.
pub const RATE: f64 = 100.0;

const PARTITIONS: u16 = 5;

fn set_up(lab: &mut Lab, _: Sizes) -> Result<()> {
    lab.topic(TOPIC, PARTITIONS)?;
    lab.start(&Process { stuck: Some(STUCK), ..Process::of(GROUP, TOPIC, MEMBER) })?;
    lab.joined(GROUP, 1)?;
    let even = Keys::Weighted(vec![1; PARTITIONS.into()]);
    lab.produce(Producer { keys: even, ..Producer::to(TOPIC, RATE) })
}
