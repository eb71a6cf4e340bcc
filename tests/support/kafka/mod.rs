//! A real Apache Kafka in two to four seconds: `KRaft`, one or three brokers, on free ports of
//! 127.0.0.1.
//!
//! How it works
//! - [`jars`]: the checked-in `pom.xml` is copied from Maven Central into `target/kafka/VERSION`,
//!   once, under a file lock, so that parallel tests and parallel test binaries wait for one
//!   download. `LAGTOP_TEST_KAFKA_VERSION=3.9.1` selects another version (classic groups only
//!   there).
//! - [`properties`]: one `server.properties` a node, each node broker and controller.
//! - [`ports`]: ports are taken outside the range from which outgoing connections are numbered and
//!   held by a file lock, so that a broker finds its port free again when it is restarted.
//! - [`guardian`]: brokers are children of a small `sh` that reads commands from a pipe. When the
//!   pipe closes, because the cluster was dropped, the test panicked or the whole process was
//!   killed, it ends its brokers by their own ids and removes their directory. That holds for a
//!   cluster in a `static` too, which is never dropped.
//! - [`cluster`]: the builder and the running cluster: freeze, thaw, kill, stop, restart.
//! - [`listener`], [`tls`]: more listeners, with SASL, TLS or both.
//! - [`admin`]: topics and groups through rdkafka, in milliseconds.
//! - [`oracle`]: what Kafka's own tool says, in two seconds a question.
//!
//! Everything returns errors with their cause; where a broker is at fault the error ends with the
//! tail of its log.

pub mod admin;
pub mod cluster;
pub mod guardian;
pub mod jars;
pub mod listener;
pub mod oracle;
pub mod ports;
pub mod properties;
mod setup;
pub mod tls;

pub use cluster::{Builder, KafkaCluster};
pub use listener::{Listener, Mechanism};
