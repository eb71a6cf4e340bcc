//! Tests of the decoder on bytes alone.
//!
//! [`encoder`] writes fields one by one, [`layouts`] writes random values from layouts that are
//! given as text; neither knows the decoder.

mod classic;
mod commit;
mod consumer;
mod encoder;
mod errors;
mod hostile;
mod layouts;
mod member_bytes;
mod share;
mod streams;
mod vectors;

use super::{Record, decode};

/// Bytes from hexadecimal digits; spaces and line ends are skipped.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> =
        text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16).unwrap()).collect();
    assert!(digits.len().is_multiple_of(2), "half a byte in {text}");
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

/// The record of these bytes.
fn record<'a>(key: &'a [u8], value: &'a [u8]) -> Record<'a> {
    decode(key, Some(value)).unwrap()
}

/// The key's and the value's part of that kind of record; the test fails for another.
macro_rules! entry {
    ($kind:ident, $key:expr, $value:expr) => {
        match super::record($key, $value) {
            crate::source::kafka::stream::records::Record::$kind(entry) => {
                (entry.key, entry.value.unwrap())
            }
            other => panic!("{other:?}"),
        }
    };
}
use entry;
