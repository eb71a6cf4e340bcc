//! The text format: families of samples, one line each
//! ([exposition formats](https://prometheus.io/docs/instrumenting/exposition_formats/)).

use std::fmt::Write as _;

/// What a family's samples mean over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Only grows, and begins anew with the process.
    Counter,
    /// Goes up and down.
    Gauge,
}

/// A family: its name, with the unit in it, and what is said of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// One sentence without a full stop; no backslash, no line feed.
    pub(super) help: &'static str,
}

impl Metric {
    pub(super) const fn gauge(name: &'static str, help: &'static str) -> Self {
        Self { name, kind: Kind::Gauge, help }
    }

    pub(super) const fn counter(name: &'static str, help: &'static str) -> Self {
        Self { name, kind: Kind::Counter, help }
    }
}

/// A label's value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Label<'a> {
    /// A name, perhaps from strangers.
    Text(&'a str),
    /// A number that Kafka gave.
    Number(i32),
}

/// A sample's value. Whole numbers are written exactly, though readers keep 53 bits of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Whole(i64),
    Count(u64),
    Real(f64),
}

/// A page in the making.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
}

/// A family in the making; all its samples are written before the next family begins.
#[derive(Debug)]
pub(super) struct Family<'p> {
    text: &'p mut String,
    name: &'static str,
}

impl Page {
    /// Begins a family. One without samples still says what it would be.
    pub(super) fn family(&mut self, metric: Metric) -> Family<'_> {
        let Metric { name, kind, help } = metric;
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        Family { text: &mut self.text, name }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

impl Family<'_> {
    pub(super) fn sample(&mut self, labels: &[(&str, Label<'_>)], value: impl Into<Value>) {
        self.text.push_str(self.name);
        for (nth, (name, label)) in labels.iter().enumerate() {
            self.text.push(if nth == 0 { '{' } else { ',' });
            self.text.push_str(name);
            self.text.push_str("=\"");
            match *label {
                Label::Text(text) => escape(text, self.text),
                Label::Number(number) => {
                    let _ = write!(self.text, "{number}");
                }
            }
            self.text.push('"');
        }
        self.text.push_str(if labels.is_empty() { " " } else { "} " });
        let _ = match value.into() {
            Value::Whole(value) => writeln!(self.text, "{value}"),
            Value::Count(value) => writeln!(self.text, "{value}"),
            Value::Real(value) if value.is_finite() => writeln!(self.text, "{value}"),
            Value::Real(value) if value.is_nan() => writeln!(self.text, "NaN"),
            Value::Real(value) if value > 0.0 => writeln!(self.text, "+Inf"),
            Value::Real(_) => writeln!(self.text, "-Inf"),
        };
    }
}

/// As the format wants it: `\\`, `\"` and `\n`. Two characters have no escape there, and though
/// Prometheus takes them, some readers take NUL for the end of the page and a carriage return for
/// the end of a line, so that one group's name could hide all others: they become their control
/// pictures.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\0' => out.push('\u{2400}'),
            '\r' => out.push('\u{240d}'),
            other => out.push(other),
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Whole(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Count(value)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Count(value as u64)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Whole(i64::from(value))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}
