//! No password in an error, in `Debug`, or in a note, whatever mistake surrounds it.

use proptest::prelude::*;
use proptest::sample::select;

use clap::Parser;

use super::{CERTIFICATE, ENCRYPTED_KEY, World};
use crate::config::{Cli, Layer};

/// Long and odd enough not to be part of a message by chance.
fn secret() -> impl Strategy<Value = String> {
    "[A-Za-z0-9]{6}#[a-z0-9.]{8}"
}

/// Lines around a secret: right ones, and mistakes people make.
const LINES: [&str; 32] = [
    "security.protocol=SASL_SSL",
    "security.protocol=SASL_PLAINTEXT",
    "security.protocol=nonsense",
    "sasl.mechanism=PLAIN",
    "sasl.mechanism=SCRAM-SHA-256",
    "sasl.mechanism=GSSAPI",
    "sasl.username=alice",
    "sasl.password=SECRET",
    "sasl.password SECRET",
    "sasl.passwordSECRET",
    "sasl.password.=SECRET",
    "sasl.pasword=SECRET",
    "SECRET",
    "SECRET=",
    "sasl.password=\\uSECRET",
    "sasl.jaas.config=x.PlainLoginModule required username=\"alice\" password=\"SECRET\";",
    "sasl.jaas.config=x.PlainLoginModule required username=\"alice\" password=\"SECRET\"",
    "sasl.jaas.config=x.PlainLoginModule required username=\"alice\" \"SECRET\";",
    "sasl.jaas.config=SECRET required;",
    "sasl.mechanism=OAUTHBEARER",
    "sasl.oauthbearer.token.endpoint.url=https://idp/token?key=SECRET",
    "sasl.oauthbearer.token.endpoint.url=https://me:SECRET@idp/token",
    "sasl.oauthbearer.client.id=c",
    "sasl.oauthbearer.client.secret=SECRET",
    "sasl.oauthbearer.config=SECRET",
    "sasl.oauthbearer.assertion.private.key.passphrase=SECRET",
    "sasl.jaas.config=x.OAuthBearerLoginModule required clientId=\"c\" clientSecret=\"SECRET\";",
    "ssl.truststore.password=SECRET",
    "ssl.keystore.password=SECRET",
    "ssl.key.password=SECRET",
    "ssl.keystore.key=SECRET",
    "ssl.certificate.location=ca",
];

/// A line of a properties file as the config file has it; what is none of those stays as it is.
fn toml(line: &str) -> String {
    match line.split_once('=') {
        Some((key, value)) => format!("'{key}' = '{value}'\n"),
        None => format!("{line}\n"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn never_shown(
        secret in secret(),
        lines in proptest::collection::vec(select(LINES.to_vec()), 1..8),
        place in 0..3,
    ) {
        let lines: Vec<String> = lines.iter().map(|line| line.replace("SECRET", &secret)).collect();
        let mut world = World::typed("-b k -v").file("ca", CERTIFICATE).file("locked", ENCRYPTED_KEY);
        world = match place {
            0 => world.variable("LAGTOP_PROPERTY", lines.join("\n")),
            1 => world.flag("-F").flag("f").file("f", lines.join("\n")),
            _ => {
                let section = "default-cluster = 'x'\n[clusters.x]\nbootstrap = 'k'\n[clusters.x.properties]";
                world.flags.clear();
                world.config(&format!("{section}\n{}\n", lines.iter().map(|line| toml(line)).collect::<String>()))
            }
        };
        let shown = match world.resolve() {
            Ok(settings) => {
                let notes: Vec<String> = settings.notes.iter().map(ToString::to_string).collect();
                let told = settings.connection.librdkafka_properties();
                format!("{settings:?} {notes:?} {told:?}")
            }
            Err(error) => format!("{error} {error:?}"),
        };
        prop_assert!(!shown.contains(&secret), "{}", shown);
        // Nor one half of it, split where a comment or a separator would split it.
        let (left, right) = secret.split_once('#').unwrap();
        prop_assert!(!shown.contains(left) && !shown.contains(right), "{}", shown);
    }

    #[test]
    fn any_file_is_answered(content in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = World::typed("-b k -F f").file("f", content).resolve();
    }

    #[test]
    fn any_property_is_answered(text in "\\PC{0,40}") {
        let _ = World::typed("-b k").flag(&format!("-X={text}")).resolve();
    }
}

#[test]
fn the_command_line_is_not_echoed() {
    let error = World::typed("-b k").flag("-X").flag("sasl.password:hunter2").error();
    assert!(!error.contains("hunter2"), "{error}");
    let cli = Cli::try_parse_from(["lagtop", "-X", "sasl.password=hunter2"]).unwrap();
    let shown = format!("{cli:?} {:?}", Layer::from_flags(&cli));
    assert!(shown.contains("property") && !shown.contains("hunter2"), "{shown}");
}
