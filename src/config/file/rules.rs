//! `[rules]`, and `[[rules.for]]` for some groups and topics: turned into the texts that `--rule` takes,
//! so that names and values have one parser.

use super::is_said;
use super::tree::Item;
use crate::config::error::ConfigError;
use crate::config::layer::{Given, Layer, RulesFor};

const SECTION: &str = "[rules], and below it NAME = \"off\" or NAME = { THRESHOLD = VALUE }";
const RULE: &str = "\"on\", \"off\" or { THRESHOLD = VALUE }";
const FOR: &str = "[[rules.for]], and below it group = \"REGEX\" or topic = \"REGEX\", and rules";

/// Puts the rules of a section where their layer keeps them.
pub(super) fn read(layer: &mut Layer, section: &Item<'_>) -> Result<(), ConfigError> {
    for item in section.table().ok_or_else(|| section.should_be(SECTION))? {
        if item.key == "for" {
            for some in item.tables().ok_or_else(|| item.should_be(FOR))? {
                layer.rules_for.push(rules_for(&item, some)?);
            }
        } else {
            rule(&mut layer.rules, &item)?;
        }
    }
    Ok(())
}

fn rules_for(list: &Item<'_>, items: Vec<Item<'_>>) -> Result<RulesFor, ConfigError> {
    let from = items.first().map_or_else(|| list.from.clone(), |item| item.from.clone());
    let mut some = RulesFor { group: None, topic: None, rules: Vec::new() };
    for item in items {
        match item.key {
            "group" => some.group = Some(item.one()?).filter(is_said),
            "topic" => some.topic = Some(item.one()?).filter(is_said),
            _ => rule(&mut some.rules, &item)?,
        }
    }
    if some.group.is_none() && some.topic.is_none() {
        let (because, missing) = ("[[rules.for]]".to_owned(), "a group or a topic");
        let instead = "group = \"REGEX\" or topic = \"REGEX\", or the rules below [rules]";
        return Err(ConfigError::Missing { from, because, missing, instead });
    }
    Ok(some)
}

/// A rule that is switched, or its thresholds.
fn rule(rules: &mut Vec<Given>, item: &Item<'_>) -> Result<(), ConfigError> {
    let mut add = |name: &str, value: String, item: &Item<'_>| {
        rules.push(Given { text: format!("{name}={value}").into(), from: item.from.clone() });
    };
    let Some(thresholds) = item.table() else {
        add(item.key, item.word(RULE)?, item);
        return Ok(());
    };
    for threshold in thresholds {
        let name = format!("{}.{}", item.key, threshold.key);
        add(&name, threshold.word(RULE)?, &threshold);
    }
    Ok(())
}
