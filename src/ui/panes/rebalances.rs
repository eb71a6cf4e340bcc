//! The Rebalances pane: states over time, then what each rebalance changed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::groups::REBALANCES_IN;
use super::{Canvas, Scene, Sheet};
use crate::app::{Pane, RebalanceSort, SortBy};
use crate::model::{GroupEntry, GroupKind, GroupState, MemberRef, Rebalance, rebalance};
use crate::ui::format;
use crate::ui::layout::Place;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::widgets::band::{self, Slice};
use crate::ui::widgets::table::{self, Column, Placed};
use crate::ui::words;

/// Rows from which the band gets its legend.
const LEGEND_FROM: u16 = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Time,
    Epoch,
    Took,
    Moved,
    What,
}

fn sort(column: Show) -> Option<SortBy> {
    Some(SortBy::Rebalances(match column {
        Show::Time => RebalanceSort::Time,
        Show::Took => RebalanceSort::Took,
        Show::Moved => RebalanceSort::Moved,
        Show::Epoch | Show::What => return None,
    }))
}

fn columns(scene: &Scene<'_>, entry: &GroupEntry) -> Vec<Column<Show>> {
    let app = scene.view.app;
    let mut columns = vec![
        Column::words(Show::Time, "TIME", 8, 8, 0),
        Column::numbers(Show::Epoch, epoch_name(entry.view.kind), 5, 3),
        Column::numbers(Show::Took, "TOOK", 5, 1),
        Column::numbers(Show::Moved, "MOVED", 5, 2),
        Column::words(Show::What, "WHO", 18, 200, 0),
    ];
    // Classic groups do not tell their generation; a column of dashes would say nothing.
    let told = entry.view.rebalances.iter().any(|event| event.epoch.is_some());
    columns.retain(|column| column.key != Show::Epoch || told);
    for column in &mut columns {
        if column.key == Show::Took {
            let longest = entry.view.rebalances.iter().rev().take(64);
            let longest = longest.map(|event| format::width(&words::took(event.took))).max();
            (column.min, column.max) = (longest.unwrap_or(5), longest.unwrap_or(5));
        }
        let sorted = sort(column.key) == Some(SortBy::Rebalances(app.rebalances.sort));
        column.order = super::order(sorted, app.rebalances.descending);
    }
    columns
}

/// What the group's counter is called.
pub(super) const fn epoch_name(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Classic => "GEN",
        _ => "EPOCH",
    }
}

/// Draws the pane.
pub fn draw(scene: &Scene<'_>, place: Place, canvas: &mut Canvas<'_>) {
    let app = scene.view.app;
    let Some(entry) = scene.view.group() else {
        let name = Line::from(scene.span("Rebalances", Role::Title));
        super::title(place, name, Line::default(), canvas);
        return super::say(scene.no_group(), place.inside, scene, canvas);
    };
    let used = draw_band(scene, entry, place.inside, canvas.buf);
    let area = paint::below(place.inside, used);
    let height = usize::from(area.height.saturating_sub(1));
    let (first, len) = (app.rebalances.first_row(height), app.rows.rebalances.len());
    title(scene, entry, place, super::position(first, height, len), canvas);
    if len == 0 {
        canvas.hits.set_height(Pane::Rebalances, height);
        let filtered = !app.rebalances.filter.is_empty() && !entry.view.rebalances.is_empty();
        let text = if filtered { "no rebalance matches the filter" } else { "none seen" };
        return super::say(text, area, scene, canvas);
    }
    let columns = columns(scene, entry);
    let sheet = Sheet {
        pane: Pane::Rebalances,
        columns: &columns,
        sort,
        cursor: app.rebalances.cursor(),
        len,
        first,
    };
    sheet.draw(scene, (area, place.bar), canvas, |position, row, placed, buf| {
        if let Some(event) = app.rows.rebalance(&entry.view, position) {
            draw_row(scene, event, (row, placed), buf);
        }
    });
}

