//! One line that is being typed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::ui::format;
use crate::ui::paint;
use crate::ui::theme::{Role, Theme};

/// Draws `label`, the text and a cursor after it into the first row of `area`. Of text that is too long
/// the end is seen, where the typing happens. Returns the cells used.
pub fn draw(label: &str, typed: &str, area: Rect, theme: &Theme, buf: &mut Buffer) -> u16 {
    if area.is_empty() {
        return 0;
    }
    let label_width = paint::text(buf, area, label, theme.style(Role::Accent));
    let room = area.width.saturating_sub(label_width);
    let place = Rect { x: area.x.saturating_add(label_width), width: room, ..area };
    let safe = theme.glyphs.name(typed);
    let shown = format::end(&safe, room.saturating_sub(1));
    let used = paint::text(buf, place, shown, theme.style(Role::Text));
    if used < room {
        let cursor = Style::new().add_modifier(Modifier::REVERSED);
        paint::sign(buf, place.x.saturating_add(used), area.y, " ", cursor);
    }
    label_width.saturating_add(used).saturating_add(1).min(area.width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(typed: &str, width: u16) -> (String, u16) {
        let area = Rect::new(0, 0, width, 1);
        let mut buf = Buffer::empty(area);
        let used = draw("/", typed, area, &Theme::default(), &mut buf);
        (buf.content().iter().map(ratatui::buffer::Cell::symbol).collect(), used)
    }

    #[test]
    fn the_end_of_what_is_typed_is_seen() {
        assert_eq!(line("bill", 10), ("/bill     ".to_owned(), 6));
        assert_eq!(line("user-events-consumer", 10), ("/consumer ".to_owned(), 10));
        assert_eq!(line("a\u{1b}b", 10), ("/a^[b     ".to_owned(), 6));
        assert_eq!(line("x", 1), ("/".to_owned(), 1));
        assert_eq!(line("x", 0), (String::new(), 0));
    }
}
