//! Running it, with a limit on how long it may take.

use std::ffi::OsStr;
use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::Document;
use crate::support::wait;

/// Longer than anything `lagtop once` is allowed by its own deadlines, on a busy machine.
const LIMIT: Duration = Duration::from_mins(1);

/// What one run said.
#[derive(Clone, Debug)]
pub struct Run {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// From start to exit.
    pub took: Duration,
}

/// `lagtop` with these arguments, in an environment that says nothing to it, and without a terminal.
pub fn lagtop<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lagtop"));
    command.env_clear().env("COLUMNS", "100");
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Run {
    /// Runs it to its end.
    pub fn of(mut command: Command) -> Result<Self> {
        let begun = Instant::now();
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().map(text_of);
        let stderr = child.stderr.take().map(text_of);
        let mut status: Option<ExitStatus> = None;
        let ended = wait::holds_within(LIMIT, || {
            status = child.try_wait().unwrap_or_default();
            status.is_some()
        });
        let took = begun.elapsed();
        if !ended {
            child.kill()?;
            child.wait()?;
        }
        let (stdout, stderr) = (joined(stdout)?, joined(stderr)?);
        ensure!(ended, "still running after {LIMIT:?}: {command:?}\n{stdout}{stderr}");
        Ok(Self { code: status.and_then(|status| status.code()), stdout, stderr, took })
    }

    /// The object printed by `once --output json`.
    pub fn document(&self) -> Result<Document> {
        let read = serde_json::from_str(&self.stdout);
        read.with_context(|| format!("exit {:?}: {}{}", self.code, self.stdout, self.stderr))
    }

    /// The one sentence on standard error, without the program's name.
    pub fn sentence(&self) -> Result<&str> {
        let line = self.stderr.strip_suffix('\n').filter(|line| !line.contains('\n'));
        let line = line.with_context(|| format!("not one line: {:?}", self.stderr))?;
        line.strip_prefix("lagtop: ").with_context(|| format!("who says so? {line:?}"))
    }
}

/// Read while it runs: a full pipe would stop it.
fn text_of(mut pipe: impl Read + Send + 'static) -> JoinHandle<std::io::Result<String>> {
    std::thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).map(|_| text)
    })
}

fn joined(reader: Option<JoinHandle<std::io::Result<String>>>) -> Result<String> {
    let Some(reader) = reader else { return Ok(String::new()) };
    let text = reader.join().map_err(|_panic| anyhow::anyhow!("a reader panicked"))?;
    Ok(text?)
}
