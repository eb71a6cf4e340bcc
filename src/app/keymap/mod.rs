//! The key table: one for dispatch, footer, help, README and the config file.
//!
//! | file | what it is |
//! |---|---|
//! | `table` | the table as it is by itself |
//! | `scope` | where a binding holds, and which scopes hold together |
//! | `choice` | keys that a person chose instead |

mod choice;
pub(super) mod scope;
mod table;

use std::fmt::Write as _;
use std::sync::Arc;

use super::{Action, Chord};

pub use choice::{Clash, Mistake};
pub use scope::Scope;

/// One line of the key table.
#[derive(Clone, Copy, Debug)]
pub struct Binding<Chords = Vec<Chord>> {
    /// Where it holds.
    pub scope: Scope,
    /// What the config file calls it; bindings of one name have the same keys. `None`: it stays as it is.
    pub name: Option<&'static str>,
    /// The chords that mean it; the first is the one to teach. None: it cannot be pressed.
    pub chords: Chords,
    /// What they mean.
    pub action: Action,
    /// What that does, for help and README.
    pub help: &'static str,
    /// A word for the footer; `None`: not there.
    pub footer: Option<&'static str>,
}

impl Binding {
    /// The chords as help and README write them.
    #[must_use]
    pub fn keys(&self, ascii: bool) -> String {
        let labels: Vec<_> = self.chords.iter().map(|chord| chord.label(ascii)).collect();
        labels.join(" ")
    }
}

/// The keys that are in force.
#[derive(Clone, Debug)]
pub struct Keymap(Arc<[Binding]>);

impl Default for Keymap {
    fn default() -> Self {
        Self(table::BINDINGS.iter().map(Binding::from).collect())
    }
}

impl Keymap {
    /// All bindings. Within a scope, the footer shows words in this order.
    #[must_use]
    pub fn bindings(&self) -> &[Binding] {
        &self.0
    }

    /// What `chord` means where `scopes` hold, the most particular first.
    #[must_use]
    pub fn action(&self, scopes: &[Scope], chord: Chord) -> Option<Action> {
        self.decided(scopes, chord).map(|binding| binding.action)
    }

    /// The binding that says what `chord` means where `scopes` hold.
    fn decided(&self, scopes: &[Scope], chord: Chord) -> Option<&Binding> {
        let meant = |scope| self.of(scope).find(|binding| binding.chords.contains(&chord));
        scopes.iter().find_map(|&scope| meant(scope))
    }

    /// The chord to teach for an action, wherever that holds; `None` if it cannot be pressed.
    #[must_use]
    pub fn chord(&self, action: Action) -> Option<Chord> {
        let binding = self.0.iter().find(|binding| binding.action == action)?;
        binding.chords.first().copied()
    }

    /// The bindings of one scope, in the order of the table.
    pub fn of(&self, scope: Scope) -> impl Iterator<Item = &Binding> {
        self.0.iter().filter(move |binding| binding.scope == scope)
    }

    /// What the footer shows where `scopes` hold: the first chord, the word, and what a click means. What
    /// means something else there is left out.
    pub fn footer<'a>(
        &'a self,
        scopes: &'a [Scope],
    ) -> impl Iterator<Item = (Chord, &'static str, Action)> + 'a {
        let all = scopes.iter().flat_map(|&scope| self.of(scope));
        all.filter_map(move |binding| {
            let (chord, word) = (*binding.chords.first()?, binding.footer?);
            let decides = std::ptr::eq(self.decided(scopes, chord)?, binding);
            decides.then_some((chord, word, binding.action))
        })
    }

    /// What the help shows: the bindings of the scopes that hold, the most particular first, then the
    /// others; of each what can be pressed.
    pub fn help<'a>(
        &'a self,
        scopes: &'a [Scope],
    ) -> impl Iterator<Item = (Scope, impl Iterator<Item = &'a Binding>)> {
        let rest = Scope::ALL.into_iter().filter(|scope| !scopes.contains(scope));
        let pressed = |scope| self.of(scope).filter(|binding| !binding.chords.is_empty());
        scopes.iter().copied().chain(rest).map(move |scope| (scope, pressed(scope)))
    }
}

/// The table as the README prints it.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| where | keys | what |\n|---|---|---|\n");
    for (scope, bindings) in Keymap::default().help(&[]) {
        for binding in bindings {
            let keys: Vec<_> =
                binding.chords.iter().map(|chord| format!("`{}`", chord.label(false))).collect();
            let (title, keys) = (scope.title(), keys.join(" "));
            // Writing to a string cannot fail.
            let _ = writeln!(text, "| {title} | {keys} | {} |", binding.help);
        }
    }
    text
}

#[cfg(test)]
mod tests;
