//! The section of a cluster: settings that hold for it alone, and its client properties.

use std::path::Path;

use super::tree::Item;
use super::{Section, put};
use crate::config::error::ConfigError;
use crate::config::layer::{Given, Inline, Layer, Origin};
use crate::config::properties::{is_secret, is_used};
use crate::config::secret::Value;

/// What the config file says of one cluster.
#[derive(Debug)]
pub(in crate::config) struct Cluster {
    /// Where it begins.
    pub(in crate::config) from: Origin,
    /// Its settings.
    pub(in crate::config) layer: Layer,
    /// Whether it is marked as production.
    pub(in crate::config) production: Option<Given>,
    /// The first property whose value is a password that stands in the file.
    pub(super) password: Option<(String, Origin)>,
}

const REFERENCE: &str =
    "\"VALUE\", { env = \"VARIABLE\" } or { command = [\"PROGRAM\", \"ARGUMENT\"] }";

impl Cluster {
    pub(super) fn read(section: &Item<'_>, directory: &Path) -> Result<Self, ConfigError> {
        let from = section.from.clone();
        let mut cluster = Self { from, layer: Layer::default(), production: None, password: None };
        let items = section.table().ok_or_else(|| section.should_be(super::CLUSTERS))?;
        for item in items {
            match item.key {
                "production" => cluster.production = Some(item.one()?),
                "properties" => {
                    let form = "[clusters.NAME.properties], and below it KEY = \"VALUE\"";
                    let below = item.table().ok_or_else(|| item.should_be(form))?;
                    cluster.properties("", below)?;
                }
                "rules" => super::rules::read(&mut cluster.layer, &item)?,
                _ => put(&mut cluster.layer, &item, Section::Cluster)?,
            }
        }
        // Whoever reads the file from another directory means the same one.
        if let Some(given) = &mut cluster.layer.properties_file {
            given.text = directory.join(&given.text).into();
        }
        Ok(cluster)
    }

    /// Keys with dots in them are tables to TOML, unless they stand in quotes.
    fn properties(&mut self, above: &str, items: Vec<Item<'_>>) -> Result<(), ConfigError> {
        for item in items {
            let key = format!("{above}{}", item.key);
            let value = match item.table() {
                None => {
                    let text = item.word(REFERENCE)?;
                    if is_secret(&key) && !text.is_empty() && self.password.is_none() {
                        self.password = Some((key.clone(), item.from.clone()));
                    }
                    Value::Here(text.into())
                }
                Some(below) => match reference(&below)? {
                    Some(value) => value,
                    None if is_used(&key) => return Err(item.should_be(REFERENCE)),
                    None => {
                        self.properties(&format!("{key}."), below)?;
                        continue;
                    }
                },
            };
            self.layer.inline.push(Inline { key, value, from: item.from });
        }
        Ok(())
    }
}

/// Where a value is to be had, if that is what a table says.
fn reference(items: &[Item<'_>]) -> Result<Option<Value>, ConfigError> {
    let [item] = items else { return Ok(None) };
    match item.key {
        "env" => Ok(Some(Value::Variable(item.word(REFERENCE)?))),
        "command" => {
            let mut words = item.words(REFERENCE)?.into_iter();
            let program = words.next().ok_or_else(|| item.should_be(REFERENCE))?;
            Ok(Some(Value::Command(program, words.collect())))
        }
        _ => Ok(None),
    }
}
