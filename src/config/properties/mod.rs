//! Client properties, as people already have them for Java's or librdkafka's clients, translated
//! into what lagtop connects with.
//!
//! `collect` sorts what was given by what it means to lagtop (the table in `keys`), and fetches what
//! stands elsewhere; `security`, `sasl` and `oauth` make TLS and SASL settings of it; `librdkafka`
//! translates the result back into the one dialect that librdkafka speaks. Values are secret from the
//! moment a line is split: only those that cannot be a secret (protocol, mechanism, paths, numbers) are
//! repeated in errors.

mod collect;
pub mod jaas;
mod keys;
mod librdkafka;
mod oauth;
mod parse;
mod sasl;
mod security;
mod stores;

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

pub(in crate::config) use self::collect::Collected;
pub(in crate::config) use self::keys::{Role, is_bootstrap, is_secret, is_used};
pub(in crate::config) use self::security::security;
use super::error::ConfigError;
use super::layer::{Given, Origin};
use super::note::{Note, Used};

/// One setting that lagtop uses, and by what its value is told.
#[derive(Clone, Debug)]
pub(super) struct Property<V = SecretString> {
    /// As written.
    pub(super) key: String,
    value: V,
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

/// The properties that count, with their values.
#[derive(Debug, Default)]
pub(super) struct Properties {
    used: BTreeMap<Role, Property>,
    /// What goes to librdkafka as it stands.
    pub(super) passed_through: Vec<(String, SecretString)>,
    pub(super) notes: Vec<Note>,
}

impl Properties {
    /// What is used, in the order of the roles.
    pub(super) fn used(&self) -> Vec<Used> {
        let used = |property: &Property| {
            let (key, from) = (property.key.clone(), property.from.clone());
            Used { key, from }
        };
        self.used.values().map(used).collect()
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

pub(super) fn unicode(given: &Given) -> Result<&str, ConfigError> {
    given.text.to_str().ok_or_else(|| ConfigError::NotUnicode { from: given.from.clone() })
}
