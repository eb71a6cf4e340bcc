//! Faults on a real cluster of three brokers: what a person sees while one lasts, and that everything comes
//! right by itself.
//!
//! One cluster a test, on which several faults follow one another. Whatever happens, nothing that was known
//! may be missing ([`witness`]), and what is not confirmed any more must show its age. At rest the picture
//! is the one of Kafka's own tool.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

#[path = "../lab/mod.rs"]
mod lab;
#[path = "../live/mod.rs"]
mod live;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/screen.rs"]
mod screen;
#[path = "../support/mod.rs"]
mod support;

mod changed;
mod frozen;
mod gone;
mod killed;
mod spread;
mod witness;
