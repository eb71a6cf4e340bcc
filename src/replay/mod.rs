//! The play of a recording: where it is, how fast it goes, and how it gets elsewhere.
//!
//! A recording holds everything that was seen, so that a play can go to any of its moments, also to those
//! that were not played yet. Whatever the way there, the picture is that which the same observations gave
//! when they were made: forwards they are folded on without waiting, backwards they are folded again from
//! the first one. Nothing is told in hindsight, as [`rewind`](crate::rewind) must of a live cluster, whose
//! observations are gone: there is no cursor on the trends, which end at the moment shown, and owners,
//! coordinators, faults and costs of then are there.
//!
//! For the person the two are one: the keys that turn a held picture back move the play of a recording,
//! which stands still at the moment that it was moved to. `End` goes to the newest moment that there is:
//! live that of the pause, in a recording its end. Since nothing is lost by moving, a play may be moved
//! while it runs, too, with those of the keys that mean nothing else then.
//!
//! | file | what it does |
//! |---|---|
//! | `clock` | the time of a play |
//! | `tape` | a recording on its way into a store |
//! | `chronicle` | what happened in it so far |
//! | `course` | where the play is, where it is on its way to, and how it gets there |
//! | `player` | the task that plays |
//!
//! This room imports [`model`](crate::model), [`diagnose`](crate::diagnose), [`record`](crate::record) and
//! [`store`](crate::store).

mod chronicle;
pub mod clock;
mod course;
pub mod player;
pub mod tape;

pub use clock::ReplayClock;
pub use tape::{Step, Tape};

#[cfg(test)]
mod tests;
