//! Flag > environment > cluster of the config file > its top > properties file > default, in one pure
//! function.

use std::ffi::OsString;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::highest::Highest;
use self::places::Places;
use self::values::duration;
pub(super) use self::values::regex;
use super::cli::{Cli, Command};
use super::error::ConfigError;
use super::layer::Layer;
use super::settings::{Face, Filters, Playback, Played, Settings};
use super::system::System;
use crate::diagnose::RuleBook;

mod highest;
mod places;
mod values;

/// Reads a whole file. A directory answers [`io::ErrorKind::IsADirectory`].
pub type ReadFile<'a> = &'a dyn Fn(&Path) -> io::Result<Vec<u8>>;

/// Often enough to see lag move, seldom enough that nobody minds lagtop being left open.
pub(super) const DEFAULT_INTERVAL: Duration = Duration::from_secs(1);
const DEFAULT_HISTORY: Duration = Duration::from_mins(30);
/// From none to what a group's coarsest resolution keeps.
const HISTORIES: (Duration, Duration) = (Duration::ZERO, Duration::from_hours(6));
/// From one look to a watch that a scheduler would rather make two of.
const WATCHES: (Duration, Duration) = (Duration::ZERO, Duration::from_hours(1));
/// tmux asks every fifteen seconds, other bars every second or so.
const DEFAULT_AGE: Duration = Duration::from_secs(10);
const AGES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_hours(1));
const INTERVALS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_hours(1));

/// Forty brokers, asked five questions each every second.
const DEFAULT_MAX_REQUESTS: u32 = 200;
const MAX_REQUESTS: RangeInclusive<u32> = 1..=10_000;

/// A healthy broker answers the largest of our questions in a quarter of a second, and a broker
/// behind a slow VPN dials, TLS and SASL included, in one or two. Five seconds outlast a long
/// garbage collection, and end before a person has decided that lagtop itself hangs.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

/// A day of a cluster with a thousand groups; nobody notices it missing from a disk.
const DEFAULT_RECORD_LIMIT: u64 = 1_000_000_000;

/// Slower, nothing moves; faster, nobody can follow.
const SPEEDS: RangeInclusive<f64> = 0.1..=1_000.0;

/// A recording may be that long.
const BEGINNINGS: (Duration, Duration) = (Duration::ZERO, Duration::from_hours(24 * 365));

/// The port of `kafka_exporter`. Only this host: names of groups and topics are nobody else's
/// business unless somebody says so.
pub(super) const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9308);

const DEFAULT_CLIENT_ID: &str = "lagtop";

/// The world as settings see it: all that [`Settings::resolve`] depends on.
pub struct Inputs<'a, V> {
    /// The command line.
    pub cli: &'a Cli,
    /// The environment, as from [`std::env::vars_os`].
    pub variables: V,
    /// Files and commands, as from [`ThisSystem`](super::ThisSystem).
    pub system: &'a dyn System,
}

impl Settings {
    /// Resolves what was given into settings, or says what is wrong with it.
    pub fn resolve<V>(inputs: Inputs<'_, V>) -> Result<Self, ConfigError>
    where
        V: IntoIterator<Item = (OsString, OsString)>,
    {
        let command = inputs.cli.command.as_ref();
        Self::from_places(Places::of(inputs)?, command)
    }

    /// The one place where precedence is decided: the layers come highest first, the properties file
    /// stands below them all, defaults below that.
    fn from_places(places: Places<'_>, command: Option<&Command>) -> Result<Self, ConfigError> {
        let highest = Highest(&places.layers);
        let mut properties = highest.properties(&places)?;
        let connection = highest.connection(&mut properties, places.system)?;
        let Some(connection) = connection else { return Err(places.nowhere()) };
        let face = match command {
            // Papers are written without settings, and what is played is a [`Playback`].
            None
            | Some(
                Command::Completions(_)
                | Command::Man
                | Command::Config(_)
                | Command::Rules(_)
                | Command::Replay(_)
                | Command::Demo(_),
            ) => Face::Screen,
            Some(Command::Once(_)) => Face::Once { output: highest.choice(|l| &l.output)? },
            Some(Command::Check(_)) => {
                let watch = highest.one(|l| &l.watch).map(|given| duration(given, WATCHES));
                let watch = watch.transpose()?.unwrap_or_default();
                Face::Check { fail_on: highest.choice(|l| &l.fail_on)?, watch }
            }
            Some(Command::Status(_)) => Face::Status {
                max_age: highest
                    .one(|l| &l.max_age)
                    .map_or(Ok(DEFAULT_AGE), |given| duration(given, AGES))?,
            },
            Some(Command::Doctor) => Face::Doctor,
            Some(Command::Export(_)) => Face::Export { listen: highest.listen()? },
        };
        Ok(Self {
            face,
            connection,
            filters: Filters {
                groups: highest.filter(|l| &l.groups)?,
                topics: highest.filter(|l| &l.topics)?,
            },
            processes: highest.processes()?,
            interval: highest
                .one(|l| &l.interval)
                .map_or(Ok(DEFAULT_INTERVAL), |given| duration(given, INTERVALS))?,
            max_requests: highest.max_requests()?,
            isolation: highest.choice(|l| &l.isolation)?,
            source: highest.choice(|l| &l.source)?,
            history: highest
                .one(|l| &l.history)
                .map_or(Ok(DEFAULT_HISTORY), |given| duration(given, HISTORIES))?,
            rules: super::rules::rules(&places.layers)?,
            recording: highest.recording()?,
            looks: highest.looks()?,
            notify: highest.choice(|l| &l.notify)?,
            keys: places.keys,
            verbose: highest.switch(|l| &l.verbose)?,
            used: properties.used(),
            notes: properties.notes.into_iter().chain(places.notes).collect(),
            profile: places.profile,
        })
    }
}

impl Playback {
    /// What of a recording is to be played; `None` if a cluster is to be watched.
    pub fn resolve<V>(inputs: Inputs<'_, V>) -> Result<Option<Self>, ConfigError>
    where
        V: IntoIterator<Item = (OsString, OsString)>,
    {
        let what = match &inputs.cli.command {
            Some(Command::Replay(replay)) => Played::File(replay.file.clone()),
            Some(Command::Demo(demo)) => Played::BuiltIn(demo.name.clone()),
            _ => return Ok(None),
        };
        let places = Places::of(inputs)?;
        let highest = Highest(&places.layers);
        let begin = highest.one(|l| &l.begin).map(|given| duration(given, BEGINNINGS));
        Ok(Some(Self {
            what,
            speed: highest.speed()?,
            begin: begin.transpose()?,
            rules: super::rules::rules(&places.layers)?,
            looks: highest.looks()?,
            keys: places.keys,
        }))
    }
}

/// Where the config file is looked for; `None` for somebody without a home who names none.
pub fn path<V>(inputs: Inputs<'_, V>) -> Option<PathBuf>
where
    V: IntoIterator<Item = (OsString, OsString)>,
{
    let variables: Vec<_> = inputs.variables.into_iter().collect();
    let (environment, _) = Layer::from_environment(variables.iter().cloned());
    let layers = [Layer::from_flags(inputs.cli), environment];
    let named = Highest(&layers).one(|l| &l.config).map(|given| PathBuf::from(&given.text));
    named.or_else(|| super::file::usual_path(&variables))
}

/// The rules as flags, variables and the config file want them, whatever the command.
pub fn rules<V>(inputs: Inputs<'_, V>) -> Result<RuleBook, ConfigError>
where
    V: IntoIterator<Item = (OsString, OsString)>,
{
    super::rules::rules(&Places::of(inputs)?.layers)
}
