//! Where things are: rectangles from a size and a shape, nothing else.
//!
//! ```text
//!  160x45, all panes                       80x24, one pane
//!  header                                  header
//!  ┌ Groups ───┬ Partitions ────────────┐  tabs
//!  │           │                        │  ─ Groups ──────────────
//!  │           │                        │
//!  │           ├ Members ──┬ Rebalances ┤
//!  │           │           │            │
//!  ├ Process ──┴───────────┴────────────┤
//!  └────────────────────────────────────┘
//!  footer                                  footer
//! ```
//!
//! Frames of neighbouring panes share their edges. Between header and panes stands what keeps the picture
//! from being true, then what is wrong; nothing where there is nothing to say. Local processes are below
//! everything where there are rows enough; where not, their pane has the screen for itself.

use ratatui::layout::Rect;

use super::paint;
use crate::app::{Pane, Shape};

/// A pane's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The frame; of one row where there is only a rule above the pane.
    pub frame: Rect,
    /// Inside the frame.
    pub inside: Rect,
    /// The column for the scroll bar.
    pub bar: Rect,
}

/// Everything's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// One line at the top.
    pub header: Rect,
    /// Below it, what keeps the picture from being true; empty where nothing does.
    pub trouble: Rect,
    /// Below it, what is wrong; empty where nothing is.
    pub strip: Rect,
    /// One line of panes to choose from; empty where all are seen or there is no room.
    pub tabs: Rect,
    /// The panes that are seen.
    pub panes: Vec<(Pane, Place)>,
    /// Where a detail page is drawn, over the panes.
    pub page: Option<Place>,
    /// One line at the bottom.
    pub footer: Rect,
}

/// Rows between header and footer from which the tab line is worth one.
const TABS_FROM: u16 = 10;
/// Rows of the screen from which a long sentence may have two.
const LONG_FROM: u16 = 16;
/// Rows of the screen from which the Process pane has its place below all others.
const PROCESS_FROM: u16 = 42;
/// Its rows, frame included.
const PROCESS_ROWS: u16 = 10;

impl Layout {
    /// The places on a screen of this `area`, where something of `trouble` columns is to be said, or
    /// nothing, and `strip` lines tell what is wrong.
    #[must_use]
    pub fn new(area: Rect, shape: Shape, (trouble, strip): (u16, u16), paged: bool) -> Self {
        let (header, rest) = split_top(area, 1);
        let is_long = trouble > area.width.saturating_sub(2) && area.height >= LONG_FROM;
        let (trouble, rest) = split_top(rest, u16::from(trouble > 0) + u16::from(is_long));
        let (strip, rest) = split_top(rest, strip.min(rest.height / 4));
        let (body, footer) = split_top(rest, rest.height.saturating_sub(1));
        let (tabs, (panes, page)) = match shape {
            Shape::TooSmall => return Self::default(),
            Shape::All => {
                let below = if area.height >= PROCESS_FROM && !paged { PROCESS_ROWS } else { 0 };
                (Rect::default(), with_process(body, below, paged))
            }
            Shape::One(pane) => {
                let (tabs, body) = split_top(body, u16::from(body.height >= TABS_FROM));
                (tabs, one(body, pane, paged))
            }
        };
        Self { header, trouble, strip, tabs, panes, page, footer }
    }
}

/// Panes, and the page over them.
type Places = (Vec<(Pane, Place)>, Option<Place>);

/// The first `rows` of `area`, and the rest.
fn split_top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (Rect { height: rows, ..area }, paint::below(area, rows))
}

fn one(body: Rect, pane: Pane, paged: bool) -> Places {
    let place = ruled(body);
    if paged { (Vec::new(), Some(place)) } else { (vec![(pane, place)], None) }
}

/// All panes, the Process pane in the last `rows`.
fn with_process(body: Rect, rows: u16, paged: bool) -> Places {
    if rows == 0 {
        return all(body, paged);
    }
    // The frames share a row.
    let (upper, _) = split_top(body, body.height.saturating_sub(rows).saturating_add(1));
    let (mut panes, page) = all(upper, paged);
    let lower = paint::below(body, upper.height.saturating_sub(1));
    panes.push((Pane::Process, framed(lower)));
    (panes, page)
}

