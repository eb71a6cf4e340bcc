//! What of a partition's page is about time: how far behind the group is, how far retention is, and the
//! rhythm of its commits.

use ratatui::text::Line;

use super::Scene;
use super::page::Lines;
use super::partition_item::Item;
use crate::model::behind::Method;
use crate::model::headroom::WINDOW;
use crate::model::{Behind, Headroom, Rhythm};
use crate::ui::format;
use crate::ui::fresh::Freshness;
use crate::ui::theme::Role;
use crate::ui::widgets::sparkline::{Scale, sparkline};
use crate::ui::words;

/// Commits drawn at most, one a cell.
const BARS: usize = 60;

impl Item<'_> {
    /// How far retention is from the commit.
    pub(super) fn headroom(&self) -> Option<Headroom> {
        let confirmed = self.logs?.confirmed(self.partition.partition)?;
        Headroom::of(self.partition.commit.as_ref()?.offset, self.log()?, confirmed)
    }

    /// When the commit last moved, in words.
    pub(super) fn commit_age(&self, scene: &Scene<'_>) -> Option<String> {
        let commit = self.partition.commit.as_ref()?;
        Some(match commit.recorded.map(|recorded| recorded.at).or(commit.moved) {
            Some(committed) => scene.ago(committed),
            None => format!(">{}", scene.ago(commit.seen)),
        })
    }
}

/// Behind and headroom, each in a line.
pub(super) fn write(item: &Item<'_>, lines: &mut Lines<'_>) {
    behind(item, lines);
    headroom(item, lines);
}

/// The age of the oldest record that is not consumed, and how that is known.
fn behind(item: &Item<'_>, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let sure = item.commit_sure(scene).worse(item.end_sure(scene));
    let behind = item.partition.behind;
    lines.line(|| {
        let mut spans = vec![scene.span("behind ", Role::Muted)];
        spans.extend(words::behind(behind, scene.view.now, sure, &scene.theme).spans);
        spans.push(scene.span(format!("  {}", how(item)), Role::Muted));
        Line::from(spans)
    });
    let times = item.log().and_then(|log| log.times.as_ref());
    if let Some(fault) = times.and_then(|times| times.fault.as_ref()) {
        let text = scene.full_name(&fault.text);
        lines.sentence(&format!("times of records: {text}"), Role::Warning);
    }
}

/// By what it is known, within which bounds, and at what cost.
fn how(item: &Item<'_>) -> String {
    let since = match item.partition.behind {
        None if item.partition.commit.is_none() => return "without a commit".to_owned(),
        None => return "the lag is not known, or below zero".to_owned(),
        Some(Behind::CaughtUp) => return "everything is consumed".to_owned(),
        Some(Behind::Since(since)) => since,
    };
    match since.method {
        Method::Watched if since.not_before.is_none() => {
            "its oldest record was there before lagtop was".to_owned()
        }
        Method::Watched => "since its oldest record was seen to arrive".to_owned(),
        Method::Asked => {
            let times = item.log().and_then(|log| log.times.as_ref());
            let asked = times.map_or(0, |times| times.questions);
            let asked = words::many(usize::try_from(asked).unwrap_or(0), "question", "questions");
            format!("by its oldest record's timestamp, {asked} to the leader")
        }
    }
}

/// What retention has taken, and when it will take more.
fn headroom(item: &Item<'_>, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let Some(headroom) = item.headroom() else { return };
    lines.line(|| {
        let mut spans = vec![scene.span("headroom ", Role::Muted)];
        let records = format::grouped(headroom.records);
        let text = Some(format!("{records} records above the log start"));
        spans.extend(words::value(text, item.end_sure(scene), Role::Text, &scene.theme).spans);
        let watched = headroom.watched.unwrap_or_default();
        let rate = headroom.speed.and_then(|speed| format::rate(speed.0));
        let note = match (headroom.to_loss, rate) {
            (Some(left), Some(rate)) if headroom.lost == 0 => format!(
                "  lost in {} at {rate}/s, the log start's speed over {}",
                format::span(left),
                format::span(watched.min(WINDOW))
            ),
            _ if item.log().is_some_and(|log| log.starts.is_none()) => {
                format!("  which has not moved in {}", format::span(watched))
            }
            _ => String::new(),
        };
        spans.push(scene.span(note, Role::Muted));
        Line::from(spans)
    });
}

/// The rhythm of the commits, and the last one.
pub(super) fn commits(item: &Item<'_>, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let Some(commit) = &item.partition.commit else { return };
    lines.heading("Commits");
    if let Some(recorded) = commit.recorded {
        let clock = format::clock(recorded.at, scene.view.utc_offset);
        let offset = format::grouped(recorded.offset);
        let ago = scene.ago(recorded.at);
        lines.text("last", format!("{clock}, {ago} ago, at {offset}, as the coordinator took it"));
    }
    let rhythm = Rhythm::of(&item.partition.history, scene.view.now);
    let Some((last, gap, records)) = rhythm
        .last()
        .and_then(|last| Some((*last, rhythm.median_gap()?, rhythm.median_records()?)))
    else {
        let window = format::span(rhythm.window);
        lines.text("rhythm", format!("fewer than two commits moved it in {window}"));
        return;
    };
    let room = usize::from(lines.width.saturating_sub(64)).clamp(8, BARS);
    let beats = rhythm.beats.get(rhythm.beats.len().saturating_sub(room)..).unwrap_or_default();
    let bars = |values: Vec<Option<i64>>| {
        let scale = Scale::shape(&values, 1, false);
        scene.span(sparkline(&values, scale, &scene.theme.glyphs), Role::Trend)
    };
    let gaps = beats.iter().map(|beat| i64::try_from(beat.gap.as_millis()).ok()).collect();
    let sizes = beats.iter().map(|beat| Some(beat.records)).collect();
    // Between two polls several commits are one.
    let most = if commit.recorded.is_some() { "" } else { "at most " };
    let text = |text: String| words::value(Some(text), Freshness::Fresh, Role::Text, &scene.theme);
    let field = |told: String, bars| {
        let mut line = text(format::pad_right(&told, 40));
        line.spans.push(bars);
        line
    };
    let told = format!("median {most}{}, last {}", format::took(gap), format::took(last.gap));
    lines.field("pause", field(told, bars(gaps)));
    let count = format::count;
    let told = format!("median {most}{}, last {}", count(records), count(last.records));
    lines.field("records", field(told, bars(sizes)));
    let (number, window) = (rhythm.beats.len(), format::span(rhythm.window));
    let number = words::many(number, "commit", "commits");
    let step = format::span(rhythm.step);
    lines.text("seen", format!("{number} in {window}, one in {step} at the finest"));
}
