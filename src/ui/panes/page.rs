//! Detail pages: text with charts in it, scrolled as one. Only lines that are seen are formatted.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{
    Canvas, Scene, area_of, inventory_page, member_page, partition_page, peek_page, rebalance_page,
    stack_page,
};
use crate::app::{Extent, Hit, Page, Subject};
use crate::ui::format;
use crate::ui::layout::Place;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::widgets::scroll;

/// Cells for the labels of fields.
pub(super) const LABELS: u16 = 16;

/// Lines of a page, of which those before and after what is seen are only counted.
#[derive(Debug)]
pub struct Lines<'a> {
    /// What lines are made from.
    pub scene: &'a Scene<'a>,
    /// Cells in a line.
    pub width: u16,
    /// Lines seen at once.
    pub height: u16,
    skip: usize,
    count: usize,
    seen: Vec<Line<'static>>,
}

impl<'a> Lines<'a> {
    /// Lines for `area`, of which the first `skip` are not seen.
    #[must_use]
    pub const fn of(scene: &'a Scene<'a>, area: Rect, skip: usize) -> Self {
        Self { scene, width: area.width, height: area.height, skip, count: 0, seen: Vec::new() }
    }

    /// Writes those that are seen into the area that they are made for.
    pub fn paint(&self, area: Rect, buf: &mut Buffer) {
        for (y, line) in (0..).zip(&self.seen) {
            paint::line(buf, paint::row(area, y), line);
        }
    }

    /// One line, made only if it is seen.
    pub fn line(&mut self, make: impl FnOnce() -> Line<'static>) {
        if self.count >= self.skip && self.seen.len() < usize::from(self.height) {
            self.seen.push(make());
        }
        self.count += 1;
    }

    /// Many lines alike, each made only if it is seen.
    pub fn each<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        make: impl Fn(T) -> Line<'static>,
    ) {
        for item in items {
            self.line(|| make(item));
        }
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.line(Line::default);
    }

    /// A line that heads what follows, with an empty one before it.
    pub fn heading(&mut self, text: &str) {
        let style = self.scene.style(Role::Title);
        self.blank();
        self.line(|| Line::styled(text.to_owned(), style));
    }

    /// A label and its value.
    pub fn field(&mut self, label: &str, value: Line<'static>) {
        let label = format::pad_right(label, LABELS);
        let label = self.scene.span(label, Role::Muted);
        self.line(|| {
            let mut spans = vec![label];
            spans.extend(value.spans);
            Line::from(spans)
        });
    }

    /// A label and plain text.
    pub fn text(&mut self, label: &str, text: String) {
        self.field(label, Line::raw(text));
    }

    /// A label and a sentence beside it, over as many lines as it needs.
    pub fn wrapped(&mut self, label: &str, text: &str, role: Role) {
        let (mut label, mut rest) = (label, text);
        while !rest.is_empty() {
            let (line, more) = format::wrap(rest, self.width.saturating_sub(LABELS).max(1));
            self.field(label, Line::from(self.scene.span(line.to_owned(), role)));
            (label, rest) = ("", more);
        }
    }

    /// A sentence over as many lines as it needs.
    pub fn sentence(&mut self, text: &str, role: Role) {
        let style = self.scene.style(role);
        let mut rest = text;
        while !rest.is_empty() {
            let (line, more) = format::wrap(rest, self.width);
            self.line(|| Line::styled(line.to_owned(), style));
            rest = more;
        }
    }
}

/// Draws a page into its place.
pub fn draw(scene: &Scene<'_>, page: &Page, place: Place, canvas: &mut Canvas<'_>) {
    let area = paint::indent(place.inside, 1);
    let mut lines = Lines::of(scene, area, page.scroll);
    let title = match &page.subject {
        Subject::Partition(key) => partition_page::write(key, &mut lines),
        Subject::Member(group, key) => member_page::write(group, key, &mut lines),
        Subject::Rebalance(group, key) => rebalance_page::write(group, *key, &mut lines),
        Subject::Peek(key) => peek_page::write(key, &mut lines),
        Subject::Stack(target) => stack_page::write(target, &mut lines),
        Subject::Inventory => inventory_page::write(&mut lines),
    };
    let extent = Extent { lines: lines.count, height: usize::from(area.height) };
    canvas.hits.page = extent;
    canvas.hits.add(area_of(place.frame), Hit::Page);
    canvas.hits.add(area_of(place.inside), Hit::Page);
    lines.paint(area, canvas.buf);
    let position = super::position(page.scroll, extent.height, extent.lines);
    super::title(place, title, Line::from(scene.span(position, Role::Muted)), canvas);
    scroll::draw((page.scroll, extent.height, extent.lines), place.bar, &scene.theme, canvas.buf);
}
