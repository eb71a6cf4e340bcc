//! A number over time with room to read it: areas of eighths, lines of dots, axes with labels.
//!
//! Charts come as lines of spans, so that they scroll with the text that they stand in.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::sparkline::Scale;
use crate::ui::format;
use crate::ui::theme::{Role, Theme};

/// Cells of the labels left of the axis: a number of at most six characters and a space.
pub const LABELS: u16 = 7;
/// Dots in a cell, across and down.
const DOTS: (usize, usize) = (2, 4);

/// A filled area, `rows` lines high, one column a value; gaps are blank.
#[must_use]
pub fn area(columns: &[Option<i64>], scale: Scale, rows: u16, theme: &Theme) -> Vec<Line<'static>> {
    let style = theme.style(Role::Trend);
    let labels = [scale.top(), 0];
    (0..rows)
        .map(|row| {
            let from_below = rows - 1 - row;
            let plot = columns.iter().map(|value| match value {
                None => " ",
                Some(value) => area_sign(scale.share(*value), *value, from_below, rows, theme),
            });
            let mut line = axis(labels, row, rows, theme);
            line.push_span(Span::styled(plot.collect::<String>(), style));
            line
        })
        .collect()
}

/// The sign of an area at a row counted from below. What is not zero is at least an eighth high.
fn area_sign(share: f64, value: i64, from_below: u16, rows: u16, theme: &Theme) -> &'static str {
    let lowest = from_below == 0;
    if value < 0 {
        return if lowest { theme.glyphs.below } else { " " };
    }
    let eighths = whole(share * f64::from(rows) * 8.0).max(usize::from(value > 0));
    let here = eighths.saturating_sub(usize::from(from_below) * 8).min(8);
    let level = if lowest { here.max(1) } else { here };
    level.checked_sub(1).and_then(|level| theme.glyphs.levels.get(level)).copied().unwrap_or(" ")
}

/// A line to plot: values at two dots a cell, and how it looks.
#[derive(Clone, Copy, Debug)]
pub struct Plot<'a> {
    /// Values, two a cell; gaps are `None`.
    pub dots: &'a [Option<i64>],
    /// How it looks.
    pub style: Style,
}

/// Two lines on one scale from `bottom` to `top`, `rows` lines high; where both are in one cell it
/// looks as the second.
#[must_use]
pub fn lines(
    plots: [Plot<'_>; 2],
    range: (i64, i64),
    rows: u16,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let height = usize::from(rows) * DOTS.1;
    let heights = plots.map(|plot| {
        plot.dots.iter().map(|value| value.map(|value| dot_of(value, range, height))).collect()
    });
    let cells = plots.iter().map(|plot| plot.dots.len().div_ceil(DOTS.0)).max().unwrap_or(0);
    (0..rows)
        .map(|row| {
            let mut line = axis([range.1, range.0], row, rows, theme);
            for cell in 0..cells {
                let masks = heights.each_ref().map(|dots: &Vec<_>| mask(dots, cell, row, height));
                let style = match masks {
                    [0, 0] => Style::new(),
                    [_, 0] => plots[0].style,
                    [_, _] => plots[1].style,
                };
                line.push_span(Span::styled(sign(masks, theme), style));
            }
            line
        })
        .collect()
}

/// The dot, counted from the top, at which `value` lies.
fn dot_of(value: i64, (bottom, top): (i64, i64), height: usize) -> usize {
    let span = (top as f64 - bottom as f64).max(1.0);
    let share = ((value as f64 - bottom as f64) / span).clamp(0.0, 1.0);
    let last = height.saturating_sub(1);
    last.saturating_sub(whole(share * last as f64))
}

/// The dots of one line in one cell, as Braille's bits. Neighbours are joined, so that a jump is a
/// line and not two points.
fn mask(dots: &[Option<usize>], cell: usize, row: u16, height: usize) -> u8 {
    const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
    let top = usize::from(row) * DOTS.1;
    let mut mask = 0;
    for (column, bits) in BITS.iter().enumerate() {
        let at = cell * DOTS.0 + column;
        let Some(dot) = dots.get(at).copied().flatten() else { continue };
        let before = at.checked_sub(1).and_then(|at| dots.get(at).copied().flatten());
        let joined = before.map_or(dot, |before| match before.cmp(&dot) {
            std::cmp::Ordering::Less => before + 1,
            std::cmp::Ordering::Equal => dot,
            std::cmp::Ordering::Greater => before - 1,
        });
        let (first, last) = (dot.min(joined), dot.max(joined).min(height));
        for (offset, bit) in bits.iter().enumerate() {
            if (first..=last).contains(&(top + offset)) {
                mask |= bit;
            }
        }
    }
    mask
}

fn sign([upper, lower]: [u8; 2], theme: &Theme) -> String {
    if upper | lower == 0 {
        return " ".to_owned();
    }
    match theme.glyphs.lines {
        Some([_, below]) if lower != 0 => below.to_owned(),
        Some([above, _]) => above.to_owned(),
        None => {
            char::from_u32(0x2800 + u32::from(upper | lower)).map_or_else(String::new, String::from)
        }
    }
}

/// The labels and the axis left of a row: the greatest at the top, the least at the bottom.
fn axis([top, bottom]: [i64; 2], row: u16, rows: u16, theme: &Theme) -> Line<'static> {
    let label = if row == 0 {
        format::count(top)
    } else if row + 1 == rows {
        format::count(bottom)
    } else {
        String::new()
    };
    let label = format::pad_left(&label, LABELS - 1);
    let edge = theme.glyphs.frame(crate::ui::glyphs::arm::UP | crate::ui::glyphs::arm::DOWN);
    Line::from(vec![
        Span::styled(label, theme.style(Role::Muted)),
        Span::styled(edge, theme.style(Role::Frame)),
    ])
}

