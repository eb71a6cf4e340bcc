//! Certificates for one test: an authority, servers, clients, in the forms that people keep them
//! in.

use anyhow::Result;
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::symm::Cipher;
use openssl::x509::extension::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
};
use openssl::x509::{X509, X509Builder, X509Name};

/// Valid a while before now, for clocks that differ, and not much longer than a test runs.
const DAYS: u32 = 7;

/// An authority that signs certificates.
#[derive(Debug)]
pub struct Authority {
    key: PKey<Private>,
    certificate: X509,
}

/// A certificate and its key.
#[derive(Clone)]
pub struct Identity {
    /// The certificate.
    pub certificate_pem: String,
    /// Its key, PKCS#8, not encrypted.
    pub key_pem: String,
    key: PKey<Private>,
    certificate: X509,
    authority: X509,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

impl Authority {
    /// A new one, with a name of its own: an authority of the same name but another key is not
    /// trusted.
    pub fn new(name: &str) -> Result<Self> {
        let key = new_key()?;
        let subject = subject(name)?;
        let mut builder = certificate(&key, &subject)?;
        builder.set_issuer_name(&subject)?;
        builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
        let usage = KeyUsage::new().critical().key_cert_sign().crl_sign().build()?;
        builder.append_extension(usage)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok(Self { key, certificate: builder.build() })
    }

    /// What `ssl.ca.location` points at.
    pub fn certificate_pem(&self) -> Result<String> {
        Ok(String::from_utf8(self.certificate.to_pem()?)?)
    }

    /// A server called `localhost` and `127.0.0.1`.
    pub fn server(&self) -> Result<Identity> {
        self.issue("localhost", |builder| {
            let context = builder.x509v3_context(Some(&self.certificate), None);
            let names =
                SubjectAlternativeName::new().dns("localhost").ip("127.0.0.1").build(&context)?;
            builder.append_extension(names)?;
            builder.append_extension(ExtendedKeyUsage::new().server_auth().build()?)?;
            Ok(())
        })
    }

    /// A client; the broker's principal is `User:CN=NAME`.
    pub fn client(&self, name: &str) -> Result<Identity> {
        self.issue(name, |builder| {
            builder.append_extension(ExtendedKeyUsage::new().client_auth().build()?)?;
            Ok(())
        })
    }

    fn issue(
        &self,
        name: &str,
        extend: impl FnOnce(&mut X509Builder) -> Result<()>,
    ) -> Result<Identity> {
        let key = new_key()?;
        let mut builder = certificate(&key, &subject(name)?)?;
        builder.set_issuer_name(self.certificate.subject_name())?;
        extend(&mut builder)?;
        builder.sign(&self.key, MessageDigest::sha256())?;
        let certificate = builder.build();
        Ok(Identity {
            certificate_pem: String::from_utf8(certificate.to_pem()?)?,
            key_pem: String::from_utf8(key.private_key_to_pem_pkcs8()?)?,
            key,
            certificate,
            authority: self.certificate.clone(),
        })
    }
}

impl Identity {
    /// The key in PKCS#8, encrypted with AES-256.
    pub fn encrypted_key_pem(&self, password: &str) -> Result<String> {
        let pem = self
            .key
            .private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), password.as_bytes())?;
        Ok(String::from_utf8(pem)?)
    }

    /// Key, certificate and authority in one PKCS#12 file.
    pub fn pkcs12(&self, password: &str) -> Result<Vec<u8>> {
        let mut chain = openssl::stack::Stack::new()?;
        chain.push(self.authority.clone())?;
        let store = Pkcs12::builder()
            .name("lagtop")
            .pkey(&self.key)
            .cert(&self.certificate)
            .ca(chain)
            .build2(password)?;
        Ok(store.to_der()?)
    }
}

/// P-256: made in a millisecond, where RSA takes a tenth of a second.
fn new_key() -> Result<PKey<Private>> {
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    Ok(PKey::from_ec_key(EcKey::generate(&curve)?)?)
}

fn subject(name: &str) -> Result<X509Name> {
    let mut builder = X509Name::builder()?;
    builder.append_entry_by_text("CN", name)?;
    Ok(builder.build())
}

fn certificate(key: &PKey<Private>, subject: &X509Name) -> Result<X509Builder> {
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let mut builder = X509::builder()?;
    // Version 3 counts from 0.
    builder.set_version(2)?;
    builder.set_serial_number(&*serial.to_asn1_integer()?)?;
    builder.set_subject_name(subject)?;
    builder.set_pubkey(key)?;
    builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(DAYS)?)?;
    Ok(builder)
}
