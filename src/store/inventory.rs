//! What there is in the cluster: counts over time, and what came, went or changed between two looks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::findings::Judged;
use super::groups::GroupCell;
use crate::model::inventory::{
    CHANGES_KEPT, Change, Changed, Count, Counted, Newcomer, PartitionChange, TopicListed,
};
use crate::model::observation::{PartitionMetadata, TopicMetadata};
use crate::model::{
    BrokerId, BrokerView, Fault, GroupId, InventoryEntry, InventoryView, Timestamp, TopicId,
    TopicName,
};

/// Changes of one kind that are told of one look; of the others it is told how many there are. A broker
/// that restarts changes the leaders of thousands of topics.
const TOLD: usize = 20;

/// Everything known of what there is.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    view: Arc<InventoryView>,
    seen: Option<Timestamp>,
    topics: BTreeMap<TopicName, Known>,
    /// The groups at the last complete list; `None` before the first.
    groups: Option<Vec<GroupId>>,
    /// The brokers last told; empty before the first.
    brokers: Vec<BrokerId>,
    controller: Controller,
    pub(super) judged: Judged,
    /// Something changed since it was last judged.
    pub(super) changed: bool,
}

/// The controller last told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Controller {
    /// Nobody was asked yet.
    #[default]
    Untold,
    /// `None`: there was none.
    Told(Option<BrokerId>),
}

/// A topic as it was last listed.
#[derive(Debug)]
struct Known {
    id: Option<TopicId>,
    internal: bool,
    partitions: Vec<Led>,
}

/// A partition as it was last listed.
#[derive(Debug)]
struct Led {
    leader: Option<BrokerId>,
    in_sync: Arc<[BrokerId]>,
}

impl Inventory {
    /// Folds in a look at all topics.
    pub(super) fn topics(&mut self, at: Timestamp, listed: Result<Vec<TopicListed>, Fault>) {
        let mut listed = match listed {
            Ok(listed) => listed,
            Err(fault) => return self.fail(at, fault),
        };
        // Brokers list them in whichever order.
        listed.sort_by(|a, b| a.topic.cmp(&b.topic));
        let base = self.view.since.is_none();
        let mut before = std::mem::take(&mut self.topics);
        let mut changes = Vec::new();
        let mut shared = Vec::new();
        for TopicListed { topic, internal, metadata } in listed {
            let known = before.remove(&topic);
            // One that cannot be described just now is what it was.
            let Ok(metadata) = metadata else {
                self.topics.extend(known.map(|known| (topic, known)));
                continue;
            };
            match known {
                Some(known) => known.compare(&topic, &metadata, &mut changes),
                None if base || internal => {}
                None => {
                    let partitions = metadata.partitions.len();
                    changes.push(Changed::TopicAppeared(topic.clone(), partitions));
                }
            }
            self.topics.insert(topic, Known::of(internal, &metadata, &mut shared));
        }
        let gone = before.into_iter().filter(|(_, gone)| !gone.internal);
        changes
            .extend(gone.map(|(name, gone)| Changed::TopicVanished(name, gone.partitions.len())));
        self.newcomers(at, &changes);
        self.note(at, changes);
        self.seen = Some(at);
        if base || self.view.fault.is_some() {
            let view = self.change();
            view.since.get_or_insert(at);
            view.fault = None;
        }
        self.count_topics(at);
    }

    fn fail(&mut self, at: Timestamp, fault: Fault) {
        for counted in [Counted::Topics, Counted::Partitions, Counted::InternalTopics] {
            self.count(at, counted, None);
        }
        if self.view.fault.as_ref() != Some(&fault) {
            self.change().fault = Some(fault);
        }
    }

    fn count_topics(&mut self, at: Timestamp) {
        let (mut topics, mut partitions, mut internal) = (0, 0, 0);
        for known in self.topics.values() {
            if known.internal {
                internal += 1;
            } else {
                topics += 1;
                partitions += known.partitions.len();
            }
        }
        self.count(at, Counted::Topics, Some(topics));
        self.count(at, Counted::Partitions, Some(partitions));
        self.count(at, Counted::InternalTopics, Some(internal));
    }

