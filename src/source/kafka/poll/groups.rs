//! The groups that the planner knows of, and which of them to describe next. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::observation::ListedGroup;
use crate::model::{BrokerId, GroupId, GroupKind, GroupState, PollPlan};

/// Groups described a round for no other reason than that it is their turn.
const IN_TURN: usize = 500;

/// How much of what there is to see is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything in every round: for one look.
    Everything,
    /// What is on screen or moving in every round, the rest in turn: for a screen that stays open.
    InTurn,
}

/// A group as far as planning needs it.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) coordinator: BrokerId,
    pub(super) kind: GroupKind,
    pub(super) state: Option<GroupState>,
    /// The round in which it was last described; 0 never.
    described: u64,
    /// Its state is another than when it was last described.
    changed: bool,
}

/// All groups listed.
#[derive(Debug, Default)]
pub(super) struct Groups {
    known: BTreeMap<GroupId, Known>,
    /// Where the turn of those that nobody looks at goes on.
    turn: Option<GroupId>,
}

impl Groups {
    pub(super) fn get(&self, id: &GroupId) -> Option<&Known> {
        self.known.get(id)
    }

    /// Takes over what a coordinator listed.
    pub(super) fn listed(&mut self, coordinator: BrokerId, groups: &[ListedGroup]) {
        let mut before: BTreeMap<_, _> = std::mem::take(&mut self.known);
        let mut kept = BTreeMap::new();
        for group in groups {
            let old = before.remove(&group.id);
            let changed = old.as_ref().is_none_or(|old| old.changed || old.state != group.state);
            let described = old.map_or(0, |old| old.described);
            let known =
                Known { coordinator, kind: group.kind, state: group.state, described, changed };
            kept.insert(group.id.clone(), known);
        }
        before.retain(|_, old| old.coordinator != coordinator);
        kept.append(&mut before);
        self.known = kept;
    }

    /// Notes what a description said.
    pub(super) fn described(&mut self, id: &GroupId, state: GroupState, round: u64) {
        if let Some(known) = self.known.get_mut(id) {
            known.state = Some(state);
            known.described = round.max(1);
            known.changed = false;
        }
    }

    /// The groups of a coordinator that commit, those on screen first.
    pub(super) fn committing(
        &self,
        coordinator: BrokerId,
        plan: &PollPlan,
    ) -> (Vec<GroupId>, Vec<GroupId>) {
        let of_coordinator = self.known.iter().filter(|(_, known)| {
            known.coordinator == coordinator && known.kind != GroupKind::Share
        });
        let (visible, rest): (Vec<_>, Vec<_>) =
            of_coordinator.map(|(id, _)| id).partition(|id| plan.is_visible(id));
        let owned = |ids: Vec<&GroupId>| ids.into_iter().cloned().collect();
        (owned(visible), owned(rest))
    }

