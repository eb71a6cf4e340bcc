//! The wire client against a real Kafka: every question, every way to authenticate, every way to
//! fail. Kafka's own clients (through rdkafka) make what is asked about.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic in a test binary is a failed test"
)]

mod lab;
mod support;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use lagtop::source::kafka::wire::{
    BrokerState, Client, ClientConfig, CommitsOf, GroupState, GroupType, HostPort, Isolation,
    KafkaError, OffsetSpec, OffsetsOf, PerGroup, TopicPartitions, Topics, WireErrorKind,
};
use support::kafka::KafkaCluster;
use support::wait;

use lab::{Consumer, Producer, Protocol};

const PATIENCE: Duration = Duration::from_secs(30);

fn hosts(bootstrap: &str) -> Vec<HostPort> {
    let host_port = |one: &str| {
        let (host, port) = one.rsplit_once(':').unwrap();
        HostPort::new(host, port.parse().unwrap())
    };
    bootstrap.split(',').map(host_port).collect()
}

fn config(bootstrap: &str) -> ClientConfig {
    ClientConfig::new(hosts(bootstrap), "wire-test")
}

fn names(names: &[&str]) -> Vec<Arc<str>> {
    names.iter().map(|name| (*name).into()).collect()
}

/// Takes one group's result out of an answer, whose order is the broker's.
fn of<T>(answer: &mut PerGroup<T>, group: &str) -> Result<T, KafkaError> {
    let place = answer.iter().position(|(name, _)| &**name == group).unwrap();
    answer.swap_remove(place).1
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_is_answered() -> Result<()> {
    let Some(kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return Ok(()) };
    let bootstrap = kafka.bootstrap();
    let admin = kafka.admin()?;
    admin.create_topic("orders", 3, 1).await?;
    Producer::burst("orders", 1, 50).spawn(&bootstrap)?.finish()?;
    // A coordinator that is still loading refuses.
    wait::answer_within(PATIENCE, "a commit", || {
        admin.commit("committed-only", "orders", &[(0, 7), (2, 0)])
    })?;
    let mut member = Consumer::of("classic", "orders");
    member.instance_id = Some("static-1".to_owned());
    let _classic = member.spawn(&bootstrap)?;
    let mut member = Consumer::of("modern", "orders");
    member.protocol = Protocol::Consumer;
    let _modern =
        if kafka.has_consumer_protocol() { Some(member.spawn(&bootstrap)?) } else { None };

    let client = Client::new(config(&bootstrap));
    metadata(&client).await?;
    let broker = client.broker_ids()[0];
    classic_group(&client, broker).await?;
    if kafka.has_consumer_protocol() {
        consumer_group(&client, broker).await?;
    }
    commits(&client, broker).await?;
    offsets(&client, broker).await?;
    the_rest(&client, broker, &kafka).await
}

async fn metadata(client: &Client) -> Result<()> {
    let all = client.metadata(Topics::All).await?;
    let orders = all.topics.iter().find(|topic| &*topic.name == "orders").context("orders")?;
    ensure!(orders.id.is_some() && !orders.internal);
    let partitions = orders.partitions.as_ref().map_err(Clone::clone)?;
    ensure!(partitions.len() == 3 && partitions.iter().all(|one| one.leader == Some(1)));
    ensure!(partitions.iter().all(|one| one.isr == [1] && one.leader_epoch.is_some()));
    ensure!(all.topics.iter().any(|topic| topic.internal), "no __consumer_offsets");

    let wanted = names(&["orders", "no-such-topic"]);
    let named = client.metadata(Topics::Named(&wanted)).await?;
    ensure!(named.topics.len() == 2);
    let missing = named.topics.iter().find(|topic| &*topic.name == "no-such-topic").unwrap();
    ensure!(missing.partitions.as_ref().is_err_and(|error| error.code() == 3));
    let none = client.metadata(Topics::None).await?;
    ensure!(none.topics.is_empty() && none.brokers.len() == 1);
    // Asking for a topic has not created it.
    let all = client.metadata(Topics::All).await?;
    ensure!(all.topics.iter().all(|topic| &*topic.name != "no-such-topic"));

    let cluster = client.describe_cluster().await?;
    ensure!(Some(&cluster.cluster_id) == all.cluster_id.as_ref());
    ensure!(cluster.brokers.len() == 1);
    let quorum = client.describe_quorum().await?;
    ensure!(quorum.leader == Some(1), "the only node: {quorum:?}");
    Ok(())
}

async fn classic_group(client: &Client, broker: i32) -> Result<()> {
    let group = wait::eventually(PATIENCE, "the classic group is stable", || async {
        let list = client.list_groups(broker).await?;
        let listed = list.groups.iter().find(|one| &*one.group == "classic").context("listed")?;
        ensure!(listed.state == Some(GroupState::Stable) && &*listed.protocol_type == "consumer");
        ensure!(listed.group_type.as_ref().is_none_or(|kind| *kind == GroupType::Classic));
        let asked = names(&["classic", "no-such-group"]);
        let mut described = client.describe_classic_groups(broker, &asked).await?;
        ensure!(described.len() == 2);
        match of(&mut described, "no-such-group") {
            Ok(group) => ensure!(group.state == GroupState::Dead),
            Err(error) => ensure!(error.code() == 69),
        }
        Ok(of(&mut described, "classic")?)
    })
    .await?;
    ensure!(group.assignor.as_deref() == Some("range") && group.members.len() == 1);
    let member = &group.members[0];
    ensure!(&*member.client_id == "classic" && member.instance_id.as_deref() == Some("static-1"));
    ensure!(member.client_host.contains("127.0.0.1"));
    let assignment = member.assignment.as_ref().context("no assignment")?;
    ensure!(*assignment == [TopicPartitions::new("orders", vec![0, 1, 2])]);
    ensure!(member.subscription.as_ref().context("no subscription")?.topics == names(&["orders"]));
    Ok(())
}

async fn consumer_group(client: &Client, broker: i32) -> Result<()> {
    let group = wait::eventually(PATIENCE, "the modern group is stable", || async {
        let list = client.list_groups(broker).await?;
        let listed = list.groups.iter().find(|one| &*one.group == "modern").context("listed")?;
        ensure!(listed.group_type == Some(GroupType::Consumer));
        let asked = names(&["modern", "classic"]);
        let mut described = client.describe_consumer_groups(broker, &asked).await?;
        ensure!(of(&mut described, "classic").is_err_and(|error| error.code() == 69));
        let group = of(&mut described, "modern")?;
        ensure!(group.state == GroupState::Stable && group.members.len() == 1);
        ensure!(!group.members[0].assignment.is_empty());
        Ok(group)
    })
    .await?;
    let member = &group.members[0];
    ensure!(group.group_epoch > 0 && group.assignment_epoch == group.group_epoch);
    ensure!(member.member_epoch == group.group_epoch && member.member_type.is_some());
    ensure!(member.assignment == member.target);
    let assigned = &member.assignment[0];
    let mut partitions = assigned.partitions.clone();
    partitions.sort_unstable();
    ensure!(&*assigned.topic == "orders" && assigned.topic_id.is_some() && partitions == [0, 1, 2]);
    Ok(())
}

async fn commits(client: &Client, broker: i32) -> Result<()> {
    let some = TopicPartitions::new("orders", vec![1, 2]);
    let asked = [
        CommitsOf::all("committed-only"),
        CommitsOf { group: "committed-only".into(), topics: Some(vec![some]) },
        CommitsOf::all("no-such-group"),
    ];
    let answers = client.fetch_offsets(broker, &asked[..1], false).await?;
    let topics = answers[0].1.as_ref().map_err(Clone::clone)?;
    let mut commits: Vec<_> = topics[0]
        .partitions
        .iter()
        .map(|one| (one.partition, one.commit.as_ref().unwrap().as_ref().unwrap().offset))
        .collect();
    commits.sort_unstable();
    ensure!(commits == [(0, 7), (2, 0)], "{commits:?}");
    let mut answers = client.fetch_offsets(broker, &asked[1..], true).await?;
    let partitions = &of(&mut answers, "committed-only")?[0].partitions;
    ensure!(partitions.iter().any(|one| one.partition == 1 && one.commit == Ok(None)));
    let nobody = of(&mut answers, "no-such-group");
    ensure!(nobody.as_ref().is_ok_and(Vec::is_empty), "{nobody:?}");
    Ok(())
}

async fn offsets(client: &Client, broker: i32) -> Result<()> {
    let partitions = [TopicPartitions::new("orders", vec![0, 1, 9])];
    let isolation = Isolation::ReadUncommitted;
    let ends = client.list_offsets(broker, &partitions, OffsetSpec::Latest, isolation).await?;
    let of = |number: i32| {
        let found = ends[0].partitions.iter().find(|one| one.partition == number).unwrap();
        found.offset.as_ref().map(|offset| offset.unwrap().offset).map_err(KafkaError::code)
    };
    ensure!((of(0), of(1), of(9)) == (Ok(0), Ok(50), Err(3)), "{ends:?}");
    let committed = Isolation::ReadCommitted;
    let stable = client.list_offsets(broker, &partitions, OffsetSpec::Latest, committed).await?;
    ensure!(stable == ends);
    let starts = client.list_offsets(broker, &partitions, OffsetSpec::Earliest, isolation).await?;
    ensure!(starts[0].partitions.iter().any(|one| one.partition == 1
        && one.offset.as_ref().is_ok_and(|at| at.is_some_and(|at| at.offset == 0))));
    // From the beginning of time, and after the last record.
    let by_time = [OffsetsOf {
        topic: "orders".into(),
        partitions: vec![(0, OffsetSpec::ByTimestamp(0)), (1, OffsetSpec::ByTimestamp(0))],
    }];
    let found = client.list_offsets_of(broker, &by_time, isolation).await?;
    let first = found[0].partitions.iter().find(|one| one.partition == 1).unwrap();
    let first = first.offset.clone()?.context("a record is there")?;
    ensure!(first.offset == 0 && first.timestamp.is_some_and(|time| time > 1_600_000_000_000));
    ensure!(found[0].partitions.iter().any(|one| one.partition == 0 && one.offset == Ok(None)));
    let later = OffsetSpec::ByTimestamp(i64::MAX - 1);
    let none = client.list_offsets(broker, &partitions[..1], later, isolation).await?;
    ensure!(none[0].partitions.iter().any(|one| one.partition == 1 && one.offset == Ok(None)));
    Ok(())
}

async fn the_rest(client: &Client, broker: i32, kafka: &KafkaCluster) -> Result<()> {
    let asked = names(&["classic", "committed-only"]);
    let coordinators = client.find_coordinators(&asked).await?;
    ensure!(coordinators.len() == 2);
    let port = kafka.port(1)?;
    for (_, coordinator) in coordinators {
        let coordinator = coordinator?;
        ensure!((coordinator.id, coordinator.port) == (broker, port));
    }
    let partitions = [TopicPartitions::new("orders", vec![1, 9])];
    let producers = client.describe_producers(broker, &partitions).await?;
    let errors = producers[0].partitions.iter().filter(|(_, one)| one.is_err()).count();
    ensure!(errors == 1, "{producers:?}");
    if kafka.has_consumer_protocol() {
        match client.describe_share_groups(broker, &names(&["no-such-group"])).await {
            Ok(groups) => ensure!(groups[0].1.as_ref().is_err_and(|error| error.code() == 69)),
            Err(error) => {
                ensure!(matches!(error.kind, WireErrorKind::UnsupportedVersion { .. }), "{error}");
            }
        }
    }
    let error = client.list_groups(99).await.unwrap_err();
    ensure!(matches!(error.kind, WireErrorKind::UnknownBroker));
    let stats = client.stats();
    ensure!(stats.requests > 10 && stats.bytes_in > stats.requests);
    ensure!(matches!(stats.brokers[0].state, BrokerState::Up));
    ensure!(stats.brokers[0].round_trip.is_some() && stats.brokers[0].in_flight == 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_broker_costs_only_its_own_questions() -> Result<()> {
    let builder = KafkaCluster::builder().brokers(3);
    let Some(mut kafka) = support::kafka_or_skip(builder) else { return Ok(()) };
    let mut config = config(&kafka.bootstrap());
    config.request_timeout = Duration::from_secs(2);
    config.connect_timeout = Duration::from_secs(2);
    config.reconnect_backoff_max = Duration::from_millis(500);
    let client = Client::new(config);
    client.connect().await?;
    ensure!(client.broker_ids() == [1, 2, 3]);
    for broker in [1, 2, 3] {
        client.list_groups(broker).await?;
    }

    kafka.freeze(2)?;
    let mut frozen = pin!(client.list_groups(2));
    let others = async {
        for broker in [1, 3] {
            client.list_groups(broker).await?;
        }
        client.metadata(Topics::None).await?;
        anyhow::Ok(())
    };
    tokio::select! {
        biased;
        others = others => others?,
        _ = &mut frozen => bail!("the others waited for the frozen one"),
    }
    ensure!(matches!(frozen.await.unwrap_err().kind, WireErrorKind::Timeout { .. }));
    // After some silence the connection is given up, and then questions fail at once.
    let backing_off = || async {
        let _ = client.list_groups(2).await;
        let state = client.stats().brokers.remove(1).state;
        ensure!(matches!(state, BrokerState::BackingOff { .. }), "{state:?}");
        Ok(())
    };
    wait::eventually(PATIENCE, "the frozen broker is given up", backing_off).await?;
    ensure!(client.list_groups(2).await.is_err());

    kafka.thaw(2)?;
    let back = || async { Ok(client.list_groups(2).await?) };
    wait::eventually(PATIENCE, "the thawed broker answers", back).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_broker_is_found_again() -> Result<()> {
    let Some(mut kafka) = support::kafka_or_skip(KafkaCluster::builder()) else { return Ok(()) };
    let client = Client::new(config(&kafka.bootstrap()));
    client.list_groups(1).await.map(drop).or_else(|error| match error.kind {
        WireErrorKind::Kafka(_) => Ok(()),
        _ => Err(error),
    })?;
    kafka.kill(1)?;
    let down = || async {
        let error = client.list_groups(1).await.err().context("still answers")?;
        ensure!(matches!(error.kind, WireErrorKind::Refused), "{error}");
        let error = client.metadata(Topics::None).await.err().context("still answers")?;
        ensure!(matches!(error.kind, WireErrorKind::Refused), "{error}");
        Ok(())
    };
    wait::eventually(PATIENCE, "refused is told", down).await?;
    kafka.restart(1)?;
    let up = || async { Ok(client.metadata(Topics::None).await?) };
    wait::eventually(PATIENCE, "it answers again", up).await?;
    let up = || async { Ok(client.list_groups(1).await?) };
    wait::eventually(PATIENCE, "it lists groups again", up).await?;
    Ok(())
}
