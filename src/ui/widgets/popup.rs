//! A framed box over everything else.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::frame::{self, Frame};
use crate::ui::paint;
use crate::ui::theme::{Role, Theme};

/// The rectangle of `width` by `height` in the middle of `area`, or as much of it as there is.
#[must_use]
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x.saturating_add((area.width - width) / 2),
        y: area.y.saturating_add((area.height - height) / 2),
        width,
        height,
    }
}

/// Draws an empty box with a title; returns the room inside.
pub fn draw(title: &str, area: Rect, theme: &Theme, buf: &mut Buffer) -> Rect {
    let area = area.intersection(buf.area);
    paint::clear(buf, area);
    frame::draw(&[Frame { area, focused: true }], theme, buf);
    let title = format!(" {title} ");
    paint::text(buf, paint::indent(paint::row(area, 0), 2), &title, theme.style(Role::Title));
    let inside = paint::indent(paint::below(area, 1), 2);
    Rect { height: inside.height.saturating_sub(1), ..inside }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_popup_covers_what_is_under_it() {
        let area = Rect::new(0, 0, 12, 4);
        let mut buf = Buffer::filled(area, ratatui::buffer::Cell::new("x"));
        let inside = draw("Help", centred(area, 10, 3), &Theme::default(), &mut buf);
        assert_eq!(inside, Rect::new(3, 1, 6, 1));
        let line = |y| (0..12).map(|x| buf[(x, y)].symbol()).collect::<String>();
        assert_eq!(line(0), "x┌─ Help ─┐x");
        assert_eq!(line(1), "x│        │x");
        assert_eq!(line(3), "xxxxxxxxxxxx");
    }

    #[test]
    fn a_popup_is_never_larger_than_the_screen() {
        let area = Rect::new(0, 0, 3, 1);
        assert_eq!(centred(area, 10, 10), area);
        let mut buf = Buffer::empty(area);
        assert!(draw("Help", area, &Theme::default(), &mut buf).is_empty());
    }
}
