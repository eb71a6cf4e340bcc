//! Why a question got no answer, in one clear sentence each.
//!
//! Errors of single items inside an answer are [`KafkaError`]. Secrets never enter an error. Text
//! that came from a broker or a resolver is kept as it came: escape it before it reaches a
//! terminal. May import the plain types of this folder alone.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::kafka_error::KafkaError;
use super::login::{Mechanism, NoToken};

/// A question that could not be asked or answered: what was tried, on whom, and why it failed.
///
/// Cheap to clone: one lost connection is the error of every question that was waiting on it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot {operation} {subject}: {kind}")]
pub struct WireError {
    /// The verb phrase: `connect to`, `list groups of`.
    pub operation: &'static str,
    /// The broker or the address: `broker 2 (kafka2:9092)`.
    pub subject: Arc<str>,
    /// The reason.
    pub kind: WireErrorKind,
}

/// The reason of a [`WireError`].
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum WireErrorKind {
    /// The configuration cannot work: an unreadable file, a wrong key password.
    #[error("{0}")]
    Config(Arc<str>),
    /// The resolver does not know the host.
    #[error("the name {host} does not resolve ({detail})")]
    Unresolved {
        /// The name.
        host: Arc<str>,
        /// The resolver's words.
        detail: Arc<str>,
    },
    /// Nothing listens there.
    #[error("connection refused: nothing listens there")]
    Refused,
    /// Any other failure of the network below TLS.
    #[error("the network failed ({0})")]
    Network(Arc<str>),
    /// The connection was not ready in time.
    #[error("not connected within {after:?} ({stage})")]
    ConnectTimeout {
        /// The limit that passed.
        after: Duration,
        /// What was being waited for.
        stage: Stage,
    },
    /// The TLS handshake failed.
    #[error("TLS handshake failed: {0}")]
    Tls(TlsFailure),
    /// Plaintext was spoken and the listener hung up, or answered with a TLS record.
    #[error("the broker closed the connection during the handshake: it probably speaks TLS")]
    SpeaksTls,
    /// TLS was spoken and the listener hung up, or answered with something else.
    #[error("the broker does not answer in TLS: it probably speaks plaintext")]
    SpeaksPlaintext,
    /// No SASL was spoken and the broker hung up at the first real question.
    #[error("the broker closed the connection at the first request: it probably requires SASL")]
    WantsSasl,
    /// SASL was spoken and the listener does not know it.
    #[error("the listener does not use SASL")]
    NoSasl,
    /// The broker does not offer the mechanism.
    #[error("the broker does not offer SASL mechanism {wanted}; it offers {}", list(.offered))]
    Mechanism {
        /// What was asked for.
        wanted: Mechanism,
        /// What the broker offers.
        offered: Arc<[Arc<str>]>,
    },
    /// The broker refused the credentials.
    #[error("authentication failed ({mechanism}): {message}")]
    Authentication {
        /// How the client tried to prove itself.
        mechanism: Mechanism,
        /// The broker's words.
        message: Arc<str>,
    },
    /// There is no token to show to the broker.
    #[error("no token: {0}")]
    NoToken(NoToken),
    /// The broker could not prove (SCRAM) that it knows the password: it may be an impostor.
    #[error("the broker failed to prove its identity ({mechanism}): {detail}")]
    BrokerNotAuthentic {
        /// The mechanism.
        mechanism: Mechanism,
        /// What was wrong with its proof.
        detail: Arc<str>,
    },
    /// No answer within the question's deadline.
    #[error("no answer within {after:?}")]
    Timeout {
        /// The limit that passed.
        after: Duration,
    },
    /// The broker asked to be left alone (KIP-219) for longer than the deadline allows.
    #[error("throttled by the broker for another {remaining:?}")]
    Throttled {
        /// How long it still wants no questions.
        remaining: Duration,
    },
    /// The connection ended while the question waited.
    #[error("the connection was lost ({0})")]
    Lost(Arc<str>),
    /// Broker and client share no version of the request.
    #[error("the broker does not support {api} in versions {} to {}{}", .ours.0, .ours.1, speaks(*.theirs))]
    UnsupportedVersion {
        /// Kafka's name of the request.
        api: Arc<str>,
        /// What this client speaks.
        ours: (i16, i16),
        /// What the broker speaks; `None`: does not know the request at all.
        theirs: Option<(i16, i16)>,
    },
    /// The bytes are not what the protocol says. The connection was closed.
    #[error("malformed answer ({0})")]
    Malformed(Arc<str>),
    /// The question cannot be written: a name is longer than the protocol allows.
    #[error("the question cannot be written ({0})")]
    Unwritable(Arc<str>),
    /// The answer is larger than the configured limit. The connection was closed.
    #[error("answer of {announced} bytes is larger than the limit of {limit}")]
    TooLarge {
        /// What the broker announced.
        announced: usize,
        /// `max_response_bytes`.
        limit: usize,
    },
    /// The broker answered, with an error about the whole answer.
    #[error("{0}")]
    Kafka(KafkaError),
    /// The cluster's metadata does not name this broker.
    #[error("the cluster's metadata does not name this broker (stopped, or removed)")]
    UnknownBroker,
    /// None of several bootstrap servers could be used.
    #[error("none of the bootstrap servers can be used: {}", reasons(.0))]
    Bootstrap(Arc<[WireError]>),
    /// The client was dropped.
    #[error("the client was closed")]
    Closed,
}

