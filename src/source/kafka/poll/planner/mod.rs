//! What to ask next, and what the answers mean. Pure: answers in, questions and observations out, so
//! that every order of events can be tested without a network.
//!
//! A round asks each broker for its groups; then, as soon as that broker has answered, for their
//! commits and for the members of those that are looked at, moving or due; then, once the coordinators
//! have answered or a short grace is over, asks each leader for the ends of all partitions that groups
//! named. Nobody waits for a broker that does not answer: while it owes an answer it is left out.
//!
//! `coordinators` is the first part of a round, `leaders` the second; `following` says what of the first
//! need not be asked while somebody listens; `orphans` what becomes of groups that nobody names; `ages` and
//! `inventory` stand beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::ages::Ages;
use super::ask::{Answer, Ask, Told, What};
use super::convert::NameFilter;
use super::groups::{Groups, Scope, describable};
use super::producers::Producers;
use super::wanted::Wanted;
use crate::model::{Body, BrokerId, Fault, Isolation, Observation, PollPlan, SourceId, Timestamp};
use crate::source::kafka::interned::Interned;

mod ages;
mod coordinators;
mod following;
mod inventory;
mod leaders;
mod orphans;
#[cfg(test)]
mod tests;

pub(super) use following::CATCH_UP;
use following::{Following, Gates};
use inventory::Inventory;
use leaders::Slow;

/// What polling is about; fixed for its life.
#[derive(Clone)]
pub struct Options {
    /// The groups that are looked at.
    pub groups: NameFilter,
    /// The topics that are looked at.
    pub topics: NameFilter,
    /// Which end counts.
    pub isolation: Isolation,
    /// How much is asked each round.
    pub scope: Scope,
    /// The most requests a second.
    pub max_requests: u32,
}

/// A question asked outside of rounds belongs to none.
const NO_ROUND: u64 = 0;

/// The state of polling.
pub(super) struct Planner {
    options: Options,
    plan: PollPlan,
    names: Interned,
    groups: Groups,
    wanted: Wanted,
    ages: Ages,
    /// `None` while nobody listens.
    following: Option<Following>,
    inventory: Inventory,
    producers: Producers,
    /// Live brokers of the latest metadata.
    brokers: Vec<BrokerId>,
    /// It was asked who coordinates groups that have no coordinator.
    seeking: bool,
    /// How many answers of rounds each broker owes; while it owes any, rounds leave it out.
    owed: BTreeMap<BrokerId, usize>,
    /// How many answers outside of rounds it owes.
    owed_closely: BTreeMap<BrokerId, usize>,
    /// Why the last list failed; `None` once one was told again.
    list_fault: Option<Fault>,
    round: Round,
    asks: Vec<Ask>,
    seen: Vec<Observation>,
}

/// The round under way.
#[derive(Debug, Default)]
struct Round {
    number: u64,
    started: Timestamp,
    /// Answers still out, in the first part (coordinators) and in all.
    coordinators_out: usize,
    out: usize,
    lists_failed: usize,
    /// Brokers that told their groups.
    told: BTreeSet<BrokerId>,
    /// Brokers that owed an answer when it began. Owing one of this round is no reason to leave a
    /// broker out: who is merely slow has its ends asked for like the others.
    behind: BTreeSet<BrokerId>,
    /// A broker was left out, or a question put off.
    partial: bool,
    leaders_asked: bool,
    /// Brokers that are not asked about groups yet.
    gates: Gates,
    /// Metadata were asked for that the round does not wait for.
    asked_aside: bool,
}

/// What a finished round brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finished {
    pub(super) number: u64,
    pub(super) started: Timestamp,
    pub(super) lists_complete: bool,
    pub(super) complete: bool,
    /// Some broker told its groups.
    pub(super) answered: bool,
    /// Why the last list failed, if none was told since.
    pub(super) fault: Option<Fault>,
}

