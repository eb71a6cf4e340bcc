//! What of a partition's page is about who writes to it: producers that its leader remembers, and records
//! behind an open transaction.

use ratatui::text::{Line, Span};

use super::page::{LABELS, Lines};
use super::partition_item::Item;
use crate::model::writers::{Held, OpenTransaction, Producers};
use crate::ui::format;
use crate::ui::theme::Role;
use crate::ui::widgets::sparkline::{Scale, sparkline};

/// Cells before the trend.
const TOLD: u16 = 24;
/// Cells of the trend at most.
const TREND: u16 = 60;

/// Writes what is known; nothing where nobody looked.
pub(super) fn write(item: &Item<'_>, lines: &mut Lines<'_>) {
    let Some(writers) = item.log().and_then(|log| log.writers.as_deref()) else { return };
    lines.heading("Writers");
    if let Some(producers) = &writers.producers {
        self::producers(producers, lines);
    }
    if let Some(held) = &writers.held {
        self::held(held, lines);
    }
    let seen = writers.producers.as_ref().and_then(|producers| producers.seen.as_ref().ok());
    for transaction in seen.iter().flat_map(|seen| &seen.open) {
        open(transaction, lines);
    }
}

fn producers(producers: &Producers, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let seen = match &producers.seen {
        Ok(seen) => seen,
        Err(fault) => {
            let text = scene.full_name(&fault.text);
            return lines.wrapped("producers", &text, Role::Warning);
        }
    };
    let room = lines.width.saturating_sub(LABELS + TOLD + 6).clamp(8, TREND);
    let trend = scene.axis.partition(&producers.history, scene.view.now, room);
    let drawn = sparkline(&trend, Scale::shape(&trend, 1, false), &scene.theme.glyphs);
    let told = format!("{} remembered", format::grouped(seen.active.into()));
    lines.field(
        "producers",
        Line::from(vec![
            Span::raw(format::pad_right(&told, TOLD)),
            scene.span(drawn, Role::Trend),
            scene.span(format!("  {}", scene.axis.label()), Role::Muted),
        ]),
    );
    let ago = scene.ago(producers.at);
    let text = match seen.since {
        Some(since) => format!(
            "{} came and {} wrote in the {} before the last look, {ago} ago",
            format::grouped(since.came.into()),
            format::grouped(since.wrote.into()),
            format::span(producers.at.since(since.from))
        ),
        None => format!("looked at once, {ago} ago"),
    };
    lines.text("", text);
    if let Some(oldest) = seen.oldest {
        lines.text("", format!("the one silent for longest wrote {} ago", scene.ago(oldest)));
    }
}

fn held(held: &Held, lines: &mut Lines<'_>) {
    let records = format::grouped(held.records);
    let span = format::span(held.until.since(held.since));
    let stable = format::grouped(held.last_stable);
    let text = format!("{records} records from offset {stable} on, for {span} or longer");
    lines.wrapped("held back", &text, Role::Warning);
}

fn open(transaction: &OpenTransaction, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let OpenTransaction { producer_id, epoch, start, .. } = transaction;
    let wrote = transaction
        .last_write
        .map_or_else(String::new, |at| format!(", wrote here last {} ago", scene.ago(at)));
    let start = format::grouped(*start);
    let text = format!("producer {producer_id} epoch {epoch}, since offset {start}{wrote}");
    lines.wrapped("transaction", &text, Role::Text);
}