/// The labels below a chart of `columns` cells: its beginning, its middle, and its end.
#[must_use]
pub fn times([first, middle, last]: [&str; 3], columns: u16, theme: &Theme) -> Line<'static> {
    let columns = usize::from(columns);
    let mut text = format!("{:indent$}{first}", "", indent = usize::from(LABELS));
    let used = usize::from(format::width(first));
    let half = (columns / 2).saturating_sub(used + middle.len() / 2);
    let with_middle = half > 0 && columns > used + middle.len() + last.len() + 4;
    if with_middle {
        text.push_str(&" ".repeat(half));
        text.push_str(middle);
    }
    let written = usize::from(format::width(&text)).saturating_sub(usize::from(LABELS));
    let rest = columns.saturating_sub(written + last.len());
    if rest > 0 {
        text.push_str(&" ".repeat(rest));
        text.push_str(last);
    }
    Line::styled(text, theme.style(Role::Muted))
}

/// The whole number nearest to something from zero up.
fn whole(value: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, which is what is wanted"
    )]
    let whole = value.round() as usize;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Looks;

    fn text(lines: &[Line<'_>]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_area_grows_in_eighths_and_keeps_its_gaps() {
        let columns = [Some(0), Some(1), Some(500), None, Some(1_000), Some(-4)];
        let drawn = area(&columns, Scale::new(1_000, false), 2, &Theme::default());
        assert_eq!(text(&drawn), [" 1.00k│    █ ", "     0│▁▁█ █▾"]);
        let ascii = Theme::new(Looks { ascii: true, ..Looks::default() });
        let drawn = area(&columns, Scale::new(1_000, false), 2, &ascii);
        assert_eq!(text(&drawn), [" 1.00k|    # ", "     0|__# #v"]);
    }

    #[test]
    fn two_lines_share_a_scale() {
        let ends: Vec<_> = (0..8).map(|value| Some(value * 10)).collect();
        let commits: Vec<_> = (0..8).map(|_| Some(0)).collect();
        let theme = Theme::default();
        let plots = [
            Plot { dots: &ends, style: theme.style(Role::Trend) },
            Plot { dots: &commits, style: theme.style(Role::Ok) },
        ];
        let drawn = lines(plots, (0, 70), 2, &theme);
        assert_eq!(text(&drawn), ["    70│  ⡠⠊", "     0│⣠⣊⣀⣀"]);
        let ascii = Theme::new(Looks { ascii: true, ..Looks::default() });
        assert_eq!(text(&lines(plots, (0, 70), 2, &ascii)), ["    70|  **", "     0|...."]);
    }

    #[test]
    fn a_jump_is_a_line() {
        let values = [Some(0), Some(0), Some(70), Some(70)];
        let theme = Theme::default();
        let plot = Plot { dots: &values, style: Style::new() };
        let nothing = Plot { dots: &[], style: Style::new() };
        assert_eq!(text(&lines([plot, nothing], (0, 70), 2, &theme)), ["    70│ ⡏", "     0│⣀⠇"]);
    }

    #[test]
    fn times_stand_under_their_columns() {
        let theme = Theme::default();
        let line = |columns| times(["-10m", "-5m", "now"], columns, &theme).to_string();
        assert_eq!(line(24), "       -10m       -5m       now");
        assert_eq!(line(10), "       -10m   now");
        assert_eq!(line(4), "       -10m");
    }

    #[test]
    fn no_rows_no_columns_no_range() {
        let theme = Theme::default();
        assert!(area(&[], Scale::new(0, false), 0, &theme).is_empty());
        assert_eq!(text(&area(&[], Scale::new(0, true), 1, &theme)), ["     1│"]);
        let plot = Plot { dots: &[Some(5)], style: Style::new() };
        assert_eq!(text(&lines([plot, plot], (5, 5), 1, &theme)), ["     5│⡀"]);
    }
}
