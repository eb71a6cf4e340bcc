//! The reducer: observations in, snapshots out.
//!
//! [`Store::apply`] folds one observation into what is known; [`Store::publish`] derives what follows
//! from it (lag, rates, sums, rebalances) for the groups that changed, and gives out a [`Snapshot`].
//! Both are pure: the same observations give the same snapshots, live, replayed or in a test. Only
//! [`task`] is asynchronous.
//!
//! This room imports [`model`](crate::model) and [`diagnose`](crate::diagnose). It never reads a clock and never asks anybody for
//! anything; what it does not know stays `None`.
//!
//! | file | what it does |
//! |---|---|
//! | `groups` | lists and descriptions of groups |
//! | `commits` | committed offsets, as answered |
//! | `recorded` | committed offsets, as recorded |
//! | `topics` | metadata and log offsets of topics |
//! | `writers` | their producers, and what transactions hold back |
//! | `inventory` | what there is in the cluster, and what of it came and went |
//! | `past` | what was before the start, put in front of the present |
//! | `rebalances` | what changed between two answers about a group |
//! | `fold` | one group, put together from its records |
//! | `course` | the rebalances that those records tell of, exactly |
//! | `recall` | the same of the time before the start |
//! | `membership` | which groups have such a fold, and how answers compare with records |
//! | `derive` | lag, rates and sums of one group |
//! | `findings` | what the rules say of what changed |
//! | `processes` | this host and its processes |
//! | `matches` | which of them the members are, and what a record costs them |
//! | `timings` | when members committed and sockets sent, to tell candidates apart |
//! | `costs` | what a record costs, over a long time |
//! | `sources` | health and cost of the sources |
//! | `task` | the channel in, the channel out, and how often to publish |

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::diagnose::RuleBook;
use crate::model::marker::MARKERS_KEPT;
use crate::model::observation::ClusterObserved;
use crate::model::{
    Body, BrokerHealth, BrokerId, BrokerView, ClusterView, GroupEntry, GroupId, Isolation, Marker,
    Observation, Snapshot, Timestamp, TopicEntry, TopicName, Totals,
};

mod commits;
mod costs;
mod course;
mod derive;
mod findings;
mod fold;
mod groups;
mod inventory;
mod matches;
mod membership;
mod past;
mod processes;
mod rebalances;
mod recall;
mod recorded;
mod sources;
pub mod task;
mod timings;
mod topics;
mod writers;

use findings::Turns;
use groups::GroupCell;
use inventory::Inventory;
use membership::Ledger;
use processes::Processes;
use sources::SourceCells;
use topics::TopicCell;

/// Everything known, and what of it changed since it was last published.
#[derive(Debug)]
pub struct Store {
    isolation: Isolation,
    version: u64,
    at: Timestamp,
    cluster: Arc<ClusterView>,
    groups: BTreeMap<GroupId, GroupCell>,
    topics: BTreeMap<TopicName, TopicCell>,
    sources: SourceCells,
    ledger: Ledger,
    book: RuleBook,
    turns: Turns,
    past: past::Past,
    processes: Processes,
    inventory: Inventory,
    markers: Arc<Vec<Marker>>,
}

/// Figures that move though nothing new was seen, as rates do that fade, are derived so often.
const DRIFT: Duration = Duration::from_secs(1);

/// How many groups are judged for a publication of a store that lives: in clusters of up to so many
/// groups all that changed, in one of ten thousand all within some seconds, since publications come ten a
/// second there.
pub const JUDGED_AT_ONCE: usize = 200;

impl Store {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(isolation: Isolation) -> Self {
        Self {
            isolation,
            version: 0,
            at: Timestamp::default(),
            cluster: Arc::default(),
            groups: BTreeMap::new(),
            topics: BTreeMap::new(),
            sources: SourceCells::default(),
            ledger: Ledger::default(),
            book: RuleBook::default(),
            turns: Turns::of(usize::MAX),
            past: past::Past::default(),
            processes: Processes::default(),
            inventory: Inventory::default(),
            markers: Arc::default(),
        }
    }

    /// Judges by these rules.
    #[must_use]
    pub fn ruled_by(mut self, rules: impl Into<RuleBook>) -> Self {
        self.book = rules.into();
        self
    }

