//! What there is in the cluster, now and then: all topics, and who writes to some of their partitions.
//! Nothing here is waited for by a round.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{NO_ROUND, Planner};
use crate::model::inventory::TopicListed;
use crate::model::observation::{CommitsObserved, LogOffset, TopicOffsets};
use crate::model::writers::ProducersObserved;
use crate::model::{Body, BrokerId, Timestamp, TopicName, TopicPartition, TopicPartitions};
use crate::source::kafka::poll::ask::{Told, What};
use crate::source::kafka::poll::convert;
use crate::source::kafka::poll::fault::of_wire;
use crate::source::kafka::poll::producers::REFUSED_FOR;
use crate::source::kafka::wire::{Metadata, WireError, WireErrorKind};

/// All topics are asked for at most so often.
const LEAST_PAUSE: Duration = Duration::from_secs(10);
/// And so seldom that they bring so many bytes a second, on the mean: a hundredth of what rounds may.
const BYTES_PER_SECOND: u64 = 64 << 10;

/// When all topics are asked for.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// The question is out.
    out: bool,
    /// Not before this moment; `None`: as soon as it is their turn.
    due: Option<Timestamp>,
    /// How often they were told.
    lists: usize,
    controllers: Controllers,
    /// It is the quorum's turn, once all brokers have answered.
    pub(super) quorum_waits: bool,
}

/// Whom to ask for the controller.
#[derive(Debug, Default)]
enum Controllers {
    /// Their quorum, as soon as it is their turn.
    #[default]
    Quorum,
    /// Their quorum, not before this moment.
    Later(Timestamp),
    /// The metadata: there is no quorum, so what they tell is true.
    Metadata,
}

impl Planner {
    /// Asks for all topics, if that is due, and with them for those that rounds are about.
    pub(super) fn ask_inventory(&mut self, now: Timestamp) -> bool {
        let due = !self.inventory.out && self.inventory.due.is_none_or(|due| due <= now);
        if due {
            self.inventory.out = true;
            self.ask(NO_ROUND, None, What::Inventory);
        }
        due
    }

    pub(super) fn inventory(&mut self, at: Timestamp, result: Result<Told, WireError>) {
        self.inventory.out = false;
        match result {
            Ok(Told::Metadata(metadata)) => self.all_topics(at, metadata),
            Ok(_) => {}
            Err(error) => {
                self.inventory.due = Some(at.plus(LEAST_PAUSE));
                self.see(at, Body::Inventory(Err(of_wire(&error))));
            }
        }
    }

    fn all_topics(&mut self, at: Timestamp, mut metadata: Metadata) {
        let bytes = convert::size(&metadata);
        let pause = Duration::from_millis(bytes.saturating_mul(1_000) / BYTES_PER_SECOND);
        self.inventory.due = Some(at.plus(pause.max(LEAST_PAUSE)));
        let topics = std::mem::take(&mut metadata.topics);
        if matches!(self.inventory.controllers, Controllers::Metadata) {
            self.see(at, Body::Controller(metadata.controller.map(BrokerId)));
        }
        self.brokers_told(at, metadata);
        let mut listed = Vec::with_capacity(topics.len());
        for topic in topics {
            if !(self.options.topics)(&topic.name) {
                continue;
            }
            let (name, internal) = (self.names.topic(&topic.name), topic.internal);
            let metadata = convert::topic_metadata(topic);
            self.wanted.learn(&name, &metadata);
            listed.push(TopicListed { topic: name, internal, metadata });
        }
        self.sample(&listed);
        self.ask_missing(&listed);
        self.see(at, Body::Inventory(Ok(listed)));
    }

    /// Of Kafka's own topics the writers are known.
    fn sample(&mut self, listed: &[TopicListed]) {
        let leaders: Vec<(&TopicName, Vec<Option<BrokerId>>)> = listed
            .iter()
            .filter(|of| !of.internal)
            .filter_map(|of| {
                let partitions = &of.metadata.as_ref().ok()?.partitions;
                Some((&of.topic, partitions.iter().map(|partition| partition.leader).collect()))
            })
            .collect();
        let topics = leaders.iter().map(|(topic, leaders)| (*topic, leaders.as_slice()));
        self.producers.topics(self.inventory.lists, topics);
        self.inventory.lists = self.inventory.lists.wrapping_add(1);
    }