fn all(body: Rect, paged: bool) -> Places {
    let left = Rect { width: (body.width / 3).clamp(40, 64).min(body.width), ..body };
    let right = beside(body, left);
    let groups = (Pane::Groups, framed(left));
    if paged {
        return (vec![groups], Some(framed(right)));
    }
    let lower_rows = (body.height * 2 / 5).max(9).min(body.height);
    let upper_rows = right.height.saturating_sub(lower_rows);
    // The frames overlap by the row or the column that they share.
    let (upper, _) = split_top(right, upper_rows.saturating_add(1));
    let lower = paint::below(right, upper_rows);
    let members = Rect { width: (lower.width / 2 + 1).min(lower.width), ..lower };
    let panes = vec![
        groups,
        (Pane::Partitions, framed(upper)),
        (Pane::Members, framed(members)),
        (Pane::Rebalances, framed(beside(lower, members))),
    ];
    (panes, None)
}

/// What is right of `left` in `area`, sharing one column with it.
fn beside(area: Rect, left: Rect) -> Rect {
    let seam = left.width.saturating_sub(1);
    Rect { x: area.x.saturating_add(seam), width: area.width.saturating_sub(seam), ..area }
}

/// A place with a frame all around; the scroll bar is on its right edge.
fn framed(frame: Rect) -> Place {
    let inside = paint::indent(paint::below(frame, 1), 1);
    let inside = Rect { height: inside.height.saturating_sub(1), ..inside };
    let bar = Rect { x: inside.right(), width: 1, ..inside }.intersection(frame);
    Place { frame, inside, bar }
}

/// A place with a rule above; the scroll bar has a column of its own.
fn ruled(area: Rect) -> Place {
    let (frame, below) = split_top(area, 1);
    let inside = Rect { width: below.width.saturating_sub(1), ..below };
    let bar = Rect { x: inside.right(), width: 1, ..inside }.intersection(below);
    Place { frame, inside, bar }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_panes_fill_the_screen_and_share_their_edges() {
        let layout = Layout::new(Rect::new(0, 0, 160, 45), Shape::All, (0, 0), false);
        let frames: Vec<_> = layout.panes.iter().map(|(_, place)| place.frame).collect();
        assert_eq!(
            frames,
            [
                Rect::new(0, 1, 53, 34),
                Rect::new(52, 1, 108, 22),
                Rect::new(52, 22, 55, 13),
                Rect::new(106, 22, 54, 13),
                Rect::new(0, 34, 160, 10),
            ]
        );
        assert_eq!(layout.footer, Rect::new(0, 44, 160, 1));
    }

    #[test]
    fn a_page_keeps_the_groups_beside_it_where_there_is_room() {
        let wide = Layout::new(Rect::new(0, 0, 160, 45), Shape::All, (0, 0), true);
        assert_eq!(wide.panes.len(), 1);
        assert_eq!(wide.page.map(|page| page.frame), Some(Rect::new(52, 1, 108, 43)));
        let narrow = Layout::new(Rect::new(0, 0, 80, 24), Shape::One(Pane::Groups), (0, 0), true);
        assert!(narrow.panes.is_empty());
        assert_eq!(narrow.page.map(|page| page.inside), Some(Rect::new(0, 3, 79, 20)));
    }

    #[test]
    fn the_tab_line_leaves_where_rows_are_few() {
        let shape = Shape::One(Pane::Members);
        assert_eq!(Layout::new(Rect::new(0, 0, 40, 12), shape, (0, 0), false).tabs.height, 1);
        assert_eq!(Layout::new(Rect::new(0, 0, 40, 11), shape, (0, 0), false).tabs.height, 0);
    }

    proptest! {
        #[test]
        fn nothing_is_outside(width in 0_u16..=250, height in 0_u16..=80, pane in 0_usize..7, trouble in 0_u16..300, strip in 0_u16..6, paged: bool) {
            let shape = match pane {
                0..5 => Shape::One(Pane::ALL[pane]),
                5 => Shape::All,
                _ => Shape::TooSmall,
            };
            let area = Rect::new(0, 0, width, height);
            let layout = Layout::new(area, shape, (trouble, strip), paged);
            let places = layout.panes.iter().map(|(_, place)| *place).chain(layout.page);
            let rects = places.flat_map(|place| [place.frame, place.inside, place.bar]);
            // What is empty is nowhere.
            for rect in rects.filter(|rect| !rect.is_empty()).chain([layout.header, layout.trouble, layout.strip, layout.tabs, layout.footer]) {
                prop_assert!(rect.right() <= width && rect.bottom() <= height, "{rect:?} in {area:?}");
            }
        }
    }
}
