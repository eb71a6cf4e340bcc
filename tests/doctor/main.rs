//! `lagtop doctor` on a real Kafka: what it says when all is well, and which step it names, with what to
//! do, for each thing that can be in the way.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::fs;

use lagtop::{Run, lagtop};
use rstest::rstest;
use said::{end, said, to_do};
use secured::{PASSWORD, secured, user};
use support::forward;
use support::tokens::TokenEndpoint;

#[path = "../lab/mod.rs"]
mod lab;
#[path = "../lagtop/mod.rs"]
mod lagtop;
mod rights;
mod said;
mod secured;
#[path = "../support/mod.rs"]
mod support;

const TLS: &str = "security.protocol=SSL\nssl.ca.location=DIR/ca.pem\n";

#[test]
fn all_is_well() {
    let Some(secured) = secured() else { return };
    for (listener, properties) in [("plain", ""), ("tls", TLS)] {
        let run = secured.at(listener, properties);
        assert_eq!(run.code, Some(0), "{}", run.stdout);
        assert_eq!(end(&run).1, "", "{}", run.stdout);
        assert!(end(&run).0.ends_with(" checks passed"), "{}", run.stdout);
        assert!(said(&run, "read").starts_with("ok read bootstrap.servers"), "{}", run.stdout);
        assert!(said(&run, "listen").starts_with("ok listen __consumer_offsets may be read"));
        assert_eq!(said(&run, "groups"), "ok groups 3 listed, all may be described");
        assert_eq!(said(&run, "topics"), "ok topics 2 may be described");
        let release = if secured.kafka.has_consumer_protocol() { "4.1" } else { "3.9" };
        assert_eq!(said(&run, "Kafka"), format!("ok Kafka speaks as {release} or newer"));
    }
}

#[test]
fn a_token_and_its_session_are_told() {
    let Some(secured) = secured() else { return };
    let endpoint = TokenEndpoint::start(&secured.issuer, ("lagtop", PASSWORD), None).unwrap();
    let properties = format!(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=OAUTHBEARER\n\
         sasl.oauthbearer.client.id=lagtop\nsasl.oauthbearer.client.secret={PASSWORD}\n\
         sasl.oauthbearer.token.endpoint.url={}\n",
        endpoint.url
    );
    let run = secured.at("tokens", &properties);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(said(&run, "token").starts_with("ok token given, good until 20"), "{}", run.stdout);
    assert!(said(&run, "SASL").starts_with("ok SASL OAUTHBEARER, to be renewed within"));
    // Its rights are those that the README gives: enough for all but a look at records.
    assert!(said(&run, "listen").starts_with("ok listen"), "{}", run.stdout);
    assert!(end(&run).0.starts_with("lagtop works, limited in 1 of"), "{}", run.stdout);
    assert!(said(&run, "records").starts_with("limited records"), "{}", run.stdout);

    let unknown = properties.replace("client.id=lagtop", "client.id=nobody");
    let run = secured.at("tokens", &unknown);
    let expected = "FAILED token no token: the token endpoint";
    assert!(said(&run, "token").starts_with(expected), "{}", run.stdout);
}

/// Servers that cannot be had: each with the step at fault, what is said of it, and what to do.
#[rstest]
#[case::wrong_host(
    "nowhere.invalid:9092",
    "",
    "name",
    "the name nowhere.invalid does not resolve",
    "DNS"
)]
#[case::refused("127.0.0.1:1", "", "TCP", "connection refused", "check the port")]
fn servers(
    #[case] server: &str,
    #[case] properties: &str,
    #[case] step: &str,
    #[case] found: &str,
    #[case] advice: &str,
) {
    let Some(secured) = secured() else { return };
    fails(&secured.doctor(server, properties), step, found, advice);
}

/// The same at listeners that want something else.
#[rstest]
#[case::tls_to_plaintext("plain", TLS, "TLS", "does not answer in TLS", "PLAINTEXT, or dial")]
#[case::plaintext_to_tls("tls", "", "TLS", "probably speaks TLS", "security.protocol=SSL")]
#[case::wrong_authority(
    "tls",
    "security.protocol=SSL\nssl.ca.location=DIR/stranger.pem",
    "TLS",
    "not signed by a trusted authority",
    "certificate of CN=localhost, signed by CN=lagtop test authority for the hosts localhost, 127.0.0.1 valid from"
)]
#[case::no_certificate(
    "mutual",
    TLS,
    "identity",
    "asks for a client certificate",
    "ssl.keystore.location"
)]
#[case::nobody("sasl", "", "SASL", "probably requires SASL", "SASL_PLAINTEXT or SASL_SSL")]
#[case::wrong_password(
    "sasl",
    &user("SCRAM-SHA-512", "alice", "wrong"),
    "SASL",
    "authentication failed (SCRAM-SHA-512)",
    "kafka-configs.sh"
)]
#[case::mechanism(
    "sasl",
    &user("SCRAM-SHA-256", "alice", PASSWORD),
    "SASL",
    "does not offer SASL mechanism SCRAM-SHA-256",
    "write sasl.mechanism="
)]
#[case::controller(
    "controller",
    "",
    "cluster",
    "does not support Metadata",
    "the port of a broker"
)]
#[case::no_sasl("plain", &user("PLAIN", "alice", PASSWORD), "SASL", "does not use SASL", "PLAINTEXT or SSL")]
fn listeners(
    #[case] listener: &str,
    #[case] properties: &str,
    #[case] step: &str,
    #[case] found: &str,
    #[case] advice: &str,
) {
    let Some(secured) = secured() else { return };
    fails(&secured.at(listener, properties), step, found, advice);
}