    /// What is not listed may be deleted, or not to be seen: only a question about it tells which.
    fn ask_missing(&mut self, listed: &[TopicListed]) {
        let known: BTreeSet<_> = listed.iter().map(|of| &of.topic).collect();
        let mut missing = self.wanted.topics();
        missing.retain(|topic| !known.contains(topic));
        if !missing.is_empty() {
            self.ask_metadata_aside(missing);
        }
    }

    /// Asks for the controller, just after all brokers have answered: any of them passes the question on to
    /// the controller, and while that is silent answers nothing else that came by the same connection.
    pub(super) fn ask_quorum(&mut self, now: Timestamp) {
        let due = match self.inventory.controllers {
            Controllers::Quorum => true,
            Controllers::Later(due) => due <= now,
            Controllers::Metadata => false,
        };
        if due {
            // Until it is answered, for at most so long.
            self.inventory.controllers = Controllers::Later(now.plus(LEAST_PAUSE));
            self.ask(NO_ROUND, None, What::Quorum);
        }
    }

    pub(super) fn quorum(&mut self, at: Timestamp, result: Result<Told, WireError>) {
        match result {
            Ok(Told::Quorum(quorum)) => {
                self.see(at, Body::Controller(quorum.leader.map(BrokerId)));
            }
            Ok(_) => {}
            Err(error) => {
                self.inventory.controllers = match error.kind {
                    WireErrorKind::UnsupportedVersion { .. } => Controllers::Metadata,
                    WireErrorKind::Kafka(_) => Controllers::Later(at.plus(REFUSED_FOR)),
                    _ => Controllers::Later(at.plus(LEAST_PAUSE)),
                };
            }
        }
    }

    /// Asks who writes, of those brokers that owe nothing to an earlier round.
    pub(super) fn ask_producers(&mut self, now: Timestamp) {
        let wanted = &self.wanted;
        for (leader, partitions) in self.producers.next(now, |one| wanted.leader(one)) {
            if !self.round.behind.contains(&leader) {
                self.ask(NO_ROUND, Some(leader), What::Producers(partitions.into()));
            }
        }
    }

    pub(super) fn told_producers(
        &mut self,
        at: Timestamp,
        (leader, asked): (Option<BrokerId>, &Arc<[TopicPartitions]>),
        result: Result<Told, WireError>,
    ) {
        let Some(leader) = leader else { return };
        let observed = match result {
            Ok(Told::Producers(told)) => self.producers.told(at, leader, told, &mut self.names),
            Ok(_) => return,
            Err(error) => {
                let fault = of_wire(&error);
                self.producers.failed(at, leader, &fault);
                let failed = |of: &TopicPartitions| ProducersObserved {
                    topic: of.topic.clone(),
                    partitions: (of.partitions.iter())
                        .map(|&partition| (partition, Err(fault.clone())))
                        .collect(),
                };
                asked.iter().map(failed).collect()
            }
        };
        self.see(at, Body::Producers(observed));
    }

    /// Notes what the group on screen reads, as far as it has committed there.
    pub(super) fn note_focus(&mut self, group: &CommitsObserved) {
        let Ok(topics) = &group.topics else { return };
        if self.plan.focus.as_ref() == Some(&group.id) {
            let read = topics.iter().map(|of| TopicPartitions {
                topic: of.topic.clone(),
                partitions: of.partitions.iter().map(|commit| commit.partition).collect(),
            });
            self.producers.focus(read.collect());
        }
    }

    /// Notes where logs end, and where the last stable offset is behind an end that was told before.
    pub(super) fn note_ends(&mut self, which: LogOffset, topics: &[TopicOffsets]) {
        match which {
            LogOffset::HighWatermark => self.wanted.ended(topics),
            LogOffset::LastStable => {
                for of in topics {
                    for (partition, stable) in &of.partitions {
                        let Ok(stable) = stable else { continue };
                        let topic = of.topic.clone();
                        let one = TopicPartition { topic, partition: *partition };
                        let held = self.wanted.end(&one).is_some_and(|end| end > *stable);
                        self.producers.held(one, held);
                    }
                }
            }
            LogOffset::Start => {}
        }
    }
}
