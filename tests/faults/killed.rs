//! A broker is killed and comes back: leaders and coordinators move, copies are missing, what it alone had
//! is offline; then the same with the controller.

use lagtop::app::Looks;
use lagtop::model::inventory::Changed;
use lagtop::model::{BrokerHealth, BrokerId, GroupId, Snapshot, TopicEntry};
use lagtop::source::kafka::connect;
use lagtop::source::kafka::wire::Client;
use lagtop::ui::fresh::Freshness;

use crate::lab::bulk::coordinator;
use crate::lab::{Consumer, Producer, Protocol, Worker};
use crate::live::{every, lag, moment, settings};
use crate::screen::Screen;
use crate::spread::{
    self, INTERVAL_MS, Others, PARTITIONS, TOPIC, builder, filled, is_well, is_whole, lag_on,
};
use crate::support::KafkaCluster;
use crate::witness::{Both, end_sure, row};

/// Without copies: a partition on each broker.
const ALONE: &str = "alone";
/// Who has committed there.
const KEEPER: &str = "keeper";
/// Where records arrive and are consumed all the time.
const FLOW: &str = "flow";

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_broker_and_a_killed_controller_come_back() {
    let Some(mut kafka) = filled(builder()).await else { return };
    spread::topic(&kafka, ALONE, 3, 1).await;
    spread::commit(&kafka, KEEPER, ALONE, &[0, 1, 2]);
    let controller = controller(&kafka).await;
    let (groups, killed) = coordinated_elsewhere(&kafka, controller);
    let flow = flow(&kafka, &groups).await;

    let mut both = Both::of(&kafka.bootstrap(), &every(INTERVAL_MS));
    both.listens().await;
    both.until("everything", |snapshot| is_well(snapshot).then_some(())).await;
    for name in &groups {
        both.stays(name, &["one", "two"]).await;
    }
    a_killed_broker(&mut kafka, &mut both, killed).await;
    a_killed_controller(&mut kafka, &mut both, controller).await;

    let (producer, members) = flow.split_first().unwrap();
    producer.pause();
    both.until("all consumed", |snapshot| {
        groups.iter().all(|name| lag(snapshot, name) == Some(0)).then_some(())
    })
    .await;
    members.iter().for_each(Worker::pause);
    both.agree(&kafka).await;
}

/// The active controller.
async fn controller(kafka: &KafkaCluster) -> BrokerId {
    let settings = settings(&["-b", &kafka.bootstrap()]);
    let client = Client::new(connect::wire_config(&settings.connection).unwrap());
    BrokerId(client.describe_quorum().await.unwrap().leader.unwrap())
}

/// A group of each protocol that this broker does not coordinate, but one and the same other does.
fn coordinated_elsewhere(kafka: &KafkaCluster, than: BrokerId) -> (Vec<String>, BrokerId) {
    let of = |name: &str| {
        let address = coordinator(kafka, name).unwrap();
        let is_at = |id: &i32| address.ends_with(&format!(":{}", kafka.port(*id).unwrap()));
        BrokerId(kafka.ids().into_iter().find(is_at).unwrap())
    };
    let names = |kind: &'static str| (0..).map(move |number| format!("{kind}-{number}"));
    let classic = names("classic").find(|name| of(name) != than).unwrap();
    let broker = of(&classic);
    let modern = names("modern").find(|name| of(name) == broker).unwrap();
    let groups = if kafka.has_consumer_protocol() { vec![classic, modern] } else { vec![classic] };
    (groups, broker)
}

/// A producer, and after it two members of each group.
async fn flow(kafka: &KafkaCluster, groups: &[String]) -> Vec<Worker> {
    kafka.admin().unwrap().create_topic(FLOW, PARTITIONS, 3).await.unwrap();
    let producer = Producer::to(FLOW, 60.0).spawn(&kafka.bootstrap()).unwrap();
    let members = groups.iter().flat_map(|name| ["one", "two"].map(|member| (name, member)));
    let members = members.map(|(name, member)| {
        let modern = name.starts_with("modern");
        let protocol = if modern { Protocol::Consumer } else { Protocol::Classic("range") };
        let consumer = Consumer { client_id: member.into(), protocol, ..Consumer::of(name, FLOW) };
        consumer.spawn(&kafka.bootstrap()).unwrap()
    });
    std::iter::once(producer).chain(members).collect()
}

fn fires(topic: &TopicEntry, rule: &str) -> Option<Vec<i32>> {
    let finding = topic.findings.firing.iter().find(|finding| finding.rule == rule)?;
    Some(finding.subject.partitions.iter().map(|one| one.partition).collect())
}

fn is_led_and_in_sync(topic: &TopicEntry, brokers: &[BrokerId]) -> bool {
    topic.view.partitions.iter().all(|log| {
        let mut isr = log.isr.to_vec();
        isr.sort_unstable();
        isr == brokers && log.leader.is_some_and(|leader| brokers.contains(&leader))
    })
}

