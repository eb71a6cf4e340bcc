//! What the person at the screen is doing: where they look, what they have selected, typed and paused.
//!
//! Everything here is pure. [`update()`] takes an [`Input`] and the time, changes the [`AppState`] and
//! returns [`Effect`]s for the terminal to perform; drawing reads a [`View`] and returns a [`HitMap`],
//! which the next `update` reads. This room imports the model only, names no terminal and no drawing
//! library, and never reads a clock.
//!
//! Rows are selected by what they are, never by where they stand: a group that moves up in a re-sorted
//! table stays selected, and one that vanishes leaves the cursor in its place with a word about it.

pub mod action;
pub mod copy;
pub mod effect;
pub mod filter;
pub mod input;
pub mod keymap;
pub mod looks;
pub mod news;
pub mod pane;
pub mod pause;
pub mod peek;
pub mod process;
pub mod rows;
pub mod stack;
pub mod state;
pub mod table;
pub mod update;
pub mod view;

#[cfg(test)]
pub(crate) mod fixture;

pub use action::{Action, Travel};
pub use effect::Effect;
pub use filter::Filter;
pub use input::{Chord, Input, Key, Mouse, MouseKind};
pub use looks::{Depth, Looks, Theme};
pub use news::Notice;
pub use pane::{
    FindingKey, FindingSort, GroupSort, MemberKey, MemberSort, Pane, PartitionKey, PartitionSort,
    RebalanceKey, RebalanceSort, Shape, SortBy, SortColumn, ThreadKey, ThreadSort,
};
pub use pause::{Paused, Rewound, Shown};
pub use peek::PeekState;
pub use rows::{FindingPlace, FindingRow, MemberRow, PartitionRow, Rows, Unowned};
pub use stack::StackState;
pub use state::{AppState, Options, Page, PartitionScope, Prompt, Subject, Title, Toast};
pub use table::Table;
pub use update::update;
pub use view::{Area, Extent, Hit, HitMap, View, Zone};
