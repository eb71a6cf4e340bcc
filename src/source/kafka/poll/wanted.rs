//! Which partitions' logs are of interest, and who leads them. Pure.
//!
//! A partition is wanted as long as some group has committed on it or holds it. Groups mark what they
//! name each round; what nobody has named for some rounds is let go.

use std::collections::BTreeMap;

use crate::model::observation::{PartitionMetadata, TopicMetadata, TopicOffsets};
use crate::model::{BrokerId, Fault, TopicName, TopicPartition, TopicPartitions};

/// After so many rounds without a mention a partition is let go. More than it takes to describe
/// every group once in turn would be too many, fewer than a coordinator's failover too few.
const FORGET_AFTER: u64 = 60;

/// Partition numbers above this are not believed: they are indexes here.
const MAX_PARTITION: i32 = 200_000;

/// The partitions of interest.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    topics: BTreeMap<TopicName, Topic>,
}

#[derive(Debug, Default)]
struct Topic {
    /// Per partition: the last round in which a group named it; 0 never.
    named: Vec<u64>,
    /// Per partition: its leader. `None` until the metadata were told.
    leaders: Option<Vec<Option<BrokerId>>>,
    /// Why they were not told.
    fault: Option<Fault>,
    /// Per partition: an end of its log. `None` where none was told.
    ends: Vec<Option<i64>>,
}

/// Whom to ask about which partitions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ByLeader {
    pub(super) led: BTreeMap<BrokerId, Vec<TopicPartitions>>,
    /// Partitions without a leader, or beyond what the topic has.
    pub(super) leaderless: Vec<TopicPartitions>,
    /// Topics whose metadata are needed first.
    pub(super) unknown: Vec<TopicName>,
}

impl Wanted {
    /// A group names a partition in this round.
    pub(super) fn name(
        &mut self,
        topic: &TopicName,
        partitions: impl Iterator<Item = i32>,
        round: u64,
    ) {
        if !self.topics.contains_key(topic) {
            self.topics.insert(topic.clone(), Topic::default());
        }
        let Some(entry) = self.topics.get_mut(topic) else { return };
        for partition in partitions.filter(|partition| (0..MAX_PARTITION).contains(partition)) {
            let Ok(index) = usize::try_from(partition) else { continue };
            if entry.named.len() <= index {
                entry.named.resize(index + 1, 0);
            }
            if let Some(named) = entry.named.get_mut(index) {
                *named = round;
            }
        }
    }

    /// Lets go of what nobody has named for long.
    pub(super) fn forget(&mut self, round: u64) {
        let horizon = round.saturating_sub(FORGET_AFTER);
        self.topics.retain(|_, topic| topic.named.iter().any(|&named| named > horizon));
    }

    /// Notes a topic's metadata, or why they were not told; returns whether anybody wants them.
    pub(super) fn learn(&mut self, topic: &TopicName, metadata: &Result<TopicMetadata, Fault>) {
        let Some(entry) = self.topics.get_mut(topic) else { return };
        match metadata {
            Ok(metadata) => {
                let believable = |partition: &&PartitionMetadata| {
                    (0..MAX_PARTITION).contains(&partition.partition)
                };
                let mut leaders = Vec::new();
                for partition in metadata.partitions.iter().filter(believable) {
                    let index = usize::try_from(partition.partition).unwrap_or(0);
                    if leaders.len() <= index {
                        leaders.resize(index + 1, None);
                    }
                    if let Some(leader) = leaders.get_mut(index) {
                        *leader = partition.leader;
                    }
                }
                entry.leaders = Some(leaders);
                entry.fault = None;
            }
            Err(fault) => {
                entry.leaders = None;
                entry.fault = Some(fault.clone());
            }
        }
    }

    /// Notes where logs end.
    pub(super) fn ended(&mut self, topics: &[TopicOffsets]) {
        for of in topics {
            let Some(entry) = self.topics.get_mut(&of.topic) else { continue };
            for (partition, end) in &of.partitions {
                let index = usize::try_from(*partition).ok();
                // Only what a group has named is asked about.
                let Some(index) = index.filter(|index| *index < entry.named.len()) else {
                    continue;
                };
                entry.ends.resize(entry.ends.len().max(index + 1), None);
                if let (Some(slot), Ok(end)) = (entry.ends.get_mut(index), end) {
                    *slot = Some(*end);
                }
            }
        }
    }

    /// Where the log of a partition ended when that was last noted.
    pub(super) fn end(&self, one: &TopicPartition) -> Option<i64> {
        let index = usize::try_from(one.partition).ok()?;
        self.topics.get(&one.topic)?.ends.get(index).copied().flatten()
    }

    /// Who leads a partition, as far as known.
    pub(super) fn leader(&self, one: &TopicPartition) -> Option<BrokerId> {
        let index = usize::try_from(one.partition).ok()?;
        self.topics.get(&one.topic)?.leaders.as_ref()?.get(index).copied().flatten()
    }

