//! The stack page: what was wished for, and what came of it.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::model::Timestamp;
use crate::model::pseudonym::{Named, Names};
use crate::model::stack::{
    StackLine, StackPlan, StackTarget, StackTrouble, StackWish, Stacks, ThreadStack,
};

/// A wish for a stack and its answers so far.
#[derive(Clone, Debug, PartialEq)]
pub struct StackState {
    /// What is wished for now.
    pub wish: StackWish,
    /// What would be run, or was; `None` until that is known.
    pub plan: Option<StackPlan>,
    /// What came of running it, and when; `None` while nothing was run yet, or while it runs.
    pub taken: Option<(Timestamp, Result<Arc<Stacks>, StackTrouble>)>,
}

impl Named for StackState {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { wish, plan, taken } = self;
        wish.rename(names);
        plan.rename(names);
        match taken {
            None => {}
            Some((_, Ok(stacks))) => Arc::make_mut(stacks).rename(names),
            Some((_, Err(trouble))) => trouble.rename(names),
        }
    }
}

/// The thread that was asked for first, then all others.
pub fn in_order<'a>(
    target: &StackTarget,
    stacks: &'a Stacks,
) -> impl Iterator<Item = &'a ThreadStack> {
    let wanted = target.thread;
    let is = move |thread: &&ThreadStack| wanted.is_some() && thread.tid == wanted;
    let (first, rest) = (stacks.threads.iter().filter(is), stacks.threads.iter());
    first.chain(rest.filter(move |thread| !is(thread)))
}

/// All of it as text, for the clipboard. Names come from strangers: control characters are written out.
pub(super) fn text(state: &StackState) -> Option<String> {
    let (_, taken) = state.taken.as_ref()?;
    let mut text = String::new();
    let mut line = |parts: &[&str]| {
        for char in parts.iter().flat_map(|part| part.chars()) {
            if char.is_control() {
                text.extend(char.escape_default());
            } else {
                text.push(char);
            }
        }
        text.push('\n');
    };
    let stacks = match taken {
        Ok(stacks) => stacks,
        Err(trouble) => {
            line(&[trouble.kind.words(), ": ", &trouble.text]);
            return Some(text);
        }
    };
    line(&["# ", &stacks.command]);
    for frame in stacks.hot.iter().flat_map(|hot| &hot.frames) {
        line(&[&counts(frame.top, frame.within), " ", &frame.name]);
    }
    for thread in in_order(&state.wish.target, stacks) {
        line(&[""]);
        line(&[&head(thread)]);
        for of in &thread.lines {
            match of {
                StackLine::Frame(name) => line(&["    ", name]),
                StackLine::Note(note) => line(&["      - ", note]),
            }
        }
    }
    Some(text)
}

/// How often a frame was on top, and how often it was there at all.
#[must_use]
pub fn counts(top: u32, within: u32) -> String {
    format!("{top:>4} {within:>6}")
}

/// What a thread is called. Unescaped.
#[must_use]
pub fn head(thread: &ThreadStack) -> String {
    let mut head = format!("\"{}\"", thread.name);
    if let Some(tid) = thread.tid {
        // Writing to a string cannot fail.
        let _ = write!(head, " tid {tid} ({tid:#x})");
    }
    if !thread.state.is_empty() {
        let _ = write!(head, " {}", thread.state);
    }
    if let Some(cpu) = thread.cpu {
        let _ = write!(head, " cpu {:.1} s", cpu.as_secs_f64());
    }
    head
}
