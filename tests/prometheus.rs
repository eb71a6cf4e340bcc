//! What `/metrics` says, read by somebody else's parser; and the alerts that ask for it.

#[path = "support/exposition.rs"]
mod exposition;
#[path = "support/snapshots/mod.rs"]
mod snapshots;

use std::sync::Arc;
use std::time::Duration;

use exposition::Page;
use lagtop::export::prometheus::{health, render};
use lagtop::model::{
    BrokerId, Eta, GroupEntry, GroupSeen, GroupState, GroupView, Snapshot, SourceHealth, Timestamp,
};
use openmetrics_parser::PrometheusType;
use promql_parser::parser::{Expr, VectorSelector, parse};
use promql_parser::util::{ExprVisitor, walk_expr};
use proptest::prelude::*;
use saphyr::{LoadableYamlNode as _, Yaml};
use snapshots::NOW;

const INTERVAL: Duration = Duration::from_secs(1);

fn page(snapshot: &Snapshot) -> Page {
    Page::read(&render(snapshot, NOW, INTERVAL))
}

/// A name as the page tells it: for two characters there is no escape.
fn told(name: &str) -> String {
    name.replace('\0', "\u{2400}").replace('\r', "\u{240d}")
}

fn after(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

#[test]
fn every_family_says_what_it_is() {
    let page = page(&snapshots::incident());
    for (name, (help, kind)) in &page.families {
        assert!(!help.is_empty() && !help.ends_with('.'), "{name}: {help}");
        assert_eq!(*kind == PrometheusType::Counter, name.ends_with("_total"), "{name}");
        assert!(name.starts_with("kafka_consumer") || name.starts_with("lagtop_"), "{name}");
    }
    // The families of others, by their labels.
    for name in ["kafka_consumergroup_lag", "kafka_consumergroup_current_offset"] {
        let (labels, _) = page.of(name)[0];
        assert_eq!(labels.keys().collect::<Vec<_>>(), ["consumergroup", "partition", "topic"]);
    }
    let labels = |name| page.of(name)[0].0.keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(labels("kafka_consumergroup_lag_sum"), ["consumergroup", "topic"]);
    assert_eq!(labels("kafka_consumergroup_members"), ["consumergroup"]);
    assert_eq!(labels("kafka_consumer_lag"), ["group", "partition", "topic"]);
}

#[test]
fn figures_are_the_snapshots_and_what_is_not_known_is_absent() {
    let snapshot = snapshots::incident();
    let page = page(&snapshot);
    let (mut known, mut unknown) = (0, 0);
    for view in snapshot.groups.iter().map(|entry| &entry.view) {
        let group = &*told(view.id.as_str());
        for (topic, row) in view.partitions() {
            let partition = row.partition.to_string();
            let place = [("topic", topic.as_str()), ("partition", &*partition)];
            let of = |who, name| page.value(name, &[&[(who, group)], &place[..]].concat());
            let lag = row.lag.records.map(|lag| lag as f64);
            assert_eq!(of("consumergroup", "kafka_consumergroup_lag"), lag, "{group} {partition}");
            assert_eq!(of("group", "kafka_consumer_lag"), lag, "{group} {partition}");
            let committed = row.commit.as_ref().map(|commit| commit.offset as f64);
            assert_eq!(of("consumergroup", "kafka_consumergroup_current_offset"), committed);
            *(if lag.is_some() { &mut known } else { &mut unknown }) += 1;
        }
        group_figures(&page, view);
    }
    assert!(known > 10 && unknown > 0, "{known} known, {unknown} unknown: nothing was compared");
    let lag: f64 = page.of("kafka_consumergroup_lag_sum").iter().map(|(_, value)| value).sum();
    assert_eq!(Some(lag), snapshot.totals.lag.map(|lag| lag as f64));
}

fn group_figures(page: &Page, view: &GroupView) {
    let group = &*told(view.id.as_str());
    let ours = |name: &str| page.value(&format!("lagtop_group_{name}"), &[("group", group)]);
    let count = |count: usize| Some(count as f64);
    let lags = || view.partitions().map(|(_, row)| row.lag.records);
    assert_eq!(ours("partitions"), count(lags().count()));
    assert_eq!(ours("unknown_partitions"), count(lags().filter(Option::is_none).count()));
    let negative = lags().flatten().filter(|lag| *lag < 0);
    assert_eq!(ours("negative_partitions"), count(negative.count()));
    assert_eq!(ours("consumed_records_per_second"), view.totals.consumed.map(|rate| rate.0));
    assert_eq!(ours("arriving_records_per_second"), view.totals.arriving.map(|rate| rate.0));
    let eta = view.totals.eta.map(|eta| match eta {
        Eta::CaughtUp => 0.0,
        Eta::In(span) => span.as_secs_f64(),
        Eta::Never | Eta::Steady => f64::INFINITY,
    });
    assert_eq!(ours("eta_seconds"), eta, "{group}");
    let members = view.members.as_ref().map(|members| members.len() as f64);
    let page_members = page.value("kafka_consumergroup_members", &[("consumergroup", group)]);
    assert_eq!(page_members, members, "{group}");
    let state = [("group", group), ("state", view.state.name()), ("type", view.kind.name())];
    let known = (view.state != GroupState::Unknown).then_some(1.0);
    assert_eq!(page.value("lagtop_group_state", &state), known, "{group}");
}

#[test]
fn a_negative_lag_is_told_and_offsets_no_other() {
    let mut snapshot = snapshots::large(3);
    let mut view = (*snapshot.groups[0].view).clone();
    for (row, lag) in Arc::make_mut(&mut view.topics)[0].partitions.iter_mut().zip([-7, 5, 10]) {
        row.lag.records = Some(lag);
        row.lag.lost = 3;
    }
    let (id, topic) = (view.id.as_str().to_owned(), view.topics[0].topic.as_str().to_owned());
    replace(&mut snapshot, &view, None);
    let page = page(&snapshot);
    let place = [("consumergroup", &*id), ("topic", &*topic)];
    let first = [place[0], place[1], ("partition", "0")];
    assert_eq!(page.value("kafka_consumergroup_lag", &first), Some(-7.0));
    assert_eq!(page.value("kafka_consumergroup_lag_sum", &place), Some(15.0));
    let ours = [("group", &*id)];
    assert_eq!(page.value("lagtop_group_negative_partitions", &ours), Some(1.0));
    assert_eq!(page.value("lagtop_group_lost_records", &ours), Some(9.0));
}

fn replace(snapshot: &mut Snapshot, view: &GroupView, seen: Option<GroupSeen>) {
    let entries = snapshot.groups.iter().map(|entry| {
        let here = entry.view.id == view.id;
        let seen = seen.filter(|_| here).unwrap_or(entry.seen);
        let view = if here { Arc::new(view.clone()) } else { Arc::clone(&entry.view) };
        GroupEntry { view, seen, findings: Arc::default() }
    });
    snapshot.groups = entries.collect();
}

#[test]
fn rebalances_are_counted_beyond_those_that_are_kept() {
    let mut snapshot = snapshots::large(1);
    let view = GroupView { rebalances_seen: 4_711, ..(*snapshot.groups[0].view).clone() };
    let id = view.id.as_str().to_owned();
    replace(&mut snapshot, &view, None);
    let rebalances = |snapshot: &Snapshot| {
        page(snapshot).value("lagtop_group_rebalances_total", &[("group", &id)])
    };
    assert_eq!(rebalances(&snapshot), Some(4_711.0));
    let never_described = GroupSeen { described: None, ..snapshot.groups[0].seen };
    replace(&mut snapshot, &view, Some(never_described));
    assert_eq!(rebalances(&snapshot), None);
}

#[test]
fn what_was_not_confirmed_for_three_rounds_vanishes_and_is_counted() {
    let snapshot = snapshots::incident();
    let groups = snapshot.groups.len();
    let at = |seconds| Page::read(&render(&snapshot, after(seconds), INTERVAL));
    let stale = |page: &Page| page.value("lagtop_stale_groups", &[]);
    assert_eq!(stale(&at(3)), Some(0.0));
    assert!(!at(3).labels("consumergroup").is_empty());
    let late = at(4);
    assert_eq!(stale(&late), Some(groups as f64));
    assert_eq!(late.value("lagtop_groups", &[]), Some(groups as f64));
    assert_eq!(late.labels("consumergroup"), [""; 0]);
    assert_eq!(late.labels("group"), [""; 0]);
    assert_eq!(late.value("lagtop_source_round_age_seconds", &[("source", "poll")]), Some(4.0));

    // Rounds that are meant to come less often may be older.
    let slow = render(&snapshot, after(4), Duration::from_secs(2));
    assert_eq!(stale(&Page::read(&slow)), Some(0.0));
}

#[test]
fn one_group_vanishes_by_itself() {
    let mut snapshot = snapshots::incident();
    let gone = (*snapshot.groups[1].view).clone();
    let id = gone.id.as_str().to_owned();
    let old = GroupSeen { commits: Some(snapshots::ago(4)), ..snapshot.groups[1].seen };
    assert!(page(&snapshot).labels("group").contains(&id.as_str()));
    replace(&mut snapshot, &gone, Some(old));
    let page = page(&snapshot);
    assert!(!page.labels("group").contains(&id.as_str()));
    assert!(!page.labels("consumergroup").contains(&id.as_str()));
    assert_eq!(page.value("lagtop_stale_groups", &[]), Some(1.0));
}

#[test]
fn an_old_end_gives_no_lag_and_its_group_no_promise() {
    let snapshot = snapshots::one_broker_down();
    let page = page(&snapshot);
    assert_eq!(page.value("lagtop_broker_up", &[("broker", "2")]), Some(0.0));
    assert_eq!(page.value("lagtop_broker_up", &[("broker", "1")]), Some(1.0));
    let mut silenced = 0;
    for view in snapshot.groups.iter().map(|entry| &entry.view) {
        let group = &*told(view.id.as_str());
        for (topic, row) in view.partitions().filter(|(_, row)| row.lag.records.is_some()) {
            let log = snapshot.topic(topic).and_then(|entry| entry.view.partition(row.partition));
            let old = log.is_some_and(|log| log.leader == Some(BrokerId(2)));
            let partition = row.partition.to_string();
            let labels =
                [("consumergroup", group), ("topic", topic.as_str()), ("partition", &*partition)];
            assert_eq!(page.value("kafka_consumergroup_lag", &labels).is_none(), old);
            assert!(page.value("kafka_consumergroup_current_offset", &labels).is_some());
            if old {
                silenced += 1;
                let ours = [("group", group)];
                assert_eq!(page.value("lagtop_group_eta_seconds", &ours), None);
                assert_eq!(page.value("lagtop_group_arriving_records_per_second", &ours), None);
            }
        }
    }
    assert!(silenced > 0, "no partition was led by the broker that is down");
}

#[test]
fn before_the_first_round_nothing_is_claimed() {
    for fault in [None, Some(snapshots::refused())] {
        let failing = fault.is_some();
        let page = page(&snapshots::cold(fault));
        assert_eq!(page.value("lagtop_groups", &[]), None);
        assert_eq!(page.of("lagtop_source_requests_total"), []);
        let up = page.value("lagtop_source_up", &[("source", "poll")]);
        assert_eq!(up, failing.then_some(0.0));
    }
    assert_eq!(page(&snapshots::empty()).value("lagtop_groups", &[]), Some(0.0));
}

#[test]
fn health_follows_the_last_round() {
    let snapshot = snapshots::incident();
    let healthy = |now| health(&snapshot, now, INTERVAL);
    assert_eq!(healthy(after(3)), Ok(()));
    assert_eq!(healthy(after(4)).unwrap_err(), "the last round ended 4.0 s ago");
    assert_eq!(health(&snapshot, after(4), Duration::from_secs(2)), Ok(()));
    // A round that failed just now is no news yet; one that fails for long gives the reason.
    let mut failing = snapshots::silent(2);
    assert_eq!(health(&failing, NOW, INTERVAL), Ok(()));
    failing = snapshots::silent(9);
    let why = health(&failing, NOW, INTERVAL).unwrap_err();
    assert!(why.starts_with("the last round ended 9.0 s ago: connection refused"), "{why}");
    let cold = health(&snapshots::cold(None), NOW, INTERVAL).unwrap_err();
    assert_eq!(cold, "no round was finished yet");
    let mut source = snapshot.sources[0].clone();
    let fault = lagtop::model::Fault::new("X", "bad\u{1b}[2J\nbroker");
    source.health = SourceHealth::Restarting { since: NOW, fault };
    let hostile = Snapshot { sources: Arc::new([source]), ..snapshot };
    let why = health(&hostile, after(9), INTERVAL).unwrap_err();
    assert!(why.ends_with("bad\\u{1b}[2J\\u{a}broker"), "{why}");
}

/// Names as strangers choose them: quotes, backslashes, line feeds, what looks like samples.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\"\\\\\n\r\0{},=#a ]{0,12}",
        Just("\"} 1\n# TYPE x counter\nx 1".to_owned()),
        Just("\\".to_owned()),
        Just("\u{1b}[2J\u{202e}".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn names_come_back_as_they_went(mut names in prop::collection::btree_set(hostile(), 1..6)) {
        // The two that no reader can be told are written as their pictures; one of each pair will do.
        names.retain(|name| !name.contains(['\u{2400}', '\u{240d}']));
        let mut snapshot = snapshots::large(2);
        let one = snapshot.groups[0].clone();
        let entries = names.iter().map(|name| {
            let view = GroupView { id: name.as_str().into(), ..(*one.view).clone() };
            GroupEntry { view: Arc::new(view), seen: one.seen, findings: Arc::default() }
        });
        snapshot.groups = entries.collect();
        let page = page(&snapshot);
        let mut written: Vec<_> = names.iter().map(|name| told(name)).collect();
        written.sort_unstable();
        prop_assert_eq!(page.labels("consumergroup"), written);
        prop_assert_eq!(page.of("kafka_consumergroup_lag").len(), 2 * names.len());
        prop_assert_eq!(page.of("lagtop_group_state").len(), names.len());
    }
}

/// Metric names in an expression.
#[derive(Default)]
struct Names(Vec<String>);

impl ExprVisitor for Names {
    type Error = std::convert::Infallible;

    fn pre_visit(&mut self, expression: &Expr) -> Result<bool, Self::Error> {
        let name = |selector: &VectorSelector| selector.name.clone();
        match expression {
            Expr::VectorSelector(selector) => self.0.extend(name(selector)),
            Expr::MatrixSelector(selector) => self.0.extend(name(&selector.vs)),
            Expr::Call(call) => {
                for argument in &call.args.args {
                    let _ = walk_expr(self, argument);
                }
            }
            _ => {}
        }
        Ok(true)
    }
}

#[test]
fn the_example_alerts_ask_for_what_there_is() {
    let text = include_str!("../assets/alerts.yml");
    let documents = Yaml::load_from_str(text).unwrap();
    let families = page(&snapshots::incident()).families;
    let mut alerts = Vec::new();
    let mut asked = Names::default();
    for group in documents[0]["groups"].as_sequence().unwrap() {
        for rule in group["rules"].as_sequence().unwrap() {
            let alert = rule["alert"].as_str().unwrap();
            let expression = rule["expr"].as_str().unwrap();
            let parsed = parse(expression).unwrap_or_else(|error| panic!("{alert}: {error}"));
            let before = asked.0.len();
            let _ = walk_expr(&mut asked, &parsed);
            assert!(asked.0.len() > before, "{alert} asks for nothing");
            assert!(rule["labels"]["severity"].as_str().is_some(), "{alert}");
            assert!(rule["annotations"]["summary"].as_str().is_some(), "{alert}");
            alerts.push((alert.to_owned(), expression.to_owned()));
        }
    }
    for name in &asked.0 {
        assert!(families.contains_key(name), "{name} is not told");
    }
    // The thresholds that were settled on.
    for (alert, threshold) in [
        ("KafkaConsumerLagGrowing", "> 50000"),
        ("KafkaConsumerLagHigh", "> 500000"),
        ("KafkaConsumerLagPage", "> 2000000"),
    ] {
        let (_, expression) = alerts.iter().find(|(name, _)| name == alert).unwrap();
        assert!(expression.contains(threshold), "{alert}: {expression}");
    }
}

#[test]
fn a_finding_is_a_series_as_long_as_it_is_fresh() {
    let snapshot = snapshots::diagnosed();
    let page = page(&snapshot);
    let worst: Vec<_> = snapshot
        .findings()
        .into_iter()
        .filter(|finding| finding.severity >= lagtop::model::Severity::Warning)
        .collect();
    let told = page.of("lagtop_finding");
    assert_eq!(told.len(), worst.len());
    let hot = told
        .iter()
        .find(|(labels, _)| labels["rule"] == "hot-partition" && labels["severity"] == "critical");
    let (labels, value) = hot.expect("among them");
    let label = |name: &str| labels[name].as_str();
    assert_eq!(label("group"), "user-events-consumer");
    assert_eq!(
        (label("topic"), label("partition"), label("severity")),
        ("user-events", "1", "critical")
    );
    assert!((value - 1.0).abs() < f64::EPSILON);
    assert!(
        told.iter().any(|(labels, _)| labels["rule"] == "no-leader" && labels["group"].is_empty())
    );
    let late = Page::read(&render(&snapshot, after(60), INTERVAL));
    assert!(late.of("lagtop_finding").is_empty(), "nobody knows any more");
}
