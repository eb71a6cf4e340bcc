//! One file of settings, two clients, a real broker: the wire client and librdkafka are let in, or kept
//! out, alike. A row each for every way in which certificates, keys and logins are written.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

mod support;

use std::fs;
use std::path::Path;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::Parser;
use lagtop::config::{Cli, Inputs, Settings, ThisSystem};
use lagtop::source::kafka::connect;
use lagtop::source::kafka::wire::Client;
use openssl::x509::X509;
use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rstest::rstest;
use secrecy::ExposeSecret;
use support::kafka::listener::ClientAuth;
use support::kafka::tls::{Authority, Identity};
use support::kafka::{Listener, Mechanism};
use support::{KafkaCluster, forward};

/// For a connection, on a busy machine.
const SOON: Duration = Duration::from_secs(30);

struct Secured {
    kafka: KafkaCluster,
    files: tempfile::TempDir,
    /// The port of [`forward::ELSEWHERE`] behind which the listener `tls` is.
    elsewhere: u16,
}

/// `None` where Kafka cannot be had.
fn secured() -> Option<&'static Secured> {
    static SECURED: OnceLock<Option<Secured>> = OnceLock::new();
    SECURED.get_or_init(|| Secured::start().unwrap()).as_ref()
}

impl Secured {
    fn start() -> Result<Option<Self>> {
        let authority = Authority::new("authority")?;
        let tls = |name: &str, auth| Listener::named(name).tls(&authority, auth);
        let user = |listener: Listener| {
            let mechanisms = [Mechanism::Plain, Mechanism::ScramSha256, Mechanism::ScramSha512];
            mechanisms.into_iter().fold(listener, Listener::sasl).user("alice", "pass")
        };
        let builder = KafkaCluster::builder()
            .listener(tls("tls", ClientAuth::None)?)
            .listener(tls("mutual", ClientAuth::Required)?)
            .listener(user(Listener::named("sasl")))
            .listener(user(tls("both", ClientAuth::None)?));
        let Some(kafka) = support::kafka_or_skip(builder) else { return Ok(None) };
        let files = tempfile::tempdir()?;
        write(files.path(), &authority)?;
        let elsewhere = forward::to(port(&kafka.bootstrap_of("tls")?))?;
        Ok(Some(Self { kafka, files, elsewhere }))
    }

    /// Settings as a properties file says them; `DIR` stands for the directory, `INLINE-…` for a file in it
    /// as Java's files hold PEM.
    fn settings(&self, listener: &str, lines: &str) -> Settings {
        let server = match listener {
            "elsewhere" => format!("{}:{}", forward::ELSEWHERE, self.elsewhere),
            "plain" => self.kafka.bootstrap(),
            other => self.kafka.bootstrap_of(other).unwrap(),
        };
        let directory = self.files.path();
        let mut text = lines.replace("DIR", directory.to_str().unwrap());
        for name in ["ca.pem", "alice.pem", "locked.key"] {
            let pem = fs::read_to_string(directory.join(name)).unwrap().replace('\n', "\\n");
            text = text.replace(&format!("INLINE-{name}"), &pem);
        }
        let file = tempfile::NamedTempFile::new_in(directory).unwrap();
        fs::write(file.path(), format!("bootstrap.servers={server}\n{text}")).unwrap();
        let words = [Path::new("lagtop"), Path::new("-F"), file.path()];
        let cli = Cli::try_parse_from(words).unwrap();
        Settings::resolve(Inputs { cli: &cli, variables: [], system: &ThisSystem }).unwrap()
    }
}

fn port(address: &str) -> u16 {
    address.rsplit_once(':').unwrap().1.parse().unwrap()
}

