//! What the rules say, from observations to findings: each incident as the store would see it, second
//! by second, and a healthy group of which nothing is found.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic in a test binary is a failed test"
)]

mod commits;
mod groups;
mod story;