fn fails(run: &Run, step: &str, found: &str, advice: &str) {
    let said = said(run, step);
    assert!(said.starts_with(&format!("FAILED {step} ")), "{}", run.stdout);
    assert!(said.contains(found), "{said}");
    let to_do = to_do(run, step);
    assert!(said.contains(advice) || to_do.contains(advice), "{said}\n{to_do}");
    // Nothing after it is claimed.
    let rest = "\nbrokers and rights\n  skipped  all        no server answered\n";
    assert!(run.stdout.contains(rest), "{}", run.stdout);
    assert!(end(run).0.starts_with("1 of "), "{}", run.stdout);
    assert_eq!(run.code, Some(1));
}

#[test]
fn a_certificate_for_another_host() {
    let Some(secured) = secured() else { return };
    let port = forward::to(secured.port("tls")).unwrap();
    let server = format!("{}:{port}", forward::ELSEWHERE);
    let run = secured.doctor(&server, TLS);
    let certificate = "for the hosts localhost, 127.0.0.1";
    fails(&run, "TLS", "the broker's certificate does not name 127.0.0.2", certificate);
    let careless = format!("{TLS}ssl.endpoint.identification.algorithm=\n");
    let run = secured.doctor(&server, &careless);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    assert!(said(&run, "TLS").contains("its host name is not checked"), "{}", run.stdout);
}

#[test]
fn an_advertised_address_that_is_for_others() {
    let Some(secured) = secured() else { return };
    let run = secured.at("far", "");
    let broker = said(&run, "broker 1");
    assert!(broker.starts_with("FAILED broker 1 kafka.inside.invalid:"), "{}", run.stdout);
    assert!(broker.contains("does not resolve"), "{broker}");
    assert!(to_do(&run, "broker 1").contains("set advertised.listeners of broker 1"), "{run:?}");
    assert_eq!(run.code, Some(1));
    // The server itself is fine.
    assert!(said(&run, "cluster").starts_with("ok cluster"), "{}", run.stdout);
    assert!(run.stdout.contains("\nrights\n  skipped  all        no broker can be reached where"));
    assert!(end(&run).1.starts_with("  advertised addresses, broker 1\n"), "{}", run.stdout);
}

#[test]
fn of_several_servers_each_is_tried_but_a_wrong_password_once() {
    let Some(secured) = secured() else { return };
    let port = secured.port("sasl");
    let servers = format!("127.0.0.1:1,127.0.0.1:{port},localhost:{port}");
    let run = secured.doctor(&servers, &user("PLAIN", "alice", PASSWORD));
    assert!(end(&run).0.starts_with("1 of "), "{}", run.stdout);
    assert!(end(&run).1.starts_with("  127.0.0.1:1, TCP\n    → check the port"), "{}", run.stdout);
    assert!(said(&run, "broker 1").ends_with("as above"), "{}", run.stdout);
    let run = secured.doctor(&servers, &user("PLAIN", "alice", "wrong"));
    assert_eq!(run.stdout.matches("authentication failed").count(), 1, "{}", run.stdout);
    assert!(run.stdout.contains("it would be refused as the one before was"), "{}", run.stdout);
}

#[test]
fn usage_is_2_and_colour_is_for_terminals() {
    let run = Run::of(lagtop(["doctor"])).unwrap();
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.sentence().unwrap().starts_with("no cluster to connect to"), "{run:?}");
    let run = Run::of(lagtop(["doctor", "-b", "127.0.0.1:1"])).unwrap();
    assert!(!run.stdout.contains('\u{1b}'), "{run:?}");
    let run = Run::of(lagtop(["doctor", "-b", "127.0.0.1:1", "--color", "always"])).unwrap();
    assert!(run.stdout.contains("\u{1b}[1;31mFAILED"), "{run:?}");
}

#[test]
fn a_cluster_of_the_config_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = "[clusters.orders]\nbootstrap = '127.0.0.1:1'\nproduction = true\n";
    fs::write(file.path(), text).unwrap();
    let run =
        Run::of(lagtop(["doctor", "-c", "orders", "--config", file.path().to_str().unwrap()]));
    let run = run.unwrap();
    let read = said(&run, "read");
    assert!(read.ends_with("cluster orders of the config file, marked as production"), "{read}");
}
