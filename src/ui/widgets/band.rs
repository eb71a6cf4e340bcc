//! A group's states over time, one cell a slice of time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::model::{GroupState, Rebalance, StateBand, Timestamp};
use crate::ui::glyphs::Glyphs;
use crate::ui::paint;
use crate::ui::theme::{Role, Theme};

/// What one slice of time shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slice {
    /// Nothing is known of it.
    Gap,
    /// The most unsettled state seen in it.
    State(GroupState),
    /// Only settled states were seen, but a rebalance ended in it: it was too short to be looked at.
    Event,
}

/// How unsettled a state is: the greater, the more it matters to see it.
const fn unrest(state: GroupState) -> u8 {
    match state {
        GroupState::Stable => 0,
        GroupState::Empty => 1,
        GroupState::Unknown => 2,
        GroupState::Dead => 3,
        GroupState::NotReady => 4,
        GroupState::Reconciling => 5,
        GroupState::Assigning => 6,
        GroupState::CompletingRebalance => 7,
        GroupState::PreparingRebalance => 8,
    }
}

/// `[from, until]` in `count` slices. Nothing is known after `confirmed`.
#[must_use]
pub fn slices(
    band: &StateBand,
    events: &[Rebalance],
    (from, until): (Timestamp, Timestamp),
    confirmed: Timestamp,
    count: u16,
) -> Vec<Slice> {
    let mut slices = vec![Slice::Gap; usize::from(count)];
    let span = until.since(from).as_millis();
    if span == 0 {
        return slices;
    }
    let slice_of = |at: Timestamp| {
        usize::try_from(at.since(from).as_millis() * u128::from(count) / span).unwrap_or(usize::MAX)
    };
    let mut changes = band.changes().peekable();
    while let Some((since, state)) = changes.next() {
        let end = changes.peek().map_or(confirmed, |next| next.0).min(until);
        let Some(state) = state else { continue };
        if end < from || end < since {
            continue;
        }
        let last = slice_of(end).min(slices.len().saturating_sub(1));
        for slice in slices.iter_mut().take(last + 1).skip(slice_of(since)) {
            match *slice {
                Slice::State(before) if unrest(before) >= unrest(state) => {}
                _ => *slice = Slice::State(state),
            }
        }
    }
    for event in events.iter().rev().take_while(|event| event.at >= from) {
        if let Some(slice) = slices.get_mut(slice_of(event.at))
            && matches!(*slice, Slice::State(GroupState::Stable | GroupState::Empty))
        {
            *slice = Slice::Event;
        }
    }
    slices
}

/// Draws slices from the left of `area`'s first row.
pub fn draw(slices: &[Slice], theme: &Theme, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    for (x, slice) in (area.x..area.right()).zip(slices) {
        let (sign, style) = match *slice {
            Slice::Gap => continue,
            Slice::State(state) => (theme.glyphs.state(state), theme.state(state)),
            Slice::Event => (theme.glyphs.event, theme.style(Role::Warning)),
        };
        paint::sign(buf, x, area.y, sign, style);
    }
}

/// What the signs mean that are drawn, most unsettled first.
#[must_use]
pub fn legend(slices: &[Slice], glyphs: &Glyphs) -> Vec<(&'static str, Slice, &'static str)> {
    let mut states: Vec<_> = GroupState::ALL
        .into_iter()
        .filter(|state| slices.contains(&Slice::State(*state)))
        .collect();
    states.sort_unstable_by_key(|state| std::cmp::Reverse(unrest(*state)));
    let event =
        slices.contains(&Slice::Event).then_some((glyphs.event, Slice::Event, "between looks"));
    states
        .into_iter()
        .map(|state| (glyphs.state(state), Slice::State(state), state.name()))
        .chain(event)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::app::{Depth, Looks};
    use crate::model::Took;

    fn ts(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    fn event(second: i64) -> Rebalance {
        Rebalance {
            at: ts(second),
            took: Took::AtMost(Duration::from_secs(1)),
            epoch: None,
            ended_in: GroupState::Stable,
            joined: Vec::new(),
            left: Vec::new(),
            moved: Vec::new(),
        }
    }

    fn line(slices: &[Slice], theme: &Theme) -> String {
        let area = Rect::new(0, 0, 10, 1);
        let mut buf = Buffer::empty(area);
        draw(slices, theme, area, &mut buf);
        buf.content().iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn the_most_unsettled_state_of_a_slice_is_seen() {
        let mut band = StateBand::default();
        band.push(ts(12), Some(GroupState::Stable));
        band.push(ts(41), Some(GroupState::PreparingRebalance));
        band.push(ts(43), Some(GroupState::CompletingRebalance));
        band.push(ts(51), Some(GroupState::Stable));
        band.push(ts(65), None);
        band.push(ts(80), Some(GroupState::Stable));
        let slices = slices(&band, &[event(86)], (ts(0), ts(100)), ts(95), 10);
        let theme = Theme::default();
        assert_eq!(line(&slices, &theme), " ▁▁▁█▆▁ ▴▁");
        let ascii = Theme::new(Looks { depth: Depth::Mono, ascii: true, ..Looks::default() });
        assert_eq!(line(&slices, &ascii), " ___PC_ ^_");
        let names: Vec<_> =
            legend(&slices, &theme.glyphs).into_iter().map(|(_, _, name)| name).collect();
        assert_eq!(names, ["PreparingRebalance", "CompletingRebalance", "Stable", "between looks"]);
    }

    #[test]
    fn a_state_that_holds_reaches_to_the_last_confirmation() {
        let mut band = StateBand::default();
        band.push(ts(-500), Some(GroupState::Empty));
        let slices = slices(&band, &[], (ts(0), ts(100)), ts(39), 10);
        assert_eq!(line(&slices, &Theme::default()), "····      ");
    }

    #[test]
    fn no_room_and_no_time_are_nothing() {
        let mut band = StateBand::default();
        band.push(ts(0), Some(GroupState::Stable));
        assert!(slices(&band, &[event(1)], (ts(0), ts(10)), ts(10), 0).is_empty());
        assert_eq!(slices(&band, &[], (ts(5), ts(5)), ts(5), 2), [Slice::Gap, Slice::Gap]);
    }
}
