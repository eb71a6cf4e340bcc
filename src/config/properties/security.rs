//! Encryption out of the properties that speak of it, and whether there is authentication.

use secrecy::{ExposeSecret, SecretString};

use super::sasl::sasl;
use super::stores::{self, Kind};
use super::{Properties, Property, Role};
use crate::config::connection::{Identity, Pem, Security, Tls, Trust, Verify};
use crate::config::error::ConfigError;
use crate::config::note::Note;
use crate::config::resolve::ReadFile;

const TLS_ROLES: [Role; 7] = [
    Role::TruststoreLocation,
    Role::CaLocation,
    Role::CaPem,
    Role::KeystoreLocation,
    Role::CertificateLocation,
    Role::CertificatePem,
    Role::KeyLocation,
];
const SASL_ROLES: [Role; 7] = [
    Role::Mechanism,
    Role::Username,
    Role::Password,
    Role::Jaas,
    Role::TokenEndpoint,
    Role::TokenClientId,
    Role::TokenClientSecret,
];

const PROTOCOLS: [(&str, bool, bool); 4] = [
    ("PLAINTEXT", false, false),
    ("SSL", true, false),
    ("SASL_PLAINTEXT", false, true),
    ("SASL_SSL", true, true),
];

const CERTIFICATES: &str =
    "PEM certificate (a PKCS#12 store goes into ssl.truststore.location or ssl.keystore.location)";
const STORE: &str = "PEM or PKCS#12 store";
const KEY: &str = "PEM private key";

/// Builds the security settings. `read` is asked for the files they name, to see what they hold.
pub(in crate::config) fn security(
    properties: &mut Properties,
    read: ReadFile<'_>,
) -> Result<Security, ConfigError> {
    let (protocol, with_tls, with_sasl) = protocol(properties)?;
    let tls = if with_tls { Some(tls(properties, read)?) } else { None };
    let sasl = if with_sasl { Some(sasl(properties, protocol, read)?) } else { None };
    let unused_tls = TLS_ROLES.iter().filter(|_| !with_tls);
    let unused_sasl = SASL_ROLES.iter().filter(|_| !with_sasl);
    for role in unused_tls.chain(unused_sasl) {
        if let Some(Property { key, from, .. }) = properties.used.get(role) {
            let (key, from) = (key.clone(), from.clone());
            properties.notes.push(Note::Unused { key, from, protocol });
        }
    }
    Ok(Security { tls, sasl })
}

/// A value of `security.protocol`, and whether it speaks TLS and SASL; `None` if there is no such one.
pub(super) fn protocol_named(name: &str) -> Option<(&'static str, bool, bool)> {
    PROTOCOLS.iter().find(|known| known.0.eq_ignore_ascii_case(name)).copied()
}

fn protocol(properties: &Properties) -> Result<(&'static str, bool, bool), ConfigError> {
    if let Some(property) = properties.get(Role::Protocol) {
        return protocol_named(property.text()).ok_or_else(|| ConfigError::Value {
            from: property.from.clone(),
            text: property.text().to_owned(),
            what: "a security.protocol",
            instead: "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL".to_owned(),
        });
    }
    // Kafka's clients would silently go without what was given here; nobody who wrote it wants that.
    let speaks_of = |roles: &[Role]| roles.iter().find_map(|role| properties.get(*role));
    let (property, instead) = match (speaks_of(&SASL_ROLES), speaks_of(&TLS_ROLES)) {
        (None, None) => return Ok(("PLAINTEXT", false, false)),
        (Some(sasl), None) => (sasl, "security.protocol=SASL_SSL, or SASL_PLAINTEXT without TLS"),
        (Some(sasl), Some(_)) => (sasl, "security.protocol=SASL_SSL"),
        (None, Some(tls)) => (tls, "security.protocol=SSL"),
    };
    Err(missing(property, "security.protocol", instead))
}

fn missing(property: &Property, missing: &'static str, instead: &'static str) -> ConfigError {
    let because = property.key.clone();
    ConfigError::Missing { from: property.from.clone(), because, missing, instead }
}

fn tls(properties: &Properties, read: ReadFile<'_>) -> Result<Tls, ConfigError> {
    Ok(Tls {
        trust: trust(properties, read)?,
        identity: identity(properties, read)?,
        verify: verify(properties)?,
    })
}

fn trust(properties: &Properties, read: ReadFile<'_>) -> Result<Trust, ConfigError> {
    let places = [Role::TruststoreLocation, Role::CaLocation, Role::CaPem];
    let Some((role, property)) = properties.one_of(&places)? else { return Ok(Trust::System) };
    match role {
        Role::TruststoreLocation => {
            truststore(property, secret_or_empty(properties, Role::TruststorePassword), read)
        }
        Role::CaPem => Ok(Trust::Pem(property.secret().clone())),
        _ => authorities(property, read),
    }
}

