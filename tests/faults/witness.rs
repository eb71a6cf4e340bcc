//! Somebody who watches, and looks at every picture for what may not be in it.

use std::collections::BTreeMap;

use lagtop::model::{
    Commit, GroupId, GroupState, LEAST_PACE, Pace, PartitionView, PollPlan, Snapshot, SourceHealth,
    TopicName,
};
use lagtop::ui::fresh::Freshness;

use crate::live::{Live, SOON, agrees, rounds, stream_health};
use crate::support::{KafkaCluster, wait};

/// So many rounds until what is on screen was compared with answers twice.
const COMPARED: u64 = 12;

/// What has been seen so far: it may not be missing later, nor be another than it can be.
#[derive(Default)]
struct Seen {
    /// The position last seen.
    positions: BTreeMap<(GroupId, TopicName, i32), i64>,
    /// Client ids.
    members: BTreeMap<GroupId, Vec<String>>,
    /// The tail was followed.
    listened: bool,
    /// Topics and groups that may go.
    let_go: Vec<String>,
}

impl Seen {
    /// # Panics
    /// When a row is missing that was there, when a position goes back or a lag below zero, when a member is
    /// gone that stayed, when a rebalance is told twice, and when the tail ends.
    fn look(&mut self, snapshot: &Snapshot) {
        for ((group, topic, partition), before) in &self.positions {
            let row = row(snapshot, (group, topic.as_str(), *partition));
            let told = row.and_then(|row| Some((row.commit.as_ref()?.newest(), row.lag.records?)));
            let (position, lag) = told.unwrap_or_else(|| {
                panic!("{group:?} {topic:?}/{partition} was known: {snapshot:#?}")
            });
            assert!(position >= *before, "{group:?} {topic:?}/{partition} went back to {position}");
            assert!(lag >= 0, "{group:?} {topic:?}/{partition} has a lag of {lag}");
        }
        for (group, before) in &self.members {
            let now = members(snapshot, group);
            assert_eq!(now.as_ref(), Some(before), "the members of {group:?}: {snapshot:#?}");
        }
        for entry in snapshot.groups.iter() {
            let view = &entry.view;
            for (topic, row) in view.partitions() {
                if self
                    .let_go
                    .iter()
                    .any(|name| [view.id.as_str(), topic.as_str()].contains(&&**name))
                {
                    continue;
                }
                let known = row.commit.as_ref().filter(|_| row.lag.records.is_some());
                if let Some(position) = known.map(Commit::newest) {
                    let of = (view.id.clone(), topic.clone(), row.partition);
                    self.positions.insert(of, position);
                }
            }
            let epochs: Vec<_> = view.rebalances.iter().filter_map(|event| event.epoch).collect();
            assert!(epochs.is_sorted_by(|one, next| one < next), "{:?}: {epochs:?}", view.id);
        }
        let listens = stream_health(snapshot) == Some(&SourceHealth::Working);
        assert!(listens || !self.listened, "the tail ended: {:?}", stream_health(snapshot));
        self.listened |= listens;
    }
}

/// A partition as a group has it.
pub(crate) fn row<'a>(
    snapshot: &'a Snapshot,
    (group, topic, partition): (&GroupId, &str, i32),
) -> Option<&'a PartitionView> {
    let topic = snapshot.group(group)?.view.topic(topic)?;
    topic.partitions.iter().find(|row| row.partition == partition)
}

/// The client ids of a group's members, ascending.
fn members(snapshot: &Snapshot, group: &GroupId) -> Option<Vec<String>> {
    let members = snapshot.group(group)?.view.members.as_ref()?;
    Some(members.iter().map(|member| member.client_id.to_string()).collect())
}

/// How sure the end of a partition is on the screen; `None` where none was ever told.
pub(crate) fn end_sure(snapshot: &Snapshot, topic: &str, partition: i32) -> Option<Freshness> {
    let confirmed = snapshot.topic(&topic.into())?.confirmed(partition)?;
    let pace = Pace::of(snapshot.sources.iter()).interval().max(LEAST_PACE);
    Some(Freshness::of(Some(confirmed), snapshot.at, pace))
}

/// Two who watch at the same time: one by polling alone, and one who listens as well.
pub(crate) struct Both([(Live, Seen); 2]);

impl Both {
    /// By way of these brokers.
    pub(crate) fn of(bootstrap: &str, plan: &PollPlan) -> Self {
        let flags = ["-b", bootstrap, "--timeout", "2s"];
        Self(
            [false, true]
                .map(|listen| (Live::start(&flags, plan.clone(), listen), Seen::default())),
        )
    }

    /// Waits until both see it; nothing that was known is missing until then.
    pub(crate) async fn until(&mut self, what: &str, see: impl Fn(&Snapshot) -> Option<()>) {
        let [polling, listening] = &mut self.0;
        let watch = async |(live, seen): &mut (Live, Seen), who: &str| {
            let what = format!("{what} ({who})");
            live.until(&what, |snapshot| {
                seen.look(snapshot);
                see(snapshot)
            })
            .await;
        };
        tokio::join!(watch(polling, "polling"), watch(listening, "listening"));
    }

    /// Waits until both see a group at rest with these members, by client id; from now on they stay.
    pub(crate) async fn stays(&mut self, group: &str, expected: &[&str]) {
        let id = GroupId::from(group);
        self.until(&format!("{group} with {expected:?}"), |snapshot| {
            let stable = snapshot.group(&id)?.view.state == GroupState::Stable;
            (stable && members(snapshot, &id)? == expected).then_some(())
        })
        .await;
        for (_, seen) in &mut self.0 {
            seen.members.insert(id.clone(), expected.iter().map(ToString::to_string).collect());
        }
    }

    /// What this topic or group shows may go, or be another, from now on.
    pub(crate) fn let_go(&mut self, name: &str) {
        for (_, seen) in &mut self.0 {
            seen.let_go.push(name.to_owned());
            seen.positions
                .retain(|(group, topic, _), _| group.as_str() != name && topic.as_str() != name);
            seen.members.retain(|group, _| group.as_str() != name);
        }
    }

    /// The one who listens is following the tail.
    pub(crate) async fn listens(&mut self) {
        let (live, _) = &mut self.0[1];
        live.until("the tail", |snapshot| {
            (stream_health(snapshot) == Some(&SourceHealth::Working)).then_some(())
        })
        .await;
    }

    /// What both see now.
    pub(crate) fn each(&self, mut look: impl FnMut(&Snapshot)) {
        self.0.iter().for_each(|(live, _)| look(&live.now()));
    }

    /// At rest both are at one with Kafka's own tool, and records and answers were all the time.
    pub(crate) async fn agree(&mut self, kafka: &KafkaCluster) {
        for (live, _) in &self.0 {
            wait::eventually(SOON, "Kafka's tool and the picture agree", || async {
                agrees(&live.now(), kafka)
            })
            .await
            .unwrap();
        }
        self.some_rounds_later(|snapshot| {
            assert_eq!(snapshot.differences.count, 0, "{:?}", snapshot.differences);
        })
        .await;
    }

    /// Until answers were compared with records twice, this holds.
    pub(crate) async fn some_rounds_later(&mut self, holds: impl Fn(&Snapshot)) {
        let from = self.0.each_ref().map(|(live, _)| rounds(&live.now()));
        let from = from.into_iter().max().unwrap_or_default();
        self.until("more rounds", |snapshot| {
            holds(snapshot);
            (rounds(snapshot) >= from + COMPARED).then_some(())
        })
        .await;
    }
}
