//! Rust source as words and signs with their lines: comments, strings and characters are gone.
//!
//! No parser: it does not have to understand Rust, only never to take text for code or code for
//! text.

/// A word, or one sign, or `::` as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// As written; a raw identifier without its `r#`.
    pub text: String,
    /// From 1.
    pub line: usize,
}

/// The tokens of a source text.
pub fn tokens(source: &str) -> Vec<Token> {
    let characters: Vec<char> = source.chars().collect();
    let mut reader = Reader { rest: &characters, line: 1, tokens: Vec::new() };
    while !reader.rest.is_empty() {
        reader.step();
    }
    reader.tokens
}

struct Reader<'a> {
    rest: &'a [char],
    line: usize,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    fn step(&mut self) {
        match self.rest {
            ['/', '/', ..] => self.skip(self.length_until(|rest| rest.starts_with(&['\n']))),
            ['/', '*', ..] => self.skip(block_comment(self.rest)),
            ['"', ..] => self.skip(1 + string(&self.rest[1..])),
            ['\'', ..] => self.skip(quote(self.rest)),
            ['r' | 'b' | 'c', ..] => self.prefixed(),
            [':', ':', ..] => self.take(2),
            [first, ..] if is_word(*first) => {
                self.take(self.length_until(|rest| !is_word(rest[0])));
            }
            [first, ..] if first.is_whitespace() => self.skip(1),
            _ => self.take(1),
        }
    }

    /// What begins like a prefix of a string, and may be a word.
    fn prefixed(&mut self) {
        let word = self.length_until(|rest| !is_word(rest[0]));
        let prefix: String = self.rest[..word].iter().collect();
        let after = &self.rest[word..];
        let hashes = after.iter().take_while(|one| **one == '#').count();
        let raw = prefix.ends_with('r') && matches!(prefix.as_str(), "r" | "br" | "cr");
        match after.get(hashes) {
            Some('"') if raw => self.skip(word + raw_string(after, hashes)),
            Some('"') if hashes == 0 && matches!(prefix.as_str(), "b" | "c") => {
                self.skip(word + 1 + string(&after[1..]));
            }
            Some('\'') if hashes == 0 && prefix == "b" => self.skip(word + quote(after)),
            // `r#type`, the word without its mark.
            Some(_) if prefix == "r" && hashes == 1 => self.skip(word + 1),
            _ => self.take(word),
        }
    }

    fn length_until(&self, end: impl Fn(&[char]) -> bool) -> usize {
        (0..self.rest.len()).find(|at| end(&self.rest[*at..])).unwrap_or(self.rest.len())
    }

    fn skip(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.line += gone.iter().filter(|one| **one == '\n').count();
        self.rest = rest;
    }

    fn take(&mut self, length: usize) {
        let text = self.rest[..length].iter().collect();
        self.tokens.push(Token { text, line: self.line });
        self.skip(length);
    }
}

fn is_word(one: char) -> bool {
    one.is_alphanumeric() || one == '_'
}

/// They nest.
fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// From behind the opening quote to behind the closing one.
fn string(rest: &[char]) -> usize {
    let mut at = 0;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// From the first hash, or the quote where there is none, to behind the last one.
fn raw_string(rest: &[char], hashes: usize) -> usize {
    let closes = |at: &usize| {
        rest[*at] == '"' && rest[at + 1..].iter().take_while(|one| **one == '#').count() >= hashes
    };
    (hashes + 1..rest.len()).find(closes).map_or(rest.len(), |at| at + 1 + hashes)
}

/// A character, or the tick of a lifetime.
fn quote(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', _, after @ ..] => {
            3 + after.iter().position(|one| *one == '\'').map_or(after.len(), |at| at + 1)
        }
        ['\'', _, '\'', ..] => 3,
        _ => 1,
    }
}
