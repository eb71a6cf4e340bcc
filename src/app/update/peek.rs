//! The page of what waits: from the wish to the answer.

use std::sync::Arc;

use super::Turn;
use crate::app::{Effect, Page, Pane, PartitionKey, PeekState, Subject};
use crate::model::peek::{PeekAnswer, PeekOutcome, PeekStep, PeekTarget, PeekWish};
use crate::model::{TopicPartition, Wish};

impl Turn<'_> {
    /// Opens the page of what waits on the selected partition, or on that of the open page. Nothing is
    /// read yet.
    pub(super) fn open_peek(&mut self) -> bool {
        let key = match self.app.page().map(|page| &page.subject) {
            Some(Subject::Partition(key)) => Some(key),
            None if self.app.focus == Pane::Partitions => self.app.partitions.selected(),
            _ => None,
        };
        let Some(key) = key.cloned() else { return false };
        let target = self.peek_target(&key);
        self.app.pages.push(Page { subject: Subject::Peek(key), scroll: 0 });
        self.app.peek = None;
        self.wish_to_peek(target, PeekStep::Plan);
        true
    }

    /// Reads what the page says, from what is committed by now. As long as it is not said what will be
    /// read, nothing is.
    pub(super) fn read_backlog(&mut self) -> bool {
        let Some(Subject::Peek(key)) = self.app.page().map(|page| page.subject.clone()) else {
            return false;
        };
        let Some(state) = &self.app.peek else { return false };
        let step = match (state.plan, state.answered) {
            (Some(_), _) => PeekStep::Records,
            (None, true) => PeekStep::Plan,
            (None, false) => return false,
        };
        let target = self.peek_target(&key);
        self.wish_to_peek(target, step);
        true
    }

    /// Reads the same records once more, this time with the beginnings of their values; or forgets those.
    pub(super) fn show_values(&mut self) -> bool {
        let Some(state) = &self.app.peek else { return false };
        let mut state = PeekState::clone(state.truth());
        let Some((_, backlog)) = &mut state.read else { return false };
        if backlog.shows_values() {
            Arc::make_mut(backlog).hide_values();
            self.app.peek = Some(self.app.veil.over(state));
        } else {
            self.wish_to_peek(state.wish.target, PeekStep::Values);
        }
        true
    }

    /// The partition by its true name, and what is committed there as the picture shows it.
    fn peek_target(&mut self, key: &PartitionKey) -> PeekTarget {
        let PartitionKey { group, topic, partition } = key.clone();
        let view = self.app.picture().group(&group).map(|entry| &entry.view);
        let committed = view
            .and_then(|view| view.topic(topic.as_str()))
            .and_then(|topic| topic.partitions.iter().find(|one| one.partition == partition))
            .and_then(|row| row.commit.as_ref())
            .map(|commit| commit.offset);
        let partition = TopicPartition { topic, partition };
        self.app.veil.lift(PeekTarget { group, partition, committed })
    }

    fn wish_to_peek(&mut self, target: PeekTarget, step: PeekStep) {
        let wish = PeekWish { number: self.number(), target, step };
        let before = self.app.peek.take().map(|state| PeekState::clone(state.truth()));
        let (plan, read) = before.map_or((None, None), |state| (state.plan, state.read));
        let state = PeekState { wish: wish.clone(), answered: false, plan, read, trouble: None };
        self.app.peek = Some(self.app.veil.over(state));
        self.effects.push(Effect::SetWish(Some(Wish::Peek(wish))));
    }

    pub(super) fn peek_answer(&mut self, answer: PeekAnswer) -> bool {
        let state = self.app.peek.as_ref().filter(|state| state.wish.number == answer.number);
        // One that comes too late means nothing.
        let Some(state) = state else { return false };
        let mut state = PeekState::clone(state.truth());
        state.answered = true;
        match answer.outcome {
            PeekOutcome::Plan(plan) => state.plan = Some(plan),
            PeekOutcome::Read(backlog) => {
                state.plan = Some(backlog.look.plan);
                state.read = Some((answer.at, backlog));
            }
            PeekOutcome::Failed(fault) => state.trouble = Some(fault),
        }
        self.app.peek = Some(self.app.veil.over(state));
        true
    }
}
