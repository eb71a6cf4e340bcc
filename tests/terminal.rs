//! The terminal in a real pseudo terminal: taken, drawn on, and given back as it was, however the
//! program ends.
//!
//! The program under test is this test binary itself: [`child`] runs the loop on the terminal with a
//! drawing of its own, so that a frame can panic when a test wants it to.
#![expect(clippy::expect_used, reason = "a panic in a test binary is a failed test")]

#[path = "support/pty.rs"]
mod pty;
mod support;

use std::sync::Arc;
use std::time::Duration;

use lagtop::app::keymap::Keymap;
use lagtop::app::{Depth, HitMap, Looks, Options, Pane, View};
use lagtop::model::time::SystemClock;
use lagtop::model::{Clock as _, Isolation, PollPlan, Snapshot};
use lagtop::tui::{Desk, Error, MomentRoad, Moments, Tty, panic, run, signal};
use lagtop::veil::Veil;
use portable_pty::CommandBuilder;
use pty::{DEADLINE, Pty};
use ratatui::Frame;
use ratatui::style::{Modifier, Style};
use rustix::process::Signal;
use tokio::sync::watch;

/// Quitting takes less than a second; a busy machine gets some more to start and end a process.
const QUICK: Duration = Duration::from_secs(5);

fn command(scene: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(std::env::current_exe().expect("this binary"));
    command.args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env("LAGTOP_TEST_SCENE", scene);
    // What is looked for shall not scroll away.
    command.env_remove("RUST_BACKTRACE");
    command
}

fn start(scene: &str) -> Pty {
    let pty = Pty::spawn(command(scene), 80, 24);
    pty.wait_for("focus Groups");
    pty
}

/// Draws where the keys go; a scene may make the Members pane a trap.
fn draw(scene: &str, view: &View<'_>, frame: &mut Frame<'_>) -> HitMap {
    let (focus, known) = (view.app.focus, view.snapshot.version);
    assert!(scene != "trap" || focus != Pane::Members, "the Members pane is a trap");
    let size = frame.area();
    let text = format!("focus {} {}x{} seen {known}", focus.name(), size.width, size.height);
    let buffer = frame.buffer_mut();
    buffer.set_string(0, 0, text, Style::new());
    buffer.set_string(0, 1, "selected", Style::new().add_modifier(Modifier::REVERSED));
    HitMap::default()
}

/// The program under test.
#[test]
#[ignore = "is run by the other tests, in a terminal"]
fn child() {
    let scene = std::env::var("LAGTOP_TEST_SCENE").unwrap_or_default();
    let panics = panic::install();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let done = runtime.block_on(screen(&scene));
    for report in panics.take() {
        println!("recorded: {report}");
    }
    if let Err(error) = done {
        println!("error: {error}");
    }
    println!("the end");
}

async fn screen(scene: &str) -> Result<(), Error> {
    let end = signal::end()?;
    let empty = |version| {
        Arc::new(Snapshot { version, ..Snapshot::empty(SystemClock.now(), Isolation::default()) })
    };
    let (feeder, snapshots) = watch::channel(empty(0));
    let (plans, _told) = watch::channel(PollPlan::every(Duration::from_secs(1)));
    let mut tty = Tty::enter(true)?;
    if scene == "collector" {
        tokio::spawn(async move {
            let collector = tokio::spawn(async { panic!("a collector fell over") });
            // As a supervisor does: the panic becomes something to see.
            let _ = collector.await;
            feeder.send_replace(empty(7));
            std::future::pending::<()>().await;
            drop(feeder);
        });
    }
    let mut draw = |view: &View<'_>, frame: &mut Frame<'_>| draw(scene, view, frame);
    let looks = Looks { depth: Depth::Mono, ..Looks::default() };
    // Nobody tells moments.
    let (wishes, answers) = (watch::channel(None).0, tokio::sync::mpsc::channel(1).1);
    let moments = Moments::Told(MomentRoad { wishes, answers });
    let desk = Desk {
        options: Options {
            title: "test".into(),
            interval: Duration::from_secs(1),
            max_requests: None,
            looks,
            keys: Keymap::default(),
            notice: None,
            veil: Veil::default(),
        },
        snapshots,
        plans,
        road: None,
        recordings: None,
        moments,
        observations: tokio::sync::mpsc::channel(1).0,
        clock: Arc::new(SystemClock),
        utc_offset: 0,
    };
    let exit = run(&mut tty, desk, (&mut draw, |_, _| String::new()), end).await?;
    Ok(tty.leave(exit.frame.as_ref())?)
}

#[test]
fn q_gives_the_terminal_back() {
    let mut pty = start("plain");
    assert!(pty.look(|screen| screen.alternate_screen() && screen.hide_cursor()));
    assert!(!pty.is_cooked());
    pty.send("\t");
    pty.wait_for("focus Partitions");
    pty.send("q");
    assert_eq!(pty.exit_code(QUICK), 0);
    pty.assert_restored();
    pty.wait_for("the end");
    assert!(!pty.text().contains("focus"), "nothing of the screen is left:\n{}", pty.text());
}

