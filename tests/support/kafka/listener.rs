//! Listeners beside the plain one that every cluster has: TLS, SASL, or both.

use super::tls::{Authority, Identity};

/// A SASL mechanism that the broker checks itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616: the password as it is.
    Plain,
    /// RFC 7677.
    ScramSha256,
    /// The same with SHA-512.
    ScramSha512,
}

impl Mechanism {
    /// As registered, and as in `sasl.mechanism`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
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
        Self { name: name.to_uppercase(), tls: None, mechanisms: Vec::new(), users: Vec::new() }
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
        let scram = self.mechanisms.iter().filter(|mechanism| **mechanism != Mechanism::Plain);
        scram
            .flat_map(|mechanism| {
                self.users.iter().map(|(name, password)| {
                    format!("{}=[name={name},password={password}]", mechanism.name())
                })
            })
            .collect()
    }

    /// Its lines of `server.properties`.
    pub(super) fn properties(&self) -> Vec<(String, String)> {
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
        if mechanism != Mechanism::Plain {
            return "org.apache.kafka.common.security.scram.ScramLoginModule required;".to_owned();
        }
        let users: Vec<_> = self
            .users
            .iter()
            .map(|(name, password)| format!("user_{name}=\"{password}\""))
            .collect();
        let users = users.join(" ");
        format!("org.apache.kafka.common.security.plain.PlainLoginModule required {users};")
    }
}
