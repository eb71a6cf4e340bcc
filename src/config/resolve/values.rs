//! One raw text into one value, or what is wrong with it.

use std::time::Duration;

use regex::Regex;

use super::DEFAULT_TIMEOUT;
use crate::config::error::ConfigError;
use crate::config::layer::Given;
use crate::config::properties::{Property, unicode};
use crate::model::pprof::PprofAddress;

/// The upper end is librdkafka's for `socket.timeout.ms`.
pub(super) const TIMEOUTS: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_mins(5));

pub(super) fn pprof(given: &Given) -> Result<PprofAddress, ConfigError> {
    let text = unicode(given)?;
    let refused = || wrong(given, text, "an address of pprof", "http://HOST:PORT");
    PprofAddress::parse(text.trim()).ok_or_else(refused)
}

pub(super) fn switch(given: &Given) -> Result<bool, ConfigError> {
    let text = unicode(given)?;
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err(wrong(given, text, "a yes or no", "true or false")),
    }
}

pub(in crate::config) fn regex(given: &Given) -> Result<Regex, ConfigError> {
    let text = unicode(given)?;
    Regex::new(text).map_err(|error| {
        // The crate draws the expression with a mark below it; its last line says what is wrong.
        let shown = error.to_string();
        let last = shown.lines().last().unwrap_or_default().trim();
        let problem = last.strip_prefix("error: ").unwrap_or(last).to_owned();
        ConfigError::Regex { from: given.from.clone(), text: text.to_owned(), problem }
    })
}

pub(super) fn duration(
    given: &Given,
    range: (Duration, Duration),
) -> Result<Duration, ConfigError> {
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
pub(super) fn milliseconds(property: &Property) -> Result<Duration, ConfigError> {
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

pub(super) fn wrong(
    given: &Given,
    text: &str,
    what: &'static str,
    instead: impl Into<String>,
) -> ConfigError {
    let (from, instead) = (given.from.clone(), instead.into());
    ConfigError::Value { from, text: text.to_owned(), what, instead }
}