#[test]
fn shift_q_leaves_the_last_frame() {
    let mut pty = start("plain");
    pty.send("3Q");
    assert_eq!(pty.exit_code(QUICK), 0);
    pty.assert_restored();
    pty.wait_for("focus Members 80x24");
    pty.wait_for("the end");
}

#[test]
fn signals_give_the_terminal_back() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut pty = start("plain");
        pty.signal(signal);
        assert_eq!(pty.exit_code(QUICK), 0, "{signal:?}");
        pty.assert_restored();
    }
}

#[test]
fn a_panic_while_drawing_restores_the_terminal_and_says_what_happened() {
    let mut pty = start("trap");
    pty.send("3");
    assert_eq!(pty.exit_code(QUICK), 101);
    pty.assert_restored();
    pty.wait_for("lagtop ended by a defect of its own: the Members pane is a trap");
    pty.wait_for("Nothing in the cluster was touched.");
}

#[test]
fn a_panic_elsewhere_does_not_touch_the_screen() {
    let mut pty = start("collector");
    pty.wait_for("seen 7");
    assert!(pty.look(vt100::Screen::alternate_screen));
    assert!(!pty.text().contains("fell over"), "{}", pty.text());
    pty.send("2");
    pty.wait_for("focus Partitions");
    pty.send("q");
    assert_eq!(pty.exit_code(QUICK), 0);
    pty.assert_restored();
    pty.wait_for("recorded: a collector fell over");
}

#[test]
fn a_new_size_is_drawn() {
    let mut pty = start("plain");
    pty.resize(100, 30);
    pty.wait_for("100x30");
    pty.send("q");
    assert_eq!(pty.exit_code(QUICK), 0);
}

#[test]
fn without_colour_the_selection_is_still_reversed() {
    let mut command = command("plain");
    command.env("NO_COLOR", "1");
    let pty = Pty::spawn(command, 80, 24);
    pty.wait_for("selected");
    assert!(pty.look(|screen| screen.cell(1, 0).expect("a cell").inverse()));
    assert!(pty.look(|screen| !screen.cell(0, 0).expect("a cell").inverse()));
}

#[test]
fn while_nothing_changes_not_a_byte_is_written() {
    let mut pty = start("plain");
    pty.send("2");
    pty.wait_for("focus Partitions");
    let before = pty.bytes().len();
    // Keys that mean nothing here are read in order, so by the time the last one shows, the others
    // were looked at.
    pty.send("xxxx");
    pty.send("1");
    pty.wait_for("focus Groups");
    let written = pty.bytes().split_off(before);
    let frames = written.windows(8).filter(|bytes| *bytes == b"\x1b[?2026h").count();
    assert_eq!(frames, 1, "{}", String::from_utf8_lossy(&written));
    assert!(written.len() < 100, "only what changed: {}", String::from_utf8_lossy(&written));
}

#[test]
fn a_shell_can_stop_it_and_bring_it_back() {
    let mut shell = CommandBuilder::new("sh");
    shell.arg("-i");
    shell.env("PS1", "ready> ");
    shell.env("LAGTOP_TEST_SCENE", "plain");
    let mut pty = Pty::spawn(shell, 80, 24);
    pty.wait_for("ready>");
    let program = std::env::current_exe().expect("this binary");
    let arguments = "--exact child --ignored --nocapture --test-threads=1";
    pty.send(&format!("'{}' {arguments}\n", program.display()));
    pty.wait_for("focus Groups");
    pty.send("\x1a");
    pty.wait_until("the shell", |screen| !screen.alternate_screen() && !screen.hide_cursor());
    pty.send("echo ba''ck\n");
    pty.wait_for("back");
    pty.send("fg\n");
    pty.wait_until("the screen again", |screen| {
        screen.alternate_screen() && screen.contents().contains("focus Groups")
    });
    pty.send("2");
    pty.wait_for("focus Partitions");
    pty.send("q");
    pty.wait_for("the end");
    pty.assert_restored();
    pty.send("exit\n");
    pty.exit_code(DEADLINE);
}

#[test]
fn where_nobody_could_continue_it_a_stop_is_survived() {
    // The leader of its own session, as in a container: the kernel discards the stop.
    let mut pty = start("plain");
    pty.send("\x1a");
    pty.send("2");
    pty.wait_for("focus Partitions");
    assert!(pty.look(vt100::Screen::alternate_screen));
    pty.send("q");
    assert_eq!(pty.exit_code(QUICK), 0);
}

#[test]
fn a_pipe_is_no_terminal() {
    let output = std::process::Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("error: standard output is not a terminal"), "{text}");
    assert!(text.contains("`lagtop once`"), "{text}");
    assert!(!output.stdout.contains(&0x1b), "no escape sequence: {text}");
}
