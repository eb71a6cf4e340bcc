//! TLS with OpenSSL: trust, identity, and failures in words.
//!
//! The OpenSSL is the one that librdkafka builds, so what works in a librdkafka configuration works
//! here. It is linked statically and knows no system's certificate places: they are looked up here.
//! Java keystores (JKS) are not read; `keytool -importkeystore -deststoretype PKCS12` converts them.

use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use openssl::error::ErrorStack;
use openssl::pkcs12::{ParsedPkcs12_2, Pkcs12};
use openssl::pkey::{PKey, Private};
use openssl::ssl::{
    self, SslConnector, SslConnectorBuilder, SslMethod, SslRef, SslVerifyMode, SslVersion,
};
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::{X509, X509VerifyResult};
use secrecy::{ExposeSecret, SecretString};
use tokio_openssl::SslStream;

use super::config::{Identity, Material, TlsConfig, Trust};
use super::connection::Stream;
use super::error::{TlsFailure, WireErrorKind};

/// Where systems keep their authorities: Debian and Alpine, Fedora, SUSE, RHEL, macOS and `OpenBSD`,
/// `FreeBSD`.
const SYSTEM_TRUST: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// First bytes of a Java keystore.
const JKS_MAGIC: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];

/// A configuration turned into keys and certificates.
pub(super) struct TlsContext {
    connector: SslConnector,
    verify_hostname: bool,
    has_identity: bool,
}

impl TlsContext {
    /// Reads files: not on a thread that must not wait.
    pub(super) fn load(config: &TlsConfig) -> Result<Self, WireErrorKind> {
        let failed = |what: &str, error: &ErrorStack| bad(format!("{what}: {}", words(error)));
        let mut builder = SslConnector::builder(SslMethod::tls_client())
            .map_err(|error| failed("OpenSSL cannot start", &error))?;
        builder
            .set_min_proto_version(Some(SslVersion::TLS1_2))
            .map_err(|error| failed("OpenSSL cannot start", &error))?;
        if !config.verify_certificate {
            builder.set_verify(SslVerifyMode::NONE);
        }
        trust(&mut builder, &config.trust)?;
        if let Some(identity) = &config.identity {
            present(&mut builder, identity)?;
        }
        Ok(Self {
            connector: builder.build(),
            verify_hostname: config.verify_hostname && config.verify_certificate,
            has_identity: config.identity.is_some(),
        })
    }

    /// The handshake. `host` is what the certificate must name.
    pub(super) async fn connect<S: Stream>(
        &self,
        stream: S,
        host: &str,
    ) -> Result<SslStream<S>, WireErrorKind> {
        let setup = |error: ErrorStack| WireErrorKind::Tls(TlsFailure::Other(words(&error)));
        let mut configuration = self.connector.configure().map_err(setup)?;
        configuration.set_verify_hostname(self.verify_hostname);
        let ssl = configuration.into_ssl(host).map_err(setup)?;
        let mut stream = SslStream::new(ssl, stream).map_err(setup)?;
        match Pin::new(&mut stream).connect().await {
            Ok(()) => Ok(stream),
            Err(error) => Err(self.explain(&error, stream.ssl(), host)),
        }
    }

    fn explain(&self, error: &ssl::Error, ssl: &SslRef, host: &str) -> WireErrorKind {
        let verified = ssl.verify_result();
        if verified != X509VerifyResult::OK {
            return WireErrorKind::Tls(certificate(verified, host));
        }
        match error.ssl_error() {
            Some(stack) => self.explain_stack(stack),
            // The listener hung up, or reset the connection, at our first bytes.
            None => WireErrorKind::SpeaksPlaintext,
        }
    }

