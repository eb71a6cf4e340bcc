//! What open pages wish for: answers in, and out with what nobody looks at any more.

use super::Turn;
use crate::app::{Effect, Subject};
use crate::model::Answer;

impl Turn<'_> {
    pub(super) fn answer(&mut self, answer: Answer) -> bool {
        match answer {
            Answer::Stack(answer) => self.stack_answer(answer),
            Answer::Peek(answer) => self.peek_answer(answer),
        }
    }

    /// The number of the next wish.
    pub(super) const fn number(&mut self) -> u64 {
        self.app.wished += 1;
        self.app.wished
    }

    /// A wish whose page is closed is none any more, and what came of it is forgotten.
    pub(super) fn forget_wishes(&mut self) {
        let app = &mut *self.app;
        let open = |is: fn(&Subject) -> bool| app.pages.iter().any(|page| is(&page.subject));
        let stack = open(|subject| matches!(subject, Subject::Stack(_)));
        let peek = open(|subject| matches!(subject, Subject::Peek(_)));
        let forgotten = [!stack && app.stack.take().is_some(), !peek && app.peek.take().is_some()];
        if forgotten.contains(&true) {
            self.effects.push(Effect::SetWish(None));
        }
    }
}
