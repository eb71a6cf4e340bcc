//! Every setting by the names that people give it, in one table: the long name of its flag, its variable,
//! and where it stands in the config file.

use super::layer::{Given, Layer};

/// A setting that has a flag and a variable.
pub(super) struct Setting {
    /// The long name of its flag.
    pub(super) flag: &'static str,
    /// Its environment variable.
    pub(super) variable: &'static str,
    /// Where it stands in the config file.
    pub(super) file: InFile,
    /// Where a layer keeps it.
    pub(super) slot: fn(&mut Layer) -> Slot<'_>,
}

/// Where a setting stands in the config file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InFile {
    /// At the top, and for one cluster in its section, under the long name of its flag.
    Anywhere,
    /// In the section of a cluster, under this name: it says where that is.
    Cluster(&'static str),
    /// Nowhere: what is asked for today is not what is asked for always.
    Nowhere,
}

impl Setting {
    /// Its name in the config file; `None` if it does not stand there.
    pub(super) const fn key(&self) -> Option<&'static str> {
        match self.file {
            InFile::Anywhere => Some(self.flag),
            InFile::Cluster(key) => Some(key),
            InFile::Nowhere => None,
        }
    }
}

/// Where a layer keeps a setting.
pub(super) enum Slot<'a> {
    /// The last that is given counts.
    One(&'a mut Option<Given>),
    /// All that are given count together.
    Many(&'a mut Vec<Given>),
}

macro_rules! settings {
    ($($slot:ident $field:ident $flag:literal $variable:literal $file:expr,)+) => {
        /// The table, in the order of the help.
        pub(super) const SETTINGS: &[Setting] = &[$(Setting {
            flag: $flag,
            variable: $variable,
            file: $file,
            slot: |layer| Slot::$slot(&mut layer.$field),
        },)+];
    };
}

use InFile::{Anywhere, Cluster, Nowhere};

settings! {
    One config "config" "LAGTOP_CONFIG" Nowhere,
    One cluster "cluster" "LAGTOP_CLUSTER" Nowhere,
    One bootstrap "bootstrap" "LAGTOP_BOOTSTRAP" Cluster("bootstrap"),
    One properties_file "properties" "LAGTOP_PROPERTIES" Cluster("properties-file"),
    Many properties "property" "LAGTOP_PROPERTY" Nowhere,
    One timeout "timeout" "LAGTOP_TIMEOUT" Anywhere,
    Many groups "group" "LAGTOP_GROUP" Anywhere,
    Many topics "topic" "LAGTOP_TOPIC" Anywhere,
    Many rules "rule" "LAGTOP_RULE" Nowhere,
    Many pids "pid" "LAGTOP_PID" Nowhere,
    One process "process" "LAGTOP_PROCESS" Anywhere,
    One pprof "pprof" "LAGTOP_PPROF" Anywhere,
    One interval "interval" "LAGTOP_INTERVAL" Anywhere,
    One max_requests "max-requests-per-second" "LAGTOP_MAX_REQUESTS_PER_SECOND" Anywhere,
    One isolation "isolation" "LAGTOP_ISOLATION" Anywhere,
    One source "source" "LAGTOP_SOURCE" Anywhere,
    One history "history" "LAGTOP_HISTORY" Anywhere,
    One record "record" "LAGTOP_RECORD" Nowhere,
    One record_limit "record-limit" "LAGTOP_RECORD_LIMIT" Anywhere,
    One redact "redact" "LAGTOP_REDACT" Anywhere,
    One color "color" "LAGTOP_COLOR" Anywhere,
    One theme "theme" "LAGTOP_THEME" Anywhere,
    One ascii "ascii" "LAGTOP_ASCII" Anywhere,
    One notify "notify" "LAGTOP_NOTIFY" Anywhere,
    One verbose "verbose" "LAGTOP_VERBOSE" Anywhere,
    One output "output" "LAGTOP_OUTPUT" Anywhere,
    One fail_on "fail-on" "LAGTOP_FAIL_ON" Anywhere,
    One max_age "max-age" "LAGTOP_MAX_AGE" Anywhere,
    One watch "for" "LAGTOP_FOR" Nowhere,
    One listen "listen" "LAGTOP_LISTEN" Anywhere,
    One speed "speed" "LAGTOP_SPEED" Nowhere,
    One begin "at" "LAGTOP_AT" Nowhere,
}

/// Every variable lagtop reads for itself. `NO_COLOR` is read beside these.
pub fn variables() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who knows one name knows the other.
    #[test]
    fn a_variable_is_named_after_its_flag() {
        for setting in SETTINGS {
            let named = setting.flag.to_uppercase().replace('-', "_");
            assert_eq!(setting.variable, format!("LAGTOP_{named}"));
        }
    }

    #[test]
    fn no_two_settings_share_a_place() {
        let mut layer = Layer::default();
        let given = Given { text: "x".into(), from: super::super::Origin::Flag("-x") };
        for Setting { flag, slot, .. } in SETTINGS {
            match slot(&mut layer) {
                Slot::One(one) => assert!(one.replace(given.clone()).is_none(), "{flag}"),
                Slot::Many(many) => {
                    assert!(many.is_empty(), "{flag}");
                    many.push(given.clone());
                }
            }
        }
    }
}
