//! Lag over time with room to read it, with the moments that are marked, and the times below.
//!
//! A partition's page has one; where the Groups pane has fewer rows than room, the group with the cursor has
//! one there: the line that a war room looks at from three metres away.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Scene, groups};
use crate::model::GroupEntry;
use crate::ui::format;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::widgets::chart;
use crate::ui::widgets::sparkline::Scale;
use crate::ui::widgets::table;
use crate::ui::words;

/// Rows of a chart in the Groups pane: its name, its figures, the area, the times.
const LEAST: u16 = 8;
/// Higher it would not tell more.
const MOST: u16 = 16;
/// Rows that are not of the area.
const AROUND: u16 = 3;

/// Splits a pane in whose table are so many rows and a head: what the table keeps, and below it the place of
/// a chart if there is enough for one.
pub(super) fn split(inside: Rect, rows: usize) -> (Rect, Option<Rect>) {
    // The head, and a row of distance.
    let used = u16::try_from(rows.saturating_add(2)).unwrap_or(u16::MAX);
    let height = inside.height.saturating_sub(used).min(MOST);
    if height < LEAST {
        return (inside, None);
    }
    let rest = inside.height - height;
    (Rect { height: rest, ..inside }, Some(paint::below(inside, rest)))
}

/// Draws a group's lag; nothing while none is known.
pub(super) fn draw(scene: &Scene<'_>, entry: &GroupEntry, place: Rect, buf: &mut Buffer) {
    let place = paint::indent(place, table::GUTTER);
    let columns = place.width.saturating_sub(chart::LABELS);
    let held = scene.held(scene.whole(entry).seen.commits);
    let lag = scene.axis.group(&entry.view.lag_history, held, columns);
    if lag.iter().all(Option::is_none) {
        return;
    }
    let name = scene.name(entry.view.id.as_str(), place.width);
    let above = [Line::from(scene.span(name, Role::Title)), figures(scene, entry, place.width)];
    let area = area(scene, &lag, place.height.saturating_sub(AROUND));
    let lines = above.into_iter().chain(area).chain([times(scene, columns)]);
    for (y, line) in (0..).zip(lines) {
        paint::line(buf, paint::row(place, y), &line);
    }
}

/// What the group's row tells where there is room for more columns.
fn figures(scene: &Scene<'_>, entry: &GroupEntry, width: u16) -> Line<'static> {
    let (totals, theme) = (&entry.view.totals, &scene.theme);
    let sure = scene.sure(entry.seen.commits).worse(super::ends_sure(scene, entry));
    let losing = words::losing(totals.arriving, totals.consumed);
    let figures = [
        ("lag ", words::lag(totals.lag, sure, theme)),
        ("in/s ", words::rate(totals.arriving, sure, theme)),
        ("out/s ", words::rate(totals.consumed, sure, theme)),
        ("eta ", words::eta(totals.eta, losing, sure, theme)),
    ];
    let parts = figures.map(|(label, mut value)| {
        value.spans.insert(0, scene.span(label, Role::Muted));
        value
    });
    paint::join(parts.into(), width)
}

/// The lines of an area, moments marked in them.
pub(super) fn area(scene: &Scene<'_>, lag: &[Option<i64>], rows: u16) -> Vec<Line<'static>> {
    let scale = Scale::own(lag, groups::NOISE, scene.view.app.log_scale);
    let mut lines = chart::area(lag, scale, rows, &scene.theme);
    for line in &mut lines {
        with_moments(scene, line, lag.len());
    }
    lines
}

/// Marks moments in a line of a chart of so many columns.
pub(super) fn with_moments(scene: &Scene<'_>, line: &mut Line<'static>, columns: usize) {
    scene.mark_moments(line, (chart::LABELS, columns));
}

/// The line below a chart: how long ago, or when a moment of the past is shown, by the clock.
pub(super) fn times(scene: &Scene<'_>, columns: u16) -> Line<'static> {
    let window = scene.axis.window();
    if scene.axis.cursor().is_some() {
        // Ages count to the moment shown: here it is told by the clock.
        let end = scene.view.end;
        let clock = |back| format::clock(end.minus(back), scene.view.utc_offset);
        let [first, middle, last] = [window, window / 2, Duration::ZERO].map(clock);
        return chart::times([&first, &middle, &last], columns, &scene.theme);
    }
    let minutes = |span: Duration| match span.as_secs() {
        seconds if seconds % 60 == 0 => format!("-{}m", seconds / 60),
        _ => format!("-{}", format::span(span)),
    };
    let (first, middle) = (minutes(window), minutes(window / 2));
    chart::times([&first, &middle, "now"], columns, &scene.theme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_has_what_the_rows_leave() {
        let inside = Rect::new(1, 3, 50, 28);
        let heights = |rows| {
            let (table, chart) = split(inside, rows);
            assert_eq!(table.height + chart.map_or(0, |chart| chart.height), inside.height);
            assert!(chart.is_none_or(|chart| chart.bottom() == inside.bottom()));
            (table.height, chart.map(|chart| chart.height))
        };
        assert_eq!(heights(1), (12, Some(16)));
        assert_eq!(heights(10), (12, Some(16)), "the head, ten rows, one of distance");
        assert_eq!(heights(11), (13, Some(15)));
        assert_eq!(heights(18), (20, Some(8)));
        assert_eq!(heights(19), (28, None));
        assert_eq!(heights(usize::MAX), (28, None));
    }
}
