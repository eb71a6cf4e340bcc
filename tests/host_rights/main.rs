//! What lagtop says where it may not look: as an unprivileged user, in a pid namespace without the consumers,
//! and where a pid is used again. Nobody is matched wrongly, and what is missing is said.
//!
//! Needs root, which alone may become somebody else; without it the tests say loudly that they are skipped.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a panic in a test's helper is a failed test")]

#[path = "../lab/mod.rs"]
mod lab;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/mod.rs"]
mod support;

mod elsewhere;
mod reused;

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Not a test but a process that the lab starts: consumes until its standard input ends.
#[test]
fn consuming_child() {
    if let Some(done) = lab::process::run(std::env::args_os()) {
        done.unwrap();
    }
}

/// May this test do what it has to? Tries it, and says loudly if not.
fn may(command: &[&str]) -> bool {
    let (program, arguments) = command.split_first().unwrap();
    let mut tried = Command::new(program);
    tried.args(arguments).arg("true").stdin(Stdio::null()).stderr(Stdio::null());
    let may = tried.status().is_ok_and(|status| status.success());
    if !may {
        let test = std::thread::current().name().unwrap_or("test").to_owned();
        let command = command.join(" ");
        // Past libtest's capture of `eprintln!`, which would show it only for tests that fail.
        let _ = writeln!(std::io::stderr(), "SKIPPED: `{command}` is not permitted ({test})");
    }
    may
}
