//! Why records could not be read, in words that say what to do. Names are unescaped.

use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode as Code;

use crate::model::number::span;
use crate::model::peek::LONGEST;
use crate::model::{Fault, TopicPartition};

/// Not even its name may be known.
pub(super) fn hidden(of: &TopicPartition) -> Fault {
    let topic = of.topic.as_str();
    let text =
        format!("the topic {topic} may not be seen: READ on it is needed, which includes DESCRIBE");
    Fault::new("TOPIC_AUTHORIZATION_FAILED", &text)
}

pub(super) fn missing(of: &TopicPartition) -> Fault {
    let text = format!("there is no {}/{} (any more)", of.topic.as_str(), of.partition);
    Fault::new("UNKNOWN_TOPIC_OR_PARTITION", &text)
}

pub(super) fn leaderless(of: &TopicPartition) -> Fault {
    let (topic, partition) = (of.topic.as_str(), of.partition);
    let text = format!("{topic}/{partition} has no leader now: nobody can read it");
    Fault::new("LEADER_NOT_AVAILABLE", &text)
}

/// Nothing came in time; with what librdkafka last complained about.
pub(super) fn nothing_came(last: Option<&KafkaError>) -> Fault {
    let why = last.and_then(KafkaError::rdkafka_error_code);
    let why = why.map(|code| format!(" ({code})")).unwrap_or_default();
    let text = format!("no record came within {}{why}; try again", span(LONGEST));
    Fault::new("REQUEST_TIMED_OUT", &text)
}

/// The thread could not be had, or died.
pub(super) fn no_reader(why: &str) -> Fault {
    Fault::new("READER_ENDED", &format!("the thread that reads ended ({why})"))
}

/// What librdkafka says where reading had come to `offset`.
pub(super) fn of(error: &KafkaError, of: &TopicPartition, offset: i64) -> Fault {
    let topic = of.topic.as_str();
    let at = format!("what is stored from offset {offset} on");
    let (name, text) = match error.rdkafka_error_code() {
        Some(Code::TopicAuthorizationFailed) => (
            "TOPIC_AUTHORIZATION_FAILED",
            format!("the topic {topic} may not be read: READ on it is needed"),
        ),
        Some(Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition) => {
            return missing(of);
        }
        Some(Code::OffsetOutOfRange | Code::AutoOffsetReset) => (
            "OFFSET_OUT_OF_RANGE",
            format!("offset {offset} left the log meanwhile (retention, or a new log); try again"),
        ),
        Some(Code::BadMessage) => (
            "CORRUPT_MESSAGE",
            format!("{at} is damaged (its checksum is wrong): consumers that check it stop here"),
        ),
        Some(Code::BadCompression) => {
            ("CORRUPT_MESSAGE", format!("{at} cannot be decompressed: consumers stop here"))
        }
        Some(Code::NotImplemented) => (
            "UNSUPPORTED_COMPRESSION_TYPE",
            format!(
                "{at} is in a format that lagtop cannot read; it knows gzip, snappy, lz4, zstd"
            ),
        ),
        Some(code) => {
            return Fault::new(&format!("{code:?}"), &format!("reading ended ({code})"));
        }
        None => ("READER_FAILED", format!("reading failed ({error})")),
    };
    Fault::new(name, &text)
}
