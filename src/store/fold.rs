//! One group that its coordinator assigns for (KIP-848, KIP-932), folded from its records.
//!
//! The records from now on are a part: a record names one member and says nothing of the others. So a
//! fold begins with an answer that described the whole group at rest, asked for after listening began:
//! what was written before is in the answer, what is written after will be read. A record that was on
//! its way meanwhile is older than the answer; the group's and the members' epochs, which only rise, tell.
//!
//! Nothing is derived from what was not seen. A record that cannot be read, a topic that cannot be named,
//! or the group's own end make the fold [`Lost`]; then answers alone tell of the group until one of them
//! begins a new fold.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::course::Course;
use super::rebalances::Settling;
use crate::model::membership::{Change, HeldRecorded, IdPartitions, MemberRecorded, Progress};
use crate::model::observation::{GroupDescription, MemberObserved};
use crate::model::{
    Dropped, GroupKind, GroupState, Holder, MemberId, MemberRef, MemberView, Rebalance, Settled,
    Timestamp, TopicId, TopicName, TopicPartitions,
};

/// What topics are called. A topic that is not looked at has no name here; one that is not in it
/// is not known.
pub(super) type Names = HashMap<TopicId, Option<TopicName>>;

/// More was written than is known.
#[derive(Debug)]
pub(super) struct Lost;

/// The group.
#[derive(Debug)]
pub(super) struct Fold {
    kind: GroupKind,
    epoch: i32,
    target_epoch: i32,
    members: BTreeMap<MemberId, Member>,
    course: Course,
}

#[derive(Debug)]
struct Member {
    about: MemberRecorded,
    epoch: i32,
    progress: Progress,
    held: Vec<TopicPartitions>,
    target: Vec<TopicPartitions>,
    /// Since when it has to give partitions back; `None` if it has not.
    revoking: Option<Timestamp>,
}

impl Fold {
    /// Begins with a description of the group at rest; `None` if it does not tell everything.
    pub(super) fn begun(at: Timestamp, described: &GroupDescription) -> Option<Self> {
        let followed = matches!(described.kind, GroupKind::Consumer | GroupKind::Share);
        let at_rest = matches!(described.state, GroupState::Stable | GroupState::Empty);
        if !followed || !at_rest {
            return None;
        }
        let member = |member: &MemberObserved| {
            let told = Member::told(member)?;
            Some((member.id.clone(), told))
        };
        let (epoch, target_epoch) = described.epoch.zip(described.assignment_epoch)?;
        let members: BTreeMap<_, _> =
            described.members.iter().map(member).collect::<Option<_>>()?;
        let course = Course::new((at, Arc::new(settled(epoch, &members))));
        Some(Self { kind: described.kind, epoch, target_epoch, members, course })
    }

    /// Begins with who was there before the first record, each with what it held.
    pub(super) fn recalled(
        at: Timestamp,
        (kind, epoch): (GroupKind, i32),
        there: Vec<(MemberId, MemberRecorded, Vec<TopicPartitions>)>,
    ) -> Self {
        let member = |(id, about, held)| {
            let (progress, target) = (Progress::Settled, Vec::new());
            (id, Member { about, epoch, progress, held, target, revoking: None })
        };
        let members: BTreeMap<_, _> = there.into_iter().map(member).collect();
        let course = Course::new((at, Arc::new(settled(epoch, &members))));
        Self { kind, epoch, target_epoch: epoch, members, course }
    }

    /// Can a group be so now that was so after the last record? At the same epoch it must be the same.
    pub(super) fn may_lead_to(&self, epoch: Option<i32>, members: &[MemberView]) -> bool {
        let same = |view: &MemberView| {
            let known = self.members.get(&view.id);
            known.is_some_and(|known| view.assignment.as_ref() == Some(&known.held))
        };
        epoch != Some(self.epoch) || members.len() == self.members.len() && members.iter().all(same)
    }

