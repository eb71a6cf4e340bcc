//! What `py-spy dump` writes.

use std::sync::Arc;

use crate::model::stack::{StackLine, ThreadStack};

/// The threads in the tool's order, and what it says about the process.
#[must_use]
pub fn parse(text: &str) -> (Vec<ThreadStack>, Vec<Arc<str>>) {
    let mut threads: Vec<ThreadStack> = Vec::new();
    let mut remarks: Vec<Arc<str>> = Vec::new();
    for line in text.lines() {
        if let Some(thread) = head(line) {
            threads.push(thread);
        } else if let Some(version) = line.strip_prefix("Python v") {
            remarks.push(format!("Python {version}").into());
        } else if let Some(thread) = threads.last_mut()
            && line.starts_with("    ")
        {
            thread.lines.push(StackLine::Frame(line.trim().into()));
        }
    }
    (threads, remarks)
}

/// `Thread 17185 (active+gil): "consumer poll"`; a thread that Python did not start has no name.
fn head(line: &str) -> Option<ThreadStack> {
    let (id, rest) = line.strip_prefix("Thread ")?.split_once(" (")?;
    let (state, name) = rest.split_once(')')?;
    let name = name.trim_start_matches(':').trim().trim_matches('"');
    Some(ThreadStack {
        tid: id.parse().ok(),
        name: name.into(),
        state: state.into(),
        ..ThreadStack::default()
    })
}
