//! Names from strangers, made safe to draw and cut to width.
//!
//! Group, topic, client and host names come from the network. What reaches the terminal must not move
//! the cursor, change a colour, reverse the reading direction or hide: [`escape`] writes such
//! characters out. Everything is measured as the drawing library measures it, by grapheme.

use std::borrow::Cow;

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

/// Which characters the terminal can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// All of them.
    #[default]
    Unicode,
    /// Only the printable ones of ASCII.
    Ascii,
}

/// Marks that may stand on one base character. Languages need two at most; towers of them draw over
/// the lines above and below.
const MAX_MARKS: usize = 2;

/// `name` with everything written out that a terminal would act on or not show: controls as `^[` or
/// `\u{9b}`, direction overrides, invisible characters and stacked marks as `\u{202e}`; in ASCII,
/// whatever is not ASCII.
#[must_use]
pub fn escape(name: &str, charset: Charset) -> Cow<'_, str> {
    if name.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(name);
    }
    let mut safe = String::with_capacity(name.len() + 16);
    let mut marks = MAX_MARKS;
    for c in name.chars() {
        match c {
            ' '..='~' => {
                marks = 0;
                safe.push(c);
            }
            '\0'..='\u{1f}' => push_caret(&mut safe, c),
            '\u{7f}' => safe.push_str("^?"),
            _ if charset == Charset::Ascii || c.is_control() || acts_or_hides(c) => {
                push_code(&mut safe, c);
                marks = MAX_MARKS;
            }
            _ if char_width(c) == 0 => {
                marks += 1;
                if marks > MAX_MARKS { push_code(&mut safe, c) } else { safe.push(c) }
            }
            _ => {
                marks = 0;
                safe.push(c);
            }
        }
    }
    Cow::Owned(safe)
}

/// A control character of ASCII as terminals echo it: escape is `^[`.
fn push_caret(out: &mut String, c: char) {
    out.push('^');
    out.push(char::from_u32(u32::from(c) + 0x40).unwrap_or('?'));
}

fn push_code(out: &mut String, c: char) {
    out.extend(c.escape_unicode());
}

/// Format characters that reorder text or take no room: marks and overrides of direction, joiners,
/// fillers, variation selectors, tags, and separators of lines.
const fn acts_or_hides(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

fn char_width(c: char) -> u16 {
    c.encode_utf8(&mut [0; 4]).cell_width()
}

/// How many cells `text` takes. For text that has been through [`escape`].
#[must_use]
pub fn width(text: &str) -> u16 {
    if text.is_ascii() {
        return u16::try_from(text.len()).unwrap_or(u16::MAX);
    }
    text.graphemes(true).map(CellWidth::cell_width).fold(0, u16::saturating_add)
}

/// `text` in at most `max` cells: what is too long loses its end to `ellipsis`.
#[must_use]
pub fn cut_end<'a>(text: &'a str, max: u16, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    let Some(room) = max.checked_sub(width(ellipsis)) else { return Cow::Borrowed("") };
    Cow::Owned(format!("{}{ellipsis}", begin(text, room)))
}

/// `text` in at most `max` cells: what is too long loses its middle to `ellipsis`. Names that stand in
/// one list mostly share their beginning and differ at the end, so both are kept.
#[must_use]
pub fn cut_middle<'a>(text: &'a str, max: u16, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= max {
        return Cow::Borrowed(text);
    }
    let Some(room) = max.checked_sub(width(ellipsis)) else { return Cow::Borrowed("") };
    let ending = end(text, room / 2);
    let beginning = begin(text, room.saturating_sub(width(ending)));
    Cow::Owned(format!("{beginning}{ellipsis}{ending}"))
}

/// The longest beginning of `text` that fits into `room` cells.
#[must_use]
pub fn begin(text: &str, room: u16) -> &str {
    let mut used = 0_u16;
    let fitting = text.grapheme_indices(true).find_map(|(index, grapheme)| {
        used = used.saturating_add(grapheme.cell_width());
        (used > room).then_some(index)
    });
    text.get(..fitting.unwrap_or(text.len())).unwrap_or_default()
}

/// The longest end of `text` that fits into `room` cells.
#[must_use]
pub fn end(text: &str, room: u16) -> &str {
    let mut used = 0_u16;
    let fitting = text.grapheme_indices(true).rev().find_map(|(index, grapheme)| {
        used = used.saturating_add(grapheme.cell_width());
        (used > room).then_some(index + grapheme.len())
    });
    text.get(fitting.unwrap_or(0)..).unwrap_or_default()
}

