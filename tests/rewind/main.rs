//! The picture of an earlier moment against the picture that there was at that moment: of a made-up
//! cluster in which anything happens, and of what was recorded of real ones.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic in a test binary is a failed test"
)]

mod agree;
mod anything;
mod recorded;
mod told;
mod world;
