//! What to do about what stands in the way of a connection.

use crate::source::kafka::wire::{Sasl, Stage, TlsFailure, WireErrorKind as Kind};

/// A sentence each, the likeliest first.
pub(super) fn of(kind: &Kind, sasl: Option<&Sasl>) -> Vec<String> {
    let one = |text: &str| vec![text.to_owned()];
    match kind {
        Kind::Config(_) => one("put right the property that names it"),
        Kind::Unresolved { .. } => {
            one("check the spelling, and what DNS and /etc/hosts say on this host")
        }
        Kind::Refused => {
            one("check the port against the broker's listeners, and that the broker runs")
        }
        Kind::Network(_) => one("check routes and firewalls between this host and the broker"),
        Kind::ConnectTimeout { stage, .. } => one(slow(*stage)),
        Kind::Tls(failure) => tls(failure),
        Kind::SpeaksTls => one(match sasl {
            None => "write security.protocol=SSL, or dial the port of a listener without TLS",
            Some(_) => {
                "write security.protocol=SASL_SSL, or dial the port of a listener without TLS"
            }
        }),
        Kind::SpeaksPlaintext => one(match sasl {
            None => "write security.protocol=PLAINTEXT, or dial the port of a listener with TLS",
            Some(_) => {
                "write security.protocol=SASL_PLAINTEXT, or dial the port of a listener with TLS"
            }
        }),
        Kind::WantsSasl => one(
            "write security.protocol=SASL_PLAINTEXT or SASL_SSL, and a sasl.mechanism with its login",
        ),
        Kind::NoSasl => one(
            "write security.protocol=PLAINTEXT or SSL, or dial the port of a listener with SASL",
        ),
        Kind::Mechanism { offered, .. } => offered.first().map_or_else(Vec::new, |first| {
            vec![format!("write sasl.mechanism={first}, with a login for it")]
        }),
        Kind::Authentication { .. } => one(match sasl {
            Some(Sasl::OAuthBearer(_)) => {
                "compare the token's issuer, audience and keys with what the broker expects \
                 (sasl.oauthbearer.expected.…, sasl.oauthbearer.jwks.endpoint.url)"
            }
            _ => "check user and password; for SCRAM, that kafka-configs.sh made the user",
        }),
        Kind::NoToken(_) => {
            one("check sasl.oauthbearer.token.endpoint.url, the client id and its secret")
        }
        Kind::BrokerNotAuthentic { .. } => {
            one("find out who answers there: it did not know the password")
        }
        Kind::UnsupportedVersion { theirs: None, .. } => {
            one("a controller of a KRaft cluster answers so: dial the port of a broker")
        }
        Kind::UnsupportedVersion { .. } => one("lagtop speaks to brokers from 2.1 on"),
        Kind::Malformed(_) | Kind::TooLarge { .. } => {
            one("check that a Kafka broker listens there, and not another service")
        }
        Kind::Lost(_) | Kind::Timeout { .. } => one("look into the broker's log"),
        _ => Vec::new(),
    }
}

fn slow(stage: Stage) -> &'static str {
    match stage {
        Stage::Resolve => "check the name servers of this host (/etc/resolv.conf)",
        Stage::Tcp => "a firewall that drops packets looks so: check the way to the port",
        Stage::Tls => {
            "the listener accepts and is silent: check that it speaks TLS, or raise --timeout"
        }
        Stage::Versions => {
            "the listener accepts and is silent: check that it is a Kafka broker that is not frozen; \
             if it speaks TLS, write security.protocol=SSL"
        }
        Stage::Token => "check the token endpoint, or raise --timeout",
        Stage::Sasl | Stage::Metadata => "look into the broker's log, or raise --timeout",
    }
}

fn tls(failure: &TlsFailure) -> Vec<String> {
    let one = match failure {
        TlsFailure::UnknownAuthority(_) => {
            "name a file with the certificate of the authority that signed it: ssl.ca.location, or \
             ssl.truststore.location with its password"
        }
        TlsFailure::HostnameMismatch(_) => {
            "dial it by a host that its certificate is for, or have one issued for this host; \
             ssl.endpoint.identification.algorithm= switches the check off"
        }
        TlsFailure::NotValidNow(_) => {
            "have the certificate renewed, or put this host's clock right"
        }
        TlsFailure::CertificateRequired => {
            "give a certificate of your own: ssl.keystore.location, or ssl.certificate.location and \
             ssl.key.location"
        }
        TlsFailure::CertificateRefused(_) => {
            "have your certificate signed by an authority that the broker trusts (its \
             ssl.truststore.location)"
        }
        TlsFailure::NothingInCommon(_) => "have the broker allow TLS 1.2 or 1.3",
        _ => "look into the broker's log",
    };
    vec![one.to_owned()]
}

/// Whether it helps to see the certificate.
pub(super) const fn is_of_certificate(failure: &TlsFailure) -> bool {
    matches!(
        failure,
        TlsFailure::UnknownAuthority(_)
            | TlsFailure::HostnameMismatch(_)
            | TlsFailure::NotValidNow(_)
            | TlsFailure::Certificate(_)
    )
}

/// A moment as people write it, to the minute, in UTC.
pub(super) fn moment(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
