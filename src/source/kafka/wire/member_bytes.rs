//! The bytes that clients put into a classic group: subscription and assignment of the `consumer`
//! protocol.
//!
//! Clients of many hands write them, so reading is lenient: a version above 3 only appends and is
//! read as 3; where the bytes end at the border of a field, the remaining fields take their
//! defaults; bytes that are not this format give `None` and spoil nothing else. Source:
//! `ConsumerProtocolSubscription.json`, `ConsumerProtocolAssignment.json`, always in the classic
//! encoding.

use std::sync::Arc;

use super::decode::{Malformed, Reader, known_i32};
use super::requests::TopicPartitions;

/// What a member told when it joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subscription {
    /// Names it subscribed to; patterns are already resolved.
    pub topics: Vec<Arc<str>>,
    /// What it held when it joined (cooperative assignors).
    pub owned: Vec<TopicPartitions>,
    /// The generation in which it held them.
    pub generation: Option<i32>,
    /// `client.rack`.
    pub rack: Option<Arc<str>>,
}

/// Reads a subscription; `None` for no bytes, or bytes of another format.
pub(super) fn subscription(bytes: &[u8]) -> Option<Subscription> {
    if bytes.is_empty() {
        return None;
    }
    read_subscription(&mut Reader::new(bytes, false)).ok()
}

/// Reads an assignment; no bytes are an empty one, bytes of another format `None`.
pub(super) fn assignment(bytes: &[u8]) -> Option<Vec<TopicPartitions>> {
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    read_assignment(&mut Reader::new(bytes, false)).ok()
}

fn read_subscription(r: &mut Reader<'_>) -> Result<Subscription, Malformed> {
    let version = version(r)?;
    let mut read = Subscription { topics: r.array(Reader::name)?, ..Subscription::default() };
    if !r.is_empty() {
        r.bytes()?; // The assignor's own data.
    }
    if version >= 1 && !r.is_empty() {
        read.owned = r.array(topic)?;
    }
    if version >= 2 && !r.is_empty() {
        read.generation = known_i32(r.i32()?);
    }
    if version >= 3 && !r.is_empty() {
        read.rack = r.opt_name()?.filter(|rack| !rack.is_empty());
    }
    Ok(read)
}

fn read_assignment(r: &mut Reader<'_>) -> Result<Vec<TopicPartitions>, Malformed> {
    version(r)?;
    if r.is_empty() { Ok(Vec::new()) } else { r.array(topic) }
}

fn version(r: &mut Reader<'_>) -> Result<i16, Malformed> {
    let version = r.i16()?;
    if version < 0 { Err(Malformed("a version is negative")) } else { Ok(version) }
}

fn topic(r: &mut Reader<'_>) -> Result<TopicPartitions, Malformed> {
    Ok(TopicPartitions::new(r.name()?, r.i32s()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOPIC_T: &[u8] = &[0, 0, 0, 1, 0, 1, b't'];

    fn bytes(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }

    #[test]
    fn every_field_border_is_a_valid_end() {
        let version = [0, 9];
        let user_data = [0xff, 0xff, 0xff, 0xff];
        let owned = [0, 0, 0, 1, 0, 1, b't', 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 5];
        let generation = [0, 0, 0, 7];
        let rack = [0, 2, b'r', b'1'];
        let parts: [&[u8]; 6] = [&version, TOPIC_T, &user_data, &owned, &generation, &rack];
        for count in 2..=parts.len() {
            let read = subscription(&bytes(&parts[..count])).unwrap();
            assert_eq!(read.topics, ["t".into()]);
            assert_eq!(read.owned.is_empty(), count < 4);
            assert_eq!(read.generation, (count >= 5).then_some(7));
            assert_eq!(read.rack.as_deref(), (count >= 6).then_some("r1"));
        }
        let owned = subscription(&bytes(&parts)).unwrap().owned;
        assert_eq!(owned, [TopicPartitions::new("t", vec![0, 5])]);
    }

    #[test]
    fn fields_of_a_higher_version_are_not_read_into_a_lower_one() {
        let appended = bytes(&[&[0, 0], TOPIC_T, &[0xff; 4], &[1, 2, 3]]);
        assert_eq!(subscription(&appended).unwrap().owned, []);
    }

    #[test]
    fn nothing_is_nothing_and_other_bytes_are_none() {
        assert_eq!(subscription(&[]), None);
        assert_eq!(assignment(&[]), Some(vec![]));
        assert_eq!(assignment(&[0, 1]), Some(vec![]));
        assert_eq!(assignment(b"connect!"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = subscription(&bytes);
            let _ = assignment(&bytes);
        }
    }
}
