//! The real binary as people run it, and what it printed.
//!
//! Used by integration tests beside `tests/support`, which the including file declares as
//! `mod support`. Imports nothing of lagtop: only its command line is under test here.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "compiled into each test binary, each of which uses a part of it"
)]

pub mod json;
pub mod run;

pub use json::Document;
pub use run::{Run, lagtop};
