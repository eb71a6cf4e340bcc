//! Typing: a filter, which works with every key, or a note.

use super::Turn;
use crate::app::{Action, AppState, Effect, Pane, Prompt};
use crate::model::Marker;

/// Longest text in characters: longer than any name in Kafka, and long enough for a note.
const LONGEST: usize = 300;

impl Turn<'_> {
    pub(super) fn typed(&mut self, char: char) -> bool {
        self.insert(std::iter::once(char))
    }

    /// The first line of what is pasted while typing; anywhere else a paste is not a command.
    pub(super) fn paste(&mut self, text: &str) -> bool {
        self.insert(text.lines().next().unwrap_or_default().chars())
    }

    fn insert(&mut self, chars: impl Iterator<Item = char>) -> bool {
        let Some(mut text) = self.app.typed_text() else { return false };
        let room = LONGEST.saturating_sub(text.chars().count());
        text.extend(chars.filter(|char| !char.is_control()).take(room));
        self.app.set_typed(text)
    }

    pub(super) fn edit(&mut self, action: Action) -> bool {
        let Some(mut text) = self.app.typed_text() else { return false };
        match action {
            Action::Accept => return self.accept(),
            Action::Cancel => {
                if let Some(Prompt::Filter { pane, before }) = self.app.prompt.take() {
                    self.app.set_filter(pane, before);
                }
                return true;
            }
            // As in vim: erasing where nothing is left to erase gives up.
            Action::Erase if text.pop().is_none() => {
                self.app.prompt = None;
                return true;
            }
            Action::EraseWord => {
                let word = text.trim_end().rfind(char::is_whitespace);
                let keep = word.map_or(0, |at| {
                    at + text
                        .get(at..)
                        .and_then(|rest| rest.chars().next())
                        .map_or(0, char::len_utf8)
                });
                text.truncate(keep);
            }
            Action::EraseAll => text.clear(),
            _ => {}
        }
        self.app.set_typed(text)
    }

    fn accept(&mut self) -> bool {
        match self.app.prompt.take() {
            Some(Prompt::Filter { pane, .. }) => self.app.choose(pane),
            Some(Prompt::Note { at, text }) => {
                let marker = Marker { at, note: text.trim().into() };
                self.effects.push(Effect::Mark(marker));
            }
            None => return false,
        }
        true
    }
}

impl AppState {
    /// The text that is being typed; `None` while nothing is.
    fn typed_text(&self) -> Option<String> {
        Some(match self.prompt.as_ref()? {
            Prompt::Filter { pane, .. } => self.filter(*pane).text().to_owned(),
            Prompt::Note { text, .. } => text.clone(),
        })
    }

    /// Replaces what is being typed; returns whether that is another text than before.
    fn set_typed(&mut self, new: String) -> bool {
        match &mut self.prompt {
            Some(Prompt::Filter { pane, .. }) => {
                let pane = *pane;
                self.set_filter(pane, new)
            }
            Some(Prompt::Note { text, .. }) => {
                let changed = *text != new;
                *text = new;
                changed
            }
            None => false,
        }
    }

    /// Filters `pane` by `text`; returns whether that is another text than before.
    pub(super) fn set_filter(&mut self, pane: Pane, text: String) -> bool {
        let filter = match pane {
            Pane::Groups => &mut self.groups.filter,
            Pane::Partitions => &mut self.partitions.filter,
            Pane::Members => &mut self.members.filter,
            Pane::Rebalances => &mut self.rebalances.filter,
            Pane::Findings => &mut self.findings.filter,
            Pane::Process => &mut self.threads.filter,
        };
        let changed = filter.text() != text;
        filter.set(text);
        changed
    }

    fn choose(&mut self, pane: Pane) {
        match pane {
            Pane::Groups => self.groups.choose(),
            Pane::Partitions => self.partitions.choose(),
            Pane::Members => self.members.choose(),
            Pane::Rebalances => self.rebalances.choose(),
            Pane::Findings => self.findings.choose(),
            Pane::Process => self.threads.choose(),
        }
    }
}