/// What people keep: an authority and a client in all their forms, and a stranger who signed itself.
fn write(directory: &Path, authority: &Authority) -> Result<()> {
    let stranger = Authority::new("stranger")?;
    let write = |name: &str, content: &[u8]| fs::write(directory.join(name), content);
    let identity = |name: &str, of: &Identity| -> Result<()> {
        write(&format!("{name}.pem"), of.certificate_pem.as_bytes())?;
        write(&format!("{name}.key"), of.key_pem.as_bytes())?;
        write(
            &format!("{name}-both.pem"),
            format!("{}{}", of.key_pem, of.certificate_pem).as_bytes(),
        )?;
        write(&format!("{name}.p12"), &of.pkcs12("geheim")?)?;
        Ok(())
    };
    let alice = authority.client("alice")?;
    identity("alice", &alice)?;
    identity("mallory", &stranger.client("alice")?)?;
    write("locked.key", alice.encrypted_key_pem("geheim")?.as_bytes())?;
    write("stranger.pem", stranger.certificate_pem()?.as_bytes())?;
    let pem = authority.certificate_pem()?;
    write("ca.pem", pem.as_bytes())?;
    // As `openssl rehash` names it.
    let hash = X509::from_pem(pem.as_bytes())?.subject_name_hash();
    fs::create_dir(directory.join("authorities"))?;
    write(&format!("authorities/{hash:08x}.0"), pem.as_bytes())?;
    Ok(())
}

/// How librdkafka says that it is kept out, and not merely that nobody answers: it trusts no such broker,
/// a broker trusts no such certificate, or no such login.
const KEPT_OUT: [&str; 3] = ["certificate verify failed", "alert bad certificate", "uthentication"];

/// What librdkafka says of its connections.
#[derive(Default)]
struct Heard(Mutex<Option<String>>);

impl ClientContext for Heard {
    fn log(&self, _level: RDKafkaLogLevel, _facility: &str, _message: &str) {}

    fn error(&self, _error: KafkaError, reason: &str) {
        if KEPT_OUT.iter().any(|words| reason.contains(words)) {
            self.0.lock().unwrap().get_or_insert_with(|| reason.to_owned());
        }
    }
}

impl ConsumerContext for Heard {}

/// Whether librdkafka gets an answer from the cluster.
fn librdkafka(settings: &Settings) -> Result<()> {
    let mut config = ClientConfig::new();
    config.set("group.id", "lagtop-test");
    for (key, value) in connect::librdkafka_properties(&settings.connection).iter() {
        config.set(key, value.expose_secret());
    }
    let consumer: BaseConsumer<Heard> = config.create_with_context(Heard::default())?;
    let end = Instant::now() + SOON;
    while Instant::now() < end {
        if consumer.fetch_metadata(None, Duration::from_secs(1)).is_ok() {
            return Ok(());
        }
        // Errors are told to whoever polls.
        let _ = consumer.poll(Duration::from_millis(100));
        if let Some(reason) = consumer.context().0.lock().unwrap().take() {
            return Err(anyhow!(reason));
        }
    }
    bail!("librdkafka says nothing")
}

/// Whether the wire client does.
fn wire(settings: &Settings) -> Result<()> {
    let config = connect::wire_config(&settings.connection)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(Client::new(config).connect())?)
}

const TLS: &str = "security.protocol=SSL\nssl.ca.location=DIR/ca.pem\n";
const TRUSTING: &str = "security.protocol=SSL\n";

