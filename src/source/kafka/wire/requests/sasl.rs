//! `SaslHandshake` and `SaslAuthenticate` (KIP-43, KIP-152): the mechanism's messages inside
//! Kafka's frames, so that a refusal comes back as an error with words.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::messages::{ApiKey, SaslAuthenticateRequest, SaslHandshakeRequest};

use super::{Answered, Question, text};
use crate::source::kafka::wire::decode::{Malformed, Reader};
use crate::source::kafka::wire::kafka_error::KafkaError;
use crate::source::kafka::wire::login::Mechanism;

pub(in crate::source::kafka::wire) struct AskMechanism(
    pub(in crate::source::kafka::wire) Mechanism,
);

/// Error code, and the mechanisms that the listener offers.
pub(in crate::source::kafka::wire) struct Offered {
    pub(in crate::source::kafka::wire) error: i16,
    pub(in crate::source::kafka::wire) mechanisms: Vec<Arc<str>>,
}

impl Question for AskMechanism {
    type Message = SaslHandshakeRequest;
    type Answer = Offered;
    const OPERATION: &'static str = "authenticate with";
    const KEY: ApiKey = ApiKey::SaslHandshake;
    const VERSIONS: (i16, i16) = (1, 1);

    fn message(&self, _version: i16) -> Self::Message {
        SaslHandshakeRequest::default().with_mechanism(text(self.0.name()))
    }

    fn read(r: &mut Reader<'_>, _version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let error = r.i16()?;
        let mechanisms = r.array(Reader::name)?;
        Ok(Answered::new(0, Offered { error, mechanisms }))
    }
}

/// One message of the mechanism; holds the password for PLAIN, so it is never shown.
pub(in crate::source::kafka::wire) struct AskProof(pub(in crate::source::kafka::wire) Vec<u8>);

/// The broker's side of the mechanism.
pub(in crate::source::kafka::wire) struct Proof {
    pub(in crate::source::kafka::wire) bytes: Vec<u8>,
    /// How long the connection may be used; `None` for ever (KIP-368, version 1).
    pub(in crate::source::kafka::wire) session: Option<Duration>,
}

impl Question for AskProof {
    type Message = SaslAuthenticateRequest;
    type Answer = Result<Proof, KafkaError>;
    const OPERATION: &'static str = "authenticate with";
    const KEY: ApiKey = ApiKey::SaslAuthenticate;
    const VERSIONS: (i16, i16) = (0, 2);

    fn message(&self, _version: i16) -> Self::Message {
        SaslAuthenticateRequest::default().with_auth_bytes(Bytes::copy_from_slice(&self.0))
    }

    fn read(r: &mut Reader<'_>, version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let error = r.i16()?;
        let message = r.opt_string()?;
        let bytes = r.bytes()?.to_vec();
        let session = if version >= 1 { u64::try_from(r.i64()?).unwrap_or(0) } else { 0 };
        r.tags()?;
        let answer = if error == 0 {
            let session = (session > 0).then(|| Duration::from_millis(session));
            Ok(Proof { bytes, session })
        } else {
            Err(KafkaError::with_message(error, message))
        };
        Ok(Answered::new(0, answer))
    }
}
