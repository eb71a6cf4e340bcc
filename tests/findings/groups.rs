//! Groups that fall behind, stall, are restarted, or are well.

use std::sync::Arc;

use lagtop::diagnose::Rules;
use lagtop::model::{Severity, Since, Snapshot};

use crate::story::{Story, THREE, at, find, said};

#[test]
fn nothing_is_found_of_a_healthy_group() {
    let mut story = Story::of(THREE, 3, &[]);
    for minute in 0..12 {
        let seen = story.play(minute * 60..minute * 60 + 60, &[(40, 40); 3]);
        assert_eq!(said(&seen), [], "minute {minute}");
    }
    let entry = &story.see(720).groups[0];
    assert!(entry.findings.unknown.is_empty(), "{:?}", entry.findings.unknown);
}

#[test]
fn a_hot_partition_is_named_with_its_owner_and_its_cause() {
    let mut story = Story::of(THREE, 3, &[]);
    let flow = [(40, 40), (120, 20), (40, 40)];
    let early = story.play(0..15, &flow);
    assert_eq!(said(&early), [], "not from fifteen seconds");
    assert!(early.groups[0].findings.unknown.iter().any(|one| one.rule == "hot-partition"));
    let seen = story.play(15..200, &flow);
    let hot = find(&seen, "hot-partition");
    assert_eq!(hot.severity, Severity::Warning);
    assert_eq!(hot.subject.partitions[0].partition, 1);
    assert_eq!(hot.subject.member.as_ref().map(|member| &*member.client_id), Some("reader-2"));
    assert_eq!(
        hot.sentence,
        "hot partition: events/1 holds 100 % of the lag (20.0k; ETA never); owner reader-2 on \
         10.0.1.15; cause: both traffic and owner, in 120/s against 40/s on the others, out 20/s \
         against 40/s"
    );
    let rules: Vec<_> = said(&seen).into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(rules, ["hot-partition", "falling-behind", "too-few-partitions"]);
}

#[test]
fn levels_of_lag_are_told_with_the_time_to_the_next() {
    let scaled = &[("lag-threshold.warning", "500"), ("lag-threshold.critical", "10000")];
    let mut story = Story::of(THREE, 3, scaled);
    let seen = story.play(0..100, &[(10, 7); 3]);
    assert!(!said(&seen).iter().any(|(rule, _)| *rule == "lag-threshold"));
    let waits = &seen.groups[0].findings.unknown;
    assert!(waits.iter().any(|one| one.rule == "lag-threshold"), "{waits:?}");
    let seen = story.play(100..400, &[(10, 7); 3]);
    let level = find(&seen, "lag-threshold");
    assert_eq!(level.severity, Severity::Warning);
    assert!(level.sentence.contains("growing for 5m00s"), "{}", level.sentence);
    assert!(level.sentence.contains("10.0k in 11m"), "{}", level.sentence);
    let seen = story.play(400..1_300, &[(10, 7); 3]);
    assert_eq!(find(&seen, "lag-threshold").severity, Severity::Critical);
    let seen = story.play(1_300..1_700, &[(10, 40); 3]);
    assert!(!said(&seen).iter().any(|(rule, _)| *rule == "lag-threshold"), "worked off");
}

#[test]
fn a_partition_whose_commit_stands_while_records_wait_is_stalled() {
    let mut story = Story::of(THREE, 3, &[]);
    story.play(0..30, &[(10, 10); 3]);
    let seen = story.play(30..110, &[(10, 10), (1, 0), (10, 10)]);
    let stalled = find(&seen, "stalled-partition");
    assert_eq!(stalled.subject.partitions[0].partition, 1);
    assert!(
        stalled.sentence.contains("events/1 moved for 80s while 80 wait"),
        "{}",
        stalled.sentence
    );
    let since = stalled.since.at();
    assert_eq!(since, at(29));
    let seen = story.play(110..120, &[(10, 10), (1, 9), (10, 10)]);
    assert_eq!(said(&seen), [], "it goes on");
}

#[test]
fn a_group_that_everybody_left_is_told_with_who_was_last() {
    let mut story = Story::of(THREE, 3, &[]);
    story.play(0..30, &[(10, 10); 3]);
    story.members.clear();
    let seen = story.play(30..80, &[(10, 0); 3]);
    assert_eq!(said(&seen), [], "a restart may take so long");
    let seen = story.play(80..95, &[(10, 0); 3]);
    let found = find(&seen, "no-members");
    assert_eq!((found.severity, found.since), (Severity::Warning, Since::At(at(30))));
    assert_eq!(
        found.sentence,
        "nobody reads: its last member left 64s ago; 1.95k wait on 3 partitions, 30/s come in"
    );
    assert_eq!(found.subject.partitions.len(), 3);
    assert!(found.evidence[1].text.starts_with("reader-1 on 10.0.1.15"), "{:?}", found.evidence);
    story.members = vec![("reader-1", vec![0, 1, 2])];
    let seen = story.play(95..100, &[(10, 200); 3]);
    assert!(!said(&seen).iter().any(|(rule, _)| *rule == "no-members"), "somebody is back");
}

