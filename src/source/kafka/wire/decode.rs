//! Reading answers: a cursor over bytes that strangers wrote.
//!
//! Why not the protocol crate's own decoders: they reserve memory for as many items as the bytes
//! *announce* (`Vec::with_capacity` of a count up to 2³², each item tens of bytes) before reading
//! one. Twenty hostile bytes make the allocator fail, and that aborts the process: no
//! `catch_unwind` helps. This cursor never reserves more than the bytes that are there can fill,
//! copies each distinct name once an answer, and reads straight into the client's own types. The
//! tests hold every answer in every version against the crate's encoders.
//!
//! Total: any bytes give a value or [`Malformed`], never a panic. May import std alone.

use std::collections::HashMap;
use std::sync::Arc;

/// The bytes are not what the protocol says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Malformed(pub(super) &'static str);

const SHORT: Malformed = Malformed("it ends too early");

/// Items for which memory is taken before the first is read; beyond it the list grows as items
/// really come.
const FIRST_RESERVE: usize = 4096;

/// A cursor over one answer.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    /// KIP-482: compact lengths and tagged fields.
    flexible: bool,
    /// Names seen so far in this answer: a topic named by a thousand groups is kept once.
    names: HashMap<&'a [u8], Arc<str>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], flexible: bool) -> Self {
        Self { rest: bytes, flexible, names: HashMap::new() }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array_of<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(SHORT)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn i8(&mut self) -> Result<i8, Malformed> {
        self.array_of().map(i8::from_be_bytes)
    }

    pub(super) fn i16(&mut self) -> Result<i16, Malformed> {
        self.array_of().map(i16::from_be_bytes)
    }

    pub(super) fn i32(&mut self) -> Result<i32, Malformed> {
        self.array_of().map(i32::from_be_bytes)
    }

    pub(super) fn i64(&mut self) -> Result<i64, Malformed> {
        self.array_of().map(i64::from_be_bytes)
    }

    pub(super) fn bool(&mut self) -> Result<bool, Malformed> {
        Ok(self.i8()? != 0)
    }

    pub(super) fn uuid(&mut self) -> Result<[u8; 16], Malformed> {
        self.array_of()
    }

    /// An unsigned varint of at most 32 bits.
    fn varint(&mut self) -> Result<u32, Malformed> {
        let mut value: u32 = 0;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.array_of()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed("a length takes more than five bytes"))
    }

    /// The length of bytes or an array, or `None` for null.
    fn length(
        &mut self,
        classic: impl FnOnce(&mut Self) -> Result<i32, Malformed>,
    ) -> LengthResult {
        let length = if self.flexible {
            match self.varint()?.checked_sub(1) {
                None => return Ok(None),
                Some(length) => usize::try_from(length).map_err(|_overflow| SHORT)?,
            }
        } else {
            match classic(self)? {
                -1 => return Ok(None),
                length => usize::try_from(length)
                    .map_err(|_negative| Malformed("a length is negative"))?,
            }
        };
        if length > self.rest.len() {
            return Err(Malformed("a length is larger than the answer"));
        }
        Ok(Some(length))
    }

    fn opt_text(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        match self.length(|reader| reader.i16().map(i32::from))? {
            None => Ok(None),
            Some(length) => self.take(length).map(Some),
        }
    }

    /// A string, or `None` for null. Each distinct one is copied once an answer. What is not UTF-8
    /// is replaced: one odd name must not cost the rest of the answer.
    pub(super) fn opt_name(&mut self) -> Result<Option<Arc<str>>, Malformed> {
        let Some(bytes) = self.opt_text()? else { return Ok(None) };
        let name = self.names.entry(bytes).or_insert_with(|| String::from_utf8_lossy(bytes).into());
        Ok(Some(Arc::clone(name)))
    }

    /// A string that may not be null.
    pub(super) fn name(&mut self) -> Result<Arc<str>, Malformed> {
        self.opt_name()?.ok_or(Malformed("a name is missing"))
    }

    /// A string that is used once (a member id, an error message): not remembered.
    pub(super) fn opt_string(&mut self) -> Result<Option<Arc<str>>, Malformed> {
        Ok(self.opt_text()?.map(|bytes| String::from_utf8_lossy(bytes).into()))
    }

    /// A string that is used once and may not be null.
    pub(super) fn string(&mut self) -> Result<Arc<str>, Malformed> {
        self.opt_string()?.ok_or(Malformed("a string is missing"))
    }

    /// Bytes; null is empty.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        match self.length(Self::i32)? {
            None => Ok(&[]),
            Some(length) => self.take(length),
        }
    }

    /// An array that may not be null.
    pub(super) fn array<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let Some(count) = self.length(Self::i32)? else {
            return Err(Malformed("a list is missing"));
        };
        // `length` has checked that the bytes that remain can hold as many: an item takes one at
        // least. In memory it takes more, hence the bound.
        let mut items = Vec::with_capacity(count.min(FIRST_RESERVE));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    pub(super) fn i32s(&mut self) -> Result<Vec<i32>, Malformed> {
        self.array(Self::i32)
    }

    /// Skips the tagged fields at the end of a structure; nothing before flexible versions.
    pub(super) fn tags(&mut self) -> Result<(), Malformed> {
        if !self.flexible {
            return Ok(());
        }
        for _ in 0..self.varint()? {
            let _tag = self.varint()?;
            let size = usize::try_from(self.varint()?).map_err(|_overflow| SHORT)?;
            self.take(size)?;
        }
        Ok(())
    }
}

