//! The world: what turns it into observations.
//!
//! Each source is a task that sends [`Observation`](crate::model::Observation)s into a bounded channel
//! and knows nothing of who reads them. What it may want to know of the screen is in the
//! [`PollPlan`](crate::model::PollPlan). A [`supervisor`] starts a source again when it dies, and says
//! so. What is done only when a person asks for it goes through [`wishes`].

pub mod host;
pub mod kafka;
pub mod supervisor;
pub mod wishes;
