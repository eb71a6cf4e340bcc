//! What a TLS session and a broker's certificate are, in words.

use std::net::IpAddr;

use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::nid::Nid;
use openssl::ssl::SslRef;
use openssl::x509::{GeneralNameRef, X509NameRef, X509Ref};

/// A TLS session.
#[derive(Debug, Clone)]
pub struct TlsSession {
    /// As OpenSSL names it: `TLSv1.3`.
    pub version: &'static str,
    /// As OpenSSL names it; `None` where it does not say.
    pub cipher: Option<&'static str>,
    /// What the broker presented.
    pub certificate: Option<Certificate>,
}

/// A certificate. Its texts come from strangers: escape them before they reach a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it names: `CN=kafka1, O=Example`.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The hosts it is good for: names and addresses.
    pub hosts: Vec<String>,
    /// From when on it is valid, in seconds since the Unix epoch; `None` if it cannot be read.
    pub valid_from: Option<i64>,
    /// Until when.
    pub valid_until: Option<i64>,
}

impl TlsSession {
    pub(super) fn of(ssl: &SslRef) -> Self {
        Self {
            version: ssl.version_str(),
            cipher: ssl.current_cipher().map(openssl::ssl::SslCipherRef::name),
            certificate: ssl.peer_certificate().map(|it| Certificate::of(&it)),
        }
    }
}

impl Certificate {
    fn of(certificate: &X509Ref) -> Self {
        let subject = certificate.subject_name();
        let alternatives = certificate.subject_alt_names();
        let mut hosts: Vec<_> = alternatives.iter().flatten().filter_map(host).collect();
        if hosts.is_empty() {
            // The old way, which is looked at only then (RFC 6125 section 6.4.4).
            let common = subject.entries_by_nid(Nid::COMMONNAME);
            hosts.extend(common.filter_map(|entry| entry.data().to_string().ok()));
        }
        Self {
            subject: words(subject),
            issuer: words(certificate.issuer_name()),
            hosts,
            valid_from: seconds(certificate.not_before()),
            valid_until: seconds(certificate.not_after()),
        }
    }
}

fn host(name: &GeneralNameRef) -> Option<String> {
    let address = || match name.ipaddress()? {
        bytes if bytes.len() == 4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        bytes => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
    };
    name.dnsname().map(str::to_owned).or_else(|| Some(address()?.to_string()))
}

fn words(name: &X509NameRef) -> String {
    let entries = name.entries().map(|entry| {
        let kind = entry.object().nid().short_name().unwrap_or("?");
        format!("{kind}={}", entry.data().to_string().as_deref().unwrap_or("?"))
    });
    entries.collect::<Vec<_>>().join(", ")
}

fn seconds(time: &Asn1TimeRef) -> Option<i64> {
    let since = Asn1Time::from_unix(0).ok()?.diff(time).ok()?;
    Some(i64::from(since.days) * 86_400 + i64::from(since.secs))
}
