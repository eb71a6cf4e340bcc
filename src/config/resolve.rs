//! Flag > environment > file > default, in one pure function.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytesize::ByteSize;
use clap::ValueEnum;
use regex::Regex;

use super::bootstrap::HostPort;
use super::cli::{Cli, Command};
use super::error::ConfigError;
use super::layer::{Given, Layer};
use super::properties::{Properties, Property, Role, security, unicode};
use crate::diagnose::Rules;
use crate::model::pprof::PprofAddress;

use super::settings::{
    Connection, Face, Filters, Looks, NameFilter, Playback, Played, Processes, Recording, Settings,
};

/// Reads a whole file. A directory answers [`io::ErrorKind::IsADirectory`].
pub type ReadFile<'a> = &'a dyn Fn(&Path) -> io::Result<Vec<u8>>;

/// Often enough to see lag move, seldom enough that nobody minds lagtop being left open.
pub(super) const DEFAULT_INTERVAL: Duration = Duration::from_secs(1);
const DEFAULT_HISTORY: Duration = Duration::from_mins(30);
/// From none to what a group's coarsest resolution keeps.
const HISTORIES: (Duration, Duration) = (Duration::ZERO, Duration::from_hours(6));
/// From one look to a watch that a scheduler would rather make two of.
const WATCHES: (Duration, Duration) = (Duration::ZERO, Duration::from_hours(1));
const INTERVALS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_hours(1));

/// A healthy broker answers the largest of our questions in a quarter of a second, and a broker
/// behind a slow VPN dials, TLS and SASL included, in one or two. Five seconds outlast a long
/// garbage collection, and end before a person has decided that lagtop itself hangs.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
/// The upper end is librdkafka's for `socket.timeout.ms`.
const TIMEOUTS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_mins(5));

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

/// No client properties file or certificate is larger; a device or a log given by mistake is.
const LARGEST_FILE: u64 = 4 << 20;

/// The world as settings see it: all that [`Settings::resolve`] depends on.
pub struct Inputs<'a, V> {
    /// The command line.
    pub cli: &'a Cli,
    /// The environment, as from [`std::env::vars_os`].
    pub variables: V,
    /// The file system, as from [`read_file`].
    pub read: ReadFile<'a>,
}

/// Reads a file from the disk, up to 4 MiB.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(LARGEST_FILE + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST_FILE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 4 MiB"));
    }
    Ok(content)
}

impl Settings {
    /// Resolves what was given into settings, or says what is wrong with it.
    pub fn resolve<V>(inputs: Inputs<'_, V>) -> Result<Self, ConfigError>
    where
        V: IntoIterator<Item = (OsString, OsString)>,
    {
        let (environment, environment_notes) = Layer::from_environment(inputs.variables);
        let layers = [Layer::from_flags(inputs.cli), environment];
        let mut settings = Self::from_layers(&layers, inputs.cli.command.as_ref(), inputs.read)?;
        settings.notes.extend(environment_notes);
        Ok(settings)
    }

    /// The one place where precedence is decided: `layers` come highest first, the properties file
    /// stands below them all, defaults below that.
    fn from_layers(
        layers: &[Layer],
        command: Option<&Command>,
        read: ReadFile<'_>,
    ) -> Result<Self, ConfigError> {
        let highest = Highest(layers);
        let mut properties = highest.properties(read)?;
        let connection = highest.connection(&mut properties, read)?;
        let face = match command {
            // Papers are written without settings, and what is played is a [`Playback`].
            None
            | Some(
                Command::Completions(_)
                | Command::Man
                | Command::Rules
                | Command::Replay(_)
                | Command::Demo(_),
            ) => Face::Screen,
            Some(Command::Once(_)) => Face::Once { output: highest.choice(|l| &l.output)? },
            Some(Command::Check(_)) => {
                let watch = highest.one(|l| &l.watch).map(|given| duration(given, WATCHES));
                let watch = watch.transpose()?.unwrap_or_default();
                Face::Check { fail_on: highest.choice(|l| &l.fail_on)?, watch }
            }
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
            isolation: highest.choice(|l| &l.isolation)?,
            source: highest.choice(|l| &l.source)?,
            history: highest
                .one(|l| &l.history)
                .map_or(Ok(DEFAULT_HISTORY), |given| duration(given, HISTORIES))?,
            rules: super::rules::rules(layers)?,
            recording: highest.recording()?,
            looks: highest.looks()?,
            verbose: highest.switch(|l| &l.verbose)?,
            notes: properties.notes,
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
        let (environment, _) = Layer::from_environment(inputs.variables);
        let layers = [Layer::from_flags(inputs.cli), environment];
        let highest = Highest(&layers);
        let begin = highest.one(|l| &l.begin).map(|given| duration(given, BEGINNINGS));
        Ok(Some(Self {
            what,
            speed: highest.speed()?,
            begin: begin.transpose()?,
            rules: super::rules::rules(&layers)?,
            looks: highest.looks()?,
        }))
    }
}

/// The rules as flags and variables want them, whatever the command.
pub fn rules<V>(inputs: Inputs<'_, V>) -> Result<Rules, ConfigError>
where
    V: IntoIterator<Item = (OsString, OsString)>,
{
    let (environment, _) = Layer::from_environment(inputs.variables);
    super::rules::rules(&[Layer::from_flags(inputs.cli), environment])
}

/// Layers of which the first that sets something decides it.
struct Highest<'a>(&'a [Layer]);

impl<'a> Highest<'a> {
    fn one(&self, of: impl Fn(&Layer) -> &Option<Given>) -> Option<&'a Given> {
        self.0.iter().find_map(|layer| of(layer).as_ref())
    }

    fn choice<T: ValueEnum + Default>(
        &self,
        of: impl Fn(&Layer) -> &Option<Given>,
    ) -> Result<T, ConfigError> {
        let Some(given) = self.one(of) else { return Ok(T::default()) };
        let text = unicode(given)?;
        if let Ok(choice) = T::from_str(text, true) {
            return Ok(choice);
        }
        let values = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = values.map(|value| value.get_name().to_owned()).collect();
        Err(wrong(given, text, "one of the choices", names.join(" or ")))
    }

    fn switch(&self, of: impl Fn(&Layer) -> &Option<Given>) -> Result<bool, ConfigError> {
        let Some(given) = self.one(of) else { return Ok(false) };
        let text = unicode(given)?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Ok(true),
            "false" | "0" | "no" => Ok(false),
            _ => Err(wrong(given, text, "a yes or no", "true or false")),
        }
    }

