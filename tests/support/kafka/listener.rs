//! Listeners beside the plain one that every cluster has: TLS, SASL, or both.

use std::path::Path;

use super::tls::{Authority, Identity};
use crate::support::tokens::Issuer;

/// A SASL mechanism that the broker checks itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616: the password as it is.
    Plain,
    /// RFC 7677.
    ScramSha256,
    /// The same with SHA-512.
    ScramSha512,
    /// RFC 7628, with tokens that are signed.
    OAuthBearer,
}

impl Mechanism {
    /// As registered, and as in `sasl.mechanism`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }
}

/// Whether the broker asks clients for certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// Never.
    None,
    /// And refuses those without.
    Required,
}

impl ClientAuth {
    const fn value(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Required => "required",
        }
    }
}

/// One more listener on each broker, found again by its name:
/// [`super::KafkaCluster::bootstrap_of`].
#[derive(Clone, Debug)]
pub struct Listener {
    pub(super) name: String,
    tls: Option<Tls>,
    mechanisms: Vec<Mechanism>,
    pub(super) users: Vec<(String, String)>,
    /// What clients are told to dial in place of 127.0.0.1.
    pub(super) advertised: Option<String>,
    /// The keys by which tokens are signed (RFC 7517).
    pub(super) keys: Option<String>,
}

#[derive(Clone, Debug)]
struct Tls {
    server: Identity,
    /// PEM of the authority whose client certificates are accepted.
    trusted: String,
    client_auth: ClientAuth,
}

impl Listener {
    /// A listener of this name (letters and digits), neither encrypted nor authenticated yet.
    pub fn named(name: &str) -> Self {
        let name = name.to_uppercase();
        Self {
            name,
            tls: None,
            mechanisms: Vec::new(),
            users: Vec::new(),
            advertised: None,
            keys: None,
        }
    }

    /// With TLS: a server certificate for `localhost` and `127.0.0.1`, given by this authority.
    pub fn tls(mut self, authority: &Authority, client_auth: ClientAuth) -> anyhow::Result<Self> {
        let server = authority.server()?;
        self.tls = Some(Tls { server, trusted: authority.certificate_pem()?, client_auth });
        Ok(self)
    }

    /// With SASL by one more mechanism.
    #[must_use]
    pub fn sasl(mut self, mechanism: Mechanism) -> Self {
        self.mechanisms.push(mechanism);
        self
    }

    /// Advertised under another host than the one that it listens on, which may not exist.
    #[must_use]
    pub fn advertised(mut self, host: &str) -> Self {
        self.advertised = Some(host.to_owned());
        self
    }

    /// With OAUTHBEARER, for whom this issuer gave a token.
    #[must_use]
    pub fn tokens(mut self, issuer: &Issuer) -> Self {
        self.keys = Some(issuer.keys());
        self.sasl(Mechanism::OAuthBearer)
    }

    /// With a user for all of its mechanisms. SCRAM's users exist in the whole cluster.
    #[must_use]
    pub fn user(mut self, name: &str, password: &str) -> Self {
        self.users.push((name.to_owned(), password.to_owned()));
        self
    }

    /// As in `security.protocol`.
    pub fn protocol(&self) -> &'static str {
        match (self.tls.is_some(), self.mechanisms.is_empty()) {
            (false, true) => "PLAINTEXT",
            (false, false) => "SASL_PLAINTEXT",
            (true, true) => "SSL",
            (true, false) => "SASL_SSL",
        }
    }

    /// The users that `StorageTool` is to create, as its `--add-scram` takes them.
    pub(super) fn scram_users(&self) -> Vec<String> {
        let is_scram = |mechanism: &&Mechanism| {
            matches!(mechanism, Mechanism::ScramSha256 | Mechanism::ScramSha512)
        };
        self.mechanisms
            .iter()
            .filter(is_scram)
            .flat_map(|mechanism| {
                self.users.iter().map(|(name, password)| {
                    format!("{}=[name={name},password={password}]", mechanism.name())
                })
            })
            .collect()
    }

    /// Its lines of `server.properties`. `keys` is the file that its keys are in.
    pub(super) fn properties(&self, keys: &Path) -> Vec<(String, String)> {
        let prefix = format!("listener.name.{}", self.name.to_lowercase());
        let mut lines = Vec::new();
        let mut add = |key: &str, value: String| lines.push((format!("{prefix}.{key}"), value));
        if !self.mechanisms.is_empty() {
            let names: Vec<_> = self.mechanisms.iter().map(|one| one.name()).collect();
            add("sasl.enabled.mechanisms", names.join(","));
        }
        for mechanism in &self.mechanisms {
            let key = format!("{}.sasl.jaas.config", mechanism.name().to_lowercase());
            add(&key, self.jaas(*mechanism));
        }
        if self.keys.is_some() {
            let class = "org.apache.kafka.common.security.oauthbearer.\
                         OAuthBearerValidatorCallbackHandler";
            add("oauthbearer.sasl.server.callback.handler.class", class.to_owned());
            let file = format!("file://{}", keys.display());
            add("sasl.oauthbearer.jwks.endpoint.url", file);
        }
        if let Some(tls) = &self.tls {
            add("ssl.keystore.type", "PEM".to_owned());
            add("ssl.keystore.certificate.chain", tls.server.certificate_pem.clone());
            add("ssl.keystore.key", tls.server.key_pem.clone());
            add("ssl.truststore.type", "PEM".to_owned());
            add("ssl.truststore.certificates", tls.trusted.clone());
            add("ssl.client.auth", tls.client_auth.value().to_owned());
        }
        lines
    }

    fn jaas(&self, mechanism: Mechanism) -> String {
        let package = "org.apache.kafka.common.security";
        match mechanism {
            Mechanism::Plain => {}
            Mechanism::ScramSha256 | Mechanism::ScramSha512 => {
                return format!("{package}.scram.ScramLoginModule required;");
            }
            Mechanism::OAuthBearer => {
                return format!("{package}.oauthbearer.OAuthBearerLoginModule required;");
            }
        }
        let users: Vec<_> = self
            .users
            .iter()
            .map(|(name, password)| format!("user_{name}=\"{password}\""))
            .collect();
        let users = users.join(" ");
        format!("{package}.plain.PlainLoginModule required {users};")
    }
}