    /// The last rest.
    pub(super) const fn settled(&self) -> &Settling {
        self.course.settled()
    }

    /// Folds in a record.
    pub(super) fn apply(
        &mut self,
        at: Timestamp,
        change: Change,
        names: &Names,
    ) -> Result<(), Lost> {
        match change {
            Change::Epoch(None) | Change::Unreadable => return Err(Lost),
            // Older than the answer that the fold began with.
            Change::Epoch(Some(epoch)) if epoch <= self.epoch => self.course.forget(),
            Change::Epoch(Some(epoch)) => {
                self.epoch = epoch;
                self.course.begin(at);
            }
            Change::TargetEpoch(Some(epoch)) => self.target_epoch = self.target_epoch.max(epoch),
            Change::TargetEpoch(None) => {}
            Change::Member(id, Some(about)) => self.member(id, about),
            Change::Member(id, None) => self.gone(at, &id),
            Change::Target(id, target) => {
                let target = named(target.unwrap_or_default(), names).ok_or(Lost)?;
                if let Some(member) = self.members.get_mut(&id) {
                    member.target = target;
                }
            }
            Change::Held(id, held) => {
                if let Some(member) = self.members.get_mut(&id) {
                    member.holds(at, held, names)?;
                }
            }
        }
        Ok(())
    }

    /// The rebalance that ended with the records written at `at`, all of which were folded in: between
    /// two of them a group may look at rest that is not, as one that lacks a member and not yet has the
    /// epoch that follows from it.
    pub(super) fn ended(&mut self, at: Timestamp) -> Option<Rebalance> {
        if !self.is_at_rest() {
            return None;
        }
        let now = settled(self.epoch, &self.members);
        self.course.rest(now, (at, self.state()))
    }

    fn member(&mut self, id: MemberId, about: MemberRecorded) {
        if let Some(member) = self.members.get_mut(&id) {
            member.about = about;
            return;
        }
        self.course.join(about.reference(&id));
        let (epoch, progress) = (0, Progress::Settled);
        let (held, target) = (Vec::new(), Vec::new());
        self.members.insert(id, Member { about, epoch, progress, held, target, revoking: None });
    }

    fn gone(&mut self, at: Timestamp, id: &MemberId) {
        if let Some(member) = self.members.remove(id) {
            let reference = member.about.reference(id);
            self.course.leave(reference, member.dropped(at));
        }
    }

    /// The state, as the coordinator derives it from the same records.
    pub(super) fn state(&self) -> GroupState {
        if self.members.is_empty() {
            GroupState::Empty
        } else if self.kind == GroupKind::Share {
            // Nobody waits for anybody there.
            GroupState::Stable
        } else if self.epoch > self.target_epoch {
            GroupState::Assigning
        } else if self.members.values().all(|member| member.has_reached(self.target_epoch)) {
            GroupState::Stable
        } else {
            GroupState::Reconciling
        }
    }

    fn is_at_rest(&self) -> bool {
        let reached = |member: &Member| member.has_reached(self.target_epoch);
        // A group that the last member left keeps an epoch for which nothing was assigned.
        self.members.is_empty()
            || self.epoch <= self.target_epoch && self.members.values().all(reached)
    }

    /// Does an answer say the same?
    pub(super) fn agrees(&self, told: &GroupDescription) -> bool {
        let same = |told: &MemberObserved| {
            self.members.get(&told.id).is_some_and(|known| {
                told.epoch == Some(known.epoch)
                    && told.assignment.as_ref() == Some(&known.held)
                    && told.target.as_ref().is_none_or(|target| *target == known.target)
            })
        };
        told.kind == self.kind
            && told.epoch == Some(self.epoch)
            && told.assignment_epoch == Some(self.target_epoch)
            && told.state == self.state()
            && told.members.len() == self.members.len()
            && told.members.iter().all(same)
    }

