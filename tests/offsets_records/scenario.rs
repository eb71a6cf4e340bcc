//! What real clients do to a real broker before the topic is read: groups of every kind that the
//! broker knows, working, then stopped, then deleted.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use lagtop::source::kafka::stream::records::{MemberState, Record};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::{Offset, TopicPartitionList};

use super::topic::{Raw, live, read_all};
use crate::lab::{Consumer, Producer, Protocol, Worker};
use crate::support::KafkaCluster;
use crate::support::kafka::admin::{Quiet, config};
use crate::support::kafka::jars::Jars;
use crate::support::wait;

/// Three partitions.
pub const TOPIC: &str = "rec-a";
/// Records in each.
pub const EACH: u32 = 30;
/// Two classic members, one of them static.
pub const CLASSIC: &str = "rec-classic";
/// One classic member with an incremental assignor.
pub const COOPERATIVE: &str = "rec-coop";
/// Two members of the consumer protocol, one of them static.
pub const NEXT: &str = "rec-next";
/// One with a regular expression.
pub const REGEX: &str = "rec-regex";
/// A share group.
pub const SHARE: &str = "rec-share";
/// Commits without members, with a text.
pub const SIMPLE: &str = "rec-simple-é😀";
/// What is deleted at once.
pub const GONE: &str = "rec-gone";
/// The text.
pub const NOTE: &str = "note: héllo\t\u{1b}[1m";

/// A busy machine starts JVMs and rebalances slowly.
const DEADLINE: Duration = Duration::from_secs(90);

/// The topic while everybody was at work, and after all was over.
pub struct Story {
    pub busy: Vec<Raw>,
    pub over: Vec<Raw>,
}

/// Lets it all happen.
pub async fn play(kafka: &KafkaCluster) -> Result<Story> {
    let bootstrap = kafka.bootstrap();
    let admin = kafka.admin()?;
    admin.create_topic(TOPIC, 3, 1).await?;
    for partition in 0..3 {
        Producer::burst(TOPIC, partition, EACH.into()).spawn(&bootstrap)?.finish()?;
    }
    admin.commit(GONE, TOPIC, &[(0, 5), (1, 6)])?;
    admin.delete_groups(&[GONE]).await?;
    commit_with_note(&bootstrap)?;
    let share = has_share_groups(kafka).then(|| share_consumer(kafka)).transpose()?;
    let members = members(kafka.has_consumer_protocol())
        .into_iter()
        .map(|member| member.spawn(&bootstrap))
        .collect::<Result<Vec<Worker>>>()?;
    let busy = wait::answer_within(DEADLINE, "everybody is at work", || {
        let records = read_all(&bootstrap)?;
        ensure!(!members.iter().any(Worker::is_finished), "a member has ended");
        at_work(&records, kafka.has_consumer_protocol())?;
        Ok(records)
    })?;
    members.into_iter().try_for_each(Worker::stop)?;
    let mut groups = vec![CLASSIC, COOPERATIVE, SIMPLE];
    if kafka.has_consumer_protocol() {
        groups.extend([NEXT, REGEX]);
    }
    if let Some(share) = share {
        share.finish()?;
        groups.push(SHARE);
    }
    // The last member may still be leaving.
    wait::eventually(DEADLINE, "the groups are deleted", || async {
        let live = live_groups(&read_all(&bootstrap)?);
        let left: Vec<_> = groups.iter().copied().filter(|id| live.contains(*id)).collect();
        if !left.is_empty() {
            admin.delete_groups(&left).await?;
        }
        ensure!(live.is_empty(), "{live:?} are there");
        Ok(())
    })
    .await?;
    Ok(Story { busy, over: read_all(&bootstrap)? })
}

fn live_groups(records: &[Raw]) -> BTreeSet<String> {
    live(records).iter().filter_map(|raw| raw.record().group().map(str::to_owned)).collect()
}