/// Draws the band and, where there is room, what its signs mean; returns the rows used.
fn draw_band(scene: &Scene<'_>, entry: &GroupEntry, area: Rect, buf: &mut Buffer) -> u16 {
    if area.height < 3 {
        return 0;
    }
    let row = paint::indent(paint::row(area, 0), table::GUTTER);
    let whole = scene.whole(entry);
    let held = scene.held(whole.seen.listed);
    let (span, events) = (scene.axis.span(row.width), whole.view.rebalances.as_slice());
    let slices = band::slices(&whole.view.band, events, span, held, row.width);
    band::draw(&slices, &scene.theme, row, buf);
    for (column, sign, style) in scene.moments(row.width) {
        paint::sign(buf, row.x.saturating_add(column), row.y, sign, style);
    }
    if area.height < LEGEND_FROM {
        return 1;
    }
    let legend =
        band::legend(&slices, &scene.theme.glyphs).into_iter().map(|(sign, slice, name)| {
            let style = match slice {
                Slice::State(state) => scene.theme.state(state),
                _ => scene.style(Role::Warning),
            };
            Line::from(vec![Span::styled(sign, style), scene.span(format!(" {name}"), Role::Muted)])
        });
    let row = paint::indent(paint::row(area, 1), table::GUTTER);
    let end = match scene.axis.cursor() {
        None => "now".to_owned(),
        Some(_) => format::clock(scene.view.end, scene.view.utc_offset),
    };
    let ends = format!("{} to {end}", scene.axis.label());
    let ends = Line::from(scene.span(ends, Role::Muted));
    let room = row.width.saturating_sub(u16::try_from(ends.width()).unwrap_or(0) + 2);
    paint::line(buf, row, &paint::join(legend.collect(), room));
    paint::line_right(buf, row, &ends);
    2
}

fn title(
    scene: &Scene<'_>,
    entry: &GroupEntry,
    place: Place,
    position: String,
    canvas: &mut Canvas<'_>,
) {
    let role = if scene.has_keys(Pane::Rebalances) { Role::Accent } else { Role::Title };
    let (group, now) = (&entry.view, scene.view.now);
    let mut parts = vec![Line::from(scene.span("Rebalances", role))];
    parts.push(super::filter_mark(scene, Pane::Rebalances));
    let (count, median) = rebalance::rhythm(&group.rebalances, now, REBALANCES_IN);
    if count > 0 {
        parts.push(Line::from(scene.span(format!("{count} in 10m"), Role::Text)));
    }
    if let Some(median) = median {
        let every = format!("every {}", format::span(median));
        parts.push(Line::from(scene.span(every, Role::Text)));
    }
    let share = group.band.share_rebalancing(now.minus(REBALANCES_IN), now);
    if let Some(percent) = share.filter(|share| *share > 0.0).and_then(format::percent) {
        parts.push(Line::from(scene.span(format!("{percent} not stable"), Role::Text)));
    }
    let left = paint::join(parts, place.frame.width.saturating_sub(4));
    super::title(place, left, Line::from(scene.span(position, Role::Muted)), canvas);
}

fn draw_row(
    scene: &Scene<'_>,
    event: &Rebalance,
    (row, placed): (Rect, &[Placed<'_, Show>]),
    buf: &mut Buffer,
) {
    for cell in placed {
        let content = match cell.column.key {
            Show::Time => Line::raw(format::clock(event.at, scene.view.utc_offset)),
            Show::Epoch => match event.epoch {
                Some(epoch) => Line::raw(epoch.to_string()),
                None => Line::from(scene.span(scene.theme.glyphs.unknown, Role::Muted)),
            },
            Show::Took => Line::raw(words::took(event.took)),
            Show::Moved => Line::raw(event.moved.len().to_string()),
            Show::What => who(scene, event, cell.width),
        };
        table::draw_cell(cell, row, &content, buf);
    }
}

/// Who joined and who left, in a few words.
fn who(scene: &Scene<'_>, event: &Rebalance, width: u16) -> Line<'static> {
    let mut parts = Vec::new();
    let both = !event.left.is_empty() && !event.joined.is_empty();
    let room = if both { width.saturating_sub(2) / 2 } else { width };
    if !event.left.is_empty() {
        let text = some(scene, &event.left, room.saturating_sub(5));
        parts.push(Line::from(scene.span(format!("{text} left"), Role::Critical)));
    }
    if !event.joined.is_empty() {
        let text = some(scene, &event.joined, room.saturating_sub(7));
        parts.push(Line::from(scene.span(format!("{text} joined"), Role::Ok)));
    }
    if event.ended_in == GroupState::Empty {
        parts.push(Line::from(scene.span("group is empty", Role::Warning)));
    }
    if parts.is_empty() {
        parts.push(Line::from(scene.span("same members", Role::Muted)));
    }
    paint::join(parts, width)
}

/// The first of `members` by its name, and how many more.
fn some(scene: &Scene<'_>, members: &[MemberRef], width: u16) -> String {
    let more = match members.len() {
        0 | 1 => String::new(),
        more => format!(" +{}", more - 1),
    };
    let room = width.saturating_sub(format::width(&more));
    let name = members.first().map(|member| scene.name(&member.client_id, room));
    format!("{}{more}", name.unwrap_or_default())
}
