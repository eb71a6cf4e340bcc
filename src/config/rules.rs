//! `--rule`: rules switched and tuned.

use super::error::ConfigError;
use super::layer::{Given, Layer};
use super::properties::unicode;
use crate::diagnose::{Mistake, Rules};

/// Edits between what was typed and what was meant.
const NEAR: usize = 3;

/// The rules as the layers want them, the highest of which comes first and is applied last: each
/// switch and each threshold is a setting of its own.
pub(super) fn rules(layers: &[Layer]) -> Result<Rules, ConfigError> {
    let mut rules = Rules::default();
    for given in layers.iter().rev().flat_map(|layer| &layer.rules) {
        set(&mut rules, given)?;
    }
    Ok(rules)
}

fn set(rules: &mut Rules, given: &Given) -> Result<(), ConfigError> {
    const FORM: &str = "NAME=off, NAME=on or NAME.THRESHOLD=VALUE";
    let text = unicode(given)?;
    let wrong = |text: &str, what, instead| {
        let (from, text) = (given.from.clone(), text.to_owned());
        ConfigError::Value { from, text, what, instead }
    };
    let Some((name, value)) = text.split_once('=') else {
        return Err(wrong(text, "a setting of a rule", FORM.to_owned()));
    };
    let (name, value) = (name.trim(), value.trim());
    let (rule, threshold) = match name.split_once('.') {
        Some((rule, threshold)) => (rule, Some(threshold)),
        None => (name, None),
    };
    rules.set(rule, threshold, value).map_err(|mistake| match mistake {
        Mistake::Rule => {
            let known: Vec<_> = rules.describe().iter().map(|rule| rule.name.to_owned()).collect();
            wrong(rule, "a rule", meant(rule, &known, ""))
        }
        Mistake::Threshold(known) if known.is_empty() => {
            wrong(name, "a threshold", format!("{rule}=off, it has none"))
        }
        Mistake::Threshold(known) => {
            let instead = meant(threshold.unwrap_or_default(), &known, &format!("{rule}."));
            wrong(name, "a threshold", instead)
        }
        Mistake::Value(form) => wrong(value, threshold_or_switch(threshold), form.to_owned()),
    })
}

const fn threshold_or_switch(threshold: Option<&str>) -> &'static str {
    if threshold.is_some() { "a value of this threshold" } else { "a value of this switch" }
}

/// The nearest of those that are known, or all of them where none is near.
fn meant(typed: &str, known: &[String], prefix: &str) -> String {
    let near = known.iter().map(|name| (strsim::damerau_levenshtein(typed, name), name));
    if let Some((_, name)) = near.filter(|(edits, _)| *edits <= NEAR).min() {
        return format!("{prefix}{name} if that is meant");
    }
    let names: Vec<_> = known.iter().map(|name| format!("{prefix}{name}")).collect();
    format!("one of {}", names.join(", "))
}