impl Planner {
    pub(super) fn new(options: Options, plan: PollPlan) -> Self {
        let mut ages = Ages::default();
        ages.wish(&plan.ages);
        Self {
            options,
            plan,
            names: Interned::default(),
            groups: Groups::default(),
            wanted: Wanted::default(),
            ages,
            following: None,
            inventory: Inventory::default(),
            producers: Producers::default(),
            brokers: Vec::new(),
            seeking: false,
            owed: BTreeMap::new(),
            owed_closely: BTreeMap::new(),
            list_fault: None,
            round: Round::default(),
            asks: Vec::new(),
            seen: Vec::new(),
        }
    }

    /// The questions to ask now, and what was seen since last asked for.
    pub(super) fn take(&mut self) -> (Vec<Ask>, Vec<Observation>) {
        (std::mem::take(&mut self.asks), std::mem::take(&mut self.seen))
    }

    pub(super) fn plan(&self) -> &PollPlan {
        &self.plan
    }

    /// Takes over new wishes. A group that was not looked at before is described at once.
    pub(super) fn wish(&mut self, now: Timestamp, plan: PollPlan) {
        if self.plan.ages != plan.ages {
            self.ages.wish(&plan.ages);
            self.ask_ages(now);
        }
        let before = std::mem::replace(&mut self.plan, plan);
        if before.focus != self.plan.focus {
            self.producers.focus(Vec::new());
        }
        let Some(focus) = self.plan.focus.clone().filter(|focus| !before.is_visible(focus)) else {
            return;
        };
        let Some(known) = self.groups.get(&focus) else { return };
        let (coordinator, kind) = (known.coordinator, known.kind);
        if describable(kind) {
            self.ask(NO_ROUND, Some(coordinator), What::Describe(kind, [focus].into()));
        }
    }

    /// Asks once more about groups on screen that are changing hands; returns how many questions that takes.
    pub(super) fn look_closely(&mut self) -> usize {
        let moving = self.groups.visibly_moving(&self.plan);
        let questions = moving.len();
        for ((coordinator, kind), groups) in moving {
            if self.owed_closely.get(&coordinator).is_none_or(|&owed| owed == 0) {
                let what = What::Describe(kind, groups.into());
                self.ask(NO_ROUND, Some(coordinator), what);
            }
        }
        questions
    }

    /// Are groups on screen changing hands?
    pub(super) fn is_moving(&self) -> bool {
        !self.groups.visibly_moving(&self.plan).is_empty()
    }

    /// Would a round find a broker that owes nothing?
    pub(super) fn anybody_free(&self) -> bool {
        self.brokers.is_empty() || self.brokers.iter().any(|&broker| !self.owes(broker))
    }

    /// Begins a round with the brokers of the latest metadata.
    pub(super) fn begin(&mut self, now: Timestamp) {
        let number = self.round.number + 1;
        let owing = self.owed.iter().filter(|(_, owed)| **owed > 0);
        let behind = owing.map(|(&broker, _)| broker).collect();
        self.round = Round { number, started: now, behind, ..Round::default() };
        self.wanted.forget(number);
        self.ages.round(now);
        self.ask_ages(now);
        if self.brokers.is_empty() {
            self.ask_metadata(Vec::new());
            return;
        }
        self.ask_lists();
        match self.slow_turn() {
            Some(Slow::Metadata) if !self.ask_inventory(now) => {
                self.ask_metadata(self.wanted.topics());
            }
            Some(Slow::Producers) => self.ask_producers(now),
            Some(Slow::Quorum) => self.inventory.quorum_waits = true,
            _ => {}
        }
    }

    fn ask_lists(&mut self) {
        for broker in self.brokers.clone() {
            if self.owes(broker) {
                self.round.partial = true;
                continue;
            }
            self.ask_coordinator(broker, What::List);
            self.ask_look(broker);
        }
    }

    /// The grace is over, or every coordinator has answered: on to the ends.
    pub(super) fn ask_leaders(&mut self) {
        self.stop_waiting();
        if std::mem::replace(&mut self.round.leaders_asked, true) {
            return;
        }
        let split = self.wanted.by_leader(self.round.number);
        self.ask_metadata_of(&split.unknown);
        self.ask_offsets(split);
    }

    /// Is there anything that the round still waits for?
    pub(super) const fn round_out(&self) -> usize {
        self.round.out
    }