    /// Keeps the lists of what is new: what vanished is no newcomer any more.
    fn newcomers(&mut self, at: Timestamp, changes: &[Changed]) {
        for change in changes {
            match change {
                Changed::TopicAppeared(topic, partitions) => {
                    let newcomer = Newcomer { at, name: topic.clone(), partitions: *partitions };
                    add(Arc::make_mut(&mut self.change().new_topics), newcomer);
                }
                Changed::TopicVanished(topic, _) => {
                    Arc::make_mut(&mut self.change().new_topics).retain(|one| one.name != *topic);
                }
                Changed::Partitions(topic, _, now) => {
                    let new = Arc::make_mut(&mut self.change().new_topics);
                    for one in new.iter_mut().filter(|one| one.name == *topic) {
                        one.partitions = *now;
                    }
                }
                Changed::GroupAppeared(group) => {
                    let newcomer = Newcomer { at, name: group.clone(), partitions: 0 };
                    add(Arc::make_mut(&mut self.change().new_groups), newcomer);
                }
                Changed::GroupVanished(group) => {
                    Arc::make_mut(&mut self.change().new_groups).retain(|one| one.name != *group);
                }
                _ => {}
            }
        }
    }

    /// Folds in who the controller is.
    pub(super) fn controller(&mut self, at: Timestamp, now: Option<BrokerId>) {
        let before = std::mem::replace(&mut self.controller, Controller::Told(now));
        if let Controller::Told(before) = before
            && before != now
        {
            self.note(at, vec![Changed::Controller(before, now)]);
        }
    }

    /// Folds in which brokers there are.
    pub(super) fn brokers(&mut self, at: Timestamp, brokers: &[BrokerView]) {
        let now: Vec<_> = brokers.iter().map(|view| view.broker.id).collect();
        if now == self.brokers {
            return;
        }
        let before = std::mem::replace(&mut self.brokers, now.clone());
        if !before.is_empty() {
            let (came, went) = difference(&before, &now);
            let came = came.into_iter().map(Changed::BrokerAppeared);
            self.note(at, came.chain(went.into_iter().map(Changed::BrokerVanished)).collect());
        }
        self.count(at, Counted::Brokers, Some(now.len()));
    }

    /// Folds in which groups there are, once all coordinators have told theirs.
    pub(super) fn groups(&mut self, at: Timestamp, cells: &BTreeMap<GroupId, GroupCell>) {
        let same = self.groups.as_ref().is_some_and(|known| known.iter().eq(cells.keys()));
        if !same {
            let now: Vec<_> = cells.keys().cloned().collect();
            if let Some(before) = self.groups.replace(now.clone()) {
                let (came, went) = difference(&before, &now);
                let came = came.into_iter().map(Changed::GroupAppeared);
                let changes: Vec<_> =
                    came.chain(went.into_iter().map(Changed::GroupVanished)).collect();
                self.newcomers(at, &changes);
                self.note(at, changes);
            }
            self.count(at, Counted::Groups, Some(now.len()));
        }
        // Groups are described in turn: until each has been, the sum would seem to grow.
        let members = cells.values().map(GroupCell::member_count).sum::<Option<usize>>();
        if members.is_some() {
            self.count(at, Counted::Members, members);
        }
    }

    fn count(&mut self, at: Timestamp, counted: Counted, number: Option<usize>) {
        let number = number.and_then(|number| i64::try_from(number).ok());
        let Some(known) = self.view.count(counted) else { return };
        if known.now == number && known.history.newest().is_some() {
            return;
        }
        known.history.push(at, number);
        if let Some(Count { now, .. }) = self.change().counts.get_mut(counted as usize) {
            *now = number;
        }
    }

