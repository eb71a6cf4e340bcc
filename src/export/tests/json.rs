//! The JSON object, field by field.

use serde_json::{Value, json};

use super::*;

fn value(snapshot: &Snapshot, selection: Selection<'_>) -> Value {
    let text = printed(Form::Json, snapshot, selection);
    assert_eq!(text.matches('\n').count(), 1, "one line");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_field_by_its_name() {
    let value = value(&snapshot(vec![billing(), secret()], vec![orders()]), Selection::ALL);
    let partition = |at: usize| value["groups"][0]["partitions"][at].clone();
    assert_eq!(value["lagtop"], env!("CARGO_PKG_VERSION"));
    assert_eq!(value["at"], "2026-11-23T01:14:05.678Z");
    assert_eq!(
        value["cluster"],
        json!({"id": "abc", "controller": 1, "brokers": [
            {"id": 1, "host": "kafka", "port": 9091, "rack": "a"},
            {"id": 2, "host": "kafka", "port": 9092, "rack": null},
        ]})
    );
    assert_eq!(
        partition(0),
        json!({"topic": "orders", "partition": 0, "committed": 1200, "leader_epoch": null, "metadata": "",
               "end": 1296, "log_start": 0, "lag": 96, "lost": 0, "headroom": 1200, "behind_s": null,
               "owner": "client-1", "leader": 1, "isr": [1], "replicas": [1, 2], "error": null})
    );
    let lost = |at: usize| [partition(at)["lost"].clone(), partition(at)["headroom"].clone()];
    assert_eq!([lost(1), lost(2)], [[Value::Null, Value::Null], [json!(90), json!(0)]]);
    assert_eq!(partition(1)["committed"], Value::Null);
    assert_eq!(partition(1)["lag"], Value::Null);
    assert_eq!(partition(3)["lag"], -2);
    assert_eq!(
        partition(4),
        json!({"topic": "removed", "partition": 0, "committed": 5, "leader_epoch": null, "metadata": "",
               "end": null, "log_start": null, "lag": null, "lost": null, "headroom": null,
               "behind_s": null, "owner": null, "leader": null, "isr": null, "replicas": null,
               "error": {"code": "UNKNOWN_TOPIC_OR_PARTITION", "message": "the topic does not exist"}})
    );
    assert_eq!(value["errors"], json!([]));
}

#[test]
fn groups_and_members() {
    let target = Some(vec![TopicPartitions { topic: "orders".into(), partitions: vec![0, 2] }]);
    let mut group = billing();
    Arc::make_mut(group.members.as_mut().unwrap())[0].target = target;
    let value = value(&snapshot(vec![group, secret()], vec![orders()]), Selection::ALL);
    let mut group = value["groups"][0].clone();
    group.as_object_mut().unwrap().remove("partitions");
    assert_eq!(
        group,
        json!({"group": "billing", "state": "Stable", "type": "classic", "coordinator": 2,
               "protocol": "consumer", "assignor": "range", "lag": 146, "error": null, "members": [
            {"member_id": "client-1", "client_id": "client", "instance_id": null,
             "host": "/10.0.0.7", "assignment": [{"topic": "orders", "partition": 0}],
             "target": [{"topic": "orders", "partition": 0}, {"topic": "orders", "partition": 2}]},
            {"member_id": "client-2", "client_id": "client", "instance_id": null,
             "host": "/10.0.0.7", "assignment": [], "target": null},
        ]})
    );
    assert_eq!(
        value["groups"][1],
        json!({"group": "secret", "state": null, "type": null, "coordinator": null,
               "protocol": null, "assignor": null, "lag": null, "members": null, "partitions": [],
               "error": {"code": "GROUP_AUTHORIZATION_FAILED",
                         "message": "not allowed to describe the group"}})
    );
}

#[test]
fn errors_of_the_cluster() {
    let fault = Fault::new("REQUEST_TIMED_OUT", "no answer within 5s");
    let mut snapshot = snapshot(vec![], vec![]);
    let down = broker(3, BrokerHealth::Down { since: AT, fault });
    Arc::make_mut(&mut snapshot.cluster).brokers.push(down);
    snapshot.sources = Arc::new([source(false, true)]);
    assert_eq!(
        value(&snapshot, Selection::ALL)["errors"],
        json!([
            {"broker": null, "code": "GROUP_LIST_INCOMPLETE",
             "message": "not every broker named its groups, so some may be missing"},
            {"broker": 3, "code": "REQUEST_TIMED_OUT", "message": "no answer within 5s"},
        ])
    );
}

#[test]
fn what_is_wrong_and_what_is_not_known_yet() {
    let mut snapshot = snapshot(vec![billing(), secret()], vec![orders()]);
    ill(&mut snapshot);
    let whole = value(&snapshot, Selection::ALL);
    assert_eq!(
        whole["findings"],
        json!([{
            "rule": "hot-partition", "severity": "critical", "group": "billing",
            "topic": "orders", "partitions": [{"topic": "orders", "partition": 2}],
            "member_id": null, "sentence": "hot partition: orders/2", "since": null,
            "since_before": "2026-11-23T01:14:05.678Z",
            "evidence": [{"text": "lag 50", "from": "2026-11-23T01:14:05.678Z",
                          "to": "2026-11-23T01:14:05.678Z", "source": "offsets"}],
            "next": "look at its owner",
        }])
    );
    assert_eq!(
        whole["not_known_yet"],
        json!([{"rule": "falling-behind", "waits_for": "2m of history", "subjects": 2}])
    );
    let others: &dyn Fn(&str) -> bool = &|name| name == "secret";
    let part = value(&snapshot, Selection { group: others, ..Selection::ALL });
    assert_eq!((&part["findings"], &part["not_known_yet"][0]["subjects"]), (&json!([]), &json!(1)));
}

#[test]
fn nothing_known_is_still_the_same_object() {
    let value = value(&Snapshot::empty(AT, Isolation::ReadUncommitted), Selection::ALL);
    assert_eq!(value["cluster"], json!({"id": null, "controller": null, "brokers": []}));
    assert_eq!(value["groups"], json!([]));
    assert_eq!(value["errors"][0]["code"], "NO_ROUND");
}

#[test]
fn a_topic_filter_takes_rows_groups_and_lag() {
    let snapshot = snapshot(vec![billing(), secret()], vec![orders()]);
    let removed: &dyn Fn(&str) -> bool = &|name| name == "removed";
    let value = value(&snapshot, Selection { topic: Some(removed), ..Selection::ALL });
    assert_eq!(value["groups"].as_array().unwrap().len(), 1);
    assert_eq!(value["groups"][0]["partitions"].as_array().unwrap().len(), 1);
    assert_eq!(value["groups"][0]["lag"], Value::Null);
}

#[test]
fn names_are_exact_but_harmless() {
    let name = "a\"\\\n\u{1b}[2J\u{9b}\u{202e}\u{e0001}größe 😀\u{7f}";
    let text = printed(Form::Json, &snapshot(vec![group(name, vec![])], vec![]), Selection::ALL);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["groups"][0]["group"], name);
    assert!(!text.trim_end().chars().any(crate::export::safe::acts_or_hides), "{text}");
    assert!(text.contains("größe 😀"));
}