    /// Do only ends remain to be asked?
    pub(super) const fn coordinators_done(&self) -> bool {
        self.round.coordinators_out == 0 && !self.round.leaders_asked
    }

    /// Were the ends asked for?
    pub(super) const fn leaders_asked(&self) -> bool {
        self.round.leaders_asked
    }

    /// Ends the round under way, whether all answers came or not.
    pub(super) fn finish(&mut self) -> Finished {
        let round = &self.round;
        let waited_for_none = round.out == 0;
        let answered = !round.told.is_empty();
        // A broker may have come or gone since it began: of whose groups nobody has told, none is gone.
        let unheard = self.groups.has_of_others(&round.told);
        let failed = round.partial || round.lists_failed > 0;
        let lists_complete = waited_for_none && answered && !failed && !unheard;
        let finished = Finished {
            number: round.number,
            started: round.started,
            lists_complete,
            complete: waited_for_none && !round.partial && self.options.scope == Scope::Everything,
            answered,
            fault: self.list_fault.clone(),
        };
        if std::mem::take(&mut self.inventory.quorum_waits) && lists_complete {
            self.ask_quorum(finished.started);
        }
        if unheard && answered {
            self.seek_coordinators();
        }
        finished
    }

    /// Takes in an answer.
    pub(super) fn answer(&mut self, answer: Answer) {
        let Answer { ask, asked, at, result, .. } = answer;
        let debts = if ask.round == NO_ROUND { &mut self.owed_closely } else { &mut self.owed };
        if let Some(owed) = ask.broker.and_then(|broker| debts.get_mut(&broker)) {
            *owed = owed.saturating_sub(1);
        }
        let current = ask.round == self.round.number;
        match (ask.what, result) {
            (What::Metadata(_), Ok(Told::Metadata(metadata))) => self.metadata(at, metadata),
            (What::Metadata(topics), Err(error)) => self.metadata_failed(at, topics, &error),
            (What::List, result) => self.list(at, (ask.broker, current), result),
            (What::Look(_), result) => self.looked(asked, (ask.broker, current), result),
            (What::Commits(groups), result) => self.commits((asked, at), (&groups, false), result),
            (What::Compare(groups), result) => self.commits((asked, at), (&groups, true), result),
            (What::Describe(_, groups), result) => {
                self.described((asked, at), ask.broker, &groups, result);
            }
            (What::Offsets(which, partitions), result) => {
                self.offsets(asked, which, &partitions, result);
            }
            (What::Times(times), result) => self.times(at, &times, result),
            (What::Inventory, result) => self.inventory(at, result),
            (What::Quorum, result) => self.quorum(at, result),
            (What::Coordinators(_), result) => self.coordinators((asked, at), result),
            (What::Producers(asked), result) => {
                self.told_producers(at, (ask.broker, &asked), result);
            }
            (What::Metadata(_), Ok(_)) => {}
        }
        if current {
            self.round.out = self.round.out.saturating_sub(1);
            if !self.round.leaders_asked {
                self.round.coordinators_out = self.round.coordinators_out.saturating_sub(1);
            }
        }
    }

    fn owes(&self, broker: BrokerId) -> bool {
        self.owed.get(&broker).is_some_and(|&owed| owed > 0)
    }

    fn ask(&mut self, round: u64, broker: Option<BrokerId>, what: What) {
        if let Some(broker) = broker {
            let debts = if round == NO_ROUND { &mut self.owed_closely } else { &mut self.owed };
            *debts.entry(broker).or_default() += 1;
        }
        if round != NO_ROUND {
            self.round.out += 1;
        }
        self.asks.push(Ask { round, broker, what });
    }

    fn ask_coordinator(&mut self, broker: BrokerId, what: What) {
        self.round.coordinators_out += 1;
        self.ask(self.round.number, Some(broker), what);
    }

    fn see(&mut self, at: Timestamp, body: Body) {
        self.seen.push(Observation { at, source: SourceId::Poll, body });
    }
}

/// How long the ends wait for coordinators that are slow to answer.
pub(super) fn grace(interval: Duration) -> Duration {
    (interval / 4).clamp(Duration::from_millis(50), Duration::from_millis(500))
}
