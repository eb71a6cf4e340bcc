//! A cluster that is listened to and, apart from that, polled; and what all three say of it.

use std::collections::BTreeMap;

use lagtop::model::{GroupState, GroupView, MemberRef, Rebalance, Snapshot, SourceHealth};

use crate::lab::Producer;
use crate::live::{Live, SOON, agrees, every, group, rounds, stream_health};
use crate::support::{KafkaCluster, wait};

/// Four partitions.
pub(crate) const TOPIC: &str = "shared";
const PARTITIONS: u16 = 4;
/// Records in each.
const EACH: u64 = 25;
/// So many rounds until what is on screen was compared with answers twice.
const COMPARED: u64 = 12;

/// See the module.
pub(crate) struct Watched<'a> {
    pub(crate) kafka: &'a KafkaCluster,
    pub(crate) live: Live,
    polled: Live,
}

impl<'a> Watched<'a> {
    /// Nothing has happened yet.
    pub(crate) async fn begin(kafka: &'a KafkaCluster) -> Self {
        let mut begun = Self {
            kafka,
            live: Live::listening(kafka, every(300)),
            polled: Live::of(kafka, every(300)),
        };
        begun.topic(TOPIC, PARTITIONS).await;
        // The first commit makes the topic that is listened to.
        kafka.admin().unwrap().commit("begun", TOPIC, &[(0, 0)]).unwrap();
        begun
            .live
            .until("the tail", |snapshot| {
                (stream_health(snapshot) == Some(&SourceHealth::Working)).then_some(())
            })
            .await;
        begun
    }

    /// A topic with records.
    pub(crate) async fn topic(&self, name: &str, partitions: u16) {
        self.kafka.admin().unwrap().create_topic(name, partitions, 1).await.unwrap();
        for partition in 0..partitions {
            let burst = Producer::burst(name, partition.into(), EACH);
            burst.spawn(&self.kafka.bootstrap()).unwrap().finish().unwrap();
        }
    }

    /// Waits until a group rests with these members, by client id, each with so many partitions.
    pub(crate) async fn at_rest(&mut self, name: &str, members: &[(&str, usize)]) -> GroupView {
        let what = format!("{name} at rest with {members:?}");
        let rests = |snapshot: &Snapshot| {
            let view = &group(snapshot, name)?.view;
            let held = view.members.as_deref()?.iter();
            let mut held: Vec<_> =
                held.map(|one| Some((&*one.client_id, one.held()?))).collect::<Option<_>>()?;
            held.sort_unstable();
            let stable = view.state == GroupState::Stable;
            (stable && held == members).then(|| (**view).clone())
        };
        self.live.until(&what, rests).await
    }

    /// Waits until answers have told a group that rests: from then on its records tell it whole.
    pub(crate) async fn followed(&mut self, name: &str) -> GroupView {
        let seen = rounds(&self.live.now());
        let told = |snapshot: &Snapshot| {
            let view = &group(snapshot, name)?.view;
            (rounds(snapshot) >= seen + 4).then(|| (**view).clone())
        };
        self.live.until("answers about a group at rest", told).await
    }
}

/// The rebalances after those of an earlier look, a line each.
pub(crate) fn since(before: &GroupView, now: &GroupView) -> Vec<String> {
    assert_eq!(now.rebalances_seen, now.rebalances.len() as u64, "all are kept");
    now.rebalances.iter().skip(before.rebalances.len()).map(line).collect()
}

/// A rebalance: who came, who went and why, and how many partitions moved from whom to whom.
fn line(event: &Rebalance) -> String {
    let name = |member: &MemberRef| member.client_id.to_string();
    let came = event.joined.iter().map(|member| format!("+{}", name(member)));
    let went = event.left.iter().map(|member| match member.dropped {
        Some(why) => format!("-{} {why:?}", name(member)),
        None => format!("-{}", name(member)),
    });
    let mut moves = BTreeMap::<_, usize>::new();
    for moved in &event.moved {
        let [from, to] = [&moved.from, &moved.to]
            .map(|member| member.as_ref().map_or_else(|| "nobody".to_owned(), name));
        *moves.entry(format!("{from}>{to}")).or_default() += 1;
    }
    let moves = moves.into_iter().map(|(who, count)| format!("{count} {who}"));
    came.chain(went).chain(moves).collect::<Vec<_>>().join(", ")
}

impl Watched<'_> {
    /// At rest, records, polling alone and Kafka's own tool say the same, and records and answers did so
    /// all the time.
    pub(crate) async fn agree(&mut self) {
        for live in [&self.live, &self.polled] {
            wait::eventually(SOON, "the picture and Kafka's tool agree", || async {
                agrees(&live.now(), self.kafka)
            })
            .await
            .unwrap();
        }
        let seen = rounds(&self.live.now());
        let later = |snapshot: &Snapshot| (rounds(snapshot) >= seen + COMPARED).then_some(());
        self.live.until("more rounds", later).await;
        let now = self.live.now();
        assert_eq!(now.differences.count, 0, "{:?}", now.differences);
    }
}
