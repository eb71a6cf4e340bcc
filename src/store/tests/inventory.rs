//! What there is in the cluster: counted, and what of it came, went or changed.

use std::sync::Arc;

use super::story::Story;
use crate::model::inventory::{Changed, Counted, TopicListed};
use crate::model::observation::{ClusterObserved, PartitionMetadata, TopicMetadata};
use crate::model::{
    Body, Broker, BrokerId, Fault, GroupState, InventoryEntry, InventoryView, Snapshot, TopicId,
};

/// A topic whose partitions are led by broker 1 and in sync on 1 and 2.
fn topic(name: &str, partitions: i32) -> TopicListed {
    led(name, 1, &vec![(1, &[1, 2][..]); usize::try_from(partitions).unwrap_or(0)])
}

/// A topic with this id, and the leader and the replicas in sync of each partition.
fn led(name: &str, id: u8, partitions: &[(i32, &[i32])]) -> TopicListed {
    let partition = |(partition, (leader, isr)): (i32, &(i32, &[i32]))| PartitionMetadata {
        partition,
        leader: (*leader >= 0).then_some(BrokerId(*leader)),
        leader_epoch: None,
        replicas: vec![BrokerId(1), BrokerId(2)],
        isr: isr.iter().copied().map(BrokerId).collect(),
    };
    let partitions = (0..).zip(partitions).map(partition).collect();
    let metadata = Ok(TopicMetadata { id: Some(TopicId([id; 16])), partitions });
    TopicListed { topic: name.into(), internal: name.starts_with("__"), metadata }
}

impl Story {
    fn all_topics(&mut self, topics: &[TopicListed]) -> &mut Self {
        self.pass(10_000).see(Body::Inventory(Ok(topics.to_vec())))
    }

    fn brokers(&mut self, ids: &[i32]) -> &mut Self {
        let broker =
            |&id: &i32| Broker { id: BrokerId(id), host: "h".into(), port: 9092, rack: None };
        let brokers = ids.iter().map(broker).collect();
        self.see(Body::Cluster(ClusterObserved { id: None, controller: None, brokers }))
    }

    fn snapshot(&mut self) -> Arc<Snapshot> {
        self.store.publish()
    }

    fn inventory(&mut self) -> InventoryEntry {
        self.snapshot().inventory.clone()
    }
}

fn told(view: &InventoryView) -> Vec<String> {
    let told = |change: &crate::model::inventory::Change| {
        let (name, detail) = (change.what.name(), change.what.detail());
        let alike = if change.alike > 0 { format!(" +{}", change.alike) } else { String::new() };
        format!("{} {name} {detail}{alike}", change.what.word()).trim_end().to_owned()
    };
    view.changes.iter().map(told).collect()
}

fn now(view: &InventoryView, counted: Counted) -> Option<i64> {
    view.count(counted).and_then(|count| count.now)
}

#[test]
fn what_was_there_at_the_first_look_is_no_news() {
    let mut story = Story::new();
    let nothing = story.inventory();
    assert_eq!((nothing.seen, nothing.view.since), (None, None));
    assert_eq!(now(&nothing.view, Counted::Topics), None, "not known is not none");
    story.all_topics(&[topic("a", 3), topic("b", 12), topic("__consumer_offsets", 50)]);
    let entry = story.inventory();
    assert_eq!(now(&entry.view, Counted::Topics), Some(2));
    assert_eq!(now(&entry.view, Counted::Partitions), Some(15), "Kafka's own are apart");
    assert_eq!(now(&entry.view, Counted::InternalTopics), Some(1));
    assert!(entry.view.changes.is_empty() && entry.view.new_topics.is_empty());
    assert_eq!(entry.view.since, entry.seen);
}

#[test]
fn what_did_not_change_is_the_same() {
    let mut story = Story::new();
    let before = story.all_topics(&[topic("a", 3)]).inventory();
    let after = story.all_topics(&[topic("a", 3)]).inventory();
    assert!(Arc::ptr_eq(&before.view, &after.view));
    assert!(after.seen > before.seen, "it was confirmed");
}

#[test]
fn topics_that_come_go_and_change_are_told() {
    let mut story = Story::new();
    story.all_topics(&[topic("a", 3), topic("b", 2), topic("c", 1), topic("d", 2)]);
    story.all_topics(&[
        led("a", 1, &[(1, &[1, 2]), (2, &[2, 1]), (2, &[1, 2])]),
        led("b", 1, &[(1, &[1]), (-1, &[1, 2])]),
        led("c", 9, &[(2, &[2])]),
        topic("e", 12),
    ]);
    let entry = story.inventory();
    assert_eq!(
        told(&entry.view),
        [
            "leader a/1 1 to 2, and 1 more partition",
            "leader b/1 1 to none",
            "in sync b/0 1 2 to 1",
            "topic made anew c",
            "topic appeared e 12 partitions",
            "topic vanished d 2 partitions",
        ]
    );
    let new: Vec<_> =
        entry.view.new_topics.iter().map(|one| (one.name.as_str(), one.partitions)).collect();
    assert_eq!(new, [("e", 12)]);

    let both = [topic("b", 2), topic("c", 4), topic("a", 3)];
    let entry = story.all_topics(&both).inventory();
    assert!(entry.view.new_topics.is_empty(), "what is gone again is no newcomer");
    assert!(told(&entry.view).contains(&"topic made anew c".to_owned()));
    assert_eq!(now(&entry.view, Counted::Partitions), Some(9));
}

