//! Tokens from an endpoint over real sockets: when it is asked, what is kept, and one clear sentence for
//! each way in which there is none.
#![expect(clippy::unwrap_used, reason = "a panic in a test binary is a failed test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use lagtop::model::{Clock, Timestamp};
use lagtop::source::kafka::oauth::{ClientCredentials, Endpoint, Tokens};
use lagtop::source::kafka::wire::{HostPort, Material, TlsConfig, TokenSource, Trust};
use secrecy::ExposeSecret;
use support::kafka::tls::Authority;
use support::tokens::{Answer, Issuer, TokenEndpoint};

mod support;

const CLIENT: (&str, &str) = ("lag:top", "s3cret/&?");

/// A clock that stands until it is moved. It begins at the present, which tokens tell as well.
#[derive(Clone)]
struct Moved(Arc<AtomicI64>);

impl Moved {
    fn new() -> Self {
        let now = lagtop::model::time::SystemClock.now();
        Self(Arc::new(AtomicI64::new(now.as_millis())))
    }

    fn by(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }
}

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

fn credentials(url: &str) -> ClientCredentials {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let (host, port) = authority.split_once(':').unwrap();
    ClientCredentials {
        endpoint: Endpoint {
            at: HostPort::new(host, port.parse().unwrap()),
            tls: (scheme == "https").then(TlsConfig::default),
            path: format!("/{path}"),
        },
        client_id: CLIENT.0.to_owned(),
        client_secret: CLIENT.1.into(),
        scope: None,
        encoded: false,
        extensions: Arc::new([]),
        limit: Duration::from_secs(10),
    }
}

fn endpoint() -> TokenEndpoint {
    TokenEndpoint::start(&Issuer::new().unwrap(), CLIENT, None).unwrap()
}

fn tokens(credentials: ClientCredentials) -> (Tokens, Moved) {
    let clock = Moved::new();
    (Tokens::new(credentials, Arc::new(clock.clone())), clock)
}

#[tokio::test]
async fn it_is_asked_as_kafkas_client_asks() {
    let endpoint = endpoint();
    let plain = credentials(&endpoint.url);
    let scoped = ClientCredentials {
        scope: Some("kafka read".to_owned()),
        encoded: true,
        ..credentials(&format!("{}?tenant=1", endpoint.url))
    };
    tokens(plain).0.token().await.unwrap();
    // This endpoint knows no encoding.
    tokens(scoped).0.token().await.unwrap_err();
    let asked = endpoint.asked();
    let [first, second] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(first.line, "POST /token");
    assert_eq!(first.client, "lag:top:s3cret/&?");
    assert_eq!(first.form, "grant_type=client_credentials");
    assert_eq!(second.line, "POST /token?tenant=1");
    assert_eq!(second.client, "lag%3Atop:s3cret%2F%26%3F");
    assert_eq!(second.form, "grant_type=client_credentials&scope=kafka+read");
}

#[tokio::test]
async fn one_token_serves_all_until_most_of_its_life_is_over() {
    let endpoint = endpoint();
    endpoint.lifetime(1_000);
    let (tokens, clock) = tokens(credentials(&endpoint.url));
    assert!(tokens.held().is_none(), "nothing is fetched before it is needed");
    let given = join_all((0..10).map(|_| tokens.token())).await;
    let first = given.into_iter().map(|token| token.unwrap().value).next().unwrap();
    assert_eq!(endpoint.asked().len(), 1);
    clock.by(740);
    let kept = tokens.token().await.unwrap().value;
    assert_eq!(kept.expose_secret(), first.expose_secret());
    assert_eq!(endpoint.asked().len(), 1);
    clock.by(20);
    // Longer than before, so that it is another.
    endpoint.lifetime(5_000);
    let renewed = tokens.token().await.unwrap();
    assert_ne!(renewed.value.expose_secret(), first.expose_secret());
    assert_eq!(tokens.held().unwrap().expires_ms, renewed.expires_ms);
    assert_eq!(endpoint.asked().len(), 2);
}

