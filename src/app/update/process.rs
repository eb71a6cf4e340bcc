//! The Process pane: which process, pins, capture commands.

use std::sync::Arc;

use super::Turn;
use crate::app::{AppState, Effect, MemberKey, process};
use crate::model::process::Pin;
use crate::model::pseudonym::Hiding;

impl Turn<'_> {
    /// Rows of the process shown. A thread that ended needs no word: threads come and go.
    pub(super) fn threads(&mut self) {
        let shown = self.app.shown_process().map(Arc::clone);
        let AppState { threads: table, rows, .. } = &mut *self.app;
        rows.make_threads(shown.as_deref(), table);
        table.settle(
            rows.threads.len(),
            |key| rows.threads.iter().position(|other| other == key),
            |position| rows.threads.get(position).copied(),
            |key| {
                let threads = shown.as_ref().and_then(|process| process.threads.as_ref().ok());
                threads.is_some_and(|threads| !threads.iter().any(|it| it.tid == key.tid))
            },
        );
    }

    pub(super) fn next_process(&mut self) -> bool {
        let keys = self.app.candidates();
        let shown = self.app.shown_process().map(|process| process.key());
        let after =
            keys.iter().skip_while(|&&key| Some(key) != shown).nth(1).or_else(|| keys.first());
        let Some(&next) = after.filter(|&&next| Some(next) != shown) else {
            self.say("there is no other process".to_owned());
            return true;
        };
        self.app.process = Some(next);
        self.app.threads.reset();
        true
    }

    pub(super) fn pin(&mut self) -> bool {
        let shown = self.app.shown_process().map(|process| process.key());
        let selected = (self.app.groups.selected().cloned(), self.app.members.selected().cloned());
        let (Some(process), (Some(group), Some(MemberKey::Member(member)))) = (shown, selected)
        else {
            self.say("pinning needs a selected member and a process".to_owned());
            return true;
        };
        let id = member.clone();
        let pin = self.app.veil.lift(Pin { group, member, process });
        let had = self.app.pins.contains(&pin);
        self.app.pins.retain(|other| (&other.group, &other.member) != (&pin.group, &pin.member));
        let id = id.as_str();
        self.say(if had {
            format!("{id} is not pinned any more")
        } else {
            format!("{id} is pinned to pid {}", process.pid)
        });
        if !had {
            self.app.pins.push(pin);
        }
        true
    }

    pub(super) fn copy_capture(&mut self) -> bool {
        let Some(shown) = self.app.shown_process() else { return false };
        if self.app.hiding() != Hiding::Off {
            self.say("no capture commands: they would tell addresses, which are hidden".to_owned());
            return true;
        }
        match process::capture(shown) {
            Ok(text) => {
                self.effects.push(Effect::Copy(text));
                self.say(
                    "copied: tcpdump, tshark and ss; nothing is captured by lagtop".to_owned(),
                );
            }
            Err(why) => self.say(format!("no capture commands: {why}")),
        }
        true
    }
}
