//! Why bytes are not a record.

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A field reaches past the end.
    #[error("it ends inside of a field")]
    Truncated,
    /// A length below -1, which is null.
    #[error("a length is negative")]
    NegativeLength,
    /// Null where the format has no null.
    #[error("a field is null that cannot be")]
    Null,
    /// Coordinators write valid UTF-8 only, whatever clients sent them.
    #[error("a string is not UTF-8")]
    NotUtf8,
    /// More than the 32767 bytes that Kafka writes and reads.
    #[error("a string is too long")]
    StringTooLong,
    /// More than five bytes or 32 bits.
    #[error("a varint is too long")]
    Varint,
    /// Nobody writes those; a newer writer counts upwards.
    #[error("a version is negative")]
    NegativeVersion,
    /// Bytes after the last field.
    #[error("bytes are left over")]
    LeftOver,
}

/// The half of the record that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The key.
    Key,
    /// The value.
    Value,
}

/// The bytes are not what they claim to be. Holds nothing that was read from them but numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} of a record{}{}: {why} (byte {at})", self.part_name(), self.type_text(), self.version_text())]
pub struct DecodeError {
    /// Which half.
    pub part: Part,
    /// The key's first two bytes; `None` when they are not there.
    pub record_type: Option<i16>,
    /// The value's first two bytes; `None` in keys, and when they are not there.
    pub version: Option<i16>,
    /// How many bytes of that half were understood.
    pub at: usize,
    /// What is wrong there.
    pub why: Malformed,
}

impl DecodeError {
    fn part_name(&self) -> &'static str {
        match self.part {
            Part::Key => "the key",
            Part::Value => "the value",
        }
    }

    fn type_text(&self) -> String {
        self.record_type.map_or_else(String::new, |number| format!(" of type {number}"))
    }

    fn version_text(&self) -> String {
        self.version.map_or_else(String::new, |number| format!(", version {number}"))
    }
}
