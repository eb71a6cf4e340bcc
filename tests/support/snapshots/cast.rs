//! Who is in it.

use std::sync::Arc;
use std::time::Duration;

use lagtop::model::series::GroupSeries;
use lagtop::model::{
    BrokerId, Fault, GroupKind, GroupState, GroupTopic, GroupView, Holder, MemberRef, MemberView,
    Move, PartitionLog, Rebalance, Rest, Settled, StateBand, Took, TopicId, TopicPartition,
    TopicPartitions, TopicView,
};

use super::ago;
use super::flow::{self, Flow, HISTORY};
use super::odd;

pub(super) type Cast = (Vec<GroupView>, Vec<TopicView>);

/// A member: its client id, its host, and what it holds.
pub(super) struct Member {
    client: &'static str,
    host: String,
    holds: Vec<(usize, Vec<i32>)>,
}

pub(super) fn member(client: &'static str, host: &str, holds: &[i32]) -> Member {
    let holds = if holds.is_empty() { Vec::new() } else { vec![(0, holds.to_vec())] };
    Member { client, host: host.to_owned(), holds }
}

/// A group on `topics`, one flow a partition.
pub(super) fn group(
    id: &str,
    topics: &[(&str, Vec<Flow>)],
    members: &[Member],
) -> (GroupView, Vec<TopicView>) {
    let logs: Vec<Vec<PartitionLog>> =
        topics.iter().map(|(_, flows)| flows.iter().map(Flow::log).collect()).collect();
    let holder = |topic: usize, partition: i32| {
        members.iter().position(|member| {
            member
                .holds
                .iter()
                .any(|(held, numbers)| *held == topic && numbers.contains(&partition))
        })
    };
    let mut view = GroupView::new(id.into(), GroupKind::Classic, GroupState::Stable);
    view.protocol_type = "consumer".into();
    view.assignor = Some("range".into());
    view.coordinator = Some(BrokerId(2));
    let group_topics: Vec<GroupTopic> = topics
        .iter()
        .enumerate()
        .map(|(index, (name, flows))| GroupTopic {
            topic: (*name).into(),
            partitions: (0..)
                .zip(flows)
                .map(|(number, flow)| flow.partition(number, holder(index, number)))
                .collect(),
        })
        .collect();
    let paired = group_topics.iter().zip(&logs).flat_map(|(topic, logs)| {
        topic.partitions.iter().zip(logs).map(|(partition, log)| (partition, log.arriving))
    });
    view.totals = flow::totals(&paired);
    view.lag_history = Arc::new(lag_history(topics));
    view.band = Arc::new(stable());
    view.members = Some(members.iter().map(|member| seen(member, &group_topics)).collect());
    view.topics = group_topics.into();
    view.rest = view.members.as_deref().map(at_rest);
    let topics = topics.iter().zip(logs).map(|((name, _), partitions)| TopicView {
        id: Some(TopicId([7; 16])),
        partitions,
        ..TopicView::new((*name).into())
    });
    (view, topics.collect())
}

fn lag_history(topics: &[(&str, Vec<Flow>)]) -> GroupSeries {
    let history = GroupSeries::default();
    for second in (0..=HISTORY).rev() {
        let lags = topics.iter().flat_map(|(_, flows)| flows).filter_map(|flow| (flow.lag)(second));
        history.push(ago(second), Some(lags.map(|lag| lag.max(0)).sum()));
    }
    history
}

pub(super) fn stable() -> StateBand {
    let mut band = StateBand::default();
    band.push(ago(HISTORY), Some(GroupState::Stable));
    band
}

/// These members were seen to hold what they hold, all the time but for rebalances.
fn at_rest(members: &[MemberView]) -> Rest {
    let holder = |member: &MemberView| {
        let held = member.assignment.as_ref();
        let held = held.map(|held| held.iter().flat_map(TopicPartitions::each).collect());
        Holder { member: MemberRef::from(member), held }
    };
    let settled = Settled { epoch: None, members: members.iter().map(holder).collect() };
    Rest { followed: ago(HISTORY), settled: Arc::new(settled) }
}

