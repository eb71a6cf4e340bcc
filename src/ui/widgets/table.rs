//! Tables whose columns leave by priority where room is short.
//!
//! The table places columns and draws heads and cells; what a cell says is its pane's. Only the rows
//! that a pane asks for are ever formatted.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use crate::ui::format;
use crate::ui::paint;
use crate::ui::theme::{Role, Theme};

/// Cells kept at the left for the selection's mark.
pub const GUTTER: u16 = 1;
/// Tables up to this width use every cell.
const NARROW: u16 = 45;
/// Columns that leave before this one are worth less than a second space between those that stay.
const WORTH_A_SPACE: u8 = 6;

/// On which side a column's content stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column<K> {
    /// What it shows.
    pub key: K,
    /// The head.
    pub title: Cow<'static, str>,
    /// On which side the content stands.
    pub align: Align,
    /// Cells that it needs to be of use.
    pub min: u16,
    /// Cells that it can make use of.
    pub max: u16,
    /// The columns with the greatest number leave first; those with 0 never.
    pub leaves: u8,
    /// The order that the rows are in by it; `None` if they are sorted by another.
    pub order: Option<Order>,
}

/// A direction of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The least first.
    Ascending,
    /// The greatest first.
    Descending,
}

impl<K> Column<K> {
    /// A column of words.
    pub fn words(key: K, title: &'static str, min: u16, max: u16, leaves: u8) -> Self {
        let title = Cow::Borrowed(title);
        Self { key, title, align: Align::Left, min, max, leaves, order: None }
    }

    /// A column of numbers, `width` cells wide.
    pub fn numbers(key: K, title: &'static str, width: u16, leaves: u8) -> Self {
        let title = Cow::Borrowed(title);
        Self { key, title, align: Align::Right, min: width, max: width, leaves, order: None }
    }

    /// The cells that head and content need.
    fn needs(&self) -> u16 {
        let head = format::width(&self.title).saturating_add(u16::from(self.order.is_some()));
        self.min.max(head)
    }
}

/// A column that has its place.
#[derive(Clone, Debug)]
pub struct Placed<'a, K> {
    /// Which.
    pub column: &'a Column<K>,
    /// Cells from the table's left edge.
    pub x: u16,
    /// Cells.
    pub width: u16,
}

/// Gives columns their places in `width` cells. Where they do not fit with two spaces between them,
/// details leave; then one space has to do; then the least important leave; then what cannot leave
/// shrinks.
#[must_use]
pub fn place<K>(columns: &[Column<K>], width: u16) -> Vec<Placed<'_, K>> {
    let width = width.saturating_sub(GUTTER);
    // A cell of air before the frame, where cells are not counted.
    let width = width.saturating_sub(u16::from(width > NARROW));
    let mut kept: Vec<&Column<K>> = columns.iter().collect();
    let needed = |kept: &[&Column<K>], gap: u16| {
        let gaps = gap.saturating_mul(u16::try_from(kept.len()).unwrap_or(u16::MAX).max(1) - 1);
        kept.iter().fold(gaps, |sum, column| sum.saturating_add(column.needs()))
    };
    let mut gap = 2;
    while needed(&kept, gap) > width {
        let last = kept.iter().map(|column| column.leaves).max().unwrap_or(0);
        if gap == 2 && last < WORTH_A_SPACE {
            gap = 1;
            continue;
        }
        if last == 0 {
            break;
        }
        if let Some(index) = kept.iter().rposition(|column| column.leaves == last) {
            kept.remove(index);
        }
    }
    // What left may have made room for the second space again.
    let gap = if needed(&kept, 2) <= width { 2 } else { gap };
    let mut widths: Vec<u16> = kept.iter().map(|column| column.needs()).collect();
    shrink(&kept, &mut widths, needed(&kept, gap).saturating_sub(width));
    grow(&kept, &mut widths, width.saturating_sub(needed(&kept, gap)));
    let mut x = GUTTER;
    kept.into_iter()
        .zip(widths)
        .map(|(column, width)| {
            let placed = Placed { column, x, width };
            x = x.saturating_add(width).saturating_add(gap);
            placed
        })
        .collect()
}

/// Takes `excess` cells away: from the widest column of words as long as it keeps a few, then from the
/// widest of all. Words can be cut, numbers cannot.
fn shrink<K>(columns: &[&Column<K>], widths: &mut [u16], excess: u16) {
    const WORD: u16 = 3;
    for _ in 0..excess {
        let words = columns.iter().zip(widths.iter_mut());
        let word = words
            .filter(|(column, width)| column.align == Align::Left && **width > WORD)
            .map(|(_, width)| width)
            .max();
        if let Some(widest) = word {
            *widest -= 1;
        } else if let Some(widest) = widths.iter_mut().max() {
            *widest = widest.saturating_sub(1);
        }
    }
}

/// Gives `spare` cells to those that can use them, to each in turn.
fn grow<K>(columns: &[&Column<K>], widths: &mut [u16], mut spare: u16) {
    while spare > 0 {
        let before = spare;
        for (column, width) in columns.iter().zip(widths.iter_mut()) {
            if *width < column.max && spare > 0 {
                *width += 1;
                spare -= 1;
            }
        }
        if spare == before {
            return;
        }
    }
}

