//! `[rules]` of the config file: for all, for some, for a cluster, below `--rule`.

use rstest::rstest;

use super::{CONFIG, World};
use crate::diagnose::list;

/// The share by which a partition of a group is hot, or that the rule is off.
fn share(world: World, config: &str, group: &str) -> String {
    let mut book = world.config(config).settings().rules;
    let rules = book.for_group(group, &["orders"]);
    let rule = rules.describe().into_iter().find(|rule| rule.name == "hot-partition").unwrap();
    if rule.on { rule.knobs[0].value.clone() } else { "off".to_owned() }
}

const CONFIG_FILE: &str = "
[rules]
hot-partition = { share = 0.7, window = '1m' }
idle-members = 'off'

[[rules.for]]
group = '^billing'
hot-partition.share = 0.8

[[rules.for]]
group = 'eu$'
topic = '^orders'
hot-partition = 'off'

[[rules.for]]
group = 'quiet'
topic = '^retry'
hot-partition = 'off'
";

#[rstest]
#[case::all("", "search", "0.7")]
#[case::some("", "billing-us", "0.8")]
#[case::the_last_wins("", "billing-eu", "off")]
#[case::not_of_these_topics("", "quiet", "0.7")]
#[case::by_hand("--rule hot-partition.share=0.9", "billing-us", "0.9")]
#[case::by_hand_switched("--rule hot-partition=on", "billing-eu", "0.8")]
fn a_group_has_its_rules(#[case] line: &str, #[case] group: &str, #[case] expected: &str) {
    let world = World::typed(&format!("-b k {line}"));
    assert_eq!(share(world, CONFIG_FILE, group), expected);
}

#[test]
fn a_variable_wins_over_a_cluster_over_what_is_said_of_all() {
    let cluster = "[clusters.one]\n[clusters.one.rules]\nhot-partition.share = 0.75\n";
    let config = format!("{CONFIG_FILE}{cluster}");
    let share = |world| share(world, &config, "billing-us");
    assert_eq!(share(World::typed("-b k")), "0.8");
    assert_eq!(share(World::typed("-b k -c one")), "0.75");
    let variable = World::typed("-b k -c one").variable("LAGTOP_RULE", "hot-partition.share=0.65");
    assert_eq!(share(variable), "0.65");
}

#[test]
fn what_is_in_force_is_listed() {
    let book = World::typed("-b k").config(CONFIG_FILE).settings().rules;
    let all = list::of(book.clone(), None);
    assert!(all.contains("idle-members (off): "), "{all}");
    let some = "Groups that match ^billing:\n  hot-partition.share=0.8\nGroups that match eu$, if all \
                their topics match ^orders:\n  hot-partition=off\n";
    assert!(all.contains(some), "{all}");
    let one = list::of(book, Some("billing-eu"));
    assert!(one.contains(" 0.8  of the group's lag"), "{one}");
    assert!(one.ends_with("If all its topics match ^orders:\n  hot-partition=off\n"), "{one}");
}

#[rstest]
#[case::rule(
    "hot-partitions = 'off'",
    "'hot-partitions' is not a rule; write hot-partition if that is meant"
)]
#[case::threshold(
    "hot-partition = { shar = 0.8 }",
    "'hot-partition.shar' is not a threshold; write hot-partition.share if that is meant"
)]
#[case::value(
    "hot-partition.window = 'soon'",
    "'soon' is not a value of this threshold; write a time, as in 30s, 5m or 2h"
)]
#[case::switch("idle-members = false", "'false' is not a value of this switch; write on or off")]
#[case::list(
    "idle-members = ['off']",
    "idle-members is a list; write \"on\", \"off\" or { THRESHOLD = VALUE }"
)]
#[case::for_whom(
    "for = [{ idle-members = 'off' }]",
    "[[rules.for]] needs a group or a topic; write group = \"REGEX\" or topic = \"REGEX\", or the \
     rules below [rules]"
)]
#[case::for_what(
    "for = 'billing'",
    "for is a text; write [[rules.for]], and below it group = \
    \"REGEX\" or topic = \"REGEX\", and rules"
)]
#[case::pattern(
    "for = [{ group = 'a(', idle-members = 'off' }]",
    "'a(' is not a regular expression (unclosed group); put a backslash before characters that are \
     meant literally"
)]
#[case::about_topics(
    "for = [{ group = 'a', no-leader = 'off' }]",
    "'no-leader' is not a rule about groups; write it with topic alone, it is about topics, whoever \
     reads them"
)]
fn a_mistake_is_told_with_its_line(#[case] line: &str, #[case] expected: &str) {
    let error = World::typed("-b k").config(&format!("[rules]\n{line}")).error();
    assert_eq!(error, format!("{CONFIG}:2: {expected}"));
}
