//! What a file of keys or certificates is, seen from its content rather than from its name: since
//! Java 9, keytool writes PKCS#12 into a file named `.jks` unless told otherwise.

use std::io;

use super::Property;
use crate::config::error::ConfigError;
use crate::config::resolve::ReadFile;

/// The kind of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Pem,
    Pkcs12,
    /// Java's own form, by its name.
    Java(&'static str),
    Unknown,
}

pub(super) fn kind(content: &[u8]) -> Kind {
    match content {
        [0xFE, 0xED, 0xFE, 0xED, ..] => Kind::Java("JKS"),
        [0xCE, 0xCE, 0xCE, 0xCE, ..] => Kind::Java("JCEKS"),
        _ if is_pkcs12(content) => Kind::Pkcs12,
        _ if contains(content, "-----BEGIN ") => Kind::Pem,
        _ => Kind::Unknown,
    }
}

/// A DER sequence whose first element is the integer 3 (RFC 7292, `PFX`): a certificate in DER
/// begins with a sequence inside.
fn is_pkcs12(content: &[u8]) -> bool {
    const VERSION_3: [u8; 3] = [0x02, 0x01, 0x03];
    let [0x30, length, rest @ ..] = content else { return false };
    // 0x80: indefinite length. 0x81 to 0x84: so many bytes of length follow.
    let skip = usize::from(length.saturating_sub(0x80));
    skip <= 4 && rest.get(skip..).is_some_and(|body| body.starts_with(&VERSION_3))
}

pub(super) fn has_certificate(pem: &[u8]) -> bool {
    contains(pem, "-----BEGIN CERTIFICATE-----") || contains(pem, "-----BEGIN TRUSTED CERTIFICATE")
}

pub(super) fn has_key(pem: &[u8]) -> bool {
    contains(pem, "PRIVATE KEY-----")
}

/// PKCS#8 says so in its header, older forms in the first line below it.
pub(super) fn has_encrypted_key(pem: &[u8]) -> bool {
    contains(pem, "-----BEGIN ENCRYPTED PRIVATE KEY") || contains(pem, "Proc-Type: 4,ENCRYPTED")
}

fn contains(content: &[u8], text: &str) -> bool {
    content.windows(text.len()).any(|window| window == text.as_bytes())
}

/// The content of the file that `property` names; `None` if it is a directory.
pub(super) fn read(
    property: &Property,
    read: ReadFile<'_>,
) -> Result<Option<Vec<u8>>, ConfigError> {
    let path = property.path();
    match read(&path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => Ok(None),
        Err(source) => Err(ConfigError::Unreadable { from: property.from.clone(), path, source }),
    }
}

/// The content of the file that `property` names, if `has` finds there what is `wanted`.
pub(super) fn read_with(
    property: &Property,
    read_file: ReadFile<'_>,
    has: fn(&[u8]) -> bool,
    wanted: &'static str,
) -> Result<Vec<u8>, ConfigError> {
    match read(property, read_file)? {
        Some(content) if has(&content) => Ok(content),
        Some(content) => Err(unfit(property, &content, wanted)),
        None => Err(unfit(property, &[], wanted)),
    }
}

/// The error for a store whose content is not what is wanted.
pub(super) fn unfit(property: &Property, content: &[u8], wanted: &'static str) -> ConfigError {
    let (from, path) = (property.from.clone(), property.path());
    match kind(content) {
        Kind::Java(form) => ConfigError::JavaStore { from, path, form },
        Kind::Pem | Kind::Pkcs12 | Kind::Unknown => ConfigError::Content { from, path, wanted },
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2], Kind::Java("JKS"))]
    #[case(&[0xCE, 0xCE, 0xCE, 0xCE], Kind::Java("JCEKS"))]
    #[case(&[0x30, 0x82, 0x0A, 0x10, 0x02, 0x01, 0x03], Kind::Pkcs12)]
    #[case(&[0x30, 0x80, 0x02, 0x01, 0x03], Kind::Pkcs12)]
    #[case(&[0x30, 0x10, 0x02, 0x01, 0x03], Kind::Pkcs12)]
    // A certificate in DER.
    #[case(&[0x30, 0x82, 0x03, 0x0D, 0x30, 0x82], Kind::Unknown)]
    #[case(&[0x30, 0xFF, 0x02, 0x01, 0x03], Kind::Unknown)]
    #[case(&[0x30], Kind::Unknown)]
    #[case(b"Bag Attributes\n-----BEGIN CERTIFICATE-----\n", Kind::Pem)]
    #[case(b"", Kind::Unknown)]
    fn sees_the_kind(#[case] content: &[u8], #[case] expected: Kind) {
        assert_eq!(kind(content), expected);
    }

    #[rstest]
    #[case("-----BEGIN PRIVATE KEY-----", true, false)]
    #[case("-----BEGIN ENCRYPTED PRIVATE KEY-----", true, true)]
    #[case("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n", true, true)]
    #[case("-----BEGIN CERTIFICATE-----", false, false)]
    fn sees_keys(#[case] pem: &str, #[case] key: bool, #[case] encrypted: bool) {
        assert_eq!(has_key(pem.as_bytes()), key);
        assert_eq!(has_encrypted_key(pem.as_bytes()), encrypted);
    }
}
