//! The connection in librdkafka's words.

use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;

use crate::config::connection::{
    Connection, Identity, Login, Pem, Sasl, Security, Tls, Trust, Verify,
};

/// librdkafka refuses less for setting up a connection.
const LEAST_SETUP: Duration = Duration::from_secs(1);

impl Connection {
    /// Everything librdkafka must be told to reach the cluster as the wire client does, in its own
    /// keys; what the consumer is for (`group.id` and so on) is added by who makes it.
    ///
    /// Every value is secret for simplicity. librdkafka has no key for a PKCS#12 trust store: where
    /// [`Trust::Pkcs12`] is set, the caller adds its certificates as `ssl.ca.pem`.
    #[must_use]
    pub fn librdkafka_properties(&self) -> Vec<(String, SecretString)> {
        let addresses: Vec<String> = self.bootstrap.iter().map(ToString::to_string).collect();
        let setup = self.connect_timeout.max(LEAST_SETUP);
        let mut out = Target(vec![]);
        out.put("bootstrap.servers", addresses.join(","));
        out.put("client.id", &*self.client_id);
        out.put("socket.timeout.ms", self.request_timeout.as_millis().to_string());
        out.put("socket.connection.setup.timeout.ms", setup.as_millis().to_string());
        out.security(&self.security);
        out.0.extend(self.passed_through.iter().cloned());
        out.0
    }
}

struct Target(Vec<(String, SecretString)>);

impl Target {
    fn put(&mut self, key: &str, value: impl Into<SecretString>) {
        self.0.push((key.to_owned(), value.into()));
    }

    /// Paths that are not Unicode cannot be told to librdkafka, nor come from a properties file.
    fn put_path(&mut self, key: &str, path: &Path) {
        self.put(key, path.to_string_lossy().into_owned());
    }

    fn security(&mut self, security: &Security) {
        let protocol = match (&security.tls, &security.sasl) {
            (None, None) => "plaintext",
            (Some(_), None) => "ssl",
            (None, Some(_)) => "sasl_plaintext",
            (Some(_), Some(_)) => "sasl_ssl",
        };
        self.put("security.protocol", protocol);
        if let Some(tls) = &security.tls {
            self.tls(tls);
        }
        if let Some(sasl) = &security.sasl {
            self.sasl(sasl);
        }
    }

    /// Tokens are handed to it one by one: its own way of fetching them wants libcurl.
    fn sasl(&mut self, sasl: &Sasl) {
        self.put("sasl.mechanism", sasl.mechanism().name());
        match sasl {
            Sasl::Plain(login) | Sasl::ScramSha256(login) | Sasl::ScramSha512(login) => {
                let Login { username, password } = login;
                self.put("sasl.username", &**username);
                self.put("sasl.password", password.clone());
            }
            Sasl::OAuthBearer(_) => {}
        }
    }

    fn tls(&mut self, tls: &Tls) {
        match &tls.trust {
            // Said aloud, because OpenSSL that is linked in does not know the system's places.
            Trust::System => self.put("ssl.ca.location", "probe"),
            Trust::PemFile(path) | Trust::PemDirectory(path) => {
                self.put_path("ssl.ca.location", path);
            }
            Trust::Pem(text) => self.put("ssl.ca.pem", text.clone()),
            Trust::Pkcs12 { .. } => {}
        }
        match tls.verify {
            Verify::Full => self.put("ssl.endpoint.identification.algorithm", "https"),
            Verify::ChainOnly => self.put("ssl.endpoint.identification.algorithm", "none"),
            Verify::Nothing => self.put("enable.ssl.certificate.verification", "false"),
        }
        match &tls.identity {
            None => {}
            Some(Identity::Pkcs12 { path, password }) => {
                self.put_path("ssl.keystore.location", path);
                self.put("ssl.keystore.password", password.clone());
            }
            Some(Identity::Pem { certificate, key, password }) => {
                self.pem("ssl.certificate", certificate);
                self.pem("ssl.key", key);
                if let Some(password) = password {
                    self.put("ssl.key.password", password.clone());
                }
            }
        }
    }

    fn pem(&mut self, prefix: &str, pem: &Pem) {
        match pem {
            Pem::File(path) => self.put_path(&format!("{prefix}.location"), path),
            Pem::Text(text) => self.put(&format!("{prefix}.pem"), text.clone()),
        }
    }
}
