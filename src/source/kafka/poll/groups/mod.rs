//! The groups that the planner knows of, and which of them to ask about next. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::observation::ListedGroup;
use crate::model::{BrokerId, GroupId, GroupKind, GroupState, PollPlan, Timestamp};

/// Groups described a round for no other reason than that it is their turn.
const IN_TURN: usize = 500;

/// Answers are compared with records every so many rounds: of groups on screen, and in turn of others.
const COMPARE_EVERY: u64 = 5;

/// After so many comparisons each group has had its turn. Together with the former less than the rounds
/// after which a partition that nobody names is let go.
const COMPARE_ALL_IN: usize = 6;

/// Groups without a coordinator that one question is about: before Kafka 3.0 it is a request for each.
const SOUGHT: usize = 100;

/// And so many rounds later they are asked about again.
const SOUGHT_AGAIN: u64 = 10;

/// How much of what there is to see is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything in every round: for one look.
    Everything,
    /// What is on screen or moving in every round, the rest in turn: for a screen that stays open.
    InTurn,
}

/// What is known of a group that need not be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Followed {
    /// Its commits.
    pub(super) commits: bool,
    /// Its state and members.
    pub(super) members: bool,
}

/// A group as far as planning needs it.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) coordinator: BrokerId,
    pub(super) kind: GroupKind,
    pub(super) state: Option<GroupState>,
    /// Its state is another than when it was last described.
    changed: bool,
    /// When was asked what was last told of all its commits, and of its members; `None` never, or not
    /// without a fault.
    pub(super) commits_as_of: Option<Timestamp>,
    pub(super) members_as_of: Option<Timestamp>,
    /// The rounds in which these were last asked for, for comparison or in turn; 0 never.
    commits_turn: u64,
    members_turn: u64,
    /// The round in which its coordinator was last looked for; 0 never.
    sought_turn: u64,
    /// Its coordinator named it no more at the last list.
    missed: bool,
    /// Before which offset of the offsets topic all its commits' records are; `None` if there was none
    /// since listening began.
    pub(super) recorded: Option<i64>,
    /// In this round.
    pub(super) followed: Followed,
}

/// Commits to ask for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ToAsk {
    /// Of groups on screen.
    pub(super) visible: Vec<GroupId>,
    pub(super) rest: Vec<GroupId>,
    /// Of groups whose records are to be compared with.
    pub(super) compared: Vec<GroupId>,
}

/// All groups listed.
#[derive(Debug, Default)]
pub(super) struct Groups {
    known: BTreeMap<GroupId, Known>,
}

impl Groups {
    pub(super) fn get(&self, id: &GroupId) -> Option<&Known> {
        self.known.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &GroupId) -> Option<&mut Known> {
        self.known.get_mut(id)
    }

    /// All groups of a coordinator, as far as it named them last.
    pub(super) fn of(&self, coordinator: BrokerId) -> impl Iterator<Item = (&GroupId, &Known)> {
        self.known.iter().filter(move |(_, known)| known.is_of(coordinator))
    }

    /// The same, for change.
    pub(super) fn of_mut(
        &mut self,
        coordinator: BrokerId,
    ) -> impl Iterator<Item = (&GroupId, &mut Known)> {
        self.known.iter_mut().filter(move |(_, known)| known.is_of(coordinator))
    }

    /// Is there a group that another broker than these coordinates?
    pub(super) fn has_of_others(&self, brokers: &BTreeSet<BrokerId>) -> bool {
        self.known.values().any(|known| !brokers.contains(&known.coordinator))
    }

    /// Groups that none of the living brokers coordinates, some at a time.
    pub(super) fn orphans_next(&mut self, living: &[BrokerId], round: u64) -> Vec<GroupId> {
        let due = |known: &Known| {
            known.sought_turn == 0 || round.saturating_sub(known.sought_turn) >= SOUGHT_AGAIN
        };
        let orphans = self.known.iter_mut();
        let orphans =
            orphans.filter(|(_, known)| !living.contains(&known.coordinator) && due(known));
        let orphans = orphans.map(|(id, known)| (&mut known.sought_turn, id)).collect();
        in_turn(orphans, SOUGHT, round).cloned().collect()
    }

    /// What was recorded so far belongs to a listening that is over.
    pub(super) fn forget_recorded(&mut self) {
        self.known.values_mut().for_each(|known| known.recorded = None);
    }

    /// Takes over what a coordinator listed; tells whether a group is missing that it named before. That
    /// may be on its way to another broker which does not name it yet, and so is kept until the next list.
    pub(super) fn listed(&mut self, coordinator: BrokerId, groups: &[ListedGroup]) -> bool {
        let mut before: BTreeMap<_, _> = std::mem::take(&mut self.known);
        let mut kept = BTreeMap::new();
        for group in groups {
            let mut known = before.remove(&group.id).unwrap_or_else(|| Known::new(coordinator));
            known.changed |= known.state != group.state;
            known.missed = false;
            (known.coordinator, known.kind, known.state) = (coordinator, group.kind, group.state);
            kept.insert(group.id.clone(), known);
        }
        before.retain(|_, old| old.coordinator != coordinator || !old.missed);
        let missing = before.values_mut().filter(|old| old.coordinator == coordinator);
        let missing = missing.map(|old| old.missed = true).count() > 0;
        kept.append(&mut before);
        self.known = kept;
        missing
    }

