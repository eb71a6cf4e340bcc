//! What need not be asked, because listening tells it: how that is known, each round anew.
//!
//! A group is followed once an answer told all of it that was asked for after listening began: what
//! changes from then on is recorded. That the records read so far are all there is, is looked up: each
//! broker is asked, beside its groups, where the partitions of the offsets topic end that hold their
//! records. Where the tail has read up to that end, nothing is missing, also of a group that records have
//! not named for long. The tail is milliseconds behind, so for a moment it is waited for ([`CATCH_UP`]);
//! groups whose partition is not read by then are asked about as if nobody listened.
//!
//! **Transactions.** What is recorded in a transaction counts only if that is committed, and no consumer is
//! told. But it shows in the offsets: an open transaction holds the end for readers of what is committed
//! back behind what the tail has read, and a transaction that ended has left a mark, an offset that nobody
//! is given. In a partition without either all commits are decided. In others, groups that committed since
//! that was last so are asked about each round, and once more after it is so again, because a coordinator
//! may take a moment to apply what the log says already. So an aborted or hanging commit is on screen
//! until the round after it, whatever its transaction does.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Planner;
use crate::model::observation::FollowedObserved;
use crate::model::{Body, BrokerId, GroupKind, Timestamp};
use crate::source::kafka::coverage::{Heard, ReadTo};
use crate::source::kafka::poll::ask::{Told, What};
use crate::source::kafka::poll::groups::{Followed, Scope, describable};
use crate::source::kafka::wire::WireError;

/// How long the tail is waited for. It is some milliseconds behind, more on a busy machine; behind the
/// mark of a transaction at the end of a partition there is nothing to wait for, and no way to tell.
pub(in crate::source::kafka::poll) const CATCH_UP: Duration = Duration::from_millis(50);

/// One listening, from its begin to its end.
#[derive(Debug)]
pub(super) struct Following {
    heard: Heard,
    /// When it was first heard of.
    since: Timestamp,
    partitions: BTreeMap<i32, Partition>,
}

/// A partition of the offsets topic.
#[derive(Debug)]
struct Partition {
    read: ReadTo,
    /// What is before this offset is decided, and known as it was decided. `None` before the first look.
    settled: Option<i64>,
    /// Where it ended at the last look.
    ended: Option<i64>,
    /// What is settled at the next look, when what is asked after this one has been told.
    settling: Option<i64>,
}

/// How a partition stands at a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// There is something that was not read.
    Behind,
    /// All is read; of what follows this offset it is not known whether it counts.
    DecidedTo(i64),
}

/// Where partitions end for readers of what is committed.
#[derive(Debug)]
pub(super) struct Look {
    asked: Timestamp,
    ends: BTreeMap<i32, i64>,
}

/// Coordinators that are not asked about groups yet.
#[derive(Debug, Default)]
pub(super) struct Gates {
    pub(super) of: BTreeMap<BrokerId, Gate>,
    /// The tail is waited for no longer.
    impatient: bool,
}

/// What is waited for before a coordinator is asked about groups.
#[derive(Debug, Default)]
pub(super) struct Gate {
    pub(super) listed: bool,
    /// Its look is out.
    looking: bool,
    look: Option<Look>,
    /// The tail is waited for, as for an answer.
    held: bool,
}

impl Partition {
    /// How it stands if it ends there.
    fn standing(&self, end: i64) -> Standing {
        let settled = self.settled_at(end);
        if self.read.next < end && settled < end {
            Standing::Behind
        } else if self.read.next > end || self.read.unbroken > settled {
            Standing::DecidedTo(settled)
        } else {
            Standing::DecidedTo(i64::MAX)
        }
    }

    fn settled_at(&self, end: i64) -> i64 {
        // A transaction may have begun before listening did: then nothing is settled that follows it.
        let settled = self.settled.unwrap_or_else(|| self.read.begun.min(end));
        settled.max(self.settling.unwrap_or(i64::MIN))
    }

    /// Takes over a look, after which is asked about what is not decided.
    fn look(&mut self, end: i64) -> Standing {
        let (standing, settled) = (self.standing(end), self.settled_at(end));
        let all = standing == Standing::DecidedTo(i64::MAX);
        self.settled = Some(if all { settled.max(end) } else { settled });
        // Of what was decided a round ago, the coordinator knows when it is asked now.
        let before = self.ended.replace(end);
        self.settling = before.filter(|_| !all).map(|before| before.min(end));
        standing
    }
}

impl Following {
    fn begun(now: Timestamp, heard: Heard) -> Self {
        let mut following =
            Self { heard: Heard::default(), since: now, partitions: BTreeMap::new() };
        following.hear(heard);
        following
    }

    fn hear(&mut self, heard: Heard) {
        for (&number, &read) in &heard.read {
            let new = || Partition { read, settled: None, ended: None, settling: None };
            self.partitions.entry(number).or_insert_with(new).read = read;
        }
        self.heard = heard;
    }

    /// Is there anything in these partitions that was not read?
    fn is_behind(&self, look: &Look) -> bool {
        let behind = |(number, &end): (&i32, &i64)| {
            let partition = self.partitions.get(number);
            partition.is_some_and(|partition| partition.standing(end) == Standing::Behind)
        };
        look.ends.iter().any(behind)
    }

    fn look(&mut self, look: &Look) -> BTreeMap<i32, Standing> {
        let told = look.ends.iter().filter_map(|(number, &end)| {
            let partition = self.partitions.get_mut(number)?;
            Some((*number, partition.look(end)))
        });
        told.collect()
    }
}