#[rstest]
#[case::ca_file("tls", TLS, "")]
#[case::ca_directory("tls", TRUSTING, "ssl.ca.location=DIR/authorities")]
#[case::ca_inline("tls", TRUSTING, "ssl.ca.pem=INLINE-ca.pem")]
#[case::truststore_pem(
    "tls",
    TRUSTING,
    "ssl.truststore.type=PEM\nssl.truststore.location=DIR/ca.pem"
)]
#[case::truststore_inline("tls", TRUSTING, "ssl.truststore.certificates=INLINE-ca.pem")]
#[case::truststore_pkcs12(
    "tls",
    TRUSTING,
    "ssl.truststore.location=DIR/alice.p12\nssl.truststore.password=geheim"
)]
#[case::nothing_checked("tls", TRUSTING, "enable.ssl.certificate.verification=false")]
#[case::host_not_checked("elsewhere", TLS, "ssl.endpoint.identification.algorithm=")]
#[case::host_not_checked_either("elsewhere", TLS, "ssl.endpoint.identification.algorithm=none")]
#[case::key(
    "mutual",
    TLS,
    "ssl.certificate.location=DIR/alice.pem\nssl.key.location=DIR/alice.key"
)]
#[case::locked_key(
    "mutual",
    TLS,
    "ssl.certificate.location=DIR/alice.pem\nssl.key.location=DIR/locked.key\nssl.key.password=geheim"
)]
#[case::keystore_pem("mutual", TLS, "ssl.keystore.location=DIR/alice-both.pem")]
#[case::keystore_pkcs12(
    "mutual",
    TLS,
    "ssl.keystore.location=DIR/alice.p12\nssl.keystore.password=geheim"
)]
#[case::keystore_inline(
    "mutual",
    TLS,
    "ssl.keystore.certificate.chain=INLINE-alice.pem\nssl.keystore.key=INLINE-locked.key\n\
     ssl.key.password=geheim"
)]
#[case::plain("sasl", PLAINTEXT, "sasl.mechanism=PLAIN\nsasl.password=pass")]
#[case::scram_256("sasl", PLAINTEXT, "sasl.mechanism=SCRAM-SHA-256\nsasl.password=pass")]
#[case::scram_512("sasl", PLAINTEXT, "sasl.mechanism=SCRAM-SHA-512\nsasl.password=pass")]
#[case::plain_in_tls("both", ENCRYPTED, "sasl.mechanism=PLAIN\nsasl.password=pass")]
#[case::scram_in_tls("both", ENCRYPTED, "sasl.mechanism=SCRAM-SHA-512\nsasl.password=pass")]
fn both_are_let_in(#[case] listener: &str, #[case] above: &str, #[case] lines: &str) {
    let Some(secured) = secured() else { return };
    let settings = secured.settings(listener, &format!("{above}{lines}"));
    wire(&settings).unwrap();
    librdkafka(&settings).unwrap();
}

const PLAINTEXT: &str = "security.protocol=SASL_PLAINTEXT\nsasl.username=alice\n";
const ENCRYPTED: &str =
    "security.protocol=SASL_SSL\nsasl.username=alice\nssl.ca.location=DIR/ca.pem\n";

#[rstest]
#[case::system_authorities("tls", TRUSTING, "", "not signed by a trusted authority")]
#[case::stranger(
    "tls",
    TRUSTING,
    "ssl.ca.location=DIR/stranger.pem",
    "not signed by a trusted authority"
)]
#[case::another_host("elsewhere", TLS, "", "does not name 127.0.0.2")]
#[case::no_certificate("mutual", TLS, "", "asks for a client certificate")]
#[case::a_stranger_s_certificate(
    "mutual",
    TLS,
    "ssl.keystore.location=DIR/mallory-both.pem",
    "does not accept the client certificate"
)]
#[case::password(
    "sasl",
    PLAINTEXT,
    "sasl.mechanism=PLAIN\nsasl.password=x",
    "authentication failed"
)]
#[case::scram_password(
    "both",
    ENCRYPTED,
    "sasl.mechanism=SCRAM-SHA-256\nsasl.password=x",
    "authentication failed"
)]
fn both_are_kept_out(
    #[case] listener: &str,
    #[case] above: &str,
    #[case] lines: &str,
    #[case] expected: &str,
) {
    let Some(secured) = secured() else { return };
    let settings = secured.settings(listener, &format!("{above}{lines}"));
    let error = wire(&settings).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
    let reason = librdkafka(&settings).unwrap_err().to_string();
    assert_ne!(reason, "librdkafka says nothing");
}