type LengthResult = Result<Option<usize>, Malformed>;

/// −1 on the wire is "none".
pub(super) fn known_i32(value: i32) -> Option<i32> {
    (value >= 0).then_some(value)
}

/// −1 on the wire is "none".
pub(super) fn known_i64(value: i64) -> Option<i64> {
    (value >= 0).then_some(value)
}

/// The zero id on the wire is "none".
pub(super) fn known_id(id: [u8; 16]) -> Option<[u8; 16]> {
    (id != [0; 16]).then_some(id)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hostile_count_reserves_nothing() {
        let bytes = [0x7f, 0xff, 0xff, 0xff, 0, 0];
        let mut reader = Reader::new(&bytes, false);
        assert_eq!(reader.i32s(), Err(Malformed("a length is larger than the answer")));
        let bytes = [0xff, 0xff, 0xff, 0xff, 0x0f, 0];
        let mut reader = Reader::new(&bytes, true);
        assert_eq!(reader.i32s(), Err(Malformed("a length is larger than the answer")));
    }

    #[test]
    fn negative_lengths_and_endless_varints_are_malformed() {
        assert_eq!(
            Reader::new(&[0xff, 0xfe], false).name(),
            Err(Malformed("a length is negative"))
        );
        assert!(Reader::new(&[0x80; 9], true).opt_name().is_err());
    }

    #[test]
    fn a_name_is_kept_once_an_answer_and_odd_bytes_are_replaced() {
        let bytes = [2, b'a', 2, b'a', 2, 0xff, 0];
        let mut reader = Reader::new(&bytes, true);
        let (first, second) = (reader.name().unwrap(), reader.name().unwrap());
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(&*reader.name().unwrap(), "\u{fffd}");
        assert_eq!(reader.opt_name(), Ok(None));
        assert!(reader.is_empty());
    }

    #[test]
    fn tags_are_skipped() {
        let bytes = [2, 0, 1, 0xaa, 5, 2, 0xbb, 0xcc, 7];
        let mut reader = Reader::new(&bytes, true);
        reader.tags().unwrap();
        assert_eq!(reader.i8(), Ok(7));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), flexible: bool) {
            let mut reader = Reader::new(&bytes, flexible);
            let _ = reader.array(|item| {
                item.opt_name()?;
                item.bytes()?;
                item.i32s()?;
                item.tags()
            });
        }
    }
}
