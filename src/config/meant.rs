//! What somebody meant who mistyped a name.

/// Edits between what was typed and what was meant.
const NEAR: usize = 3;

/// The known name that is nearest to what was typed, if it is near enough to have been meant.
pub(super) fn nearest<'k>(typed: &str, known: &[&'k str]) -> Option<&'k str> {
    let near = known.iter().map(|name| (strsim::damerau_levenshtein(typed, name), *name));
    near.filter(|(edits, _)| *edits <= NEAR).min().map(|(_, name)| name)
}

/// What to write in place of what was typed: the nearest of the names that are known, or any of them
/// where none is near.
pub(super) fn meant(typed: &str, known: &[&str], prefix: &str) -> String {
    if let Some(name) = nearest(typed, known) {
        return format!("{prefix}{name} if that is meant");
    }
    let names: Vec<_> = known.iter().map(|name| format!("{prefix}{name}")).collect();
    format!("one of {}", names.join(", "))
}