/// The member as its group shows it.
fn seen(member: &Member, topics: &[GroupTopic]) -> MemberView {
    let assignment: Vec<TopicPartitions> = member
        .holds
        .iter()
        .filter_map(|(topic, partitions)| {
            let topic = topics.get(*topic)?.topic.clone();
            Some(TopicPartitions { topic, partitions: partitions.clone() })
        })
        .collect();
    let held = || {
        member.holds.iter().flat_map(|(topic, numbers)| {
            let partitions = topics.get(*topic).map_or(&[][..], |topic| &topic.partitions);
            partitions.iter().filter(|partition| numbers.contains(&partition.partition))
        })
    };
    MemberView {
        id: format!("{}-5f0c3b5e-8d2a-4a57-9a55-{:012x}", member.client, fold(&member.host))
            .as_str()
            .into(),
        instance_id: None,
        client_id: member.client.into(),
        host: member.host.as_str().into(),
        rack: None,
        epoch: None,
        classic: false,
        lag: held().filter_map(|it| it.lag.records).map(|lag| lag.max(0)).reduce(|a, b| a + b),
        consumed: held().filter_map(|it| it.consumed).reduce(|a, b| lagtop::model::Rate(a.0 + b.0)),
        assignment: Some(assignment),
        target: None,
    }
}

/// Some number that a name always gives.
fn fold(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4, |sum, byte| (sum * 31 + u64::from(byte)) & 0xffff_ffff_ffff)
}

/// All groups of the incident.
pub(super) fn incident() -> Cast {
    let mut cast: Cast = Cast::default();
    let parts = [
        hot(),
        billing(),
        indexer(),
        reconciling(),
        odd::forbidden(),
        odd::leftovers(),
        odd::hostile(),
        group(
            "数据-処理",
            &[("clicks", vec![Flow::steady(90_000, 40.0, 3)])],
            &[member("spark-executor", "10.0.2.7", &[0])],
        ),
        odd::idle_share(),
    ];
    for (view, topics) in parts {
        cast.0.push(view);
        cast.1.extend(topics);
    }
    cast
}

/// The one it is all about: partition 1 gets three times the traffic and its owner is slow.
fn hot() -> (GroupView, Vec<TopicView>) {
    let grows = |now: i64, a_second: i64, from: i64| {
        move |ago: u64| Some((now - a_second * i64::try_from(ago).unwrap_or(0)).max(from))
    };
    let flows = vec![
        Flow { leader: Some(1), ..Flow::steady(41_203_118, 4_100.0, 48_812) },
        Flow {
            leader: Some(2),
            isr: &[2, 3],
            commit_every: 4,
            ..Flow::steady(124_881_004, 12_012.0, 0).lag(grows(4_440_123, 11_211, 52_000))
        },
        Flow {
            leader: Some(3),
            gap: Some((360, 290)),
            ..Flow::steady(40_998_214, 4_000.0, 0)
                .lag(|ago| Some(16_400 + 290 * i64::try_from(ago).unwrap_or(0) / 4))
        },
    ];
    let members = [
        member("consumer-1", "10.0.1.14", &[0]),
        member("consumer-2", "10.0.1.15", &[1]),
        member("consumer-3", "10.0.1.16", &[2]),
    ];
    let (mut view, topics) = group("user-events-consumer", &[("user-events", flows)], &members);
    storm(&mut view);
    (view, topics)
}

/// Member 2 is dropped and comes back, every 94 seconds.
fn storm(view: &mut GroupView) {
    let members = view.members.clone().unwrap_or_default();
    let [first, second, ..] = &*members else { return };
    let (stays, drops) = (MemberRef::from(first), MemberRef::from(second));
    let hot = TopicPartition { topic: "user-events".into(), partition: 1 };
    let mut band = StateBand::default();
    band.push(ago(HISTORY), Some(GroupState::Stable));
    let mut events = Vec::new();
    for turn in 0..7_u64 {
        let at = 51 + 94 * (6 - turn);
        let leaves = turn % 2 == 1;
        let took = if leaves { 3 } else { 8 };
        band.push(ago(at + took), Some(GroupState::PreparingRebalance));
        band.push(ago(at + 1), Some(GroupState::CompletingRebalance));
        band.push(ago(at), Some(GroupState::Stable));
        let (from, to) = if leaves { (&drops, &stays) } else { (&stays, &drops) };
        let one = |member: &MemberRef, is: bool| if is { vec![member.clone()] } else { Vec::new() };
        events.push(Rebalance {
            at: ago(at),
            took: Took::Between(
                Duration::from_secs(took - 1),
                Duration::from_millis(took * 1_000 + 120),
            ),
            epoch: None,
            ended_in: GroupState::Stable,
            joined: one(&drops, !leaves),
            left: one(&drops, leaves),
            moved: vec![Move {
                partition: hot.clone(),
                from: Some(from.clone()),
                to: Some(to.clone()),
            }],
        });
    }
    view.band = Arc::new(band);
    view.rebalances = Arc::new(events);
}

/// More members than partitions.
fn billing() -> (GroupView, Vec<TopicView>) {
    let flows = (0..3).map(|n| Flow::steady(2_000_000 + n, 120.0, 60 + 10 * n)).collect();
    let members: Vec<_> = (0..6)
        .map(|n| {
            let holds = if n < 3 { vec![n] } else { Vec::new() };
            member("billing-worker", &format!("10.0.3.{}", n + 1), &holds)
        })
        .collect();
    group("billing", &[("invoices", flows)], &members)
}

