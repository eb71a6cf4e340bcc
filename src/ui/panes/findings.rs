//! The Findings pane: what is wrong and the rules that cannot tell yet, and below them the evidence of
//! the selected one and what to do next.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::page::Lines;
use super::{Canvas, Scene, Sheet};
use crate::app::{FindingPlace, FindingRow, FindingSort, Pane, SortBy};
use crate::model::{Evidence, Finding, Severity, Since, SourceHealth, SourceId, Unknown};
use crate::ui::format;
use crate::ui::layout::Place;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::widgets::table::{self, Column, Placed};
use crate::ui::words;

/// The word of a rule that cannot tell yet, where the others have their severity.
const WAIT: &str = "wait";
/// Lines for the selected one: at least so many, at most so many.
const DETAIL: (u16, u16) = (4, 12);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Severity,
    Since,
    Name,
    Rule,
    What,
}

/// How bad it looks.
#[must_use]
pub const fn role(severity: Severity) -> Role {
    match severity {
        Severity::Note => Role::Muted,
        Severity::Warning => Role::Warning,
        Severity::Critical | Severity::Page => Role::Critical,
    }
}

fn sort(column: Show) -> Option<SortBy> {
    Some(SortBy::Findings(match column {
        Show::Severity => FindingSort::Severity,
        Show::Since => FindingSort::Since,
        Show::Name => FindingSort::Name,
        Show::Rule => FindingSort::Rule,
        Show::What => return None,
    }))
}

fn columns(scene: &Scene<'_>) -> Vec<Column<Show>> {
    let findings = &scene.view.app.findings;
    let mut columns = vec![
        Column::words(Show::Severity, "LEVEL", 5, 6, 0),
        Column::numbers(Show::Since, "SINCE", 7, 2),
        Column::words(Show::Name, "SUBJECT", 12, 26, 0),
        Column::words(Show::Rule, "RULE", 18, 18, 7),
        Column::words(Show::What, "WHAT", 40, 300, 0),
    ];
    for column in &mut columns {
        let sorted = sort(column.key) == Some(SortBy::Findings(findings.sort));
        column.order = super::order(sorted, findings.descending);
    }
    columns
}

/// Draws the pane.
pub fn draw(scene: &Scene<'_>, place: Place, canvas: &mut Canvas<'_>) {
    let app = scene.view.app;
    let inside = place.inside;
    let detail = (inside.height / 2).clamp(DETAIL.0, DETAIL.1).min(inside.height / 2);
    let list = Rect { height: inside.height.saturating_sub(detail), ..inside };
    let height = usize::from(list.height.saturating_sub(1));
    let columns = columns(scene);
    let sheet = Sheet {
        pane: Pane::Findings,
        columns: &columns,
        sort,
        cursor: app.findings.cursor(),
        len: app.rows.findings.len(),
        first: app.findings.first_row(height),
    };
    title(scene, place, super::position(sheet.first, height, sheet.len), canvas);
    if sheet.len == 0 {
        canvas.hits.set_height(Pane::Findings, height);
        return super::say(nothing(scene), inside, scene, canvas);
    }
    let bar = Rect { height: list.height, ..place.bar }.intersection(place.bar);
    sheet.draw(scene, (list, bar), canvas, |position, row, placed, buf| {
        if let Some(finding) = app.rows.findings.get(position) {
            draw_row(scene, *finding, (row, placed), buf);
        }
    });
    let below = paint::below(inside, list.height);
    if let Some(row) = app.rows.findings.get(app.findings.cursor()) {
        draw_detail(scene, *row, below, canvas.buf);
    }
}

fn title(scene: &Scene<'_>, place: Place, position: String, canvas: &mut Canvas<'_>) {
    let rows = &scene.view.app.rows.findings;
    let role = if scene.has_keys(Pane::Findings) { Role::Accent } else { Role::Title };
    let waiting = rows.iter().filter(|row| row.waits.is_some()).count();
    let mut parts =
        vec![Line::from(scene.span("Findings", role)), super::filter_mark(scene, Pane::Findings)];
    if waiting > 0 {
        let text = format!("{} not known yet", words::many(waiting, "rule", "rules"));
        parts.push(Line::from(scene.span(text, Role::Muted)));
    }
    let left = paint::join(parts, place.frame.width.saturating_sub(4));
    super::title(place, left, Line::from(scene.span(position, Role::Muted)), canvas);
}