/// What a dial was doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Asking the resolver.
    Resolve,
    /// Waiting for TCP.
    Tcp,
    /// In the TLS handshake.
    Tls,
    /// Waiting for the answer to `ApiVersions`.
    Versions,
    /// Waiting for a token that proves who asks.
    Token,
    /// Proving who asks.
    Sasl,
    /// Waiting for the cluster's metadata.
    Metadata,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolve => "waiting for the name to resolve",
            Self::Tcp => "waiting for TCP",
            Self::Tls => "waiting in the TLS handshake",
            Self::Versions => "waiting for the broker's first answer",
            Self::Token => "waiting for a token",
            Self::Sasl => "waiting in SASL authentication",
            Self::Metadata => "waiting for the cluster's metadata",
        })
    }
}

/// Why a TLS handshake failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsFailure {
    /// The certificate's authority is not trusted.
    #[error("the broker's certificate is not signed by a trusted authority ({0})")]
    UnknownAuthority(Arc<str>),
    /// The certificate names another host.
    #[error("the broker's certificate does not name {0}")]
    HostnameMismatch(Arc<str>),
    /// The certificate is not valid now.
    #[error("the broker's certificate is not valid now ({0})")]
    NotValidNow(Arc<str>),
    /// The certificate is wrong in another way.
    #[error("the broker's certificate was not accepted ({0})")]
    Certificate(Arc<str>),
    /// The broker wants a client certificate and none is configured.
    #[error("the broker asks for a client certificate")]
    CertificateRequired,
    /// The broker does not accept the client certificate that was presented.
    #[error("the broker does not accept the client certificate ({0})")]
    CertificateRefused(Arc<str>),
    /// Broker and client share no version or cipher.
    #[error("no TLS version or cipher in common ({0})")]
    NothingInCommon(Arc<str>),
    /// Anything else, in OpenSSL's words.
    #[error("{0}")]
    Other(Arc<str>),
}

impl WireErrorKind {
    /// Whether no other broker of the cluster needs to be tried: a wrong password is wrong everywhere, as
    /// is a missing token, and some clusters lock accounts out.
    #[must_use]
    pub const fn is_everywhere(&self) -> bool {
        matches!(
            self,
            Self::Config(_)
                | Self::Authentication { .. }
                | Self::NoToken(_)
                | Self::Mechanism { .. }
        )
    }

    /// As [`WireError::needs_a_person`].
    #[must_use]
    pub fn needs_a_person(&self) -> bool {
        match self {
            Self::Config(_)
            | Self::Tls(_)
            | Self::SpeaksTls
            | Self::SpeaksPlaintext
            | Self::WantsSasl
            | Self::NoSasl
            | Self::Mechanism { .. }
            | Self::Authentication { .. }
            | Self::BrokerNotAuthentic { .. }
            | Self::UnsupportedVersion { .. } => true,
            Self::NoToken(why) => why.needs_a_person,
            Self::Kafka(error) => error.is_authorization(),
            Self::Bootstrap(errors) => errors.iter().all(WireError::needs_a_person),
            _ => false,
        }
    }
}

impl WireError {
    pub(super) fn new(operation: &'static str, subject: Arc<str>, kind: WireErrorKind) -> Self {
        Self { operation, subject, kind }
    }

    /// Whether only a person can put it right (configuration, credentials, certificates), so that
    /// trying again soon is of little use.
    #[must_use]
    pub fn needs_a_person(&self) -> bool {
        self.kind.needs_a_person()
    }

    /// Whether the broker could not be reached or did not answer, as opposed to having answered
    /// something.
    #[must_use]
    pub const fn is_connection(&self) -> bool {
        use WireErrorKind as Kind;
        !matches!(
            self.kind,
            Kind::Kafka(_) | Kind::UnsupportedVersion { .. } | Kind::Throttled { .. }
        )
    }
}

fn list(names: &[Arc<str>]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn speaks(range: Option<(i16, i16)>) -> String {
    range.map_or_else(String::new, |(min, max)| format!(" (it speaks {min} to {max})"))
}

fn reasons(errors: &[WireError]) -> String {
    let each: Vec<String> =
        errors.iter().map(|error| format!("{}: {}", error.subject, error.kind)).collect();
    each.join("; ")
}
