//! Proving who asks: PLAIN, SCRAM and OAUTHBEARER inside Kafka's `SaslHandshake` and
//! `SaslAuthenticate`.
//!
//! User names and passwords are used as the UTF-8 bytes that were given, without `SASLprep`: Kafka's
//! own clients, `kafka-configs` (which stores the SCRAM credentials) and librdkafka do the same, and
//! preparing them here would refuse passwords that work there.
//!
//! A connection that is greeted and one that is in use authenticate in the same way: what carries the
//! messages is a [`Carrier`]. `session` says when that has to be done again.

mod bearer;
mod scram;
mod session;

use std::time::Duration;

use secrecy::ExposeSecret;

use self::scram::{Hash, Scram};
pub(super) use self::session::Session;
use super::error::WireErrorKind;
use super::kafka_error::KafkaError;
use super::login::{Login, Mechanism, Sasl, Token};
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

/// What is shown to a broker now.
pub(super) enum Credentials<'a> {
    Plain(&'a Login),
    Scram(Hash, &'a Login),
    Token(Token),
}

impl<'a> Credentials<'a> {
    /// Waits where a token must be had first.
    pub(super) async fn of(sasl: &'a Sasl) -> Result<Self, WireErrorKind> {
        Ok(match sasl {
            Sasl::Plain(login) => Self::Plain(login),
            Sasl::ScramSha256(login) => Self::Scram(Hash::Sha256, login),
            Sasl::ScramSha512(login) => Self::Scram(Hash::Sha512, login),
            Sasl::OAuthBearer(source) => {
                Self::Token(source.token().await.map_err(WireErrorKind::NoToken)?)
            }
        })
    }
}

impl Credentials<'_> {
    /// When a token ends.
    pub(super) fn expire_ms(&self) -> Option<i64> {
        match self {
            Self::Token(token) => Some(token.expires_ms),
            Self::Plain(_) | Self::Scram(..) => None,
        }
    }
}

/// Authenticates; tells how long the connection may be used, `None` for ever.
async fn authenticate(
    carrier: &mut impl Carrier,
    versions: &Versions,
    mechanism: Mechanism,
    credentials: Credentials<'_>,
) -> Result<Option<Duration>, WireErrorKind> {
    let question = AskMechanism(mechanism);
    let offered = carrier.ask(&question, versions.choose::<AskMechanism>()?).await?;
    match offered.error {
        0 => {}
        KafkaError::ILLEGAL_SASL_STATE => return Err(WireErrorKind::NoSasl),
        KafkaError::UNSUPPORTED_SASL_MECHANISM => {
            let offered = offered.mechanisms.into();
            return Err(WireErrorKind::Mechanism { wanted: mechanism, offered });
        }
        code => return Err(WireErrorKind::Kafka(KafkaError::new(code))),
    }
    let version = versions.choose::<AskProof>()?;
    let mut speaking = Speaking { carrier, version, mechanism };
    match credentials {
        Credentials::Plain(login) => speaking.plain(login).await,
        Credentials::Scram(hash, login) => speaking.scram(hash, login).await,
        Credentials::Token(token) => speaking.bearer(&token).await,
    }
}

struct Speaking<'a, C> {
    carrier: &'a mut C,
    version: i16,
    mechanism: Mechanism,
}

impl<C: Carrier> Speaking<'_, C> {
    /// RFC 4616: authorization identity (empty: the same), user name, password.
    async fn plain(&mut self, login: &Login) -> Result<Option<Duration>, WireErrorKind> {
        let message = ["", &login.username, login.password.expose_secret()].join("\0");
        Ok(self.say(message.into_bytes()).await?.session)
    }

    async fn scram(
        &mut self,
        hash: Hash,
        login: &Login,
    ) -> Result<Option<Duration>, WireErrorKind> {
        let mechanism = self.mechanism;
        let distrust = |error: scram::ScramError| WireErrorKind::BrokerNotAuthentic {
            mechanism,
            detail: error.to_string().into(),
        };
        let nonce = scram::nonce().map_err(distrust)?;
        let scram = Scram::new(hash, &login.username, nonce);
        let challenge = self.say(scram.first_message().into_bytes()).await?.bytes;
        let password = login.password.clone();
        // Thousands of hash rounds by design: not on a thread that drives other connections.
        let reply = tokio::task::spawn_blocking(move || {
            scram.answer(&challenge, password.expose_secret().as_bytes())
        });
        let reply =
            reply.await.map_err(|_runtime_ends| WireErrorKind::Closed)?.map_err(distrust)?;
        let last = self.say(reply.message.clone().into_bytes()).await?;
        reply.verify(&last.bytes).map_err(distrust)?;
        Ok(last.session)
    }

    /// One message, unless the broker has objections: it tells them, hears that they were heard, and
    /// only then refuses.
    async fn bearer(&mut self, token: &Token) -> Result<Option<Duration>, WireErrorKind> {
        let message = bearer::first_message(token);
        let answer = self.say(message.expose_secret().as_bytes().to_vec()).await?;
        if answer.bytes.is_empty() {
            return Ok(answer.session);
        }
        self.say(bearer::acknowledgement()).await?;
        let message = bearer::words(&String::from_utf8_lossy(&answer.bytes));
        Err(self.refused(&message))
    }

    async fn say(&mut self, message: Vec<u8>) -> Result<Proof, WireErrorKind> {
        let answer = self.carrier.ask(&AskProof(message), self.version).await?;
        answer.map_err(|error| match error.code() {
            KafkaError::SASL_AUTHENTICATION_FAILED => {
                self.refused(&error.message().map_or_else(|| error.to_string(), str::to_owned))
            }
            _ => WireErrorKind::Kafka(error),
        })
    }

    /// Kafka begins its message with what the error's sentence says already.
    fn refused(&self, message: &str) -> WireErrorKind {
        let message = message.strip_prefix("Authentication failed: ").unwrap_or(message);
        let message = match self.mechanism {
            Mechanism::OAuthBearer => bearer::words(message),
            Mechanism::Plain | Mechanism::ScramSha256 | Mechanism::ScramSha512 => {
                message.to_owned()
            }
        };
        WireErrorKind::Authentication { mechanism: self.mechanism, message: message.into() }
    }
}
