//! The terminal: raw mode, input, the pace of frames, and the one loop that ties them to the screen.
//!
//! The loop waits for seven things, in this order: the wish to end, input, a snapshot, what was wished for,
//! the next frame's time, the end of a message's time, and the moment at which something on screen reads
//! differently by itself. Nothing
//! is drawn on a clock: while nothing changes, the loop sleeps. It never waits for Kafka, and ends as soon
//! as it is told to.
//!
//! This room imports app, ui and model, and is alone in naming crossterm. How a frame is drawn is an
//! argument ([`Draw`]), so that the loop can be tested by counting frames.

pub mod detect;
mod effects;
mod frame;
pub mod input;
pub mod panic;
mod road;
mod run;
mod screen;
pub mod signal;
pub mod terminal;

use std::io;

pub use frame::Pace;
pub use road::{MomentRoad, Moments, PageRoad, PlayRoad, RecordRoad, Road};
pub use run::{Console, Desk, Draw, Exit, Summary, run};
pub use terminal::Tty;

/// Why the screen could not be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Standard output is a file or a pipe.
    #[error("standard output is not a terminal; for a single look in a script, use `lagtop once`")]
    NotATerminal,
    /// The terminal refused.
    #[error("the terminal: {0}")]
    Terminal(#[from] io::Error),
}
