//! Tokens for OAUTHBEARER out of the properties that speak of them: OAuth client credentials, in the
//! words of Java's clients (an endpoint, and the rest as options of `OAuthBearerLoginModule` or, since
//! 4.1, as properties) and of librdkafka's.

use secrecy::ExposeSecret;

use super::jaas::JaasProblem;
use super::sasl::{Jaas, Told};
use super::security::{authorities, truststore, wrong};
use super::{Property, Role};
use crate::config::connection::{ClientCredentials, Trust};
use crate::config::endpoint::Endpoint;
use crate::config::error::ConfigError;
use crate::config::resolve::ReadFile;

/// What an option of the login module is called that is told to brokers beside the token.
const EXTENSION: &str = "extension_";

pub(super) fn client_credentials(
    told: &Told<'_>,
    read: ReadFile<'_>,
) -> Result<ClientCredentials, ConfigError> {
    let client_id = told.text(Role::TokenClientId, "clientId").ok_or_else(|| {
        told.needs(
            "a client id",
            "sasl.oauthbearer.client.id=NAME, or clientId=\"NAME\" in sasl.jaas.config",
        )
    })?;
    let client_secret = told.secret(Role::TokenClientSecret, "clientSecret").ok_or_else(|| {
        told.needs(
            "a client secret",
            "sasl.oauthbearer.client.secret=…, or clientSecret=\"…\" in sasl.jaas.config",
        )
    })?;
    Ok(ClientCredentials {
        endpoint: endpoint(told)?,
        trust: trust(told, read)?,
        client_id: client_id.to_owned(),
        client_secret: client_secret.clone(),
        scope: told.text(Role::TokenScope, "scope").map(str::to_owned),
        encoded: encoded(told)?,
        extensions: extensions(told)?,
    })
}

fn endpoint(told: &Told<'_>) -> Result<Endpoint, ConfigError> {
    let Some(property) = told.properties.get(Role::TokenEndpoint) else {
        let instead = "sasl.oauthbearer.token.endpoint.url=https://…";
        return Err(told.needs("the address where tokens are", instead));
    };
    Endpoint::parse(property.text()).ok_or_else(|| {
        // A password may stand before an @, a key behind a question mark.
        let text =
            property.text().split(['@', '?']).next().filter(|_| !property.text().contains('@'));
        ConfigError::Value {
            from: property.from.clone(),
            text: text.unwrap_or("…").to_owned(),
            what: "the address of a token endpoint",
            instead: "https://HOST/PATH, without a user".to_owned(),
        }
    })
}

/// Java takes the authorities of the endpoint from options of the login module.
fn trust(told: &Told<'_>, read: ReadFile<'_>) -> Result<Trust, ConfigError> {
    match told.properties.one_of(&[Role::TokenCaLocation, Role::TokenCaPem])? {
        Some((Role::TokenCaPem, property)) => return Ok(Trust::Pem(property.secret().clone())),
        Some((_, property)) => return authorities(property, read),
        None => {}
    }
    let Some(jaas) = &told.jaas else { return Ok(Trust::System) };
    let Some(location) = jaas.login.option("ssl.truststore.location") else {
        return Ok(Trust::System);
    };
    let password = jaas.login.option("ssl.truststore.password").cloned().unwrap_or_default();
    let property = Property {
        key: "ssl.truststore.location".to_owned(),
        value: location.clone(),
        from: jaas.from.clone(),
        rank: jaas.rank,
    };
    truststore(&property, password, read)
}

fn encoded(told: &Told<'_>) -> Result<bool, ConfigError> {
    let Some(property) = told.properties.get(Role::TokenEncoded) else { return Ok(false) };
    match property.text().to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(wrong(property, "a yes or no", "true or false")),
    }
}

fn extensions(told: &Told<'_>) -> Result<Vec<(String, String)>, ConfigError> {
    if let Some(property) = told.properties.get(Role::TokenExtensions) {
        let each = property.text().split(',').map(str::trim).filter(|one| !one.is_empty());
        return each
            .map(|one| {
                let pair = one.split_once('=').filter(|(name, value)| may_be_told(name, value));
                let pair = pair.map(|(name, value)| (name.to_owned(), value.to_owned()));
                pair.ok_or_else(|| {
                    wrong(
                        property,
                        "a list of extensions",
                        "NAME=VALUE,NAME=VALUE with names of letters",
                    )
                })
            })
            .collect();
    }
    told.jaas.as_ref().map_or_else(|| Ok(Vec::new()), extensions_of_login)
}

fn extensions_of_login(jaas: &Jaas) -> Result<Vec<(String, String)>, ConfigError> {
    let mut extensions: Vec<(String, String)> = Vec::new();
    for (key, value) in &jaas.login.options {
        let Some(name) = key.strip_prefix(EXTENSION) else { continue };
        let value = value.expose_secret();
        if !may_be_told(name, value) {
            return Err(jaas.problem(JaasProblem::Extension));
        }
        extensions.retain(|(known, _)| known != name);
        extensions.push((name.to_owned(), value.to_owned()));
    }
    Ok(extensions)
}

/// RFC 7628 section 3.1, as Kafka's own client checks it; `auth` is the token itself.
fn may_be_told(name: &str, value: &str) -> bool {
    let letters = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    let printable = |byte: u8| byte.is_ascii_graphic() || b" \t\r\n".contains(&byte);
    letters && name != "auth" && !value.is_empty() && value.bytes().all(printable)
}
