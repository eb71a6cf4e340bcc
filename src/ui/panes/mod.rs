//! One file a region of the screen. What they share is here: the scene that they read, the canvas that
//! they write to, titles, and tables with their places for clicks.

pub mod findings;
pub mod footer;
pub mod groups;
pub mod header;
pub mod help;
pub mod inventory_page;
mod lag_chart;
mod local;
pub mod matrix;
pub mod member_page;
pub mod members;
pub mod page;
mod partition_item;
pub mod partition_page;
pub mod partition_times;
mod partition_writers;
pub mod partitions;
pub mod peek_page;
pub mod process;
pub mod rebalance_page;
pub mod rebalances;
pub mod stack_page;
pub mod strip;
pub mod threads;
mod when;

use std::borrow::Cow;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::axis::Axis;
use super::format;
use super::fresh::{self, Freshness};
use super::layout::Place;
use super::paint;
use super::theme::{Role, Theme};
use super::widgets::sparkline::{Scale, sparkline};
use super::widgets::table::{self, Column, Order, Placed};
use super::widgets::{ruler, scroll};
use crate::app::{Area, Hit, HitMap, Pane, SortBy, View};
use crate::model::{GroupEntry, GroupView, MemberView, Timestamp};

/// All that panes read.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// What is drawn.
    pub view: View<'a>,
    /// How it looks.
    pub theme: Theme,
    /// The time axis of all trends.
    pub axis: Axis,
    /// The pause between rounds that is to be expected.
    pub pace: Duration,
}

/// All that panes write to.
#[derive(Debug)]
pub struct Canvas<'a> {
    /// The cells.
    pub buf: &'a mut Buffer,
    /// What they mean.
    pub hits: &'a mut HitMap,
}

impl<'a> Scene<'a> {
    /// The scene of a view.
    #[must_use]
    pub fn new(view: View<'a>) -> Self {
        let theme = Theme::new(view.looks);
        Self { view, theme, axis: Axis::of(&view), pace: fresh::pace(&view) }
    }

    /// How a role looks.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// Text in a role.
    pub fn span(&self, text: impl Into<Cow<'static, str>>, role: Role) -> Span<'static> {
        Span::styled(text, self.style(role))
    }

    /// A name from a stranger in at most `width` cells.
    #[must_use]
    pub fn name(&self, name: &str, width: u16) -> String {
        let safe = self.theme.glyphs.name(name);
        format::cut_middle(&safe, width, self.theme.glyphs.ellipsis).into_owned()
    }

    /// A name from a stranger, whole.
    #[must_use]
    pub fn full_name(&self, name: &str) -> String {
        self.theme.glyphs.name(name).into_owned()
    }

    /// How sure something is that was last confirmed at `confirmed`.
    #[must_use]
    pub fn sure(&self, confirmed: Option<Timestamp>) -> Freshness {
        Freshness::of(confirmed, self.view.now, self.pace)
    }

    /// Until when something holds in a trend that was last confirmed at `confirmed`, as far as the held
    /// picture tells.
    #[must_use]
    pub fn held(&self, confirmed: Option<Timestamp>) -> Timestamp {
        fresh::held(confirmed, self.view.end, self.pace)
    }

    /// The group as the held picture has it: its trend goes on beyond the moment shown.
    #[must_use]
    pub fn whole<'b>(&self, entry: &'b GroupEntry) -> &'b GroupEntry
    where
        'a: 'b,
    {
        if std::ptr::eq(self.view.snapshot, self.view.held) {
            return entry;
        }
        self.view.held.group(&entry.view.id).unwrap_or(entry)
    }