    /// Notes what a description said that was `asked` for then.
    pub(super) fn described(&mut self, id: &GroupId, state: GroupState, asked: Timestamp) {
        if let Some(known) = self.known.get_mut(id) {
            known.state = Some(state);
            known.members_as_of = Some(asked);
            known.changed = false;
        }
    }

    /// Notes when was asked what was told of all of a group's commits; `None`: something was not.
    pub(super) fn commits_told(&mut self, id: &GroupId, asked: Option<Timestamp>) {
        if let Some(known) = self.known.get_mut(id) {
            known.commits_as_of = asked;
        }
    }

    /// The commits to ask a coordinator for in this round.
    pub(super) fn commits_next(
        &mut self,
        coordinator: BrokerId,
        plan: &PollPlan,
        round: u64,
    ) -> ToAsk {
        let mut to_ask = ToAsk::default();
        let mut others = Vec::new();
        let compare = round.is_multiple_of(COMPARE_EVERY);
        for (id, known) in self.of_mut(coordinator) {
            let visible = plan.is_visible(id);
            match (known.kind, known.followed.commits) {
                (GroupKind::Share, _) => {}
                (_, false) if visible => to_ask.visible.push(id.clone()),
                (_, false) => to_ask.rest.push(id.clone()),
                (_, true) if compare && visible => to_ask.compared.push(id.clone()),
                (_, true) if compare => others.push((&mut known.commits_turn, id)),
                (_, true) => {}
            }
        }
        let most = others.len().div_ceil(COMPARE_ALL_IN);
        to_ask.compared.extend(in_turn(others, most, round).cloned());
        to_ask
    }

    /// The groups of a coordinator to describe in this round, by type.
    pub(super) fn describe_next(
        &mut self,
        coordinator: BrokerId,
        plan: &PollPlan,
        scope: Scope,
        round: u64,
    ) -> BTreeMap<GroupKind, Arc<[GroupId]>> {
        // Not in the rounds that compare commits, so that none asks much more than another.
        let compare = round % COMPARE_EVERY == COMPARE_EVERY / 2;
        let mut chosen: BTreeMap<GroupKind, Vec<GroupId>> = BTreeMap::new();
        let (mut unknown, mut followed) = (Vec::new(), Vec::new());
        for (id, known) in self.of_mut(coordinator).filter(|(_, known)| describable(known.kind)) {
            let due = scope == Scope::Everything
                || !known.is_at_rest()
                || (known.changed && known.members_as_of.is_some())
                || plan.is_visible(id) && (compare || !known.followed.members);
            if due {
                chosen.entry(known.kind).or_default().push(id.clone());
            } else if !known.followed.members {
                unknown.push((&mut known.members_turn, (id, known.kind)));
            } else if compare {
                followed.push((&mut known.members_turn, (id, known.kind)));
            }
        }
        let most = followed.len().div_ceil(COMPARE_ALL_IN);
        let turns = in_turn(unknown, IN_TURN, round).chain(in_turn(followed, most, round));
        for (id, kind) in turns {
            chosen.entry(kind).or_default().push(id.clone());
        }
        chosen.into_iter().map(|(kind, ids)| (kind, ids.into())).collect()
    }

    /// The groups on screen whose partitions are changing hands, by coordinator and type.
    pub(super) fn visibly_moving(
        &self,
        plan: &PollPlan,
    ) -> BTreeMap<(BrokerId, GroupKind), Vec<GroupId>> {
        let mut moving: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for id in plan.focus.iter().chain(plan.visible.iter()) {
            let Some(known) = self.known.get(id) else { continue };
            if describable(known.kind) && known.state.is_some_and(GroupState::is_rebalancing) {
                let list = moving.entry((known.coordinator, known.kind)).or_default();
                if !list.contains(id) {
                    list.push(id.clone());
                }
            }
        }
        moving
    }
}

/// Those whose turn was longest ago; it is theirs now.
fn in_turn<T: Ord>(
    mut all: Vec<(&mut u64, T)>,
    most: usize,
    round: u64,
) -> impl Iterator<Item = T> {
    if most < all.len() {
        all.select_nth_unstable(most);
        all.truncate(most);
    }
    all.into_iter().map(move |(turn, chosen)| {
        *turn = round;
        chosen
    })
}

impl Known {
    fn new(coordinator: BrokerId) -> Self {
        Self {
            coordinator,
            kind: GroupKind::Unknown,
            state: None,
            changed: true,
            commits_as_of: None,
            members_as_of: None,
            commits_turn: 0,
            members_turn: 0,
            sought_turn: 0,
            missed: false,
            recorded: None,
            followed: Followed::default(),
        }
    }

    /// Can this broker be asked about it?
    fn is_of(&self, coordinator: BrokerId) -> bool {
        self.coordinator == coordinator && !self.missed
    }

    /// Nothing changes hands.
    fn is_at_rest(&self) -> bool {
        matches!(self.state, Some(GroupState::Stable | GroupState::Empty))
    }

    /// May its records tell all of its members that were described since then? Not of a classic group
    /// that rebalances, whose state is not recorded, nor of one that changed since.
    pub(super) fn rests_since(&self, listening: Timestamp) -> bool {
        self.is_at_rest() && !self.changed && self.members_as_of >= Some(listening)
    }
}

/// Is there a request that describes groups of this type?
pub(super) const fn describable(kind: GroupKind) -> bool {
    matches!(kind, GroupKind::Classic | GroupKind::Consumer | GroupKind::Share)
}

#[cfg(test)]
mod tests;
