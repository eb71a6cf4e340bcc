//! What clients put into the records of classic consumers: subscription and assignment
//! (`ConsumerProtocolSubscription.json`, `ConsumerProtocolAssignment.json`).
//!
//! Clients of many hands write these bytes and no broker looks into them, so reading is lenient: a
//! version above 3 only appends and is read as 3; where the bytes end at the border of a field the
//! remaining fields take their defaults; bytes that are not this format give `None`. Always in
//! classic encoding.

use super::commit::known;
use super::error::Malformed;
use super::reader::{Read, Reader};

/// Partitions of a topic, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPartitions<'a> {
    /// Topic name.
    pub topic: &'a str,
    /// In no order.
    pub partitions: Vec<i32>,
}

/// What a member said when it joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subscription<'a> {
    /// Names it subscribed to; patterns are already resolved.
    pub topics: Vec<&'a str>,
    /// The assignor's own; empty when there is none.
    pub user_data: &'a [u8],
    /// What it held when it joined (cooperative assignors).
    pub owned_partitions: Vec<TopicPartitions<'a>>,
    /// The generation in which it held them; `None` when it did not say.
    pub generation_id: Option<i32>,
    /// `client.rack`; `None` when it has none.
    pub rack_id: Option<&'a str>,
}

/// What the leader gave to a member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assignment<'a> {
    /// Topics and partitions.
    pub assigned_partitions: Vec<TopicPartitions<'a>>,
    /// The assignor's own; empty when there is none.
    pub user_data: &'a [u8],
}

impl<'a> Subscription<'a> {
    /// `None` for no bytes, and for bytes of another format.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        Self::try_read(&mut Reader::new(bytes, false)).ok()
    }

    fn try_read(r: &mut Reader<'a>) -> Read<Self> {
        let version = version(r)?;
        let mut read = Self { topics: r.array(Reader::string)?, ..Self::default() };
        if !r.is_empty() {
            read.user_data = r.opt_bytes()?.unwrap_or_default();
        }
        if version >= 1 && !r.is_empty() {
            read.owned_partitions = r.array(topic)?;
        }
        if version >= 2 && !r.is_empty() {
            read.generation_id = known(r.i32()?);
        }
        if version >= 3 && !r.is_empty() {
            read.rack_id = r.opt_string()?.filter(|rack| !rack.is_empty());
        }
        Ok(read)
    }
}

impl<'a> Assignment<'a> {
    /// No bytes are an empty assignment, bytes of another format `None`.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::default());
        }
        Self::try_read(&mut Reader::new(bytes, false)).ok()
    }

    fn try_read(r: &mut Reader<'a>) -> Read<Self> {
        version(r)?;
        let mut read = Self::default();
        if !r.is_empty() {
            read.assigned_partitions = r.array(topic)?;
        }
        if !r.is_empty() {
            read.user_data = r.opt_bytes()?.unwrap_or_default();
        }
        Ok(read)
    }
}

fn version(r: &mut Reader<'_>) -> Read<i16> {
    let version = r.i16()?;
    if version < 0 { Err(Malformed::NegativeVersion) } else { Ok(version) }
}

fn topic<'a>(r: &mut Reader<'a>) -> Read<TopicPartitions<'a>> {
    Ok(TopicPartitions { topic: r.string()?, partitions: r.i32s()? })
}
