//! Members × partitions, with the moves of the last rebalance marked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Canvas, Scene, area_of, member_name};
use crate::app::{Hit, MemberRow, Pane};
use crate::model::{GroupEntry, MemberId, Rebalance, TopicName};
use crate::ui::format;
use crate::ui::layout::Place;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::widgets::{scroll, table};

/// Cells for the members' names.
const NAMES: u16 = 16;

/// A column of the matrix.
struct Column<'a> {
    x: u16,
    topic: &'a TopicName,
    partition: i32,
}

/// Draws the matrix into the Members pane: topics over the columns, then their partitions' numbers
/// read downwards, then the members.
pub fn draw(scene: &Scene<'_>, entry: &GroupEntry, place: Place, canvas: &mut Canvas<'_>) {
    let (app, area) = (scene.view.app, place.inside);
    let names = NAMES.min(area.width / 2);
    let plot = Rect {
        x: area.x.saturating_add(table::GUTTER).saturating_add(names).saturating_add(1),
        width: area.width.saturating_sub(names).saturating_sub(table::GUTTER + 1),
        ..area
    };
    let (columns, hidden) = columns(entry, plot);
    let head = draw_heads(scene, &columns, plot, canvas.buf);
    let rows = paint::below(area, head);
    let height = usize::from(rows.height);
    let first = app.members.first_row(height);
    canvas.hits.set_height(Pane::Members, height);
    canvas.hits.add(area_of(rows), Hit::Rows { pane: Pane::Members, first });
    if hidden > 0 {
        let text = format!("+{hidden} more");
        paint::text_right(canvas.buf, paint::row(area, 0), &text, scene.style(Role::Muted));
    }
    let seen = app.rows.members.iter().enumerate().skip(first).take(height);
    for (y, (position, row)) in (0..).zip(seen) {
        let place = paint::row(rows, y);
        draw_row(scene, entry, (*row, names, &columns), place, canvas.buf);
        if position == app.members.cursor() {
            let focused = scene.has_keys(Pane::Members);
            table::draw_selection(place, focused, &scene.theme, canvas.buf);
        }
    }
    let bar = paint::below(place.bar, head);
    scroll::draw((first, height, app.rows.members.len()), bar, &scene.theme, canvas.buf);
}

/// One column a partition, a blank one between topics; and how many partitions have no room.
fn columns(entry: &GroupEntry, plot: Rect) -> (Vec<Column<'_>>, usize) {
    let mut columns = Vec::new();
    let (mut x, mut hidden) = (plot.x, 0);
    for topic in entry.view.topics.iter() {
        for partition in &topic.partitions {
            if x < plot.right() {
                columns.push(Column { x, topic: &topic.topic, partition: partition.partition });
                x = x.saturating_add(1);
            } else {
                hidden += 1;
            }
        }
        x = x.saturating_add(1);
    }
    (columns, hidden)
}

/// Draws topics and numbers; returns the rows that they take.
fn draw_heads(scene: &Scene<'_>, columns: &[Column<'_>], plot: Rect, buf: &mut Buffer) -> u16 {
    let style = scene.style(Role::Header);
    for topic in columns.chunk_by(|a, b| a.topic == b.topic) {
        if let (Some(first), Some(last)) = (topic.first(), topic.last()) {
            let width = last.x - first.x + 1;
            let name = scene.name(first.topic.as_str(), width);
            paint::text(buf, Rect { x: first.x, width, ..paint::row(plot, 0) }, &name, style);
        }
    }
    let greatest = columns.iter().map(|column| column.partition).max().unwrap_or(0);
    let digits = u16::try_from(greatest.to_string().len()).unwrap_or(1);
    for column in columns {
        let number = format::pad_left(&column.partition.to_string(), digits);
        for (y, digit) in (1..).zip(number.chars()) {
            let y = plot.y.saturating_add(y);
            if y < plot.bottom() {
                paint::sign(buf, column.x, y, digit.encode_utf8(&mut [0; 4]), style);
            }
        }
    }
    digits.saturating_add(1)
}

fn draw_row(
    scene: &Scene<'_>,
    entry: &GroupEntry,
    (row, names, columns): (MemberRow, u16, &[Column<'_>]),
    place: Rect,
    buf: &mut Buffer,
) {
    let group = &entry.view;
    let member = row.of(group);
    let (name, role) = match member {
        Some(member) => (member_name(scene, group, member, names), Role::Text),
        None => ("nobody".to_owned(), Role::Warning),
    };
    let label = Rect { x: place.x.saturating_add(table::GUTTER), width: names, ..place };
    paint::text(buf, label, &name, scene.style(role));
    let index = match row {
        MemberRow::Member(index) => Some(index as usize),
        MemberRow::Unowned => None,
    };
    let last = group.rebalances.last();
    let glyphs = &scene.theme.glyphs;
    for column in columns {
        let topic = group.topic(column.topic.as_str());
        let partition = topic.and_then(|topic| {
            let at =
                topic.partitions.binary_search_by_key(&column.partition, |p| p.partition).ok()?;
            topic.partitions.get(at)
        });
        let held = partition.is_some_and(|partition| {
            partition.owner.and_then(|owner| usize::try_from(owner).ok()) == index
        });
        let id = member.map(|member| &member.id);
        let (sign, role) = match (held, moved(last, column, id)) {
            (true, Some(true)) => ("+", Role::Warning),
            (false, Some(false)) => (glyphs.minus, Role::Warning),
            (true, _) if index.is_none() => (glyphs.held, Role::Warning),
            (true, _) => (glyphs.held, Role::Trend),
            (false, _) => (glyphs.dot_faint, Role::Frame),
        };
        paint::sign(buf, column.x, place.y, sign, scene.style(role));
    }
}

/// Did the last rebalance give the partition to this member (`true`), or take it away (`false`)?
fn moved(last: Option<&Rebalance>, column: &Column<'_>, member: Option<&MemberId>) -> Option<bool> {
    let moved = last?.moved.iter().find(|moved| {
        moved.partition.topic == *column.topic && moved.partition.partition == column.partition
    })?;
    if moved.to.as_ref().map(|member| &member.id) == member {
        Some(true)
    } else if moved.from.as_ref().map(|member| &member.id) == member {
        Some(false)
    } else {
        None
    }
}
