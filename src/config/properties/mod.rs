//! Client properties, as people already have them for Java's or librdkafka's clients, translated
//! into what lagtop connects with.
//!
//! `Properties::collect` sorts what was given by what it means to lagtop (the table in `keys`);
//! `security` makes TLS and SASL settings of it; `librdkafka` translates the result back into the
//! one dialect that librdkafka speaks. Values are secret from the moment a line is split: only
//! those that cannot be a secret (protocol, mechanism, paths, numbers) are repeated in errors.

pub mod jaas;
mod keys;
mod librdkafka;
mod parse;
mod security;
mod stores;

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

pub(in crate::config) use self::keys::Role;
use self::keys::{Meaning, meaning};
pub(in crate::config) use self::security::security;
use super::error::ConfigError;
use super::layer::{Given, Origin};
use super::note::Note;

/// One setting that lagtop uses.
#[derive(Clone, Debug)]
pub(super) struct Property {
    /// As written.
    pub(super) key: String,
    value: SecretString,
    pub(super) from: Origin,
    /// 0 is the highest; what has the same rank was written in the same place.
    pub(super) rank: usize,
}

impl Property {
    pub(super) fn secret(&self) -> &SecretString {
        &self.value
    }

    /// The value, of properties that are no secret. Java trims these as well.
    pub(super) fn text(&self) -> &str {
        self.value.expose_secret().trim()
    }

    fn path(&self) -> PathBuf {
        PathBuf::from(self.text())
    }
}

/// All properties that were given, the highest of each kept.
#[derive(Debug, Default)]
pub(super) struct Properties {
    used: BTreeMap<Role, Property>,
    /// By key, with the rank of the place.
    passed_through: BTreeMap<String, (usize, SecretString)>,
    pub(super) notes: Vec<Note>,
}

impl Properties {
    /// A setting that has a flag of its own beside its key.
    pub(super) fn add_flag(
        &mut self,
        rank: usize,
        role: Role,
        given: &Given,
    ) -> Result<(), ConfigError> {
        let value = unicode(given)?.into();
        let property =
            Property { key: given.from.to_string(), value, from: given.from.clone(), rank };
        self.used.entry(role).or_insert(property);
        Ok(())
    }

    /// Properties given one by one as `KEY=VALUE`, taken as they stand.
    pub(super) fn add_given(&mut self, rank: usize, given: &[Given]) -> Result<(), ConfigError> {
        for one in given {
            let from = one.from.clone();
            let Some((key, value)) = unicode(one)?.split_once('=') else {
                return Err(ConfigError::NoSeparator { from });
            };
            let key = key.trim();
            let meaning = meaning(key);
            if matches!(meaning, None | Some(Meaning::Tuning)) {
                if meaning.is_none()
                    && (keys::nearest(key).is_some() || !keys::looks_like_a_key(key))
                {
                    return Err(unknown(from, key));
                }
                self.pass_through(rank, key, value.into());
            } else {
                self.add(rank, key, value.into(), from)?;
            }
        }
        Ok(())
    }

    /// The content of a properties file.
    pub(super) fn add_file(
        &mut self,
        rank: usize,
        path: &std::path::Path,
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
            self.add(rank, &line.key, value.into(), from)?;
        }
        Ok(())
    }

    fn add(
        &mut self,
        rank: usize,
        key: &str,
        value: SecretString,
        from: Origin,
    ) -> Result<(), ConfigError> {
        let key = key.to_owned();
        match meaning(&key) {
            Some(Meaning::Used { role, .. }) => self.put(role, Property { key, value, from, rank }),
            Some(Meaning::Refused(instead)) => {
                return Err(ConfigError::Unsupported { from, subject: key, instead });
            }
            Some(Meaning::Seen) | None => {}
            Some(Meaning::Own | Meaning::Tuning | Meaning::Java) => {
                self.notes.push(Note::Ignored { key, from });
            }
        }
        Ok(())
    }

    fn put(&mut self, role: Role, property: Property) {
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

    fn pass_through(&mut self, rank: usize, key: &str, value: SecretString) {
        // Places come highest first, but within one place the last wins.
        if self.passed_through.get(key).is_none_or(|(before, _)| *before >= rank) {
            self.passed_through.insert(key.to_owned(), (rank, value));
        }
    }

    /// What goes to librdkafka as it stands.
    pub(super) fn take_passed_through(&mut self) -> Vec<(String, SecretString)> {
        let passed = std::mem::take(&mut self.passed_through);
        passed.into_iter().map(|(key, (_, value))| (key, value)).collect()
    }

    pub(super) fn get(&self, role: Role) -> Option<&Property> {
        self.used.get(&role)
    }

    /// The highest of several settings of which only one can hold.
    fn one_of(&self, roles: &[Role]) -> Result<Option<(Role, &Property)>, ConfigError> {
        let mut found: Vec<_> =
            roles.iter().filter_map(|role| Some((*role, self.get(*role)?))).collect();
        found.sort_by_key(|(_, property)| property.rank);
        if let [(_, first), (_, second), ..] = found.as_slice()
            && first.rank == second.rank
        {
            return Err(ConfigError::Conflict {
                first: first.key.clone(),
                first_from: first.from.clone(),
                second: second.key.clone(),
                second_from: second.from.clone(),
            });
        }
        Ok(found.first().copied())
    }
}

fn unknown(from: Origin, key: &str) -> ConfigError {
    let key = keys::looks_like_a_key(key).then(|| key.to_owned());
    let nearest = key.as_deref().and_then(keys::nearest);
    ConfigError::UnknownProperty { from, key, nearest }
}

pub(super) fn unicode(given: &Given) -> Result<&str, ConfigError> {
    given.text.to_str().ok_or_else(|| ConfigError::NotUnicode { from: given.from.clone() })
}