/// Everything is as it was, and confirmed anew.
async fn comes_back(both: &mut Both) {
    let back = moment();
    both.until("everything as before", |snapshot| {
        let all = Others::all(snapshot).confirmed(snapshot)? >= back;
        let topics = [TOPIC, FLOW, ALONE].map(|name| snapshot.topic(&name.into()));
        let clear = topics.iter().flatten().all(|topic| {
            let rules = ["under-replicated", "no-leader"];
            rules.iter().all(|rule| fires(topic, rule).is_none())
        });
        let brokers = [1, 2, 3].map(BrokerId);
        let copied = topics[..2].iter().flatten().all(|topic| is_led_and_in_sync(topic, &brokers));
        let alone = topics[2]?;
        let alone = (0..3).all(|one| alone.confirmed(one) >= Some(back));
        (is_well(snapshot) && all && clear && copied && alone).then_some(())
    })
    .await;
}

async fn a_killed_broker(kafka: &mut KafkaCluster, both: &mut Both, killed: BrokerId) {
    let left: Vec<_> = [1, 2, 3].map(BrokerId).into_iter().filter(|id| *id != killed).collect();
    kafka.kill(killed.0).unwrap();
    let gone = moment();
    both.until("that nobody answers there", |snapshot| {
        let health = snapshot.cluster.brokers.iter().find(|one| one.broker.id == killed)?;
        matches!(health.health, BrokerHealth::Down { .. }).then_some(())
    })
    .await;
    both.until("other leaders and coordinators, and what is missing", |snapshot| {
        let topic = snapshot.topic(&TOPIC.into())?;
        let led = is_led_and_in_sync(topic, &left);
        let told = fires(topic, "under-replicated")?.len() == usize::from(PARTITIONS);
        let coordinated = snapshot.groups.iter().all(|entry| {
            entry.view.coordinator.is_some_and(|id| id != killed)
                && entry.view.commits_fault.is_none()
                && entry.view.describe_fault.is_none()
        });
        let confirmed = Others::all(snapshot).confirmed(snapshot)? >= gone;
        (is_whole(snapshot) && led && told && coordinated && confirmed).then_some(())
    })
    .await;
    offline(both, killed).await;
    kafka.restart(killed.0).unwrap();
    comes_back(both).await;
}

/// The one partition that it alone had keeps its last end, marked as old, and says why; those beside it are
/// fresh.
async fn offline(both: &mut Both, killed: BrokerId) {
    let keeper = GroupId::from(KEEPER);
    both.until("the partition that nobody leads, and its age", |snapshot| {
        let topic = snapshot.topic(&ALONE.into())?;
        let mut offline = fires(topic, "no-leader")?;
        let (partition, None) = (offline.pop()?, offline.pop()) else { return None };
        let log = topic.view.partition(partition)?;
        assert_eq!((log.leader, &*log.replicas), (None, &[killed][..]));
        let Freshness::Stale(_) = end_sure(snapshot, ALONE, partition)? else { return None };
        let others = (0..3).filter(|one| *one != partition);
        let fresh =
            others.clone().all(|one| end_sure(snapshot, ALONE, one) == Some(Freshness::Fresh));
        let lags = (0..3).map(|one| row(snapshot, (&keeper, ALONE, one)).unwrap().lag.records);
        assert!(lags.into_iter().all(|lag| lag == Some(lag_on(1))), "{snapshot:#?}");
        (fresh && is_on_screen(snapshot, partition)).then_some(())
    })
    .await;
}

/// Of the group's three rows one says that it has no leader.
fn is_on_screen(snapshot: &Snapshot, partition: i32) -> bool {
    let screen = Screen::new(snapshot.clone(), (120, 35), Looks::default(), snapshot.at);
    let text = screen.press("/ k e e p e r Enter 2").text();
    // With a colon after it, it is what the rule says.
    let says = |line: &&str| line.contains("no leader") && !line.contains("no leader:");
    let mut rows = text.lines().filter(says);
    let (row, None) = (rows.next(), rows.next()) else { return false };
    row.is_some_and(|row| row.split_whitespace().any(|word| word == partition.to_string()))
}

async fn a_killed_controller(kafka: &mut KafkaCluster, both: &mut Both, controller: BrokerId) {
    kafka.kill(controller.0).unwrap();
    both.until("another controller, and everything", |snapshot| {
        let moved = snapshot.inventory.view.changes.iter().any(|change| match change.what {
            Changed::Controller(from, to) => from == Some(controller) && to.is_some() && to != from,
            _ => false,
        });
        (moved && is_whole(snapshot)).then_some(())
    })
    .await;
    kafka.restart(controller.0).unwrap();
    comes_back(both).await;
}