    fn looks(&self) -> Result<Looks, ConfigError> {
        Ok(Looks {
            color: self.choice(|l| &l.color)?,
            theme: self.choice(|l| &l.theme)?,
            ascii: self.switch(|l| &l.ascii)?,
        })
    }

    fn recording(&self) -> Result<Option<Recording>, ConfigError> {
        let limit = match self.one(|l| &l.record_limit) {
            Some(given) => {
                let text = unicode(given)?;
                let size = text.trim().parse::<ByteSize>();
                size.map_err(|_unsaid| wrong(given, text, "a size", "as in 500MB or 2GB"))?.as_u64()
            }
            None => DEFAULT_RECORD_LIMIT,
        };
        let redact = self.switch(|l| &l.redact)?;
        let path = self.one(|l| &l.record).map(|given| PathBuf::from(&given.text));
        Ok(path.map(|path| Recording { path, limit, redact }))
    }

    fn speed(&self) -> Result<f64, ConfigError> {
        let Some(given) = self.one(|l| &l.speed) else { return Ok(1.0) };
        let text = unicode(given)?;
        let factor = text.trim().trim_end_matches(['x', 'X']).parse::<f64>();
        let factor = factor.ok().filter(|factor| SPEEDS.contains(factor));
        factor.ok_or_else(|| wrong(given, text, "a factor", "0.1x to 1000x, as in 10x"))
    }

    fn listen(&self) -> Result<SocketAddr, ConfigError> {
        let Some(given) = self.one(|l| &l.listen) else { return Ok(DEFAULT_LISTEN) };
        let text = unicode(given)?;
        let instead = "as in 127.0.0.1:9308, or [::]:9308 for every interface";
        text.trim().parse().map_err(|_unsaid| wrong(given, text, "an address and a port", instead))
    }

    /// A layer's expressions replace those of the layers below: a filter is one setting.
    fn filter(&self, of: impl Fn(&Layer) -> &Vec<Given>) -> Result<NameFilter, ConfigError> {
        let given = self.0.iter().map(of).find(|given| !given.is_empty());
        given.into_iter().flatten().map(regex).collect::<Result<_, _>>().map(NameFilter::new)
    }

    fn processes(&self) -> Result<Processes, ConfigError> {
        let pids = self.0.iter().map(|layer| &layer.pids).find(|given| !given.is_empty());
        let pids = pids.into_iter().flatten().map(|given| {
            let text = unicode(given)?;
            let refused = || wrong(given, text, "a process id", "a number, as ps shows it");
            text.trim().parse().map_err(|_unsaid| refused())
        });
        Ok(Processes {
            pids: pids.collect::<Result<_, _>>()?,
            matching: self.one(|l| &l.process).map(regex).transpose()?,
            pprof: self.one(|l| &l.pprof).map(pprof).transpose()?,
        })
    }

