//! Each incident of the lab on a real Kafka, with lagtop started in its middle: it finds what the incident
//! is named after, with the numbers that the lab knows to be true, and nothing beside what is true.
//!
//! All share one cluster. `cargo test --test incidents -- --nocapture` prints the rows of the README's
//! table.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic in a test's helper is a failed test"
)]

mod healthy;
mod hot_partition;
mod negative_lag;
mod rebalance_storm;
mod stop_and_go;
mod thresholds;
mod watch;

#[path = "../lab/mod.rs"]
mod lab;
#[path = "../live/mod.rs"]
mod live;
#[path = "../support/mod.rs"]
mod support;
