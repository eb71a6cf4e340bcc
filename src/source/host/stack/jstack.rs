//! Thread dumps of a JVM, as `jstack` and `jcmd PID Thread.print` write them.

use std::sync::Arc;
use std::time::Duration;

use crate::model::stack::{StackLine, ThreadStack};

/// The threads of a dump, in its order, and what it says about deadlocks.
///
/// A thread begins with its name in quotes; `nid` is its id in the kernel, in hexadecimal up to JDK 18
/// or so and in decimal later. A deadlock's chapter names threads in quotes too, but without `nid`.
#[must_use]
pub fn parse(text: &str) -> (Vec<ThreadStack>, Vec<Arc<str>>) {
    let mut threads: Vec<ThreadStack> = Vec::new();
    let mut remarks: Vec<Arc<str>> = Vec::new();
    let mut in_thread = false;
    for line in text.lines() {
        if let Some(thread) = head(line) {
            threads.push(thread);
            in_thread = true;
        } else if line.starts_with("Found ") && line.contains("deadlock") {
            remarks.push(line.trim_end_matches([':', '.']).into());
            in_thread = false;
        } else if !line.starts_with([' ', '\t']) {
            in_thread = false;
        } else if let Some(thread) = threads.last_mut().filter(|_| in_thread) {
            body(line.trim(), thread);
        }
    }
    (threads, remarks)
}

fn head(line: &str) -> Option<ThreadStack> {
    let rest = line.strip_prefix('"')?;
    let (before, after) = rest.rsplit_once(" nid=")?;
    // Names may hold quotes; what follows the name holds none.
    let (name, fields) = before.rsplit_once('"')?;
    let (nid, state) = after.split_once(' ').unwrap_or((after, ""));
    let state = state.split('[').next().unwrap_or_default().trim();
    let cpu = fields.split_whitespace().find_map(|field| field.strip_prefix("cpu="));
    Some(ThreadStack {
        tid: native_id(nid),
        name: name.into(),
        state: state.into(),
        cpu: cpu.and_then(millis),
        lines: Vec::new(),
    })
}

fn native_id(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// `947.89ms`.
fn millis(text: &str) -> Option<Duration> {
    let millis: f64 = text.strip_suffix("ms")?.parse().ok()?;
    Duration::try_from_secs_f64(millis / 1_000.0).ok()
}

fn body(line: &str, thread: &mut ThreadStack) {
    if let Some(state) = line.strip_prefix("java.lang.Thread.State: ") {
        thread.state = state.into();
    } else if let Some(frame) = line.strip_prefix("at ") {
        thread.lines.push(StackLine::Frame(frame.into()));
    } else if line.starts_with('-') {
        thread.lines.push(StackLine::Note(line.into()));
    }
}
