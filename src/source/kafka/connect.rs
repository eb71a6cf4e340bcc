//! From settings to what the clients are made from: the one place where the wire client's words and
//! the settings' words meet. May import `config`, `model` and the wire client's public types; opens
//! no connection.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;

use super::consumer::Properties;
use super::oauth::{self, Tokens};
use super::wire;
use crate::config::{self, Connection, Pem, Verify};
use crate::model;
use crate::model::time::SystemClock;

/// The wire client's configuration for `connection`.
///
/// Reads nothing but a directory of authorities, which the wire client does not know: it is read
/// once, here, and may fail.
pub fn wire_config(connection: &Connection) -> io::Result<wire::ClientConfig> {
    let bootstrap = connection.bootstrap.iter();
    let bootstrap = bootstrap.map(|at| wire::HostPort::new(&*at.host, at.port)).collect();
    let sasl = connection.security.sasl.as_ref();
    Ok(wire::ClientConfig {
        security: wire::Security {
            tls: connection.security.tls.as_ref().map(tls).transpose()?,
            sasl: sasl.map(|it| self::sasl(it, connection.connect_timeout)).transpose()?,
        },
        connect_timeout: connection.connect_timeout,
        request_timeout: connection.request_timeout,
        ..wire::ClientConfig::new(bootstrap, &*connection.client_id)
    })
}

/// What librdkafka is told to reach the cluster as the wire client does.
///
/// It reads no PKCS#12 trust store, so its certificates are read here, once. A store that cannot be read
/// is left out: the wire client reads the same one when it dials, which comes first, and says why not.
#[must_use]
pub fn librdkafka_properties(connection: &Connection) -> Properties {
    let mut properties = connection.librdkafka_properties();
    let tls = connection.security.tls.as_ref();
    if let Some(tls) = tls.filter(|tls| matches!(tls.trust, config::Trust::Pkcs12 { .. })) {
        let pem = trust(&tls.trust).ok().and_then(|trust| wire::trusted_pem(&trust).ok());
        if let Some(pem) = pem.and_then(|pem| String::from_utf8(pem).ok()) {
            properties.push(("ssl.ca.pem".to_owned(), pem.into()));
        }
    }
    properties.into()
}

/// The isolation level in the model's words.
#[must_use]
pub const fn isolation(settings: config::Isolation) -> model::Isolation {
    match settings {
        config::Isolation::ReadUncommitted => model::Isolation::ReadUncommitted,
        config::Isolation::ReadCommitted => model::Isolation::ReadCommitted,
    }
}

fn tls(tls: &config::Tls) -> io::Result<wire::TlsConfig> {
    Ok(wire::TlsConfig {
        trust: trust(&tls.trust)?,
        identity: tls.identity.as_ref().map(identity),
        verify_certificate: tls.verify != Verify::Nothing,
        verify_hostname: tls.verify == Verify::Full,
    })
}

fn trust(trust: &config::Trust) -> io::Result<wire::Trust> {
    Ok(match trust {
        config::Trust::System => wire::Trust::System,
        config::Trust::PemFile(path) => wire::Trust::Pem(wire::Material::File(path.clone())),
        config::Trust::PemDirectory(path) => {
            wire::Trust::Pem(wire::Material::Inline(authorities(path)?))
        }
        config::Trust::Pem(text) => wire::Trust::Pem(inline(text.expose_secret())),
        config::Trust::Pkcs12 { path, password } => wire::Trust::Pkcs12 {
            store: wire::Material::File(path.clone()),
            password: Some(password.clone()),
        },
    })
}

fn identity(identity: &config::Identity) -> wire::Identity {
    match identity {
        config::Identity::Pem { certificate, key, password } => wire::Identity::Pem {
            certificates: material(certificate),
            key: Some(material(key)),
            key_password: password.clone(),
        },
        config::Identity::Pkcs12 { path, password } => wire::Identity::Pkcs12 {
            store: wire::Material::File(path.clone()),
            password: Some(password.clone()),
        },
    }
}

