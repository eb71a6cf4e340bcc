//! The Groups pane: one row a group.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Canvas, Scene, Sheet, lag_chart, strip};
use crate::app::{GroupSort, Pane, SortBy};
use crate::model::{GroupEntry, GroupKind, SourceHealth, SourceId, Timestamp, rebalance};
use crate::ui::format;
use crate::ui::fresh::Freshness;
use crate::ui::layout::Place;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::widgets::sparkline::Scale;
use crate::ui::widgets::table::{self, Column, Placed};
use crate::ui::words;

/// Records of lag below which a trend keeps low.
pub(super) const NOISE: i64 = 10;
/// The time over which rebalances are counted.
pub(super) const REBALANCES_IN: Duration = Duration::from_mins(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Name,
    State,
    Kind,
    Members,
    Lag,
    Trend,
    Arriving,
    Consumed,
    Eta,
    Behind,
    Rebalances,
    Commit,
    Topics,
    Coordinator,
}

fn sort(column: Show) -> Option<SortBy> {
    Some(SortBy::Groups(match column {
        Show::Name => GroupSort::Name,
        Show::State => GroupSort::State,
        Show::Members => GroupSort::Members,
        Show::Lag => GroupSort::Lag,
        Show::Trend => GroupSort::Worst,
        Show::Arriving => GroupSort::Arriving,
        Show::Consumed => GroupSort::Consumed,
        Show::Eta => GroupSort::Eta,
        Show::Behind => GroupSort::Behind,
        Show::Kind | Show::Rebalances | Show::Commit | Show::Topics | Show::Coordinator => {
            return None;
        }
    }))
}

fn columns(scene: &Scene<'_>, width: u16) -> Vec<Column<Show>> {
    let app = scene.view.app;
    let trend = if width < 100 { 6 } else { 10 };
    let mut columns = vec![
        Column::words(Show::Name, "GROUP", name_width(scene), 40, 0),
        Column::words(Show::State, "STATE", 9, 18, 0),
        Column::numbers(Show::Members, "MEM", 4, 3),
        Column::numbers(Show::Lag, "LAG", 6, 0),
        Column::words(Show::Trend, "", trend, 20, 0),
        Column::numbers(Show::Arriving, "IN/s", 5, 5),
        Column::numbers(Show::Consumed, "OUT/s", 5, 5),
        Column::numbers(Show::Eta, "ETA", 6, 4),
        Column::numbers(Show::Behind, "BEHIND", 7, 4),
        Column::numbers(Show::Rebalances, "REB", 3, 6),
        Column::numbers(Show::Commit, "COMMIT", 6, 7),
        Column::numbers(Show::Topics, "TOPICS", 6, 9),
        Column::numbers(Show::Coordinator, "COORD", 5, 10),
    ];
    let classic = |entry: &GroupEntry| entry.view.kind == GroupKind::Classic;
    if !scene.view.snapshot.groups.iter().all(classic) {
        columns.insert(2, Column::words(Show::Kind, "TYPE", 8, 8, 8));
    }
    for column in &mut columns {
        let sorted = sort(column.key) == Some(SortBy::Groups(app.groups.sort));
        column.order = super::order(sorted, app.groups.descending);
        if column.key == Show::Trend {
            column.title = scene.axis.label().into();
        }
    }
    columns
}

/// The cells that names need, as far as a sample tells: not less than a few, and not so many that
/// everything else would have to leave.
fn name_width(scene: &Scene<'_>) -> u16 {
    const SAMPLE: usize = 256;
    let names = scene
        .view
        .snapshot
        .groups
        .iter()
        .take(SAMPLE)
        .map(|entry| format::width(&scene.theme.glyphs.name(entry.view.id.as_str())));
    names.max().unwrap_or(0).clamp(12, 22)
}

/// Draws the pane.
pub fn draw(scene: &Scene<'_>, place: Place, canvas: &mut Canvas<'_>) {
    let app = scene.view.app;
    let columns = columns(scene, place.inside.width);
    let height = usize::from(place.inside.height.saturating_sub(1));
    let sheet = Sheet {
        pane: Pane::Groups,
        columns: &columns,
        sort,
        cursor: app.groups.cursor(),
        len: app.rows.groups.len(),
        first: app.groups.first_row(height),
    };
    title(scene, place, &sheet, canvas);
    if sheet.len == 0 {
        canvas.hits.set_height(Pane::Groups, height);
        return super::say(&nothing(scene), place.inside, scene, canvas);
    }
    let (rows, chart) = lag_chart::split(place.inside, sheet.len);
    sheet.draw(scene, (rows, place.bar), canvas, |position, row, placed, buf| {
        let index = app.rows.groups.get(position).map(|&index| index as usize);
        if let Some(entry) = index.and_then(|index| scene.view.snapshot.groups.get(index)) {
            draw_row(scene, entry, (row, placed), buf);
        }
    });
    if let (Some(chart), Some(entry)) = (chart, scene.view.group()) {
        lag_chart::draw(scene, entry, chart, canvas.buf);
    }
}

