//! Rules: from a group, a topic or the cluster as it is seen to what is wrong with it.
//!
//! A rule is a file in [`rules`]: a struct of its thresholds, and a pure function from a [`Case`] to a
//! [`Verdict`](crate::model::Verdict). It reads views and their histories and nothing else: no clock (time is the case's), no
//! memory of earlier verdicts. So that a finding does not flicker, a rule asks history for a span
//! instead of remembering. The one thing carried from one evaluation to the next is since when a finding stands.
//!
//! | file | what it does |
//! |---|---|
//! | `case` | what a rule may look at, and questions that several rules ask |
//! | `local` | the same of this host's processes |
//! | `report` | how a rule builds its finding |
//! | `tuning` | thresholds with names, defaults and a parser |
//! | `registry` | all rules, switched and tuned |
//! | `book` | the same for groups and topics by name |
//! | `list` | the rules and their thresholds as text |
//!
//! This room imports [`model`](crate::model) only.

pub mod book;
pub mod case;
#[cfg(test)]
mod fixture;
pub mod list;
mod local;
pub mod registry;
mod report;
pub mod rules;
pub mod tuning;

pub use book::{Chapter, RuleBook, Selector};
pub use case::{Case, ClusterCase, Logs, Readers, TopicCase};
pub use registry::{About, Described, Mistake, Rules};
pub use tuning::Knob;
