//! librdkafka takes what it is told: a real client is made from resolved settings, so that every
//! key, value, certificate and key file has passed librdkafka's own checks. No broker is needed.
#![expect(clippy::unwrap_used, reason = "a panic in a test binary is a failed test")]

use std::path::Path;

use clap::Parser;
use lagtop::config::{Cli, Inputs, Settings, ThisSystem};
use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::symm::Cipher;
use openssl::x509::{X509, X509NameBuilder};
use rdkafka::ClientConfig;
use rdkafka::config::FromClientConfig;
use rdkafka::consumer::BaseConsumer;
use secrecy::ExposeSecret;
use tempfile::TempDir;

fn certificate(key: &PKey<Private>) -> X509 {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "lagtop").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build()
}

/// A directory with one certificate and its key in every form that people have.
fn certificates() -> TempDir {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let certificate = certificate(&key);
    let pem = certificate.to_pem().unwrap();
    let plain = key.private_key_to_pem_pkcs8().unwrap();
    let locked = key.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), b"geheim").unwrap();
    let mut store = Pkcs12::builder();
    store.name("lagtop").pkey(&key).cert(&certificate);
    let store = store.build2("geheim").unwrap().to_der().unwrap();

    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| {
        std::fs::write(directory.path().join(name), content).unwrap();
    };
    write("cert.pem", &pem);
    write("key.pem", &plain);
    write("locked.pem", &locked);
    write("both.pem", &[plain.as_slice(), &pem].concat());
    write("client.jks", &store);
    // As Java's files hold PEM: one line, its ends written out.
    write("inline", String::from_utf8(pem).unwrap().replace('\n', "\\n").as_bytes());
    write("inline-key", String::from_utf8(locked).unwrap().replace('\n', "\\n").as_bytes());
    directory
}

/// What librdkafka says to these lines; `DIR` stands for the directory.
fn make(directory: &Path, lines: &str) -> Result<(), String> {
    let inline = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap();
    let lines = lines
        .replace("INLINE-KEY", &inline("inline-key"))
        .replace("INLINE", &inline("inline"))
        .replace("DIR", directory.to_str().unwrap());
    let file = directory.join("client.properties");
    std::fs::write(&file, format!("bootstrap.servers=127.0.0.1:1\n{lines}")).unwrap();

    let cli = Cli::try_parse_from(["lagtop", "-F", file.to_str().unwrap()]).unwrap();
    let inputs = Inputs { cli: &cli, variables: [], system: &ThisSystem };
    let settings = Settings::resolve(inputs).map_err(|error| error.to_string())?;
    let mut config = ClientConfig::new();
    config.set("group.id", "lagtop-test").set("log_level", "0");
    for (key, value) in settings.connection.librdkafka_properties() {
        config.set(key, value.expose_secret());
    }
    BaseConsumer::from_config(&config).map(drop).map_err(|error| error.to_string())
}

#[test]
fn librdkafka_takes_what_it_is_told() {
    let directory = certificates();
    let tls = "security.protocol=SSL\n";
    let cases = [
        String::new(),
        tls.to_owned(),
        format!("{tls}ssl.endpoint.identification.algorithm="),
        format!("{tls}enable.ssl.certificate.verification=false"),
        format!("{tls}ssl.truststore.type=PEM\nssl.truststore.location=DIR/cert.pem"),
        format!("{tls}ssl.truststore.certificates=INLINE"),
        format!("{tls}ssl.ca.location=DIR"),
        format!("{tls}ssl.certificate.location=DIR/cert.pem\nssl.key.location=DIR/key.pem"),
        format!(
            "{tls}ssl.certificate.location=DIR/cert.pem\nssl.key.location=DIR/locked.pem\n\
             ssl.key.password=geheim"
        ),
        format!("{tls}ssl.keystore.type=PEM\nssl.keystore.location=DIR/both.pem"),
        format!("{tls}ssl.keystore.location=DIR/client.jks\nssl.keystore.password=geheim"),
        format!(
            "{tls}ssl.keystore.certificate.chain=INLINE\nssl.keystore.key=INLINE-KEY\n\
             ssl.key.password=geheim"
        ),
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=u\nsasl.password=p"
            .to_owned(),
        "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-256\nsasl.username=u\n\
         sasl.password=p"
            .to_owned(),
    ];
    for lines in cases {
        assert_eq!(make(directory.path(), &lines), Ok(()), "{lines}");
    }
}

#[test]
fn a_wrong_password_is_noticed() {
    let directory = certificates();
    let lines = "security.protocol=SSL\nssl.keystore.location=DIR/client.jks\n\
                 ssl.keystore.password=falsch";
    let error = make(directory.path(), lines).unwrap_err();
    assert!(error.contains("PKCS") || error.contains("mac verify failure"), "{error}");
}