impl Planner {
    /// Takes over what is known of the tail; `None` while nobody listens.
    pub(in crate::source::kafka::poll) fn hear(&mut self, now: Timestamp, heard: Option<Heard>) {
        let Some(heard) = heard.filter(|_| self.options.scope == Scope::InTurn) else {
            self.following = None;
            self.open_held();
            return;
        };
        for (topic, partitions) in &heard.positions {
            self.wanted.name(topic, partitions.iter().copied(), self.round.number);
        }
        let before = self.following.take();
        let before = before.filter(|before| before.heard.session == heard.session);
        if before.is_none() {
            self.groups.forget_recorded();
        }
        for (group, &record) in &heard.committed {
            if let Some(known) = self.groups.get_mut(group) {
                known.recorded = Some(record);
            }
        }
        let following = match before {
            Some(mut before) => {
                before.hear(heard);
                before
            }
            None => Following::begun(now, heard),
        };
        self.following = Some(following);
        self.open_held();
    }

    /// Is the tail waited for?
    pub(in crate::source::kafka::poll) fn waits_for_tail(&self) -> bool {
        self.round.gates.of.values().any(|gate| gate.held)
    }

    /// The tail was waited for long enough.
    pub(in crate::source::kafka::poll) fn stop_waiting(&mut self) {
        self.round.gates.impatient = true;
        self.open_held();
    }

    fn open_held(&mut self) {
        let held = self.round.gates.of.iter().filter(|(_, gate)| gate.held);
        let held: Vec<_> = held.map(|(&broker, _)| broker).collect();
        for broker in held {
            self.pass_gate(broker);
        }
    }

    /// Asks a broker where the partitions end that hold its groups' records.
    pub(super) fn ask_look(&mut self, broker: BrokerId) {
        let mut gate = Gate::default();
        if let Some(following) = &self.following {
            let of_groups = self.groups.of(broker).map(|(id, _)| following.heard.partition_of(id));
            let mut read: Vec<_> =
                of_groups.filter(|number| following.partitions.contains_key(number)).collect();
            read.sort_unstable();
            read.dedup();
            if !read.is_empty() {
                gate.looking = true;
                self.ask_coordinator(broker, What::Look(read.into()));
            }
        }
        self.round.gates.of.insert(broker, gate);
    }

    pub(super) fn looked(
        &mut self,
        asked: Timestamp,
        (broker, current): (Option<BrokerId>, bool),
        result: Result<Told, WireError>,
    ) {
        let Some(broker) = broker.filter(|_| current) else { return };
        let Some(gate) = self.round.gates.of.get_mut(&broker) else { return };
        gate.looking = false;
        if let Ok(Told::Offsets(topics)) = result {
            // A partition that moved to another broker has no end here: its groups are asked about.
            let told = topics.into_iter().flat_map(|topic| topic.partitions);
            let ends = told.filter_map(|one| Some((one.partition, one.offset.ok()??.offset)));
            gate.look = Some(Look { asked, ends: ends.collect() });
        }
        self.pass_gate(broker);
    }

    /// Asks a coordinator about groups once nothing is waited for any more.
    pub(super) fn pass_gate(&mut self, broker: BrokerId) {
        let Gates { of, impatient } = &mut self.round.gates;
        let Some(gate) = of.get_mut(&broker) else { return };
        if !gate.listed || gate.looking {
            return;
        }
        let behind = match (&self.following, &gate.look) {
            (Some(following), Some(look)) => following.is_behind(look),
            _ => false,
        };
        if behind && !*impatient {
            if !std::mem::replace(&mut gate.held, true) {
                self.round.out += 1;
                self.round.coordinators_out += 1;
            }
            return;
        }
        if gate.held {
            self.round.out = self.round.out.saturating_sub(1);
            self.round.coordinators_out = self.round.coordinators_out.saturating_sub(1);
        }
        let look = self.round.gates.of.remove(&broker).and_then(|gate| gate.look);
        self.follow(broker, look);
        self.ask_about_groups(broker);
    }

    /// Finds out which groups of a coordinator are followed, and tells.
    fn follow(&mut self, coordinator: BrokerId, look: Option<Look>) {
        let (Some(following), Some(look)) = (&mut self.following, look) else {
            let groups = self.groups.of_mut(coordinator);
            groups.for_each(|(_, known)| known.followed = Followed::default());
            return;
        };
        let standings = following.look(&look);
        let mut told = FollowedObserved { commits: Vec::new(), members: Vec::new() };
        for (id, known) in self.groups.of_mut(coordinator) {
            let decided_to = match standings.get(&following.heard.partition_of(id)) {
                Some(Standing::DecidedTo(offset)) => Some(*offset),
                Some(Standing::Behind) | None => None,
            };
            // Without a record, one may lie before listening began.
            let number = following.heard.partition_of(id);
            let begun = following.partitions.get(&number).map_or(i64::MAX, |it| it.read.begun);
            let decided = decided_to >= Some(known.recorded.unwrap_or(begun));
            known.followed = Followed {
                commits: decided
                    && known.kind != GroupKind::Share
                    && known.commits_as_of >= Some(following.since),
                members: decided_to.is_some()
                    && describable(known.kind)
                    && known.rests_since(following.since),
            };
            told.commits.extend(known.followed.commits.then(|| id.clone()));
            told.members.extend(known.followed.members.then(|| id.clone()));
        }
        if !(told.commits.is_empty() && told.members.is_empty()) {
            self.see(look.asked, Body::Followed(told));
        }
    }
}
