//! What a client must know before it can dial: addresses, identity, limits.
//!
//! Plain values; reading files and building TLS contexts happens when dialling. Who asks is `login`'s.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::login::Sasl;

/// A host name (or address) and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// A name to resolve, or an address; an IPv6 address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl HostPort {
    /// A host and a port.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Everything a [`Client`](super::Client) is made from.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Where to find the cluster at first, and again when every known broker is lost.
    pub bootstrap: Vec<HostPort>,
    /// The client id that brokers see in their logs, metrics and quotas.
    pub client_id: String,
    /// Encryption and identity.
    pub security: Security,
    /// Limit for making a connection ready: name, TCP, TLS, versions and SASL together. Better
    /// below `request_timeout`: then a question that waited for it learns what was waited for.
    pub connect_timeout: Duration,
    /// Limit for one answer, from the moment the question is asked (waiting for a connection
    /// included). [`Client::with_request_timeout`](super::Client::with_request_timeout) changes it
    /// for some questions.
    pub request_timeout: Duration,
    /// An answer announced larger than this many bytes closes the connection.
    pub max_response_bytes: usize,
    /// First pause after a failed dial.
    pub reconnect_backoff_min: Duration,
    /// Longest pause between dials of one broker.
    pub reconnect_backoff_max: Duration,
}

impl ClientConfig {
    /// Plaintext without SASL, 4 s to connect, 5 s an answer, 64 MiB an answer, 100 ms to 10 s
    /// between dials.
    pub fn new(bootstrap: Vec<HostPort>, client_id: impl Into<String>) -> Self {
        Self {
            bootstrap,
            client_id: client_id.into(),
            security: Security::default(),
            connect_timeout: Duration::from_secs(4),
            request_timeout: Duration::from_secs(5),
            max_response_bytes: 64 << 20,
            reconnect_backoff_min: Duration::from_millis(100),
            reconnect_backoff_max: Duration::from_secs(10),
        }
    }
}

/// How a connection is protected and who asks; the four combinations are Kafka's `PLAINTEXT`,
/// `SSL`, `SASL_PLAINTEXT` and `SASL_SSL`.
#[derive(Debug, Clone, Default)]
pub struct Security {
    /// `None` is plaintext.
    pub tls: Option<TlsConfig>,
    /// `None` is no SASL: anonymous, or whoever the client certificate names.
    pub sasl: Option<Sasl>,
}

/// Bytes from a file or given in place.
#[derive(Clone, PartialEq, Eq)]
pub enum Material {
    /// Read anew for each dial until it could be read once.
    File(PathBuf),
    /// The content itself; may hold a private key, so `Debug` shows only its length.
    Inline(Vec<u8>),
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Inline(bytes) => write!(f, "Inline({} bytes)", bytes.len()),
        }
    }
}

/// TLS, with both checks on.
#[derive(Debug, Clone)]
pub struct TlsConfig {
    /// Which authorities to trust.
    pub trust: Trust,
    /// The certificate to present to brokers that ask for one.
    pub identity: Option<Identity>,
    /// Whether the broker's certificate must be signed by a trusted authority.
    pub verify_certificate: bool,
    /// Whether the broker's certificate must name the host that was dialled.
    pub verify_hostname: bool,
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            trust: Trust::System,
            identity: None,
            verify_certificate: true,
            verify_hostname: true,
        }
    }
}

/// Which certificate authorities to trust. A given store replaces the system's.
#[derive(Debug, Clone, Default)]
pub enum Trust {
    /// `SSL_CERT_FILE`, `SSL_CERT_DIR` or the places where systems keep their authorities.
    #[default]
    System,
    /// One or more PEM certificates: librdkafka's `ssl.ca.location`, a Java truststore of type PEM.
    Pem(Material),
    /// A PKCS#12 truststore, as `keytool` writes it.
    Pkcs12 {
        /// The store.
        store: Material,
        /// `None` is the empty password.
        password: Option<SecretString>,
    },
}

/// A client certificate and its key.
#[derive(Debug, Clone)]
pub enum Identity {
    /// PEM.
    Pem {
        /// The certificate, then those between it and the authority.
        certificates: Material,
        /// The private key, PKCS#8 or traditional; `None` when it stands in `certificates`.
        key: Option<Material>,
        /// For an encrypted key.
        key_password: Option<SecretString>,
    },
    /// A PKCS#12 keystore with one key and its certificates.
    Pkcs12 {
        /// The store.
        store: Material,
        /// `None` is the empty password.
        password: Option<SecretString>,
    },
}
