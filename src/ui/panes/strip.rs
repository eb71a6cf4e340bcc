//! What is wrong at a glance: the strip above the panes, at warning and above, the worst first, of which
//! a click opens the Findings pane; and the marks on the rows that it is about.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::findings::role;
use super::{Canvas, Scene, area_of};
use crate::app::{Action, Hit, Pane, Shape};
use crate::model::{Finding, GroupEntry, Severity, TopicEntry, TopicName};
use crate::ui::format;
use crate::ui::paint;
use crate::ui::theme::Role;

/// Rows of the screen for each line of the strip: three lines at 24 rows, five at 40.
const ROWS_A_LINE: u16 = 8;
/// The most lines.
const MOST: u16 = 5;
/// Cells for the name of a group or topic, or that it is the cluster.
const NAME: u16 = 24;

/// Lines that the strip takes on a screen of so many rows; none where the pane says it all.
#[must_use]
pub fn lines(scene: &Scene<'_>, rows: u16) -> u16 {
    if scene.view.app.shape() == Shape::One(Pane::Findings) {
        return 0;
    }
    let told = scene.view.app.rows.told.len();
    let most = (rows / ROWS_A_LINE).clamp(1, MOST);
    u16::try_from(told).unwrap_or(u16::MAX).min(most)
}

/// The mark on a row: more of it, the worse.
const fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "",
        Severity::Warning => "!",
        Severity::Critical => "!!",
        Severity::Page => "!!!",
    }
}

/// Cells for a mark and what keeps it apart.
pub const MARK: u16 = 4;

/// A group's name in at most `width` cells, marked by the worst that is found of it.
#[must_use]
pub fn marked_name(scene: &Scene<'_>, entry: &GroupEntry, width: u16) -> Line<'static> {
    let name = entry.view.id.as_str();
    let Some(worst) = entry.findings.worst() else { return Line::raw(scene.name(name, width)) };
    let mark = mark(worst);
    let room = width.saturating_sub(format::width(mark) + u16::from(!mark.is_empty()));
    let name = scene.span(scene.name(name, room), role(worst));
    let gap = if mark.is_empty() { "" } else { " " };
    Line::from(vec![name, scene.span(format!("{gap}{mark}"), role(worst))])
}

/// The worst at warning and above that names a partition, of its group or of its topic.
#[must_use]
pub fn of_partition(
    entry: &GroupEntry,
    logs: Option<&TopicEntry>,
    (topic, partition): (&TopicName, i32),
) -> Option<Severity> {
    let of_group = entry.findings.of_partition(topic, partition);
    let of_topic = logs.and_then(|logs| logs.findings.of_partition(topic, partition));
    let found = of_group.into_iter().chain(of_topic).map(|finding| finding.severity);
    found.max().filter(|severity| *severity >= Severity::Warning)
}

/// A partition's number, marked.
#[must_use]
pub fn marked_number(scene: &Scene<'_>, number: i32, worst: Option<Severity>) -> Line<'static> {
    let Some(worst) = worst else { return Line::raw(number.to_string()) };
    let mark = scene.span(format!("{} ", mark(worst)), role(worst));
    Line::from(vec![mark, scene.span(number.to_string(), role(worst))])
}

/// Draws the strip.
pub fn draw(scene: &Scene<'_>, area: Rect, canvas: &mut Canvas<'_>) {
    canvas.hits.add(area_of(area), Hit::Key(Action::Focus(Pane::Findings)));
    let (told, snapshot) = (&scene.view.app.rows.told, scene.view.snapshot);
    let area = paint::indent(area, 1);
    let shown = usize::from(area.height);
    let worst = told.iter().filter_map(|row| row.finding(snapshot)).take(shown);
    for (y, finding) in (0..).zip(worst) {
        let row = paint::row(area, y);
        let more = told.len().saturating_sub(shown);
        let more = if y + 1 == area.height && more > 0 {
            format!("  +{more} more")
        } else {
            String::new()
        };
        let room = row.width.saturating_sub(format::width(&more));
        paint::line(canvas.buf, Rect { width: room, ..row }, &line(scene, finding, room));
        let more = Line::from(scene.span(more, Role::Muted));
        paint::line_right(canvas.buf, row, &more);
    }
}

fn line(scene: &Scene<'_>, finding: &Finding, width: u16) -> Line<'static> {
    let name = scene.name(finding.subject.name(), NAME);
    let word = finding.severity.word();
    let used = format::width(word).saturating_add(format::width(&name)).saturating_add(3);
    let sentence = scene.theme.glyphs.name(&finding.sentence);
    let room = width.saturating_sub(used);
    let sentence = format::cut_end(&sentence, room, scene.theme.glyphs.ellipsis).into_owned();
    Line::from(vec![
        scene.span(word, role(finding.severity)),
        scene.span(format!(" {name}"), Role::Title),
        scene.span(format!("  {sentence}"), Role::Text),
    ])
}
