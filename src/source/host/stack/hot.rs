//! Which frames are on top how often.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::model::stack::{HotFrame, HotFrames, ThreadStack};

/// Frames that are told.
const MOST: usize = 40;

/// Counts frames over several looks at the same threads, each look in the order of time: of one thread
/// wherever it was, or of all threads that were at work.
#[must_use]
pub fn count(looks: &[Vec<ThreadStack>], thread: Option<u32>, over: Duration) -> HotFrames {
    let mut counts: HashMap<Arc<str>, HotFrame> = HashMap::new();
    let (mut counted, mut idle) = (0, 0);
    for (at, look) in looks.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| looks.get(at));
        for stack in look {
            let Some(top) = stack.frames().next() else { continue };
            match thread {
                Some(tid) if stack.tid != Some(tid) => continue,
                None if !is_at_work(stack, before) => {
                    idle += 1;
                    continue;
                }
                _ => counted += 1,
            }
            entry(&mut counts, top).top += 1;
            let names: HashSet<Cow<'_, str>> =
                stack.frames().map(|frame| function(frame)).collect();
            for name in names {
                entry(&mut counts, &name).within += 1;
            }
        }
    }
    let mut frames: Vec<HotFrame> = counts.into_values().collect();
    let rank = |frame: &HotFrame| (frame.top, frame.within);
    frames.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.name.cmp(&b.name)));
    frames.truncate(MOST);
    HotFrames {
        samples: u32::try_from(looks.len()).unwrap_or(u32::MAX),
        over,
        counted,
        idle,
        frames,
    }
}

fn entry<'a>(counts: &'a mut HashMap<Arc<str>, HotFrame>, frame: &str) -> &'a mut HotFrame {
    let name: Arc<str> = function(frame).into();
    counts.entry(Arc::clone(&name)).or_insert(HotFrame { name, top: 0, within: 0 })
}

/// `W.deserialize(W.java:2)` without its line: a loop is in many lines of one function.
fn function(frame: &str) -> Cow<'_, str> {
    let Some((name, line)) = frame.rsplit_once(':') else { return frame.into() };
    let (digits, end) = match line.strip_suffix(')') {
        Some(digits) => (digits, ")"),
        None => (line, ""),
    };
    let is_line = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_line { format!("{name}{end}").into() } else { frame.into() }
}

/// A JVM calls a thread runnable that waits for the network, so CPU time counts where it is told: it
/// must have grown since the look before. The first look has none before it and counts nobody.
fn is_at_work(stack: &ThreadStack, before: Option<&Vec<ThreadStack>>) -> bool {
    if let Some(cpu) = stack.cpu {
        let same = |other: &&ThreadStack| other.tid == stack.tid;
        let earlier = before.and_then(|look| look.iter().find(same)).and_then(|other| other.cpu);
        return earlier.is_some_and(|earlier| cpu > earlier);
    }
    let state: &str = &stack.state;
    ["active", "running", "runnable", "R"].iter().any(|word| {
        state.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
    })
}
