//! Which moment the picture is of: the right end of the header.

use std::time::Duration;

use ratatui::text::{Line, Span};

use super::Scene;
use crate::model::Timestamp;
use crate::model::play::Play;
use crate::ui::format;
use crate::ui::theme::Role;

/// What is said of it, each with its rank: the greatest leaves first.
pub(super) fn parts(scene: &Scene<'_>) -> Vec<(u8, Line<'static>)> {
    let mut parts = Vec::new();
    let view = scene.view;
    let clock = |at| format::clock(at, view.utc_offset);
    if view.app.is_held_still() {
        // Whatever has no room: that this is not the present must be seen.
        parts.push((0, held_still(scene)));
    }
    if let Some(play) = &view.app.play {
        parts.push((1, replay(scene, play)));
    }
    if view.app.paused.is_some() {
        parts.push((2, since_then(scene)));
        if let Some(reach) = view.app.reach() {
            let text = format!("known from {}", clock(reach));
            parts.push((9, Line::from(scene.span(text, Role::Muted))));
        }
    }
    if scene.axis.cursor().is_none() {
        parts.push((4, Line::raw(clock(view.now))));
    }
    parts
}

/// That the picture is held still, and which moment it shows.
fn held_still(scene: &Scene<'_>) -> Line<'static> {
    let style = scene.style(Role::Warning).reversed();
    match scene.axis.cursor() {
        None => Line::styled(" PAUSED ", style),
        Some(at) => {
            let clock = format::clock(at, scene.view.utc_offset);
            Line::styled(format!(" PAST {clock} "), style.bold())
        }
    }
}

/// Where in a recording the picture is, and how fast that goes: `replay 2:34 of 30:00, 4x`.
fn replay(scene: &Scene<'_>, play: &Play) -> Line<'static> {
    let place = |at: Timestamp| format::place(at.since(play.begin));
    let here = place(play.seeking.unwrap_or(scene.view.now));
    let mut spans = vec![scene.span("replay ", Role::Muted), Span::raw(here)];
    if let Some(end) = play.end {
        spans.push(scene.span(format!(" of {}", place(end)), Role::Muted));
    }
    if play.seeking.is_some() {
        spans.push(scene.span(", seeking", Role::Accent));
    } else if (play.speed - 1.0).abs() > f64::EPSILON {
        spans.push(scene.span(format!(", {}x", play.speed), Role::Accent));
    }
    Line::from(spans)
}

/// How long before the pause the moment shown was.
fn since_then(scene: &Scene<'_>) -> Line<'static> {
    let Some(at) = scene.axis.cursor() else { return Line::default() };
    // A moment is the end of a second, of which the clock tells the begin.
    let back = scene.view.end.since(at).saturating_add(Duration::from_millis(999));
    Line::from(scene.span(format!("{} before the pause", format::span(back)), Role::Warning))
}
