//! Bytes from strangers: keys, and values where they were asked for.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::Arc;

use crate::model::number::grouped;

/// The beginning of some bytes, and what tells them from others. Two excerpts are equal if what they
/// were taken from is: length and hash are those of the whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Excerpt {
    head: Arc<[u8]>,
    len: usize,
    hash: u64,
}

impl Excerpt {
    /// The first `most` of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8], most: usize) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        let head = bytes.get(..most).unwrap_or(bytes).into();
        Self { head, len: bytes.len(), hash: hasher.finish() }
    }

    /// The bytes kept.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// What tells it from others, also where what is kept does not.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("{} {:x}", self.text(), self.hash)
    }

    /// Is there more than is kept?
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.head.len() < self.len
    }

    /// Text in quotation marks, and what is no text in hexadecimal; what is cut says how long it is.
    /// Unescaped: the text may hold anything but most control characters.
    #[must_use]
    pub fn text(&self) -> String {
        let mut shown = match self.as_text() {
            Some(text) => format!("\"{text}\""),
            None => hexadecimal(&self.head),
        };
        if self.is_cut() {
            let len = grouped(i64::try_from(self.len).unwrap_or(i64::MAX));
            // Writing to a string cannot fail.
            let _ = write!(shown, "... {len} bytes");
        }
        shown
    }

    /// The bytes kept as text; `None` if they are none. Numbers of Java's serializers begin with zeros,
    /// registry formats with a zero and an id: control characters tell them from text.
    fn as_text(&self) -> Option<&str> {
        let text = match str::from_utf8(&self.head) {
            Ok(text) => text,
            // The cut went through a character.
            Err(error) if self.is_cut() && error.error_len().is_none() => {
                str::from_utf8(self.head.get(..error.valid_up_to())?).ok()?
            }
            Err(_) => return None,
        };
        let acts = |char: char| char.is_control() && !matches!(char, '\t' | '\n' | '\r');
        (!text.contains(acts)).then_some(text)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold("0x".to_owned(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::text(b"deal-4711", "\"deal-4711\"")]
    #[case::empty(b"", "\"\"")]
    #[case::blanks(b" a\tb\n", "\" a\tb\n\"")]
    #[case::foreign("größe".as_bytes(), "\"größe\"")]
    #[case::long(&4711_i64.to_be_bytes(), "0x0000000000001267")]
    #[case::registry(b"\0\0\0\0\x07abc", "0x0000000007616263")]
    #[case::escape(b"\x1b[2J", "0x1b5b324a")]
    #[case::not_utf8(b"\xff\xfe", "0xfffe")]
    #[case::broken_off_by_its_writer("größ".as_bytes().split_last().unwrap().1, "0x6772c3b6c3")]
    fn text_is_text_and_the_rest_hexadecimal(#[case] bytes: &[u8], #[case] shown: &str) {
        assert_eq!(Excerpt::of(bytes, 64).text(), shown);
    }

    #[rstest]
    #[case("a long identifier".as_bytes(), "\"a lo\"... 17 bytes")]
    #[case("abcöööö".as_bytes(), "\"abc\"... 11 bytes")]
    #[case(&[0; 1_234], "0x00000000... 1,234 bytes")]
    fn what_is_cut_says_so(#[case] bytes: &[u8], #[case] shown: &str) {
        let excerpt = Excerpt::of(bytes, 4);
        assert_eq!((excerpt.text().as_str(), excerpt.head().len()), (shown, 4));
    }

    #[test]
    fn what_differs_after_the_cut_differs() {
        assert_eq!(Excerpt::of(b"same-a", 4), Excerpt::of(b"same-a", 4));
        assert_ne!(Excerpt::of(b"same-a", 4), Excerpt::of(b"same-b", 4));
        assert_ne!(Excerpt::of(b"same", 4), Excerpt::of(b"same-", 4));
    }

    proptest! {
        #[test]
        fn no_bytes_act_on_a_terminal_and_none_are_too_many(bytes: Vec<u8>, most in 0_usize..40) {
            let text = Excerpt::of(&bytes, most).text();
            let acts = |char: char| char.is_control() && !matches!(char, '\t' | '\n' | '\r');
            prop_assert!(!text.contains(acts), "{text:?}");
            prop_assert!(text.len() <= 2 * most + 40, "{text:?}");
        }
    }
}
