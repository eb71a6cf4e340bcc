//! Topic ids as the records hold them.

use std::fmt;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// 16 bytes, most significant first. Shown as Kafka shows them: 22 characters of URL-safe base64.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// Kafka's "no id".
    pub const ZERO: Self = Self([0; 16]);

    /// `None` for [`Uuid::ZERO`].
    #[must_use]
    pub fn known(self) -> Option<Self> {
        (self != Self::ZERO).then_some(self)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        let bits = u128::from_be_bytes(self.0);
        // 21 times six bits from the top; the last two bits are the upper ones of a last six.
        let sixes = (0..21).map(|n| bits >> (122 - 6 * n)).chain([bits << 4]);
        for six in sixes {
            let index = usize::try_from(six & 0x3f).unwrap_or_default();
            f.write_char(char::from(ALPHABET.get(index).copied().unwrap_or_default()))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
