//! Properties files as people have them, and what lagtop and librdkafka are told.

use std::time::Duration;

use rstest::rstest;
use secrecy::ExposeSecret;

use super::{CERTIFICATE, ENCRYPTED_KEY, KEY, PKCS12, World};
use crate::config::{
    ClientCredentials, Identity, Mechanism, Note, Origin, Sasl, Settings, Trust, Verify,
};

fn told(settings: &Settings) -> Vec<String> {
    let properties = settings.connection.librdkafka_properties();
    let line =
        |(key, value): &(String, secrecy::SecretString)| format!("{key}={}", value.expose_secret());
    properties.iter().map(line).collect()
}

/// What librdkafka is told beyond what it is always told.
fn told_of_security(world: &World) -> Vec<String> {
    let always = ["bootstrap.servers", "client.id", "socket."];
    let mut lines = told(&world.settings());
    lines.retain(|line| !always.iter().any(|key| line.starts_with(key)));
    lines
}

fn with_files(lines: &str) -> World {
    World::properties(lines)
        .file("ca.pem", CERTIFICATE)
        .file("key.pem", KEY)
        .file("locked.pem", ENCRYPTED_KEY)
        .file("both.pem", [CERTIFICATE, KEY].concat())
        .file("store.jks", PKCS12)
}

const PLAIN: &str = "org.apache.kafka.common.security.plain.PlainLoginModule";
const OAUTH: &str = "org.apache.kafka.common.security.oauthbearer";
const SCRAM: &str = "org.apache.kafka.common.security.scram.ScramLoginModule";

#[test]
fn the_same_cluster_in_both_dialects() {
    let java = with_files(&format!(
        "security.protocol: SASL_SSL\nsasl.mechanism = SCRAM-SHA-512\nsasl.jaas.config={SCRAM} \
         required \\\n  username=\"alice\" \\\n  password=\"pass\\\\\\\\word\";\n\
         ssl.truststore.location=ca.pem\nssl.truststore.type=PEM\n\
         ssl.endpoint.identification.algorithm=\n",
    ));
    let librdkafka = with_files(
        "security.protocol=sasl_ssl\nsasl.mechanisms=scram-sha-512\nsasl.username=alice\n\
         sasl.password=pass\\word\nssl.ca.location=ca.pem\n\
         ssl.endpoint.identification.algorithm=none\n",
    );
    let expected = [
        "security.protocol=sasl_ssl",
        "ssl.ca.location=ca.pem",
        "ssl.endpoint.identification.algorithm=none",
        "sasl.mechanism=SCRAM-SHA-512",
        "sasl.username=alice",
        "sasl.password=pass\\word",
    ];
    assert_eq!(told_of_security(&java), expected);
    assert_eq!(told_of_security(&librdkafka), expected);
    let sasl = java.settings().connection.security.sasl.unwrap();
    assert_eq!(sasl.mechanism(), Mechanism::ScramSha512);
}

#[rstest]
#[case::plain_text("", &["security.protocol=plaintext"])]
#[case::system_trust("security.protocol=SSL", &[
    "security.protocol=ssl",
    "ssl.ca.location=probe",
    "ssl.endpoint.identification.algorithm=https",
])]
#[case::directory("security.protocol=SSL\nssl.ca.location=directory", &[
    "security.protocol=ssl",
    "ssl.ca.location=directory",
    "ssl.endpoint.identification.algorithm=https",
])]
#[case::nothing_checked("security.protocol=SSL\nenable.ssl.certificate.verification=false", &[
    "security.protocol=ssl",
    "ssl.ca.location=probe",
    "enable.ssl.certificate.verification=false",
])]
#[case::plain("security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=u\nsasl.password=", &[
    "security.protocol=sasl_plaintext",
    "sasl.mechanism=PLAIN",
    "sasl.username=u",
    "sasl.password=",
])]
#[case::inline_pem("security.protocol=SSL\nssl.truststore.certificates=C\\nA\nssl.keystore.key=K\n\
                    ssl.keystore.certificate.chain=L\nssl.key.password=s", &[
    "security.protocol=ssl",
    "ssl.ca.pem=C\nA",
    "ssl.endpoint.identification.algorithm=https",
    "ssl.certificate.pem=L",
    "ssl.key.pem=K",
    "ssl.key.password=s",
])]
#[case::pem_files("security.protocol=SSL\nssl.certificate.location=ca.pem\nssl.key.location=key.pem", &[
    "security.protocol=ssl",
    "ssl.ca.location=probe",
    "ssl.endpoint.identification.algorithm=https",
    "ssl.certificate.location=ca.pem",
    "ssl.key.location=key.pem",
])]
#[case::pem_key_store("security.protocol=SSL\nssl.keystore.type=PEM\nssl.keystore.location=both.pem", &[
    "security.protocol=ssl",
    "ssl.ca.location=probe",
    "ssl.endpoint.identification.algorithm=https",
    "ssl.certificate.location=both.pem",
    "ssl.key.location=both.pem",
])]
#[case::pkcs12("security.protocol=SSL\nssl.keystore.location=store.jks\nssl.keystore.password=p", &[
    "security.protocol=ssl",
    "ssl.ca.location=probe",
    "ssl.endpoint.identification.algorithm=https",
    "ssl.keystore.location=store.jks",
    "ssl.keystore.password=p",
])]
fn tells_librdkafka(#[case] lines: &str, #[case] expected: &[&str]) {
    assert_eq!(told_of_security(&with_files(lines)), expected);
}

