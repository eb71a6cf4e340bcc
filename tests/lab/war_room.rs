//! `war-room`: an ordinary day, and two incidents on it: a thread of a consumer process spins, and a member of
//! another group is dropped again and again.
//!
//! True of it: what is true of each of the three.

use anyhow::Result;

use super::{Lab, Scenario, Sizes, hot_thread, rebalance_storm, steady};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "war-room",
    about: "two incidents on an ordinary day: a thread spins, and a member is dropped again and again",
    truths: &[
        "hot-thread",
        "stalled-partition",
        "rebalance-storm",
        "hot-partition",
        "falling-behind",
        "idle-members",
        "lag-threshold",
        "no-members",
        "cpu-throttled",
        "host-pressure",
    ],
    scaled: &[],
    set_up,
};

fn set_up(lab: &mut Lab, sizes: Sizes) -> Result<()> {
    for scenario in [steady::SCENARIO, rebalance_storm::SCENARIO, hot_thread::SCENARIO] {
        (scenario.set_up)(lab, sizes)?;
    }
    Ok(())
}