/// Whether the broker has them without being asked.
pub fn has_share_groups(kafka: &KafkaCluster) -> bool {
    Jars::fetch(kafka.version()).is_ok_and(|jars| jars.at_least(4, 2))
}

fn members(consumer_protocol: bool) -> Vec<Consumer> {
    let named = |group: &str, client_id: &str| Consumer {
        client_id: client_id.to_owned(),
        ..Consumer::of(group, TOPIC)
    };
    let is_static =
        |instance: &str, member| Consumer { instance_id: Some(instance.to_owned()), ..member };
    let mut members = vec![
        named(CLASSIC, "classic-1"),
        Consumer {
            // A static member that left is gone only then.
            properties: vec![("session.timeout.ms", "6000".to_owned())],
            ..is_static("instance-c", named(CLASSIC, "classic-2"))
        },
        Consumer {
            protocol: Protocol::Classic("cooperative-sticky"),
            ..named(COOPERATIVE, "coop-1")
        },
    ];
    if consumer_protocol {
        let next = |member| Consumer { protocol: Protocol::Consumer, ..member };
        let regex = Consumer { topics: vec!["^rec-.*".to_owned()], ..named(REGEX, "regex-1") };
        members.push(next(named(NEXT, "next-1")));
        members.push(next(is_static("instance-n", named(NEXT, "next-2"))));
        members.push(next(regex));
    }
    members
}

/// Each group has committed everything and each member has its part.
fn at_work(records: &[Raw], consumer_protocol: bool) -> Result<()> {
    let mut groups = vec![(CLASSIC, 2), (COOPERATIVE, 1)];
    if consumer_protocol {
        groups.extend([(NEXT, 2), (REGEX, 1)]);
    }
    for (group, expected) in groups {
        let (mut committed, mut members) = (0, 0);
        for raw in live(records).into_iter().filter(|raw| raw.record().group() == Some(group)) {
            match raw.record() {
                Record::OffsetCommit(entry) => {
                    committed += entry.value.and_then(|value| value.offset).unwrap_or(0);
                }
                Record::GroupMetadata(entry) => {
                    let value = entry.value.context("live")?;
                    members += value
                        .members
                        .iter()
                        .filter(|member| {
                            let given = member.assignment.as_ref();
                            given.is_some_and(|given| !given.assigned_partitions.is_empty())
                        })
                        .count();
                }
                Record::ConsumerGroupCurrentMemberAssignment(entry) => {
                    let value = entry.value.context("live")?;
                    let settled =
                        value.state == MemberState::Stable && !value.assigned_partitions.is_empty();
                    members += usize::from(settled);
                }
                _ => {}
            }
        }
        ensure!(committed == 3 * i64::from(EACH), "{group} committed {committed}");
        ensure!(members == expected, "{group} has {members} members at work");
    }
    Ok(())
}

fn commit_with_note(bootstrap: &str) -> Result<()> {
    let consumer: BaseConsumer<Quiet> =
        config(bootstrap).set("group.id", SIMPLE).create_with_context(Quiet)?;
    let mut list = TopicPartitionList::new();
    let mut partition = list.add_partition(TOPIC, 1);
    partition.set_offset(Offset::Offset(12))?;
    partition.set_metadata(NOTE);
    Ok(consumer.commit(&list, CommitMode::Sync)?)
}

/// Kafka's own, for want of another: joins, gets nothing in some seconds, and leaves.
fn share_consumer(kafka: &KafkaCluster) -> Result<Worker> {
    const CLASS: &str = "org.apache.kafka.tools.consumer.ConsoleShareConsumer";
    let (jars, bootstrap) = (Jars::fetch(kafka.version())?, kafka.bootstrap());
    Worker::spawn("share consumer".to_owned(), move |_| {
        let arguments = ["--bootstrap-server", &bootstrap, "--topic", TOPIC, "--group", SHARE];
        let output = jars.run(CLASS, &[&arguments[..], &["--timeout-ms", "6000"]].concat())?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success() || errors.contains("TimeoutException"), "{errors}");
        Ok(())
    })
}
