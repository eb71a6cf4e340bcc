//! `hot-partition`: one of three partitions gets three times the traffic of each of the others, and the
//! member that holds it pays for each record with a call to a slow service.
//!
//! True of it: its group has a hot partition, for both reasons; so it falls behind; and since each
//! partition has a member of its own already, more members would not help.

use std::time::Duration;

use anyhow::Result;

use super::{Consumer, Keys, Lab, Producer, Scenario, Sizes, Work};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "hot-partition",
    about: "one partition of three gets 3x the traffic, and its owner is slow",
    truths: &["hot-partition", "falling-behind", "too-few-partitions"],
    scaled: &[
        ("hot-partition.window", "10s"),
        ("falling-behind.window", "15s"),
        ("too-few-partitions.window", "15s"),
    ],
    set_up,
};

/// Its topic.
pub const TOPIC: &str = "user-events";
/// Its group.
pub const GROUP: &str = "user-events-consumer";
/// The hot partition.
pub const HOT: i32 = 1;
/// Who gets that one: the assignor goes by the members' names.
pub const OWNER: &str = "consumer-2";
/// Records a second on all partitions.
pub const RATE: f64 = 200.0;
/// Of these the partitions get so many fifths.
pub const FIFTHS: [u32; 3] = [1, 3, 1];
/// What a record costs the slow member.
pub const COST: Duration = Duration::from_millis(50);

fn set_up(lab: &mut Lab, _: Sizes) -> Result<()> {
    lab.topic(TOPIC, 3)?;
    for member in ["consumer-1", OWNER, "consumer-3"] {
        let work = if member == OWNER { Work::Sleep(COST) } else { Work::None };
        lab.consume(Consumer { client_id: member.into(), work, ..Consumer::of(GROUP, TOPIC) })?;
    }
    lab.joined(GROUP, 3)?;
    lab.produce(Producer { keys: Keys::Weighted(FIFTHS.into()), ..Producer::to(TOPIC, RATE) })
}
