//! The places in which settings stand, the highest first, and the cluster that they choose.

use std::ffi::OsString;

use super::Inputs;
use super::values::switch;
use crate::app::keymap::Keymap;
use crate::config::error::ConfigError;
use crate::config::file::{Cluster, ConfigFile};
use crate::config::keys::keymap;
use crate::config::layer::{Given, Layer, Origin};
use crate::config::meant::nearest;
use crate::config::note::Note;
use crate::config::secret::Vault;
use crate::config::settings::Profile;
use crate::config::system::System;

/// Everything that was said anywhere.
pub(super) struct Places<'a> {
    /// Flags, variables, the cluster that was chosen, what the config file says of all.
    pub(super) layers: Vec<Layer>,
    /// The cluster that was chosen; `None`: none of the config file.
    pub(super) profile: Option<Profile>,
    pub(super) notes: Vec<Note>,
    /// What keys mean.
    pub(super) keys: Keymap,
    /// Where the section of that cluster begins.
    section: Option<Origin>,
    /// The other clusters of the config file.
    others: Vec<String>,
    variables: Vec<(OsString, OsString)>,
    pub(super) system: &'a dyn System,
}

impl<'a> Places<'a> {
    /// Reads what the variables say and the config file, if there is one.
    pub(super) fn of<V>(inputs: Inputs<'a, V>) -> Result<Self, ConfigError>
    where
        V: IntoIterator<Item = (OsString, OsString)>,
    {
        let Inputs { cli, variables, system } = inputs;
        let variables: Vec<_> = variables.into_iter().collect();
        let (environment, mut notes) = Layer::from_environment(variables.iter().cloned());
        let mut layers = vec![Layer::from_flags(cli), environment];
        let named = layers.iter().find_map(|layer| layer.config.as_ref());
        let found = ConfigFile::find(named, &variables, system)?;
        let (mut file, warnings) = found.unwrap_or_default();
        notes.splice(..0, warnings);
        let keys = keymap(&file.keys)?;
        let chosen = choose(&layers, &mut file)?;
        let (mut profile, mut section) = (None, None);
        if let Some((name, Cluster { from, layer, production, .. })) = chosen {
            notes.extend(elsewhere(&layers, &name));
            let production = production.as_ref().map_or(Ok(false), switch)?;
            profile = Some(Profile { name, production });
            section = Some(from);
            layers.push(layer);
        }
        layers.push(file.top);
        let others = file.clusters.into_keys().collect();
        Ok(Self { layers, profile, notes, keys, section, others, variables, system })
    }

    /// That nobody says where the cluster is.
    pub(super) fn nowhere(self) -> ConfigError {
        let Some(from) = self.section else {
            return ConfigError::NoBootstrap { clusters: self.others };
        };
        let (because, missing) = ("a cluster".to_owned(), "brokers to start from");
        ConfigError::Missing { from, because, missing, instead: "bootstrap = \"HOST:PORT\"" }
    }

    /// Where values are that stand elsewhere.
    pub(super) fn vault(&self) -> Vault<'_> {
        Vault { variables: &self.variables, system: self.system }
    }
}

/// The cluster of the file that is to be watched. The highest place that says which cluster decides, by
/// its name or by its address: who writes `-b localhost:9092` does not want to show the password of the
/// default cluster there.
fn choose(
    layers: &[Layer],
    file: &mut ConfigFile,
) -> Result<Option<(String, Cluster)>, ConfigError> {
    let says = layers.iter().find(|layer| layer.cluster.is_some() || layer.says_where());
    let given = match says {
        Some(layer) => layer.cluster.as_ref(),
        None => file.default_cluster.as_ref(),
    };
    let Some(given) = given else { return Ok(None) };
    let name = given.text.to_string_lossy().into_owned();
    match file.clusters.remove(&name) {
        Some(cluster) => Ok(Some((name, cluster))),
        None => Err(no_such_cluster(given, &name, file)),
    }
}

fn no_such_cluster(given: &Given, name: &str, file: &ConfigFile) -> ConfigError {
    let known: Vec<&str> = file.clusters.keys().map(String::as_str).collect();
    let listed = known.join(", ").escape_debug().to_string();
    let instead = match nearest(name, &known) {
        _ if known.is_empty() => {
            "write [clusters.NAME] there, as `lagtop config` shows it".to_owned()
        }
        Some(near) => format!("write {} if that is meant, of {listed}", near.escape_debug()),
        None => format!("write one of {listed}"),
    };
    ConfigError::NoSuchCluster { from: given.from.clone(), name: name.to_owned(), instead }
}

/// What says where to connect though a higher place names the cluster: its password goes there.
fn elsewhere(above: &[Layer], name: &str) -> Option<Note> {
    let mut from_there = above.iter().skip_while(|layer| layer.cluster.is_none());
    if from_there.next()?.bootstrap.is_some() {
        return None;
    }
    let by = from_there.find_map(|layer| layer.bootstrap.as_ref())?.from.clone();
    Some(Note::Elsewhere { cluster: name.to_owned(), by })
}
