//! Members matched to real consumers on a real Kafka, each a process of its own: librdkafka (this test binary
//! again, as a child, and through Python), Java's client, and a Go client. Nobody may be called likely who is
//! not.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

#[path = "../support/clients/mod.rs"]
mod clients;
#[path = "../lab/mod.rs"]
mod lab;
#[path = "../live/mod.rs"]
mod live;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/mod.rs"]
mod support;

mod alike;
mod named;
mod numbers;
mod processes;
mod stacks;
mod watched;

/// Held by each test while it runs: some compare times and CPU, others use all the CPU there is.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
