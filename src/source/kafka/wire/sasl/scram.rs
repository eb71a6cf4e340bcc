//! SCRAM's messages (RFC 5802, RFC 7677): pure, but for the nonce.
//!
//! The broker's signature is always verified, in constant time: a broker that does not know the
//! password cannot pass. The iteration count is bounded on both sides: below, because few rounds
//! make a captured exchange cheap to search (RFC 7677 section 4); above, because the broker chooses
//! it and the client pays. No channel binding: Kafka does not offer it.

use openssl::base64::{decode_block, encode_block};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::memcmp;
use openssl::pkcs5::pbkdf2_hmac;
use openssl::pkey::PKey;
use openssl::sign::Signer;

/// Kafka stores no credentials with fewer.
const FEWEST_ITERATIONS: usize = 4096;

/// Kafka stores none with more than 16,384; others may. A second of work at most.
const MOST_ITERATIONS: usize = 1_000_000;

/// 144 bits, more than can be guessed.
const NONCE_BYTES: usize = 18;

/// `n,,`: no channel binding, no other identity.
const GS2_HEADER: &str = "n,,";

/// The hash function in use.
#[derive(Debug, Clone, Copy)]
pub(in crate::source::kafka::wire) enum Hash {
    Sha256,
    Sha512,
}

impl Hash {
    fn digest(self) -> MessageDigest {
        match self {
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }

    fn hash(self, bytes: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        Ok(openssl::hash::hash(self.digest(), bytes)?.to_vec())
    }

    fn hmac(self, key: &[u8], bytes: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let key = PKey::hmac(key)?;
        Signer::new(self.digest(), &key)?.sign_oneshot_to_vec(bytes)
    }

    /// `Hi` of RFC 5802.
    fn stretch(self, password: &[u8], salt: &[u8], rounds: usize) -> Result<Vec<u8>, ErrorStack> {
        let mut key = vec![0; self.digest().size()];
        pbkdf2_hmac(password, salt, rounds, self.digest(), &mut key)?;
        Ok(key)
    }
}

/// What is wrong with the broker's side.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ScramError {
    #[error("its message is not SCRAM")]
    NotScram,
    #[error("it did not continue with this client's nonce")]
    Nonce,
    #[error("it asks for {0} iterations, outside of {FEWEST_ITERATIONS} to {MOST_ITERATIONS}")]
    Iterations(usize),
    #[error("it does not know the password: its signature is wrong")]
    Signature,
    #[error("it refused: {0}")]
    Refused(String),
    #[error("OpenSSL failed: {0}")]
    Crypto(String),
}

impl From<ErrorStack> for ScramError {
    fn from(error: ErrorStack) -> Self {
        Self::Crypto(error.to_string())
    }
}

/// A fresh client nonce.
pub(super) fn nonce() -> Result<String, ScramError> {
    let mut bytes = [0; NONCE_BYTES];
    openssl::rand::rand_bytes(&mut bytes)?;
    Ok(encode_block(&bytes))
}

/// One exchange, on the client's side.
pub(super) struct Scram {
    hash: Hash,
    first_bare: String,
    nonce: String,
}

/// The client's last message, and what the broker must say to it.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) message: String,
    signature: Vec<u8>,
}

impl Scram {
    pub(super) fn new(hash: Hash, username: &str, nonce: String) -> Self {
        let username = username.replace('=', "=3D").replace(',', "=2C");
        Self { hash, first_bare: format!("n={username},r={nonce}"), nonce }
    }

    pub(super) fn first_message(&self) -> String {
        format!("{GS2_HEADER}{}", self.first_bare)
    }

    /// Answers the broker's challenge (`r=…,s=…,i=…`).
    pub(super) fn answer(&self, challenge: &[u8], password: &[u8]) -> Result<Reply, ScramError> {
        let challenge = std::str::from_utf8(challenge).map_err(|_utf8| ScramError::NotScram)?;
        let mut parts = challenge.split(',');
        let nonce = attribute(parts.next(), "r=")?;
        let salt = attribute(parts.next(), "s=")?;
        let iterations = attribute(parts.next(), "i=")?;
        if nonce.len() <= self.nonce.len() || !nonce.starts_with(&self.nonce) {
            return Err(ScramError::Nonce);
        }
        let salt = decode_block(salt).map_err(|_base64| ScramError::NotScram)?;
        let iterations = iterations.parse().map_err(|_number| ScramError::NotScram)?;
        if !(FEWEST_ITERATIONS..=MOST_ITERATIONS).contains(&iterations) {
            return Err(ScramError::Iterations(iterations));
        }

        let salted = self.hash.stretch(password, &salt, iterations)?;
        let client_key = self.hash.hmac(&salted, b"Client Key")?;
        let stored_key = self.hash.hash(&client_key)?;
        let channel = encode_block(GS2_HEADER.as_bytes());
        let without_proof = format!("c={channel},r={nonce}");
        let auth_message = format!("{},{challenge},{without_proof}", self.first_bare);
        let client_signature = self.hash.hmac(&stored_key, auth_message.as_bytes())?;
        let proof: Vec<u8> =
            client_key.iter().zip(&client_signature).map(|(key, sign)| key ^ sign).collect();
        let server_key = self.hash.hmac(&salted, b"Server Key")?;
        let signature = self.hash.hmac(&server_key, auth_message.as_bytes())?;
        let message = format!("{without_proof},p={}", encode_block(&proof));
        Ok(Reply { message, signature })
    }
}

