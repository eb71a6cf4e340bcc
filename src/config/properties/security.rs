//! Encryption and authentication out of the properties that speak of them.

use secrecy::{ExposeSecret, SecretString};

use super::jaas::{self, JaasProblem, Login, Module};
use super::stores::{self, Kind};
use super::{Properties, Property, Role};
use crate::config::error::ConfigError;
use crate::config::note::Note;
use crate::config::resolve::ReadFile;
use crate::config::settings::{Identity, Mechanism, Pem, Sasl, Security, Tls, Trust, Verify};

const TLS_ROLES: [Role; 7] = [
    Role::TruststoreLocation,
    Role::CaLocation,
    Role::CaPem,
    Role::KeystoreLocation,
    Role::CertificateLocation,
    Role::CertificatePem,
    Role::KeyLocation,
];
const SASL_ROLES: [Role; 4] = [Role::Mechanism, Role::Username, Role::Password, Role::Jaas];

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
    let sasl = if with_sasl { Some(sasl(properties, protocol)?) } else { None };
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

// === TLS ===

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
        Role::TruststoreLocation => truststore(property, properties, read),
        Role::CaPem => Ok(Trust::Pem(property.secret().clone())),
        // librdkafka's word for the system's own places.
        _ if property.text() == "probe" => Ok(Trust::System),
        _ => match stores::read(property, read)? {
            None => Ok(Trust::PemDirectory(property.path())),
            Some(content) if stores::has_certificate(&content) => {
                Ok(Trust::PemFile(property.path()))
            }
            Some(content) => Err(stores::unfit(property, &content, CERTIFICATES)),
        },
    }
}

fn truststore(
    property: &Property,
    properties: &Properties,
    read: ReadFile<'_>,
) -> Result<Trust, ConfigError> {
    let content = stores::read(property, read)?.unwrap_or_default();
    let path = property.path();
    match stores::kind(&content) {
        Kind::Pem if stores::has_certificate(&content) => Ok(Trust::PemFile(path)),
        Kind::Pkcs12 => {
            let password = secret_or_empty(properties, Role::TruststorePassword);
            Ok(Trust::Pkcs12 { path, password })
        }
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

fn wrong(property: &Property, what: &'static str, instead: &str) -> ConfigError {
    let text = property.text().to_owned();
    ConfigError::Value { from: property.from.clone(), text, what, instead: instead.to_owned() }
}

// === SASL ===

fn sasl(properties: &Properties, protocol: &str) -> Result<Sasl, ConfigError> {
    let mechanism = mechanism(properties, protocol)?;
    let login = login(properties, mechanism)?;
    let (jaas, jaas_rank) = login.map_or((None, usize::MAX), |(login, rank)| (Some(login), rank));
    // A user or password given in a higher place than the login module wins over the module's.
    let above = |role| properties.get(role).filter(|property| property.rank <= jaas_rank);
    let username = above(Role::Username)
        .map(|property| property.text().to_owned())
        .or_else(|| jaas.as_ref()?.username.clone())
        .or_else(|| Some(properties.get(Role::Username)?.text().to_owned()));
    let password = above(Role::Password)
        .map(|property| property.secret().clone())
        .or_else(|| jaas?.password)
        .or_else(|| Some(properties.get(Role::Password)?.secret().clone()));
    let needs = |missing, instead| ConfigError::Missing {
        from: origin(properties, Role::Mechanism),
        because: format!("sasl.mechanism={mechanism}"),
        missing,
        instead,
    };
    Ok(Sasl {
        mechanism,
        username: username.filter(|name| !name.is_empty()).ok_or_else(|| {
            needs("a user", "sasl.username=NAME, or username=\"NAME\" in sasl.jaas.config")
        })?,
        password: password.ok_or_else(|| {
            needs("a password", "sasl.password=…, or password=\"…\" in sasl.jaas.config")
        })?,
    })
}

fn origin(properties: &Properties, role: Role) -> crate::config::layer::Origin {
    use crate::config::layer::Origin;
    properties.get(role).map_or(Origin::Flag("-X"), |property| property.from.clone())
}

fn mechanism(properties: &Properties, protocol: &str) -> Result<Mechanism, ConfigError> {
    const OTHER: &str = "use PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, and a user that may log in so";
    let Some(property) = properties.get(Role::Mechanism) else {
        return Err(ConfigError::Missing {
            from: origin(properties, Role::Protocol),
            because: format!("security.protocol={protocol}"),
            missing: "sasl.mechanism",
            instead: "sasl.mechanism=PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 (Kafka's clients take \
                      Kerberos if none is named, which lagtop does not speak)",
        });
    };
    let text = property.text();
    if let Some(known) = Mechanism::ALL.into_iter().find(|m| m.name().eq_ignore_ascii_case(text)) {
        return Ok(known);
    }
    let others = ["GSSAPI", "OAUTHBEARER", "AWS_MSK_IAM"];
    Err(match others.iter().find(|other| other.eq_ignore_ascii_case(text)) {
        Some(other) => ConfigError::Unsupported {
            from: property.from.clone(),
            subject: format!("sasl.mechanism={other}"),
            instead: OTHER,
        },
        None => wrong(property, "a sasl.mechanism", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"),
    })
}

/// What `sasl.jaas.config` says, and its rank.
fn login(
    properties: &Properties,
    mechanism: Mechanism,
) -> Result<Option<(Login, usize)>, ConfigError> {
    let Some(property) = properties.get(Role::Jaas) else { return Ok(None) };
    let problem = |problem| ConfigError::Jaas { from: property.from.clone(), problem };
    let login = jaas::parse(property.secret().expose_secret()).map_err(problem)?;
    let module = match mechanism {
        Mechanism::Plain => Module::Plain,
        Mechanism::ScramSha256 | Mechanism::ScramSha512 => Module::Scram,
    };
    if login.module != module {
        return Err(problem(JaasProblem::Mechanism(mechanism.name())));
    }
    Ok(Some((login, property.rank)))
}
