//! Listening to members of real groups: each rebalance with its begin and its end, who came, who went,
//! and at rest the same as Kafka's own tool says.
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

use std::process::{Child, Command, Stdio};

use lab::{Consumer, Producer, Protocol};
use lagtop::model::{
    Dropped, GroupState, GroupView, MemberRef, Rebalance, Snapshot, SourceHealth, Took,
};
use live::{Live, SOON, every, group, on_screen, rounds, stream_health};
use support::kafka::jars::Jars;
use support::{KafkaCluster, wait};

#[path = "lab/mod.rs"]
mod lab;
mod live;
mod support;

const TOPIC: &str = "shared";

fn member(group: &str, client_id: &str, protocol: Protocol) -> Consumer {
    Consumer { client_id: client_id.to_owned(), protocol, ..Consumer::of(group, TOPIC) }
}

fn is_static(instance: &str, member: Consumer) -> Consumer {
    let session = ("session.timeout.ms", "6000".to_owned());
    let properties = match member.protocol {
        Protocol::Classic(_) => vec![session],
        Protocol::Consumer => Vec::new(),
    };
    Consumer { instance_id: Some(instance.to_owned()), properties, ..member }
}

/// A Java consumer as a process, which can be killed.
struct Killable(Child);

impl Killable {
    /// In a group of the consumer protocol.
    fn next(kafka: &KafkaCluster, group: &str, client_id: &str) -> Self {
        let next = ["--consumer-property", "group.protocol=consumer"];
        Self::start(kafka, ("ConsoleConsumer", &next), group, client_id)
    }

    /// In a share group.
    fn sharing(kafka: &KafkaCluster, group: &str, client_id: &str) -> Self {
        Self::start(kafka, ("ConsoleShareConsumer", &[]), group, client_id)
    }

    fn start(
        kafka: &KafkaCluster,
        (class, flags): (&str, &[&str]),
        group: &str,
        client_id: &str,
    ) -> Self {
        let jars = Jars::fetch(kafka.version()).unwrap();
        let mut java = Command::new("java");
        java.args(["-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"]);
        java.arg(jars.class_path()).arg(format!("org.apache.kafka.tools.consumer.{class}"));
        java.args(["--bootstrap-server", &kafka.bootstrap(), "--topic", TOPIC, "--group", group]);
        java.args(flags).args(["--consumer-property", &format!("client.id={client_id}")]);
        java.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(java.spawn().unwrap())
    }
}

