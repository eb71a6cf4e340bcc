//! What there is in the cluster: how many of everything over time, and what came, went or changed while it
//! was watched.
//!
//! What was there at the first full look is no news, however much it is. A change is seen at a look and has
//! happened since the one before.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::number::{count, plural};
use super::observation::TopicMetadata;
use super::series::GroupSeries;
use super::{BrokerId, Fault, GroupId, Timestamp, TopicName};

/// Changes that are kept; older ones are forgotten.
pub const CHANGES_KEPT: usize = 1_000;

/// A topic as the list of all topics names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicListed {
    /// The topic.
    pub topic: TopicName,
    /// Kafka itself owns it (`__consumer_offsets`).
    pub internal: bool,
    /// Its partitions, or why they were not told.
    pub metadata: Result<TopicMetadata, Fault>,
}

/// Something that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// Topics that are not Kafka's own.
    Topics,
    /// Their partitions.
    Partitions,
    /// Kafka's own topics.
    InternalTopics,
    /// Groups.
    Groups,
    /// Members of all groups.
    Members,
    /// Live brokers.
    Brokers,
}

impl Counted {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Topics,
        Self::Partitions,
        Self::InternalTopics,
        Self::Groups,
        Self::Members,
        Self::Brokers,
    ];

    /// More than one of them, in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Topics => "topics",
            Self::Partitions => "partitions",
            Self::InternalTopics => "internal topics",
            Self::Groups => "groups",
            Self::Members => "members",
            Self::Brokers => "brokers",
        }
    }
}

/// How many there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Count {
    /// Now; `None` while not all of them are known.
    pub now: Option<i64>,
    /// Over time.
    pub history: Arc<GroupSeries>,
}

/// Something that came while it was watched, and is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer<T> {
    /// At which look it was first there.
    pub at: Timestamp,
    /// What it is called.
    pub name: T,
    /// Its partitions; 0 for what has none.
    pub partitions: usize,
}

/// What there is in the cluster, of what the filters let pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InventoryView {
    /// The first look at all topics: what was there then is no news. `None` before it.
    pub since: Option<Timestamp>,
    /// How many, by the position in [`Counted::ALL`].
    pub counts: [Count; Counted::ALL.len()],
    /// What changed, oldest first; at most [`CHANGES_KEPT`].
    pub changes: Arc<VecDeque<Change>>,
    /// Changes that are not kept any more.
    pub forgotten: u64,
    /// Topics that came and are still there, oldest first; the newest [`CHANGES_KEPT`] of them.
    pub new_topics: Arc<Vec<Newcomer<TopicName>>>,
    /// The same of groups.
    pub new_groups: Arc<Vec<Newcomer<GroupId>>>,
    /// Why the last look at all topics failed; `None` if it did not.
    pub fault: Option<Fault>,
}

impl InventoryView {
    /// How many there are of something.
    #[must_use]
    pub fn count(&self, of: Counted) -> Option<&Count> {
        self.counts.get(of as usize)
    }
}

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The look at which it was seen.
    pub at: Timestamp,
    /// What changed.
    pub what: Changed,
    /// So many more changed in the same way between the same two looks, and are not told one by one.
    pub alike: usize,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// A topic is there that was not.
    TopicAppeared(TopicName, usize),
    /// A topic is not there any more, or may not be described any more; how many partitions it had.
    TopicVanished(TopicName, usize),
    /// A topic has another id: it was deleted and made anew.
    TopicMadeAnew(TopicName),
    /// A topic has other partitions than before: how many it had, and has.
    Partitions(TopicName, usize, usize),
    /// A partition is led by another broker, or by none.
    Leader(PartitionChange<Option<BrokerId>>),
    /// Other replicas of a partition are in sync.
    InSync(PartitionChange<Arc<[BrokerId]>>),
    /// Another controller leads, or none.
    Controller(Option<BrokerId>, Option<BrokerId>),
    /// A broker is there that was not.
    BrokerAppeared(BrokerId),
    /// A broker is not there any more.
    BrokerVanished(BrokerId),
    /// A group is there that was not.
    GroupAppeared(GroupId),
    /// A group is not there any more.
    GroupVanished(GroupId),
}

/// What changed of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionChange<T> {
    /// The topic.
    pub topic: TopicName,
    /// The first of its partitions of which something changed.
    pub partition: i32,
    /// What it was.
    pub from: T,
    /// What it is.
    pub to: T,
    /// How many more partitions of the topic changed as well, in whichever way.
    pub more: usize,
}