/// Draws the heads into the first row of `area`, with the order's mark.
pub fn draw_head<K>(placed: &[Placed<'_, K>], area: Rect, theme: &Theme, buf: &mut Buffer) {
    for cell in placed {
        let column = cell.column;
        let (mark, style) = match column.order {
            None => ("", theme.style(Role::Header)),
            Some(Order::Ascending) => (theme.glyphs.up, theme.style(Role::Title)),
            Some(Order::Descending) => (theme.glyphs.down, theme.style(Role::Title)),
        };
        let place = place_of(cell, area);
        let title = format!("{}{mark}", column.title);
        let title = format::cut_end(&title, place.width, theme.glyphs.ellipsis);
        match column.align {
            Align::Left => drop(paint::text(buf, place, &title, style)),
            Align::Right => paint::text_right(buf, place, &title, style),
        }
    }
}

/// Where a column's cell is in the first row of `area`.
#[must_use]
pub fn place_of<K>(cell: &Placed<'_, K>, area: Rect) -> Rect {
    let width = cell.width.min(area.width.saturating_sub(cell.x));
    Rect { x: area.x.saturating_add(cell.x), width, ..paint::row(area, 0) }
}

/// Draws one cell of a row. Words are cut; a number that does not fit is left out, because a part of
/// it would be another number.
pub fn draw_cell<K>(cell: &Placed<'_, K>, row: Rect, content: &Line<'_>, buf: &mut Buffer) {
    let place = place_of(cell, row);
    match cell.column.align {
        Align::Left => drop(paint::line(buf, place, content)),
        Align::Right if content.width() > usize::from(place.width) => {
            paint::text_right(buf, place, "#", Style::new());
        }
        Align::Right => paint::line_right(buf, place, content),
    }
}

/// Draws `content` over the cells of several columns at once, from the first of them to the last: a
/// reason in the place of the values that it prevents.
pub fn draw_over<K: Copy>(
    (placed, row): (&[Placed<'_, K>], Rect),
    covers: impl Fn(K) -> bool,
    content: (&str, Style),
    theme: &Theme,
    buf: &mut Buffer,
) {
    let covered = |cell: &&Placed<'_, K>| covers(cell.column.key);
    let (Some(first), Some(last)) =
        (placed.iter().find(covered), placed.iter().rev().find(covered))
    else {
        return;
    };
    let (from, to) = (place_of(first, row), place_of(last, row));
    let place = Rect { width: to.right().saturating_sub(from.x), ..from }.intersection(row);
    paint::clear(buf, place);
    let text = format::cut_end(content.0, place.width, theme.glyphs.ellipsis);
    paint::text(buf, place, &text, content.1);
}

/// Marks a row as the one that keys act on; the whole row where the pane has the keys, else only its
/// sign and weight.
pub fn draw_selection(row: Rect, focused: bool, theme: &Theme, buf: &mut Buffer) {
    let row = row.intersection(buf.area);
    if row.is_empty() {
        return;
    }
    if focused {
        buf.set_style(row, theme.style(Role::Selected));
    }
    let style = if focused { theme.style(Role::Accent) } else { Style::new() };
    buf.set_style(row, Style::new().add_modifier(Modifier::BOLD));
    paint::sign(buf, row.x, row.y, theme.glyphs.select, style);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::app::{Depth, Looks};

    fn columns() -> Vec<Column<char>> {
        vec![
            Column::words('n', "NAME", 6, 12, 0),
            Column::words('s', "STATE", 6, 6, 2),
            Column::numbers('m', "MEM", 3, 3),
            Column { order: Some(Order::Descending), ..Column::numbers('l', "LAG", 5, 0) },
            Column::words('t', "TREND", 5, 8, 1),
        ]
    }

    fn head(width: u16) -> String {
        let columns = columns();
        let area = Rect::new(0, 0, width, 1);
        let mut buf = Buffer::empty(area);
        draw_head(&place(&columns, width), area, &Theme::default(), &mut buf);
        buf.content().iter().map(ratatui::buffer::Cell::symbol).collect::<String>()
    }

    #[test]
    fn columns_leave_by_priority_and_the_rest_takes_their_room() {
        let heads = [50, 36, 31, 29, 24, 17, 10].map(head);
        let expected = [
            " NAME          STATE   MEM   LAG▼  TREND          ",
            " NAME     STATE   MEM   LAG▼  TREND ",
            " NAME    STATE  MEM  LAG▼ TREND",
            " NAME    STATE    LAG▼  TREND",
            " NAME       LAG▼  TREND ",
            " NAME        LAG▼",
            " NA…  LAG▼",
        ];
        assert_eq!(heads, expected);
        assert_eq!(head(0), "");
    }

    #[test]
    fn the_selection_is_seen_without_colour() {
        let theme = Theme::new(Looks { depth: Depth::Mono, ..Looks::default() });
        let area = Rect::new(0, 0, 4, 2);
        let mut buf = Buffer::empty(area);
        draw_selection(paint::row(area, 0), true, &theme, &mut buf);
        draw_selection(paint::row(area, 1), false, &theme, &mut buf);
        assert_eq!((buf[(0, 0)].symbol(), buf[(0, 1)].symbol()), ("▸", "▸"));
        assert!(buf[(3, 0)].modifier.contains(Modifier::REVERSED));
        assert!(!buf[(3, 1)].modifier.contains(Modifier::REVERSED));
    }

    proptest! {
        #[test]
        fn columns_never_overlap_or_overflow(
            specs in proptest::collection::vec((0_u16..30, 0_u16..60, 0_u8..4), 0..12),
            width in 0_u16..200,
        ) {
            let columns: Vec<_> =
                specs.iter().map(|&(min, max, leaves)| Column::words((), "T", min, max, leaves)).collect();
            let placed = place(&columns, width);
            for pair in placed.windows(2) {
                prop_assert!(pair[0].x + pair[0].width < pair[1].x);
            }
            for cell in &placed {
                let place = place_of(cell, Rect::new(0, 0, width, 1));
                prop_assert!(place.width == 0 || place.right() <= width);
            }
        }
    }
}
