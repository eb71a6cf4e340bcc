//! An error that a broker put into an answer: about the whole answer, or one group, topic or
//! partition in it.
//!
//! May import the table of names; must never hide a code it does not know.

use std::fmt;
use std::sync::Arc;

use super::kafka_error_names::{CODES, Code};

/// What a broker says went wrong with one item.
///
/// Displayed as Kafka's name and a few words: `GROUP_AUTHORIZATION_FAILED (not allowed to describe
/// this group)`. The broker's own message, where it sent one, replaces the words. It comes from the
/// network: escape it before it reaches a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KafkaError {
    code: i16,
    message: Option<Arc<str>>,
}

impl KafkaError {
    /// The coordinator is still loading its groups.
    pub const COORDINATOR_LOAD_IN_PROGRESS: i16 = 14;
    /// The coordinator is not available.
    pub const COORDINATOR_NOT_AVAILABLE: i16 = 15;
    /// DESCRIBE on the group is missing.
    pub const GROUP_AUTHORIZATION_FAILED: i16 = 30;
    /// No such group, or a group of another type.
    pub const GROUP_ID_NOT_FOUND: i16 = 69;
    /// SASL where none is expected.
    pub const ILLEGAL_SASL_STATE: i16 = 34;
    /// Another broker coordinates the group.
    pub const NOT_COORDINATOR: i16 = 16;
    /// Another broker leads the partition.
    pub const NOT_LEADER_OR_FOLLOWER: i16 = 6;
    /// Wrong user name or password.
    pub const SASL_AUTHENTICATION_FAILED: i16 = 58;
    /// DESCRIBE on the topic is missing.
    pub const TOPIC_AUTHORIZATION_FAILED: i16 = 29;
    /// No such topic or partition, or not allowed to see it.
    pub const UNKNOWN_TOPIC_OR_PARTITION: i16 = 3;
    /// The listener does not offer the mechanism.
    pub const UNSUPPORTED_SASL_MECHANISM: i16 = 33;
    /// The broker does not know the version of the request.
    pub const UNSUPPORTED_VERSION: i16 = 35;

    /// An error by its code alone.
    #[must_use]
    pub const fn new(code: i16) -> Self {
        Self { code, message: None }
    }

    /// An error with what the broker said about it; an empty message counts as none.
    #[must_use]
    pub fn with_message(code: i16, message: Option<Arc<str>>) -> Self {
        Self { code, message: message.filter(|text| !text.is_empty()) }
    }

    /// `Ok` for code 0.
    pub(super) fn check(code: i16) -> Result<(), Self> {
        if code == 0 { Ok(()) } else { Err(Self::new(code)) }
    }

    /// The number on the wire.
    #[must_use]
    pub const fn code(&self) -> i16 {
        self.code
    }

    /// Kafka's name of the code; `UNKNOWN` for one that is newer than this client.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.entry().map_or("UNKNOWN", |entry| entry.name)
    }

    /// Whether Kafka calls the error retriable.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        self.entry().is_some_and(|entry| entry.retriable)
    }

    /// Whether a missing permission is the reason.
    #[must_use]
    pub const fn is_authorization(&self) -> bool {
        matches!(self.code, 29 | 30 | 31 | 53 | 65)
    }

    /// The broker's own words, where it sent some.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    fn entry(&self) -> Option<&'static Code> {
        let found = CODES.binary_search_by_key(&self.code, |entry| entry.number).ok()?;
        CODES.get(found)
    }

    /// A few words for people, for the codes that questions about groups and offsets meet.
    fn words(&self) -> Option<&'static str> {
        Some(match self.code {
            -1 => "the broker failed unexpectedly; its log says more",
            3 => "no such topic or partition, or not allowed to see it",
            5 => "the partition has no leader now",
            6 => "asked a broker that no longer leads the partition",
            7 => "the broker did not finish in time",
            9 => "the replica is not available",
            14 => "the coordinator is still loading its groups",
            15 => "the coordinator is not available",
            16 => "asked a broker that no longer coordinates the group",
            17 => "the topic's name is not valid",
            24 => "the group's name is not valid",
            29 => "not allowed to describe this topic",
            30 => "not allowed to describe this group",
            31 => "not allowed to describe the cluster",
            33 => "the broker does not offer this SASL mechanism",
            34 => "the broker did not expect SASL now",
            35 => "the broker does not know this version of the request",
            42 => "the broker calls the request invalid",
            43 => "the topic's message format is too old for this question",
            56 => "the broker cannot read its disk",
            58 => "the user name or the password is wrong",
            69 => "no such group, or a group of another type",
            72 => "the leader has no listener of this name",
            74 => "the partition's leader changed",
            75 => "the broker has not yet heard of the partition's leader",
            78 => "the new leader does not know its log end yet",
            88 => "a transaction holds the group's offsets open",
            89 => "a quota is used up",
            100 => "no topic has this id",
            129 => "the broker asks to start over from the bootstrap servers",
            _ => return None,
        })
    }
}

impl fmt::Display for KafkaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry() {
            Some(entry) => f.write_str(entry.name)?,
            None => write!(f, "error code {}", self.code)?,
        }
        match self.message.as_deref().or_else(|| self.words()) {
            Some(words) => write!(f, " ({words})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for KafkaError {}

#[cfg(test)]
mod tests {
    use kafka_protocol::error::ResponseError;

    use super::*;

    #[test]
    fn the_table_agrees_with_the_protocol() {
        for code in -1..200 {
            let Some(theirs) = ResponseError::try_from_code(code) else { continue };
            let ours = KafkaError::new(code);
            if theirs == ResponseError::Unknown(code) {
                assert_eq!(ours.name(), "UNKNOWN");
                continue;
            }
            let camel: String = ours
                .name()
                .split('_')
                .flat_map(|word| {
                    let (first, rest) = word.split_at(1);
                    [first.to_owned(), rest.to_lowercase()]
                })
                .collect();
            assert_eq!(camel, format!("{theirs:?}"));
            assert_eq!(ours.is_retriable(), theirs.is_retriable(), "{theirs:?}");
        }
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(CODES.is_sorted_by_key(|entry| entry.number));
    }

    #[test]
    fn reads_as_a_name_and_a_few_words() {
        assert_eq!(
            KafkaError::new(30).to_string(),
            "GROUP_AUTHORIZATION_FAILED (not allowed to describe this group)"
        );
        assert_eq!(
            KafkaError::with_message(69, Some("Group g not found.".into())).to_string(),
            "GROUP_ID_NOT_FOUND (Group g not found.)"
        );
        assert_eq!(KafkaError::new(11).to_string(), "STALE_CONTROLLER_EPOCH");
        assert_eq!(KafkaError::new(999).to_string(), "error code 999");
    }
}
