//! The recordings in the binary: incidents of the lab, on real Kafka, for `lagtop demo`.
//!
//! `assets/demo/record.sh` makes them anew.

use super::{ReadError, Reader};

/// A recording in the binary.
#[derive(Clone, Copy, Debug)]
pub struct Bundled {
    /// As `lagtop demo NAME` names it: the lab's scenario.
    pub name: &'static str,
    /// What is to be seen, in a line.
    pub about: &'static str,
    /// Where to begin, in seconds from its start: what led to it is history by then.
    pub begin: u64,
    bytes: &'static [u8],
}

/// All of them; the first is what `lagtop demo` plays.
pub const ALL: &[Bundled] = &[
    Bundled {
        name: "war-room",
        about: "two incidents on an ordinary day: a thread spins, and a member is dropped again and again",
        begin: 90,
        bytes: include_bytes!("../../assets/demo/war-room.lagtop"),
    },
    Bundled {
        name: "steady",
        about: "an ordinary day: healthy, slow, stopped, KIP-848 and crowded groups",
        begin: 60,
        bytes: include_bytes!("../../assets/demo/steady.lagtop"),
    },
    Bundled {
        name: "hot-partition",
        about: "one partition of three gets 3x the traffic, and its owner is slow",
        begin: 60,
        bytes: include_bytes!("../../assets/demo/hot-partition.lagtop"),
    },
    Bundled {
        name: "rebalance-storm",
        about: "a member works longer than max.poll.interval.ms: dropped and back, again and again",
        begin: 60,
        bytes: include_bytes!("../../assets/demo/rebalance-storm.lagtop"),
    },
];

impl Bundled {
    /// The recording with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|bundled| bundled.name == name)
    }

    /// Its bytes, as many as it adds to the binary.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Opens it.
    pub fn open(&self) -> Result<Reader<'static>, ReadError> {
        Reader::new(self.bytes)
    }
}
