//! The second part of a round: metadata where they are wanting, then the ends, one question a leader.

use std::sync::Arc;

use super::{NO_ROUND, Planner};
use crate::model::observation::{
    ClusterObserved, LogOffset, OffsetsObserved, TopicObserved, TopicOffsets,
};
use crate::model::{Body, BrokerId, Fault, Isolation, Timestamp, TopicName, TopicPartitions};
use crate::source::kafka::poll::ask::{Told, What};
use crate::source::kafka::poll::convert;
use crate::source::kafka::poll::fault::of_wire;
use crate::source::kafka::poll::groups::Scope;
use crate::source::kafka::poll::wanted::ByLeader;
use crate::source::kafka::wire::{Metadata, WireError};

/// Every so many rounds what changes slowly is asked again.
const SLOW_CYCLE: u64 = 10;

/// What changes slowly takes turns, and takes the place of the descriptions in its round, so that no
/// round asks a broker much more than another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slow {
    Metadata,
    LogStarts,
    /// The end that does not count under the isolation level in use.
    OtherEnds,
    /// Who writes to partitions.
    Producers,
    /// Who leads the controllers.
    Quorum,
}

/// The round's metadata and ends.
impl Planner {
    pub(super) fn slow_turn(&self) -> Option<Slow> {
        match self.round.number % SLOW_CYCLE {
            3 => Some(Slow::Metadata),
            5 => Some(Slow::Producers),
            6 => Some(Slow::LogStarts),
            8 => Some(Slow::Quorum),
            9 => Some(Slow::OtherEnds),
            _ => None,
        }
    }

    pub(super) fn ask_metadata(&mut self, topics: Vec<TopicName>) {
        if !self.round.leaders_asked {
            self.round.coordinators_out += 1;
        }
        self.ask(self.round.number, None, What::Metadata(topics));
    }

    /// Asks for the metadata of topics that the ends wait for.
    pub(super) fn ask_metadata_of(&mut self, topics: &[TopicName]) {
        if !topics.is_empty() {
            self.ask_metadata(topics.to_vec());
        }
    }

    /// Which brokers there are.
    pub(super) fn brokers_told(&mut self, at: Timestamp, metadata: Metadata) {
        self.brokers = metadata.brokers.iter().map(|broker| BrokerId(broker.id)).collect();
        self.owed.retain(|broker, _| self.brokers.contains(broker));
        let brokers = metadata.brokers.into_iter().map(convert::broker).collect();
        let controller = metadata.controller.map(BrokerId);
        self.see(
            at,
            Body::Cluster(ClusterObserved { id: metadata.cluster_id, controller, brokers }),
        );
    }

    pub(super) fn metadata(&mut self, at: Timestamp, mut metadata: Metadata) {
        let first = self.brokers.is_empty();
        let told = std::mem::take(&mut metadata.topics);
        self.brokers_told(at, metadata);
        let mut topics = Vec::with_capacity(told.len());
        for topic in told {
            let name = self.names.topic(&topic.name);
            let metadata = convert::topic_metadata(topic);
            self.wanted.learn(&name, &metadata);
            topics.push(TopicObserved { topic: name, metadata });
        }
        let learned: Vec<_> = topics.iter().map(|topic| topic.topic.clone()).collect();
        if !topics.is_empty() {
            self.see(at, Body::Topics(topics));
        }
        if first && self.round.told.is_empty() && self.round.lists_failed == 0 {
            self.ask_lists();
        }
        if self.round.leaders_asked {
            // The ends of these topics were waiting for their leaders.
            let split = self.wanted.by_leader_of(&learned, self.round.number);
            self.ask_offsets(split);
        }
    }

    pub(super) fn metadata_failed(
        &mut self,
        at: Timestamp,
        topics: Vec<TopicName>,
        error: &WireError,
    ) {
        let fault = of_wire(error);
        if self.brokers.is_empty() {
            self.list_fault = Some(fault.clone());
        }
        let failed = |topic| TopicObserved { topic, metadata: Err(fault.clone()) };
        if self.round.leaders_asked && !topics.is_empty() {
            self.see(at, Body::Topics(topics.into_iter().map(failed).collect()));
        }
    }

