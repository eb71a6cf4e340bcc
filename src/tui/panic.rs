//! What a panic does to the screen.
//!
//! A panic of the thread that draws ends the program: the terminal is restored first, so that the
//! message can be read. A panic anywhere else (a collector's task) is caught by the runtime and answered
//! by whoever supervises the task; it must neither restore the terminal, which is still drawn on, nor
//! write into it. It is only recorded, for the supervisor and for after the end.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::io::Write as _;
use std::panic::PanicHookInfo;
use std::sync::{Arc, Mutex, PoisonError};

use super::terminal;

/// How many panics are kept; a task that fails in a loop says the same every time.
const KEPT: usize = 16;

thread_local! {
    /// Does this thread own the terminal? A hook has no other way to know where it runs.
    static OWNER: Cell<bool> = const { Cell::new(false) };
}

/// Marks this thread as the one that draws, until the mark is dropped.
#[derive(Debug)]
pub(super) struct Owner(());

impl Owner {
    pub(super) fn mark() -> Self {
        OWNER.set(true);
        Self(())
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        OWNER.set(false);
    }
}

/// One panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The thread's name; empty if it has none.
    pub thread: String,
    /// File, line and column.
    pub location: String,
    /// What it said.
    pub message: String,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}", self.message, self.location)?;
        if self.thread.is_empty() { write!(f, ")") } else { write!(f, ", thread {})", self.thread) }
    }
}

/// The panics recorded so far.
#[derive(Clone, Debug, Default)]
pub struct Panics(Arc<Mutex<VecDeque<Report>>>);

impl Panics {
    /// Takes the recorded panics out, oldest first.
    #[must_use]
    pub fn take(&self) -> Vec<Report> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }

    fn record(&self, report: Report) {
        let mut reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if reports.len() == KEPT {
            reports.pop_front();
        }
        reports.push_back(report);
    }
}

/// Installs the hook. Before and after the screen is up, panics are printed as usual.
pub fn install() -> Panics {
    let panics = Panics::default();
    let recorded = panics.clone();
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if OWNER.get() {
            // Nothing can be done here about a terminal that refuses.
            let _ = terminal::restore();
            say(&report(info));
        } else if terminal::is_up() {
            recorded.record(report(info));
        } else {
            usual(info);
        }
    }));
    panics
}

fn report(info: &PanicHookInfo<'_>) -> Report {
    let message = info.payload_as_str().unwrap_or("a panic without words").to_owned();
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current().name().unwrap_or_default().to_owned();
    Report { thread, location, message }
}

/// One readable message on standard error.
fn say(report: &Report) {
    let mut text = format!(
        "lagtop ended by a defect of its own: {report}\n\
         Nothing in the cluster was touched. Please report this with the line above.\n"
    );
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        text.push_str(&backtrace.to_string());
    } else {
        text.push_str("RUST_BACKTRACE=1 shows where it came from.\n");
    }
    // Nobody is left to be told that standard error is closed.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_records_make_room() {
        let panics = Panics::default();
        for number in 0..20 {
            let message = number.to_string();
            panics.record(Report { thread: String::new(), location: "a.rs:1:2".into(), message });
        }
        let kept = panics.take();
        assert_eq!(kept.len(), KEPT);
        assert_eq!(kept.first().map(ToString::to_string), Some("4 (a.rs:1:2)".to_owned()));
        assert!(panics.take().is_empty());
    }
}