    /// All topics, for refreshing their metadata.
    pub(super) fn topics(&self) -> Vec<TopicName> {
        self.topics.keys().cloned().collect()
    }

    /// Everything wanted, by whom to ask. Topics whose metadata were refused are in none.
    pub(super) fn by_leader(&self, round: u64) -> ByLeader {
        self.split(round, |_| true)
    }

    /// The same, of these topics only.
    pub(super) fn by_leader_of(&self, topics: &[TopicName], round: u64) -> ByLeader {
        self.split(round, |topic| topics.contains(topic))
    }

    fn split(&self, round: u64, of: impl Fn(&TopicName) -> bool) -> ByLeader {
        let horizon = round.saturating_sub(FORGET_AFTER);
        let mut split = ByLeader::default();
        for (name, topic) in self.topics.iter().filter(|(name, _)| of(name)) {
            let Some(leaders) = &topic.leaders else {
                if topic.fault.is_none() {
                    split.unknown.push(name.clone());
                }
                continue;
            };
            for (partition, &named) in (0_i32..).zip(&topic.named) {
                if named == 0 || named <= horizon {
                    continue;
                }
                let index = usize::try_from(partition).unwrap_or(usize::MAX);
                let list = match leaders.get(index).copied().flatten() {
                    Some(leader) => split.led.entry(leader).or_default(),
                    None => &mut split.leaderless,
                };
                match list.last_mut().filter(|of| of.topic == *name) {
                    Some(of) => of.partitions.push(partition),
                    None => list
                        .push(TopicPartitions { topic: name.clone(), partitions: vec![partition] }),
                }
            }
        }
        split
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "what `learn` takes")]
    fn metadata(leaders: &[Option<i32>]) -> Result<TopicMetadata, Fault> {
        let partitions = (0..)
            .zip(leaders)
            .map(|(partition, leader)| PartitionMetadata {
                partition,
                leader: leader.map(BrokerId),
                leader_epoch: None,
                replicas: Vec::new(),
                isr: Vec::new(),
            })
            .collect();
        Ok(TopicMetadata { id: None, partitions })
    }

    fn of(topic: &str, partitions: &[i32]) -> TopicPartitions {
        TopicPartitions { topic: topic.into(), partitions: partitions.to_vec() }
    }

    #[test]
    fn partitions_are_asked_of_their_leaders_once_metadata_are_known() {
        let mut wanted = Wanted::default();
        wanted.name(&"a".into(), [0, 1, 2, 3].into_iter(), 1);
        wanted.name(&"b".into(), [5].into_iter(), 1);
        assert_eq!(wanted.by_leader(1).unknown, ["a".into(), "b".into()]);

        wanted.learn(&"a".into(), &metadata(&[Some(1), Some(2), None, Some(1)]));
        wanted.learn(&"b".into(), &metadata(&[Some(1)]));
        let split = wanted.by_leader(1);
        assert_eq!(split.led[&BrokerId(1)], [of("a", &[0, 3])]);
        assert_eq!(split.led[&BrokerId(2)], [of("a", &[1])]);
        assert_eq!(split.leaderless, [of("a", &[2]), of("b", &[5])]);
        assert!(split.unknown.is_empty());
        assert_eq!(wanted.by_leader_of(&["b".into()], 1).led.len(), 0);
    }

    #[test]
    fn what_nobody_names_any_more_is_let_go() {
        let mut wanted = Wanted::default();
        wanted.name(&"a".into(), [0, 1].into_iter(), 1);
        wanted.learn(&"a".into(), &metadata(&[Some(1), Some(1)]));
        wanted.name(&"a".into(), [1].into_iter(), 50);
        let split = wanted.by_leader(1 + FORGET_AFTER);
        assert_eq!(split.led[&BrokerId(1)], [of("a", &[1])]);
        wanted.forget(50 + FORGET_AFTER);
        assert!(wanted.topics().is_empty());
    }

    #[test]
    fn refused_metadata_are_not_asked_for_every_round() {
        let mut wanted = Wanted::default();
        wanted.name(&"a".into(), [0].into_iter(), 1);
        wanted.learn(&"a".into(), &Err(Fault::new("TOPIC_AUTHORIZATION_FAILED", "not authorized")));
        assert_eq!(wanted.by_leader(1), ByLeader::default());
        assert_eq!(wanted.topics(), ["a".into()], "but with every refresh");
    }

    #[test]
    fn absurd_partition_numbers_are_not_believed() {
        let mut wanted = Wanted::default();
        wanted.name(&"a".into(), [i32::MAX, -1].into_iter(), 1);
        wanted.learn(&"a".into(), &metadata(&[Some(1)]));
        assert_eq!(wanted.by_leader(1), ByLeader::default());
    }
}