    /// Keeps what changed, of each kind the first few.
    fn note(&mut self, at: Timestamp, changes: Vec<Changed>) {
        if changes.is_empty() {
            return;
        }
        let mut kinds: Vec<(std::mem::Discriminant<Changed>, Vec<Change>)> = Vec::new();
        for what in changes {
            let kind = std::mem::discriminant(&what);
            let index = kinds.iter().position(|(known, _)| *known == kind);
            let index = index.unwrap_or_else(|| {
                kinds.push((kind, Vec::new()));
                kinds.len() - 1
            });
            let Some((_, told)) = kinds.get_mut(index) else { continue };
            if told.len() < TOLD {
                told.push(Change { at, what, alike: 0 });
            } else if let Some(last) = told.last_mut() {
                last.alike += 1;
            }
        }
        let view = self.change();
        let kept = Arc::make_mut(&mut view.changes);
        kept.extend(kinds.into_iter().flat_map(|(_, told)| told));
        let over = kept.len().saturating_sub(CHANGES_KEPT);
        kept.drain(..over);
        view.forgotten += over as u64;
    }

    fn change(&mut self) -> &mut InventoryView {
        self.changed = true;
        Arc::make_mut(&mut self.view)
    }

    pub(super) fn view(&self) -> &InventoryView {
        &self.view
    }

    /// Everything as it is published.
    pub(super) fn entry(&self) -> InventoryEntry {
        let findings = Arc::clone(&self.judged.findings);
        InventoryEntry { view: Arc::clone(&self.view), seen: self.seen, findings }
    }
}

impl Known {
    fn of(internal: bool, metadata: &TopicMetadata, shared: &mut Vec<Arc<[BrokerId]>>) -> Self {
        let led = |partition: &PartitionMetadata| Led {
            leader: partition.leader,
            in_sync: super::topics::shared(shared, &partition.isr),
        };
        let partitions = metadata.partitions.iter().map(led).collect();
        Self { id: metadata.id, internal, partitions }
    }

    /// What is another than it was.
    fn compare(&self, topic: &TopicName, now: &TopicMetadata, changes: &mut Vec<Changed>) {
        if self.id.is_some() && now.id.is_some() && self.id != now.id {
            changes.push(Changed::TopicMadeAnew(topic.clone()));
            return;
        }
        let (before, after) = (self.partitions.len(), now.partitions.len());
        if before != after {
            changes.push(Changed::Partitions(topic.clone(), before, after));
        }
        let pairs = || (0_i32..).zip(self.partitions.iter().zip(&now.partitions));
        let led = pairs().filter(|(_, (was, is))| was.leader != is.leader);
        let led = led.map(|(partition, (was, is))| (partition, was.leader, is.leader));
        changes.extend(partition_change(topic, led).map(Changed::Leader));
        let in_sync = pairs().filter(|(_, (was, is))| !same(&was.in_sync, &is.isr));
        let in_sync = in_sync.map(|(partition, (was, is))| {
            (partition, Arc::clone(&was.in_sync), Arc::from(is.isr.as_slice()))
        });
        changes.extend(partition_change(topic, in_sync).map(Changed::InSync));
    }
}

/// The same brokers, in whichever order: one that comes back stands last.
fn same(a: &[BrokerId], b: &[BrokerId]) -> bool {
    a.len() == b.len() && a.iter().all(|one| b.contains(one))
}

/// The first of them, and how many more there are.
fn partition_change<T>(
    topic: &TopicName,
    mut changes: impl Iterator<Item = (i32, T, T)>,
) -> Option<PartitionChange<T>> {
    let (partition, from, to) = changes.next()?;
    Some(PartitionChange { topic: topic.clone(), partition, from, to, more: changes.count() })
}

fn add<T>(newcomers: &mut Vec<Newcomer<T>>, newcomer: Newcomer<T>) {
    if newcomers.len() >= CHANGES_KEPT {
        newcomers.remove(0);
    }
    newcomers.push(newcomer);
}

/// What came and what went; both lists ascend.
fn difference<T: Ord + Clone>(before: &[T], now: &[T]) -> (Vec<T>, Vec<T>) {
    let not_in = |list: &[T], of: &[T]| -> Vec<T> {
        list.iter().filter(|one| of.binary_search(one).is_err()).cloned().collect()
    };
    (not_in(now, before), not_in(before, now))
}
