//! However it ends, the terminal is given back; and what need not end does not.

use std::sync::OnceLock;

use portable_pty::CommandBuilder;
use rustix::process::Signal;

use crate::lab::Producer;
use crate::pty::{DEADLINE, Pty};
use crate::read::figure;
use crate::{AT_ONCE, NARROW, command, support};

/// A group with two records to read, on the broker that this binary's tests share.
fn bootstrap() -> Option<&'static str> {
    static MADE: OnceLock<Option<String>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let cluster = support::shared_kafka_or_skip()?;
        let (admin, bootstrap) = (cluster.admin().unwrap(), cluster.bootstrap());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(admin.create_topic("notes", 1, 1)).unwrap();
        Producer::burst("notes", 0, 7).spawn(&bootstrap).unwrap().finish().unwrap();
        admin.commit("reader", "notes", &[(0, 5)]).unwrap();
        Some(bootstrap)
    });
    made.as_deref()
}

/// lagtop with a trap of its debug build (see `run.rs`) and no group on screen yet.
fn trapped(bootstrap: &str, trap: &str) -> CommandBuilder {
    let mut command = command(bootstrap);
    command.env("LAGTOP_PANIC", trap);
    command
}

fn is_filled(pty: &Pty) {
    figure(pty, ("reader", 3), |lag| (lag.least, lag.most) == (2.0, 2.0));
    assert!(pty.look(vt100::Screen::alternate_screen) && !pty.is_cooked());
}

#[test]
fn q_and_signals_give_the_terminal_back() {
    let Some(bootstrap) = bootstrap() else { return };
    let ways: [(&str, Option<Signal>); 4] =
        [("q", None), ("\u{3}", None), ("", Some(Signal::TERM)), ("", Some(Signal::HUP))];
    for (keys, signal) in ways {
        let mut pty = Pty::spawn(command(bootstrap), NARROW.0, NARROW.1);
        is_filled(&pty);
        pty.send(keys);
        if let Some(signal) = signal {
            pty.signal(signal);
        }
        assert_eq!(pty.exit_code(AT_ONCE), 0, "{keys:?} {signal:?}");
        pty.assert_restored();
        assert!(!pty.text().contains("reader"), "nothing is left of it:\n{}", pty.text());
    }
}

#[test]
fn the_last_frame_stays_when_wanted() {
    let Some(bootstrap) = bootstrap() else { return };
    let mut pty = Pty::spawn(command(bootstrap), NARROW.0, NARROW.1);
    is_filled(&pty);
    pty.send("Q");
    assert_eq!(pty.exit_code(AT_ONCE), 0);
    pty.assert_restored();
    pty.wait_for("reader");
}

#[test]
fn a_panic_while_drawing_gives_the_terminal_back_and_says_so() {
    let Some(bootstrap) = bootstrap() else { return };
    let mut pty = Pty::spawn(trapped(bootstrap, "ui"), NARROW.0, NARROW.1);
    assert_eq!(pty.exit_code(DEADLINE), 101);
    pty.assert_restored();
    pty.wait_for("lagtop ended by a defect of its own: LAGTOP_PANIC asks for this");
}

#[test]
fn a_collector_that_panics_is_started_again_and_the_screen_says_so() {
    let Some(bootstrap) = bootstrap() else { return };
    let mut pty = Pty::spawn(trapped(bootstrap, "poll"), 160, 45);
    pty.wait_for("A defect stopped the questions");
    assert!(pty.text().contains("LAGTOP_PANIC asks for this"), "{}", pty.text());
    pty.wait_until("the questions again", |screen| {
        !screen.contents().contains("A defect stopped the questions")
    });
    is_filled(&pty);
    pty.send("q");
    assert_eq!(pty.exit_code(AT_ONCE), 0);
    pty.assert_restored();
    pty.wait_for("a task died and was started again: LAGTOP_PANIC asks for this");
}