#[test]
fn a_group_that_was_left_before_the_first_look_is_a_note() {
    let mut story = Story::of(&[], 3, &[]);
    story.ends = vec![5_000; 3];
    let seen = story.play(0..90, &[(10, 0); 3]);
    let found = find(&seen, "no-members");
    assert_eq!((found.severity, found.since), (Severity::Note, Since::Before(at(0))));
    let mut story = Story::of(&[], 3, &[]);
    assert_eq!(said(&story.play(0..90, &[(0, 0); 3])), [], "nothing waits");
}

#[test]
fn consumers_without_membership_are_there_as_long_as_they_commit() {
    let mut story = Story::of(&[], 1, &[]);
    story.protocol_type = "";
    for checkpoint in 0..4 {
        let begin = checkpoint * 300;
        story.play(begin..begin + 299, &[(10, 0)]);
        let seen = story.play(begin + 299..begin + 300, &[(10, 3_000)]);
        assert_eq!(said(&seen), [], "checkpoint {checkpoint}");
    }
    let seen = story.play(1_200..2_110, &[(10, 0)]);
    let found = find(&seen, "no-members");
    assert_eq!((found.severity, found.since), (Severity::Warning, Since::At(at(1_199))));
    assert!(found.sentence.contains("its last commit moved 15m"), "{}", found.sentence);
}

/// One member goes for ten seconds and comes back for ten.
fn restart(story: &mut Story, member: usize, second: i64) -> Arc<Snapshot> {
    let flow = [(10, 10); 3];
    let out = story.members.remove(member);
    story.play(second..second + 10, &flow);
    story.members.insert(member, out);
    story.play(second + 10..second + 20, &flow)
}

#[test]
fn a_member_that_drops_out_again_and_again_is_a_storm_and_restarts_are_not() {
    let mut story = Story::of(THREE, 3, &[]);
    story.play(0..20, &[(10, 10); 3]);
    // Two clean deployments: each in turn goes and comes back.
    for step in 0..6 {
        let member = usize::try_from(step).unwrap() % 3;
        let seen = restart(&mut story, member, 20 + step * 20);
        assert_eq!(said(&seen), [], "after restart {step}");
    }
    assert_eq!(story.see(140).groups[0].view.rebalances.len(), 12);
    let seen = restart(&mut story, 1, 141);
    assert_eq!(said(&seen), [], "one more is no storm yet");
    let seen = restart(&mut story, 1, 161);
    let found = find(&seen, "rebalance-storm");
    assert_eq!(found.severity, Severity::Critical);
    assert!(
        found.sentence.ends_with("reader-2 on 10.0.1.15 dropped out 4 times, 31s after it came"),
        "{}",
        found.sentence
    );
    assert!(found.evidence.iter().any(|fact| fact.text.contains("no time limit is so uneven")));
    assert_eq!(found.subject.member.as_ref().map(|member| &*member.client_id), Some("reader-2"));
}

#[test]
fn a_member_that_is_there_equally_long_each_time_is_dropped_by_a_time_limit() {
    let mut story = Story::of(THREE, 3, &[]);
    let mut seen = story.play(0..20, &[(10, 10); 3]);
    for step in 0..4 {
        seen = restart(&mut story, 1, 20 + step * 20);
    }
    let found = find(&seen, "rebalance-storm");
    assert!(found.sentence.contains("every 10s; reader-2"), "{}", found.sentence);
    let even = found.evidence.iter().any(|fact| fact.text.contains("as even as a time limit"));
    assert!(even, "{:?}", found.evidence);
}

#[test]
fn members_that_hold_nothing_and_commits_beyond_the_end_are_told() {
    let mut story = Story::of(&[("reader-1", &[0, 1]), ("reader-2", &[])], 2, &[]);
    story.commits[1] = 500;
    story.ends[1] = 400;
    let seen = story.play(0..40, &[(0, 0); 2]);
    assert_eq!(
        find(&seen, "idle-members").sentence,
        "1 of 2 members idle: though there are 2 partitions"
    );
    let negative = find(&seen, "negative-lag");
    assert!(
        negative.sentence.starts_with("negative lag -100 on events/1"),
        "{}",
        negative.sentence
    );
}

#[test]
fn a_group_in_which_nothing_happens_keeps_its_findings() {
    let mut story = Story::of(THREE, 3, &[]);
    let before = story.play(0..60, &[(0, 0); 3]);
    let after = story.play(60..90, &[(0, 0); 3]);
    assert!(Arc::ptr_eq(&before.groups[0].findings, &after.groups[0].findings));
}

#[test]
fn every_rule_can_be_switched_off_and_says_what_is_wrong_with_a_setting() {
    let mut rules = Rules::default();
    for rule in rules.describe() {
        rules.set(rule.name, None, "off").unwrap();
        assert!(!rule.what.is_empty());
    }
    assert!(rules.describe().iter().all(|rule| !rule.on));
    assert!(rules.set("lag-treshold", None, "off").is_err());
    assert!(rules.set("lag-threshold", Some("warn"), "1").is_err());
    assert!(rules.set("lag-threshold", Some("growing"), "soon").is_err());
}