    /// The groups of a coordinator to describe in this round, by type.
    pub(super) fn describe_next(
        &mut self,
        coordinator: BrokerId,
        plan: &PollPlan,
        scope: Scope,
    ) -> BTreeMap<GroupKind, Arc<[GroupId]>> {
        let mut chosen: BTreeMap<GroupKind, Vec<GroupId>> = BTreeMap::new();
        let mut turn = IN_TURN;
        let mut last = None;
        let after = self.turn.take();
        let start = after.as_ref().filter(|id| self.known.contains_key(*id));
        let (late, early): (Vec<_>, Vec<_>) = self
            .known
            .iter()
            .filter(|(_, known)| known.coordinator == coordinator && describable(known.kind))
            .partition(|(id, _)| start.is_none_or(|start| *id > start));
        for (id, known) in late.into_iter().chain(early) {
            let moving = !matches!(known.state, Some(GroupState::Stable | GroupState::Empty));
            let due = scope == Scope::Everything
                || moving
                || (known.changed && known.described > 0)
                || plan.is_visible(id);
            if !due {
                if turn == 0 {
                    continue;
                }
                turn -= 1;
                last = Some(id.clone());
            }
            chosen.entry(known.kind).or_default().push(id.clone());
        }
        self.turn = last;
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

/// Is there a request that describes groups of this type?
pub(super) const fn describable(kind: GroupKind) -> bool {
    matches!(kind, GroupKind::Classic | GroupKind::Consumer | GroupKind::Share)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ONE: BrokerId = BrokerId(1);

    fn listed(id: &str, kind: GroupKind, state: GroupState) -> ListedGroup {
        ListedGroup { id: id.into(), state: Some(state), kind, protocol_type: "consumer".into() }
    }

    fn plan(focus: &str) -> PollPlan {
        PollPlan { focus: Some(focus.into()), ..PollPlan::every(Duration::from_secs(1)) }
    }

    fn names(chosen: &BTreeMap<GroupKind, Arc<[GroupId]>>) -> Vec<&str> {
        chosen.values().flat_map(|ids| ids.iter().map(GroupId::as_str)).collect()
    }

    #[test]
    fn what_is_looked_at_changed_or_moving_is_described_and_the_rest_in_turn() {
        let mut groups = Groups::default();
        let stable = |id: String| listed(&id, GroupKind::Classic, GroupState::Stable);
        let mut list: Vec<_> = (0..2_000).map(|n| stable(format!("g{n:04}"))).collect();
        groups.listed(ONE, &list);
        let mut seen = std::collections::BTreeSet::new();
        for round in 1..=4 {
            let chosen = groups.describe_next(ONE, &plan("g1999"), Scope::InTurn);
            let chosen = names(&chosen);
            assert!(chosen.contains(&"g1999"), "it is looked at");
            assert!(chosen.len() <= IN_TURN + 1, "{}", chosen.len());
            for id in chosen {
                seen.insert(id.to_owned());
            }
            for id in &seen {
                groups.described(&id.as_str().into(), GroupState::Stable, round);
            }
        }
        assert_eq!(seen.len(), 2_000, "after four turns all were described");

        list[7] = listed("g0007", GroupKind::Classic, GroupState::PreparingRebalance);
        list[8] = listed("g0008", GroupKind::Classic, GroupState::Empty);
        groups.listed(ONE, &list);
        let chosen = groups.describe_next(ONE, &plan("g1999"), Scope::InTurn);
        let chosen = names(&chosen);
        assert!(chosen.contains(&"g0007") && chosen.contains(&"g0008"));
    }

    #[test]
    fn one_look_describes_everything_that_can_be_described() {
        let mut groups = Groups::default();
        groups.listed(
            ONE,
            &[
                listed("a", GroupKind::Classic, GroupState::Stable),
                listed("b", GroupKind::Consumer, GroupState::Empty),
                listed("c", GroupKind::Share, GroupState::Stable),
                listed("d", GroupKind::Streams, GroupState::Stable),
            ],
        );
        let nothing = PollPlan::every(Duration::from_secs(1));
        assert_eq!(names(&groups.describe_next(ONE, &nothing, Scope::Everything)), ["a", "b", "c"]);
        assert_eq!(groups.committing(ONE, &nothing).1.len(), 3, "share groups commit elsewhere");
    }

    #[test]
    fn a_group_that_moved_to_another_coordinator_is_asked_there() {
        let mut groups = Groups::default();
        let two = BrokerId(2);
        let g = listed("g", GroupKind::Classic, GroupState::Stable);
        groups.listed(ONE, std::slice::from_ref(&g));
        groups.listed(two, &[g]);
        groups.listed(ONE, &[]);
        assert_eq!(groups.get(&"g".into()).map(|known| known.coordinator), Some(two));
        groups.listed(two, &[]);
        assert!(groups.get(&"g".into()).is_none());
    }

    #[test]
    fn a_group_on_screen_that_rebalances_is_watched_closely() {
        let mut groups = Groups::default();
        groups.listed(
            ONE,
            &[
                listed("a", GroupKind::Classic, GroupState::PreparingRebalance),
                listed("b", GroupKind::Classic, GroupState::PreparingRebalance),
            ],
        );
        let moving = groups.visibly_moving(&plan("a"));
        assert_eq!(moving[&(ONE, GroupKind::Classic)], ["a".into()]);
        groups.described(&"a".into(), GroupState::Stable, 1);
        assert!(groups.visibly_moving(&plan("a")).is_empty());
    }
}
