//! Authentication out of the properties that speak of it.

use secrecy::{ExposeSecret, SecretString};

use super::jaas::{self, JaasProblem, Module};
use super::oauth::client_credentials;
use super::security::wrong;
use super::{Properties, Property, Role};
use crate::config::connection::{Login, Mechanism, Sasl};
use crate::config::error::ConfigError;
use crate::config::layer::Origin;
use crate::config::resolve::ReadFile;

pub(super) fn sasl(
    properties: &Properties,
    protocol: &str,
    read: ReadFile<'_>,
) -> Result<Sasl, ConfigError> {
    let mechanism = mechanism(properties, protocol)?;
    let told = Told { properties, mechanism, jaas: jaas(properties, mechanism)? };
    Ok(match mechanism {
        Mechanism::Plain => Sasl::Plain(login(&told)?),
        Mechanism::ScramSha256 => Sasl::ScramSha256(login(&told)?),
        Mechanism::ScramSha512 => Sasl::ScramSha512(login(&told)?),
        Mechanism::OAuthBearer => Sasl::OAuthBearer(client_credentials(&told, read)?),
    })
}

/// What was told of the mechanism: by properties of their own, and by options of a login module.
pub(super) struct Told<'a> {
    pub(super) properties: &'a Properties,
    mechanism: Mechanism,
    pub(super) jaas: Option<Jaas>,
}

/// What `sasl.jaas.config` says, and where.
pub(super) struct Jaas {
    pub(super) login: jaas::Login,
    pub(super) from: Origin,
    pub(super) rank: usize,
}

impl Jaas {
    pub(super) fn problem(&self, problem: JaasProblem) -> ConfigError {
        ConfigError::Jaas { from: self.from.clone(), problem }
    }
}

impl Told<'_> {
    /// A property, or the option of the same meaning, whichever was written in the higher place; the
    /// property where that is the same.
    pub(super) fn secret(&self, role: Role, option: &str) -> Option<&SecretString> {
        match self.place(role, option)? {
            Place::Property(property) => Some(property.secret()),
            Place::Option(value) => Some(value),
        }
    }

    /// The same of what is no secret; `None` if it is empty.
    pub(super) fn text(&self, role: Role, option: &str) -> Option<&str> {
        let text = match self.place(role, option)? {
            Place::Property(property) => property.text(),
            Place::Option(value) => value.expose_secret(),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    fn place(&self, role: Role, option: &str) -> Option<Place<'_>> {
        let property = self.properties.get(role);
        let jaas = self.jaas.as_ref().and_then(|jaas| Some((jaas, jaas.login.option(option)?)));
        match (property, jaas) {
            (Some(property), Some((jaas, value))) if property.rank > jaas.rank => {
                Some(Place::Option(value))
            }
            (Some(property), _) => Some(Place::Property(property)),
            (None, jaas) => jaas.map(|(_, value)| Place::Option(value)),
        }
    }

    /// The error for what the mechanism cannot do without.
    pub(super) fn needs(&self, missing: &'static str, instead: &'static str) -> ConfigError {
        let because = format!("sasl.mechanism={}", self.mechanism);
        let from = origin(self.properties, Role::Mechanism);
        ConfigError::Missing { from, because, missing, instead }
    }
}

enum Place<'a> {
    Property(&'a Property),
    Option(&'a SecretString),
}

fn login(told: &Told<'_>) -> Result<Login, ConfigError> {
    let username = told.text(Role::Username, "username").ok_or_else(|| {
        told.needs("a user", "sasl.username=NAME, or username=\"NAME\" in sasl.jaas.config")
    })?;
    let password = told.secret(Role::Password, "password").ok_or_else(|| {
        told.needs("a password", "sasl.password=…, or password=\"…\" in sasl.jaas.config")
    })?;
    Ok(Login { username: username.to_owned(), password: password.clone() })
}

fn origin(properties: &Properties, role: Role) -> Origin {
    properties.get(role).map_or(Origin::Flag("-X"), |property| property.from.clone())
}

fn mechanism(properties: &Properties, protocol: &str) -> Result<Mechanism, ConfigError> {
    const OURS: &str = "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER";
    const OTHER: &str = "use PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER, and a user that \
                         may log in so";
    let Some(property) = properties.get(Role::Mechanism) else {
        return Err(ConfigError::Missing {
            from: origin(properties, Role::Protocol),
            because: format!("security.protocol={protocol}"),
            missing: "sasl.mechanism",
            instead: "sasl.mechanism=PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER (Kafka's \
                      clients take Kerberos if none is named, which lagtop does not speak)",
        });
    };
    let text = property.text();
    if let Some(known) = Mechanism::ALL.into_iter().find(|m| m.name().eq_ignore_ascii_case(text)) {
        return Ok(known);
    }
    let others = ["GSSAPI", "AWS_MSK_IAM"];
    Err(match others.iter().find(|other| other.eq_ignore_ascii_case(text)) {
        Some(other) => ConfigError::Unsupported {
            from: property.from.clone(),
            subject: format!("sasl.mechanism={other}"),
            instead: OTHER,
        },
        None => wrong(property, "a sasl.mechanism", OURS),
    })
}

fn jaas(properties: &Properties, mechanism: Mechanism) -> Result<Option<Jaas>, ConfigError> {
    let Some(property) = properties.get(Role::Jaas) else { return Ok(None) };
    let problem = |problem| ConfigError::Jaas { from: property.from.clone(), problem };
    let login = jaas::parse(property.secret().expose_secret()).map_err(problem)?;
    let module = match mechanism {
        Mechanism::Plain => Module::Plain,
        Mechanism::ScramSha256 | Mechanism::ScramSha512 => Module::Scram,
        Mechanism::OAuthBearer => Module::OAuthBearer,
    };
    if login.module != module {
        return Err(problem(JaasProblem::Mechanism(mechanism.name())));
    }
    Ok(Some(Jaas { login, from: property.from.clone(), rank: property.rank }))
}
