//! The groups that the planner knows of, and which of them to ask about next. Pure.

use std::collections::BTreeMap;
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

    /// All groups of a coordinator.
    pub(super) fn of(&self, coordinator: BrokerId) -> impl Iterator<Item = (&GroupId, &Known)> {
        self.known.iter().filter(move |(_, known)| known.coordinator == coordinator)
    }

    /// The same, for change.
    pub(super) fn of_mut(
        &mut self,
        coordinator: BrokerId,
    ) -> impl Iterator<Item = (&GroupId, &mut Known)> {
        self.known.iter_mut().filter(move |(_, known)| known.coordinator == coordinator)
    }

    /// What was recorded so far belongs to a listening that is over.
    pub(super) fn forget_recorded(&mut self) {
        self.known.values_mut().for_each(|known| known.recorded = None);
    }

    /// Takes over what a coordinator listed.
    pub(super) fn listed(&mut self, coordinator: BrokerId, groups: &[ListedGroup]) {
        let mut before: BTreeMap<_, _> = std::mem::take(&mut self.known);
        let mut kept = BTreeMap::new();
        for group in groups {
            let mut known = before.remove(&group.id).unwrap_or_else(|| Known::new(coordinator));
            known.changed |= known.state != group.state;
            (known.coordinator, known.kind, known.state) = (coordinator, group.kind, group.state);
            kept.insert(group.id.clone(), known);
        }
        before.retain(|_, old| old.coordinator != coordinator);
        kept.append(&mut before);
        self.known = kept;
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
            recorded: None,
            followed: Followed::default(),
        }
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
mod tests {
    use std::time::Duration;

    use super::*;

    const ONE: BrokerId = BrokerId(1);

    fn listed(id: &str, kind: GroupKind, state: GroupState) -> ListedGroup {
        ListedGroup { id: id.into(), state: Some(state), kind, protocol_type: "consumer".into() }
    }

    fn ts(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
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
            let chosen = groups.describe_next(ONE, &plan("g1999"), Scope::InTurn, round);
            let chosen = names(&chosen);
            assert!(chosen.contains(&"g1999"), "it is looked at");
            assert!(chosen.len() <= IN_TURN + 1, "{}", chosen.len());
            for id in chosen {
                seen.insert(id.to_owned());
            }
            for id in &seen {
                groups.described(&id.as_str().into(), GroupState::Stable, ts(0));
            }
        }
        assert_eq!(seen.len(), 2_000, "after four turns all were described");

        list[7] = listed("g0007", GroupKind::Classic, GroupState::PreparingRebalance);
        list[8] = listed("g0008", GroupKind::Classic, GroupState::Empty);
        groups.listed(ONE, &list);
        let chosen = groups.describe_next(ONE, &plan("g1999"), Scope::InTurn, 5);
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
        let described = groups.describe_next(ONE, &nothing, Scope::Everything, 1);
        assert_eq!(names(&described), ["a", "b", "c"]);
        let commits = groups.commits_next(ONE, &nothing, 1);
        assert_eq!(commits.rest.len(), 3, "share groups commit elsewhere");
    }

    #[test]
    fn what_records_tell_is_compared_now_and_then_and_each_group_has_its_turn() {
        let mut groups = Groups::default();
        let stable = |id: String| listed(&id, GroupKind::Classic, GroupState::Stable);
        groups.listed(ONE, &(0..600).map(|n| stable(format!("g{n:03}"))).collect::<Vec<_>>());
        for (id, known) in groups.of_mut(ONE).filter(|(id, _)| id.as_str() != "g599") {
            known.followed = Followed { commits: true, members: true };
            (known.changed, known.members_as_of) = (id.as_str() == "g598", Some(ts(0)));
        }
        let (mut commits, mut members) = (Vec::new(), Vec::new());
        for round in 1..=30 {
            let to_ask = groups.commits_next(ONE, &plan("g000"), round);
            assert_eq!(to_ask.rest, ["g599".into()], "nobody follows it");
            if to_ask.compared.contains(&"g000".into()) {
                assert!(to_ask.compared.len() <= 101, "{}", to_ask.compared.len());
            }
            commits.extend(to_ask.compared);
            let described = groups.describe_next(ONE, &plan("g000"), Scope::InTurn, round);
            let described = names(&described);
            assert!(described.contains(&"g598") && described.contains(&"g599"), "{round}");
            members.extend(described.into_iter().map(GroupId::from));
        }
        for seen in [&mut commits, &mut members] {
            let on_screen = seen.iter().filter(|id| id.as_str() == "g000").count();
            assert_eq!(on_screen, 6, "the one on screen every fifth round");
            seen.sort_unstable();
            seen.dedup();
        }
        assert_eq!((commits.len(), members.len()), (599, 600), "all within 30 rounds");
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
        groups.described(&"a".into(), GroupState::Stable, ts(1));
        assert!(groups.visibly_moving(&plan("a")).is_empty());
    }
}
