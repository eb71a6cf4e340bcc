//! Rules switched and tuned: `--rule`, and the config file's `[rules]`.

use super::error::ConfigError;
use super::layer::{Given, Layer, RulesFor};
use super::meant::meant;
use super::properties::unicode;
use super::resolve::regex;
use crate::diagnose::{Chapter, Mistake, RuleBook, Rules, Selector};

/// The rules as the layers want them, the highest of which comes first and is written last: each switch
/// and each threshold is a setting of its own, and the last one wins. Within a layer, what is said of
/// some groups and topics stands after what is said of all.
pub(super) fn rules(layers: &[Layer]) -> Result<RuleBook, ConfigError> {
    let mut book = RuleBook::default();
    for layer in layers.iter().rev() {
        book.add(chapter(Selector::default(), &layer.rules)?);
        for RulesFor { group, topic, rules } in &layer.rules_for {
            let pattern = |given: &Option<Given>| given.as_ref().map(regex).transpose();
            let selector = Selector { group: pattern(group)?, topic: pattern(topic)? };
            book.add(chapter(selector, rules)?);
        }
    }
    Ok(book)
}

fn chapter(selector: Selector, rules: &[Given]) -> Result<Chapter, ConfigError> {
    let mut chapter = Chapter::new(selector);
    for given in rules {
        set(&mut chapter, given)?;
    }
    Ok(chapter)
}

fn set(chapter: &mut Chapter, given: &Given) -> Result<(), ConfigError> {
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
    chapter.set(rule, threshold, value).map_err(|mistake| match mistake {
        Mistake::Rule => {
            let known: Vec<_> = Rules::default().describe().iter().map(|rule| rule.name).collect();
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
        Mistake::AboutTopics => {
            let instead = "it with topic alone, it is about topics, whoever reads them".to_owned();
            wrong(rule, "a rule about groups", instead)
        }
        Mistake::AboutCluster => {
            let instead = "it with neither group nor topic, it is about the cluster".to_owned();
            wrong(rule, "a rule about groups or topics", instead)
        }
        Mistake::Value(form) => wrong(value, threshold_or_switch(threshold), form.to_owned()),
    })
}

const fn threshold_or_switch(threshold: Option<&str>) -> &'static str {
    if threshold.is_some() { "a value of this threshold" } else { "a value of this switch" }
}
