//! What was given, sorted by what it means, the highest place of each kept; and the values of those that
//! count, wherever they stand.

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::ExposeSecret;

use super::keys::{self, About, Meaning, meaning};
use super::security::protocol_named;
use super::{Properties, Property, Role, parse, unicode};
use crate::config::error::ConfigError;
use crate::config::layer::{Given, Origin};
use crate::config::note::Note;
use crate::config::secret::{Value, Vault};

/// All properties that were given, the highest of each kept.
#[derive(Debug, Default)]
pub(in crate::config) struct Collected {
    used: BTreeMap<Role, Property<Value>>,
    passed_through: BTreeMap<String, Property<Value>>,
    notes: Vec<Note>,
}

impl Collected {
    /// A setting that has a flag of its own beside its key.
    pub(in crate::config) fn add_flag(
        &mut self,
        rank: usize,
        role: Role,
        given: &Given,
    ) -> Result<(), ConfigError> {
        let value = Value::Here(unicode(given)?.into());
        let property =
            Property { key: given.from.to_string(), value, from: given.from.clone(), rank };
        self.used.entry(role).or_insert(property);
        Ok(())
    }

    /// Properties given one by one as `KEY=VALUE`, taken as they stand.
    pub(in crate::config) fn add_given(
        &mut self,
        rank: usize,
        given: &[Given],
    ) -> Result<(), ConfigError> {
        for one in given {
            let from = one.from.clone();
            let Some((key, value)) = unicode(one)?.split_once('=') else {
                return Err(ConfigError::NoSeparator { from });
            };
            self.add_by_hand(rank, key.trim(), Value::Here(value.into()), from)?;
        }
        Ok(())
    }

    /// A property given by hand: what lagtop does not use itself goes to librdkafka.
    pub(in crate::config) fn add_by_hand(
        &mut self,
        rank: usize,
        key: &str,
        value: Value,
        from: Origin,
    ) -> Result<(), ConfigError> {
        let meaning = meaning(key);
        if !matches!(meaning, None | Some(Meaning::Tuning)) {
            return self.add(rank, key, value, from);
        }
        if meaning.is_none() && (keys::nearest(key).is_some() || !keys::looks_like_a_key(key)) {
            return Err(unknown(from, key));
        }
        // Places come highest first, but within one place the last wins.
        if self.passed_through.get(key).is_none_or(|before| before.rank >= rank) {
            let property = Property { key: key.to_owned(), value, from, rank };
            self.passed_through.insert(key.to_owned(), property);
        }
        Ok(())
    }

    /// The content of a properties file.
    pub(in crate::config) fn add_file(
        &mut self,
        rank: usize,
        path: &Path,
        content: &[u8],
    ) -> Result<(), ConfigError> {
        let origin = |line| Origin::File { path: path.to_owned(), line };
        let lines = parse::parse(&parse::decode(content))
            .map_err(|bad| ConfigError::Escape { from: origin(bad.number) })?;
        for line in lines {
            let from = origin(line.number);
            let value = match meaning(&line.key) {
                None if !line.separated => return Err(ConfigError::NoSeparator { from }),
                None => return Err(unknown(from, &line.key)),
                Some(Meaning::Used { literal: true, .. }) => line.literal,
                Some(_) => line.value,
            };
            self.add(rank, &line.key, Value::Here(value.into()), from)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        rank: usize,
        key: &str,
        value: Value,
        from: Origin,
    ) -> Result<(), ConfigError> {
        let key = key.to_owned();
        match meaning(&key) {
            Some(Meaning::Used { role, .. }) => self.put(role, Property { key, value, from, rank }),
            Some(Meaning::Refused(instead)) => {
                return Err(ConfigError::Unsupported { from, subject: key, instead });
            }
            Some(Meaning::Only(values, instead)) => {
                // What stands elsewhere is not fetched to be compared.
                let value = value.here().map_or("", |value| value.expose_secret().trim());
                let name = value.rsplit('.').next().unwrap_or_default();
                if !values.iter().any(|one| one.eq_ignore_ascii_case(name)) {
                    let subject = format!("this {key}");
                    return Err(ConfigError::Unsupported { from, subject, instead });
                }
            }
            Some(Meaning::Seen) | None => {}
            Some(Meaning::Own | Meaning::Tuning | Meaning::Java) => {
                self.notes.push(Note::Ignored { key, from });
            }
        }
        Ok(())
    }

    fn put(&mut self, role: Role, property: Property<Value>) {
        let Some(before) = self.used.get_mut(&role) else {
            self.used.insert(role, property);
            return;
        };
        // A higher place overriding a lower one is what places are for; twice in one is a slip.
        if before.rank == property.rank {
            let by = property.from.clone();
            let lost = std::mem::replace(before, property);
            self.notes.push(Note::Repeated { key: lost.key, from: lost.from, by });
        }
    }

    /// The values. What stands elsewhere is fetched if it is used: a password is not asked for where
    /// another place gives one, or nobody logs in.
    pub(in crate::config) fn fetch(mut self, vault: Vault<'_>) -> Result<Properties, ConfigError> {
        let mut properties = Properties::default();
        if let Some(protocol) = self.used.remove(&Role::Protocol) {
            properties.used.insert(Role::Protocol, fetched(protocol, vault)?);
        }
        let protocol =
            properties.get(Role::Protocol).and_then(|given| protocol_named(given.text()));
        for (role, property) in self.used {
            let idle = protocol.filter(|(_, with_tls, with_sasl)| match role.about() {
                About::Tls => !with_tls,
                About::Sasl => !with_sasl,
                About::Reaching => false,
            });
            match (&property.value, idle) {
                (Value::Variable(_) | Value::Command(..), Some((protocol, ..))) => {
                    let Property { key, from, .. } = property;
                    self.notes.push(Note::Unused { key, from, protocol });
                }
                _ => {
                    properties.used.insert(role, fetched(property, vault)?);
                }
            }
        }
        for (key, property) in self.passed_through {
            properties.passed_through.push((key, fetched(property, vault)?.value));
        }
        properties.notes = self.notes;
        Ok(properties)
    }
}

fn fetched(property: Property<Value>, vault: Vault<'_>) -> Result<Property, ConfigError> {
    let Property { key, value, from, rank } = property;
    match vault.fetch(value) {
        Ok(value) => Ok(Property { key, value, from, rank }),
        Err(problem) => Err(ConfigError::Secret { from, key, problem: Box::new(problem) }),
    }
}

fn unknown(from: Origin, key: &str) -> ConfigError {
    let key = keys::looks_like_a_key(key).then(|| key.to_owned());
    let nearest = key.as_deref().and_then(keys::nearest);
    ConfigError::UnknownProperty { from, key, nearest }
}