    fn explain_stack(&self, stack: &ErrorStack) -> WireErrorKind {
        let reasons: Vec<&str> =
            stack.errors().iter().filter_map(openssl::error::Error::reason).collect();
        let says = |needle: &str| reasons.iter().any(|reason| reason.contains(needle));
        let detail = words(stack);
        if says("wrong version number") || says("unexpected eof") || says("packet length too long")
        {
            return WireErrorKind::SpeaksPlaintext;
        }
        WireErrorKind::Tls(if says("certificate required") {
            TlsFailure::CertificateRequired
        } else if says("alert") && says("certificate") || says("unknown ca") {
            // TLS 1.2 has no alert for "none given": brokers say "bad certificate".
            if self.has_identity {
                TlsFailure::CertificateRefused(detail)
            } else {
                TlsFailure::CertificateRequired
            }
        } else if says("alert handshake failure") || says("protocol version") || says("no shared") {
            TlsFailure::NothingInCommon(detail)
        } else {
            TlsFailure::Other(detail)
        })
    }

    /// What a failed read or write after the handshake means: with TLS 1.3 brokers refuse client
    /// certificates only then. `None` if OpenSSL is not the reason.
    pub(super) fn explain_io(&self, error: &io::Error) -> Option<WireErrorKind> {
        let error = error.get_ref()?.downcast_ref::<ssl::Error>()?;
        match self.explain_stack(error.ssl_error()?) {
            WireErrorKind::SpeaksPlaintext => None,
            kind => Some(kind),
        }
    }
}

fn certificate(result: X509VerifyResult, host: &str) -> TlsFailure {
    let detail = Arc::from(result.error_string());
    // Numbers of x509_vfy.h.
    match result.as_raw() {
        2 | 18 | 19 | 20 | 21 | 27 => TlsFailure::UnknownAuthority(detail),
        9 | 10 => TlsFailure::NotValidNow(detail),
        62 | 64 => TlsFailure::HostnameMismatch(host.into()),
        _ => TlsFailure::Certificate(detail),
    }
}

fn trust(builder: &mut SslConnectorBuilder, trust: &Trust) -> Result<(), WireErrorKind> {
    let Some(authorities) = authorities(trust)? else { return trust_system(builder) };
    if authorities.is_empty() {
        return Err(bad("the truststore holds no certificate".to_owned()));
    }
    let filled = X509StoreBuilder::new().and_then(|mut store| {
        for authority in authorities {
            store.add_cert(authority)?;
        }
        Ok(store.build())
    });
    builder.set_cert_store(filled.map_err(|error| unusable("the truststore", &error))?);
    Ok(())
}

/// Who is trusted; `None`: the system's authorities.
fn authorities(trust: &Trust) -> Result<Option<Vec<X509>>, WireErrorKind> {
    Ok(match trust {
        Trust::System => None,
        Trust::Pem(material) => Some(pem_certificates(material, "the truststore")?),
        Trust::Pkcs12 { store, password } => {
            let parsed = pkcs12(store, password.as_ref(), "the truststore")?;
            Some(parsed.ca.into_iter().flatten().chain(parsed.cert).collect())
        }
    })
}

/// Who is trusted, as PEM, for clients that read no stores; empty for the system's authorities. Reads
/// files.
pub fn trusted_pem(trust: &Trust) -> Result<Vec<u8>, WireErrorKind> {
    let pem = authorities(trust)?.into_iter().flatten().map(|authority| authority.to_pem());
    let pem: Result<Vec<_>, _> = pem.collect();
    Ok(pem.map_err(|error| unusable("the truststore", &error))?.concat())
}

/// OpenSSL has looked at `SSL_CERT_FILE` and `SSL_CERT_DIR` already.
fn trust_system(builder: &mut SslConnectorBuilder) -> Result<(), WireErrorKind> {
    match SYSTEM_TRUST.iter().find(|path| Path::new(path).is_file()) {
        Some(path) => builder
            .set_ca_file(path)
            .map_err(|error| unusable(&format!("the system's authorities ({path})"), &error)),
        None => Ok(()),
    }
}

