//! How to reach a cluster, and how to be let in: what feeds the wire client and librdkafka alike.
//!
//! `Debug` of everything here is safe to print: passwords, keys and passed-through property values
//! are [`SecretString`]s.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::bootstrap::HostPort;
use super::endpoint::Endpoint;

/// How to reach the cluster; feeds the wire client and librdkafka alike.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Where to start; never empty.
    pub bootstrap: Vec<HostPort>,
    /// How lagtop names itself to brokers.
    pub client_id: String,
    /// Encryption and authentication.
    pub security: Security,
    /// Deadline of one request: 100 ms to 5 min.
    pub request_timeout: Duration,
    /// Deadline of dialling a broker, TLS and SASL included: 100 ms to 5 min.
    pub connect_timeout: Duration,
    /// Properties given one by one that lagtop does not use itself, for librdkafka.
    pub passed_through: Vec<(String, SecretString)>,
}

/// Encryption and authentication: the four values of `security.protocol` by their two halves.
#[derive(Clone, Debug, Default)]
pub struct Security {
    /// `None`: plain text.
    pub tls: Option<Tls>,
    /// `None`: no authentication beyond a client certificate.
    pub sasl: Option<Sasl>,
}

/// How a broker proves itself, and how lagtop does.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Who may sign brokers' certificates.
    pub trust: Trust,
    /// The client certificate; `None` where the broker wants none.
    pub identity: Option<Identity>,
    /// How much of a broker's certificate is checked.
    pub verify: Verify,
}

/// Who may sign brokers' certificates.
#[derive(Clone, Debug)]
pub enum Trust {
    /// The authorities that the operating system trusts.
    System,
    /// A file of PEM certificates.
    PemFile(PathBuf),
    /// A directory of PEM certificates by hash, as `openssl rehash` makes it.
    PemDirectory(PathBuf),
    /// PEM certificates given as text.
    Pem(SecretString),
    /// A Java trust store in PKCS#12 form.
    Pkcs12 {
        /// The store.
        path: PathBuf,
        /// Empty if none was given.
        password: SecretString,
    },
}

/// A PEM text, or the file it is in.
#[derive(Clone, Debug)]
pub enum Pem {
    /// Read when dialling, so that a renewed certificate is taken up.
    File(PathBuf),
    /// Secret also where it is only a certificate: keys come the same way.
    Text(SecretString),
}

/// The client certificate and its private key.
#[derive(Clone, Debug)]
pub enum Identity {
    /// Both in PEM; they may name the same file.
    Pem {
        /// The certificate, intermediate ones after it.
        certificate: Pem,
        /// Its private key.
        key: Pem,
        /// `None`: the key is not encrypted.
        password: Option<SecretString>,
    },
    /// Both in one PKCS#12 file.
    Pkcs12 {
        /// The store.
        path: PathBuf,
        /// Empty if none was given.
        password: SecretString,
    },
}

/// How much of a broker's certificate is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Signed by someone trusted, and for the host that was dialled.
    #[default]
    Full,
    /// Signed by someone trusted, for whatever host.
    ChainOnly,
    /// Nothing: whoever answers is believed.
    Nothing,
}

/// SASL, by its mechanism.
#[derive(Clone, Debug)]
pub enum Sasl {
    /// With a password that crosses the wire.
    Plain(Login),
    /// With a password that does not.
    ScramSha256(Login),
    /// The same with SHA-512.
    ScramSha512(Login),
    /// With tokens that are fetched with a client's credentials.
    OAuthBearer(ClientCredentials),
}

impl Sasl {
    /// The mechanism alone.
    #[must_use]
    pub fn mechanism(&self) -> Mechanism {
        match self {
            Self::Plain(_) => Mechanism::Plain,
            Self::ScramSha256(_) => Mechanism::ScramSha256,
            Self::ScramSha512(_) => Mechanism::ScramSha512,
            Self::OAuthBearer(_) => Mechanism::OAuthBearer,
        }
    }
}

/// A name and a password.
#[derive(Clone, Debug)]
pub struct Login {
    /// Never empty.
    pub username: String,
    /// May be empty.
    pub password: SecretString,
}

/// OAuth 2.0 client credentials (RFC 6749 section 4.4), and the endpoint that takes them.
#[derive(Clone, Debug)]
pub struct ClientCredentials {
    /// Where tokens are.
    pub endpoint: Endpoint,
    /// Who may sign the endpoint's certificate: not brokers' authorities unless said so.
    pub trust: Trust,
    /// The client as the endpoint knows it; never empty.
    pub client_id: String,
    /// May be empty.
    pub client_secret: SecretString,
    /// What the token shall be good for; `None` leaves that to the endpoint.
    pub scope: Option<String>,
    /// Whether id and secret are encoded as in a form before they are sent (RFC 6749 section 2.3.1),
    /// which Kafka's own client does not unless told to.
    pub encoded: bool,
    /// What brokers are told beside the token: letters, and texts that can be printed.
    pub extensions: Vec<(String, String)>,
}

/// The SASL mechanisms that lagtop speaks. Displays as Kafka names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616.
    Plain,
    /// RFC 7677.
    ScramSha256,
    /// RFC 7677, as Kafka's SCRAM-SHA-512.
    ScramSha512,
    /// RFC 7628.
    OAuthBearer,
}

impl Mechanism {
    /// Every mechanism.
    pub const ALL: [Self; 4] =
        [Self::Plain, Self::ScramSha256, Self::ScramSha512, Self::OAuthBearer];

    /// As Kafka names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
