//! Rows of the Members pane.

use super::order::{Key, sort};
use super::{MemberRow, Unowned, Wish, small};
use crate::app::{Filter, MemberSort};
use crate::model::{GroupKind, GroupView, MemberView};

/// The group's partitions without an owner; `None` if there are none, or if it is not known who holds
/// what. A share group's partitions have no owners.
pub(super) fn unowned(group: &GroupView) -> Option<Unowned> {
    let members = group.members.as_ref()?;
    if group.kind == GroupKind::Share || members.iter().any(|member| member.assignment.is_none()) {
        return None;
    }
    let mut unowned = Unowned::default();
    for (_, partition) in group.partitions().filter(|(_, partition)| partition.owner.is_none()) {
        unowned.partitions += 1;
        if let Some(lag) = partition.lag.records {
            unowned.lag = Some(unowned.lag.unwrap_or(0).saturating_add(lag.max(0)));
        }
    }
    (unowned.partitions > 0).then_some(unowned)
}

pub(super) fn make(
    rows: &mut Vec<MemberRow>,
    group: Option<&GroupView>,
    unowned: Option<Unowned>,
    wish: Wish<'_, MemberSort>,
) {
    rows.clear();
    let members = group.and_then(|group| group.members.as_deref()).unwrap_or_default();
    rows.extend(
        members
            .iter()
            .enumerate()
            .filter(|(_, member)| passes(wish.filter, member))
            .map(|(index, _)| MemberRow::Member(small(index))),
    );
    if unowned.is_some() && wish.filter.passes_all() {
        rows.push(MemberRow::Unowned);
    }
    let hosts = if wish.sort == MemberSort::Host { host_ranks(members) } else { Vec::new() };
    sort(rows, wish.descending, |row| match row {
        MemberRow::Unowned => unowned_key(unowned.unwrap_or_default(), wish.sort),
        MemberRow::Member(index) => match members.get(index as usize) {
            Some(member) if member.held() == Some(0) => Key::last(2),
            Some(_) if wish.sort == MemberSort::Host => {
                Key::of(hosts.get(index as usize).copied().map(f64::from))
            }
            Some(member) => key(member, wish.sort, index),
            None => Key::last(3),
        },
    });
}

fn passes(filter: &Filter, member: &MemberView) -> bool {
    filter.passes_all()
        || filter.matches(&member.client_id)
        || filter.matches(&member.host)
        || filter.matches(member.id.as_str())
        || member.instance_id.as_ref().is_some_and(|instance| filter.matches(instance))
}

fn key(member: &MemberView, column: MemberSort, index: u32) -> Key {
    match column {
        MemberSort::Lag => Key::count(member.lag),
        // Members come in the order of their client ids; hosts are ranked by the caller.
        MemberSort::Name | MemberSort::Host => Key::of(Some(f64::from(index))),
        MemberSort::Partitions => Key::of(member.held().map(|held| held as f64)),
        MemberSort::Consumed => Key::rate(member.consumed),
    }
}

fn unowned_key(unowned: Unowned, column: MemberSort) -> Key {
    match column {
        MemberSort::Lag => Key::count(unowned.lag),
        MemberSort::Partitions => Key::of(Some(unowned.partitions as f64)),
        MemberSort::Name | MemberSort::Host | MemberSort::Consumed => Key::last(1),
    }
}

/// Each member's place among the hosts; members of one host stay in their own order.
fn host_ranks(members: &[MemberView]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|&index| members.get(index).map(|member| &member.host));
    let mut ranks = vec![0; members.len()];
    let mut rank = 0;
    let mut before = None;
    for index in order {
        let host = members.get(index).map(|member| &member.host);
        if before.is_some_and(|before| before != host) {
            rank += 1;
        }
        before = Some(host);
        if let Some(place) = ranks.get_mut(index) {
            *place = rank;
        }
    }
    ranks
}
