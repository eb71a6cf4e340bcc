//! The threads of the process shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Canvas, Scene, Sheet};
use crate::app::{Pane, SortBy, ThreadSort};
use crate::model::Timestamp;
use crate::model::process::{CpuUse, ProcessView, ThreadState, ThreadView};
use crate::ui::format;
use crate::ui::theme::Role;
use crate::ui::widgets::sparkline::Scale;
use crate::ui::widgets::table::{self, Column, Placed};
use crate::ui::words;

/// Millicores under which a trend stays low.
pub(super) const FLOOR: i64 = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Tid,
    Hex,
    Name,
    State,
    Cpu,
    User,
    System,
    Wait,
    Switches,
    Trend,
}

/// Of one core.
pub(super) fn percent(cpu: CpuUse) -> Option<String> {
    format::percent(cpu.total / 100.0)
}

fn columns(scene: &Scene<'_>) -> Vec<Column<Show>> {
    let mut columns = vec![
        Column::numbers(Show::Tid, "TID", 7, 0),
        Column::numbers(Show::Hex, "HEX", 6, 3),
        Column::words(Show::Name, "NAME", 10, 16, 0),
        Column::words(Show::State, "STATE", 10, 10, 2),
        Column::numbers(Show::Cpu, "CPU", 5, 0),
        Column::numbers(Show::User, "USER", 5, 5),
        Column::numbers(Show::System, "SYS", 5, 5),
        Column::numbers(Show::Wait, "WAIT", 5, 4),
        Column::numbers(Show::Switches, "CTX/s", 5, 6),
        Column::words(Show::Trend, "", 8, 24, 1),
    ];
    let app = scene.view.app;
    for column in &mut columns {
        if column.key == Show::Trend {
            column.title = scene.axis.label().into();
        }
        let sorted = sort(column.key) == Some(SortBy::Process(app.threads.sort));
        column.order = super::order(sorted, app.threads.descending);
    }
    columns
}

fn sort(column: Show) -> Option<SortBy> {
    Some(SortBy::Process(match column {
        Show::Tid | Show::Hex => ThreadSort::Tid,
        Show::State => ThreadSort::State,
        Show::Cpu => ThreadSort::Cpu,
        Show::Name | Show::User | Show::System | Show::Wait | Show::Switches | Show::Trend => {
            return None;
        }
    }))
}

/// Draws the table.
pub(super) fn threads(
    scene: &Scene<'_>,
    process: &ProcessView,
    (area, bar): (Rect, Rect),
    canvas: &mut Canvas<'_>,
) {
    let app = scene.view.app;
    let height = usize::from(area.height.saturating_sub(1));
    canvas.hits.set_height(Pane::Process, height.max(1));
    let threads = match &process.threads {
        Ok(threads) => threads,
        Err(fault) => {
            let text = format!("threads: {}", scene.full_name(&fault.text));
            return super::say(&text, area, scene, canvas);
        }
    };
    if app.rows.threads.is_empty() {
        let filtered = !app.threads.filter.is_empty();
        let text = if filtered { "no thread matches the filter" } else { "no thread is read yet" };
        return super::say(text, area, scene, canvas);
    }
    let columns = columns(scene);
    let sheet = Sheet {
        pane: Pane::Process,
        columns: &columns,
        sort,
        cursor: app.threads.cursor(),
        len: app.rows.threads.len(),
        first: app.threads.first_row(height),
    };
    sheet.draw(scene, (area, bar), canvas, |position, row, placed, buf| {
        let key = app.rows.threads.get(position);
        let thread = key.and_then(|key| threads.iter().find(|it| it.tid == key.tid));
        if let Some(thread) = thread {
            draw_thread(scene, (process, thread), (row, placed), buf);
        }
    });
}

/// Until when what was seen of a process holds in a trend.
pub(super) fn held(scene: &Scene<'_>, process: &ProcessView) -> Timestamp {
    let whole = scene.view.held.processes.process(process.key());
    scene.held(whole.map_or(process.at, |whole| whole.at))
}

fn draw_thread(
    scene: &Scene<'_>,
    (process, thread): (&ProcessView, &ThreadView),
    (row, placed): (Rect, &[Placed<'_, Show>]),
    buf: &mut Buffer,
) {
    let sure = scene.sure(process.at);
    let value = |text: Option<String>| words::value(text, sure, Role::Text, &scene.theme);
    let part = |of: fn(CpuUse) -> Option<f64>| {
        value(thread.cpu.and_then(of).and_then(|part| format::percent(part / 100.0)))
    };
    for cell in placed {
        let content = match cell.column.key {
            Show::Tid => Line::raw(thread.tid.to_string()),
            Show::Hex => Line::from(scene.span(format!("{:x}", thread.tid), Role::Muted)),
            Show::Name => Line::raw(scene.name(&thread.name, cell.width)),
            Show::State => {
                let running = thread.state == ThreadState::RUNNING;
                let role = if running { Role::Ok } else { Role::Muted };
                Line::from(scene.span(thread.state.word(), role))
            }
            Show::Cpu => value(thread.cpu.and_then(percent)),
            Show::User => part(|cpu| cpu.user),
            Show::System => part(|cpu| cpu.system),
            Show::Switches => value(thread.switches_per_second.and_then(format::rate)),
            Show::Wait => value(thread.run_delay.and_then(format::percent)),
            Show::Trend => {
                let held = held(scene, process);
                let columns = scene.axis.partition(&thread.history, held, cell.width);
                scene.trend(&columns, Scale::own(&columns, FLOOR, false))
            }
        };
        table::draw_cell(cell, row, &content, buf);
    }
}