    /// A number over time, with moments marked in it.
    #[must_use]
    pub fn trend(&self, columns: &[Option<i64>], scale: Scale) -> Line<'static> {
        let drawn = sparkline(columns, scale, &self.theme.glyphs);
        let mut line = Line::from(self.span(drawn, Role::Trend));
        self.mark_moments(&mut line, (0, columns.len()));
        line
    }

    /// Marks moments in a picture that takes so many columns of `line` from cell `from` on.
    pub fn mark_moments(&self, line: &mut Line<'static>, (from, columns): (u16, usize)) {
        for (column, sign, style) in self.moments(u16::try_from(columns).unwrap_or(u16::MAX)) {
            ruler::mark(line, usize::from(from.saturating_add(column)), sign, style);
        }
    }

    /// Moments on a time axis of so many columns, each with its sign: those that a person marked, also since
    /// the picture is held still, and over them the one shown.
    #[must_use]
    pub fn moments(&self, columns: u16) -> Vec<(u16, &'static str, Style)> {
        let glyphs = &self.theme.glyphs;
        let markers = self.view.app.live.markers.iter();
        let markers = markers.map(|marker| (marker.at, glyphs.marker, Role::Marker));
        let cursor = self.axis.cursor().map(|at| (at, glyphs.cursor, Role::Cursor));
        let on_axis =
            |(at, sign, role)| Some((self.axis.column(at, columns)?, sign, self.style(role)));
        markers.chain(cursor).filter_map(on_axis).collect()
    }

    /// How long ago `at` was, in words.
    #[must_use]
    pub fn ago(&self, at: Timestamp) -> String {
        format::span(self.view.now.since(at))
    }

    /// Do keys go to this pane?
    #[must_use]
    pub fn has_keys(&self, pane: Pane) -> bool {
        self.view.app.focus == pane && self.view.app.pages.is_empty()
    }

    /// What to say where nothing can be shown for want of a group.
    #[must_use]
    pub fn no_group(&self) -> &'static str {
        if self.view.snapshot.groups.is_empty() { "" } else { "no group is selected" }
    }
}

/// The cells of a rectangle, as the state knows rectangles.
#[must_use]
pub const fn area_of(rect: Rect) -> Area {
    Area { x: rect.x, y: rect.y, width: rect.width, height: rect.height }
}

/// Writes a title into the top edge of a frame: `left` at its beginning, `right` at its end where
/// there is room for both.
pub fn title(place: Place, left: Line<'static>, right: Line<'static>, canvas: &mut Canvas<'_>) {
    let room = paint::indent(paint::row(place.frame, 0), 1);
    if room.width < 3 {
        return;
    }
    let pad = |line: Line<'static>| {
        let mut spans = vec![Span::raw(" ")];
        spans.extend(line.spans);
        spans.push(Span::raw(" "));
        Line::from(spans)
    };
    let (left, right) = (pad(left), pad(right));
    let used = u16::try_from(left.width()).unwrap_or(u16::MAX).min(room.width);
    // Plain text takes the style of what it is written over, which here is the frame's.
    paint::clear(canvas.buf, Rect { width: used, ..room });
    paint::line(canvas.buf, room, &left);
    let right_width = u16::try_from(right.width()).unwrap_or(u16::MAX);
    if right_width > 2 && used.saturating_add(right_width) < room.width {
        paint::line_right(canvas.buf, room, &right);
    }
}

/// `1–24/5,000`, where not all rows are seen.
#[must_use]
pub fn position(first: usize, height: usize, len: usize) -> String {
    if len <= height || height == 0 {
        return String::new();
    }
    let number = |value: usize| format::grouped(i64::try_from(value).unwrap_or(i64::MAX));
    format!("{}-{} of {}", number(first + 1), number((first + height).min(len)), number(len))
}

/// The filter in force, for titles: `/text`.
pub fn filter_mark(scene: &Scene<'_>, pane: Pane) -> Line<'static> {
    let filter = scene.view.app.filter(pane);
    if filter.is_empty() {
        return Line::default();
    }
    Line::from(scene.span(format!("/{}", scene.name(filter.text(), 24)), Role::Accent))
}

/// A pane's table.
#[derive(Debug)]
pub struct Sheet<'a, K> {
    /// Whose.
    pub pane: Pane,
    /// Its columns.
    pub columns: &'a [Column<K>],
    /// What a click on a column's head means.
    pub sort: fn(K) -> Option<SortBy>,
    /// The position of the selected row.
    pub cursor: usize,
    /// Rows in all.
    pub len: usize,
    /// The topmost row shown.
    pub first: usize,
}