fn title(scene: &Scene<'_>, place: Place, sheet: &Sheet<'_, Show>, canvas: &mut Canvas<'_>) {
    let role = if scene.has_keys(Pane::Groups) { Role::Accent } else { Role::Title };
    let order = match scene.view.app.groups.sort {
        GroupSort::Worst => "worst first",
        _ => "",
    };
    let parts = vec![
        Line::from(scene.span("Groups", role)),
        super::filter_mark(scene, Pane::Groups),
        Line::from(scene.span(order, Role::Muted)),
    ];
    let left = paint::join(parts, place.frame.width.saturating_sub(4));
    let height = usize::from(place.inside.height.saturating_sub(1));
    let position = super::position(sheet.first, height, sheet.len);
    super::title(place, left, Line::from(scene.span(position, Role::Muted)), canvas);
}

/// Why there is no row.
fn nothing(scene: &Scene<'_>) -> String {
    if !scene.view.app.groups.filter.is_empty() && !scene.view.snapshot.groups.is_empty() {
        return "no group matches the filter".to_owned();
    }
    let health = scene.view.snapshot.source(SourceId::Poll).map(|source| &source.health);
    match health {
        None | Some(SourceHealth::Starting) => {
            format!("connecting to {}", scene.full_name(&scene.view.app.title.name))
        }
        Some(SourceHealth::Working) => "this cluster has no consumer groups".to_owned(),
        // The line under the header is cut where it is long; here is room for all of it.
        Some(_) => super::header::trouble(scene).map(|(text, _)| text).unwrap_or_default(),
    }
}

fn draw_row(
    scene: &Scene<'_>,
    entry: &GroupEntry,
    (row, placed): (Rect, &[Placed<'_, Show>]),
    buf: &mut Buffer,
) {
    let listed = scene.sure(entry.seen.listed);
    let sure = scene.sure(entry.seen.commits).worse(super::ends_sure(scene, entry));
    let unknown = entry.view.totals.lag.is_none();
    let fault = entry.view.commits_fault.as_ref().or(entry.view.describe_fault.as_ref());
    for cell in placed {
        let content = content(scene, entry, (cell.column.key, cell.width), (listed, sure));
        table::draw_cell(cell, row, &content, buf);
    }
    let Some(fault) = fault.filter(|_| unknown) else { return };
    // A reason stands where the values would be that it prevents.
    let covers = |key| match key {
        Show::Members => entry.view.members.is_none(),
        Show::Lag | Show::Trend | Show::Arriving | Show::Consumed | Show::Eta | Show::Behind => {
            true
        }
        _ => false,
    };
    let word = words::fault(fault);
    let style = scene.style(Role::Warning);
    table::draw_over((placed, row), covers, (&word, style), &scene.theme, buf);
}

fn content(
    scene: &Scene<'_>,
    entry: &GroupEntry,
    (column, width): (Show, u16),
    (listed, sure): (Freshness, Freshness),
) -> Line<'static> {
    let (group, theme) = (&entry.view, &scene.theme);
    let count = |value: usize, sure| {
        let text = format::count(i64::try_from(value).unwrap_or(i64::MAX));
        words::value(Some(text), sure, Role::Text, theme)
    };
    match column {
        Show::Name => strip::marked_name(scene, entry, width),
        Show::State => {
            let name = format::cut_end(group.state.name(), width, theme.glyphs.ellipsis);
            words::value(Some(name.into_owned()), listed, Role::State(group.state), theme)
        }
        Show::Kind => Line::from(scene.span(group.kind.name(), Role::Muted)),
        Show::Members => match &group.members {
            Some(members) => count(members.len(), scene.sure(entry.seen.described)),
            None => words::value(None, listed, Role::Text, theme),
        },
        Show::Lag => words::lag(group.totals.lag, sure, theme),
        Show::Trend => {
            let held = scene.held(scene.whole(entry).seen.commits);
            let columns = scene.axis.group(&group.lag_history, held, width);
            let scale = Scale::shape(&columns, NOISE, scene.view.app.log_scale);
            scene.trend(&columns, scale)
        }
        Show::Arriving => words::rate(group.totals.arriving, sure, theme),
        Show::Consumed => words::rate(group.totals.consumed, sure, theme),
        Show::Eta => {
            let losing = words::losing(group.totals.arriving, group.totals.consumed);
            words::eta(group.totals.eta, losing, sure, theme)
        }
        Show::Behind => words::behind(group.totals.behind, scene.view.now, sure, theme),
        Show::Rebalances => {
            let (number, _) = rebalance::rhythm(&group.rebalances, scene.view.now, REBALANCES_IN);
            let role = if number == 0 { Role::Muted } else { Role::Text };
            words::value(Some(number.to_string()), listed, role, theme)
        }
        Show::Commit => {
            let moved = newest_commit(entry).map(|at| scene.ago(at));
            words::value(moved, sure, Role::Text, theme)
        }
        Show::Topics => count(group.topics.len(), Freshness::Fresh),
        Show::Coordinator => {
            words::value(group.coordinator.map(|id| id.to_string()), listed, Role::Muted, theme)
        }
    }
}

/// When any of the group's commits last moved; `None` if none has since lagtop looks.
fn newest_commit(entry: &GroupEntry) -> Option<Timestamp> {
    let commits = entry.view.partitions().filter_map(|(_, partition)| partition.commit.as_ref());
    commits.filter_map(|commit| commit.moved).max()
}
