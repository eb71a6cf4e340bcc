//! Tokens for OAUTHBEARER: who signs them, and the endpoint that gives them to whoever knows a secret.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::AUTHORIZATION;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;
use openssl::ssl::{Ssl, SslAcceptor, SslMethod};
use openssl::x509::X509;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_openssl::SslStream;

use super::kafka::tls::Authority;

/// Signs tokens by RS256.
#[derive(Clone, Debug)]
pub struct Issuer {
    key: Rsa<Private>,
}

impl Issuer {
    /// One that nobody trusts yet.
    pub fn new() -> Result<Self> {
        Ok(Self { key: Rsa::generate(2048)? })
    }

    /// What a broker checks signatures with (RFC 7517).
    pub fn keys(&self) -> String {
        let part = |number: &openssl::bn::BigNumRef| URL_SAFE_NO_PAD.encode(number.to_vec());
        let key = serde_json::json!({
            "kty": "RSA", "kid": "one", "alg": "RS256", "use": "sig",
            "n": part(self.key.n()), "e": part(self.key.e()),
        });
        serde_json::json!({ "keys": [key] }).to_string()
    }

    /// A token for `subject` that ends so many seconds from now.
    pub fn token(&self, subject: &str, seconds: i64) -> Result<String> {
        let now = i64::try_from(UNIX_EPOCH.elapsed()?.as_secs())?;
        let claims = serde_json::json!({
            "iss": "lagtop-tests", "sub": subject, "scope": "kafka",
            "iat": now.min(now + seconds) - 1, "exp": now + seconds,
        });
        let header = serde_json::json!({ "alg": "RS256", "kid": "one" });
        let text = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let key = PKey::from_rsa(self.key.clone())?;
        let signature =
            Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(text.as_bytes())?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// What the endpoint was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The line of the request: method and path.
    pub line: String,
    /// Id and secret, as they were sent.
    pub client: String,
    /// The form.
    pub form: String,
}

/// What it answers in place of what it should.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A status and a body.
    With(u16, String),
    /// Nothing, for ever.
    Nothing,
}

/// A token endpoint on 127.0.0.1. Knows one client.
#[derive(Debug)]
pub struct TokenEndpoint {
    /// Its address.
    pub url: String,
    state: Arc<State>,
    _runtime: Runtime,
}

/// Ends what runs on it when dropped, waiting for nobody: a test may be on a runtime of its own.
#[derive(Debug)]
struct Runtime(Option<tokio::runtime::Runtime>);

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[derive(Debug)]
struct State {
    issuer: Issuer,
    client: String,
    seconds: Mutex<i64>,
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<Asked>>,
}

impl TokenEndpoint {
    /// Starts it. With an authority it speaks TLS.
    pub fn start(
        issuer: &Issuer,
        (id, secret): (&str, &str),
        authority: Option<&Authority>,
    ) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("token-endpoint")
            .enable_all()
            .build()?;
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let scheme = if authority.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://127.0.0.1:{}/token", listener.local_addr()?.port());
        let listener = {
            let _on_it = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let acceptor = authority.map(acceptor).transpose()?;
        let state = Arc::new(State {
            issuer: issuer.clone(),
            client: format!("{id}:{secret}"),
            seconds: Mutex::new(3600),
            answers: Mutex::default(),
            asked: Mutex::default(),
        });
        runtime.spawn(serve(listener, acceptor, Arc::clone(&state)));
        Ok(Self { url, state, _runtime: Runtime(Some(runtime)) })
    }

    /// How long tokens hold from now on.
    pub fn lifetime(&self, seconds: i64) {
        *locked(&self.state.seconds) = seconds;
    }

    /// What is answered to the next question, once.
    pub fn answer_once(&self, answer: Answer) {
        locked(&self.state.answers).push_back(answer);
    }

    /// All that it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        locked(&self.state.asked).clone()
    }
}

/// A test that panicked meanwhile leaves it as it was.
fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn acceptor(authority: &Authority) -> Result<SslAcceptor> {
    let server = authority.server()?;
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
    builder.set_private_key(&*PKey::private_key_from_pem(server.key_pem.as_bytes())?)?;
    builder.set_certificate(&*X509::from_pem(server.certificate_pem.as_bytes())?)?;
    Ok(builder.build())
}

async fn serve(listener: TcpListener, acceptor: Option<SslAcceptor>, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, state) = (acceptor.clone(), Arc::clone(&state));
        tokio::spawn(async move {
            let Some(acceptor) = acceptor else { return converse(stream, state).await };
            let secured = Ssl::new(acceptor.context()).and_then(|ssl| SslStream::new(ssl, stream));
            let Ok(mut stream) = secured else { return };
            // Who does not trust it hangs up.
            if Pin::new(&mut stream).accept().await.is_ok() {
                converse(stream, state).await;
            }
        });
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, state: Arc<State>) {
    let service = service_fn(|request| {
        let state = Arc::clone(&state);
        async move { state.answer(request).await }
    });
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

impl State {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
        let asked = asked(request).await?;
        let known = asked.client == self.client;
        locked(&self.asked).push(asked);
        let prepared = locked(&self.answers).pop_front();
        let (status, body) = match prepared {
            Some(Answer::With(status, body)) => (status, body),
            Some(Answer::Nothing) => std::future::pending().await,
            None if known => (200, self.granted()?),
            None => (401, r#"{"error":"invalid_client"}"#.to_owned()),
        };
        Ok(Response::builder().status(status).body(Full::from(body))?)
    }

    fn granted(&self) -> Result<String> {
        let seconds = *locked(&self.seconds);
        let subject = self.client.split(':').next().unwrap_or_default();
        let token = self.issuer.token(subject, seconds)?;
        let granted = serde_json::json!({ "access_token": token, "token_type": "Bearer" });
        Ok(granted.to_string())
    }
}

async fn asked(request: Request<Incoming>) -> Result<Asked> {
    let line = format!("{} {}", request.method(), request.uri());
    let header = request.headers().get(AUTHORIZATION).context("nobody asks")?.to_str()?;
    let client = STANDARD.decode(header.strip_prefix("Basic ").context("another scheme")?)?;
    let client = String::from_utf8(client)?;
    let form = String::from_utf8(request.into_body().collect().await?.to_bytes().to_vec())?;
    Ok(Asked { line, client, form })
}
