//! TLS and SASL against a real Kafka: what works, and one clear sentence for what does not.
#![expect(clippy::unwrap_used, reason = "a panic in a test binary is a failed test")]

mod support;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::future::try_join_all;
use lagtop::source::kafka::wire::{
    Client, ClientConfig, HostPort, Identity, Login, Material, Sasl, Security, TlsConfig,
    TlsFailure, Topics, Trust, WireError, WireErrorKind,
};
use support::forward;
use support::kafka::KafkaCluster;
use support::kafka::listener::{self, ClientAuth, Listener};
use support::kafka::tls::Authority;

use WireErrorKind as Kind;

const USER: &str = "alice";
const PASSWORD: &str = "s3cret,=%";

struct Secured {
    kafka: KafkaCluster,
    authority: Authority,
}

impl Secured {
    fn start() -> Result<Option<Self>> {
        let authority = Authority::new("test authority")?;
        let builder = KafkaCluster::builder()
            .listener(Listener::named("TLS").tls(&authority, ClientAuth::None)?)
            .listener(Listener::named("MUTUAL").tls(&authority, ClientAuth::Required)?)
            .listener(
                Listener::named("SASL")
                    .sasl(listener::Mechanism::Plain)
                    .sasl(listener::Mechanism::ScramSha256)
                    .user(USER, PASSWORD_ON_THE_LISTENER),
            )
            .listener(
                Listener::named("BOTH")
                    .tls(&authority, ClientAuth::None)?
                    .sasl(listener::Mechanism::ScramSha512)
                    .user(USER, PASSWORD_ON_THE_LISTENER),
            )
            // Sessions end soon, so that their renewal is seen.
            .property("connections.max.reauth.ms", &SESSION.as_millis().to_string());
        Ok(support::kafka_or_skip(builder).map(|kafka| Self { kafka, authority }))
    }

    /// Asks once, as this listener's client.
    async fn ask(&self, listener: &str, security: Security) -> Result<(), WireError> {
        self.client(listener, security).metadata(Topics::None).await.map(drop)
    }

