//! The stack page: from the wish to the answer.

use std::sync::Arc;

use super::Turn;
use crate::app::{Effect, Page, StackState, Subject};
use crate::model::Wish;
use crate::model::stack::{StackAnswer, StackOutcome, StackStep, StackTarget, StackWish};
use crate::veil::Veiled;

impl Turn<'_> {
    /// Opens the page of the selected thread, or of the process where there is none. Nothing is run yet.
    pub(super) fn open_stack(&mut self) -> bool {
        let Some(process) = self.app.shown_process() else { return false };
        let thread = self.app.threads.selected().map(|key| key.tid);
        let known = process.threads.as_deref().unwrap_or_default();
        let named = known.iter().find(|it| Some(it.tid) == thread).map(|it| Arc::clone(&it.name));
        let target = StackTarget {
            process: process.key(),
            runtime: process.facts.runtime.clone().ok(),
            thread,
            name: named.unwrap_or_else(|| Arc::clone(&process.facts.name)),
        };
        self.app.pages.push(Page { subject: Subject::Stack(target.clone()), scroll: 0 });
        self.app.stack = None;
        let target = self.app.veil.lift(target);
        self.wish(target, StackStep::Plan);
        true
    }

    /// Runs what the page says.
    pub(super) fn take_stack(&mut self, step: StackStep) -> bool {
        let Some(state) = self.app.stack.as_ref().map(Veiled::truth) else { return false };
        // As long as it is not said what will run, nothing is.
        if state.plan.is_none() {
            return false;
        }
        let target = state.wish.target.clone();
        self.wish(target, step);
        true
    }

    fn wish(&mut self, target: StackTarget, step: StackStep) {
        let wish = StackWish { number: self.number(), target, step };
        let plan = self.app.stack.take().and_then(|state| state.truth().plan.clone());
        let state = StackState { wish: wish.clone(), plan, taken: None };
        self.app.stack = Some(self.app.veil.over(state));
        self.effects.push(Effect::SetWish(Some(Wish::Stack(wish))));
    }

    pub(super) fn stack_answer(&mut self, answer: StackAnswer) -> bool {
        let state = self.app.stack.as_ref().filter(|state| state.wish.number == answer.number);
        // One that comes too late means nothing.
        let Some(state) = state else { return false };
        let mut state = StackState::clone(state.truth());
        match answer.outcome {
            StackOutcome::Plan(plan) => state.plan = Some(plan),
            StackOutcome::Taken(stacks) => state.taken = Some((answer.at, Ok(stacks))),
            StackOutcome::Failed(trouble) => state.taken = Some((answer.at, Err(trouble))),
        }
        self.app.stack = Some(self.app.veil.over(state));
        true
    }
}
