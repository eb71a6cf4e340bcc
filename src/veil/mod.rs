//! Pseudonyms over all that a screen may show.
//!
//! Names are renamed where they come in, not where they are drawn: the state of the screen holds a
//! [`Veiled`] picture, of which panes, pages, copies and notices see the shown side alone, so that whoever
//! adds a pane cannot forget. What leaves the screen as a wish is [lifted](Veil::lift), or taken from the
//! true side. Selection, order and filters are of what is seen: an order by true names would tell of them.
//!
//! | file | what it does |
//! |---|---|
//! | `snapshot` | a snapshot, of which what did not change is not renamed again |
//! | `groups`, `topics`, `processes` | names in its parts |
//! | `findings` | what is wrong, in words with pseudonyms: the rules say it again |
//! | `pages` | stacks and records |
//!
//! While nothing is hidden both sides are the same `Arc`. This room imports [`model`](crate::model) and
//! [`diagnose`](crate::diagnose).

use std::ops::Deref;
use std::sync::Arc;

use crate::diagnose::RuleBook;
use crate::model::Snapshot;
use crate::model::pseudonym::{Hiding, Named, Names, Pseudonyms};

mod findings;
mod groups;
mod kept;
mod pages;
mod processes;
mod snapshot;
mod topics;

use snapshot::Renamed;

/// Something that is shown, with pseudonyms where names are hidden. Reads as what is shown.
#[derive(Clone, Debug)]
pub struct Veiled<T> {
    truth: Arc<T>,
    shown: Arc<T>,
}

impl<T> Veiled<T> {
    /// What it is in truth: for wishes, never for the screen.
    #[must_use]
    pub const fn truth(&self) -> &Arc<T> {
        &self.truth
    }
}

impl<T> Deref for Veiled<T> {
    type Target = Arc<T>;

    fn deref(&self) -> &Arc<T> {
        &self.shown
    }
}

/// Which names are hidden, and the pseudonyms given so far.
#[derive(Clone, Debug, Default)]
pub struct Veil {
    hiding: Hiding,
    pseudonyms: Pseudonyms,
    rules: RuleBook,
    renamed: Renamed,
}

impl Veil {
    /// Nothing is hidden yet. What is wrong is said again by these rules.
    #[must_use]
    pub fn new(rules: RuleBook) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Which names are hidden.
    #[must_use]
    pub const fn hiding(&self) -> Hiding {
        self.hiding
    }

    /// Hides other names from now on. What is shown already is to be renamed by what is returned, or brought
    /// under the veil once more from its true side.
    pub fn hide(&mut self, to: Hiding) -> Names<'_> {
        let from = std::mem::replace(&mut self.hiding, to);
        self.renamed = Renamed::default();
        self.pseudonyms.names(from, to)
    }

    /// A snapshot under the veil.
    pub fn picture(&mut self, truth: Arc<Snapshot>) -> Veiled<Snapshot> {
        let shown = match self.hiding {
            Hiding::Off => Arc::clone(&truth),
            to => {
                let names = self.pseudonyms.names(Hiding::Off, to);
                Arc::new(self.renamed.picture(&truth, names, &mut self.rules))
            }
        };
        Veiled { truth, shown }
    }

    /// Anything else under the veil.
    pub fn over<T: Named + Clone>(&mut self, truth: T) -> Veiled<T> {
        let truth = Arc::new(truth);
        let mut shown = Arc::clone(&truth);
        if self.hiding != Hiding::Off {
            Arc::make_mut(&mut shown).rename(&mut self.pseudonyms.names(Hiding::Off, self.hiding));
        }
        Veiled { truth, shown }
    }

    /// What was shown, with its true names.
    pub fn lift<T: Named>(&mut self, mut shown: T) -> T {
        shown.rename(&mut self.pseudonyms.names(self.hiding, Hiding::Off));
        shown
    }
}
