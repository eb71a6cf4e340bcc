//! Keys that a person chose in place of those of the table.

use super::table::Row;
use super::{Binding, Keymap, Scope, scope, table};
use crate::app::Chord;

/// What takes all keys away.
const NONE: &str = "none";

/// Why keys cannot be had for a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// There is no such name; there are these.
    Name(Vec<&'static str>),
    /// There is no such key.
    Key(String),
    /// The key types a character where a filter is typed.
    Types(String),
}

/// A key that would mean two things at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// As the help writes it.
    pub key: String,
    /// What it would mean, by their names.
    pub names: [&'static str; 2],
    /// Where.
    pub place: &'static str,
}

impl Keymap {
    /// Names that keys can be chosen for, each once, in the order of the table.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for name in self.bindings().iter().filter_map(|binding| binding.name) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Gives a name these keys alone, written as the help writes them; `none`: no keys.
    pub fn choose(&mut self, name: &str, keys: &[&str]) -> Result<(), Mistake> {
        let is_meant = |binding: &Binding| binding.name == Some(name);
        if !self.bindings().iter().any(is_meant) {
            return Err(Mistake::Name(self.names()));
        }
        let keys = if keys == [NONE] { &[] } else { keys };
        let chord =
            |text: &&str| Chord::named(text).ok_or_else(|| Mistake::Key((*text).to_owned()));
        let chords: Vec<Chord> = keys.iter().map(chord).collect::<Result<_, _>>()?;
        let mut bindings = self.bindings().to_vec();
        for binding in bindings.iter_mut().filter(|binding| is_meant(binding)) {
            let types =
                chords.iter().find(|chord| binding.scope.is_typing() && chord.typed().is_some());
            if let Some(chord) = types {
                return Err(Mistake::Types(chord.label(true).into_owned()));
            }
            binding.chords.clone_from(&chords);
        }
        self.0 = bindings.into();
        Ok(())
    }

    /// The first key that would mean two things in one place. What the table itself lets a more particular
    /// scope hide is as it should be.
    #[must_use]
    pub fn clash(&self) -> Option<Clash> {
        scope::together().find_map(|scopes| self.clash_among(scopes))
    }

    fn clash_among(&self, scopes: &[Scope]) -> Option<Clash> {
        let lines = self.bindings().iter().zip(table::BINDINGS);
        let here: Vec<Line<'_>> = lines.filter(|(one, _)| scopes.contains(&one.scope)).collect();
        let after = |number: usize| here.iter().skip(number + 1);
        let pairs = here.iter().enumerate();
        let mut pairs =
            pairs.flat_map(|(number, one)| after(number).map(move |other| (one, other)));
        pairs.find_map(|(one, other)| {
            let key = shared(one, other)?.label(true).into_owned();
            let names = [one.0, other.0].map(|one| one.name.unwrap_or_else(|| one.action.name()));
            let same = (one.0.scope == other.0.scope).then_some(one.0.scope);
            let place = same.or_else(|| scopes.first().copied())?.title();
            Some(Clash { key, names, place })
        })
    }
}

/// A binding, and the same as the table has it.
type Line<'a> = (&'a Binding, &'a Row);

/// A key of both that the table does not give to both itself.
fn shared((one, one_was): &Line<'_>, (other, other_was): &Line<'_>) -> Option<Chord> {
    let is_new = |chord: &&Chord| {
        let was = one_was.chords.contains(chord) && other_was.chords.contains(chord);
        other.chords.contains(chord) && !was
    };
    let differ = one.action != other.action;
    one.chords.iter().find(is_new).copied().filter(|_| differ)
}

impl Scope {
    /// Whether it holds while text is typed.
    fn is_typing(self) -> bool {
        scope::TYPING.contains(&self)
    }
}
