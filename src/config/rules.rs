//! `--rule`: rules switched and tuned.

use super::error::ConfigError;
use super::layer::{Given, Layer};
use super::meant::meant;
use super::properties::unicode;
use crate::diagnose::{Mistake, Rules};

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
            let known: Vec<_> = rules.describe().iter().map(|rule| rule.name).collect();
            wrong(rule, "a rule", meant(rule, &known, ""))
        }
        Mistake::Threshold(known) if known.is_empty() => {
            wrong(name, "a threshold", format!("{rule}=off, it has none"))
        }
        Mistake::Threshold(known) => {
            let known: Vec<_> = known.iter().map(String::as_str).collect();
            let instead = meant(threshold.unwrap_or_default(), &known, &format!("{rule}."));
            wrong(name, "a threshold", instead)
        }
        Mistake::Value(form) => wrong(value, threshold_or_switch(threshold), form.to_owned()),
    })
}

const fn threshold_or_switch(threshold: Option<&str>) -> &'static str {
    if threshold.is_some() { "a value of this threshold" } else { "a value of this switch" }
}
