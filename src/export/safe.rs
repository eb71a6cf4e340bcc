//! Names from strangers, safe for a terminal.
//!
//! Stricter than what is drawn on screen, and always in the same form: what is printed here is
//! compared, searched and pasted, so a control is written as the code that JSON and Rust read back,
//! not as a terminal echoes it, and it does not depend on what the terminal can show.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// `text` with every character written out (`\u{1b}`) that a terminal would act on or not show:
/// controls, directions, joiners, marks without a width of their own.
pub(super) fn safe(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts_or_hides(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Width is unknown for controls, and 0 for what only changes its neighbours.
pub(super) fn acts_or_hides(c: char) -> bool {
    c.is_control()
        || c.width().is_none_or(|width| width == 0)
        || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("orders.v1", "orders.v1")]
    #[case("größe 注文 😀", "größe 注文 😀")]
    #[case("a\u{1b}[31m", "a\\u{1b}[31m")]
    #[case("a\nb\tc\u{7f}", "a\\u{a}b\\u{9}c\\u{7f}")]
    #[case("a\u{9b}2J", "a\\u{9b}2J")]
    #[case("\u{202e}gnp", "\\u{202e}gnp")]
    #[case("a\u{200d}b\u{301}", "a\\u{200d}b\\u{301}")]
    #[case("a\u{2028}b", "a\\u{2028}b")]
    fn writes_out_what_acts(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(safe(text), expected);
    }

    proptest! {
        #[test]
        fn nothing_safe_acts(text in any::<String>()) {
            prop_assert!(!safe(&text).chars().any(acts_or_hides));
        }
    }
}
