//! Listeners with TLS and SASL, and rights: librdkafka gets in where it should, and only there.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use support::kafka::admin::{Quiet, config};
use support::kafka::listener::ClientAuth;
use support::kafka::tls::Authority;
use support::kafka::{Listener, Mechanism};
use support::{KafkaCluster, wait};

mod support;

/// For one question to a listener.
const PATIENCE: Duration = Duration::from_secs(10);
/// For making a client try.
const BRIEF: Duration = Duration::from_millis(100);

/// Everything on one cluster: it takes as long to start as one with a single listener.
struct Secured {
    kafka: KafkaCluster,
    authority: Authority,
    files: tempfile::TempDir,
}

fn secured() -> Option<Secured> {
    let authority = Authority::new("lagtop test authority").unwrap();
    let with_users = |name: &str| {
        Listener::named(name)
            .sasl(Mechanism::Plain)
            .sasl(Mechanism::ScramSha256)
            .sasl(Mechanism::ScramSha512)
            .user("alice", "alice-secret")
            .user("bob", "bob's secret")
    };
    let builder = KafkaCluster::builder()
        .authorizer()
        .listener(with_users("sasl"))
        .listener(with_users("both").tls(&authority, ClientAuth::None).unwrap())
        .listener(Listener::named("tls").tls(&authority, ClientAuth::None).unwrap())
        .listener(Listener::named("mutual").tls(&authority, ClientAuth::Required).unwrap());
    let kafka = support::kafka_or_skip(builder)?;
    let files = tempfile::tempdir().unwrap();
    Some(Secured { kafka, authority, files })
}

impl Secured {
    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.files.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn client(&self, listener: &str, protocol: &str) -> ClientConfig {
        let mut client = config(&self.kafka.bootstrap_of(listener).unwrap());
        client.set("security.protocol", protocol).set("group.id", "visitor");
        if protocol.ends_with("SSL") {
            let authority = self.file("ca.pem", self.authority.certificate_pem().unwrap());
            client.set("ssl.ca.location", authority.to_str().unwrap());
        }
        client
    }

    fn user(&self, listener: &str, protocol: &str, mechanism: Mechanism) -> ClientConfig {
        let mut client = self.client(listener, protocol);
        client.set("sasl.mechanism", mechanism.name());
        client.set("sasl.username", "alice").set("sasl.password", "alice-secret");
        client
    }
}

fn gets_in(client: &ClientConfig) -> bool {
    let client: BaseConsumer<Quiet> = client.create_with_context(Quiet).unwrap();
    client.fetch_metadata(None, PATIENCE).is_ok()
}

/// What a client that does not get in is told.
fn refusal(client: &ClientConfig) -> RDKafkaErrorCode {
    let client: BaseConsumer<Quiet> = client.create_with_context(Quiet).unwrap();
    // Makes it connect.
    assert!(client.fetch_metadata(None, BRIEF).is_err());
    wait::answer_within(PATIENCE, "a refusal", || match client.poll(BRIEF) {
        Some(Err(KafkaError::MessageConsumption(RDKafkaErrorCode::AllBrokersDown))) | None => {
            anyhow::bail!("it is not said why")
        }
        Some(Err(why)) => Ok(why.rdkafka_error_code().unwrap()),
        Some(Ok(_)) => panic!("it got in"),
    })
    .unwrap()
}

#[tokio::test]
async fn who_may_gets_in_and_who_may_not_does_not() {
    let Some(secured) = secured() else { return };
    sasl(&secured);
    tls(&secured);
    rights(&secured).await;
}

fn sasl(secured: &Secured) {
    for mechanism in [Mechanism::Plain, Mechanism::ScramSha256, Mechanism::ScramSha512] {
        for (listener, protocol) in [("sasl", "SASL_PLAINTEXT"), ("both", "SASL_SSL")] {
            let mut client = secured.user(listener, protocol, mechanism);
            assert!(gets_in(&client), "{mechanism:?} by {listener}");
            client.set("sasl.username", "bob").set("sasl.password", "bob's secret");
            assert!(gets_in(&client), "bob, {mechanism:?} by {listener}");
            client.set("sasl.password", "wrong");
            assert_eq!(refusal(&client), RDKafkaErrorCode::Authentication, "{mechanism:?}");
        }
    }
}

fn tls(secured: &Secured) {
    assert!(gets_in(&secured.client("tls", "SSL")));
    let stranger = Authority::new("another").unwrap().certificate_pem().unwrap();
    let stranger = secured.file("stranger.pem", stranger);
    let mut client = secured.client("tls", "SSL");
    client.set("ssl.ca.location", stranger.to_str().unwrap());
    assert_eq!(refusal(&client), RDKafkaErrorCode::SSL, "an unknown authority");
    let bare = secured.client("mutual", "SSL");
    // Since TLS 1.3 the server refuses after the client's handshake is done: it may only be cut off.
    let refused = refusal(&bare);
    let told = [RDKafkaErrorCode::SSL, RDKafkaErrorCode::BrokerTransportFailure];
    assert!(told.contains(&refused), "no certificate: {refused:?}");
    let carol = secured.authority.client("carol").unwrap();
    let certificate = secured.file("carol.pem", &carol.certificate_pem);
    let plain = secured.file("plain.pem", &carol.key_pem);
    let encrypted = secured.file("encrypted.pem", carol.encrypted_key_pem("key secret").unwrap());
    let store = secured.file("carol.p12", carol.pkcs12("store secret").unwrap());
    let with = |settings: &[(&str, &str)]| {
        let mut client = secured.client("mutual", "SSL");
        for (key, value) in settings {
            client.set(*key, *value);
        }
        gets_in(&client)
    };
    let certificate = ("ssl.certificate.location", certificate.to_str().unwrap());
    assert!(with(&[certificate, ("ssl.key.location", plain.to_str().unwrap())]));
    let encrypted = ("ssl.key.location", encrypted.to_str().unwrap());
    assert!(with(&[certificate, encrypted, ("ssl.key.password", "key secret")]));
    let store = ("ssl.keystore.location", store.to_str().unwrap());
    assert!(with(&[store, ("ssl.keystore.password", "store secret")]));
}

/// Who comes by the plain listener may do everything, alice what she was given.
async fn rights(secured: &Secured) {
    let admin = secured.kafka.admin().unwrap();
    admin.create_topic("private", 1, 1).await.unwrap();
    // A client keeps it in mind that a topic is unknown, so each question has a new one.
    let alice = || -> BaseConsumer<Quiet> {
        let client = secured.user("sasl", "SASL_PLAINTEXT", Mechanism::Plain);
        client.create_with_context(Quiet).unwrap()
    };
    let end = |patience| alice().fetch_watermarks("private", 0, patience);
    assert!(matches!(end(BRIEF), Err(KafkaError::MetadataFetch(_))), "{:?}", end(BRIEF));
    let list: &[&str] = &["--add", "--allow-principal", "User:alice", "--operation", "Describe"];
    secured.kafka.acls(&[list, &["--topic", "private"]].concat()).unwrap();
    assert_eq!(end(PATIENCE).unwrap(), (0, 0));
}