/// As many words of `text` as fit into `max` cells, and the rest. A word that is longer is broken.
#[must_use]
pub fn wrap(text: &str, max: u16) -> (&str, &str) {
    if width(text) <= max {
        return (text, "");
    }
    let head = begin(text, max.max(1));
    let head = if head.is_empty() { begin(text, 2) } else { head };
    match head.rfind(' ') {
        Some(at) if at > 0 => (text.get(..at).unwrap_or(head), text.get(at + 1..).unwrap_or("")),
        _ => (head, text.get(head.len().max(1)..).unwrap_or("")),
    }
}

/// `text` moved to the right end of `to` cells. Longer text stays as it is.
#[must_use]
pub fn pad_left(text: &str, to: u16) -> String {
    let missing = usize::from(to.saturating_sub(width(text)));
    format!("{:missing$}{text}", "")
}

/// `text` filled up with spaces to `to` cells. Longer text stays as it is.
#[must_use]
pub fn pad_right(text: &str, to: u16) -> String {
    let missing = usize::from(to.saturating_sub(width(text)));
    format!("{text}{:missing$}", "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("orders.v2_eu-west", "orders.v2_eu-west")]
    #[case("\u{1b}[31mred", "^[[31mred")]
    #[case("a\nb\tc\0", "a^Jb^Ic^@")]
    #[case("\u{7f}\u{9b}1m", "^?\\u{9b}1m")]
    #[case("abc\u{202e}txt.exe", "abc\\u{202e}txt.exe")]
    #[case("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}")]
    #[case("größe-数据", "größe-数据")]
    #[case("e\u{301}", "e\u{301}")]
    #[case("\u{301}x", "\\u{301}x")]
    #[case("z\u{301}\u{302}\u{303}", "z\u{301}\u{302}\\u{303}")]
    #[case("\u{2028}\u{2029}", "\\u{2028}\\u{2029}")]
    fn hostile_names(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(escape(name, Charset::Unicode), expected);
    }

    #[test]
    fn ascii_terminals_get_ascii() {
        assert_eq!(escape("größe", Charset::Ascii), "gr\\u{f6}\\u{df}e");
    }

    #[rstest]
    #[case("short", 8, "short", "short")]
    #[case("user-events-consumer-a", 12, "user-events…", "user-e…mer-a")]
    #[case("数据数据数据", 6, "数据…", "数…据")]
    #[case("abc", 1, "…", "…")]
    #[case("abc", 0, "", "")]
    fn cuts(#[case] text: &str, #[case] max: u16, #[case] end: &str, #[case] middle: &str) {
        assert_eq!(cut_end(text, max, "…"), end);
        assert_eq!(cut_middle(text, max, "…"), middle);
    }

    #[test]
    fn sentences_break_between_words_where_they_can() {
        assert_eq!(wrap("a short one", 20), ("a short one", ""));
        assert_eq!(wrap("broken between words", 10), ("broken", "between words"));
        assert_eq!(wrap("unbreakable", 4), ("unbr", "eakable"));
        assert_eq!(wrap("数据", 1), ("数", "据"));
    }

    #[test]
    fn padding_counts_cells() {
        assert_eq!(pad_left("数", 4), "  数");
        assert_eq!(pad_right("数", 4), "数  ");
        assert_eq!(pad_left("long", 2), "long");
    }

    /// Strings in which what must be escaped is as likely as what need not be.
    fn hostile() -> impl Strategy<Value = String> {
        let c = prop_oneof![
            any::<char>(),
            proptest::char::range('\0', '\u{a0}'),
            proptest::char::range('\u{2000}', '\u{2070}'),
            proptest::char::range('\u{300}', '\u{36f}'),
            proptest::char::range('\u{1f466}', '\u{1f469}'),
            proptest::char::range('\u{ac00}', '\u{ac10}'),
            proptest::char::range('\u{1100}', '\u{11ff}'),
        ];
        proptest::collection::vec(c, 0..60).prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_escaped_acts_on_a_terminal(name in hostile()) {
            let safe = escape(&name, Charset::Unicode);
            prop_assert!(!safe.chars().any(|c| c.is_control() || acts_or_hides(c)), "{safe:?}");
            let ascii = escape(&name, Charset::Ascii);
            prop_assert!(ascii.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{ascii:?}");
        }

        #[test]
        fn nothing_is_wider_than_asked(name in hostile(), max in 0_u16..80) {
            let safe = escape(&name, Charset::Unicode);
            for cut in [cut_end(&safe, max, "…"), cut_middle(&safe, max, "…")] {
                prop_assert!(width(&cut) <= max, "{cut:?} in {max}");
                prop_assert!(width(&safe) > max || cut == safe);
            }
            prop_assert_eq!(width(&pad_left(&safe, max)), width(&safe).max(max));
            prop_assert_eq!(width(&pad_right(&safe, max)), width(&safe).max(max));
        }
    }
}
