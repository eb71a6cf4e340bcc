//! A writer of wire primitives, for tests that say each byte's meaning.

use crate::source::kafka::stream::records::Uuid;

/// Bytes in the making.
pub(super) struct Bytes {
    out: Vec<u8>,
    flexible: bool,
}

/// A key of that type.
pub(super) fn key(record_type: i16) -> Bytes {
    classic(record_type)
}

/// A key with a group, and a member where it is not empty.
pub(super) fn key_of(record_type: i16, group: &str, more: &str) -> Vec<u8> {
    let key = key(record_type).text(group);
    if more.is_empty() { key.done() } else { key.text(more).done() }
}

/// A value of that version in classic encoding.
pub(super) fn classic(version: i16) -> Bytes {
    Bytes { out: version.to_be_bytes().to_vec(), flexible: false }
}

/// The same in flexible encoding.
pub(super) fn flexible(version: i16) -> Bytes {
    Bytes { out: version.to_be_bytes().to_vec(), flexible: true }
}

/// The inside of a tagged field.
pub(super) fn tagged() -> Bytes {
    Bytes { out: Vec::new(), flexible: true }
}

/// A topic id of 16 equal bytes.
pub(super) fn id(byte: u8) -> Uuid {
    Uuid([byte; 16])
}

pub(super) fn uvarint(mut value: u32) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(u8::try_from(value % 0x80).unwrap() | 0x80);
        value /= 0x80;
    }
    out.push(u8::try_from(value).unwrap());
    out
}

impl Bytes {
    pub(super) fn raw(mut self, bytes: &[u8]) -> Self {
        self.out.extend_from_slice(bytes);
        self
    }

    pub(super) fn i8(self, number: i8) -> Self {
        self.raw(&number.to_be_bytes())
    }

    pub(super) fn i16(self, number: i16) -> Self {
        self.raw(&number.to_be_bytes())
    }

    pub(super) fn u16(self, number: u16) -> Self {
        self.raw(&number.to_be_bytes())
    }

    pub(super) fn i32(self, number: i32) -> Self {
        self.raw(&number.to_be_bytes())
    }

    pub(super) fn i64(self, number: i64) -> Self {
        self.raw(&number.to_be_bytes())
    }

    pub(super) fn id(self, byte: u8) -> Self {
        self.raw(&[byte; 16])
    }

    pub(super) fn text(self, text: &str) -> Self {
        let length = u32::try_from(text.len()).unwrap();
        let head = if self.flexible {
            uvarint(length + 1)
        } else {
            u16::try_from(length).unwrap().to_be_bytes().to_vec()
        };
        self.raw(&head).raw(text.as_bytes())
    }

    pub(super) fn null_text(self) -> Self {
        if self.flexible { self.raw(&[0]) } else { self.raw(&[0xff, 0xff]) }
    }

    /// The head of an array, or of bytes.
    pub(super) fn count(self, count: usize) -> Self {
        let count = u32::try_from(count).unwrap();
        let head = if self.flexible { uvarint(count + 1) } else { count.to_be_bytes().to_vec() };
        self.raw(&head)
    }

    pub(super) fn null_array(self) -> Self {
        if self.flexible { self.raw(&[0]) } else { self.raw(&[0xff; 4]) }
    }

    pub(super) fn bytes(self, bytes: &[u8]) -> Self {
        self.count(bytes.len()).raw(bytes)
    }

    pub(super) fn texts(self, texts: &[&str]) -> Self {
        texts.iter().fold(self.count(texts.len()), |bytes, text| bytes.text(text))
    }

    pub(super) fn i32s(self, numbers: &[i32]) -> Self {
        numbers.iter().fold(self.count(numbers.len()), |bytes, number| bytes.i32(*number))
    }

    pub(super) fn i16s(self, numbers: &[i16]) -> Self {
        numbers.iter().fold(self.count(numbers.len()), |bytes, number| bytes.i16(*number))
    }

    /// A tagged section with these fields.
    pub(super) fn tags(self, tags: &[(u32, Vec<u8>)]) -> Self {
        let head = self.raw(&uvarint(u32::try_from(tags.len()).unwrap()));
        tags.iter().fold(head, |bytes, (tag, field)| {
            let size = u32::try_from(field.len()).unwrap();
            bytes.raw(&uvarint(*tag)).raw(&uvarint(size)).raw(field)
        })
    }

    /// An empty tagged section.
    pub(super) fn end(self) -> Self {
        self.tags(&[])
    }

    pub(super) fn done(self) -> Vec<u8> {
        self.out
    }
}
