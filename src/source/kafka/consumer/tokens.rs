//! Tokens for librdkafka, where brokers want OAUTHBEARER: it asks for one when it needs it, on a thread
//! that must not wait, so one is kept at hand meanwhile. They come from where the wire client has its
//! own.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::client::OAuthToken;
use secrecy::ExposeSecret;
use tokio::task::JoinSet;

use crate::model::{Clock, Fault, Timestamp};
use crate::source::kafka::wire::{Token, TokenSource};

/// How soon it is looked again whether a token is to be renewed: a tenth of what is left of it, within
/// these.
const LOOKS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_mins(1));

/// Sees to it that a token is at hand, for as long as the returned tasks live. The first one is there
/// when this returns.
pub(in crate::source::kafka) async fn keep(
    source: Option<Arc<dyn TokenSource>>,
    clock: Arc<dyn Clock>,
) -> Result<JoinSet<()>, Fault> {
    let mut keeper = JoinSet::new();
    let Some(source) = source else { return Ok(keeper) };
    let first = source.token().await.map_err(|why| Fault::new("NO_TOKEN", &why.to_string()))?;
    // Its binding does not take any, and without them such a broker refuses.
    if !first.extensions.is_empty() {
        let text = "librdkafka, which reads records, cannot send OAUTHBEARER extensions";
        return Err(Fault::new("SASL_EXTENSIONS", text));
    }
    keeper.spawn(async move {
        let mut left = left(&first, clock.now());
        loop {
            tokio::time::sleep((left / 10).clamp(LOOKS.0, LOOKS.1)).await;
            // Without a new one the old one goes on being used; librdkafka says so when it ends.
            left = source.token().await.map_or(LOOKS.0, |token| self::left(&token, clock.now()));
        }
    });
    Ok(keeper)
}

fn left(token: &Token, now: Timestamp) -> Duration {
    Timestamp::from_millis(token.expires_ms).since(now)
}

/// The token at hand, in librdkafka's form.
pub(super) fn at_hand(source: Option<&dyn TokenSource>) -> Result<OAuthToken, &'static str> {
    let token = source.and_then(TokenSource::held).ok_or("there is no token that holds")?;
    Ok(OAuthToken {
        token: token.value.expose_secret().to_owned(),
        // librdkafka only keeps it.
        principal_name: "lagtop".to_owned(),
        lifetime_ms: token.expires_ms,
    })
}
