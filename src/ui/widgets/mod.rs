//! Things that can be drawn anywhere: plain values that write into a buffer.
//!
//! Widgets know nothing of Kafka beyond the model's plain values, nothing of panes and nothing of what
//! the person is doing. Each is tested on a bare buffer.

pub mod band;
pub mod chart;
pub mod frame;
pub mod popup;
pub mod prompt;
pub mod ruler;
pub mod scroll;
pub mod sparkline;
pub mod table;
