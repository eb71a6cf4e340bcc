//! Frames that share their edges: where two meet, one line with the right joint.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::glyphs::arm;
use crate::ui::paint;
use crate::ui::theme::{Role, Theme};

/// A rectangle whose perimeter is drawn. One of a single row is a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The perimeter; it may overlap that of others.
    pub area: Rect,
    /// Keys act on what is inside.
    pub focused: bool,
}

/// Which arms the perimeter of `area` has at this cell.
fn arms(area: Rect, x: u16, y: u16) -> u8 {
    let (right, bottom) = (area.right().saturating_sub(1), area.bottom().saturating_sub(1));
    if area.is_empty() || x < area.x || x > right || y < area.y || y > bottom {
        return 0;
    }
    let bit = |condition: bool, arm: u8| if condition { arm } else { 0 };
    let mut arms = 0;
    if y == area.y || y == bottom {
        arms |= bit(x > area.x, arm::LEFT) | bit(x < right, arm::RIGHT);
    }
    if x == area.x || x == right {
        arms |= bit(y > area.y, arm::UP) | bit(y < bottom, arm::DOWN);
    }
    arms
}

/// Draws all frames of a screen.
pub fn draw(frames: &[Frame], theme: &Theme, buf: &mut Buffer) {
    let plain = theme.style(Role::Frame);
    for frame in frames {
        let area = frame.area;
        let edges = [
            Rect { height: area.height.min(1), ..area },
            Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area },
            Rect { width: area.width.min(1), ..area },
            Rect { x: area.right().saturating_sub(1), width: area.width.min(1), ..area },
        ];
        for position in edges.into_iter().flat_map(Rect::positions) {
            let (x, y) = (position.x, position.y);
            let (mut joint, mut focused) = (0, false);
            for other in frames {
                let arms = arms(other.area, x, y);
                joint |= arms;
                focused |= arms != 0 && other.focused;
            }
            let style = if focused { theme.style(Role::Accent) } else { plain };
            paint::sign(buf, x, y, theme.glyphs.frame(joint), style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Looks;

    fn lines(ascii: bool) -> Vec<String> {
        let mut buf = Buffer::empty(Rect::new(0, 0, 9, 5));
        let frame =
            |x, y, width, height| Frame { area: Rect::new(x, y, width, height), focused: false };
        let frames = [frame(0, 0, 4, 5), frame(3, 0, 6, 3), frame(3, 2, 6, 3)];
        draw(&frames, &Theme::new(Looks { ascii, ..Looks::default() }), &mut buf);
        (0..5).map(|y| (0..9).map(|x| buf[(x, y)].symbol()).collect()).collect()
    }

    #[test]
    fn frames_share_their_edges() {
        assert_eq!(lines(false), ["┌──┬────┐", "│  │    │", "│  ├────┤", "│  │    │", "└──┴────┘"]);
        assert_eq!(lines(true), ["+--+----+", "|  |    |", "|  +----+", "|  |    |", "+--+----+"]);
    }

    #[test]
    fn a_frame_of_one_row_is_a_rule_and_an_empty_one_nothing() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 4, 2));
        let frame = |area| Frame { area, focused: true };
        let frames = [frame(Rect::new(0, 0, 4, 1)), frame(Rect::new(1, 1, 0, 1))];
        draw(&frames, &Theme::default(), &mut buf);
        let signs: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(signs, "────    ");
        assert_eq!(buf[(0, 0)].fg, Theme::default().style(Role::Accent).fg.expect("a hue"));
    }
}
