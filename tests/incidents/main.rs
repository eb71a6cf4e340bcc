//! Each incident of the lab on a real Kafka, with lagtop started in its middle: it finds what the incident
//! is named after, with the numbers that the lab knows to be true, and nothing beside what is true.
//!
//! All share one cluster, but for what is true of a cluster as a whole. `cargo test --test incidents -- --nocapture` prints the rows of the README's
//! table.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic in a test's helper is a failed test"
)]

#[cfg(target_os = "linux")]
mod cpu_creep;
mod healthy;
mod hot_partition;
#[cfg(target_os = "linux")]
mod hot_thread;
mod negative_lag;
mod producer_churn;
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

/// Not a test but a process that the lab starts: consumes until its standard input ends.
#[test]
fn consuming_child() {
    if let Some(done) = lab::process::run(std::env::args_os()) {
        done.unwrap();
    }
}