impl Reply {
    /// Verifies the broker's last message (`v=…`, or `e=…`).
    pub(super) fn verify(&self, last: &[u8]) -> Result<(), ScramError> {
        let last = std::str::from_utf8(last).map_err(|_utf8| ScramError::NotScram)?;
        let first = last.split(',').next();
        if let Ok(refusal) = attribute(first, "e=") {
            return Err(ScramError::Refused(refusal.to_owned()));
        }
        let theirs =
            decode_block(attribute(first, "v=")?).map_err(|_base64| ScramError::NotScram)?;
        // `memcmp::eq` demands equal lengths; a length is no secret.
        if theirs.len() == self.signature.len() && memcmp::eq(&theirs, &self.signature) {
            Ok(())
        } else {
            Err(ScramError::Signature)
        }
    }
}

fn attribute<'a>(part: Option<&'a str>, name: &str) -> Result<&'a str, ScramError> {
    part.and_then(|part| part.strip_prefix(name)).ok_or(ScramError::NotScram)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// RFC 7677 section 3.
    const NONCE: &str = "rOprNGfwEbeRWgbNEkqO";
    const CHALLENGE: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    const PROOF: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
        p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    const SIGNATURE: &str = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    fn scram() -> Scram {
        Scram::new(Hash::Sha256, "user", NONCE.to_owned())
    }

    #[test]
    fn the_vectors_of_rfc_7677() {
        assert_eq!(scram().first_message(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        let reply = scram().answer(CHALLENGE.as_bytes(), b"pencil").unwrap();
        assert_eq!(reply.message, PROOF);
        assert_eq!(reply.verify(SIGNATURE.as_bytes()), Ok(()));
    }

    #[rstest]
    #[case("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", ScramError::Signature)]
    #[case("v=AAAA", ScramError::Signature)]
    #[case("v=", ScramError::Signature)]
    #[case("", ScramError::NotScram)]
    #[case("e=invalid-proof", ScramError::Refused("invalid-proof".to_owned()))]
    fn a_broker_without_the_password_does_not_pass(#[case] last: &str, #[case] error: ScramError) {
        let reply = scram().answer(CHALLENGE.as_bytes(), b"pencil").unwrap();
        assert_eq!(reply.verify(last.as_bytes()), Err(error));
    }

    #[rstest]
    #[case("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", ScramError::Nonce)]
    #[case("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", ScramError::Nonce)]
    #[case("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4095", ScramError::Iterations(4095))]
    #[case("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=1000001", ScramError::Iterations(1_000_001))]
    #[case("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=99999999999999999999999", ScramError::NotScram)]
    #[case("r=rOprNGfwEbeRWgbNEkqOx,s=%%,i=4096", ScramError::NotScram)]
    #[case("m=ext,r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4096", ScramError::NotScram)]
    #[case("", ScramError::NotScram)]
    fn bad_challenges_are_refused(#[case] challenge: &str, #[case] error: ScramError) {
        assert_eq!(scram().answer(challenge.as_bytes(), b"pencil").err(), Some(error));
    }

    #[test]
    fn names_are_escaped() {
        let scram = Scram::new(Hash::Sha512, "a=b,c", "x".to_owned());
        assert_eq!(scram.first_message(), "n,,n=a=3Db=2Cc,r=x");
    }

    #[test]
    fn nonces_differ() {
        assert_ne!(nonce().unwrap(), nonce().unwrap());
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(scram().answer(&bytes, b"pencil").is_err());
            let reply = Reply { message: String::new(), signature: vec![1; 32] };
            prop_assert!(reply.verify(&bytes).is_err());
        }
    }
}
