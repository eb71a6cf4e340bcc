//! What is done only when a person asks for it.
//!
//! A stack, or a look at records, is no observation: it is not watched, it is taken once, on a key, and
//! belongs to the person who asked. So it is in no snapshot and in no recording, and takes the same two
//! roads as everything else without the store:
//!
//! ```text
//!  app ── Wish (watch) ──▶ source
//!   ▲                         │
//!   └──── Answer (mpsc) ◀─────┘
//! ```
//!
//! A wish is what the open page wants now, so a newer one (or none) ends the work on the one before.
//! Answers carry the number of their wish: one that comes too late means nothing.

use super::peek::{PeekAnswer, PeekOutcome, PeekWish};
use super::stack::{StackAnswer, StackOutcome, StackTrouble, StackTroubleKind, StackWish};
use super::{Fault, Timestamp};

/// What the person wants now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The stack of a thread or of a process.
    Stack(StackWish),
    /// The first records that wait on a partition.
    Peek(PeekWish),
}

/// What became of a wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Of one for a stack.
    Stack(StackAnswer),
    /// Of one for records.
    Peek(PeekAnswer),
}

impl Wish {
    /// The answer where a recording is played: what was not recorded is not there.
    #[must_use]
    pub fn of_a_recording(&self, at: Timestamp) -> Answer {
        match self {
            Self::Stack(wish) => {
                let text = "what is shown was recorded: its processes are not here".into();
                let trouble = StackTrouble { kind: StackTroubleKind::Gone, text, by_hand: None };
                let outcome = StackOutcome::Failed(trouble);
                Answer::Stack(StackAnswer { number: wish.number, at, outcome })
            }
            Self::Peek(wish) => {
                let text = "what is shown was recorded, and records are in no recording";
                let outcome = PeekOutcome::Failed(Fault::new("RECORDED", text));
                Answer::Peek(PeekAnswer { number: wish.number, at, outcome })
            }
        }
    }
}
