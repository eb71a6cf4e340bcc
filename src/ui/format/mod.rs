//! Values as people read them: numbers, times, names.
//!
//! Pure functions from a value to a short string of known width. Nothing here knows of styles or
//! cells, reads a clock, or decides what *unknown* looks like: that is the glyph table's.

mod text;
mod time;

pub use text::{
    Charset, begin, cut_end, cut_middle, end, escape, pad_left, pad_right, width, wrap,
};
pub use time::{clock, place, took};

pub use crate::model::number::{bytes, count, grouped, micros, percent, rate, span};