#[test]
fn the_number_of_partitions_is_watched() {
    let mut story = Story::new();
    story.all_topics(&[topic("a", 3)]);
    let entry = story.all_topics(&[topic("a", 12)]).inventory();
    assert_eq!(told(&entry.view), ["partitions a 3 to 12"]);
    let history = &entry.view.count(Counted::Partitions).expect("it is counted").history;
    let since = entry.view.since.expect("a look");
    let values: Vec<_> =
        history.between(since, entry.view.changes[0].at).map(|point| point.value).collect();
    assert_eq!(values, [Some(3), Some(12)]);
}

#[test]
fn of_thousands_of_changes_the_first_are_told_and_the_others_counted() {
    let mut story = Story::new();
    let all = |leader: i32| -> Vec<TopicListed> {
        (0..2_000).map(|n| led(&format!("t{n:04}"), 1, &[(leader, &[1, 2])])).collect()
    };
    story.all_topics(&all(1));
    let entry = story.all_topics(&all(2)).inventory();
    assert_eq!(entry.view.changes.len(), 20);
    let last = entry.view.changes.back().expect("the last that is told");
    assert!(matches!(last.what, Changed::Leader(_)));
    assert_eq!(last.alike, 1_980);
}

#[test]
fn the_log_is_bounded_and_says_what_it_forgot() {
    let mut story = Story::new();
    story.all_topics(&[topic("a", 1)]);
    for round in 0..1_200 {
        story.all_topics(&[topic("a", 1 + round % 2 + 1)]);
    }
    let entry = story.inventory();
    assert_eq!(entry.view.changes.len(), 1_000);
    assert_eq!(entry.view.forgotten, 200);
}

#[test]
fn a_look_that_fails_is_said_and_leaves_a_gap_not_a_fall() {
    let mut story = Story::new();
    story.all_topics(&[topic("a", 3)]);
    let fault = Fault::new("REQUEST_TIMED_OUT", "no answer within 5s");
    let entry = story.pass(10_000).see(Body::Inventory(Err(fault.clone()))).inventory();
    assert_eq!(entry.view.fault, Some(fault));
    assert_eq!(now(&entry.view, Counted::Topics), None);
    let entry = story.all_topics(&[topic("a", 3)]).inventory();
    assert_eq!(entry.view.fault, None);
    assert!(told(&entry.view).is_empty(), "it had not gone");
}

#[test]
fn a_topic_that_cannot_be_described_just_now_has_not_gone() {
    let mut story = Story::new();
    story.all_topics(&[topic("a", 3)]);
    let fault = Fault::new("LEADER_NOT_AVAILABLE", "no leader");
    let mut odd = topic("a", 3);
    odd.metadata = Err(fault);
    let entry = story.all_topics(&[odd]).inventory();
    assert_eq!((told(&entry.view), now(&entry.view, Counted::Topics)), (vec![], Some(1)));
}

#[test]
fn brokers_and_groups_come_and_go_too() {
    let mut story = Story::new();
    let groups = [("a", GroupState::Empty), ("b", GroupState::Empty)];
    story.brokers(&[1, 2]).listed(1, &groups).round_over(true);
    let entry = story.inventory();
    assert!(entry.view.changes.is_empty());
    assert_eq!(now(&entry.view, Counted::Groups), Some(2));
    assert_eq!(now(&entry.view, Counted::Brokers), Some(2));
    let groups = [("a", GroupState::Empty), ("c", GroupState::Empty)];
    story.pass(1_000).brokers(&[2, 3]).listed(1, &groups).round_over(true);
    let entry = story.inventory();
    let expected =
        ["broker appeared 3", "broker vanished 1", "group appeared c", "group vanished b"];
    assert_eq!(told(&entry.view), expected);
}

#[test]
fn another_controller_is_news_and_the_first_is_not() {
    let mut story = Story::new();
    for controller in [Some(1), Some(1), None, Some(2)] {
        story.pass(10_000).see(Body::Controller(controller.map(BrokerId)));
    }
    assert_eq!(told(&story.inventory().view), ["controller  1 to none", "controller  none to 2"]);
}

#[test]
fn members_are_counted_once_those_of_all_groups_are_known() {
    let mut story = Story::new();
    let groups = [("a", GroupState::Stable), ("b", GroupState::Stable)];
    story.listed(1, &groups).described("a", GroupState::Stable, &[("m", &[0]), ("n", &[1])]);
    story.round_over(true);
    assert_eq!(now(&story.inventory().view, Counted::Members), None);
    story.pass(1_000).described("b", GroupState::Stable, &[("o", &[2])]);
    story.listed(1, &groups).round_over(true);
    assert_eq!(now(&story.inventory().view, Counted::Members), Some(3));
}

#[test]
fn what_grows_without_end_is_found_of_the_cluster() {
    let mut story = Story::new();
    let mut topics = vec![topic("orders", 12)];
    story.all_topics(&topics);
    for number in 0..12 {
        story.pass(50_000);
        topics.push(topic(&format!("exp-{number}"), 12));
        story.all_topics(&topics);
    }
    let snapshot = story.snapshot();
    let [found] = snapshot.inventory.findings.firing.as_slice() else {
        panic!("{:?}", snapshot.inventory.findings)
    };
    assert_eq!(found.rule, "inventory-growth");
    assert!(found.sentence.starts_with("+12 topics, +144 partitions in 11m00s, prefix exp-"));
    assert_eq!(snapshot.findings(), [found]);
}
