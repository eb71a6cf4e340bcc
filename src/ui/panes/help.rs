//! The help: the key table, the keys of the focused pane first.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Canvas, Scene, area_of};
use crate::app::{Extent, Hit};
use crate::ui::format;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::widgets::{popup, scroll};

/// Cells of one column: keys, and what they do.
const COLUMN: u16 = 58;
/// Cells for the keys.
const KEYS: u16 = 18;

/// Draws the help over `area`, from line `from` on.
pub fn draw(scene: &Scene<'_>, area: Rect, from: usize, canvas: &mut Canvas<'_>) {
    let width = COLUMN.min(area.width.saturating_sub(4));
    let lines = lines(scene, width);
    let columns = if area.width >= 2 * COLUMN + 8 { 2 } else { 1 };
    let rows = lines.len().div_ceil(columns);
    let (columns_16, rows_16) =
        (if columns == 2 { 2 } else { 1 }, u16::try_from(rows).unwrap_or(u16::MAX));
    let size = (COLUMN * columns_16 + 4, rows_16.saturating_add(2));
    let frame = popup::centred(area, size.0, size.1);
    let inside = popup::draw("Keys", frame, &scene.theme, canvas.buf);
    let height = usize::from(inside.height);
    canvas.hits.help = Extent { lines: rows, height };
    canvas.hits.add(area_of(frame), Hit::Help);
    let from = from.min(rows.saturating_sub(height));
    for (column, lines) in (0..columns_16).zip(lines.chunks(rows.max(1))) {
        let x = inside.x.saturating_add(column * COLUMN);
        let width = COLUMN.min(inside.right().saturating_sub(x));
        for (y, line) in (0..inside.height).zip(lines.iter().skip(from)) {
            paint::line(canvas.buf, paint::row(Rect { x, width, ..inside }, y), line);
        }
    }
    // A box without width has no right edge either.
    let bar = Rect { x: frame.right().saturating_sub(1), width: 1, ..inside }.intersection(frame);
    scroll::draw((from, height, rows), bar, &scene.theme, canvas.buf);
}

fn lines(scene: &Scene<'_>, width: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let ascii = scene.view.looks.ascii;
    let app = scene.view.app;
    for (scope, bindings) in app.keys.help(app.focus_scopes()) {
        let mut bindings = bindings.peekable();
        if bindings.peek().is_none() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::from(scene.span(scope.title(), Role::Title)));
        for binding in bindings {
            let keys = format::pad_right(&binding.keys(ascii), KEYS);
            let room = width.saturating_sub(KEYS);
            let text = binding.help.replace('×', scene.theme.glyphs.times);
            let text = format::cut_end(&text, room, scene.theme.glyphs.ellipsis);
            lines.push(Line::from(vec![
                scene.span(keys, Role::Accent),
                scene.span(text.into_owned(), Role::Text),
            ]));
        }
    }
    lines
}