    pub(super) fn ask_offsets(&mut self, split: ByLeader) {
        let (counts, other) = match self.options.isolation {
            Isolation::ReadUncommitted => (LogOffset::HighWatermark, LogOffset::LastStable),
            Isolation::ReadCommitted => (LogOffset::LastStable, LogOffset::HighWatermark),
        };
        let everything = self.round.number == 1 || self.options.scope == Scope::Everything;
        let slow = self.slow_turn();
        if !split.leaderless.is_empty() {
            let no_leader = Fault::new("LEADER_NOT_AVAILABLE", "the partition has no leader now");
            let at = self.round.started;
            self.refused(at, counts, &split.leaderless, &no_leader);
            // Somebody may be elected at any moment.
            self.ask_metadata_aside(split.leaderless.into_iter().map(|of| of.topic).collect());
        }
        for (leader, partitions) in split.led {
            let partitions: Arc<[TopicPartitions]> = partitions.into();
            let mut asks = vec![counts];
            if everything || slow == Some(Slow::LogStarts) {
                asks.push(LogOffset::Start);
            }
            if everything && self.options.scope == Scope::InTurn || slow == Some(Slow::OtherEnds) {
                asks.push(other);
            }
            let silent = self.round.behind.contains(&leader) && self.owes(leader);
            if silent && self.options.scope == Scope::InTurn {
                self.round.partial = true;
                continue;
            }
            for which in asks {
                let what = What::Offsets(which, Arc::clone(&partitions));
                self.ask(self.round.number, Some(leader), what);
            }
        }
    }

    pub(super) fn offsets(
        &mut self,
        asked: Timestamp,
        which: LogOffset,
        partitions: &[TopicPartitions],
        result: Result<Told, WireError>,
    ) {
        match result {
            Ok(Told::Offsets(topics)) => {
                let topics: Vec<_> = topics
                    .into_iter()
                    .map(|topic| convert::offsets(topic, &mut self.names))
                    .collect();
                self.follow_leaders(&topics);
                self.note_ends(which, &topics);
                // An end is evidence only for what was committed before it was asked for.
                self.see(asked, Body::Offsets(OffsetsObserved { which, topics }));
            }
            Ok(_) => {}
            Err(error) => self.refused(asked, which, partitions, &of_wire(&error)),
        }
    }

    /// Why the offsets of these partitions were not told.
    fn refused(
        &mut self,
        at: Timestamp,
        which: LogOffset,
        partitions: &[TopicPartitions],
        fault: &Fault,
    ) {
        let topics = partitions
            .iter()
            .map(|topic| TopicOffsets {
                topic: topic.topic.clone(),
                partitions: (topic.partitions.iter())
                    .map(|&partition| (partition, Err(fault.clone())))
                    .collect(),
            })
            .collect();
        self.see(at, Body::Offsets(OffsetsObserved { which, topics }));
    }

    /// A broker that says it leads a partition no longer makes the metadata old news.
    fn follow_leaders(&mut self, topics: &[TopicOffsets]) {
        const MOVED: [&str; 4] = [
            "NOT_LEADER_OR_FOLLOWER",
            "UNKNOWN_LEADER_EPOCH",
            "FENCED_LEADER_EPOCH",
            "UNKNOWN_TOPIC_OR_PARTITION",
        ];
        let moved: Vec<_> = topics
            .iter()
            .filter(|topic| {
                let faults =
                    topic.partitions.iter().filter_map(|(_, offset)| offset.as_ref().err());
                faults.into_iter().any(|fault| MOVED.contains(&&*fault.code))
            })
            .map(|topic| topic.topic.clone())
            .collect();
        if !moved.is_empty() {
            self.ask_metadata_aside(moved);
        }
    }

    /// Asks for metadata that the round need not wait for; once a round is enough.
    pub(super) fn ask_metadata_aside(&mut self, topics: Vec<TopicName>) {
        if !std::mem::replace(&mut self.round.asked_aside, true) {
            self.ask(NO_ROUND, None, What::Metadata(topics));
        }
    }
}
