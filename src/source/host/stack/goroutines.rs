//! Goroutines, as Go's `/debug/pprof/goroutine?debug=2` and its panics write them.

use std::sync::Arc;

use crate::model::stack::{StackLine, ThreadStack};

/// The goroutines in Go's order. Those that write the dump itself are left out.
#[must_use]
pub fn parse(text: &str) -> Vec<ThreadStack> {
    let mut threads: Vec<ThreadStack> = Vec::new();
    let mut call: Option<&str> = None;
    for line in text.lines() {
        if let Some(thread) = head(line) {
            threads.push(thread);
            call = None;
        } else if let Some(thread) = threads.last_mut() {
            match (line.strip_prefix('\t'), call.take()) {
                (Some(place), Some(function)) => thread.lines.push(frame(function, place)),
                (None, None) if !line.is_empty() => call = Some(line),
                _ => {}
            }
        }
    }
    threads.retain(|thread| {
        !thread.frames().any(|frame| frame.starts_with("runtime/pprof.writeGoroutineStacks"))
    });
    threads
}

/// `goroutine 8 [chan receive, 3 minutes]:`; there may be more words before the colon.
fn head(line: &str) -> Option<ThreadStack> {
    let (number, rest) = line.strip_prefix("goroutine ")?.split_once(" [")?;
    let (state, _) = rest.split_once(']')?;
    number.split(' ').next()?.parse::<u64>().ok()?;
    Some(ThreadStack {
        name: format!("goroutine {number}").into(),
        state: state.into(),
        ..ThreadStack::default()
    })
}

/// `main.worker(0x0?, 0xd406fad20e0)` at `/src/main.go:4 +0x5d`. Arguments are addresses that tell a
/// person nothing; who created a goroutine is no frame of it.
fn frame(function: &str, place: &str) -> StackLine {
    let place = place.rsplit_once(" +0x").map_or(place, |(place, _)| place);
    if let Some(creator) = function.strip_prefix("created by ") {
        return StackLine::Note(format!("created by {creator} ({place})").into());
    }
    let name = match function.rfind('(') {
        Some(at) if function.ends_with(')') => function.get(..at).unwrap_or(function),
        _ => function,
    };
    let name: Arc<str> = format!("{name} ({place})").into();
    StackLine::Frame(name)
}
