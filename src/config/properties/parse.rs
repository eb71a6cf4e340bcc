//! Lines of a `.properties` file, read as `java.util.Properties.load` reads them.
//!
//! Files of librdkafka's clients have the same outward form, but know no escapes: for them each
//! line keeps its value as it was written beside the value as Java reads it, and the key decides
//! which one counts (see [`super::keys`]).

/// One logical line: continuation lines are joined.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Unescaped.
    pub(super) key: String,
    /// Unescaped, as Java reads it: white space at its end belongs to it.
    pub(super) value: String,
    /// Not unescaped, white space at its end removed.
    pub(super) literal: String,
    /// Whether anything stood between key and value.
    pub(super) separated: bool,
    /// The natural line on which it begins, from 1.
    pub(super) number: usize,
}

/// `\u` without four hexadecimal digits, on the logical line that begins here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadEscape {
    pub(super) number: usize,
}

/// Text of a file: UTF-8 if it is, else Latin-1, which is what Java takes every file for.
pub(super) fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

pub(super) fn parse(text: &str) -> Result<Vec<Line>, BadEscape> {
    let mut natural = NaturalLines { rest: text, number: 0 };
    let mut lines = Vec::new();
    while let Some((number, start)) = natural.next() {
        let start = start.trim_start_matches(is_space);
        if start.is_empty() || start.starts_with(['#', '!']) {
            continue;
        }
        let logical = continued(start, &mut natural);
        if logical.is_empty() {
            continue;
        }
        lines.push(split(&logical, number).ok_or(BadEscape { number })?);
    }
    Ok(lines)
}

/// Joins `start` with the natural lines after it for as long as a backslash ends the line.
fn continued(start: &str, natural: &mut NaturalLines<'_>) -> String {
    let mut logical = String::new();
    let mut part = start;
    loop {
        let backslashes = part.bytes().rev().take_while(|byte| *byte == b'\\').count();
        if backslashes % 2 == 0 {
            logical.push_str(part);
            return logical;
        }
        logical.push_str(part.strip_suffix('\\').unwrap_or(part));
        // At the end of the file Java drops the backslash as well.
        let Some((_, next)) = natural.next() else { return logical };
        part = next.trim_start_matches(is_space);
    }
}

/// `None` for a bad escape.
fn split(logical: &str, number: usize) -> Option<Line> {
    let mut escaped = false;
    let key_end = logical
        .find(|c| {
            let ends = !escaped && (is_space(c) || c == '=' || c == ':');
            escaped = c == '\\' && !escaped;
            ends
        })
        .unwrap_or(logical.len());
    let (key, rest) = logical.split_at(key_end);
    let after_space = rest.trim_start_matches(is_space);
    let value =
        after_space.strip_prefix(['=', ':']).unwrap_or(after_space).trim_start_matches(is_space);
    Some(Line {
        key: unescape(key)?,
        value: unescape(value)?,
        literal: value.trim_end().to_owned(),
        separated: !rest.is_empty(),
        number,
    })
}

/// `None` for `\u` without four hexadecimal digits.
fn unescape(text: &str) -> Option<String> {
    if !text.contains('\\') {
        return Some(text.to_owned());
    }
    // UTF-16, because an escape is one unit of it and two make one character.
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    let mut buffer = [0; 2];
    while let Some(c) = chars.next() {
        let c = if c == '\\' {
            match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('f') => '\u{c}',
                Some('u') => {
                    units.push(four_digits(&mut chars)?);
                    continue;
                }
                Some(other) => other,
                None => break,
            }
        } else {
            c
        };
        units.extend_from_slice(c.encode_utf16(&mut buffer));
    }
    Some(String::from_utf16_lossy(&units))
}

