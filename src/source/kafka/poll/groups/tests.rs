//! Which groups are asked about next, and which are kept.

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
    assert!(groups.listed(two, &[]) && groups.get(&"g".into()).is_some(), "it may be on its way");
    assert!(groups.of(two).next().is_none(), "nobody is asked about it meanwhile");
    assert!(!groups.listed(two, &[]) && groups.get(&"g".into()).is_none());
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
