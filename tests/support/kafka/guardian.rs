//! The process between a test and its brokers; see `guardian.sh` for its whole text.
//!
//! A destructor does not run when a test process is killed, nor for a `static`. A pipe is closed by
//! the kernel in any case. So brokers are children of a small shell that waits for its input to
//! end. It is in a process group of its own: Ctrl-C in a terminal, or a test runner that signals
//! its group, reaches the test, not the shell.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

const SCRIPT: &str = include_str!("guardian.sh");

/// Starts and ends the processes of one cluster, and removes its directory.
#[derive(Debug)]
pub struct Guardian {
    shell: Child,
    /// `None` only while being dropped.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Guardian {
    /// A guardian of `root`, which it removes when it ends.
    pub fn of(root: &Path) -> Result<Self> {
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "guardian"])
            .arg(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("starting the guardian's shell")?;
        let commands = shell.stdin.take();
        let answers = shell.stdout.take().context("the shell's stdout is piped")?;
        Ok(Self { shell, commands, answers: BufReader::new(answers) })
    }

    /// Starts java with the arguments in `java.args` of that directory.
    pub fn start(&mut self, directory: &Path) -> Result<Process> {
        let answer = self.ask(&format!("start {}", directory.display()))?;
        Process::from_id(&answer)
    }

    /// Kills the process and returns when it is gone.
    pub fn end(&mut self, process: Process) -> Result<()> {
        self.ask(&format!("end {}", process.id())).map(drop)
    }

    fn ask(&mut self, command: &str) -> Result<String> {
        let pipe = self.commands.as_mut().context("the guardian was told to end")?;
        writeln!(pipe, "{command}").context("the guardian is gone")?;
        let mut answer = String::new();
        if self.answers.read_line(&mut answer)? == 0 {
            bail!("the guardian ended at `{command}`");
        }
        Ok(answer.trim().to_owned())
    }
}

impl Drop for Guardian {
    /// Returns when the processes are gone and the directory is removed.
    fn drop(&mut self) {
        drop(self.commands.take());
        let _ = self.shell.wait();
    }
}

/// A process that a guardian started. Its id is not reused before the guardian waited for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(Pid);

impl Process {
    /// From the decimal number that `ps` shows.
    pub fn from_id(text: &str) -> Result<Self> {
        let pid = text.trim().parse().ok().and_then(Pid::from_raw);
        pid.map(Self).with_context(|| format!("{text:?} is no process id"))
    }

    /// As shown by `ps`.
    pub fn id(self) -> i32 {
        self.0.as_raw_nonzero().get()
    }

    /// Sends a signal.
    pub fn signal(self, signal: Signal) -> Result<()> {
        kill_process(self.0, signal).with_context(|| format!("{signal:?} to process {}", self.id()))
    }

    /// Whether it still runs, be it stopped. A zombie does not.
    pub fn is_alive(self) -> bool {
        self.state().is_some_and(|state| state != 'Z' && state != 'X')
    }

    /// Whether SIGSTOP has taken effect.
    pub fn is_stopped(self) -> bool {
        self.state() == Some('T')
    }

    /// Resident memory in bytes, `None` when it is gone.
    pub fn resident_bytes(self) -> Option<u64> {
        let status = fs::read_to_string(self.proc("status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
    }

    /// Third field of proc(5)'s `stat`, after the name, which may hold anything but ends at the
    /// last parenthesis.
    fn state(self) -> Option<char> {
        let stat = fs::read_to_string(self.proc("stat")).ok()?;
        stat.rsplit_once(") ")?.1.chars().next()
    }

    fn proc(self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.id()))
    }
}
