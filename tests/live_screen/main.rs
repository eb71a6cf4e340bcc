//! The real binary in a real terminal against a real Kafka: what a person sees, and what happens to it
//! when members and brokers go away.
//!
//! Nothing sleeps: everything waits for a condition on the screen, with a deadline.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic in a test's helper is a failed test"
)]

#[path = "../lab/mod.rs"]
mod lab;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/mod.rs"]
mod support;

mod disturbed;
mod ended;
mod fallback;
mod read;
mod steady;
mod waiting;

use std::time::Duration;

use portable_pty::CommandBuilder;
use pty::Pty;

/// The sizes that must work: all panes at once, and one at a time.
const WIDE: (u16, u16) = (160, 45);
const NARROW: (u16, u16) = (80, 24);

/// A key is answered and the end comes within this, whatever the network does: questions to a broker that
/// hangs wait for five seconds, so what waited for one would take longer.
const AT_ONCE: Duration = Duration::from_secs(4);

/// lagtop, watching the brokers at `bootstrap`.
fn command(bootstrap: &str) -> CommandBuilder {
    pty::lagtop(&["-b", bootstrap])
}

/// lagtop on the screen.
fn start(bootstrap: &str, (columns, rows): (u16, u16)) -> Pty {
    Pty::spawn(command(bootstrap), columns, rows)
}

/// Presses `key` and fails when the screen does not show `text` at once.
fn answers(pty: &mut Pty, key: &str, text: &str) {
    assert!(!pty.text().contains(text), "{text:?} is there before {key:?}:\n{}", pty.text());
    pty.send(key);
    let shown = support::wait::holds_within(AT_ONCE, || pty.text().contains(text));
    assert!(shown, "{key:?} was not answered within {AT_ONCE:?}:\n{}", pty.text());
}
