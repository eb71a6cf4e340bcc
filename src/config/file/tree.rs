//! A TOML text as a tree in which everything knows its line.
//!
//! Errors never quote the text: it may hold passwords.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::error::ConfigError;
use crate::config::layer::{Given, Origin};

/// A file's name, and where its lines begin.
pub(super) struct Source<'a> {
    path: &'a Path,
    lines: Vec<usize>,
}

/// A key, its value, and where they stand.
pub(super) struct Item<'t> {
    pub(super) key: &'t str,
    /// Where the key is.
    pub(super) from: Origin,
    value: &'t Spanned<DeValue<'t>>,
    source: &'t Source<'t>,
}

impl<'a> Source<'a> {
    pub(super) fn new(path: &'a Path, content: &[u8]) -> Self {
        let ends = (1..).zip(content).filter(|(_, byte)| **byte == b'\n');
        Self { path, lines: std::iter::once(0).chain(ends.map(|(after, _)| after)).collect() }
    }

    fn at(&self, byte: usize) -> Origin {
        let line = self.lines.partition_point(|begin| *begin <= byte);
        Origin::File { path: self.path.to_owned(), line }
    }

    /// The tree.
    pub(super) fn parse<'t>(&self, content: &'t [u8]) -> Result<Spanned<DeTable<'t>>, ConfigError> {
        let text = std::str::from_utf8(content)
            .map_err(|bad| ConfigError::NotUnicode { from: self.at(bad.valid_up_to()) })?;
        DeTable::parse(text).map_err(|error| {
            let begin = error.span().unwrap_or(Range { start: content.len(), end: 0 }).start;
            ConfigError::Toml { from: self.at(begin), problem: error.message().to_owned() }
        })
    }

    /// What stands in a table, in the order of the file.
    pub(super) fn items<'t>(&'t self, table: &'t DeTable<'t>) -> Vec<Item<'t>> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let entries = entries.into_iter();
        let items = entries.map(|(key, value)| {
            let from = self.at(key.span().start);
            Item { key: key.get_ref().as_ref(), from, value, source: self }
        });
        items.collect()
    }
}

impl Item<'_> {
    /// One value. Numbers and truth values are texts to the parsers of settings.
    pub(super) fn one(&self) -> Result<Given, ConfigError> {
        self.given(self.value, "one value, as in KEY = \"VALUE\"")
    }

    /// One value, or a list of some.
    pub(super) fn many(&self) -> Result<Vec<Given>, ConfigError> {
        const FORM: &str = "one value or a list, as in KEY = [\"ONE\", \"TWO\"]";
        match self.value.get_ref() {
            DeValue::Array(list) => list.iter().map(|one| self.given(one, FORM)).collect(),
            _ => Ok(vec![self.given(self.value, FORM)?]),
        }
    }

    /// One value as a text; if it is none, `instead` is what to write.
    pub(super) fn word(&self, instead: &'static str) -> Result<String, ConfigError> {
        self.text(self.value, instead)
    }

    /// A list of texts; if it is none, `instead` is what to write.
    pub(super) fn words(&self, instead: &'static str) -> Result<Vec<String>, ConfigError> {
        let list = self.value.get_ref().as_array().ok_or_else(|| self.should_be(instead))?;
        list.iter().map(|one| self.text(one, instead)).collect()
    }

    /// The items below it; `None` if it is no table.
    pub(super) fn table(&self) -> Option<Vec<Self>> {
        Some(self.source.items(self.value.get_ref().as_table()?))
    }

    /// The items of each of the tables below it; `None` if it is no list of tables.
    pub(super) fn tables(&self) -> Option<Vec<Vec<Self>>> {
        let list = self.value.get_ref().as_array()?.iter();
        list.map(|one| Some(self.source.items(one.get_ref().as_table()?))).collect()
    }

    /// The error that its value should be something else.
    pub(super) fn should_be(&self, instead: &'static str) -> ConfigError {
        self.shape(self.value, instead)
    }

    fn given(
        &self,
        value: &Spanned<DeValue<'_>>,
        instead: &'static str,
    ) -> Result<Given, ConfigError> {
        let text = self.text(value, instead)?;
        Ok(Given { text: text.into(), from: self.source.at(value.span().start) })
    }

    fn text(
        &self,
        value: &Spanned<DeValue<'_>>,
        instead: &'static str,
    ) -> Result<String, ConfigError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(number) => Ok(number.to_string()),
            DeValue::Float(number) => Ok(number.to_string()),
            DeValue::Boolean(truth) => Ok(truth.to_string()),
            DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                Err(self.shape(value, instead))
            }
        }
    }

    fn shape(&self, value: &Spanned<DeValue<'_>>, instead: &'static str) -> ConfigError {
        let found = match value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let from = self.source.at(value.span().start);
        ConfigError::Shape { from, key: self.key.to_owned(), found, instead }
    }
}
