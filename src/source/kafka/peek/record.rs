//! What is kept of a record.

use std::panic;
use std::sync::Arc;

use rdkafka::message::{Headers, Message};

use crate::model::Timestamp;
use crate::model::peek::{Clocked, Excerpt, KEY_KEPT, PeekedRecord, Stamp, VALUE_KEPT};

/// Names of headers kept of one record: nobody sends more, but whoever means harm.
const NAMES: usize = 64;
/// Characters kept of a name.
const NAME: usize = 128;

/// A record without its value, or with the beginning of it.
pub(super) fn of<M: Message>(message: &M, values: bool) -> PeekedRecord {
    let (key, value) = (message.key(), message.payload());
    let (headers, bytes) = match message.headers() {
        None => (Some(Arc::default()), 0),
        Some(headers) => names(headers).map_or((None, 0), |(names, bytes)| (Some(names), bytes)),
    };
    PeekedRecord {
        offset: message.offset(),
        stamp: stamp(message.timestamp()),
        key: key.map(|key| Excerpt::of(key, KEY_KEPT)),
        value: value.map(size),
        shown: value.filter(|_| values).map(|value| Excerpt::of(value, VALUE_KEPT)),
        headers,
        bytes: key.map_or(0, size) + value.map_or(0, size) + bytes,
    }
}

/// The names of headers, and the bytes of names and values. `None` if a name is not UTF-8, as Kafka wants
/// it: rdkafka panics over it.
fn names<H: Headers>(headers: &H) -> Option<(Arc<[Arc<str>]>, u64)> {
    let read = || {
        let mut names = Vec::new();
        let mut bytes = 0;
        for at in 0..headers.count() {
            let Some(header) = headers.try_get(at) else { break };
            bytes += size(header.key.as_bytes()) + header.value.map_or(0, size);
            if names.len() < NAMES {
                names.push(header.key.chars().take(NAME).collect::<String>().into());
            }
        }
        (names.into(), bytes)
    };
    // Nothing is left half done by it: all that is read into is made and dropped in here.
    panic::catch_unwind(panic::AssertUnwindSafe(read)).ok()
}

fn stamp(time: rdkafka::Timestamp) -> Option<Stamp> {
    let by = match time {
        rdkafka::Timestamp::NotAvailable => return None,
        rdkafka::Timestamp::CreateTime(_) => Clocked::Producer,
        rdkafka::Timestamp::LogAppendTime(_) => Clocked::Broker,
    };
    Some(Stamp { at: Timestamp::from_millis(time.to_millis()?), by })
}

fn size(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
