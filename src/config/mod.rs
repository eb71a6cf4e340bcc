//! Flags, environment variables, the config file and client properties, resolved into one [`Settings`].
//!
//! The way of a setting: [`Cli`] (flags), the environment, and in the config file the cluster that was
//! chosen and what is said of all, each become a [`Layer`] of raw texts that remember where they were
//! written. [`Settings::resolve`] is the one pure function that lets the highest layer win, parses the
//! winner, and reads the client properties file below them. A text that lost is never parsed, so a wrong
//! variable does not matter once a flag overrides it.
//!
//! May import `model` ids, the rules' thresholds of `diagnose`, the key table of `app`, and plain crates.
//! Must never name rdkafka, the wire client or a terminal, open a connection, or let a secret reach an
//! error, `Debug` or help: property values are [`secrecy::SecretString`] from the moment they are split
//! from their keys.

mod bootstrap;
mod choices;
pub mod cli;
mod connection;
mod endpoint;
mod environment;
mod error;
mod exact;
mod examples;
mod file;
mod flags;
mod keys;
mod layer;
mod meant;
mod note;
mod papers;
pub mod properties;
mod resolve;
mod rules;
mod secret;
mod setting;
mod settings;
mod system;
#[cfg(test)]
mod tests;

pub use bootstrap::{DEFAULT_PORT, HostPort, HostPortProblem};
pub use choices::{Color, FailOn, Isolation, Notify, Output, Source, Theme};
pub use cli::{Cli, Command};
pub use connection::{
    ClientCredentials, Connection, Identity, Login, Mechanism, Pem, Sasl, Security, Tls, Trust,
    Verify,
};
pub use endpoint::Endpoint;
pub use error::ConfigError;
pub use layer::{Given, Inline, Layer, Origin, RulesFor};
pub use note::{Note, Used};
pub use properties::jaas::JaasProblem;
pub use resolve::{Inputs, ReadFile, path, rules};
pub use secret::{SecretProblem, Value};
pub use setting::variables;
pub use settings::{
    Face, Filters, Looks, NameFilter, Playback, Played, Processes, Profile, Recording, Settings,
};
pub use system::{CommandProblem, System, ThisSystem};