impl Changed {
    /// What happened, in two words or three.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::TopicAppeared(..) => "topic appeared",
            Self::TopicVanished(..) => "topic vanished",
            Self::TopicMadeAnew(_) => "topic made anew",
            Self::Partitions(..) => "partitions",
            Self::Leader(_) => "leader",
            Self::InSync(_) => "in sync",
            Self::Controller(..) => "controller",
            Self::BrokerAppeared(_) => "broker appeared",
            Self::BrokerVanished(_) => "broker vanished",
            Self::GroupAppeared(_) => "group appeared",
            Self::GroupVanished(_) => "group vanished",
        }
    }

    /// To what: a name from strangers, with the partition where it is about one; empty where there is only
    /// one.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::TopicAppeared(topic, _)
            | Self::TopicVanished(topic, _)
            | Self::TopicMadeAnew(topic)
            | Self::Partitions(topic, ..) => topic.as_str().to_owned(),
            Self::Leader(change) => change.name(),
            Self::InSync(change) => change.name(),
            Self::Controller(..) => String::new(),
            Self::BrokerAppeared(broker) | Self::BrokerVanished(broker) => broker.to_string(),
            Self::GroupAppeared(group) | Self::GroupVanished(group) => group.as_str().to_owned(),
        }
    }

    /// From what to what; empty where the word says it all.
    #[must_use]
    pub fn detail(&self) -> String {
        let led = |leader: &Option<BrokerId>| leader.map_or("none".to_owned(), |id| id.to_string());
        match self {
            Self::TopicAppeared(_, partitions) | Self::TopicVanished(_, partitions) => {
                format!("{} partition{}", whole(*partitions), plural(*partitions))
            }
            Self::Partitions(_, from, to) => format!("{} to {}", whole(*from), whole(*to)),
            Self::Leader(change) => change.told(led),
            Self::Controller(from, to) => format!("{} to {}", led(from), led(to)),
            Self::InSync(change) => change.told(|brokers| listed(brokers)),
            Self::TopicMadeAnew(_)
            | Self::BrokerAppeared(_)
            | Self::BrokerVanished(_)
            | Self::GroupAppeared(_)
            | Self::GroupVanished(_) => String::new(),
        }
    }
}

impl<T> PartitionChange<T> {
    fn name(&self) -> String {
        format!("{}/{}", self.topic.as_str(), self.partition)
    }

    fn told(&self, show: impl Fn(&T) -> String) -> String {
        let (from, to) = (show(&self.from), show(&self.to));
        match self.more {
            0 => format!("{from} to {to}"),
            more => format!("{from} to {to}, and {} more partition{}", whole(more), plural(more)),
        }
    }
}

fn whole(number: usize) -> String {
    count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// `1 2 3`, or that there is none.
fn listed(brokers: &[BrokerId]) -> String {
    if brokers.is_empty() {
        return "none".to_owned();
    }
    brokers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_stand_where_their_names_do() {
        for (at, counted) in Counted::ALL.into_iter().enumerate() {
            assert_eq!(counted as usize, at, "{counted:?}");
        }
    }

    #[test]
    fn changes_are_told_in_words() {
        let told = |what: Changed| {
            format!("{} {} {}", what.word(), what.name(), what.detail()).trim_end().to_owned()
        };
        let moved = PartitionChange {
            topic: "orders".into(),
            partition: 3,
            from: Some(BrokerId(2)),
            to: None,
            more: 1,
        };
        let ids: fn(&[i32]) -> Arc<[BrokerId]> = |ids| ids.iter().copied().map(BrokerId).collect();
        let shrunk = PartitionChange {
            topic: "orders".into(),
            partition: 0,
            from: ids(&[1, 2]),
            to: ids(&[1]),
            more: 0,
        };
        for (what, text) in [
            (Changed::TopicAppeared("exp-1".into(), 12), "topic appeared exp-1 12 partitions"),
            (Changed::TopicVanished("exp-1".into(), 1), "topic vanished exp-1 1 partition"),
            (Changed::TopicMadeAnew("t".into()), "topic made anew t"),
            (Changed::Partitions("t".into(), 3, 12), "partitions t 3 to 12"),
            (Changed::Leader(moved), "leader orders/3 2 to none, and 1 more partition"),
            (Changed::InSync(shrunk), "in sync orders/0 1 2 to 1"),
            (Changed::Controller(Some(BrokerId(3)), None), "controller  3 to none"),
            (Changed::BrokerVanished(BrokerId(2)), "broker vanished 2"),
            (Changed::GroupAppeared("g".into()), "group appeared g"),
        ] {
            assert_eq!(told(what), text);
        }
    }
}
