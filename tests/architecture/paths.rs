//! The paths that a source text names: in `use` trees, and in expressions, types, attributes and
//! macros.

use super::text::{Token, tokens};

/// A path as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Where.
    pub line: usize,
    /// From the crate's root, or from another crate.
    pub path: Path,
    /// Whether only tests see it.
    pub in_test: bool,
}

/// What a path begins at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Path {
    /// `crate::…`, with `self` and `super` resolved.
    Inside(Vec<String>),
    /// Another crate, or what is declared in this file: the manifest tells.
    Outside(Vec<String>),
}

/// All paths of more than one segment, and all of `use`. `module` is the file's own path from the
/// crate's root.
pub fn named(source: &str, module: &[String], test_file: bool) -> Vec<Named> {
    let tokens = tokens(source);
    let local = declared_modules(&tokens);
    let mut scan = Scan { module: module.to_vec(), local, found: Vec::new() };
    scan.items(&tokens, test_file);
    scan.found
}

/// `mod name`: such a name means the file's own module, whatever crate is called so.
fn declared_modules(tokens: &[Token]) -> Vec<String> {
    let pairs = tokens.windows(2).filter(|pair| pair[0].text == "mod");
    pairs.map(|pair| pair[1].text.clone()).collect()
}

struct Scan {
    /// Of the place that is being read: the file's, and inline modules.
    module: Vec<String>,
    local: Vec<String>,
    found: Vec<Named>,
}

impl Scan {
    fn items(&mut self, tokens: &[Token], in_test: bool) {
        let mut at = 0;
        while at < tokens.len() {
            at += self.item(&tokens[at..], in_test);
        }
    }

    /// Reads one thing and says how many tokens it had.
    fn item(&mut self, rest: &[Token], in_test: bool) -> usize {
        match words(rest).as_slice() {
            ["#", "[", ..] => {
                let attribute = group(&rest[1..]) + 1;
                // What is derived or called in it counts too.
                self.items(&rest[2..attribute], in_test);
                if !in_test && is_test_attribute(&rest[..attribute]) {
                    let item = item_length(&rest[attribute..]);
                    self.items(&rest[attribute..attribute + item], true);
                    return attribute + item;
                }
                attribute
            }
            ["mod", name, "{", ..] => {
                let body = group(&rest[2..]);
                self.module.push((*name).to_owned());
                self.items(&rest[3..=body], in_test);
                self.module.pop();
                2 + body
            }
            ["use", ..] => {
                let end = rest.iter().position(|token| token.text == ";").unwrap_or(rest.len());
                self.tree(&rest[1..end], &[], in_test);
                end
            }
            ["extern", "crate", ..] if rest.len() > 2 => {
                self.add(&rest[2..3], &[], in_test);
                3
            }
            [_, "::", ..] if is_name(&rest[0].text) => {
                let length = path_length(rest);
                self.add(&rest[..length], &[], in_test);
                length
            }
            // `<T as Trait>::method`, `Vec::<T>::new`: not the beginning of a path.
            [">", "::", ..] => 2 + usize::from(rest.len() > 2 && is_name(&rest[2].text)),
            _ => 1,
        }
    }

    /// A use tree below `prefix`.
    fn tree(&mut self, rest: &[Token], prefix: &[Token], in_test: bool) {
        let rest = if rest.first().is_some_and(|one| one.text == "::") { &rest[1..] } else { rest };
        let Some(first) = rest.first() else { return };
        if first.text == "{" {
            for branch in branches(&rest[1..group(rest) - 1]) {
                self.tree(branch, prefix, in_test);
            }
            return;
        }
        let mut path = prefix.to_vec();
        // `use a::{self}` is `a`, while `use self::b` begins here.
        if first.text != "self" || prefix.is_empty() {
            path.push(first.clone());
        }
        match rest.get(1) {
            Some(next) if next.text == "::" => self.tree(&rest[2..], &path, in_test),
            _ => self.add(&[], &path, in_test),
        }
    }

    fn add(&mut self, path: &[Token], prefix: &[Token], in_test: bool) {
        let tokens = [prefix, path].concat();
        let Some(line) = tokens.last().map(|one| one.line) else { return };
        let segments: Vec<_> =
            tokens.into_iter().map(|one| one.text).filter(|text| text != "::").collect();
        let path = self.resolved(&segments);
        self.found.push(Named { line, path, in_test });
    }

    fn resolved(&self, segments: &[String]) -> Path {
        let mut base = match segments[0].as_str() {
            "crate" => Vec::new(),
            "self" | "super" => self.module.clone(),
            name if self.local.iter().any(|local| local == name) => {
                return Path::Inside([self.module.as_slice(), segments].concat());
            }
            _ => return Path::Outside(segments.to_vec()),
        };
        let is_step = |one: &&String| ["crate", "self", "super"].contains(&one.as_str());
        let steps: Vec<_> = segments.iter().take_while(is_step).collect();
        let up = steps.iter().filter(|one| **one == "super").count();
        base.truncate(base.len().saturating_sub(up));
        base.extend_from_slice(&segments[steps.len()..]);
        Path::Inside(base)
    }
}

fn words(rest: &[Token]) -> Vec<&str> {
    rest.iter().take(3).map(|one| one.text.as_str()).collect()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// `#[cfg(test)]`, also among other conditions, but not `not(test)`; `#[test]` and its relatives
/// need no rule of their own, because they live in such a module.
fn is_test_attribute(attribute: &[Token]) -> bool {
    let texts: Vec<_> = attribute.iter().map(|one| one.text.as_str()).collect();
    texts.get(2) == Some(&"cfg") && texts.contains(&"test") && !texts.contains(&"not")
}

/// From an opening bracket to behind its closing one.
fn group(rest: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in rest.iter().enumerate() {
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    rest.len()
}

/// An item with its attributes: to its `;`, or behind the braces of its body.
fn item_length(rest: &[Token]) -> usize {
    let mut at = 0;
    while let Some(token) = rest.get(at) {
        match token.text.as_str() {
            ";" => return at + 1,
            "{" if rest.first().is_some_and(|one| one.text != "use") => {
                return at + group(&rest[at..]);
            }
            "{" | "(" | "[" => at += group(&rest[at..]),
            _ => at += 1,
        }
    }
    rest.len()
}

/// The branches of a use group.
fn branches(rest: &[Token]) -> Vec<&[Token]> {
    let mut branches = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at].text.as_str() {
            "," => {
                branches.push(&rest[from..at]);
                (from, at) = (at + 1, at + 1);
            }
            "{" => at += group(&rest[at..]),
            _ => at += 1,
        }
    }
    branches.push(&rest[from..]);
    branches
}

/// `a::b::c`, up to what is no name.
fn path_length(rest: &[Token]) -> usize {
    let mut length = 1;
    while rest.get(length).is_some_and(|one| one.text == "::")
        && rest.get(length + 1).is_some_and(|one| is_name(&one.text))
    {
        length += 2;
    }
    length
}