    /// Within a layer, a flag of its own stands above the same setting as a property.
    fn properties(&self, read: ReadFile<'_>) -> Result<Properties, ConfigError> {
        let mut properties = Properties::default();
        for (at, layer) in self.0.iter().enumerate() {
            if let Some(given) = &layer.bootstrap {
                properties.add_flag(rank_of_flag(at), Role::Bootstrap, given)?;
            }
            properties.add_given(rank_of_property(at), &layer.properties)?;
        }
        if let Some(given) = self.one(|l| &l.properties_file) {
            let path = PathBuf::from(&given.text);
            let content = read(&path).map_err(|source| {
                let from = given.from.clone();
                ConfigError::Unreadable { from, path: path.clone(), source }
            })?;
            properties.add_file(rank_of_flag(self.0.len()), &path, &content)?;
        }
        Ok(properties)
    }

    fn connection(
        &self,
        properties: &mut Properties,
        read: ReadFile<'_>,
    ) -> Result<Connection, ConfigError> {
        let bootstrap = properties.get(Role::Bootstrap).ok_or(ConfigError::NoBootstrap)?;
        let bootstrap = HostPort::parse_list(bootstrap.text()).map_err(|(text, problem)| {
            ConfigError::Bootstrap { from: bootstrap.from.clone(), text, problem }
        })?;
        let client_id = properties.get(Role::ClientId).map_or(DEFAULT_CLIENT_ID, |p| p.text());
        let client_id = client_id.to_owned();
        let request_timeout = self.request_timeout(properties)?;
        let connect_timeout = match properties.get(Role::ConnectTimeout) {
            Some(property) => milliseconds(property)?,
            None => request_timeout,
        };
        let security = security(properties, read)?;
        let passed_through = properties.take_passed_through();
        Ok(Connection {
            bootstrap,
            client_id,
            security,
            request_timeout,
            connect_timeout,
            passed_through,
        })
    }

    /// `--timeout` reads as people write durations, the properties beside it as milliseconds.
    fn request_timeout(&self, properties: &Properties) -> Result<Duration, ConfigError> {
        let mut layers = self.0.iter().enumerate();
        let flag = layers.find_map(|(at, l)| Some((rank_of_flag(at), l.timeout.as_ref()?)));
        match (flag, properties.get(Role::RequestTimeout)) {
            (Some((rank, _)), Some(property)) if property.rank < rank => milliseconds(property),
            (Some((_, given)), _) => duration(given, TIMEOUTS),
            (None, Some(property)) => milliseconds(property),
            (None, None) => Ok(DEFAULT_TIMEOUT),
        }
    }
}

fn rank_of_flag(layer: usize) -> usize {
    2 * layer
}

fn rank_of_property(layer: usize) -> usize {
    2 * layer + 1
}

fn pprof(given: &Given) -> Result<PprofAddress, ConfigError> {
    let text = unicode(given)?;
    let refused = || wrong(given, text, "an address of pprof", "http://HOST:PORT");
    PprofAddress::parse(text.trim()).ok_or_else(refused)
}

fn regex(given: &Given) -> Result<Regex, ConfigError> {
    let text = unicode(given)?;
    Regex::new(text).map_err(|error| {
        // The crate draws the expression with a mark below it; its last line says what is wrong.
        let shown = error.to_string();
        let last = shown.lines().last().unwrap_or_default().trim();
        let problem = last.strip_prefix("error: ").unwrap_or(last).to_owned();
        ConfigError::Regex { from: given.from.clone(), text: text.to_owned(), problem }
    })
}

fn duration(given: &Given, range: (Duration, Duration)) -> Result<Duration, ConfigError> {
    let text = unicode(given)?;
    match humantime::parse_duration(text.trim()) {
        Ok(duration) if (range.0..=range.1).contains(&duration) => Ok(duration),
        Ok(_) => Err(wrong(given, text, "within bounds", in_words(range))),
        Err(_) => {
            Err(wrong(given, text, "a duration", format!("{}, as in 500ms or 2s", in_words(range))))
        }
    }
}

fn in_words((least, most): (Duration, Duration)) -> String {
    let (least, most) = (humantime::format_duration(least), humantime::format_duration(most));
    format!("{least} to {most}")
}

/// Bent into our bounds rather than refused: other clients have good reasons for ten minutes, and
/// their files must work here as they are.
fn milliseconds(property: &Property) -> Result<Duration, ConfigError> {
    let (least, most) = TIMEOUTS;
    let text = property.text();
    match text.parse() {
        Ok(given) => Ok(Duration::from_millis(given).clamp(least, most)),
        Err(_) => Err(ConfigError::Value {
            from: property.from.clone(),
            text: text.to_owned(),
            what: "a number of milliseconds",
            instead: format!("a number, as in {}", DEFAULT_TIMEOUT.as_millis()),
        }),
    }
}

fn wrong(given: &Given, text: &str, what: &'static str, instead: impl Into<String>) -> ConfigError {
    let (from, instead) = (given.from.clone(), instead.into());
    ConfigError::Value { from, text: text.to_owned(), what, instead }
}
