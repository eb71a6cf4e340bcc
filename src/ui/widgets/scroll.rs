//! Where one is in something longer than its place.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::ui::paint;
use crate::ui::theme::{Role, Theme};

/// Draws the thumb of a scroll bar into the one column of `bar`: rows `first` to `first + height` of
/// `total` are seen. Nothing when all are.
pub fn draw(
    (first, height, total): (usize, usize, usize),
    bar: Rect,
    theme: &Theme,
    buf: &mut Buffer,
) {
    let Some((start, length)) = thumb(first, height, total, bar.height) else { return };
    if bar.is_empty() {
        return;
    }
    for y in 0..length {
        let y = bar.y.saturating_add(start).saturating_add(y);
        paint::sign(buf, bar.x, y, theme.glyphs.thumb, theme.style(Role::Accent));
    }
}

/// Begin and length of the thumb on a bar of `rows`; `None` when everything is seen.
fn thumb(first: usize, height: usize, total: usize, rows: u16) -> Option<(u16, u16)> {
    if height == 0 || height >= total || rows == 0 {
        return None;
    }
    let bar = usize::from(rows);
    let length = (bar * height / total).clamp(1, bar);
    let room = bar - length;
    let start = (room * first / (total - height)).min(room);
    Some((u16::try_from(start).ok()?, u16::try_from(length).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_thumb_reaches_both_ends() {
        assert_eq!(thumb(0, 10, 100, 10), Some((0, 1)));
        assert_eq!(thumb(90, 10, 100, 10), Some((9, 1)));
        assert_eq!(thumb(0, 10, 20, 10), Some((0, 5)));
        assert_eq!(thumb(10, 10, 20, 10), Some((5, 5)));
        assert_eq!(thumb(0, 20, 20, 10), None);
        assert_eq!(thumb(0, 0, 20, 10), None);
    }

    proptest! {
        #[test]
        fn the_thumb_stays_on_its_bar(
            first in 0_usize..10_000, height in 0_usize..300, total in 0_usize..10_000, rows in 0_u16..300,
        ) {
            if let Some((start, length)) = thumb(first, height, total, rows) {
                prop_assert!(length >= 1 && start + length <= rows);
            }
        }
    }
}
