//! One question to a token endpoint: RFC 6749 section 4.4 over HTTP/1.1, on a connection of its own.
//! Tokens last for minutes at the least, so nothing is kept open between two.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret, SecretString};
use tokio::task::JoinSet;

use super::ClientCredentials;
use crate::source::kafka::wire;

/// Far above any token.
const LARGEST_ANSWER: usize = 256 << 10;

/// Asks for a token; the answer as it came. The error says what was wrong on the way there.
pub(super) async fn ask(credentials: &ClientCredentials) -> Result<(u16, Bytes), Unanswered> {
    let endpoint = &credentials.endpoint;
    let stream = wire::open(&endpoint.at, endpoint.tls.as_ref(), credentials.limit).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with this function, whatever becomes of the answer.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let response = sender.send_request(request(credentials)?).await?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await;
    Ok((status, body.map_err(Unanswered::Body)?.to_bytes()))
}

/// Why there is no answer at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    #[error("cannot be reached: {0}")]
    Unreached(#[from] wire::WireErrorKind),
    #[error("does not speak HTTP as it should: {0}")]
    Http(#[from] hyper::Error),
    #[error("cannot be asked: {0}")]
    Request(#[from] hyper::http::Error),
    #[error("does not speak HTTP as it should: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
}

impl Unanswered {
    pub(super) fn needs_a_person(&self) -> bool {
        match self {
            Self::Unreached(kind) => kind.needs_a_person(),
            Self::Request(_) => true,
            Self::Http(_) | Self::Body(_) => false,
        }
    }
}

fn request(credentials: &ClientCredentials) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let endpoint = &credentials.endpoint;
    let mut form = "grant_type=client_credentials".to_owned();
    if let Some(scope) = &credentials.scope {
        form.push_str("&scope=");
        form.push_str(&form_encoded(scope));
    }
    Request::builder()
        .method(Method::POST)
        .uri(&endpoint.path)
        .header(HOST, endpoint.at.to_string())
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(AUTHORIZATION, authorization(credentials)?)
        .body(Full::from(form))
}

/// RFC 6749 section 2.3.1 wants both halves encoded as in a form. Kafka's client does that only where
/// it is told to, and providers take what most clients send.
fn authorization(credentials: &ClientCredentials) -> Result<HeaderValue, hyper::http::Error> {
    let encode = |text: &str| {
        if credentials.encoded { form_encoded(text) } else { text.to_owned() }
    };
    let (id, secret) = (&credentials.client_id, credentials.client_secret.expose_secret());
    let pair = SecretString::from(format!("{}:{}", encode(id), encode(secret)));
    let text = format!("Basic {}", STANDARD.encode(pair.expose_secret()));
    let mut value = HeaderValue::try_from(text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// `application/x-www-form-urlencoded`.
fn form_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        match byte {
            b' ' => encoded.push('+'),
            b'*' | b'-' | b'.' | b'_' => encoded.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => encoded.push(byte.into()),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_encoded() {
        assert_eq!(form_encoded("a b&c=d/ü*-._~"), "a+b%26c%3Dd%2F%C3%BC*-._%7E");
    }
}