    /// The group as its records have it now.
    pub(super) fn description(&self) -> GroupDescription {
        let shares = self.kind == GroupKind::Share;
        let member = |(id, member): (&MemberId, &Member)| MemberObserved {
            id: id.clone(),
            instance_id: member.about.instance_id.clone(),
            client_id: member.about.client_id.clone(),
            host: member.about.host.clone(),
            rack: member.about.rack.clone(),
            epoch: Some(member.epoch),
            classic: member.about.classic,
            assignment: Some(member.held.clone()),
            target: (!shares).then(|| member.target.clone()),
        };
        GroupDescription {
            state: self.state(),
            kind: self.kind,
            assignor: None,
            epoch: Some(self.epoch),
            assignment_epoch: Some(self.target_epoch),
            members: self.members.iter().map(member).collect(),
        }
    }
}

impl Member {
    /// As an answer has it, of a group at rest.
    fn told(told: &MemberObserved) -> Option<Self> {
        Some(Self {
            about: MemberRecorded {
                instance_id: told.instance_id.clone(),
                client_id: told.client_id.clone(),
                host: told.host.clone(),
                rack: told.rack.clone(),
                classic: told.classic,
                rebalance_timeout: None,
            },
            epoch: told.epoch?,
            progress: Progress::Settled,
            held: told.assignment.clone()?,
            target: told.target.clone().unwrap_or_default(),
            revoking: None,
        })
    }

    fn has_reached(&self, epoch: i32) -> bool {
        self.progress == Progress::Settled && self.epoch == epoch
    }

    fn holds(
        &mut self,
        at: Timestamp,
        held: Option<HeldRecorded>,
        names: &Names,
    ) -> Result<(), Lost> {
        let Some(HeldRecorded { epoch, progress, held, .. }) = held else {
            // The first of three records of a member that goes: how it stood says why.
            self.held.clear();
            return Ok(());
        };
        if epoch > 0 && epoch < self.epoch {
            return Ok(());
        }
        self.held = named(held, names).ok_or(Lost)?;
        // The coordinator's timer begins anew with each of these records.
        self.revoking = (progress == Progress::Revoking).then_some(at);
        (self.epoch, self.progress) = (epoch, progress);
        Ok(())
    }

    /// Why it is gone at `at`, where that follows from its records. A session that timed out and a
    /// member that left are written alike.
    fn dropped(&self, at: Timestamp) -> Option<Dropped> {
        if self.epoch == HeldRecorded::AWAY {
            return Some(Dropped::NotBack);
        }
        let allowed = self.about.rebalance_timeout.filter(|span| *span > Duration::ZERO)?;
        let slow = self.revoking.is_some_and(|since| at.since(since) >= allowed);
        slow.then_some(Dropped::TooSlow)
    }
}

impl MemberRecorded {
    fn reference(&self, id: &MemberId) -> MemberRef {
        MemberRef {
            id: id.clone(),
            instance_id: self.instance_id.clone(),
            client_id: self.client_id.clone(),
            host: self.host.clone(),
            dropped: None,
        }
    }
}

fn settled(epoch: i32, members: &BTreeMap<MemberId, Member>) -> Settled {
    let holder = |(id, member): (&MemberId, &Member)| {
        let held = member.held.iter().flat_map(TopicPartitions::each).collect();
        Holder { member: member.about.reference(id), held: Some(held) }
    };
    Settled { epoch: Some(epoch), members: members.iter().map(holder).collect() }
}

/// The partitions by their topics' names, those that are looked at; `None` if a name is not known.
pub(super) fn named(partitions: Vec<IdPartitions>, names: &Names) -> Option<Vec<TopicPartitions>> {
    let mut known = Vec::with_capacity(partitions.len());
    for IdPartitions { topic, mut partitions } in partitions {
        if let Some(topic) = names.get(&topic)?.clone().filter(|_| !partitions.is_empty()) {
            partitions.sort_unstable();
            known.push(TopicPartitions { topic, partitions });
        }
    }
    known.sort_unstable();
    Some(known)
}
