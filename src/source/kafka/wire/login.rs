//! Who asks, and how that is proven: a user with a password, or a bearer of tokens.
//!
//! Where tokens come from is not this client's business: it asks a [`TokenSource`] whenever it needs
//! one, which is for each connection and again before its session ends.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use secrecy::SecretString;

/// SASL, by its mechanism.
#[derive(Debug, Clone)]
pub enum Sasl {
    /// RFC 4616: the password itself; only sensible inside TLS.
    Plain(Login),
    /// RFC 7677.
    ScramSha256(Login),
    /// The same with SHA-512, as Kafka names it.
    ScramSha512(Login),
    /// RFC 7628.
    OAuthBearer(Arc<dyn TokenSource>),
}

impl Sasl {
    /// The mechanism alone.
    #[must_use]
    pub const fn mechanism(&self) -> Mechanism {
        match self {
            Self::Plain(_) => Mechanism::Plain,
            Self::ScramSha256(_) => Mechanism::ScramSha256,
            Self::ScramSha512(_) => Mechanism::ScramSha512,
            Self::OAuthBearer(_) => Mechanism::OAuthBearer,
        }
    }
}

/// A user and a password.
#[derive(Debug, Clone)]
pub struct Login {
    /// User name.
    pub username: String,
    /// Password.
    pub password: SecretString,
}

/// A SASL mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// With a password that crosses the wire.
    Plain,
    /// With a password that does not.
    ScramSha256,
    /// The same with SHA-512.
    ScramSha512,
    /// With a token.
    OAuthBearer,
}

impl Mechanism {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Gives tokens. Asked often and by many at once, so it keeps what still holds.
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// A token that holds for a while yet.
    fn token(&self) -> TokenFuture<'_>;

    /// The token that was given last, if it still holds. Never waits.
    fn held(&self) -> Option<Token>;
}

/// What a [`TokenSource`] will give.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<Token, NoToken>> + Send + 'a>>;

/// What proves to a broker who asks.
#[derive(Debug, Clone)]
pub struct Token {
    /// As RFC 6750 has it: letters, digits, `-._~+/` and `=`.
    pub value: SecretString,
    /// What the broker is told beside it (RFC 7628 section 3.1): names of letters, and values that can
    /// be printed.
    pub extensions: Arc<[(String, String)]>,
    /// Milliseconds since the Unix epoch after which it is of no use.
    pub expires_ms: i64,
}

/// Why there is no token: a sentence without its end, as `the token endpoint … cannot be reached`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct NoToken {
    /// The reason.
    pub why: Arc<str>,
    /// Whether only a person can put it right.
    pub needs_a_person: bool,
}
