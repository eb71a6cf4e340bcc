//! The config file to begin with: all that may stand there, and nothing else than the defaults.

use rstest::rstest;
use secrecy::ExposeSecret;

use super::World;
use crate::app::keymap::Keymap;
use crate::config::file::template;
use crate::diagnose::Rules;

/// The template with its examples taken for lines.
fn taken() -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(example) if !example.starts_with(' ') => example.to_owned(),
        _ => line.to_owned(),
    };
    template().lines().map(|text| line(text) + "\n").collect()
}

/// What settings resolve to, in every word.
fn seen(line: &str, config: &str) -> String {
    format!("{:#?}", World::typed(line).config(config).settings())
}

#[rstest]
#[case::screen("-b k --record f")]
#[case::once("once -b k")]
#[case::check("check -b k")]
#[case::export("export -b k")]
#[case::status("status -b k")]
fn what_it_shows_is_what_is_so_without_it(#[case] line: &str) {
    assert_eq!(seen(line, &template()), seen(line, ""));
    assert_eq!(seen(line, &taken()), seen(line, ""));
}

/// Else a default that is written wrong would be as good as one that is right.
#[test]
fn every_value_in_it_is_taken() {
    let values = taken();
    let lines: Vec<_> = values.lines().take_while(|line| !line.starts_with('[')).collect();
    let set = lines.iter().filter(|line| line.contains('=') && !line.starts_with('#'));
    let set: Vec<_> = set.filter(|line| !line.ends_with("\"\"") && !line.ends_with("[]")).collect();
    assert!(set.len() >= 13, "{set:?}");
    for line in set {
        let (key, _) = line.split_once(" = ").unwrap();
        let broken = format!("{key} = \"?\"");
        let said = ["once", "check", "export", "status"].map(|face| {
            let world = World::typed(&format!("{face} -b k --record f")).config(&broken);
            world.resolve().err().map(|error| error.to_string())
        });
        assert!(said.iter().flatten().any(|said| said.contains("'?' is not")), "{line}: {said:?}");
    }
}

#[test]
fn every_rule_and_every_threshold_is_in_it() {
    let text = template();
    for rule in Rules::default().describe() {
        assert!(text.contains(&format!("\n# {}: ", rule.name)), "{rule:?}");
        let mut names = rule.knobs.iter().map(|knob| format!("{}.{}", rule.name, knob.name));
        assert!(names.all(|name| text.contains(&format!("\n#{name} = "))), "{rule:?}");
    }
    let example = text.lines().filter_map(|line| line.strip_prefix("#     "));
    let example = example.collect::<Vec<_>>().join("\n");
    let book = World::typed("-b k").config(&example).settings().rules;
    assert_eq!(book.chapters().count(), 2, "{example}");
}

#[test]
fn every_action_is_in_it() {
    let text = template();
    let (_, keys) = text.split_once("\n#[keys]\n").unwrap();
    for name in Keymap::default().names() {
        assert!(format!("\n{keys}").contains(&format!("\n#{name} = ")), "{name}");
    }
}

#[test]
fn every_key_that_may_stand_there_is_in_it() {
    let listed = |section: &str| {
        let said = World::typed("-b k").config(&format!("{section}\nqqqqqqqqqqqq = 1")).error();
        let (_, keys) = said.split_once("write one of ").unwrap();
        keys.split(", ").map(str::to_owned).collect::<Vec<_>>()
    };
    let (top, cluster) = (listed(""), listed("[clusters.x]"));
    assert!(top.len() > 15 && cluster.len() > 15);
    let text = template();
    let (above, below) = text.split_once("#[clusters.NAME]").unwrap();
    for key in top.iter().filter(|key| !["clusters", "rules", "keys"].contains(&key.as_str())) {
        assert!(above.contains(&format!("\n#{key} = ")), "{key}");
    }
    for key in cluster.iter().filter(|key| !top.contains(key) && *key != "properties") {
        assert!(below.contains(&format!("\n#{key} = ")), "{key}");
    }
}

#[test]
fn its_example_of_a_cluster_logs_in() {
    let world = World::typed("-c NAME -b k").config(&taken()).variable("KAFKA_PASSWORD", "hunter2");
    let login = world.login();
    assert_eq!((&*login.username, login.password.expose_secret()), ("lagtop", "hunter2"));
}

#[test]
fn its_lines_can_be_read() {
    for line in template().lines() {
        assert!(line.len() <= 100, "{line}");
        assert!(line.is_empty() || line.starts_with('#'), "{line}");
    }
}
