//! States and types of groups.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A group's state, with Kafka's own names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GroupState {
    /// Everybody has what it shall have.
    Stable,
    /// Classic: members are being called to join; partitions are not consumed (or, cooperative, some).
    PreparingRebalance,
    /// Classic: the leader computes the assignment.
    CompletingRebalance,
    /// KIP-848: the target assignment is being computed.
    Assigning,
    /// KIP-848: partitions move from member to member.
    Reconciling,
    /// No members; there may be committed offsets.
    Empty,
    /// Gone, or never known to this coordinator.
    Dead,
    /// Streams (KIP-1071): topics or topology are missing.
    NotReady,
    /// A state that lagtop does not know.
    Unknown,
}

impl GroupState {
    /// All states.
    pub const ALL: [Self; 9] = [
        Self::Stable,
        Self::PreparingRebalance,
        Self::CompletingRebalance,
        Self::Assigning,
        Self::Reconciling,
        Self::Empty,
        Self::Dead,
        Self::NotReady,
        Self::Unknown,
    ];

    /// The name as Kafka prints it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stable => "Stable",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Assigning => "Assigning",
            Self::Reconciling => "Reconciling",
            Self::Empty => "Empty",
            Self::Dead => "Dead",
            Self::NotReady => "NotReady",
            Self::Unknown => "Unknown",
        }
    }

    /// The state that Kafka calls `name`; [`GroupState::Unknown`] if it is new to lagtop.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|state| state.name().eq_ignore_ascii_case(name))
            .unwrap_or(Self::Unknown)
    }

    /// Are partitions changing hands?
    #[must_use]
    pub const fn is_rebalancing(self) -> bool {
        matches!(
            self,
            Self::PreparingRebalance
                | Self::CompletingRebalance
                | Self::Assigning
                | Self::Reconciling
        )
    }
}

impl fmt::Display for GroupState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A group's type: which protocol its members speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Members elect a leader that assigns (also groups that only commit).
    Classic,
    /// The coordinator assigns
    /// ([KIP-848](https://cwiki.apache.org/confluence/display/KAFKA/KIP-848)).
    Consumer,
    /// Members share partitions
    /// ([KIP-932](https://cwiki.apache.org/confluence/display/KAFKA/KIP-932)); no committed offsets.
    Share,
    /// Kafka Streams' own protocol
    /// ([KIP-1071](https://cwiki.apache.org/confluence/display/KAFKA/KIP-1071)).
    Streams,
    /// A type that lagtop does not know.
    Unknown,
}

impl GroupKind {
    /// The name, in lower case as on Kafka's command lines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Consumer => "consumer",
            Self::Share => "share",
            Self::Streams => "streams",
            Self::Unknown => "unknown",
        }
    }

    /// The type that Kafka calls `name`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        [Self::Classic, Self::Consumer, Self::Share, Self::Streams]
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
            .unwrap_or(Self::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_types_are_found_by_kafkas_names() {
        for state in GroupState::ALL {
            assert_eq!(GroupState::named(state.name()), state);
        }
        assert_eq!(GroupState::named("Pondering"), GroupState::Unknown);
        assert_eq!(GroupKind::named("Consumer"), GroupKind::Consumer, "ListGroups capitalises");
        assert_eq!(GroupKind::named("quorum"), GroupKind::Unknown);
    }
}