    fn client_port(&self, listener: &str) -> u16 {
        let address = match listener {
            "PLAINTEXT" => self.kafka.bootstrap(),
            other => self.kafka.bootstrap_of(other).unwrap(),
        };
        address.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    fn client(&self, listener: &str, security: Security) -> Client {
        let host = HostPort::new("127.0.0.1", self.client_port(listener));
        let mut config = ClientConfig::new(vec![host], "wire-test");
        config.security = security;
        Client::new(config)
    }

    fn trusting(&self) -> TlsConfig {
        let pem = self.authority.certificate_pem().unwrap().into_bytes();
        TlsConfig { trust: Trust::Pem(Material::Inline(pem)), ..TlsConfig::default() }
    }
}

/// After it the broker closes the connection at the next question.
const SESSION: Duration = Duration::from_millis(1500);

/// So many of them are outlived.
const LIFETIMES: u64 = 3;

/// `StorageTool` takes no comma.
const PASSWORD_ON_THE_LISTENER: &str = "s3cret%";

fn tls(tls: TlsConfig) -> Security {
    Security { tls: Some(tls), sasl: None }
}

fn sasl(mechanism: fn(Login) -> Sasl, password: &str) -> Security {
    let login = Login { username: USER.to_owned(), password: password.into() };
    Security { tls: None, sasl: Some(mechanism(login)) }
}

fn inline(text: impl Into<Vec<u8>>) -> Material {
    Material::Inline(text.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn encrypted_and_authenticated() -> Result<()> {
    let Some(cluster) = Secured::start()? else { return Ok(()) };
    trust(&cluster).await?;
    identities(&cluster).await?;
    passwords(&cluster).await?;
    mismatches(&cluster).await?;
    sessions(&cluster).await
}

async fn trust(cluster: &Secured) -> Result<()> {
    cluster.ask("TLS", tls(cluster.trusting())).await?;
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), cluster.authority.certificate_pem()?)?;
    let trust = Trust::Pem(Material::File(file.path().to_owned()));
    cluster.ask("TLS", tls(TlsConfig { trust, ..TlsConfig::default() })).await?;
    let store = cluster.authority.client("anybody")?.pkcs12("changeit")?;
    let pkcs12 = |password: &str| TlsConfig {
        trust: Trust::Pkcs12 { store: inline(store.clone()), password: Some(password.into()) },
        ..TlsConfig::default()
    };
    cluster.ask("TLS", tls(pkcs12("changeit"))).await?;
    let error = cluster.ask("TLS", tls(pkcs12("wrong"))).await.unwrap_err();
    ensure!(error.to_string().contains("the password of the truststore is wrong"), "{error}");

    let stranger = Authority::new("stranger")?.certificate_pem()?;
    for trust in [Trust::System, Trust::Pem(inline(stranger))] {
        let config = TlsConfig { trust, ..TlsConfig::default() };
        let error = cluster.ask("TLS", tls(config.clone())).await.unwrap_err();
        let unknown = matches!(error.kind, Kind::Tls(TlsFailure::UnknownAuthority(_)));
        ensure!(unknown, "{error}");
        let careless = TlsConfig { verify_certificate: false, ..config };
        cluster.ask("TLS", tls(careless)).await?;
    }
    let elsewhere = HostPort::new(forward::ELSEWHERE, forward::to(cluster.client_port("TLS"))?);
    let mut config = ClientConfig::new(vec![elsewhere], "wire-test");
    config.security = tls(cluster.trusting());
    let error = Client::new(config.clone()).connect().await.unwrap_err();
    ensure!(matches!(error.kind, Kind::Tls(TlsFailure::HostnameMismatch(_))), "{error}");
    config.security = tls(TlsConfig { verify_hostname: false, ..cluster.trusting() });
    Client::new(config).connect().await?;
    Ok(())
}

async fn identities(cluster: &Secured) -> Result<()> {
    let identity = cluster.authority.client("alice")?;
    let with = |identity| tls(TlsConfig { identity: Some(identity), ..cluster.trusting() });
    let pem = |key: String, password: Option<&str>| Identity::Pem {
        certificates: inline(identity.certificate_pem.as_str()),
        key: Some(inline(key)),
        key_password: password.map(Into::into),
    };
    cluster.ask("MUTUAL", with(pem(identity.key_pem.clone(), None))).await?;
    let encrypted = identity.encrypted_key_pem("hush")?;
    cluster.ask("MUTUAL", with(pem(encrypted.clone(), Some("hush")))).await?;
    let both = format!("{}{}", identity.certificate_pem, identity.key_pem);
    let in_one = Identity::Pem { certificates: inline(both), key: None, key_password: None };
    cluster.ask("MUTUAL", with(in_one)).await?;
    let store =
        Identity::Pkcs12 { store: inline(identity.pkcs12("hush")?), password: Some("hush".into()) };
    cluster.ask("MUTUAL", with(store)).await?;

    let error = cluster.ask("MUTUAL", with(pem(encrypted.clone(), Some("no")))).await.unwrap_err();
    ensure!(error.to_string().contains("password of the private key is wrong"), "{error}");
    let error = cluster.ask("MUTUAL", with(pem(encrypted, None))).await.unwrap_err();
    ensure!(error.to_string().contains("encrypted and no password"), "{error}");
    let other = cluster.authority.client("bob")?;
    let error = cluster.ask("MUTUAL", with(pem(other.key_pem, None))).await.unwrap_err();
    ensure!(error.to_string().contains("does not fit its private key"), "{error}");
    let error = cluster.ask("MUTUAL", tls(cluster.trusting())).await.unwrap_err();
    ensure!(matches!(error.kind, Kind::Tls(TlsFailure::CertificateRequired)), "{error}");
    let stranger = Authority::new("stranger")?.client("alice")?;
    let refused = Identity::Pem {
        certificates: inline(stranger.certificate_pem),
        key: Some(inline(stranger.key_pem)),
        key_password: None,
    };
    let error = cluster.ask("MUTUAL", with(refused)).await.unwrap_err();
    ensure!(matches!(error.kind, Kind::Tls(TlsFailure::CertificateRefused(_))), "{error}");
    Ok(())
}

async fn passwords(cluster: &Secured) -> Result<()> {
    for mechanism in [Sasl::Plain, Sasl::ScramSha256] {
        cluster.ask("SASL", sasl(mechanism, PASSWORD_ON_THE_LISTENER)).await?;
        let error = cluster.ask("SASL", sasl(mechanism, PASSWORD)).await.unwrap_err();
        ensure!(matches!(error.kind, Kind::Authentication { .. }), "{error}");
        ensure!(!error.to_string().contains("s3cret"), "{error}");
        ensure!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        ensure!(error.needs_a_person());
    }
    let error = cluster.ask("SASL", sasl(Sasl::ScramSha512, PASSWORD)).await.unwrap_err();
    let Kind::Mechanism { offered, .. } = &error.kind else { anyhow::bail!("{error}") };
    ensure!(offered.len() == 2 && error.to_string().contains("SCRAM-SHA-256"), "{error}");
    Ok(())
}

async fn mismatches(cluster: &Secured) -> Result<()> {
    let error = cluster.ask("TLS", Security::default()).await.unwrap_err();
    ensure!(matches!(error.kind, Kind::SpeaksTls), "{error}");
    let error = cluster.ask("PLAINTEXT", tls(cluster.trusting())).await.unwrap_err();
    ensure!(matches!(error.kind, Kind::SpeaksPlaintext), "{error}");
    let error = cluster.ask("SASL", Security::default()).await.unwrap_err();
    ensure!(matches!(error.kind, Kind::WantsSasl), "{error}");
    let plain = sasl(Sasl::Plain, PASSWORD);
    let error = cluster.ask("PLAINTEXT", plain).await.unwrap_err();
    ensure!(matches!(error.kind, Kind::NoSasl), "{error}");
    Ok(())
}

/// The broker closes a connection that is asked something after its session has ended; renewed in time,
/// it is the same connection for ever.
async fn sessions(cluster: &Secured) -> Result<()> {
    let login = |mechanism| sasl(mechanism, PASSWORD_ON_THE_LISTENER);
    let encrypted = Security { tls: Some(cluster.trusting()), ..login(Sasl::ScramSha512) };
    let users =
        [("SASL", login(Sasl::Plain)), ("SASL", login(Sasl::ScramSha256)), ("BOTH", encrypted)];
    try_join_all(users.map(|(listener, security)| {
        let client = cluster.client(listener, security);
        async move {
            client.connect().await?;
            let broker = *client.broker_ids().first().context("it is connected")?;
            let start = Instant::now();
            while client.stats().reauthentications < LIFETIMES {
                let together = (0..8).map(|_| client.list_groups(broker));
                try_join_all(together).await.with_context(|| format!("{:?}", client.stats()))?;
                ensure!(start.elapsed() < Duration::from_mins(1), "{:?}", client.stats());
            }
            let stats = client.stats();
            ensure!(stats.connections == 1, "{listener}: dialled again: {stats:?}");
            Ok(())
        }
    }))
    .await
    .map(drop)
}
