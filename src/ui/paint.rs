//! The two ways in which text gets onto the screen: lines of spans, and single signs. Both are clipped
//! to the buffer, so that no arithmetic elsewhere can write outside of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::format;

/// The row at offset `y` of `area`; empty below its end.
#[must_use]
pub fn row(area: Rect, y: u16) -> Rect {
    let height = u16::from(y < area.height);
    Rect { x: area.x, y: area.y.saturating_add(y), width: area.width, height }
}

/// `area` without `columns` on its left and on its right.
#[must_use]
pub fn indent(area: Rect, columns: u16) -> Rect {
    let width = area.width.saturating_sub(columns.saturating_mul(2));
    Rect { x: area.x.saturating_add(columns), width, ..area }
}

/// `area` without its first `rows`.
#[must_use]
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y.saturating_add(rows), height: area.height - rows, ..area }
}

/// Writes `text` at the left of the first row of `area`; returns the cells used.
pub fn text(buf: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return 0;
    }
    let (end, _) = buf.set_stringn(area.x, area.y, text, usize::from(area.width), style);
    end.saturating_sub(area.x)
}

/// Writes `text` at the right of the first row of `area`.
pub fn text_right(buf: &mut Buffer, area: Rect, content: &str, style: Style) {
    let shift = area.width.saturating_sub(format::width(content));
    let area =
        Rect { x: area.x.saturating_add(shift), width: area.width.saturating_sub(shift), ..area };
    text(buf, area, content, style);
}

/// Writes `line` at the left of the first row of `area`; returns the cells used.
pub fn line(buf: &mut Buffer, area: Rect, line: &Line<'_>) -> u16 {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return 0;
    }
    let (end, _) = buf.set_line(area.x, area.y, line, area.width);
    end.saturating_sub(area.x)
}

/// Writes `line` at the right of the first row of `area`.
pub fn line_right(buf: &mut Buffer, area: Rect, content: &Line<'_>) {
    let width = u16::try_from(content.width()).unwrap_or(u16::MAX);
    let shift = area.width.saturating_sub(width);
    let area =
        Rect { x: area.x.saturating_add(shift), width: area.width.saturating_sub(shift), ..area };
    line(buf, area, content);
}

/// Writes one sign, if the cell is on the screen.
pub fn sign(buf: &mut Buffer, x: u16, y: u16, sign: &str, style: Style) {
    if let Some(cell) = buf.cell_mut((x, y)) {
        cell.set_symbol(sign).set_style(style);
    }
}

/// Empties `area`: what was drawn there is gone, styles too.
pub fn clear(buf: &mut Buffer, area: Rect) {
    for position in area.intersection(buf.area).positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.reset();
        }
    }
}

/// Parts of a sentence that stand beside each other with two spaces between; parts without text are
/// left out. Those at the end leave first where room is short.
#[must_use]
pub fn join(parts: Vec<Line<'static>>, width: u16) -> Line<'static> {
    let mut joined = Line::default();
    let mut used = 0;
    for part in parts.into_iter().filter(|part| part.width() > 0) {
        let gap = if used == 0 { 0 } else { 2 };
        let needed = part.width() + gap;
        if used + needed > usize::from(width) {
            break;
        }
        if gap > 0 {
            joined.push_span(Span::raw("  "));
        }
        used += needed;
        let Line { spans, style, .. } = part;
        joined.spans.extend(spans.into_iter().map(|span| {
            let own = span.style;
            span.style(style.patch(own))
        }));
    }
    joined
}
