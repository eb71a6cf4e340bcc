//! The rules as a list: for `lagtop rules` and the README.

use std::fmt::Write as _;

use regex::Regex;

use super::{Chapter, Knob, RuleBook, Rules};

/// Characters of a line.
const WIDTH: usize = 100;

/// The rules that hold for all, and then what is said of some groups and topics only. For one group: the
/// rules as they hold for it, and then what depends on the topics that it reads.
#[must_use]
pub fn of(mut book: RuleBook, group: Option<&str>) -> String {
    let Some(group) = group else {
        let mut text = text(&book.for_all());
        book.chapters().for_each(|chapter| add(&mut text, &heading(chapter), chapter));
        return text;
    };
    let mut text = text(&book.for_group(group, &[]));
    for chapter in book.perhaps_for(group) {
        let topic = chapter.selector().topic.as_ref().map_or("", Regex::as_str);
        add(&mut text, &format!("If all its topics match {topic}"), chapter);
    }
    text
}

fn heading(chapter: &Chapter) -> String {
    let selector = chapter.selector();
    let group = selector.group.as_ref().map(Regex::as_str);
    match (group, selector.topic.as_ref().map(Regex::as_str)) {
        (Some(group), Some(topic)) => {
            format!("Groups that match {group}, if all their topics match {topic}")
        }
        (Some(group), None) => format!("Groups that match {group}"),
        (None, Some(topic)) => {
            format!("Topics that match {topic}, and groups of which all topics do")
        }
        (None, None) => "All".to_owned(),
    }
}

fn add(text: &mut String, heading: &str, chapter: &Chapter) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{heading}:");
    for setting in chapter.settings() {
        let _ = writeln!(text, "  {setting}");
    }
}

/// What each rule finds and its thresholds as they are in force; where that is another than the
/// default, the default too.
#[must_use]
pub fn text(rules: &Rules) -> String {
    let mut text = String::new();
    for (rule, default) in rules.describe().iter().zip(Rules::default().describe()) {
        let off = if rule.on { "" } else { " (off)" };
        let _ = writeln!(text, "{}{off}: {}", rule.name, rule.what);
        let width = |of: fn(&Knob) -> &str| rule.knobs.iter().map(|knob| of(knob).len()).max();
        let names = width(|knob| &knob.name).unwrap_or(0);
        let values = width(|knob| &knob.value).unwrap_or(0);
        for (knob, default) in rule.knobs.iter().zip(&default.knobs) {
            let changed = if knob.value == default.value {
                String::new()
            } else {
                format!(" (default {})", default.value)
            };
            let head = format!("  {:names$}  {:>values$}  ", knob.name, knob.value);
            wrap(&mut text, &head, &format!("{}{changed}", knob.what));
        }
    }
    text
}

/// Adds `what` after `head`, and below it where it is too long for one line.
fn wrap(text: &mut String, head: &str, what: &str) {
    let mut line = head.to_owned();
    for word in what.split(' ') {
        if line.len() > head.len() && line.len() + word.len() >= WIDTH {
            text.push_str(line.trim_end());
            text.push('\n');
            line = " ".repeat(head.len());
        }
        line.push_str(word);
        line.push(' ');
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

/// The table as the README prints it: rules with their default thresholds.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| rule | what it finds | thresholds |\n|---|---|---|\n");
    for rule in Rules::default().describe() {
        let knobs = rule.knobs.iter();
        let knobs: Vec<_> =
            knobs.map(|knob| format!("`{}` {}: {}", knob.name, knob.value, knob.what)).collect();
        let knobs = if knobs.is_empty() { "none".to_owned() } else { knobs.join("<br>") };
        let _ = writeln!(text, "| `{}` | {} | {} |", rule.name, rule.what, knobs);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_listed_beside_its_default() {
        let mut rules = Rules::default();
        rules.set("hot-partition", Some("share"), "0.75").expect("a threshold");
        rules.set("idle-members", None, "off").expect("a rule");
        let text = text(&rules);
        let has = |line: &str| text.lines().any(|other| other.starts_with(line));
        assert!(has("hot-partition: one partition holds"), "{text}");
        assert!(text.contains(" 0.75  of the group's lag"), "{text}");
        assert!(text.contains("(default 0.6)"), "{text}");
        assert!(has("idle-members (off): "), "{text}");
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
    }

    #[test]
    fn every_rule_has_a_line_of_the_table() {
        let text = markdown();
        assert_eq!(text.lines().count(), Rules::default().describe().len() + 2);
        assert!(text.lines().skip(2).all(|line| line.matches(" | ").count() == 2), "{text}");
    }
}