impl<K: Copy> Sheet<'_, K> {
    /// Draws head and rows into `area`, and the scroll bar; `row` draws one row's cells.
    pub fn draw(
        &self,
        scene: &Scene<'_>,
        (area, bar): (Rect, Rect),
        canvas: &mut Canvas<'_>,
        mut row: impl FnMut(usize, Rect, &[Placed<'_, K>], &mut Buffer),
    ) {
        let placed = table::place(self.columns, area.width);
        let head = paint::row(area, 0);
        table::draw_head(&placed, head, &scene.theme, canvas.buf);
        for cell in &placed {
            if let Some(by) = (self.sort)(cell.column.key) {
                canvas.hits.add(area_of(table::place_of(cell, head)), Hit::Sort(by));
            }
        }
        let rows = paint::below(area, 1);
        let height = usize::from(rows.height);
        canvas.hits.set_height(self.pane, height);
        canvas.hits.add(area_of(rows), Hit::Rows { pane: self.pane, first: self.first });
        let positions = self.first..self.len.min(self.first.saturating_add(height));
        for (y, position) in (0..).zip(positions) {
            let place = paint::row(rows, y);
            row(position, place, &placed, canvas.buf);
            if position == self.cursor {
                let focused = scene.has_keys(self.pane);
                table::draw_selection(place, focused, &scene.theme, canvas.buf);
            }
        }
        let bar = paint::below(bar, area.y.saturating_add(1).saturating_sub(bar.y));
        scroll::draw((self.first, height, self.len), bar, &scene.theme, canvas.buf);
    }
}

/// The order of a column: `descending` if it is the one to sort by.
#[must_use]
pub fn order(sorted: bool, descending: bool) -> Option<Order> {
    sorted.then_some(if descending { Order::Descending } else { Order::Ascending })
}

/// Writes what there is to say instead of rows.
pub fn say(text: &str, area: Rect, scene: &Scene<'_>, canvas: &mut Canvas<'_>) {
    let area = paint::indent(paint::below(area, u16::from(area.height > 2)), 1);
    let mut rest = text;
    for y in 0..area.height {
        let (line, more) = format::wrap(rest, area.width);
        paint::text(canvas.buf, paint::row(area, y), line, scene.style(Role::Muted));
        rest = more;
    }
}

/// A member as people call it: its client id, and where that does not tell members of the group
/// apart, the end of its member id.
#[must_use]
pub fn member_name(
    scene: &Scene<'_>,
    group: &GroupView,
    member: &MemberView,
    width: u16,
) -> String {
    // Ids of members end in a UUID: six characters of it tell any group's members apart.
    const TAIL: u16 = 6;
    let members = group.members.as_deref().unwrap_or_default();
    let shared = is_shared(members, member);
    if !shared {
        return scene.name(&member.client_id, width);
    }
    if let Some(instance) = &member.instance_id {
        return scene.name(instance, width);
    }
    let id = scene.theme.glyphs.name(member.id.as_str());
    let tail = format::end(&id, TAIL);
    let ellipsis = scene.theme.glyphs.ellipsis;
    let room = width.saturating_sub(format::width(tail)).saturating_sub(1);
    if room < 3 {
        return format::end(&id, width).to_owned();
    }
    let client = scene.theme.glyphs.name(&member.client_id);
    format!("{}{ellipsis}{tail}", format::begin(&client, room))
}

/// Do several members have this one's client id? Members are sorted by it.
fn is_shared(members: &[MemberView], member: &MemberView) -> bool {
    let from = members.partition_point(|other| other.client_id < member.client_id);
    members.get(from + 1).is_some_and(|next| next.client_id == member.client_id)
}

/// How sure the ends are that a group's lag is made of. Only so many partitions are asked: this runs
/// for every group on screen in every frame.
#[must_use]
pub fn ends_sure(scene: &Scene<'_>, entry: &GroupEntry) -> Freshness {
    const MOST: usize = 256;
    let snapshot = scene.view.snapshot;
    let mut oldest: Option<Timestamp> = None;
    let mut asked = 0;
    for topic in entry.view.topics.iter() {
        let Some(log) = snapshot.topic(&topic.topic) else { continue };
        for partition in topic.partitions.iter().take(MOST - asked) {
            asked += 1;
            if let Some(at) = log.confirmed(partition.partition) {
                oldest = Some(oldest.map_or(at, |before| before.min(at)));
            }
        }
        if asked >= MOST {
            break;
        }
    }
    scene.sure(oldest)
}
