//! `rebalance-storm`: one member of three works on a record for longer than `max.poll.interval.ms`. Its
//! client gives up its place, comes back with the next poll, and so again and again; each time all
//! three stop.
//!
//! True of it: its group is in a rebalance storm. What the others hold they work off at once.

use std::time::Duration;

use anyhow::Result;

use super::{Consumer, Lab, Producer, Scenario, Sizes, Work};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "rebalance-storm",
    about: "a member works longer than max.poll.interval.ms: dropped and back, again and again",
    truths: &["rebalance-storm"],
    scaled: &[],
    set_up,
};

/// Its topic.
pub const TOPIC: &str = "sessions";
/// Its group.
pub const GROUP: &str = "sessionizer";
/// Who is dropped.
pub const SLOW: &str = "sessionizer-2";
/// `max.poll.interval.ms`, and so about how long that one stays.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// What a record costs it.
pub const COST: Duration = Duration::from_millis(4_500);

fn set_up(lab: &mut Lab, _: Sizes) -> Result<()> {
    lab.topic(TOPIC, 6)?;
    for member in ["sessionizer-1", SLOW, "sessionizer-3"] {
        let patience = PATIENCE.as_millis().to_string();
        let work = if member == SLOW { Work::Sleep(COST) } else { Work::None };
        lab.consume(Consumer {
            client_id: member.into(),
            work,
            properties: vec![
                ("max.poll.interval.ms", patience.clone()),
                // It may not be longer than that.
                ("session.timeout.ms", patience),
                // The others hear of each rebalance at once.
                ("heartbeat.interval.ms", "300".into()),
            ],
            ..Consumer::of(GROUP, TOPIC)
        })?;
    }
    lab.produce(Producer::to(TOPIC, 60.0))
}