#[tokio::test]
async fn while_the_endpoint_is_down_the_token_at_hand_is_used() {
    let endpoint = endpoint();
    endpoint.lifetime(1_000);
    let (tokens, clock) = tokens(credentials(&endpoint.url));
    let first = tokens.token().await.unwrap();
    clock.by(800);
    for asked in 2..=3 {
        endpoint.answer_once(Answer::With(503, String::new()));
        // The second question is too soon after the failure.
        for _ in 0..2 {
            assert_eq!(tokens.token().await.unwrap().expires_ms, first.expires_ms);
            assert_eq!(endpoint.asked().len(), asked);
        }
        clock.by(4);
    }
    endpoint.answer_once(Answer::With(503, String::new()));
    clock.by(200);
    let error = tokens.token().await.unwrap_err();
    assert!(error.to_string().contains("answers with status 503"), "{error}");
    assert!(tokens.held().is_none() && !error.needs_a_person);
    clock.by(4);
    endpoint.lifetime(5_000);
    tokens.token().await.unwrap();
}

/// What is said of this answer, with the endpoint's address left out.
async fn said(answer: Answer) -> String {
    let endpoint = endpoint();
    endpoint.answer_once(answer);
    let limit = Duration::from_millis(300);
    let (tokens, _) = tokens(ClientCredentials { limit, ..credentials(&endpoint.url) });
    let error = tokens.token().await.unwrap_err().to_string();
    assert!(!format!("{error} {tokens:?}").contains(CLIENT.1), "{error} {tokens:?}");
    error.replace(&endpoint.url, "URL")
}

#[tokio::test]
async fn refusals_are_one_sentence_and_repeat_no_secret() {
    let with = |status, body: &str| Answer::With(status, body.to_owned());
    let echo =
        format!(r#"{{"error":"invalid_client","error_description":"no {} here"}}"#, CLIENT.1);
    let cases = [
        (with(401, r#"{"error":"invalid_client"}"#), "refuses the client: invalid_client"),
        (with(401, &echo), "refuses the client: invalid_client (no … here)"),
        (with(404, "<html>"), "answers with status 404"),
        (with(200, "<html>"), "answers with something that is no token: is it a token endpoint?"),
        (Answer::Nothing, "does not answer within 300ms"),
    ];
    for (answer, words) in cases {
        let expected = format!("the token endpoint URL {words} (client id lag:top)");
        assert_eq!(said(answer).await, expected);
    }
}

#[tokio::test]
async fn a_token_that_has_ended_is_none() {
    let endpoint = endpoint();
    endpoint.lifetime(-10);
    let error = tokens(credentials(&endpoint.url)).0.token().await.unwrap_err().to_string();
    assert!(
        error.contains("gives a token that has expired already: compare the clocks"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_in_the_way_is_told_as_for_brokers() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = nobody.local_addr().unwrap().port();
    drop(nobody);
    let authority = Authority::new("test authority").unwrap();
    let issuer = Issuer::new().unwrap();
    let secure = TokenEndpoint::start(&issuer, CLIENT, Some(&authority)).unwrap();
    let plain = endpoint();
    let cases = [
        (format!("http://127.0.0.1:{port}/token"), "cannot be reached: connection refused"),
        (
            "http://nowhere.invalid:80/token".to_owned(),
            "cannot be reached: the name nowhere.invalid",
        ),
        (secure.url.clone(), "certificate is not signed by a trusted authority"),
        (secure.url.replace("https", "http"), "does not speak HTTP as it should"),
        (plain.url.replace("http", "https"), "does not answer in TLS"),
    ];
    for (url, words) in cases {
        let error = tokens(credentials(&url)).0.token().await.unwrap_err().to_string();
        assert!(error.contains(words), "{url}: {error}");
    }
    let mut trusting = credentials(&secure.url);
    let pem = authority.certificate_pem().unwrap().into_bytes();
    let trust = Trust::Pem(Material::Inline(pem));
    trusting.endpoint.tls = Some(TlsConfig { trust, ..TlsConfig::default() });
    tokens(trusting).0.token().await.unwrap();
}
