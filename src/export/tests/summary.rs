//! The incident as Markdown.

use super::*;
use crate::export::summary;
use crate::model::{
    Eta, Evidence, Finding, Findings, MemberRef, Rate, Rebalance, Severity, Since, Subject, Took,
};

/// Eleven partitions with a lag, a finding about the worst, and a rebalance.
fn incident(group: &str) -> Snapshot {
    let rows: Vec<_> = (0..11_i32)
        .map(|partition| {
            let records = 1_000 * (i64::from(partition) + 1);
            PartitionView {
                owner: Some(0),
                consumed: Some(Rate(20.0)),
                eta: Some(Eta::Never),
                ..row(partition, Some(0), lag(Some(records), Some(records)))
            }
        })
        .collect();
    let view = GroupView {
        members: Some([member("consumer-2", &[("events", &[10])])].into()),
        topics: [GroupTopic { topic: "events".into(), partitions: rows }].into(),
        rebalances: Arc::new(vec![Rebalance {
            at: AT.minus(std::time::Duration::from_secs(65)),
            took: Took::AtMost(std::time::Duration::from_millis(1_040)),
            epoch: None,
            ended_in: GroupState::Stable,
            joined: Vec::new(),
            left: vec![MemberRef {
                id: "a-1".into(),
                instance_id: None,
                client_id: "a|b".into(),
                host: "10.0.0.1".into(),
                dropped: None,
            }],
            moved: Vec::new(),
        }]),
        rebalances_seen: 1,
        ..GroupView::new(group.into(), GroupKind::Classic, GroupState::Stable)
    };
    let finding = Finding {
        rule: "hot-partition",
        severity: Severity::Critical,
        subject: Subject { group: Some(group.into()), ..Subject::default() },
        sentence: "hot partition: events/10 holds *most* of _the_ lag_now".to_owned(),
        evidence: vec![Evidence {
            text: "lag 1 to 2".to_owned(),
            span: (AT.minus(std::time::Duration::from_secs(30)), AT),
            source: "offsets",
        }],
        since: Since::Before(AT.minus(std::time::Duration::from_secs(72))),
        next: "look at its keys".to_owned(),
    };
    let mut shown = snapshot(vec![view], vec![topic("events", &[(0, 11_000); 11])]);
    let mut groups = shown.groups.to_vec();
    groups[0].findings = Arc::new(Findings { firing: vec![finding], unknown: Vec::new() });
    shown.groups = groups.into();
    shown
}

#[test]
fn an_incident_is_told_with_its_evidence_its_numbers_and_its_rebalances() {
    let text = summary(&incident("billing"), AT);
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "# Kafka consumer lag: 1 critical

- Seen at 2026-11-23 01:14:05 UTC, by lagtop {version} from poll
- Cluster `abc`, 2 brokers, 0 groups
- Lag –, over 0 partitions

## Findings

- **CRIT** `billing` hot partition: events/10 holds \\*most\\* of \\_the\\_ lag_now (hot-partition, since before 01:12:53, 72s)
  - offsets, 01:13:35 to 01:14:05: lag 1 to 2
  - Next: look at its keys

## Worst partitions

| group | partition | lag | in/s | out/s | ETA | owner |
|---|---|---:|---:|---:|---:|---|
"
    );
    assert!(text.starts_with(&expected), "{text}");
    let worst = "| `billing` | `events/10` | 11.0k | – | 20 | never | `client` on `/10.0.0.7` |";
    assert!(text.contains(worst), "{text}");
    assert!(
        !text.contains("`events/0`") && text.contains("\nA lag beside these: 1 partition.\n"),
        "{text}"
    );
    let ending = "
## Rebalances

- `billing`: 1 seen, 1 in the last 10m
  - 01:13:00, took at most 1.0s; left: `a\\|b` on `10.0.0.1`
";
    assert!(text.ends_with(ending), "{text}");
}

#[test]
fn a_name_breaks_nothing() {
    let text = summary(&incident("a`|\n\u{1b}[31m# b"), AT);
    assert!(text.contains("`a'\\|\\u{a}\\u{1b}[31m# b`"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn without_findings_it_says_so() {
    let text = summary(&snapshot(Vec::new(), Vec::new()), AT);
    assert!(text.starts_with("# Kafka consumer lag: nothing found\n"), "{text}");
    assert!(text.ends_with("\n## Findings\n\nNone.\n"), "{text}");
}

#[test]
fn markers_are_told_with_what_was_said_of_them() {
    let mut shown = incident("g");
    assert!(!summary(&shown, AT).contains("## Markers"));
    let marker = |seconds, note: &str| crate::model::Marker {
        at: AT.minus(std::time::Duration::from_secs(seconds)),
        note: note.into(),
    };
    shown.markers = Arc::new(vec![marker(60, "deploy *42*"), marker(0, "")]);
    let text = summary(&shown, AT);
    let (_, told) = text.split_once("## Markers\n\n").expect("they are told");
    let told: Vec<_> = told.lines().filter_map(|line| line.split_once(": ")).collect();
    assert_eq!(told.iter().map(|(_, note)| *note).collect::<Vec<_>>(), [r"deploy \*42\*", "–"]);
}
