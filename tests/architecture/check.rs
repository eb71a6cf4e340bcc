//! Paths and lengths against the table.

use std::fmt;

use super::paths::{Path, named};
use super::table::{FREE, Imports, Names, Rule};

/// A file of `src/`.
#[derive(Clone, Debug)]
pub struct File {
    /// Path below `src/`, with `/`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The crates that the manifest names, as they are written in code.
#[derive(Clone, Debug, Default)]
pub struct Dependencies {
    normal: Vec<String>,
    dev: Vec<String>,
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Path below `src/`.
    pub file: String,
    /// From 1; 0 for the file as a whole.
    pub line: usize,
    /// What, and the rule it breaks.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "src/{}:{}: {}", self.file, self.line, self.what)
    }
}

impl Dependencies {
    /// From `Cargo.toml`, each dependency on a line of its own.
    pub fn of(manifest: &str) -> Self {
        let mut found = Self::default();
        let mut section = "";
        for line in manifest.lines().map(str::trim) {
            if line.starts_with('[') {
                section = line;
                continue;
            }
            let list = match section {
                "[dependencies]" => &mut found.normal,
                "[dev-dependencies]" => &mut found.dev,
                _ => continue,
            };
            // `name = …` and `name.workspace = …`.
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            if !name.is_empty() && !name.starts_with('#') {
                list.push(name.replace('-', "_"));
            }
        }
        found
    }

    fn know(&self, name: &str) -> bool {
        self.normal.iter().chain(&self.dev).any(|one| one == name)
    }
}

/// Every path that a file names and its room may not.
pub fn check_imports(files: &[File], known: &Dependencies, rules: &[Rule]) -> Vec<Fault> {
    files.iter().flat_map(|file| check_file(file, known, rules)).collect()
}

fn check_file(file: &File, known: &Dependencies, rules: &[Rule]) -> Vec<Fault> {
    let stem = file.name.trim_end_matches(".rs");
    let fault = |line, what| Fault { file: file.name.clone(), line, what };
    let rooms = rules.iter().filter(|rule| within(stem, rule.room, "/"));
    let Some(rule) = rooms.max_by_key(|rule| rule.room.len()) else {
        return vec![fault(
            0,
            "no rule: tests/architecture/table.rs does not list this room".into(),
        )];
    };
    let paths = named(&file.text, &module(stem), is_test_file(stem));
    let refused = paths.iter().filter_map(|one| {
        let why = match &one.path {
            Path::Inside(path) => refuse_inside(rule, &path.join("::")),
            Path::Outside(path) => refuse_outside(rule, known, &path.join("::"), one.in_test),
        };
        why.map(|what| fault(one.line, what))
    });
    refused.collect()
}

fn refuse_inside(rule: &Rule, path: &str) -> Option<String> {
    let Imports::Only(imports) = rule.imports else { return None };
    let own = rule.room.replace('/', "::");
    let allowed = within(path, &own, "::") || imports.iter().any(|one| within(path, one, "::"));
    let list = if imports.is_empty() { "nothing else".to_owned() } else { imports.join(", ") };
    let what = || format!("imports crate::{path}; {} may import of this crate: {list}", rule.room);
    (!allowed).then(what)
}

fn refuse_outside(rule: &Rule, known: &Dependencies, path: &str, in_test: bool) -> Option<String> {
    let Names::Only(names) = rule.names else { return None };
    let name = path.split("::").next().unwrap_or_default();
    // lagtop's library seen from its own binary; and types, enums, generics of this file.
    if FREE.contains(&name) || !known.know(name) {
        return None;
    }
    let listed = names.iter().any(|list| list.contains(&name));
    let for_tests = in_test && known.dev.iter().any(|one| one == name);
    let list = if names.is_empty() { "none".to_owned() } else { names.concat().join(", ") };
    let what = || format!("names {path}; {} may name of other crates: {list}", rule.room);
    (!listed && !for_tests).then(what)
}

/// Whether `path` is `above` or below it.
fn within(path: &str, above: &str, separator: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(separator))
}

/// The module path of `a/b/mod.rs` and `a/b.rs`.
fn module(stem: &str) -> Vec<String> {
    let mut path: Vec<_> = stem.split('/').map(str::to_owned).collect();
    if matches!(stem, "lib" | "main") || path.last().is_some_and(|last| last == "mod") {
        path.pop();
    }
    path
}

/// Tables of cases in a sibling file: `tests.rs`, `lag_tests.rs`, `tests/…`.
fn is_test_file(stem: &str) -> bool {
    stem.split('/').any(|part| part == "tests" || part.ends_with("_tests"))
}

/// Files that are longer than `longest` and not listed, and entries of the list that are needed no
/// more.
pub fn check_lengths(files: &[File], longest: usize, listed: &[(&str, &str)]) -> Vec<Fault> {
    let is_listed = |name: &str| listed.iter().any(|(one, _)| *one == name);
    let long = |file: &&File| file.text.lines().count() > longest;
    let mut faults = Vec::new();
    for file in files.iter().filter(long).filter(|file| !is_listed(&file.name)) {
        let lines = file.text.lines().count();
        let what = format!("{lines} lines; a file has at most {longest}, or a listed reason");
        faults.push(Fault { file: file.name.clone(), line: lines, what });
    }
    for (name, reason) in listed {
        let what = match files.iter().find(|file| file.name == *name) {
            _ if reason.is_empty() => "is listed as long without a reason",
            None => "is listed as long and does not exist",
            Some(file) if !long(&file) => "is listed as long and is not",
            Some(_) => continue,
        };
        faults.push(Fault { file: (*name).to_owned(), line: 0, what: what.to_owned() });
    }
    faults
}
