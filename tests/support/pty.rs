//! A program in a real pseudo terminal, and the screen that it draws there.
//!
//! Everything waits for a condition with a deadline; nothing sleeps for a fixed time. A program that
//! still runs when its [`Pty`] is dropped is ended by its own process id.
//!
//! For tests only, so it stands beside `support/mod.rs`, which the lab includes too:
//! `mod support;` and `#[path = "support/pty.rs"] mod pty;`.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "compiled into each test binary that asks, which uses a part; a panic is a failed test"
)]

use std::io::{Read as _, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::wait::holds_within;

/// How long anything on the screen may take to appear, on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// lagtop with these arguments, without what this process's environment says.
pub fn lagtop(arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lagtop"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LAGTOP_")) {
        command.env_remove(name);
    }
    for name in ["NO_COLOR", "RUST_BACKTRACE", "HOME", "XDG_CONFIG_HOME", "TMUX", "STY"] {
        command.env_remove(name);
    }
    command.args(arguments);
    command
}

/// What came out of the program so far.
struct Output {
    terminal: vt100::Parser,
    bytes: Vec<u8>,
}

/// A program in a pseudo terminal.
pub struct Pty {
    output: Arc<Mutex<Output>>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
}

impl Pty {
    /// Starts `command` in a terminal of this size that calls itself `xterm-256color`.
    pub fn spawn(mut command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo terminal");
        if command.get_env("TERM").is_none() {
            command.env("TERM", "xterm-256color");
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let keyboard = pair.master.take_writer().expect("a writer");
        let whole = |length| NonZero::new(length).expect("a terminal has cells");
        let terminal = vt100::Parser::new(whole(rows), whole(columns), 1_000);
        let output = Arc::new(Mutex::new(Output { terminal, bytes: Vec::new() }));
        let shared = Arc::clone(&output);
        std::thread::spawn(move || {
            let mut buffer = [0; 8_192];
            // Ends when the last process has closed its side.
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                let mut output = shared.lock().unwrap_or_else(PoisonError::into_inner);
                output.terminal.process(&buffer[..read]);
                output.bytes.extend_from_slice(&buffer[..read]);
            }
        });
        Self { output, master: pair.master, keyboard, child }
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal takes keys");
        self.keyboard.flush().expect("the terminal takes keys");
    }

    /// Makes the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let whole = |length| NonZero::new(length).expect("a terminal has cells");
        self.output().terminal.screen_mut().set_size(whole(rows), whole(columns));
        self.master.resize(size).expect("the terminal takes a size");
    }

    /// The program's process id.
    pub fn id(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        let id = self.id();
        let pid = i32::try_from(id).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("it runs");
    }

    /// What is on the screen now, as lines of text.
    pub fn text(&self) -> String {
        self.output().terminal.screen().contents()
    }

    /// Everything that the program has written, escape sequences and all.
    pub fn bytes(&self) -> Vec<u8> {
        self.output().bytes.clone()
    }

    /// Looks at the screen.
    pub fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.output().terminal.screen())
    }

    /// Waits until the screen shows `text`.
    ///
    /// # Panics
    /// With the screen, when it does not within [`DEADLINE`].
    pub fn wait_for(&self, text: &str) {
        self.wait_until(text, |screen| screen.contents().contains(text));
    }

    /// Waits until the screen is as `condition` says.
    ///
    /// # Panics
    /// With the screen, when it is not within [`DEADLINE`].
    pub fn wait_until(&self, what: &str, condition: impl Fn(&vt100::Screen) -> bool) {
        let held = holds_within(DEADLINE, || self.look(&condition));
        assert!(held, "waited in vain for {what:?}; the screen is\n{}", self.text());
    }

    /// Waits for the end of the program and returns its exit code.
    ///
    /// # Panics
    /// With the screen, when it has not ended within `deadline`.
    pub fn exit_code(&mut self, deadline: Duration) -> u32 {
        let mut code = None;
        holds_within(deadline, || {
            code = self.child.try_wait().ok().flatten().map(|status| status.exit_code());
            code.is_some()
        });
        code.unwrap_or_else(|| panic!("still running after {deadline:?}:\n{}", self.text()))
    }

    /// # Panics
    /// With the screen, when the terminal does not become within [`DEADLINE`] as a shell expects it:
    /// main screen, cursor, lines and echo, no mouse, no bracketed paste.
    pub fn assert_restored(&self) {
        let restored = |screen: &vt100::Screen| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        };
        self.wait_until("the terminal as it was", restored);
        assert!(self.is_cooked(), "the terminal is still raw");
    }

    /// Does the terminal edit lines and echo, as it does under a shell's commands?
    pub fn is_cooked(&self) -> bool {
        let modes = self.master.get_termios().expect("it has modes");
        // The type is that of a crate which nothing else here needs.
        let flags = format!("{:?}", modes.local_flags);
        flags.contains("ICANON") && flags.contains("ECHO")
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
