//! Reads figures back from the screen.

use std::time::Duration;

use crate::pty::Pty;
use crate::support::wait::holds_within;

/// Until a figure is there, on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// The words of one row of one pane.
pub(crate) type Row = Vec<String>;

/// Every row of every pane. Panes stand beside each other between vertical lines; the mark of the
/// selected row is no word. The line of panes to choose from, which begins with a number as partitions
/// do, is left out.
pub(crate) fn rows(pty: &Pty) -> Vec<Row> {
    let text = pty.text();
    let parts = text.lines().flat_map(|line| line.split('│'));
    parts
        .map(|part| part.replace('▸', " ").split_whitespace().map(str::to_owned).collect())
        .filter(|row: &Row| !row.is_empty() && !row.starts_with(&["1".into(), "Groups".into()]))
        .collect()
}

/// The row that begins with `first` and has at least so many words.
pub(crate) fn row(pty: &Pty, first: &str, words: usize) -> Option<Row> {
    rows(pty).into_iter().find(|row| row[0] == first && row.len() >= words)
}

/// What a figure on the screen may stand for: it shows three digits and a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Figure {
    /// `None` for anything but a figure, and for one that is marked as old.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(|sign: char| sign.is_ascii_alphabetic());
        let unit = match &text[digits.len()..] {
            "" => 1.0,
            "k" => 1e3,
            "M" => 1e6,
            _ => return None,
        };
        let value: f64 = digits.parse().ok()?;
        let decimals = digits.split_once('.').map_or(0, |(_, behind)| behind.len());
        // A figure without unit and decimals is exact; of others the last digit may be rounded.
        let exact = digits.len() == text.len() && decimals == 0;
        let step = if exact { 0.0 } else { 0.1_f64.powi(i32::try_from(decimals).unwrap()) * unit };
        Some(Self { least: value * unit - step, most: value * unit + step })
    }
}

/// Waits until the row that begins with `first` shows a figure in its word number `column` that is
/// as `wanted` says.
pub(crate) fn figure(
    pty: &Pty,
    (first, column): (&str, usize),
    wanted: impl Fn(Figure) -> bool,
) -> Figure {
    let mut found = None;
    holds_within(DEADLINE, || {
        let mut rows = rows(pty).into_iter().filter(|row| row[0] == first);
        found = rows.find_map(|row| Figure::read(row.get(column)?));
        found.is_some_and(&wanted)
    });
    found
        .filter(|found| wanted(*found))
        .unwrap_or_else(|| panic!("no such figure in {first:?}, {found:?}:\n{}", pty.text()))
}

/// Waits until `condition` holds for the rows of the screen.
pub(crate) fn wait_for_rows(pty: &Pty, what: &str, condition: impl Fn(&[Row]) -> bool) {
    let held = holds_within(DEADLINE, || condition(&rows(pty)));
    assert!(held, "waited in vain for {what}; the screen is\n{}", pty.text());
}

#[test]
fn figures_are_read_with_what_rounding_hides() {
    let exactly = |value| Some(Figure { least: value, most: value });
    assert_eq!(Figure::read("801"), exactly(801.0));
    assert_eq!(Figure::read("1.24k").map(|figure| figure.least.round()), Some(1_230.0));
    assert_eq!(Figure::read("13.2k").map(|figure| figure.most.round()), Some(13_300.0));
    assert_eq!(Figure::read("13.2k?"), None);
    assert_eq!(Figure::read("never"), None);
}