#[test]
fn a_pkcs12_trust_store_is_left_to_the_caller() {
    let world = with_files(
        "security.protocol=SSL\nssl.truststore.location=store.jks\nssl.truststore.password=p",
    );
    let tls = world.settings().connection.security.tls.unwrap();
    assert!(
        matches!(tls.trust, Trust::Pkcs12 { ref password, .. } if password.expose_secret() == "p")
    );
    assert_eq!(tls.verify, Verify::Full);
    assert!(!told_of_security(&world).iter().any(|line| line.starts_with("ssl.ca")));
}

#[test]
fn an_encrypted_key_comes_with_its_password() {
    let tls = with_files(
        "security.protocol=SSL\nssl.certificate.location=ca.pem\nssl.key.location=locked.pem\n\
         ssl.key.password=p",
    );
    let identity = tls.settings().connection.security.tls.unwrap().identity.unwrap();
    assert!(
        matches!(identity, Identity::Pem { password: Some(ref p), .. } if p.expose_secret() == "p")
    );
}

fn tokens(world: &World) -> ClientCredentials {
    match world.settings().connection.security.sasl {
        Some(Sasl::OAuthBearer(tokens)) => tokens,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_tokens_in_both_dialects() {
    let start =
        "security.protocol=SASL_PLAINTEXT\nsasl.oauthbearer.token.endpoint.url=https://idp/t\n";
    let java = with_files(&format!(
        "{start}sasl.mechanism=OAUTHBEARER\n\
         sasl.login.callback.handler.class={OAUTH}.secured.OAuthBearerLoginCallbackHandler\n\
         sasl.jaas.config={OAUTH}.OAuthBearerLoginModule required clientId=\"c\" \\\n \
         clientSecret=\"s\\\\\\\\x\" scope=\"a b\" extension_pool=\"p 1\" extension_pool=\"p 2\" \\\n \
         ssl.truststore.location=\"store.jks\" ssl.truststore.password=\"p\";\n",
    ));
    let newer = with_files(&format!(
        "{start}sasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.client.credentials.client.id=c\n\
         sasl.oauthbearer.client.credentials.client.secret=s\\\\x\nsasl.oauthbearer.scope=a b\n\
         sasl.oauthbearer.jwt.retriever.class={OAUTH}.ClientCredentialsJwtRetriever\n\
         sasl.jaas.config={OAUTH}.OAuthBearerLoginModule required clientId=\"lost\" \
         extension_pool=\"p 2\";\nsasl.oauthbearer.header.urlencode=true\n",
    ));
    let librdkafka = with_files(&format!(
        "{start}sasl.mechanisms=OAUTHBEARER\nsasl.oauthbearer.method=oidc\n\
         sasl.oauthbearer.client.id=c\nsasl.oauthbearer.client.secret=s\\x\n\
         sasl.oauthbearer.scope=a b\nsasl.oauthbearer.extensions=pool=p 2\n\
         https.ca.location=ca.pem\n",
    ));
    for world in [&java, &newer, &librdkafka] {
        let told = tokens(world);
        assert_eq!(told.endpoint.to_string(), "https://idp:443/t");
        assert_eq!((told.client_id.as_str(), told.scope.as_deref()), ("c", Some("a b")));
        assert_eq!(told.client_secret.expose_secret(), "s\\x");
        assert_eq!(told.extensions, [("pool".to_owned(), "p 2".to_owned())]);
        let expected = ["security.protocol=sasl_plaintext", "sasl.mechanism=OAUTHBEARER"];
        assert_eq!(told_of_security(world), expected, "tokens are handed to it one by one");
    }
    assert!(matches!(tokens(&java).trust, Trust::Pkcs12 { .. }));
    assert!(matches!(tokens(&newer).trust, Trust::System));
    assert!(matches!(tokens(&librdkafka).trust, Trust::PemFile(_)));
    assert_eq!([&java, &newer].map(|world| tokens(world).encoded), [false, true]);
}

#[test]
fn a_higher_place_overrides_half_of_a_login() {
    let file = format!(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n\
         sasl.jaas.config={PLAIN} required username=\"file\" password=\"file\";"
    );
    let login = World::properties(&file).variable("LAGTOP_PROPERTY", "sasl.password=env=x").login();
    assert_eq!((login.username.as_str(), login.password.expose_secret()), ("file", "env=x"));

    let jaas = format!("sasl.jaas.config={PLAIN} required username=\"flag\";");
    let login =
        World::properties(&format!("{}\nsasl.password=left", file.replace("sasl.jaas", "#")))
            .flag("-X")
            .flag(&jaas)
            .login();
    assert_eq!((login.username.as_str(), login.password.expose_secret()), ("flag", "left"));
}

#[test]
fn what_does_not_matter_is_noted() {
    let world = World::properties(
        "group.id=billing\nclient.id=a\nfetch.min.bytes=1\nclient.id=b\nsasl.mechanism=PLAIN\n\
         security.protocol=PLAINTEXT\nkey.deserializer=x.Y\nschema.registry.url=http://r",
    );
    let at = |line| Origin::File { path: "f".into(), line };
    let ignored = |key: &str, line| Note::Ignored { key: key.to_owned(), from: at(line) };
    let settings = world.settings();
    assert_eq!(settings.connection.client_id, "b");
    let expected = [
        ignored("group.id", 2),
        ignored("fetch.min.bytes", 4),
        Note::Repeated { key: "client.id".to_owned(), from: at(3), by: at(5) },
        ignored("key.deserializer", 8),
        ignored("schema.registry.url", 9),
        Note::Unused { key: "sasl.mechanism".to_owned(), from: at(6), protocol: "PLAINTEXT" },
    ];
    assert_eq!(settings.notes, expected);
    assert_eq!(settings.notes[2].to_string(), "f:3: client.id is set again at f:5, which wins");
}

#[test]
fn properties_by_hand_reach_librdkafka_but_never_make_it_a_member() {
    let world = World::typed("-b k -X fetch.min.bytes=1 -X debug=all -X new.tuning.key=1")
        .flag("-X=fetch.min.bytes=2")
        .flag("-X=group.id=billing")
        .flag("-X=enable.auto.commit=true")
        .flag("-X=key.deserializer=x");
    let settings = world.settings();
    let tail: Vec<String> = told(&settings).split_off(5);
    assert_eq!(tail, ["debug=all", "fetch.min.bytes=2", "new.tuning.key=1"]);
    assert_eq!(settings.notes.len(), 3);
}

/// A lower place once won where a property is passed through.
#[test]
fn a_flag_wins_over_a_variable_where_lagtop_passes_a_property_through() {
    let world = World::typed("-b k -X debug=flag")
        .variable("LAGTOP_PROPERTY", "debug=variable\nfetch.min.bytes=1");
    let tail: Vec<String> = told(&world.settings()).split_off(5);
    assert_eq!(tail, ["debug=flag", "fetch.min.bytes=1"]);
}

#[test]
fn timeouts_of_other_clients_are_bent_into_bounds() {
    let connection =
        World::properties("request.timeout.ms=600000\nsocket.connection.setup.timeout.ms=10")
            .settings()
            .connection;
    assert_eq!(connection.request_timeout, Duration::from_mins(5));
    assert_eq!(connection.connect_timeout, Duration::from_millis(100));
    let lines = connection.librdkafka_properties();
    let setup = lines.iter().find(|(key, _)| key == "socket.connection.setup.timeout.ms").unwrap();
    assert_eq!(setup.1.expose_secret(), "1000");
}