/// Why there is no row.
fn nothing(scene: &Scene<'_>) -> &'static str {
    let snapshot = scene.view.snapshot;
    let health = snapshot.source(SourceId::Poll).map(|source| &source.health);
    match health {
        _ if !scene.view.app.findings.filter.is_empty() => "no finding matches the filter",
        _ if !snapshot.groups.is_empty() => "nothing is wrong",
        Some(SourceHealth::Working) => "this cluster has no consumer groups",
        _ => "nothing is known yet",
    }
}

fn draw_row(
    scene: &Scene<'_>,
    row: FindingRow,
    (area, placed): (Rect, &[Placed<'_, Show>]),
    buf: &mut Buffer,
) {
    for cell in placed {
        let snapshot = scene.view.snapshot;
        let content = match (row.finding(snapshot), row.waiting(snapshot)) {
            (Some(finding), _) => firing(scene, (row, finding), cell.column.key, cell.width),
            (None, Some(unknown)) => waits(scene, (row, unknown), cell.column.key, cell.width),
            (None, None) => Line::default(),
        };
        table::draw_cell(cell, area, &content, buf);
    }
}

fn firing(
    scene: &Scene<'_>,
    (row, finding): (FindingRow, &Finding),
    column: Show,
    width: u16,
) -> Line<'static> {
    let look = role(finding.severity);
    match column {
        Show::Severity => Line::from(scene.span(finding.severity.word(), look)),
        Show::Since => Line::raw(age(scene, finding.since)),
        Show::Name => {
            let name = row.place.name(scene.view.snapshot).unwrap_or_default();
            Line::from(scene.span(scene.name(name, width), Role::Title))
        }
        Show::Rule => Line::from(scene.span(finding.rule, Role::Muted)),
        Show::What => Line::raw(cut(scene, &finding.sentence, width)),
    }
}

fn waits(
    scene: &Scene<'_>,
    (row, unknown): (FindingRow, &Unknown),
    column: Show,
    width: u16,
) -> Line<'static> {
    let text = match column {
        Show::Severity => WAIT.to_owned(),
        Show::Since => String::new(),
        Show::Name => of_whom(scene, row, width),
        Show::Rule => unknown.rule.to_owned(),
        Show::What => {
            cut(scene, &format!("{} waits for {}", unknown.rule, unknown.waits_for), width)
        }
    };
    Line::from(scene.span(text, Role::Muted))
}

/// The only group or topic of which a rule cannot tell, or how many there are.
fn of_whom(scene: &Scene<'_>, row: FindingRow, width: u16) -> String {
    match row.waits {
        Some(many) if many > 1 => {
            let (one, more) = match row.place {
                FindingPlace::Topic(_) => ("topic", "topics"),
                FindingPlace::Group(_) | FindingPlace::Cluster => ("group", "groups"),
            };
            words::many(many as usize, one, more)
        }
        _ => scene.name(row.place.name(scene.view.snapshot).unwrap_or_default(), width),
    }
}

fn cut(scene: &Scene<'_>, text: &str, width: u16) -> String {
    let safe = scene.theme.glyphs.name(text);
    format::cut_end(&safe, width, scene.theme.glyphs.ellipsis).into_owned()
}

/// How long it has been so: `5m12s`, or `>5m12s` where it was so already when it was first seen.
fn age(scene: &Scene<'_>, since: Since) -> String {
    let span = scene.ago(since.at());
    match since {
        Since::At(_) => span,
        Since::Before(_) => format!(">{span}"),
    }
}

/// What the selected row says, in full.
fn draw_detail(scene: &Scene<'_>, row: FindingRow, area: Rect, buf: &mut Buffer) {
    let snapshot = scene.view.snapshot;
    let rule = paint::row(area, 0);
    let dash =
        scene.theme.glyphs.frame(crate::ui::glyphs::arm::LEFT | crate::ui::glyphs::arm::RIGHT);
    for x in rule.x..rule.right() {
        paint::sign(buf, x, rule.y, dash, scene.style(Role::Frame));
    }
    let area = paint::indent(paint::below(area, 1), 1);
    let mut lines = Lines::of(scene, area, 0);
    let name = row.place.name(snapshot).unwrap_or_default();
    let head = match (row.finding(snapshot), row.waiting(snapshot)) {
        (Some(finding), _) => {
            tell(scene, finding, &mut lines);
            vec![
                scene.span(finding.severity.word(), role(finding.severity)),
                rule_of(scene, finding.rule),
                subject(scene, name),
            ]
        }
        (None, Some(unknown)) => {
            tell_waiting(row, unknown, &mut lines);
            vec![
                scene.span(WAIT, Role::Muted),
                rule_of(scene, unknown.rule),
                subject(scene, &of_whom(scene, row, rule.width)),
            ]
        }
        (None, None) => return,
    };
    lines.paint(area, buf);
    let mut line = Line::from(Span::raw(" "));
    line.spans.extend(head);
    line.spans.push(Span::raw(" "));
    let place = paint::indent(rule, 1);
    let used = u16::try_from(line.width()).unwrap_or(u16::MAX).min(place.width);
    paint::clear(buf, Rect { width: used, ..place });
    paint::line(buf, place, &line);
}

fn rule_of(scene: &Scene<'_>, rule: &'static str) -> Span<'static> {
    scene.span(format!(" {rule}"), Role::Text)
}

fn subject(scene: &Scene<'_>, name: &str) -> Span<'static> {
    scene.span(format!("  {}", scene.name(name, 60)), Role::Title)
}

fn tell(scene: &Scene<'_>, finding: &Finding, lines: &mut Lines<'_>) {
    lines.sentence(&scene.full_name(&finding.sentence), Role::Text);
    lines.wrapped("next", &finding.next, Role::Accent);
    let clock = format::clock(finding.since.at(), scene.view.utc_offset);
    let ago = scene.ago(finding.since.at());
    let since = match finding.since {
        Since::At(_) => format!("{clock}, {ago} ago"),
        Since::Before(_) => format!("before {clock}, {ago} ago or longer"),
    };
    lines.text("since", since);
    for evidence in &finding.evidence {
        lines.wrapped(evidence.source, &fact(scene, evidence), Role::Text);
    }
}

/// The time that the fact spans, and the fact.
fn fact(scene: &Scene<'_>, evidence: &Evidence) -> String {
    let clock = |at| format::clock(at, scene.view.utc_offset);
    let (from, to) = evidence.span;
    let span = if from == to { clock(to) } else { format!("{} to {}", clock(from), clock(to)) };
    format!("{span}: {}", scene.full_name(&evidence.text))
}

fn tell_waiting(row: FindingRow, unknown: &Unknown, lines: &mut Lines<'_>) {
    let text = format!("Cannot tell yet: waits for {}.", unknown.waits_for);
    lines.sentence(&lines.scene.full_name(&text), Role::Text);
    if row.waits.is_some_and(|many| many > 1) {
        let name = row.place.name(lines.scene.view.snapshot).unwrap_or_default();
        let name = lines.scene.name(name, lines.width / 2);
        lines.text("of these", format!("{name}, and others alike"));
    }
}
