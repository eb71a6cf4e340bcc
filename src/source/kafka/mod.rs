//! Kafka as a source of observations.

pub mod connect;
pub mod consumer;
pub mod coverage;
pub mod doctor;
mod interned;
pub mod oauth;
pub mod peek;
pub mod poll;
pub mod stream;
pub mod wire;
