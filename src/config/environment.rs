//! The environment as a layer: one variable a flag, named after it.

use std::ffi::OsString;

use super::layer::{Given, Layer, Origin};
use super::note::Note;
use super::setting::{SETTINGS, Setting, Slot};

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
            match SETTINGS.iter().find(|setting| name == setting.variable) {
                Some(setting) => layer.set(setting, text),
                None => notes.extend(foreign(&name)),
            }
        }
        layer.color = layer.color.or(no_color);
        (layer, notes)
    }

    fn set(&mut self, setting: &Setting, text: OsString) {
        let from = Origin::Variable(setting.variable);
        match (setting.slot)(self) {
            Slot::One(one) => *one = Some(Given { text, from }),
            Slot::Many(many) => *many = lines(text, &from),
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
