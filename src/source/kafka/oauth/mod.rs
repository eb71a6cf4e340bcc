//! Tokens for OAUTHBEARER: OAuth 2.0 client credentials (RFC 6749 section 4.4), as `OpenID` Connect
//! providers serve them.
//!
//! One fetcher for both clients: the wire client asks it when it authenticates, librdkafka is handed
//! what it gives (librdkafka's own needs libcurl). A token is fetched when it is first needed and again
//! when most of its life is over; while the endpoint does not answer, the one at hand is used as long
//! as it holds. What the token says is the broker's business: only its end is read here.
//!
//! `endpoint` asks (alone in being hyper's client), `answer` reads. Neither the secret nor a token ever
//! enters an error.

mod answer;
mod endpoint;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use self::answer::{Given, Problem, read};
use self::endpoint::ask;
use super::wire::{HostPort, NoToken, TlsConfig, Token, TokenFuture, TokenSource};
use crate::model::{Clock, Timestamp};

/// After a failure the endpoint is left alone for so long: every broker that is dialled would ask it.
const AGAIN: Duration = Duration::from_secs(3);

/// Who asks for tokens, and where.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// Where tokens are.
    pub endpoint: Endpoint,
    /// The client as the endpoint knows it.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// What the token shall be good for; `None` leaves that to the endpoint.
    pub scope: Option<String>,
    /// Whether id and secret are encoded as in a form before they are sent.
    pub encoded: bool,
    /// What brokers are told beside the token.
    pub extensions: Arc<[(String, String)]>,
    /// How long one token may take.
    pub limit: Duration,
}

/// A token endpoint. Displays as its address, without a query.
#[derive(Clone)]
pub struct Endpoint {
    /// Its host.
    pub at: HostPort,
    /// `None` is plain HTTP.
    pub tls: Option<TlsConfig>,
    /// Path and query, from the slash on.
    pub path: String,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let path = self.path.split('?').next().unwrap_or_default();
        write!(f, "{scheme}://{}{path}", self.at)
    }
}

/// Fetches tokens, and keeps the last.
pub struct Tokens {
    credentials: ClientCredentials,
    clock: Arc<dyn Clock>,
    held: Mutex<Option<Held>>,
    /// Held while one is fetched: whoever comes meanwhile waits for that. When fetching failed last, and
    /// why.
    failed: tokio::sync::Mutex<Option<(Timestamp, NoToken)>>,
}

struct Held {
    given: Given,
    /// From when on another is fetched.
    renew: Timestamp,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

impl TokenSource for Tokens {
    fn token(&self) -> TokenFuture<'_> {
        Box::pin(self.current())
    }

    fn held(&self) -> Option<Token> {
        let now = self.clock.now();
        self.last().as_ref().filter(|held| held.given.expires > now).map(|held| self.token_of(held))
    }
}

impl Tokens {
    /// Fetches nothing yet.
    #[must_use]
    pub fn new(credentials: ClientCredentials, clock: Arc<dyn Clock>) -> Self {
        Self { credentials, clock, held: Mutex::default(), failed: tokio::sync::Mutex::default() }
    }

    async fn current(&self) -> Result<Token, NoToken> {
        let mut failed = self.failed.lock().await;
        let now = self.clock.now();
        let is_fresh = self.last().as_ref().is_some_and(|held| now < held.renew);
        let is_left_alone = failed.as_ref().is_some_and(|(at, _)| now.since(*at) < AGAIN);
        if !is_fresh && !is_left_alone {
            let fetched = self.fetch().await;
            *failed = fetched.as_ref().err().map(|why| (self.clock.now(), why.clone()));
            if let Ok(fetched) = fetched {
                *self.last() = Some(fetched);
            }
        }
        let why = || match failed.as_ref() {
            Some((_, why)) => why.clone(),
            // It held when it came, and time has jumped since.
            None => self.no_token(&Problem::Expired, false),
        };
        self.held().ok_or_else(why)
    }

    async fn fetch(&self) -> Result<Held, NoToken> {
        let limit = self.credentials.limit;
        let Ok(answered) = timeout(limit, ask(&self.credentials)).await else {
            return Err(self.no_token(&format!("does not answer within {limit:?}"), false));
        };
        let (status, body) = answered.map_err(|why| self.no_token(&why, why.needs_a_person()))?;
        let now = self.clock.now();
        let given = read(status, &body, now)
            .map_err(|problem| self.no_token(&problem, problem.needs_a_person()))?;
        // librdkafka asks for another at four fifths of its life: it shall be there by then.
        let renew = now.plus(given.expires.since(now) * 3 / 4);
        Ok(Held { given, renew })
    }

    /// A plain slot that no panic can leave half-changed.
    fn last(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn no_token(&self, why: &dyn fmt::Display, needs_a_person: bool) -> NoToken {
        let ClientCredentials { endpoint, client_id, client_secret, .. } = &self.credentials;
        // A server may repeat what it was told.
        let why = match client_secret.expose_secret() {
            "" => why.to_string(),
            secret => why.to_string().replace(secret, "…"),
        };
        let why = format!("the token endpoint {endpoint} {why} (client id {client_id})");
        NoToken { why: why.into(), needs_a_person }
    }

    fn token_of(&self, held: &Held) -> Token {
        Token {
            value: held.given.token.clone(),
            extensions: Arc::clone(&self.credentials.extensions),
            expires_ms: held.given.expires.as_millis(),
        }
    }
}