fn material(pem: &Pem) -> wire::Material {
    match pem {
        Pem::File(path) => wire::Material::File(path.clone()),
        Pem::Text(text) => inline(text.expose_secret()),
    }
}

fn inline(text: &str) -> wire::Material {
    wire::Material::Inline(text.as_bytes().to_vec())
}

fn sasl(sasl: &config::Sasl, limit: Duration) -> io::Result<wire::Sasl> {
    Ok(match sasl {
        config::Sasl::Plain(it) => wire::Sasl::Plain(login(it)),
        config::Sasl::ScramSha256(it) => wire::Sasl::ScramSha256(login(it)),
        config::Sasl::ScramSha512(it) => wire::Sasl::ScramSha512(login(it)),
        config::Sasl::OAuthBearer(it) => {
            let credentials = client_credentials(it, limit)?;
            wire::Sasl::OAuthBearer(Arc::new(Tokens::new(credentials, Arc::new(SystemClock))))
        }
    })
}

fn login(login: &config::Login) -> wire::Login {
    wire::Login { username: login.username.clone(), password: login.password.clone() }
}

fn client_credentials(
    given: &config::ClientCredentials,
    limit: Duration,
) -> io::Result<oauth::ClientCredentials> {
    let at = wire::HostPort::new(&*given.endpoint.at.host, given.endpoint.at.port);
    let encrypted = given.endpoint.encrypted.then(|| trust(&given.trust));
    let tls = encrypted.transpose()?;
    Ok(oauth::ClientCredentials {
        endpoint: oauth::Endpoint {
            at,
            tls: tls.map(|trust| wire::TlsConfig { trust, ..wire::TlsConfig::default() }),
            path: given.endpoint.path.clone(),
        },
        client_id: given.client_id.clone(),
        client_secret: given.client_secret.clone(),
        scope: given.scope.clone(),
        encoded: given.encoded,
        extensions: given.extensions.as_slice().into(),
        limit,
    })
}

/// The certificates of a directory as OpenSSL looks them up there: in files named by hash, as
/// `openssl rehash` links them (openssl-rehash(1)). Whatever else lies there is not trusted.
fn authorities(directory: &Path) -> io::Result<Vec<u8>> {
    let mut pem = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_hash_name) {
            pem.extend(fs::read(entry.path())?);
            pem.push(b'\n');
        }
    }
    if pem.is_empty() {
        let shown = directory.to_string_lossy();
        return Err(io::Error::other(format!(
            "'{}' holds no certificate named by its hash; run openssl rehash on it, or name a file",
            shown.escape_debug()
        )));
    }
    Ok(pem)
}

