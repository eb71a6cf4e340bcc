//! Whose producers to look at next, and what came of them since the look before. Pure.
//!
//! `DescribeProducers` tells everything that a leader remembers, which after hours of a producer for each
//! record is a lot; it needs READ on the topic, and brokers log who asks without. So it is asked now and
//! then, of few partitions ([`A_TURN`]), and less often where answers are large ([`BYTES_PER_SECOND`]): of
//! those on which something holds records back, of the group on screen, of those whose producers are
//! seen to come and go, and of a sample of all others, which finds these where nobody looks. Where it is
//! refused it is not asked again for a while ([`REFUSED_FOR`]).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::fault::of_kafka;
use crate::model::writers::{OpenTransaction, ProducersObserved, ProducersSeen, Written};
use crate::model::{BrokerId, Fault, Timestamp, TopicName, TopicPartition, TopicPartitions};
use crate::source::kafka::interned::Interned;
use crate::source::kafka::wire::{Producer, TopicProducers};

/// Partitions asked about in a turn.
pub(super) const A_TURN: usize = 50;
/// Of these, partitions on which records are held back.
const HELD: usize = 10;
/// Of these, partitions whose producers come and go.
const SUSPECTS: usize = 15;
/// Of these, partitions of the sample.
const SAMPLES: usize = 10;

/// What answers may bring a second, on the mean: a hundredth of what rounds may.
const BYTES_PER_SECOND: u64 = 64 << 10;
/// A producer in an answer.
const BYTES_A_PRODUCER: u64 = 37;
/// So long nobody is asked again who refused, or who cannot tell.
pub(super) const REFUSED_FOR: Duration = Duration::from_mins(10);

/// So many producers in a sample are worth a second look.
const SUSPICIOUS: usize = 20;
/// After so many looks at which nobody new came it is no suspect any more.
const PATIENCE: u8 = 3;
/// And is none again for so long.
const CLEARED_FOR: Duration = Duration::from_mins(30);

/// Producers that are remembered from one look to the next, on all partitions together.
const REMEMBERED: usize = 1_000_000;
/// Open transactions told of a partition; the one with the least offset is the one that holds back.
const OPEN: usize = 5;

/// The looks so far, and what they are to be about.
#[derive(Debug, Default)]
pub(super) struct Producers {
    /// Partitions of the group on screen.
    focus: Vec<TopicPartitions>,
    /// Partitions on which the last stable offset was seen behind the end.
    held: BTreeSet<TopicPartition>,
    suspects: BTreeMap<TopicPartition, Suspect>,
    /// One partition of each topic, another at each list of topics, and its leader.
    sample: Vec<(TopicPartition, BrokerId)>,
    /// Where the turn of the sample goes on.
    turn: usize,
    /// The producers of the last look, by id; of partitions that are looked at again.
    last: BTreeMap<TopicPartition, (Timestamp, Vec<Mark>)>,
    /// Topics that may not be read, and since when that is known.
    refused: BTreeMap<TopicName, Timestamp>,
    /// Brokers that cannot tell, and since when that is known.
    unable: BTreeMap<BrokerId, Timestamp>,
    cleared: BTreeMap<TopicPartition, Timestamp>,
    rests_until: Option<Timestamp>,
}

/// A partition whose producers may come and go.
#[derive(Debug)]
struct Suspect {
    leader: BrokerId,
    /// Looks in a row at which nobody came.
    quiet: u8,
}

/// By what it is known that a producer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    id: i64,
    epoch: i32,
    sequence: Option<i32>,
}

impl Producers {
    /// The partitions that the group on screen reads.
    pub(super) fn focus(&mut self, partitions: Vec<TopicPartitions>) {
        self.focus = partitions;
    }

    /// Whether records of a partition are held back.
    pub(super) fn held(&mut self, partition: TopicPartition, held: bool) {
        if held {
            self.held.insert(partition);
        } else {
            self.held.remove(&partition);
        }
    }

