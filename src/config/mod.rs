//! Flags, environment variables and client properties, resolved into one [`Settings`].
//!
//! The way of a setting: [`Cli`] (flags), the environment and, later, a profile each become a
//! [`Layer`] of raw texts that remember where they were written. [`Settings::resolve`] is the one
//! pure function that lets the highest layer win, parses the winner, and reads the client
//! properties file below them: flag > environment > file > default. A text that lost is never
//! parsed, so a wrong variable does not matter once a flag overrides it.
//!
//! May import `model` ids, the rules' thresholds of `diagnose`, and plain crates. Must never name rdkafka, the wire client or a terminal,
//! open a connection, or let a secret reach an error, `Debug` or help: property values are
//! [`secrecy::SecretString`] from the moment they are split from their keys.

mod bootstrap;
pub mod cli;
mod environment;
mod error;
mod exact;
mod flags;
mod layer;
mod note;
mod papers;
pub mod properties;
mod resolve;
mod rules;
mod settings;
#[cfg(test)]
mod tests;

pub use bootstrap::{DEFAULT_PORT, HostPort, HostPortProblem};
pub use cli::{Cli, Command};
pub use environment::VARIABLES;
pub use error::ConfigError;
pub use layer::{Given, Layer, Origin};
pub use note::Note;
pub use properties::jaas::JaasProblem;
pub use resolve::{Inputs, ReadFile, read_file, rules};
pub use settings::{
    Color, Connection, Face, FailOn, Filters, Identity, Isolation, Looks, Mechanism, NameFilter,
    Output, Pem, Playback, Played, Processes, Recording, Sasl, Security, Settings, Source, Theme,
    Tls, Trust, Verify,
};
