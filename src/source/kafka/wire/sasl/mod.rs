//! Proving who asks: PLAIN and SCRAM inside Kafka's `SaslHandshake` and `SaslAuthenticate`.
//!
//! User names and passwords are used as the UTF-8 bytes that were given, without `SASLprep`: Kafka's
//! own clients, `kafka-configs` (which stores the SCRAM credentials) and librdkafka do the same, and
//! preparing them here would refuse passwords that work there.
//!
//! A connection that is greeted and one that is in use authenticate in the same way: what carries the
//! messages is a [`Carrier`]. `session` says when that has to be done again.

mod scram;
mod session;

use std::time::Duration;

use secrecy::ExposeSecret;

use self::scram::{Hash, Scram};
pub(super) use self::session::Session;
use super::config::{Mechanism, Sasl};
use super::error::WireErrorKind;
use super::kafka_error::KafkaError;
use super::requests::Question;
use super::requests::sasl::{AskMechanism, AskProof, Proof};
use super::versions::Versions;

/// Carries one question at a time, with none of another kind between them.
pub(super) trait Carrier {
    /// Asks, and waits for the answer.
    async fn ask<Q: Question>(
        &mut self,
        question: &Q,
        version: i16,
    ) -> Result<Q::Answer, WireErrorKind>;
}

/// Authenticates; tells how long the connection may be used, `None` for ever.
async fn authenticate(
    carrier: &mut impl Carrier,
    versions: &Versions,
    sasl: &Sasl,
) -> Result<Option<Duration>, WireErrorKind> {
    let question = AskMechanism(sasl.mechanism);
    let offered = carrier.ask(&question, versions.choose::<AskMechanism>()?).await?;
    match offered.error {
        0 => {}
        KafkaError::ILLEGAL_SASL_STATE => return Err(WireErrorKind::NoSasl),
        KafkaError::UNSUPPORTED_SASL_MECHANISM => {
            return Err(WireErrorKind::Mechanism {
                wanted: sasl.mechanism,
                offered: offered.mechanisms.into(),
            });
        }
        code => return Err(WireErrorKind::Kafka(KafkaError::new(code))),
    }
    let mut speaking = Speaking { carrier, version: versions.choose::<AskProof>()?, sasl };
    match sasl.mechanism {
        Mechanism::Plain => speaking.plain().await,
        Mechanism::ScramSha256 => speaking.scram(Hash::Sha256).await,
        Mechanism::ScramSha512 => speaking.scram(Hash::Sha512).await,
    }
}

struct Speaking<'a, C> {
    carrier: &'a mut C,
    version: i16,
    sasl: &'a Sasl,
}

impl<C: Carrier> Speaking<'_, C> {
    /// RFC 4616: authorization identity (empty: the same), user name, password.
    async fn plain(&mut self) -> Result<Option<Duration>, WireErrorKind> {
        let password = self.sasl.password.expose_secret();
        let message = ["", &self.sasl.username, password].join("\0");
        Ok(self.say(message.into_bytes()).await?.session)
    }

    async fn scram(&mut self, hash: Hash) -> Result<Option<Duration>, WireErrorKind> {
        let distrust = |error: scram::ScramError| WireErrorKind::BrokerNotAuthentic {
            mechanism: self.sasl.mechanism,
            detail: error.to_string().into(),
        };
        let nonce = scram::nonce().map_err(distrust)?;
        let scram = Scram::new(hash, &self.sasl.username, nonce);
        let challenge = self.say(scram.first_message().into_bytes()).await?.bytes;
        let password = self.sasl.password.clone();
        // Thousands of hash rounds by design: not on a thread that drives other connections.
        let reply = tokio::task::spawn_blocking(move || {
            scram.answer(&challenge, password.expose_secret().as_bytes())
        });
        let mechanism = self.sasl.mechanism;
        let distrust = |error: scram::ScramError| WireErrorKind::BrokerNotAuthentic {
            mechanism,
            detail: error.to_string().into(),
        };
        let reply =
            reply.await.map_err(|_runtime_ends| WireErrorKind::Closed)?.map_err(distrust)?;
        let last = self.say(reply.message.clone().into_bytes()).await?;
        reply.verify(&last.bytes).map_err(distrust)?;
        Ok(last.session)
    }

    async fn say(&mut self, message: Vec<u8>) -> Result<Proof, WireErrorKind> {
        let answer = self.carrier.ask(&AskProof(message), self.version).await?;
        answer.map_err(|error| match error.code() {
            KafkaError::SASL_AUTHENTICATION_FAILED => WireErrorKind::Authentication {
                mechanism: self.sasl.mechanism,
                message: error.message().map_or_else(|| error.to_string(), words).into(),
            },
            _ => WireErrorKind::Kafka(error),
        })
    }
}

/// Kafka begins its message with what the error's sentence says already.
fn words(message: &str) -> String {
    message.strip_prefix("Authentication failed: ").unwrap_or(message).to_owned()
}