    /// The partitions of all topics with their leaders: `which` counts these lists.
    pub(super) fn topics<'a>(
        &mut self,
        which: usize,
        topics: impl Iterator<Item = (&'a TopicName, &'a [Option<BrokerId>])>,
    ) {
        self.sample.clear();
        for (topic, leaders) in topics {
            for (number, leader) in (0_i32..).zip(leaders) {
                let one = TopicPartition { topic: topic.clone(), partition: number };
                if let (Some(suspect), Some(leader)) = (self.suspects.get_mut(&one), leader) {
                    suspect.leader = *leader;
                }
            }
            let Some(index) = which.checked_rem(leaders.len()) else { continue };
            let leader = leaders.get(index).copied().flatten();
            if let (Some(leader), Ok(partition)) = (leader, i32::try_from(index)) {
                self.sample.push((TopicPartition { topic: topic.clone(), partition }, leader));
            }
        }
    }

    /// The questions of this turn, by leader; `leader` tells the leaders of what groups read.
    pub(super) fn next(
        &mut self,
        now: Timestamp,
        leader: impl Fn(&TopicPartition) -> Option<BrokerId>,
    ) -> BTreeMap<BrokerId, Vec<TopicPartitions>> {
        if self.rests_until.is_some_and(|until| until > now) {
            return BTreeMap::new();
        }
        self.rests_until = None;
        self.held.retain(|one| leader(one).is_some());
        self.refused.retain(|_, since| now.since(*since) < REFUSED_FOR);
        self.unable.retain(|_, since| now.since(*since) < REFUSED_FOR);
        self.cleared.retain(|_, since| now.since(*since) < CLEARED_FOR);
        let mut chosen = BTreeMap::new();
        let held = self.held.iter().filter_map(|one| Some((one.clone(), leader(one)?)));
        self.choose(&mut chosen, HELD, held);
        let suspects = self.suspects.iter().map(|(one, of)| (one.clone(), of.leader));
        self.choose(&mut chosen, SUSPECTS, suspects);
        let read = in_turns(&self.focus).filter_map(|one| Some((one.clone(), leader(&one)?)));
        let room = A_TURN.saturating_sub(SAMPLES).saturating_sub(chosen.len());
        self.choose(&mut chosen, room, read);
        // What is looked at again is compared with this look; a sample is not, unless it is suspicious.
        self.last.retain(|one, _| chosen.contains_key(one));
        self.choose_samples(&mut chosen);
        by_leader(chosen)
    }

    /// Adds up to `room` of `from` that may be asked about.
    fn choose(
        &self,
        chosen: &mut BTreeMap<TopicPartition, BrokerId>,
        room: usize,
        from: impl Iterator<Item = (TopicPartition, BrokerId)>,
    ) {
        let most = chosen.len().saturating_add(room);
        for (one, leader) in from {
            if chosen.len() >= most {
                return;
            }
            if self.may_ask(&one, leader) {
                chosen.entry(one).or_insert(leader);
            }
        }
    }

    fn choose_samples(&mut self, chosen: &mut BTreeMap<TopicPartition, BrokerId>) {
        let after = self.turn.checked_rem(self.sample.len()).unwrap_or(0);
        let (early, late) = self.sample.split_at(after);
        let mut passed = 0;
        let mut left = SAMPLES;
        for (one, leader) in late.iter().chain(early) {
            if left == 0 {
                break;
            }
            passed += 1;
            let known = chosen.contains_key(one) || self.cleared.contains_key(one);
            if !known && self.may_ask(one, *leader) {
                chosen.insert(one.clone(), *leader);
                left -= 1;
            }
        }
        self.turn = after.saturating_add(passed);
    }

    fn may_ask(&self, one: &TopicPartition, leader: BrokerId) -> bool {
        !self.refused.contains_key(&one.topic) && !self.unable.contains_key(&leader)
    }

    /// Takes in what a leader told at `at`.
    pub(super) fn told(
        &mut self,
        at: Timestamp,
        leader: BrokerId,
        told: Vec<TopicProducers>,
        names: &mut Interned,
    ) -> Vec<ProducersObserved> {
        let mut bytes = 0;
        let observed = told.into_iter().map(|of| {
            let topic = names.topic(&of.topic);
            let mut partitions: Vec<_> = of
                .partitions
                .into_iter()
                .map(|(partition, producers)| {
                    let one = TopicPartition { topic: topic.clone(), partition };
                    let seen = match producers {
                        Ok(producers) => {
                            bytes += BYTES_A_PRODUCER.saturating_mul(producers.len() as u64);
                            Ok(self.look(at, leader, one, producers))
                        }
                        Err(error) => Err(self.refuse(at, one, of_kafka(&error))),
                    };
                    (partition, seen)
                })
                .collect();
            partitions.sort_unstable_by_key(|(partition, _)| *partition);
            ProducersObserved { topic, partitions }
        });
        let observed = observed.collect();
        let rest = Duration::from_millis(bytes.saturating_mul(1_000) / BYTES_PER_SECOND);
        self.rests_until = self.rests_until.max(Some(at.plus(rest)));
        observed
    }

    /// Notes that a leader did not answer; for good, if it cannot.
    pub(super) fn failed(&mut self, at: Timestamp, leader: BrokerId, fault: &Fault) {
        if &*fault.code == "UNSUPPORTED_VERSION" {
            self.unable.insert(leader, at);
        }
    }

    fn refuse(&mut self, at: Timestamp, one: TopicPartition, fault: Fault) -> Fault {
        self.suspects.remove(&one);
        self.last.remove(&one);
        if &*fault.code == "TOPIC_AUTHORIZATION_FAILED" {
            self.refused.insert(one.topic, at);
        }
        fault
    }

    fn look(
        &mut self,
        at: Timestamp,
        leader: BrokerId,
        one: TopicPartition,
        mut producers: Vec<Producer>,
    ) -> ProducersSeen {
        producers.sort_unstable_by_key(|producer| producer.producer_id);
        let before = self.last.remove(&one);
        let since = before.map(|(from, before)| written(from, &before, &producers));
        self.judge((at, leader), &one, producers.len(), since);
        let kept: usize = self.last.values().map(|(_, marks)| marks.len()).sum();
        if kept.saturating_add(producers.len()) <= REMEMBERED {
            self.last.insert(one, (at, producers.iter().map(Mark::of).collect()));
        }
        let oldest = producers.iter().filter_map(|producer| producer.last_timestamp).min();
        ProducersSeen {
            active: u32::try_from(producers.len()).unwrap_or(u32::MAX),
            since,
            oldest: oldest.map(Timestamp::from_millis),
            open: open(&producers),
        }
    }

    /// Whether to look again though nobody else does.
    fn judge(
        &mut self,
        (at, leader): (Timestamp, BrokerId),
        one: &TopicPartition,
        active: usize,
        since: Option<Written>,
    ) {
        let Some(suspect) = self.suspects.get_mut(one) else {
            let worth = active >= SUSPICIOUS && !self.cleared.contains_key(one);
            if worth && self.suspects.len() < SUSPECTS {
                self.suspects.insert(one.clone(), Suspect { leader, quiet: 0 });
            }
            return;
        };
        let Some(Written { came, wrote, .. }) = since else { return };
        let comes = came > 0 && came >= wrote / 2;
        suspect.quiet = if comes { 0 } else { suspect.quiet.saturating_add(1) };
        if suspect.quiet >= PATIENCE {
            self.suspects.remove(one);
            self.cleared.insert(one.clone(), at);
        }
    }
}

