//! The lab: real producers and consumers on a real Kafka that behave, or misbehave, on purpose.
//!
//! Used by integration tests, which start single producers and consumers ([`Producer`],
//! [`Consumer`]) or whole scenarios ([`scenario`]), and by hand:
//!
//! ```text
//! cargo run --release --example lab -- --list
//! cargo run --release --example lab -- steady
//! ```
//!
//! Every producer and consumer is a librdkafka client on a thread of its own; where it is the process
//! that matters, consumers are processes ([`Process`]). What is slow is slow
//! by what it does for each record, so rates, lag and rebalances come about as they do elsewhere.
//! The lab writes: topics, records, commits. lagtop itself never does, and nothing here is part of
//! it. It stands on `tests/support`, which the including file declares as `mod support`.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "compiled into each test binary, each of which uses a part of it"
)]

pub mod bulk;
pub mod connection;
pub mod consumer;
pub mod cpu_creep;
pub mod healthy;
pub mod hot_partition;
pub mod hot_thread;
pub mod many;
pub mod negative_lag;
pub mod process;
pub mod producer;
pub mod producer_churn;
pub mod rebalance_storm;
pub mod scenario;
pub mod share;
pub mod short_lived;
pub mod steady;
pub mod stop_and_go;
pub mod thresholds;
pub mod transaction;
pub mod turns;
pub mod victim;
pub mod war_room;
pub mod worker;

pub use consumer::{Commit, Consumer, Protocol, Reading, Work};
pub use process::Process;
pub use producer::{Keys, Producer};
pub use scenario::{Lab, SCENARIOS, Scenario, Sizes};
pub use victim::Victim;
pub use worker::Worker;
