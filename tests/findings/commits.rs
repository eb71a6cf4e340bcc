//! What the rhythm of commits tells, who holds what, and what retention takes.

use lagtop::model::Severity;

use crate::story::{Story, THREE, at, find, said};

#[test]
fn commits_in_bursts_while_records_wait_are_stop_and_go() {
    // One member that reads three partitions in turn, and only the first has records.
    let mut story = Story::of(&[("reader-1", &[0, 1, 2])], 3, &[]);
    story.ends = vec![3_000, 10, 10];
    story.commits = vec![0, 10, 10];
    let mut seen = story.see(0);
    for burst in 0..8 {
        assert!(!said(&seen).iter().any(|(rule, _)| *rule == "stop-and-go") || burst > 4);
        let second = 1 + burst * 14;
        story.play(second..second + 13, &[(5, 0), (0, 0), (0, 0)]);
        seen = story.play(second + 13..second + 14, &[(5, 30), (0, 0), (0, 0)]);
    }
    let found = find(&seen, "stop-and-go");
    assert_eq!(found.severity, Severity::Warning);
    assert_eq!(found.subject.partitions[0].partition, 0);
    assert!(
        found.sentence.starts_with(
            "stop and go: events/0 moves by 30 every 14s and stands still between, while 3.32k wait"
        ),
        "{}",
        found.sentence
    );
    let others = "its owner also reads 2 partitions (events/1, events/2), on which 0/s come in";
    assert!(found.evidence.iter().any(|fact| fact.text == others), "{:?}", found.evidence);
}

#[test]
fn rare_commits_of_a_group_that_keeps_up_are_no_stop_and_go() {
    let mut story = Story::of(THREE, 3, &[]);
    for burst in 0..10 {
        let second = burst * 15;
        let seen = story.play(second..second + 14, &[(10, 0); 3]);
        assert_eq!(said(&seen), [], "burst {burst}");
        story.play(second + 14..second + 15, &[(10, 150); 3]);
    }
}

#[test]
fn a_group_of_which_nothing_moves_is_told_once_and_not_by_partition() {
    let mut story = Story::of(THREE, 3, &[]);
    story.play(0..30, &[(10, 10); 3]);
    let seen = story.play(30..110, &[(5, 0); 3]);
    let quiet = find(&seen, "group-gone-quiet");
    assert_eq!((quiet.severity, quiet.since.at()), (Severity::Warning, at(29)));
    assert!(
        quiet.sentence.contains("3 members, and no commit moved for 80s while 1.20k wait"),
        "{}",
        quiet.sentence
    );
    assert!(!said(&seen).iter().any(|(rule, _)| *rule == "stalled-partition"), "{:?}", said(&seen));
    let seen = story.play(110..340, &[(5, 0); 3]);
    assert_eq!(find(&seen, "group-gone-quiet").severity, Severity::Critical);
    // One of them moves again: the others are stalled.
    let seen = story.play(340..350, &[(5, 5), (5, 0), (5, 0)]);
    assert_eq!(find(&seen, "stalled-partition").subject.partitions.len(), 2);
    assert!(!said(&seen).iter().any(|(rule, _)| *rule == "group-gone-quiet"));
}

#[test]
fn a_few_records_that_wait_for_long_are_not_critical() {
    let mut story = Story::of(THREE, 3, &[]);
    story.play(0..30, &[(10, 10); 3]);
    story.play(30..31, &[(10, 10), (1, 0), (10, 10)]);
    let seen = story.play(31..700, &[(10, 10), (0, 0), (10, 10)]);
    assert_eq!(find(&seen, "stalled-partition").severity, Severity::Warning);
}

#[test]
fn commits_that_went_back_are_told_with_what_is_read_again() {
    let mut story = Story::of(THREE, 3, &[]);
    story.play(0..60, &[(10, 10); 3]);
    story.commits[1] -= 99;
    let seen = story.play(60..65, &[(10, 10); 3]);
    assert_eq!(said(&seen), [], "a late commit");
    story.commits[2] -= 400;
    let seen = story.play(65..70, &[(10, 10); 3]);
    let back = find(&seen, "rewound");
    assert_eq!(back.severity, Severity::Warning);
    assert_eq!(back.sentence, "rewound 4s ago: 390 records are read again on events/2");
    assert_eq!(back.subject.member.as_ref().map(|member| &*member.client_id), Some("reader-3"));
    let seen = story.play(70..700, &[(10, 10); 3]);
    assert!(!said(&seen).iter().any(|(rule, _)| *rule == "rewound"), "ten minutes later");
}

#[test]
fn partitions_without_an_owner_are_told_once_the_group_has_settled() {
    let mut story = Story::of(&[("reader-1", &[0]), ("reader-2", &[2])], 4, &[]);
    let seen = story.play(0..20, &[(0, 0); 4]);
    assert_eq!(said(&seen), []);
    let seen = story.play(20..40, &[(0, 0); 4]);
    assert_eq!(
        find(&seen, "unowned-partitions").sentence,
        "nobody reads 2 partitions (events/1, events/3) though the others are read"
    );
    let mut story = Story::of(&[("reader-1", &[0, 1]), ("reader-2", &[2, 3])], 4, &[]);
    assert_eq!(said(&story.play(0..60, &[(0, 0); 4])), []);
}

#[test]
fn idle_members_are_a_warning_only_where_records_wait() {
    let crowd: &[(&str, &[i32])] = &[("reader-1", &[0]), ("reader-2", &[1]), ("reader-3", &[])];
    let mut story = Story::of(crowd, 2, &[]);
    let seen = story.play(0..60, &[(10, 10); 2]);
    assert_eq!(said(&seen), [("idle-members", Severity::Note)]);
    let seen = story.play(60..160, &[(20, 10); 2]);
    let idle = find(&seen, "idle-members");
    assert_eq!(idle.severity, Severity::Warning);
    assert_eq!(idle.sentence, "1 of 3 members idle: there are only 2 partitions");
}

#[test]
fn retention_that_is_faster_than_the_group_is_a_risk() {
    let mut story = Story::of(THREE, 3, &[]);
    // Two hours of records, half of which are read.
    (story.ends, story.commits) = (vec![72_000; 3], vec![36_000; 3]);
    story.starts = Some(vec![0; 3]);
    let mut seen = story.see(0);
    for minute in 0..15 {
        seen = story.play(minute * 60..minute * 60 + 60, &[(10, 10), (10, 2), (10, 10)]);
        // Segments are deleted as a whole.
        if minute % 3 == 2 {
            story.starts = story.starts.map(|all| all.iter().map(|start| start + 1_800).collect());
        }
    }
    let risk = find(&seen, "retention-risk");
    assert_eq!(risk.severity, Severity::Warning);
    assert_eq!(risk.subject.partitions.len(), 1, "{}", risk.sentence);
    assert!(risk.sentence.contains("on events/1: retention deletes 10/s"), "{}", risk.sentence);
    assert!(risk.sentence.starts_with("records will be lost in 1h"), "{}", risk.sentence);
}
