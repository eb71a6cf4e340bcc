//! Typing a filter: it works with every key.

use super::Turn;
use crate::app::{Action, AppState, Pane};

/// Longest filter in characters: longer than any name in Kafka.
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
        let Some(prompt) = &self.app.prompt else { return false };
        let pane = prompt.pane;
        let mut text = self.app.filter(pane).text().to_owned();
        let room = LONGEST.saturating_sub(text.chars().count());
        text.extend(chars.filter(|char| !char.is_control()).take(room));
        self.app.set_filter(pane, text)
    }

    pub(super) fn edit(&mut self, action: Action) -> bool {
        let Some(prompt) = &self.app.prompt else { return false };
        let pane = prompt.pane;
        let mut text = self.app.filter(pane).text().to_owned();
        match action {
            Action::Accept => {
                self.app.prompt = None;
                self.app.choose(pane);
                return true;
            }
            Action::Cancel => {
                let before = self.app.prompt.take().map(|prompt| prompt.before);
                self.app.set_filter(pane, before.unwrap_or_default());
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
        self.app.set_filter(pane, text)
    }
}

impl AppState {
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
