//! Errors of the wire client as faults that people read in a cell.

use crate::model::Fault;
use crate::source::kafka::wire::{KafkaError, WireError, WireErrorKind};

/// A question that got no answer.
pub(in crate::source::kafka) fn of_wire(error: &WireError) -> Fault {
    use WireErrorKind as Kind;
    let code = match &error.kind {
        Kind::Kafka(kafka) => return of_kafka(kafka),
        Kind::Config(_) => "CONFIGURATION",
        Kind::Unresolved { .. } => "NAME_NOT_RESOLVED",
        Kind::Refused => "CONNECTION_REFUSED",
        Kind::ConnectTimeout { .. } => "CONNECT_TIMED_OUT",
        Kind::Tls(_) => "TLS_FAILED",
        Kind::SpeaksTls => "BROKER_SPEAKS_TLS",
        Kind::SpeaksPlaintext => "BROKER_SPEAKS_PLAINTEXT",
        Kind::WantsSasl => "BROKER_WANTS_SASL",
        Kind::NoSasl => "BROKER_WITHOUT_SASL",
        Kind::Mechanism { .. } => "SASL_MECHANISM_NOT_OFFERED",
        Kind::Authentication { .. } => "AUTHENTICATION_FAILED",
        Kind::NoToken(_) => "NO_TOKEN",
        Kind::BrokerNotAuthentic { .. } => "BROKER_NOT_AUTHENTIC",
        Kind::Timeout { .. } => "REQUEST_TIMED_OUT",
        Kind::Throttled { .. } => "THROTTLED",
        Kind::UnsupportedVersion { .. } => "UNSUPPORTED_VERSION",
        Kind::Malformed(_) | Kind::TooLarge { .. } => "MALFORMED_ANSWER",
        Kind::UnknownBroker => "BROKER_NOT_IN_METADATA",
        Kind::Bootstrap(_) => "NO_BOOTSTRAP_SERVER",
        _ => "CONNECTION_LOST",
    };
    Fault::new(code, &error.to_string())
}

/// An error about one group, topic or partition.
pub(in crate::source::kafka) fn of_kafka(error: &KafkaError) -> Fault {
    Fault::new(error.name(), &error.to_string())
}
