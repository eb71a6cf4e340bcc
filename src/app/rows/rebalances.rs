//! Rows of the Rebalances pane.

use super::order::{Key, sort};
use super::{Wish, small};
use crate::app::{Filter, RebalanceSort};
use crate::model::{GroupView, MemberRef, Rebalance};

pub(super) fn make(rows: &mut Vec<u32>, group: Option<&GroupView>, wish: Wish<'_, RebalanceSort>) {
    rows.clear();
    let events = group.map(|group| group.rebalances.as_slice()).unwrap_or_default();
    rows.extend(
        events
            .iter()
            .enumerate()
            .filter(|(_, event)| passes(wish.filter, event))
            .map(|(index, _)| small(index)),
    );
    sort(rows, wish.descending, |row| {
        let Some(event) = events.get(row as usize) else { return Key::last(1) };
        let newest_last = f64::from(row);
        match wish.sort {
            RebalanceSort::Time => Key::of(Some(newest_last)),
            RebalanceSort::Took => match event.took.at_most() {
                Some(span) => Key::pair(span.as_secs_f64(), newest_last),
                None => Key::last(1),
            },
            RebalanceSort::Moved => Key::pair(event.moved.len() as f64, newest_last),
        }
    });
}

/// Looks at everybody who took part and at the topics that moved.
fn passes(filter: &Filter, event: &Rebalance) -> bool {
    let member =
        |member: &MemberRef| filter.matches(&member.client_id) || filter.matches(&member.host);
    filter.passes_all()
        || event.joined.iter().chain(&event.left).any(member)
        || event.moved.iter().any(|moved| {
            filter.matches(moved.partition.topic.as_str())
                || moved.from.as_ref().is_some_and(member)
                || moved.to.as_ref().is_some_and(member)
        })
}