/// In the middle of a rebalance, with a partition that has no leader.
fn indexer() -> (GroupView, Vec<TopicView>) {
    let leaderless = Flow {
        leader: None,
        isr: &[],
        fault: Some(Fault::new("LEADER_NOT_AVAILABLE", "the partition has no leader now")),
        ..Flow::steady(600_000, 30.0, 100)
    };
    let mut flows: Vec<_> = (0..11)
        .map(|n| Flow {
            leader: Some(n % 3 + 1),
            ..Flow::steady(500_000 + i64::from(n), 90.0, 110)
        })
        .collect();
    flows.push(leaderless);
    let (mut view, topics) = group(
        "search-indexer",
        &[("documents", flows)],
        &[
            member("indexer-a", "ip-10-0-4-11.eu-central-1.compute.internal", &[]),
            member("indexer-b", "ip-10-0-4-12.eu-central-1.compute.internal", &[]),
        ],
    );
    view.state = GroupState::PreparingRebalance;
    let mut band = stable();
    band.push(ago(5), Some(GroupState::PreparingRebalance));
    view.band = Arc::new(band);
    if let Some(members) = &mut view.members {
        *members =
            members.iter().cloned().map(|it| MemberView { assignment: None, ..it }).collect();
    }
    (view, topics)
}

/// The new protocol: partitions move from member to member.
fn reconciling() -> (GroupView, Vec<TopicView>) {
    let orders = (0..8).map(|n| Flow::steady(700_000 + n, 210.0, 20 * n)).collect();
    let refunds = (0..4).map(|n| Flow::steady(9_000 + n, 2.0, n)).collect();
    let both = |client, host, orders: &[i32], refunds: &[i32]| Member {
        client,
        host: str::to_owned(host),
        holds: vec![(0, orders.to_vec()), (1, refunds.to_vec())],
    };
    let (mut view, topics) = group(
        "inventory-sync",
        &[("orders", orders), ("refunds", refunds)],
        &[
            both("inventory-0", "10.0.5.10", &[0, 1, 2, 3], &[0, 1]),
            both("inventory-1", "10.0.5.11", &[4, 5], &[2, 3]),
            member("inventory-2", "10.0.5.12", &[]),
        ],
    );
    view.kind = GroupKind::Consumer;
    view.state = GroupState::Reconciling;
    view.assignor = Some("uniform".into());
    (view.epoch, view.assignment_epoch) = (Some(18), Some(18));
    let target = |orders: &[i32], refunds: &[i32]| {
        let of = |topic: &str, numbers: &[i32]| TopicPartitions {
            topic: topic.into(),
            partitions: numbers.to_vec(),
        };
        Some(vec![of("orders", orders), of("refunds", refunds)])
    };
    let targets = [target(&[0, 1, 2], &[0]), target(&[4, 5, 6], &[2, 3]), target(&[3, 7], &[1])];
    let epochs = [17, 17, 18];
    if let Some(members) = &view.members {
        let members = members.iter().zip(targets.into_iter().zip(epochs));
        let changed = members.map(|(member, (target, epoch))| MemberView {
            target,
            epoch: Some(epoch),
            rack: Some("eu-central-1a".into()),
            ..member.clone()
        });
        view.members = Some(changed.collect());
    }
    let mut band = stable();
    band.push(ago(31), Some(GroupState::Assigning));
    band.push(ago(29), Some(GroupState::Reconciling));
    view.band = Arc::new(band);
    (view, topics)
}

/// One group, one topic, many partitions, dealt out to twenty members.
pub(super) fn large(partitions: i32) -> Cast {
    let members = 20;
    let flows: Vec<_> = (0..partitions)
        .map(|n| {
            let lag = i64::from(n * 7_919 % 10_000);
            let flow = Flow::steady(1_000_000_000 + i64::from(n), 200.0 + f64::from(n % 50), 0);
            Flow { leader: Some(n % 3 + 1), ..flow }
                .lag(move |ago| Some(lag + i64::try_from(ago).unwrap_or(0) * i64::from(n % 5)))
        })
        .collect();
    let cast: Vec<_> = (0..members)
        .map(|m| {
            member(
                "pipeline-worker",
                &format!("10.0.9.{}", 20 + m),
                &(0..partitions).filter(|n| n % members == m).collect::<Vec<_>>(),
            )
        })
        .collect();
    let (view, topics) = group("pipeline", &[("firehose", flows)], &cast);
    (vec![view], topics)
}
