//! Recordings: everything that was seen, in a file that plays back to the same screen.
//!
//! A recording is a [Zstandard](https://www.rfc-editor.org/rfc/rfc8878) stream of lines. The first
//! line is the [`Header`] with the format's version, each further line one [`Entry`] as JSON: mostly an
//! [`Observation`], which is all that the store ever learns, so a recording needs neither Kafka nor the
//! moment at which it was made. The compressor is flushed every second; what was written before the
//! last flush can be read after a crash.
//!
//! | file | what it does |
//! |---|---|
//! | `write` | entries into a file |
//! | `read` | a file into entries, up to the first damage |
//! | `recorder` | a thread that writes, and the tee that feeds it without ever waiting for it |
//! | `opening` | what a recording that begins in the middle is told first |
//! | `redact` | names into pseudonyms |
//! | `bundle` | the recordings in the binary |
//!
//! This room imports [`model`](crate::model) only.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{Isolation, Observation, Timestamp};

pub mod bundle;
pub mod opening;
pub mod read;
pub mod recorder;
pub mod redact;
pub mod write;

pub use read::{Damage, ReadError, Reader};
pub use recorder::{End, Recorder, Tee};
pub use redact::Redactor;
pub use write::Writer;

/// The format that this lagtop writes. It reads this one and all before it. Whatever an older lagtop
/// would stop at is a new format, so that it says to update instead of ending in the middle.
///
/// | format | what came with it |
/// |---|---|
/// | 1 | |
/// | 2 | what a person marked ([`Body::Marker`](crate::model::Body::Marker)) |
pub const FORMAT: u32 = 2;

/// The first line of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The format's version. First, so that also a line cut short says what it is.
    #[serde(rename = "lagtop-recording")]
    pub format: u32,
    /// The lagtop that wrote it.
    pub version: String,
    /// When it began.
    pub started: Timestamp,
    /// What the header of the screen called the cluster.
    pub title: String,
    /// The isolation level under which lag was counted.
    pub isolation: Isolation,
    /// The pause between rounds, in milliseconds.
    pub interval_ms: u64,
    /// Names are pseudonyms.
    pub redacted: bool,
}

/// A line of a recording after the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Something was seen.
    Seen(Observation),
    /// Observations that came faster than they could be written, and are missing here.
    Dropped {
        /// When the next one could be written again.
        at: Timestamp,
        /// How many.
        observations: u64,
    },
    /// The recording was ended, and why; nothing follows.
    Ended {
        /// When.
        at: Timestamp,
        /// Why, in words.
        why: String,
    },
}

impl Header {
    /// The pause between rounds.
    #[must_use]
    pub const fn interval(&self) -> Duration {
        Duration::from_millis(self.interval_ms)
    }
}

impl Entry {
    /// The moment that the entry belongs to.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Seen(observation) => observation.at,
            Self::Dropped { at, .. } | Self::Ended { at, .. } => *at,
        }
    }
}

#[cfg(test)]
mod tests;