impl Drop for Killable {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Listening, and after that some rounds: an answer about each group was asked for meanwhile.
async fn followed(live: &mut Live, name: &str, members: usize) {
    let working = |snapshot: &Snapshot| {
        (stream_health(snapshot) == Some(&SourceHealth::Working)).then(|| rounds(snapshot))
    };
    let begun = live.until("the tail", working).await;
    live.until("a group at rest, and rounds after", |snapshot| {
        let view = &group(snapshot, name)?.view;
        let at_rest = view.state == GroupState::Stable && view.members.as_ref()?.len() == members;
        (at_rest && rounds(snapshot) >= begun + 4).then_some(())
    })
    .await;
}

fn named(client_id: &str) -> impl Fn(&MemberRef) -> bool {
    move |member| &*member.client_id == client_id
}

/// Waits for a rebalance, and for the group to be at rest.
async fn rebalance(
    live: &mut Live,
    name: &str,
    what: &str,
    is: impl Fn(&Rebalance) -> bool,
) -> Rebalance {
    live.until(what, |snapshot| {
        let view = &group(snapshot, name)?.view;
        let at_rest = view.state == GroupState::Stable;
        view.rebalances.iter().find(|event| at_rest && is(event)).cloned()
    })
    .await
}

/// Client id, and how many partitions it holds.
fn held(view: &GroupView) -> Vec<(String, usize)> {
    let members = view.members.as_deref().unwrap_or_default().iter();
    let mut held: Vec<_> =
        members.map(|one| (one.client_id.to_string(), one.held().unwrap_or(0))).collect();
    held.sort();
    held
}

/// What Kafka's own tool says of the group, in the same form.
fn told(kafka: &KafkaCluster, name: &str) -> Vec<(String, usize)> {
    let members = kafka.oracle().describe_members().unwrap();
    let mut told: Vec<_> = (members.rows.iter().filter(|row| row.group == name))
        .map(|row| (row.client_id.clone(), row.partitions))
        .collect();
    told.sort();
    told
}

/// At rest the picture and Kafka's tool agree, and so did records and answers all the time.
async fn agrees(kafka: &KafkaCluster, live: &mut Live, name: &str) {
    wait::eventually(SOON, "Kafka's tool and the picture agree", || async {
        let now = live.now();
        let view = &group(&now, name).unwrap().view;
        anyhow::ensure!(held(view) == told(kafka, name), "{:?}", held(view));
        Ok(())
    })
    .await
    .unwrap();
    let seen = rounds(&live.now());
    let later = |snapshot: &Snapshot| (rounds(snapshot) >= seen + 12).then_some(());
    live.until("more rounds", later).await;
    assert_eq!(live.now().differences.count, 0, "{:?}", live.now().differences);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_a_consumer_group_come_go_and_are_killed() {
    let builder = KafkaCluster::builder()
        .property("group.consumer.min.session.timeout.ms", "1000")
        .property("group.consumer.session.timeout.ms", "8000")
        .property("group.consumer.min.heartbeat.interval.ms", "500")
        .property("group.consumer.heartbeat.interval.ms", "500");
    let Some(kafka) = support::kafka_or_skip(builder) else { return };
    if !kafka.has_consumer_protocol() {
        return;
    }
    kafka.admin().unwrap().create_topic(TOPIC, 4, 1).await.unwrap();
    Producer::burst(TOPIC, 0, 10).spawn(&kafka.bootstrap()).unwrap().finish().unwrap();
    let next = |client_id| member("next", client_id, Protocol::Consumer);
    let _first = next("first").spawn(&kafka.bootstrap()).unwrap();
    let mut live = Live::listening(&kafka, on_screen("next", 300));
    followed(&mut live, "next", 1).await;

    let second = Killable::next(&kafka, "next", "second");
    let is = |event: &Rebalance| event.joined.iter().any(named("second"));
    let event = rebalance(&mut live, "next", "the second member", is).await;
    assert!(matches!(event.took, Took::Exactly(_)), "{event:?}");
    assert_eq!((event.moved.len(), event.left.len()), (2, 0), "{event:?}");

    let third = || is_static("third-of-them", next("third")).spawn(&kafka.bootstrap()).unwrap();
    let restarted = third();
    let is = |event: &Rebalance| event.joined.iter().any(named("third"));
    let event = rebalance(&mut live, "next", "the third member", is).await;
    assert!(matches!(event.took, Took::Exactly(_)), "{event:?}");
    let id = event.joined.iter().find(|member| named("third")(member)).unwrap().id.clone();

    // A restart within the session timeout: the same member by another id.
    restarted.stop().unwrap();
    let _third = third();
    live.until("the third is back", |snapshot| {
        let view = &group(snapshot, "next")?.view;
        let mut members = view.members.as_ref()?.iter();
        let back = members.any(|one| &*one.client_id == "third" && one.id != id);
        (back && view.state == GroupState::Stable).then_some(())
    })
    .await;

    drop(second);
    let is = |event: &Rebalance| event.left.iter().any(named("second"));
    let event = rebalance(&mut live, "next", "the second gone", is).await;
    assert!(matches!(event.took, Took::Exactly(_)), "{event:?}");
    assert!(event.left.iter().all(|one| one.dropped.is_none()), "nothing tells why: {event:?}");

    agrees(&kafka, &mut live, "next").await;
    let now = live.now();
    let view = &group(&now, "next").unwrap().view;
    let epochs: Vec<_> = view.rebalances.iter().filter_map(|event| event.epoch).collect();
    assert!(epochs.is_sorted() && epochs.last() == view.epoch.as_ref(), "{epochs:?}");
    let gone: Vec<_> = view.rebalances.iter().flat_map(|event| &event.left).collect();
    assert!(!gone.iter().any(|one| named("third")(one)), "a restart is no leaving: {gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cooperative_group_and_its_static_member() {
    let builder = KafkaCluster::builder();
    let Some(kafka) = support::kafka_or_skip(builder) else { return };
    kafka.admin().unwrap().create_topic(TOPIC, 4, 1).await.unwrap();
    let protocol = Protocol::Classic("cooperative-sticky");
    let coop = |client_id| member("coop", client_id, protocol.clone());
    let _first = coop("first").spawn(&kafka.bootstrap()).unwrap();
    let mut live = Live::listening(&kafka, every(300));
    followed(&mut live, "coop", 1).await;

    let second = is_static("second-of-them", coop("second")).spawn(&kafka.bootstrap()).unwrap();
    let is = |event: &Rebalance| event.joined.iter().any(named("second"));
    let event = rebalance(&mut live, "coop", "the second member", is).await;
    assert!(event.epoch.is_some(), "{event:?}");
    live.until("each holds its half", |snapshot| {
        let halves = vec![("first".to_owned(), 2), ("second".to_owned(), 2)];
        (held(&group(snapshot, "coop")?.view) == halves).then_some(())
    })
    .await;

    // A static member says nothing when it stops.
    second.stop().unwrap();
    let is = |event: &Rebalance| event.left.iter().any(named("second"));
    let event = rebalance(&mut live, "coop", "the second gone", is).await;
    assert_eq!(event.left[0].dropped, Some(Dropped::Silent), "{event:?}");
    agrees(&kafka, &mut live, "coop").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_a_share_group_come_and_are_killed() {
    let builder = KafkaCluster::builder()
        .property("group.share.min.session.timeout.ms", "1000")
        .property("group.share.session.timeout.ms", "8000")
        .property("group.share.min.heartbeat.interval.ms", "500")
        .property("group.share.heartbeat.interval.ms", "500");
    let Some(kafka) = support::kafka_or_skip(builder) else { return };
    if !Jars::fetch(kafka.version()).is_ok_and(|jars| jars.at_least(4, 2)) {
        return;
    }
    kafka.admin().unwrap().create_topic(TOPIC, 4, 1).await.unwrap();
    let _first = Killable::sharing(&kafka, "pool", "first");
    let mut live = Live::listening(&kafka, on_screen("pool", 300));
    followed(&mut live, "pool", 1).await;

    let second = Killable::sharing(&kafka, "pool", "second");
    let is = |event: &Rebalance| event.joined.iter().any(named("second"));
    let event = rebalance(&mut live, "pool", "the second member", is).await;
    assert!(matches!(event.took, Took::Exactly(_)), "{event:?}");

    drop(second);
    let is = |event: &Rebalance| event.left.iter().any(named("second"));
    let event = rebalance(&mut live, "pool", "the second gone", is).await;
    assert!(matches!(event.took, Took::Exactly(_)), "{event:?}");

    let seen = rounds(&live.now());
    live.until("more rounds", |snapshot| (rounds(snapshot) >= seen + 12).then_some(())).await;
    assert_eq!(live.now().differences.count, 0, "{:?}", live.now().differences);
    let now = live.now();
    assert_eq!(held(&group(&now, "pool").unwrap().view), [("first".to_owned(), 4)]);
}
