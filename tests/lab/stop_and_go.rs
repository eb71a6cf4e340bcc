//! `stop-and-go`: one partition of twenty gets all the records, large ones in long runs of the same key,
//! and each of six members reads its partitions in turn, waiting on those that are empty.
//!
//! True of it: what is full moves in bursts and stands still between; it has all of the lag; and the group
//! falls behind.

use std::time::Duration;

use anyhow::Result;

use super::turns::Turns;
use super::{Consumer, Keys, Lab, Producer, Reading, Scenario, Sizes, Work};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "stop-and-go",
    about: "members read their partitions in turn and wait on empty ones: the full one starves",
    truths: &["stop-and-go", "hot-partition", "falling-behind"],
    scaled: &[
        ("stop-and-go.pause", "2s"),
        ("stop-and-go.least", "100"),
        ("hot-partition.window", "10s"),
        ("falling-behind.window", "15s"),
    ],
    set_up,
};

/// Its topic.
pub const TOPIC: &str = "deal_changed";
/// Its group.
pub const GROUP: &str = "publisher";
/// The full partition.
pub const FULL: i32 = 7;
/// The member that holds it, with three empty ones: the assignor goes by the members' names.
pub const OWNER: &str = "publisher-2";
/// How many of its partitions are empty.
pub const EMPTY: u32 = 3;
/// How its members read.
pub const TURNS: Turns = Turns { wait: Duration::from_secs(1), records: 20 };

const PARTITIONS: u16 = 20;
const MEMBERS: u16 = 6;
/// Records a second.
const RATE: f64 = 15.0;
/// Of each record's value; scaled down from 800 kB.
pub const BYTES: usize = 20_000;
/// As many times the same deal is published.
const RUN: u64 = 250;

fn set_up(lab: &mut Lab, _: Sizes) -> Result<()> {
    lab.topic(TOPIC, PARTITIONS)?;
    // A record in each, long ago: everywhere is a commit.
    let once = Producer {
        keys: Keys::Weighted(vec![1; PARTITIONS.into()]),
        limit: Some(PARTITIONS.into()),
        ..Producer::to(TOPIC, f64::INFINITY)
    };
    once.spawn(&lab.cluster.bootstrap())?.finish()?;
    for number in 1..=MEMBERS {
        lab.consume(Consumer {
            client_id: format!("{GROUP}-{number}"),
            work: Work::Sleep(Duration::from_millis(5)),
            reading: Reading::InTurn(TURNS),
            ..Consumer::of(GROUP, TOPIC)
        })?;
    }
    lab.joined(GROUP, MEMBERS.into())?;
    lab.produce(Producer {
        keys: Keys::Runs { partition: FULL, length: RUN },
        record_bytes: BYTES,
        ..Producer::to(TOPIC, RATE)
    })
}
