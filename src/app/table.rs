//! A scrolled table whose rows are selected by what they are.

use super::{Filter, SortColumn};

/// The state of one table: sort order, filter, cursor and scroll. `K` is what a row is known by, `C`
/// the column it sorts by. Positions count the rows that pass the filter, in sort order.
#[derive(Clone, Debug)]
pub struct Table<K, C> {
    /// The column to sort by.
    pub sort: C,
    /// Greatest first?
    pub descending: bool,
    /// Which rows to show.
    pub filter: Filter,
    /// What the person chose; it is selected whenever it is among the rows.
    chosen: Option<K>,
    /// What is selected: the chosen, or what stands where the cursor was left.
    selected: Option<K>,
    cursor: usize,
    scroll: usize,
    len: usize,
    /// The wheel moved the rows away from the cursor.
    detached: bool,
    /// The person has moved, typed or clicked here: the cursor no longer waits at the top for the
    /// worst row to appear.
    pub(super) touched: bool,
}

impl<K, C: SortColumn> Table<K, C> {
    pub(super) fn new(sort: C) -> Self {
        Self {
            sort,
            descending: sort.descends(),
            filter: Filter::default(),
            chosen: None,
            selected: None,
            cursor: 0,
            scroll: 0,
            len: 0,
            detached: false,
            touched: false,
        }
    }

    /// What is selected; `None` while there are no rows.
    #[must_use]
    pub const fn selected(&self) -> Option<&K> {
        self.selected.as_ref()
    }

    /// The position of the selected row; 0 while there are no rows.
    #[must_use]
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Are there no rows?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The position of the topmost row shown where `height` rows fit: the cursor is among them, unless
    /// the wheel moved away from it; no space is wasted at the end.
    #[must_use]
    pub fn first_row(&self, height: usize) -> usize {
        let scroll = self.scroll.min(self.len.saturating_sub(height));
        if self.detached || height == 0 {
            return scroll;
        }
        scroll.min(self.cursor).max((self.cursor + 1).saturating_sub(height))
    }

    /// What the person chose.
    pub(super) const fn chosen(&self) -> Option<&K> {
        self.chosen.as_ref()
    }

    /// What rows are known by changes its name.
    pub(super) fn each_key(&mut self, mut rename: impl FnMut(&mut K)) {
        let Self { chosen, selected, .. } = self;
        chosen.iter_mut().chain(selected).for_each(&mut rename);
    }

    /// Forgets selection and scroll: the rows are those of something else now.
    pub(super) fn reset(&mut self) {
        (self.chosen, self.selected, self.cursor, self.scroll) = (None, None, 0, 0);
        (self.detached, self.touched) = (false, false);
    }

    /// What is selected becomes the choice.
    pub(super) fn choose(&mut self)
    where
        K: Clone,
    {
        self.touched = true;
        self.chosen.clone_from(&self.selected);
    }

    /// Sorts by `column` in its natural order; if that is the column already, turns the order round.
    pub(super) fn sort_by(&mut self, column: C) {
        self.descending = if column == self.sort { !self.descending } else { column.descends() };
        self.sort = column;
    }

    /// The rows are `len` others now. `position` finds a row by what it is, `key` the opposite. `gone`
    /// says whether the chosen one does not exist any more (and is not merely filtered out): then it is
    /// forgotten, and true returned.
    pub(super) fn settle(
        &mut self,
        len: usize,
        position: impl Fn(&K) -> Option<usize>,
        key: impl Fn(usize) -> Option<K>,
        gone: impl Fn(&K) -> bool,
    ) -> bool
    where
        K: Clone + PartialEq,
    {
        self.len = len;
        let lost = self.chosen.as_ref().is_some_and(gone);
        if lost {
            self.chosen = None;
        }
        let at = self.chosen.as_ref().and_then(&position);
        let at = at.or_else(|| self.selected.as_ref().filter(|_| self.touched).and_then(&position));
        let kept = if self.touched { self.cursor } else { 0 };
        self.cursor = at.unwrap_or(kept).min(len.saturating_sub(1));
        self.selected = key(self.cursor);
        if lost {
            self.chosen.clone_from(&self.selected);
        }
        lost
    }

    /// Moves the cursor to a position, as far as there are rows; `height` rows are on screen.
    pub(super) fn go(&mut self, to: usize, height: usize, key: impl Fn(usize) -> Option<K>)
    where
        K: Clone,
    {
        self.cursor = to.min(self.len.saturating_sub(1));
        self.detached = false;
        self.scroll = self.first_row(height);
        self.selected = key(self.cursor);
        self.choose();
    }

    /// Moves the rows under the cursor, as the wheel does.
    pub(super) fn wheel(&mut self, down: bool, step: usize, height: usize) {
        let first = self.first_row(height);
        let to = if down { first.saturating_add(step) } else { first.saturating_sub(step) };
        self.scroll = to.min(self.len.saturating_sub(height));
        self.detached = self.scroll != first || self.detached;
    }
}