fn four_digits(chars: &mut std::str::Chars<'_>) -> Option<u16> {
    (0..4).try_fold(0_u16, |unit, _| {
        let digit = chars.next()?.to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}

/// White space to `java.util.Properties`.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{c}')
}

/// Lines ended by `\n`, `\r` or `\r\n`, numbered from 1.
struct NaturalLines<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> Iterator for NaturalLines<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let (line, after) = match self.rest.find(['\n', '\r']) {
            Some(at) => self.rest.split_at(at),
            None => (self.rest, ""),
        };
        self.rest = after
            .strip_prefix("\r\n")
            .unwrap_or_else(|| after.strip_prefix(['\n', '\r']).unwrap_or(after));
        Some((self.number, line))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text).ok().unwrap().into_iter().map(|line| (line.key, line.value)).collect()
    }

    // Expected values are what java.util.Properties (JDK 17) gives for the same text.
    #[rstest]
    #[case::equals("a=b", &[("a", "b")])]
    #[case::colon("a:b", &[("a", "b")])]
    #[case::space("a b", &[("a", "b")])]
    #[case::spaces_around("  a \t = \t b c ", &[("a", "b c ")])]
    #[case::only_one_separator("a==b", &[("a", "=b")])]
    #[case::colon_after_space("a :b:c", &[("a", "b:c")])]
    #[case::no_value("a", &[("a", "")])]
    #[case::empty_key("=b", &[("", "b")])]
    #[case::comments("# a=b\n ! c=d\na=#b", &[("a", "#b")])]
    #[case::comments_do_not_continue("# a \\\nb=c", &[("b", "c")])]
    #[case::line_ends("a=1\r\nb=2\rc=3\n\n\nd=4", &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")])]
    #[case::continued("a=b\\\n   c", &[("a", "bc")])]
    #[case::continued_crlf("a=b\\\r\n\tc", &[("a", "bc")])]
    #[case::not_continued("a=b\\\\\nc=d", &[("a", "b\\"), ("c", "d")])]
    #[case::comment_sign_within("a=b\\\n#c", &[("a", "b#c")])]
    #[case::continued_by_blank("a=b\\\n\nc=d", &[("a", "b"), ("c", "d")])]
    #[case::continued_by_nothing("a=b\\", &[("a", "b")])]
    #[case::continued_key("a\\\n b=c", &[("ab", "c")])]
    #[case::escapes("a=\\t\\n\\r\\f\\\\\\=\\:\\ \\#\\q", &[("a", "\t\n\r\u{c}\\=: #q")])]
    #[case::escaped_key("a\\=b\\:c\\ d=e", &[("a=b:c d", "e")])]
    #[case::unicode("a=\\u00e4\\ud83d\\ude00", &[("a", "ä😀")])]
    fn reads_as_java_does(#[case] text: &str, #[case] expected: &[(&str, &str)]) {
        let expected: Vec<_> =
            expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(pairs(text), expected);
    }

    #[rstest]
    #[case("x=1\na=\\u12", 2)]
    #[case("a=\\\n\\u00g0", 1)]
    fn a_bad_escape_names_its_line(#[case] text: &str, #[case] number: usize) {
        assert_eq!(parse(text).err(), Some(BadEscape { number }));
    }

    #[test]
    fn a_line_keeps_its_number_and_its_literal_value() {
        let lines = parse("# x\n\nsasl.password=a\\b\\u0041c  \nnext=1").ok().unwrap();
        let numbers: Vec<usize> = lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [3, 4]);
        assert_eq!(lines[0].literal, "a\\b\\u0041c");
        assert_eq!(lines[0].value, "abAc  ");
        assert!(!parse("lonely").ok().unwrap()[0].separated);
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_latin_1() {
        assert_eq!(decode(b"\xEF\xBB\xBFa=\xC3\xA4"), "a=ä");
        assert_eq!(decode(b"a=\xE4"), "a=ä");
    }

    /// As `java.util.Properties.store` escapes.
    fn store(text: &str, key: bool) -> String {
        let mut out = String::new();
        for (at, c) in text.chars().enumerate() {
            match c {
                ' ' if key || at == 0 => out.push_str("\\ "),
                '\t' => out.push_str("\\t"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\u{c}' => out.push_str("\\f"),
                '=' | ':' | '#' | '!' | '\\' => out.extend(['\\', c]),
                ' '..='~' => out.push(c),
                _ => {
                    let units = c.encode_utf16(&mut [0; 2]).to_vec();
                    out.extend(units.iter().map(|unit| format!("\\u{unit:04X}")));
                }
            }
        }
        out
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&decode(&bytes));
        }

        #[test]
        fn any_text_of_special_characters_is_answered(text in "[\\\\=: \t\r\n#!u0a-f]{0,60}") {
            let _ = parse(&text);
        }

        #[test]
        fn what_java_stores_is_read_back(key in any::<String>(), value in any::<String>()) {
            let text = format!("{}={}\n", store(&key, true), store(&value, false));
            prop_assert_eq!(pairs(&text), vec![(key, value)]);
        }
    }
}
