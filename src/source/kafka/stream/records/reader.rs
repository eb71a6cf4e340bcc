//! Kafka's wire primitives, read from hostile bytes.
//!
//! A [`Reader`] stands in a slice and walks through it in one of Kafka's two encodings: classic
//! (fixed lengths) or flexible (varint lengths and tagged sections, KIP-482). Strings and bytes are
//! borrowed. Nothing here panics, and a length is believed only as far as bytes are left: lists
//! of integers are checked before they are copied, other lists never reserve more memory than the
//! bytes that are left, and grow with the elements that were really there.

use super::error::Malformed;
use super::uuid::Uuid;

/// What one step gives.
pub(super) type Read<T> = Result<T, Malformed>;

/// Longest string that Kafka's generated code writes or reads, in bytes.
const LONGEST_STRING: usize = 32_767;

/// A place in the bytes.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    left: &'a [u8],
    flexible: bool,
}

impl<'a> Reader<'a> {
    /// At the first byte.
    pub(super) fn new(bytes: &'a [u8], flexible: bool) -> Self {
        Self { left: bytes, flexible }
    }

    /// From here on, the value's version being known now.
    pub(super) fn set_flexible(&mut self, flexible: bool) {
        self.flexible = flexible;
    }

    /// How many bytes were not read yet.
    pub(super) fn left(&self) -> usize {
        self.left.len()
    }

    /// Whether all was read.
    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    fn take(&mut self, count: usize) -> Read<&'a [u8]> {
        let (taken, left) = self.left.split_at_checked(count).ok_or(Malformed::Truncated)?;
        self.left = left;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (taken, left) = self.left.split_first_chunk::<N>().ok_or(Malformed::Truncated)?;
        self.left = left;
        Ok(*taken)
    }

    pub(super) fn i8(&mut self) -> Read<i8> {
        self.fixed().map(i8::from_be_bytes)
    }

    pub(super) fn i16(&mut self) -> Read<i16> {
        self.fixed().map(i16::from_be_bytes)
    }

    pub(super) fn u16(&mut self) -> Read<u16> {
        self.fixed().map(u16::from_be_bytes)
    }

    pub(super) fn i32(&mut self) -> Read<i32> {
        self.fixed().map(i32::from_be_bytes)
    }

    pub(super) fn i64(&mut self) -> Read<i64> {
        self.fixed().map(i64::from_be_bytes)
    }

    pub(super) fn uuid(&mut self) -> Read<Uuid> {
        self.fixed().map(Uuid)
    }

    /// At most five bytes and 32 bits.
    pub(super) fn uvarint(&mut self) -> Read<u32> {
        let mut value = 0_u32;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.fixed()?;
            let bits = u32::from(byte & 0x7f);
            if bits > u32::MAX >> shift {
                return Err(Malformed::Varint);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed::Varint)
    }

    /// The length of a flexible string, bytes or array: stored plus one, 0 is null.
    fn flexible_length(&mut self) -> Read<Option<usize>> {
        match self.uvarint()?.checked_sub(1) {
            None => Ok(None),
            Some(length) => usize::try_from(length).map(Some).or(Err(Malformed::Truncated)),
        }
    }

    /// The length of classic bytes or a classic array: -1 is null.
    fn classic_length(length: i32) -> Read<Option<usize>> {
        match length {
            -1 => Ok(None),
            length => usize::try_from(length).map(Some).or(Err(Malformed::NegativeLength)),
        }
    }

    fn long_length(&mut self) -> Read<Option<usize>> {
        if self.flexible {
            self.flexible_length()
        } else {
            let length = self.i32()?;
            Self::classic_length(length)
        }
    }

    pub(super) fn opt_string(&mut self) -> Read<Option<&'a str>> {
        let length = if self.flexible {
            self.flexible_length()?
        } else {
            let length = self.i16()?;
            Self::classic_length(length.into())?
        };
        let Some(length) = length else { return Ok(None) };
        if length > LONGEST_STRING {
            return Err(Malformed::StringTooLong);
        }
        let text = str::from_utf8(self.take(length)?).or(Err(Malformed::NotUtf8))?;
        Ok(Some(text))
    }

    pub(super) fn string(&mut self) -> Read<&'a str> {
        self.opt_string()?.ok_or(Malformed::Null)
    }

    pub(super) fn opt_bytes(&mut self) -> Read<Option<&'a [u8]>> {
        self.long_length()?.map(|length| self.take(length)).transpose()
    }

    pub(super) fn bytes(&mut self) -> Read<&'a [u8]> {
        self.opt_bytes()?.ok_or(Malformed::Null)
    }

    /// Elements of any kind. Each takes at least a byte, so a hostile count ends with the bytes.
    pub(super) fn opt_array<T>(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Read<T>,
    ) -> Read<Option<Vec<T>>> {
        let Some(count) = self.long_length()? else { return Ok(None) };
        let affordable = self.left() / size_of::<T>().max(1);
        let mut elements = Vec::with_capacity(count.min(affordable));
        for _ in 0..count {
            elements.push(element(self)?);
        }
        Ok(Some(elements))
    }

    pub(super) fn array<T>(&mut self, element: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        self.opt_array(element)?.ok_or(Malformed::Null)
    }

    /// Integers are in one piece: checked once, copied once.
    fn opt_integers<const N: usize, T>(
        &mut self,
        from_be_bytes: fn([u8; N]) -> T,
    ) -> Read<Option<Vec<T>>> {
        let Some(count) = self.long_length()? else { return Ok(None) };
        let bytes = self.take(count.checked_mul(N).ok_or(Malformed::Truncated)?)?;
        let (chunks, _) = bytes.as_chunks::<N>();
        Ok(Some(chunks.iter().copied().map(from_be_bytes).collect()))
    }

    pub(super) fn opt_i32s(&mut self) -> Read<Option<Vec<i32>>> {
        self.opt_integers(i32::from_be_bytes)
    }

    pub(super) fn i32s(&mut self) -> Read<Vec<i32>> {
        self.opt_i32s()?.ok_or(Malformed::Null)
    }

    pub(super) fn i16s(&mut self) -> Read<Vec<i16>> {
        self.opt_integers(i16::from_be_bytes)?.ok_or(Malformed::Null)
    }

    /// A struct that may be null, outside of tags: one byte, negative for null (as brokers read it).
    pub(super) fn opt_struct<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<Option<T>> {
        if self.i8()? < 0 { Ok(None) } else { read(self).map(Some) }
    }

    /// The same inside of a tag: a varint, 0 for null.
    pub(super) fn opt_tagged_struct<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<Option<T>> {
        if self.uvarint()? == 0 { Ok(None) } else { read(self).map(Some) }
    }

    /// The tagged section at the end of a struct. `field` gets each tag with a reader over that
    /// tag's bytes alone and reads what it knows; what it leaves is skipped. Classic encoding has no
    /// such section.
    pub(super) fn tags(&mut self, mut field: impl FnMut(u32, &mut Self) -> Read<()>) -> Read<()> {
        if !self.flexible {
            return Ok(());
        }
        // A hostile number ends with the bytes: each tag takes two at least.
        for _ in 0..self.uvarint()? {
            let tag = self.uvarint()?;
            let size = usize::try_from(self.uvarint()?).or(Err(Malformed::Truncated))?;
            field(tag, &mut Self::new(self.take(size)?, true))?;
        }
        Ok(())
    }

    /// A tagged section of which no tag is known.
    pub(super) fn skip_tags(&mut self) -> Read<()> {
        self.tags(|_, _| Ok(()))
    }
}
