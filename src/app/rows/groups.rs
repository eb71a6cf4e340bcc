//! Rows of the Groups pane.

use super::order::{Key, sort};
use super::{Wish, small};
use crate::app::GroupSort;
use crate::model::{GroupEntry, GroupState, GroupView, Severity, Snapshot};

/// Lag that grows by less than this share of what arrives is the rhythm of commits, not a trend.
const GROWTH_SHARE: f64 = 0.05;

pub(super) fn make(rows: &mut Vec<u32>, snapshot: &Snapshot, wish: Wish<'_, GroupSort>) {
    rows.clear();
    let named = snapshot.groups.iter().enumerate();
    rows.extend(
        named
            .filter(|(_, entry)| wish.filter.matches(entry.view.id.as_str()))
            .map(|(index, _)| small(index)),
    );
    sort(rows, wish.descending, |row| {
        let Some(entry) = snapshot.groups.get(row as usize) else { return Key::last(1) };
        key(entry, wish.sort, row)
    });
}

fn key(entry: &GroupEntry, column: GroupSort, row: u32) -> Key {
    let group = &*entry.view;
    let totals = &group.totals;
    match column {
        GroupSort::Worst => match totals.lag {
            Some(lag) => Key::pair(ill(entry) + growth(group), lag as f64),
            None if ill(entry) > 0.0 => Key::pair(ill(entry), 0.0),
            None => Key::last(1),
        },
        GroupSort::Name => Key::of(Some(f64::from(row))),
        GroupSort::State => Key::of(Some(unrest(group.state))),
        GroupSort::Members => Key::of(group.members.as_ref().map(|members| members.len() as f64)),
        GroupSort::Lag => Key::count(totals.lag),
        GroupSort::Arriving => Key::rate(totals.arriving),
        GroupSort::Consumed => Key::rate(totals.consumed),
        GroupSort::Eta => Key::eta(totals.eta),
        GroupSort::Behind => Key::behind(totals.behind),
    }
}

/// How bad the worst finding is, above any growth.
fn ill(entry: &GroupEntry) -> f64 {
    const ABOVE_GROWTH: f64 = 100.0;
    match entry.findings.worst() {
        None | Some(Severity::Note) => 0.0,
        Some(Severity::Warning) => ABOVE_GROWTH,
        Some(Severity::Critical) => ABOVE_GROWTH * 2.0,
        Some(Severity::Page) => ABOVE_GROWTH * 3.0,
    }
}

/// How fast lag grows, by powers of ten of records a second: the exact figure moves with every round,
/// and the table with it.
fn growth(group: &GroupView) -> f64 {
    let totals = &group.totals;
    let (Some(arriving), Some(consumed)) = (totals.arriving, totals.consumed) else { return 0.0 };
    let growth = arriving.0 - consumed.0;
    if growth < 1.0 || growth < arriving.0 * GROWTH_SHARE {
        return 0.0;
    }
    growth.log10().floor() + 1.0
}

/// How far a state is from Stable.
const fn unrest(state: GroupState) -> f64 {
    match state {
        GroupState::Stable => 0.0,
        GroupState::Empty => 1.0,
        GroupState::Unknown | GroupState::Dead => 2.0,
        GroupState::NotReady => 3.0,
        GroupState::PreparingRebalance
        | GroupState::CompletingRebalance
        | GroupState::Assigning
        | GroupState::Reconciling => 4.0,
    }
}
