//! The two contracts with drawing: a [`View`] is all that it may read, a [`HitMap`] all that it returns.

use std::time::Duration;

use super::{Action, AppState, Looks, Pane, SortBy};
use crate::model::{GroupEntry, Snapshot, Timestamp};

/// All that drawing may read.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What the person is doing.
    pub app: &'a AppState,
    /// The picture to draw: the newest snapshot, the one that a pause holds, or that of an earlier moment.
    pub snapshot: &'a Snapshot,
    /// The moment that ages are counted to: that of the picture, while it is held still.
    pub now: Timestamp,
    /// The newest picture that may be drawn: trends go on to its moment, whichever moment is shown.
    pub held: &'a Snapshot,
    /// Where trends end: the moment of the pause, or now.
    pub end: Timestamp,
    /// Seconds east of Greenwich where the person is, for clock times.
    pub utc_offset: i32,
    /// What the terminal can show.
    pub looks: Looks,
}

impl<'a> View<'a> {
    /// The view of `app` at `now`.
    #[must_use]
    pub fn new(app: &'a AppState, now: Timestamp, utc_offset: i32) -> Self {
        let end = app.paused.as_ref().map_or(now, |paused| paused.at);
        let now = app.moment().unwrap_or(now);
        let (snapshot, held) = (app.picture(), app.held());
        Self { app, snapshot, now, held, end, utc_offset, looks: app.looks }
    }

    /// The selected group.
    #[must_use]
    pub fn group(&self) -> Option<&'a GroupEntry> {
        self.snapshot.group(self.app.groups.selected()?)
    }
}

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// The leftmost column.
    pub x: u16,
    /// The topmost row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// Is the cell inside?
    #[must_use]
    pub const fn contains(self, x: u16, y: u16) -> bool {
        x >= self.x && y >= self.y && x - self.x < self.width && y - self.y < self.height
    }
}

/// What a place on the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// Somewhere in a pane: its frame, title, empty space.
    Pane(Pane),
    /// The pane's rows, one a line; the topmost line shows the row at position `first`.
    Rows {
        /// The pane.
        pane: Pane,
        /// The position of the topmost row shown.
        first: usize,
    },
    /// The head of a column: sorts by it, or turns the order round.
    Sort(SortBy),
    /// A word of the footer or the tab line that stands for a key.
    Key(Action),
    /// The open detail page.
    Page,
    /// The help.
    Help,
}

/// A rectangle and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Where.
    pub area: Area,
    /// What.
    pub hit: Hit,
}

/// How much text a scrolled area holds and how much of it is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Lines in all.
    pub lines: usize,
    /// Lines seen at once.
    pub height: usize,
}

impl Extent {
    /// The greatest useful scroll position.
    #[must_use]
    pub const fn max_scroll(self) -> usize {
        self.lines.saturating_sub(self.height)
    }
}

/// What drawing found out: where things are and how much of them is seen. One frame late by design,
/// so that drawing changes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HitMap {
    /// Places and their meaning; where they overlap, the last one counts.
    pub zones: Vec<Zone>,
    /// Rows seen at once in each pane, by [`Pane::index`]; 0 for a pane that is not on screen.
    pub heights: [usize; Pane::ALL.len()],
    /// The open detail page, if one was drawn.
    pub page: Extent,
    /// The help, if it was drawn.
    pub help: Extent,
    /// After how long the same state and snapshot would look different, because something on screen
    /// shows an age (`4s` changes within a second, `5m` within a minute). `None`: never.
    pub ages_in: Option<Duration>,
}

impl HitMap {
    /// Notes that `area` means `hit`; an empty area means nothing.
    pub fn add(&mut self, area: Area, hit: Hit) {
        if area.width > 0 && area.height > 0 {
            self.zones.push(Zone { area, hit });
        }
    }

    /// Notes that an age is on screen which reads differently after `span`; the shortest counts.
    pub fn ages(&mut self, span: Duration) {
        self.ages_in = Some(self.ages_in.map_or(span, |before| before.min(span)));
    }

    /// Notes how many rows of `pane` are seen at once.
    pub fn set_height(&mut self, pane: Pane, rows: usize) {
        if let Some(height) = self.heights.get_mut(pane.index()) {
            *height = rows;
        }
    }

    /// Rows of `pane` seen at once; 0 if it is not on screen.
    #[must_use]
    pub fn height(&self, pane: Pane) -> usize {
        self.heights.get(pane.index()).copied().unwrap_or(0)
    }

    /// The topmost zone at this cell.
    #[must_use]
    pub fn at(&self, x: u16, y: u16) -> Option<Zone> {
        self.zones.iter().rev().find(|zone| zone.area.contains(x, y)).copied()
    }
}
