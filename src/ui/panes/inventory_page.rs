//! The inventory's page: how many of everything there are, and what came, went or changed when.

use std::time::Duration;

use ratatui::text::{Line, Span};

use super::Scene;
use super::findings;
use super::page::Lines;
use crate::model::inventory::{Change, Changed, Count, Counted};
use crate::model::{InventoryEntry, InventoryView, Timestamp};
use crate::ui::format;
use crate::ui::theme::Role;
use crate::ui::widgets::sparkline::Scale;
use crate::ui::words;

/// Cells for what is counted, for the number, and for how many more there are.
const NAME: u16 = 16;
const NOW: u16 = 9;
const MORE: u16 = 10;
/// Cells for when something happened, for what, and for to whom.
const CLOCK: u16 = 10;
const WORD: u16 = 16;
const SUBJECT: u16 = 40;
/// A change of one or two is no mountain.
const NOISE: i64 = 5;
/// Large clusters are looked at so seldom that a count holds for so long.
const HOLDS: Duration = Duration::from_mins(2);

/// Writes the page; returns its title.
pub fn write(lines: &mut Lines<'_>) -> Line<'static> {
    let scene = lines.scene;
    let entry = &scene.view.snapshot.inventory;
    for finding in &entry.findings.firing {
        let text = format!("{} {}", finding.severity.word(), scene.full_name(&finding.sentence));
        lines.sentence(&text, findings::role(finding.severity));
        lines.blank();
    }
    counts(entry, lines);
    lines.blank();
    looked(entry, lines);
    changes(&entry.view, lines);
    Line::from(scene.span("Inventory", Role::Accent))
}

fn counts(entry: &InventoryEntry, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let columns = lines.width.saturating_sub(NAME + NOW + MORE + 2);
    lines.line(|| {
        let window = format!("in {}", scene.axis.label());
        let trend = format!("above the least in {}", scene.axis.label());
        let head = format!(
            "{}{}{}  {}",
            format::pad_right("", NAME),
            format::pad_left("now", NOW),
            format::pad_left(&window, MORE),
            format::begin(&trend, columns)
        );
        Line::from(scene.span(head, Role::Header))
    });
    let held = held(scene);
    lines.each(Counted::ALL, |counted| {
        let name = format::pad_right(counted.name(), NAME);
        let mut spans = vec![scene.span(name, Role::Muted)];
        let Some(count) = entry.view.count(counted) else { return Line::from(spans) };
        let unknown = scene.theme.glyphs.unknown;
        let now = count.now.map_or_else(|| unknown.to_owned(), format::grouped);
        spans.push(scene.span(format::pad_left(&now, NOW), Role::Title));
        spans.push(more(scene, count));
        spans.push(Span::raw("  "));
        spans.extend(trend(scene, count, held, columns).spans);
        Line::from(spans)
    });
}

/// How much there was above the least: a few topics more in thousands are not to be seen otherwise.
fn trend(scene: &Scene<'_>, count: &Count, held: Timestamp, columns: u16) -> Line<'static> {
    let counts = scene.axis.group(&count.history, held, columns);
    let least = counts.iter().flatten().min().copied().unwrap_or(0);
    let above: Vec<_> =
        counts.into_iter().map(|count| Some(count?.saturating_sub(least))).collect();
    scene.trend(&above, Scale::own(&above, NOISE, scene.view.app.log_scale))
}

/// Until when counts hold that were taken at the last look.
fn held(scene: &Scene<'_>) -> Timestamp {
    let end = scene.view.end;
    scene.view.held.inventory.seen.map_or(end, |seen| end.min(seen.plus(HOLDS)))
}

/// How many more, or fewer, than where trends begin.
fn more(scene: &Scene<'_>, count: &Count) -> Span<'static> {
    let from = scene.view.now.minus(scene.axis.window());
    let mut points = count.history.between(from, scene.view.now);
    let first = points.find_map(|point| point.value);
    let more = count.now.zip(first).map_or(0, |(now, first)| now.saturating_sub(first));
    let text = match more {
        0 => String::new(),
        1.. => format!("+{}", format::grouped(more)),
        _ => format::grouped(more),
    };
    scene.span(format::pad_left(&text, MORE), Role::Text)
}

/// When all topics were last looked at, and since when changes are known.
fn looked(entry: &InventoryEntry, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    if let Some(fault) = &entry.view.fault {
        let text = scene.full_name(&fault.text);
        lines.sentence(&format!("all topics: {text}"), Role::Warning);
    }
    let clock = |at| format::clock(at, scene.view.utc_offset);
    let text = match (entry.view.since, entry.seen) {
        (Some(since), Some(seen)) => format!(
            "all topics were looked at {} ago, and first at {}; Kafka's own topics are counted apart",
            scene.ago(seen),
            clock(since)
        ),
        _ => "all topics were not looked at yet".to_owned(),
    };
    lines.sentence(&text, Role::Muted);
}

fn changes(view: &InventoryView, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    if view.changes.is_empty() {
        return;
    }
    lines.heading("What changed, the newest first");
    let width = lines.width;
    // A page that is held still shows nothing of what came after.
    let known = view.changes.iter().rev().filter(|change| change.at <= scene.view.now);
    for change in known {
        lines.line(|| self::change(scene, change, width));
        if change.alike > 0 {
            let alike = format::grouped(i64::try_from(change.alike).unwrap_or(i64::MAX));
            let text = format!("{}and {alike} more alike", format::pad_right("", CLOCK));
            lines.line(|| Line::from(scene.span(text, Role::Muted)));
        }
    }
    if view.forgotten > 0 {
        let forgotten = usize::try_from(view.forgotten).unwrap_or(usize::MAX);
        let many = words::many(forgotten, "older change is", "older changes are");
        lines.sentence(&format!("{many} not kept"), Role::Muted);
    }
}

fn change(scene: &Scene<'_>, change: &Change, width: u16) -> Line<'static> {
    let clock = format::clock(change.at, scene.view.utc_offset);
    let word = format::pad_right(change.what.word(), WORD);
    let fixed = CLOCK + WORD + 4;
    // The detail of most is a few words; a name is cut in its middle before it takes their place.
    let room = (width.saturating_sub(fixed) / 2).clamp(8, SUBJECT);
    let name = format::pad_right(&scene.name(&change.what.name(), room), room);
    let left = width.saturating_sub(fixed).saturating_sub(room);
    let detail =
        format::cut_end(&change.what.detail(), left, scene.theme.glyphs.ellipsis).into_owned();
    Line::from(vec![
        scene.span(format::pad_right(&clock, CLOCK), Role::Muted),
        scene.span(word, role(&change.what)),
        scene.span(format!("  {name}"), Role::Title),
        Span::raw(format!("  {detail}")),
    ])
}

/// What was lost is worth a look.
fn role(what: &Changed) -> Role {
    match what {
        Changed::TopicVanished(..) | Changed::TopicMadeAnew(_) | Changed::BrokerVanished(_) => {
            Role::Warning
        }
        Changed::Controller(_, None) => Role::Critical,
        Changed::Controller(..) => Role::Warning,
        Changed::Leader(change) if change.to.is_none() => Role::Critical,
        Changed::InSync(change) if change.to.len() < change.from.len() => Role::Warning,
        _ => Role::Text,
    }
}
