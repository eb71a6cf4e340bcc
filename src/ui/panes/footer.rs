//! The footer: keys that mean something here, a passing message, or what is being typed.

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Canvas, Scene, area_of};
use crate::app::{Action, Hit, Prompt};
use crate::ui::format;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::widgets::prompt;

/// A key and its word.
struct Key {
    label: String,
    word: &'static str,
    action: Action,
}

impl Key {
    fn width(&self) -> u16 {
        format::width(&self.label).saturating_add(format::width(self.word)).saturating_add(1)
    }

    /// The two that are always there: the way to all others, and the way out.
    const fn stays(&self) -> bool {
        matches!(self.action, Action::Help | Action::Quit)
    }
}

/// Cells between keys.
const GAP: u16 = 2;

/// Draws the footer's line.
pub fn draw(scene: &Scene<'_>, area: Rect, canvas: &mut Canvas<'_>) {
    let area = paint::indent(area, 1);
    let app = scene.view.app;
    let used = app.prompt.as_ref().map_or(0, |prompt| draw_prompt(scene, prompt, area, canvas));
    let area =
        Rect { x: area.x.saturating_add(used), width: area.width.saturating_sub(used), ..area };
    let said = app.toast.as_ref().map_or(0, |toast| {
        let text = scene.theme.glyphs.name(&toast.text);
        let room = area.width.saturating_sub(2);
        let text = format::cut_end(&text, room, scene.theme.glyphs.ellipsis);
        let line = Line::from(scene.span(text.clone().into_owned(), Role::Accent));
        paint::line_right(canvas.buf, area, &line);
        format::width(&text).saturating_add(GAP)
    });
    let area = Rect { width: area.width.saturating_sub(said), ..area };
    let mut x = area.x;
    for key in fitting(scene, area.width) {
        let place = Rect { x, width: area.right().saturating_sub(x), ..area };
        let width = key.width();
        canvas.hits.add(area_of(Rect { width, ..place }), Hit::Key(key.action));
        let line = Line::from(vec![
            scene.span(key.label, Role::Accent),
            scene.span(format!(" {}", key.word), Role::Muted),
        ]);
        paint::line(canvas.buf, place, &line);
        x = x.saturating_add(width).saturating_add(GAP);
    }
}

/// The keys that fit: where room is short the last leave first, but for those that stay.
fn fitting(scene: &Scene<'_>, width: u16) -> Vec<Key> {
    let ascii = scene.view.looks.ascii;
    let app = scene.view.app;
    let mut keys: Vec<Key> = app
        .keys
        .footer(app.scopes())
        .map(|(chord, word, action)| Key { label: chord.label(ascii).into_owned(), word, action })
        .collect();
    let needed = |keys: &[Key]| {
        keys.iter().map(|key| key.width().saturating_add(GAP)).fold(0, u16::saturating_add)
    };
    while needed(&keys) > width.saturating_add(GAP) {
        let Some(index) = keys.iter().rposition(|key| !key.stays()) else { break };
        keys.remove(index);
    }
    while needed(&keys) > width.saturating_add(GAP) {
        keys.pop();
    }
    keys
}

/// Draws what is being typed and how it fares; returns the cells used.
fn draw_prompt(scene: &Scene<'_>, typing: &Prompt, area: Rect, canvas: &mut Canvas<'_>) -> u16 {
    let (label, text, error) = match typing {
        Prompt::Filter { pane, .. } => {
            let filter = scene.view.app.filter(*pane);
            ("/".to_owned(), filter.text(), filter.error())
        }
        Prompt::Note { at, text } => {
            let clock = format::clock(*at, scene.view.utc_offset);
            (format!("note on {clock}: "), text.as_str(), None)
        }
    };
    let place = Rect { width: area.width.min((area.width / 2).max(30)), ..area };
    let used = prompt::draw(&label, text, place, &scene.theme, canvas.buf);
    let Some(error) = error else { return used.saturating_add(GAP) };
    let shift = used.saturating_add(1).min(area.width);
    let rest = Rect { x: area.x.saturating_add(shift), width: area.width - shift, ..area };
    let error = scene.theme.glyphs.name(error);
    let written = paint::text(canvas.buf, rest, &error, scene.style(Role::Critical));
    shift.saturating_add(written).saturating_add(GAP)
}