fn present(builder: &mut SslConnectorBuilder, identity: &Identity) -> Result<(), WireErrorKind> {
    let (key, mut chain) = match identity {
        Identity::Pem { certificates, key, key_password } => {
            let chain = pem_certificates(certificates, "the client certificate")?;
            let key = pem_key(key.as_ref().unwrap_or(certificates), key_password.as_ref())?;
            (key, chain)
        }
        Identity::Pkcs12 { store, password } => {
            let parsed = pkcs12(store, password.as_ref(), "the keystore")?;
            let Some(key) = parsed.pkey else {
                return Err(bad("the keystore holds no private key".to_owned()));
            };
            (key, parsed.cert.into_iter().chain(parsed.ca.into_iter().flatten()).collect())
        }
    };
    if chain.is_empty() {
        return Err(bad("there is no client certificate beside the private key".to_owned()));
    }
    let leaf = chain.remove(0);
    let install = |builder: &mut SslConnectorBuilder| {
        builder.set_certificate(&leaf)?;
        for certificate in chain {
            builder.add_extra_chain_cert(certificate)?;
        }
        builder.set_private_key(&key)?;
        builder.check_private_key()
    };
    install(builder)
        .map_err(|error| unusable("the client certificate does not fit its private key", &error))
}

fn pem_certificates(material: &Material, what: &str) -> Result<Vec<X509>, WireErrorKind> {
    let bytes = read(material, what)?;
    if bytes.starts_with(&JKS_MAGIC) {
        return Err(jks(what));
    }
    let certificates = X509::stack_from_pem(&bytes).map_err(|error| unusable(what, &error))?;
    if certificates.is_empty() {
        return Err(bad(format!("{what} holds no PEM certificate")));
    }
    Ok(certificates)
}

/// An encrypted key without a password must fail: left alone, OpenSSL would ask at the terminal.
fn pem_key(
    material: &Material,
    password: Option<&SecretString>,
) -> Result<PKey<Private>, WireErrorKind> {
    let bytes = read(material, "the private key")?;
    let mut asked = false;
    let key = PKey::private_key_from_pem_callback(&bytes, |buffer| {
        asked = true;
        let password = password.map_or("", ExposeSecret::expose_secret).as_bytes();
        match buffer.get_mut(..password.len()) {
            Some(room) if !password.is_empty() => {
                room.copy_from_slice(password);
                Ok(password.len())
            }
            _ => Err(ErrorStack::get()),
        }
    });
    key.map_err(|error| match (asked, password) {
        (true, Some(_)) => bad("the password of the private key is wrong".to_owned()),
        (true, None) => bad("the private key is encrypted and no password is given".to_owned()),
        (false, _) => unusable("the private key", &error),
    })
}

fn pkcs12(
    material: &Material,
    password: Option<&SecretString>,
    what: &str,
) -> Result<ParsedPkcs12_2, WireErrorKind> {
    let bytes = read(material, what)?;
    if bytes.starts_with(&JKS_MAGIC) {
        return Err(jks(what));
    }
    let store = Pkcs12::from_der(&bytes).map_err(|error| unusable(what, &error))?;
    store.parse2(password.map_or("", ExposeSecret::expose_secret)).map_err(|error| {
        let wrong = error.errors().iter().any(|error| {
            error.reason().is_some_and(|reason| reason.contains("mac verify failure"))
        });
        if wrong { bad(format!("the password of {what} is wrong")) } else { unusable(what, &error) }
    })
}

fn read(material: &Material, what: &str) -> Result<Vec<u8>, WireErrorKind> {
    match material {
        Material::Inline(bytes) => Ok(bytes.clone()),
        Material::File(path) => std::fs::read(path)
            .map_err(|error| bad(format!("{what} {} cannot be read: {error}", path.display()))),
    }
}

fn jks(what: &str) -> WireErrorKind {
    bad(format!(
        "{what} is a Java keystore (JKS): convert it with keytool -importkeystore -deststoretype PKCS12"
    ))
}

fn unusable(what: &str, error: &ErrorStack) -> WireErrorKind {
    bad(format!("{what} cannot be used: {}", words(error)))
}

fn bad(text: String) -> WireErrorKind {
    WireErrorKind::Config(text.into())
}

/// OpenSSL's reasons without its codes.
fn words(stack: &ErrorStack) -> Arc<str> {
    let mut reasons: Vec<&str> =
        stack.errors().iter().filter_map(openssl::error::Error::reason).collect();
    reasons.dedup();
    if reasons.is_empty() { "OpenSSL gives no reason".into() } else { reasons.join(", ").into() }
}