    /// Judges at most so many groups for a publication, each in its turn: rules read histories, and a
    /// picture of thousands of groups does not wait for all of that. What has not had its turn keeps what
    /// was said of it.
    #[must_use]
    pub const fn judging_in_turn(mut self, most: usize) -> Self {
        self.turns = Turns::of(most);
        self
    }

    /// Folds one observation in.
    pub fn apply(&mut self, observation: Observation) {
        let Observation { at, source, body } = observation;
        self.at = self.at.max(at);
        let gap_after = self.sources.pace().gap_after();
        match body {
            Body::Cluster(cluster) => self.cluster(at, cluster),
            Body::Controller(controller) => self.inventory.controller(at, controller),
            Body::BrokerHealth(healths) => self.broker_health(healths),
            Body::GroupList(list) => groups::list(&mut self.groups, (at, gap_after), list),
            Body::Groups(described) => {
                groups::describe(&mut self.groups, at, described, &mut self.ledger);
            }
            Body::Membership(records) => {
                membership::recorded((&self.ledger, &mut self.groups), at, records);
            }
            Body::TopicNames(names) => self.ledger.named(names),
            Body::Commits(polled) => {
                let known = (&mut self.groups, &self.topics);
                commits::commits(known, (at, gap_after), polled, &mut self.ledger);
            }
            Body::Recorded(recorded) => {
                self.processes.timings.recorded(at, &recorded, &self.groups);
                recorded::recorded(&mut self.groups, at, recorded);
            }
            Body::Followed(told) => groups::followed(&mut self.groups, at, told),
            Body::Topics(observed) => topics::metadata(&mut self.topics, at, observed),
            Body::Offsets(offsets) => {
                topics::offsets(&mut self.topics, (at, gap_after), self.isolation, offsets);
            }
            Body::Inventory(listed) => {
                topics::listed(&mut self.topics, at, listed.as_deref().unwrap_or_default());
                self.inventory.topics(at, listed);
            }
            Body::Producers(observed) => writers::producers(&mut self.topics, at, observed),
            Body::RecordTimes(times) => topics::record_times(&mut self.topics, at, times),
            Body::Host(sample) => self.processes.host(at, sample),
            Body::Processes(found) => self.processes.found(at, found),
            Body::ProcessSamples(samples) => self.processes.samples(at, samples),
            Body::Sends(seen) => self.processes.timings.sends(at, &seen),
            Body::Marker(marker) => self.marked(marker),
            Body::Round(report) => {
                if report.lists_complete {
                    self.forget_unlisted(report.started);
                    self.inventory.groups(at, &self.groups);
                }
                self.sources.round(source, at, report);
            }
            Body::Cost(cost) => self.sources.cost(source, at, cost),
            Body::Health(health) => {
                let known = (&mut self.ledger, &mut self.groups);
                membership::health(known, at, (source, &health));
                self.sources.health(source, health);
            }
            Body::Past(piece) => self.past.take(piece),
            Body::History(progress) => {
                self.past.is_over |= progress.stage.is_over();
                self.sources.history(source, progress);
            }
        }
    }

    /// Each at its moment, which may be before those that were marked earlier.
    fn marked(&mut self, marker: Marker) {
        let markers = Arc::make_mut(&mut self.markers);
        let place = markers.partition_point(|known| known.at <= marker.at);
        markers.insert(place, marker);
        if markers.len() > MARKERS_KEPT {
            markers.remove(0);
        }
    }

    fn broker_health(&mut self, healths: Vec<(BrokerId, BrokerHealth)>) {
        let view = Arc::make_mut(&mut self.cluster);
        for (id, health) in healths {
            if let Some(broker) = view.brokers.iter_mut().find(|view| view.broker.id == id) {
                broker.health = health;
            }
        }
    }

    /// Brokers keep what is known of their health.
    fn cluster(&mut self, at: Timestamp, cluster: ClusterObserved) {
        let view = Arc::make_mut(&mut self.cluster);
        let known = std::mem::take(&mut view.brokers);
        view.id = cluster.id.or_else(|| view.id.take());
        view.controller = cluster.controller;
        view.brokers = cluster
            .brokers
            .into_iter()
            .map(|broker| {
                let before = known.iter().find(|view| view.broker.id == broker.id);
                let health = before.map_or(BrokerHealth::Unknown, |view| view.health.clone());
                BrokerView { broker, health }
            })
            .collect();
        view.brokers.sort_by_key(|view| view.broker.id);
        self.inventory.brokers(at, &self.cluster.brokers);
    }

