//! Names and numbers that Kafka gives things. Names are shared (`Arc<str>`): a cluster repeats the
//! same topic in thousands of groups. Names come from strangers and may hold any character; they are
//! kept as they are and escaped where they are drawn.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as Kafka gave it, unescaped.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The same, to be replaced.
            pub(super) const fn shared(&mut self) -> &mut Arc<str> {
                &mut self.0
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(name.into())
            }
        }

        impl From<Arc<str>> for $name {
            fn from(name: Arc<str>) -> Self {
                Self(name)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name!(
    /// A consumer group's `group.id`.
    GroupId
);
name!(
    /// A topic's name.
    TopicName
);
name!(
    /// A group member's id, unique in its group: the client id (or instance id) and a UUID.
    MemberId
);

/// A broker's `node.id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BrokerId(pub i32);

impl fmt::Display for BrokerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A topic's id ([KIP-516](https://cwiki.apache.org/confluence/display/KAFKA/KIP-516)): a topic that
/// was deleted and created again has the same name and another id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TopicId(pub [u8; 16]);

/// One partition of one topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TopicPartition {
    /// The topic.
    pub topic: TopicName,
    /// The partition's number, from 0.
    pub partition: i32,
}

/// Several partitions of one topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TopicPartitions {
    /// The topic.
    pub topic: TopicName,
    /// The partitions' numbers, ascending.
    pub partitions: Vec<i32>,
}

impl TopicPartitions {
    /// Each partition by itself.
    pub fn each(&self) -> impl Iterator<Item = TopicPartition> + '_ {
        self.partitions
            .iter()
            .map(|&partition| TopicPartition { topic: self.topic.clone(), partition })
    }
}
