//! The environment as a layer: one variable a flag, named after it.

use std::ffi::OsString;

use super::layer::{Given, Layer, Origin};
use super::note::Note;

/// Every variable lagtop reads for itself. `NO_COLOR` is read beside these.
pub const VARIABLES: [&str; 27] = [
    "LAGTOP_RULE",
    "LAGTOP_FAIL_ON",
    "LAGTOP_FOR",
    "LAGTOP_RECORD",
    "LAGTOP_RECORD_LIMIT",
    "LAGTOP_REDACT",
    "LAGTOP_SPEED",
    "LAGTOP_AT",
    "LAGTOP_SOURCE",
    "LAGTOP_HISTORY",
    "LAGTOP_BOOTSTRAP",
    "LAGTOP_PROPERTIES",
    "LAGTOP_PROPERTY",
    "LAGTOP_GROUP",
    "LAGTOP_TOPIC",
    "LAGTOP_PID",
    "LAGTOP_PROCESS",
    "LAGTOP_PPROF",
    "LAGTOP_INTERVAL",
    "LAGTOP_TIMEOUT",
    "LAGTOP_ISOLATION",
    "LAGTOP_COLOR",
    "LAGTOP_THEME",
    "LAGTOP_ASCII",
    "LAGTOP_VERBOSE",
    "LAGTOP_OUTPUT",
    "LAGTOP_LISTEN",
];

impl Layer {
    /// The layer that `variables` make, and notes about those that look like ours but are not.
    ///
    /// An empty variable counts as not set. Variables of repeatable flags hold one value a line.
    /// `NO_COLOR` (see <https://no-color.org>) stands for `LAGTOP_COLOR=never` and yields to it.
    pub fn from_environment(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> (Self, Vec<Note>) {
        let mut layer = Self::default();
        let mut notes = Vec::new();
        let mut no_color = None;
        for (name, text) in variables {
            if text.is_empty() {
                continue;
            }
            if name == "NO_COLOR" {
                let from = Origin::Variable("NO_COLOR");
                no_color = Some(Given { text: "never".into(), from });
                continue;
            }
            match VARIABLES.into_iter().find(|known| name == *known) {
                Some(known) => layer.set(known, text),
                None => notes.extend(foreign(&name)),
            }
        }
        layer.color = layer.color.or(no_color);
        (layer, notes)
    }

    fn set(&mut self, name: &'static str, text: OsString) {
        let from = Origin::Variable(name);
        let one = Some(Given { text: text.clone(), from: from.clone() });
        match name {
            "LAGTOP_BOOTSTRAP" => self.bootstrap = one,
            "LAGTOP_PROPERTIES" => self.properties_file = one,
            "LAGTOP_PROPERTY" => self.properties = lines(text, &from),
            "LAGTOP_GROUP" => self.groups = lines(text, &from),
            "LAGTOP_TOPIC" => self.topics = lines(text, &from),
            "LAGTOP_RULE" => self.rules = lines(text, &from),
            "LAGTOP_FAIL_ON" => self.fail_on = one,
            "LAGTOP_FOR" => self.watch = one,
            "LAGTOP_PID" => self.pids = lines(text, &from),
            "LAGTOP_PROCESS" => self.process = one,
            "LAGTOP_PPROF" => self.pprof = one,
            "LAGTOP_INTERVAL" => self.interval = one,
            "LAGTOP_TIMEOUT" => self.timeout = one,
            "LAGTOP_ISOLATION" => self.isolation = one,
            "LAGTOP_SOURCE" => self.source = one,
            "LAGTOP_HISTORY" => self.history = one,
            "LAGTOP_COLOR" => self.color = one,
            "LAGTOP_THEME" => self.theme = one,
            "LAGTOP_ASCII" => self.ascii = one,
            "LAGTOP_VERBOSE" => self.verbose = one,
            "LAGTOP_OUTPUT" => self.output = one,
            "LAGTOP_RECORD" => self.record = one,
            "LAGTOP_RECORD_LIMIT" => self.record_limit = one,
            "LAGTOP_REDACT" => self.redact = one,
            "LAGTOP_SPEED" => self.speed = one,
            "LAGTOP_AT" => self.begin = one,
            _ => self.listen = one,
        }
    }
}

/// A text that is not Unicode stays whole: the parser of its setting refuses it with words.
fn lines(text: OsString, from: &Origin) -> Vec<Given> {
    match text.into_string() {
        Ok(text) => text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| Given { text: line.into(), from: from.clone() })
            .collect(),
        Err(text) => vec![Given { text, from: from.clone() }],
    }
}

/// Not an error: Kubernetes sets `LAGTOP_PORT` and the like beside a service named lagtop.
fn foreign(name: &std::ffi::OsStr) -> Option<Note> {
    let name = name.to_str()?;
    name.starts_with("LAGTOP_").then(|| Note::UnknownVariable { name: name.to_owned() })
}