/// A file or a directory of PEM certificates.
pub(super) fn authorities(property: &Property, read: ReadFile<'_>) -> Result<Trust, ConfigError> {
    // librdkafka's word for the system's own places.
    if property.text() == "probe" {
        return Ok(Trust::System);
    }
    match stores::read(property, read)? {
        None => Ok(Trust::PemDirectory(property.path())),
        Some(content) if stores::has_certificate(&content) => Ok(Trust::PemFile(property.path())),
        Some(content) => Err(stores::unfit(property, &content, CERTIFICATES)),
    }
}

/// A Java trust store, in PEM or PKCS#12.
pub(super) fn truststore(
    property: &Property,
    password: SecretString,
    read: ReadFile<'_>,
) -> Result<Trust, ConfigError> {
    let content = stores::read(property, read)?.unwrap_or_default();
    let path = property.path();
    match stores::kind(&content) {
        Kind::Pem if stores::has_certificate(&content) => Ok(Trust::PemFile(path)),
        Kind::Pkcs12 => Ok(Trust::Pkcs12 { path, password }),
        Kind::Pem | Kind::Java(_) | Kind::Unknown => Err(stores::unfit(property, &content, STORE)),
    }
}

fn identity(properties: &Properties, read: ReadFile<'_>) -> Result<Option<Identity>, ConfigError> {
    let places = [Role::KeystoreLocation, Role::CertificateLocation, Role::CertificatePem];
    let key = properties.one_of(&[Role::KeyLocation, Role::KeyPem])?;
    let Some((role, property)) = properties.one_of(&places)? else {
        return key.map_or(Ok(None), |(_, key)| {
            Err(missing(key, "the certificate of the key", "ssl.certificate.location=FILE too"))
        });
    };
    let certificate = match role {
        Role::KeystoreLocation => return keystore(property, properties, read).map(Some),
        Role::CertificatePem => Pem::Text(property.secret().clone()),
        _ => {
            stores::read_with(property, read, stores::has_certificate, CERTIFICATES)?;
            Pem::File(property.path())
        }
    };
    let Some((role, key)) = key else {
        return Err(missing(property, "the private key", "ssl.key.location=FILE too"));
    };
    let (content, pem) = if role == Role::KeyPem {
        let text = key.secret();
        (text.expose_secret().as_bytes().to_vec(), Pem::Text(text.clone()))
    } else {
        (stores::read_with(key, read, stores::has_key, KEY)?, Pem::File(key.path()))
    };
    let password = key_password(properties, key, &content)?;
    Ok(Some(Identity::Pem { certificate, key: pem, password }))
}

fn keystore(
    property: &Property,
    properties: &Properties,
    read: ReadFile<'_>,
) -> Result<Identity, ConfigError> {
    let content = stores::read(property, read)?.unwrap_or_default();
    let path = property.path();
    match stores::kind(&content) {
        Kind::Pkcs12 => {
            let password = secret_or_empty(properties, Role::KeystorePassword);
            Ok(Identity::Pkcs12 { path, password })
        }
        Kind::Pem if stores::has_certificate(&content) && stores::has_key(&content) => {
            let password = key_password(properties, property, &content)?;
            let file = Pem::File(path);
            Ok(Identity::Pem { certificate: file.clone(), key: file, password })
        }
        Kind::Pem | Kind::Java(_) | Kind::Unknown => Err(stores::unfit(
            property,
            &content,
            "certificate with its private key in PEM or PKCS#12",
        )),
    }
}

fn key_password(
    properties: &Properties,
    key: &Property,
    content: &[u8],
) -> Result<Option<SecretString>, ConfigError> {
    let password = properties.get(Role::KeyPassword).map(|password| password.secret().clone());
    if password.is_none() && stores::has_encrypted_key(content) {
        return Err(missing(key, "the password of its encrypted key", "ssl.key.password=… too"));
    }
    Ok(password)
}

fn secret_or_empty(properties: &Properties, role: Role) -> SecretString {
    properties.get(role).map_or_else(SecretString::default, |property| property.secret().clone())
}

fn verify(properties: &Properties) -> Result<Verify, ConfigError> {
    if let Some(property) = properties.get(Role::CertificateCheck) {
        match property.text() {
            "false" => return Ok(Verify::Nothing),
            "true" => {}
            _ => return Err(wrong(property, "a yes or no", "true or false")),
        }
    }
    match properties.get(Role::HostCheck) {
        None => Ok(Verify::Full),
        Some(property) => match property.text().to_ascii_lowercase().as_str() {
            "https" => Ok(Verify::Full),
            "" | "none" => Ok(Verify::ChainOnly),
            _ => Err(wrong(property, "a way to check host names", "https, or none")),
        },
    }
}

pub(super) fn wrong(property: &Property, what: &'static str, instead: &str) -> ConfigError {
    let text = property.text().to_owned();
    ConfigError::Value { from: property.from.clone(), text, what, instead: instead.to_owned() }
}
