//! What every integration test and the lab stand on: a real Apache Kafka, and waiting for
//! conditions.
//!
//! Each test file says `mod support;` and takes what it needs. The lab includes it by path. It
//! imports nothing of lagtop, so that a fault there cannot hide itself here.
//!
//! ```ignore
//! #[tokio::test]
//! async fn something_true_of_kafka() {
//!     let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return };
//!     let bootstrap = kafka.bootstrap();
//! }
//! ```
//!
//! Tests that only read and write topics and groups of their own names share one broker a test
//! binary: `let Some(kafka) = support::shared_kafka_or_skip() else { return };`
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "compiled into each test binary, each of which uses a part of it"
)]

use std::io::Write as _;
use std::sync::OnceLock;

pub mod forward;
pub mod kafka;
pub mod tokens;
pub mod wait;

pub use kafka::{Builder, KafkaCluster};

/// Set (to anything but 0) where a missing Java or Maven must fail the tests instead of skipping
/// them.
pub const REQUIRE: &str = "LAGTOP_REQUIRE_KAFKA";

/// Starts the cluster. `None`, with a loud line on stderr, when Java or Maven are missing and
/// `LAGTOP_REQUIRE_KAFKA` is not set.
///
/// # Panics
/// When the cluster does not start, and when Java or Maven are missing but required.
pub fn kafka_or_skip(builder: Builder) -> Option<KafkaCluster> {
    if let Err(missing) = builder.tools() {
        let required = std::env::var_os(REQUIRE).is_some_and(|value| value != "0");
        assert!(!required, "{REQUIRE} is set, but {missing:#}");
        // Past libtest's capture of `eprintln!`, which would show it only for tests that fail.
        let test = std::thread::current().name().unwrap_or("test").to_owned();
        let _ =
            writeln!(std::io::stderr(), "SKIPPED: needs Java 17+ and Maven ({test}: {missing:#})");
        return None;
    }
    match builder.start() {
        Ok(cluster) => Some(cluster),
        Err(error) => panic!("Kafka did not start: {error:#}"),
    }
}

/// One broker with default settings for all tests of this binary that ask, started by the first of
/// them. It is never dropped; the guardian ends it when the process is gone.
pub fn shared_kafka_or_skip() -> Option<&'static KafkaCluster> {
    static SHARED: OnceLock<Option<KafkaCluster>> = OnceLock::new();
    SHARED.get_or_init(|| kafka_or_skip(KafkaCluster::builder())).as_ref()
}
