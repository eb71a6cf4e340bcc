//! The config file: what somebody wants always, and clusters by name.
//!
//! Its top and each of its clusters become a [`Layer`] of raw texts, as flags and variables do, so that
//! precedence and parsing stay in one place. Here is only its shape: which key may stand where.
//!
//! | file | what it does |
//! |---|---|
//! | `tree` | TOML with lines |
//! | `cluster` | a cluster's section, with its client properties |
//! | `rules` | `[rules]` |
//! | `template` | a file to begin with |
//!
//! A key that is not known is an error, in whatever cluster it stands: a mistyped setting that is
//! silently the default is worse than none.

mod cluster;
mod rules;
mod template;
mod tree;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

pub(super) use self::cluster::Cluster;
pub(super) use self::template::template;
use self::tree::{Item, Source};
use super::error::ConfigError;
use super::keys::KeysGiven;
use super::layer::{Given, Layer, Origin};
use super::meant::meant;
use super::note::Note;
use super::setting::{InFile, SETTINGS, Setting, Slot};
use super::system::System;

/// What the config file says.
#[derive(Debug, Default)]
pub(super) struct ConfigFile {
    /// What it says of every cluster.
    pub(super) top: Layer,
    /// The cluster that is watched if none is named.
    pub(super) default_cluster: Option<Given>,
    /// Keys for actions, as written.
    pub(super) keys: Vec<KeysGiven>,
    /// By name.
    pub(super) clusters: BTreeMap<String, Cluster>,
}

/// Where the config file is if none is named; `None` for somebody without a home. As the XDG Base
/// Directory Specification has it, a relative directory does not count.
pub(super) fn usual_path(variables: &[(OsString, OsString)]) -> Option<PathBuf> {
    let of = |name: &str| variables.iter().find(|(known, _)| known == name).map(|(_, text)| text);
    let absolute = |text: &OsString| Some(PathBuf::from(text)).filter(|path| path.is_absolute());
    let home = || Some(of("HOME").and_then(absolute)?.join(".config"));
    let directory = of("XDG_CONFIG_HOME").and_then(absolute).or_else(home)?;
    Some(directory.join("lagtop").join("config.toml"))
}

impl ConfigFile {
    /// Reads the file that `named` names, or else the usual one, which need not be there; and what is
    /// worth knowing about it.
    pub(super) fn find(
        named: Option<&Given>,
        variables: &[(OsString, OsString)],
        system: &dyn System,
    ) -> Result<Option<(Self, Vec<Note>)>, ConfigError> {
        let path = named.map(|given| PathBuf::from(&given.text)).or_else(|| usual_path(variables));
        let Some(path) = path else { return Ok(None) };
        let content = match system.read(&path) {
            Ok(content) => content,
            Err(error) if named.is_none() && is_missing(&error) => return Ok(None),
            // As where `sudo -u` leaves HOME to be another user's: nobody said that it is theirs.
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::PermissionDenied => {
                return Ok(Some((Self::default(), vec![Note::NotOurs { path }])));
            }
            Err(source) => {
                let from = named.map_or(Origin::Usual, |given| given.from.clone());
                return Err(ConfigError::Unreadable { from, path, source });
            }
        };
        let file = Self::read(&path, &content)?;
        let open = file.clusters.values().find_map(|cluster| cluster.password.as_ref());
        let open = open.filter(|_| system.is_open_to_all(&path));
        let open = open.map(|(key, from)| Note::OpenToAll { key: key.clone(), from: from.clone() });
        Ok(Some((file, open.into_iter().collect())))
    }

    fn read(path: &Path, content: &[u8]) -> Result<Self, ConfigError> {
        let source = Source::new(path, content);
        let tree = source.parse(content)?;
        let directory = path.parent().unwrap_or_else(|| Path::new(""));
        let mut file = Self::default();
        for item in source.items(tree.get_ref()) {
            match item.key {
                "default-cluster" => file.default_cluster = Some(item.one()?).filter(is_said),
                "clusters" => {
                    let below = item.table().ok_or_else(|| item.should_be(CLUSTERS))?;
                    for cluster in below {
                        let name = cluster.key.to_owned();
                        file.clusters.insert(name, Cluster::read(&cluster, directory)?);
                    }
                }
                "rules" => rules::read(&mut file.top, &item)?,
                "keys" => {
                    for action in item.table().ok_or_else(|| item.should_be(KEYS))? {
                        let keys: Vec<_> = action.many()?.into_iter().filter(is_said).collect();
                        let action = Given { text: action.key.into(), from: action.from };
                        file.keys.push(KeysGiven { action, keys });
                    }
                }
                _ => put(&mut file.top, &item, Section::Top)?,
            }
        }
        Ok(file)
    }
}

const KEYS: &str = "[keys], and below it ACTION = \"KEY\" or ACTION = [\"KEY\", \"KEY\"]";
const CLUSTERS: &str = "[clusters.NAME], and below it what is said of this cluster";

/// Nobody made one, or where it would be.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// An empty text is as if its line were not there, as an empty variable is not set.
fn is_said(given: &Given) -> bool {
    given.text != OsStr::new("")
}

/// A part of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    /// What stands above the first `[…]`.
    Top,
    /// Below `[clusters.NAME]`.
    Cluster,
}

impl Section {
    /// The keys that it may have, beside those of settings.
    const fn own(self) -> &'static [&'static str] {
        match self {
            Self::Top => &["default-cluster", "clusters", "rules", "keys"],
            Self::Cluster => &["production", "properties", "rules"],
        }
    }

    /// Whether a setting may stand in it.
    fn takes(self, file: InFile) -> bool {
        match file {
            InFile::Anywhere => true,
            InFile::Cluster(_) => self == Self::Cluster,
            InFile::Nowhere => false,
        }
    }

    fn keys(self) -> Vec<&'static str> {
        let settings = SETTINGS.iter().filter(|setting| self.takes(setting.file));
        settings.filter_map(Setting::key).chain(self.own().iter().copied()).collect()
    }
}

/// Puts a setting where its layer keeps it.
fn put(layer: &mut Layer, item: &Item<'_>, section: Section) -> Result<(), ConfigError> {
    let mut known = SETTINGS.iter().filter(|setting| section.takes(setting.file));
    let Some(setting) = known.find(|setting| setting.key() == Some(item.key)) else {
        return Err(unknown(item, section));
    };
    match (setting.slot)(layer) {
        Slot::One(one) => *one = Some(item.one()?).filter(is_said),
        Slot::Many(many) => *many = item.many()?.into_iter().filter(is_said).collect(),
    }
    Ok(())
}

/// A key that is not known there, and what to write.
fn unknown(item: &Item<'_>, section: Section) -> ConfigError {
    let (from, text) = (item.from.clone(), item.key.to_owned());
    let what = match section {
        Section::Top => "a key of the config file",
        Section::Cluster => "a key of a cluster",
    };
    let elsewhere = [Section::Top, Section::Cluster]
        .into_iter()
        .find(|other| *other != section && other.keys().contains(&item.key));
    let flag = SETTINGS.iter().find(|setting| setting.flag == item.key);
    let instead = match (elsewhere, flag) {
        (Some(Section::Cluster), _) => "it below [clusters.NAME]".to_owned(),
        (Some(Section::Top), _) => "it above the first [section]".to_owned(),
        (None, Some(setting)) if setting.file == InFile::Nowhere => {
            format!("--{} on the command line", setting.flag)
        }
        (None, _) => meant(item.key, &section.keys(), ""),
    };
    ConfigError::Value { from, text, what, instead }
}
