//! `thresholds`: a lag that grows steadily, through each level at which somebody wants to be told.
//!
//! True of it: its group's lag is past a level, and it falls behind.

use std::time::Duration;

use anyhow::Result;

use super::{Consumer, Keys, Lab, Producer, Scenario, Sizes, Work};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "thresholds",
    about: "a lag that grows steadily through each level of lag-threshold",
    truths: &["lag-threshold", "falling-behind"],
    scaled: &[
        ("lag-threshold.warning", "500"),
        ("lag-threshold.growing", "3s"),
        ("lag-threshold.critical", "2500"),
        ("lag-threshold.doubling", "1s"),
        ("lag-threshold.page", "4500"),
        ("falling-behind.window", "6s"),
    ],
    set_up,
};

/// Its topic.
pub const TOPIC: &str = "clickstream";
/// Its group.
pub const GROUP: &str = "recommendations";
/// Records a second.
pub const RATE: f64 = 250.0;

fn set_up(lab: &mut Lab, _: Sizes) -> Result<()> {
    lab.topic(TOPIC, 4)?;
    // Two members that do not know how the load is shared out: as long as both are as slow, it is even.
    for member in 1..=2 {
        lab.consume(Consumer {
            client_id: format!("{GROUP}-{member}"),
            work: Work::Sleep(Duration::from_millis(20)),
            ..Consumer::of(GROUP, TOPIC)
        })?;
    }
    lab.joined(GROUP, 2)?;
    let even = Keys::Weighted(vec![1; 4]);
    lab.produce(Producer { keys: even, ..Producer::to(TOPIC, RATE) })
}