/// `5ed36f99.0`: eight hexadecimal digits and a number.
fn is_hash_name(name: &str) -> bool {
    name.split_once('.').is_some_and(|(hash, number)| {
        hash.len() == 8
            && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;

    use super::*;
    use crate::config::{HostPort, Identity, Mechanism, Sasl, Security, Tls, Trust};

    fn connection(security: Security) -> Connection {
        Connection {
            bootstrap: vec![HostPort { host: "::1".to_owned(), port: 9093 }],
            client_id: "me".to_owned(),
            security,
            request_timeout: Duration::from_secs(3),
            connect_timeout: Duration::from_secs(4),
            passed_through: Vec::new(),
        }
    }

    fn with_trust(trust: Trust) -> io::Result<wire::Trust> {
        let tls = Tls { trust, identity: None, verify: Verify::Full };
        let config = wire_config(&connection(Security { tls: Some(tls), sasl: None }))?;
        Ok(config.security.tls.unwrap().trust)
    }

    #[test]
    fn addresses_names_and_deadlines() {
        let config = wire_config(&connection(Security::default())).unwrap();
        assert_eq!(config.bootstrap[0].to_string(), "[::1]:9093");
        assert_eq!(config.client_id, "me");
        assert_eq!(config.request_timeout, Duration::from_secs(3));
        assert_eq!(config.connect_timeout, Duration::from_secs(4));
        assert!(config.security.tls.is_none() && config.security.sasl.is_none());
    }

    #[rstest]
    #[case(Verify::Full, true, true)]
    #[case(Verify::ChainOnly, true, false)]
    #[case(Verify::Nothing, false, false)]
    fn checks(#[case] verify: Verify, #[case] certificate: bool, #[case] hostname: bool) {
        let config = tls(&Tls { trust: Trust::System, identity: None, verify }).unwrap();
        assert_eq!((config.verify_certificate, config.verify_hostname), (certificate, hostname));
        assert!(matches!(config.trust, wire::Trust::System));
    }

    #[test]
    fn stores_and_texts() {
        let file = with_trust(Trust::PemFile("ca.pem".into())).unwrap();
        assert!(
            matches!(file, wire::Trust::Pem(wire::Material::File(p)) if p == Path::new("ca.pem"))
        );
        let text = with_trust(Trust::Pem("PEM".into())).unwrap();
        assert!(matches!(text, wire::Trust::Pem(wire::Material::Inline(b)) if b == b"PEM"));
        let store = Trust::Pkcs12 { path: "t.p12".into(), password: "p".into() };
        let wire::Trust::Pkcs12 { password: Some(password), .. } = with_trust(store).unwrap()
        else {
            panic!("another kind of trust")
        };
        assert_eq!(password.expose_secret(), "p");
    }

    #[test]
    fn a_directory_is_what_openssl_rehash_made_of_it() {
        let directory = tempfile::tempdir().unwrap();
        let trust = || with_trust(Trust::PemDirectory(directory.path().to_owned()));
        fs::write(directory.path().join("README.pem"), "not trusted").unwrap();
        let error = trust().unwrap_err().to_string();
        assert!(error.contains("openssl rehash"), "{error}");

        fs::write(directory.path().join("5ed36f99.0"), "ONE").unwrap();
        let pem = trust().unwrap();
        assert!(matches!(pem, wire::Trust::Pem(wire::Material::Inline(b)) if b == b"ONE\n"));
    }

    #[test]
    fn identities() {
        let pem = Identity::Pem {
            certificate: Pem::File("c.pem".into()),
            key: Pem::Text("KEY".into()),
            password: Some("p".into()),
        };
        let wire::Identity::Pem { certificates, key, key_password } = identity(&pem) else {
            panic!("another kind of identity")
        };
        assert_eq!(certificates, wire::Material::File("c.pem".into()));
        assert_eq!(key, Some(wire::Material::Inline(b"KEY".to_vec())));
        assert_eq!(key_password.unwrap().expose_secret(), "p");
        let store = Identity::Pkcs12 { path: "k.p12".into(), password: "p".into() };
        assert!(matches!(identity(&store), wire::Identity::Pkcs12 { password: Some(_), .. }));
    }

    #[test]
    fn mechanisms_keep_their_names() {
        let login = || config::Login { username: "u".to_owned(), password: "p".into() };
        let tokens = config::ClientCredentials {
            endpoint: config::Endpoint {
                encrypted: true,
                at: HostPort { host: "idp".to_owned(), port: 443 },
                path: "/token".to_owned(),
            },
            trust: Trust::System,
            client_id: "c".to_owned(),
            client_secret: "s".into(),
            scope: None,
            encoded: false,
            extensions: Vec::new(),
        };
        let all = [
            Sasl::Plain(login()),
            Sasl::ScramSha256(login()),
            Sasl::ScramSha512(login()),
            Sasl::OAuthBearer(tokens),
        ];
        assert_eq!(all.each_ref().map(Sasl::mechanism), Mechanism::ALL);
        for settings in all {
            let wire = sasl(&settings, Duration::from_secs(1)).unwrap();
            assert_eq!(wire.mechanism().name(), settings.mechanism().name());
        }
    }
}