    /// Puts what was told of the past in front of the present.
    fn join_past(&mut self) {
        if self.sources.been_round() {
            self.past.join(&mut past::Present {
                groups: &mut self.groups,
                topics: &mut self.topics,
                names: self.ledger.names(),
                now: self.at,
            });
        }
    }

    /// Drops groups that no coordinator named in a round in which all of them answered, and topics that
    /// no group needs any more and whose producers nobody looks at.
    fn forget_unlisted(&mut self, round_started: Timestamp) {
        let before = self.groups.len();
        self.groups.retain(|_, cell| {
            let seen = cell.seen.listed.or(cell.seen.described).or(cell.seen.commits);
            seen.is_none_or(|at| at >= round_started)
        });
        if self.groups.len() != before {
            let used: std::collections::BTreeSet<_> =
                self.groups.values().flat_map(GroupCell::topic_names).cloned().collect();
            let now = self.at;
            self.topics.retain(|name, cell| used.contains(name) || cell.is_watched(now));
        }
    }

    /// Derives what follows from the observations so far, and gives out everything known.
    pub fn publish(&mut self) -> Arc<Snapshot> {
        self.join_past();
        let touched = self.derive();
        self.processes.derive(&self.groups, self.sources.is_listening());
        let looked_at = self.processes.looked_at();
        let processes = self.processes.view();
        let court = findings::Court { topics: &self.topics, processes: &processes, now: self.at };
        for (cell, touched) in self.groups.values_mut().zip(touched) {
            if touched || looked_at.as_ref() == Some(&cell.view.id) {
                cell.judge();
            }
        }
        findings::groups(&mut self.groups, &mut self.turns, &court, &mut self.book);
        for cell in self.topics.values_mut() {
            findings::topic(cell, &self.groups, &mut self.book, self.at);
            cell.published();
        }
        findings::cluster(&mut self.inventory, &mut self.book, self.at);
        self.version += 1;
        Arc::new(Snapshot {
            version: self.version,
            at: self.at,
            isolation: self.isolation,
            cluster: Arc::clone(&self.cluster),
            groups: self.groups.values().map(GroupCell::entry).collect(),
            inventory: self.inventory.entry(),
            topics: self.topics.values().map(TopicCell::entry).collect(),
            sources: self.sources.views(),
            processes,
            totals: Totals::of(self.groups.values().map(|cell| &*cell.view)),
            differences: self.ledger.differences(),
            markers: Arc::clone(&self.markers),
        })
    }

    /// Derives what follows for topics and groups; says of each group whether something changed.
    fn derive(&mut self) -> Vec<bool> {
        let pace = self.sources.pace();
        let min_span = pace.min_rate_span();
        for cell in self.topics.values_mut() {
            cell.derive_rates(self.at, min_span);
        }
        let groups = self.groups.values_mut();
        let each = groups.map(|cell| {
            let topics = || cell.topic_names().filter_map(|name| self.topics.get(name));
            let touched = cell.dirty
                || topics().any(|topic| topic.changed)
                || cell.unsettled
                    && (self.at.since(cell.derived) >= DRIFT || topics().any(TopicCell::has_news));
            if touched {
                let basis = derive::Basis {
                    topics: &self.topics,
                    isolation: self.isolation,
                    min_span,
                    pause: pace.gap_after(),
                    at: self.at,
                };
                derive::group(cell, &basis);
            }
            touched
        });
        each.collect()
    }
}

/// Where the gap after `last`, the last moment of knowledge, begins in history: a step later, because
/// within a step the later point replaces the earlier.
fn gap_start(last: Timestamp) -> Timestamp {
    last.plus(Duration::from_secs(1))
}

impl GroupCell {
    fn entry(&self) -> GroupEntry {
        let findings = Arc::clone(&self.judged.findings);
        GroupEntry { view: Arc::clone(&self.view), seen: self.seen, findings }
    }
}

impl TopicCell {
    fn entry(&self) -> TopicEntry {
        TopicEntry {
            view: Arc::clone(&self.view),
            confirmed: self.confirmed.as_slice().into(),
            findings: Arc::clone(&self.judged.findings),
        }
    }
}

#[cfg(test)]
mod tests;