impl Mark {
    const fn of(producer: &Producer) -> Self {
        Self { id: producer.producer_id, epoch: producer.epoch, sequence: producer.last_sequence }
    }
}

/// What producers did since the look at `from`; both lists ascend by id.
fn written(from: Timestamp, before: &[Mark], now: &[Producer]) -> Written {
    let (mut came, mut wrote) = (0, 0);
    for producer in now {
        let known = before.binary_search_by_key(&producer.producer_id, |mark| mark.id).ok();
        match known.and_then(|index| before.get(index)) {
            None => (came, wrote) = (came + 1, wrote + 1),
            Some(mark) if *mark != Mark::of(producer) => wrote += 1,
            Some(_) => {}
        }
    }
    Written { from, came, wrote }
}

fn open(producers: &[Producer]) -> Vec<OpenTransaction> {
    let mut open: Vec<_> = producers
        .iter()
        .filter_map(|producer| {
            Some(OpenTransaction {
                producer_id: producer.producer_id,
                epoch: producer.epoch,
                coordinator_epoch: producer.coordinator_epoch,
                start: producer.transaction_start?,
                last_write: producer.last_timestamp.map(Timestamp::from_millis),
            })
        })
        .collect();
    open.sort_by_key(|transaction| transaction.start);
    open.truncate(OPEN);
    open
}

/// The first partition of each topic, then the second of each, and so on: always in the same order, so
/// that the same ones are looked at again.
fn in_turns(topics: &[TopicPartitions]) -> impl Iterator<Item = TopicPartition> + '_ {
    let longest = topics.iter().map(|of| of.partitions.len()).max().unwrap_or(0);
    (0..longest).flat_map(move |nth| {
        topics.iter().filter_map(move |of| {
            let partition = *of.partitions.get(nth)?;
            Some(TopicPartition { topic: of.topic.clone(), partition })
        })
    })
}

fn by_leader(
    chosen: BTreeMap<TopicPartition, BrokerId>,
) -> BTreeMap<BrokerId, Vec<TopicPartitions>> {
    let mut led: BTreeMap<BrokerId, Vec<TopicPartitions>> = BTreeMap::new();
    for (TopicPartition { topic, partition }, leader) in chosen {
        let topics = led.entry(leader).or_default();
        match topics.last_mut().filter(|of| of.topic == topic) {
            Some(of) => of.partitions.push(partition),
            None => topics.push(TopicPartitions { topic, partitions: vec![partition] }),
        }
    }
    led
}
