//! The system that lagtop runs on, as settings ask it: the one file of this room that touches it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use thiserror::Error;

/// No settings, properties or certificates are larger; a device or a log given by mistake is.
const LARGEST_FILE: u64 = 4 << 20;

/// What a command may print that tells a password. Anything longer is something else.
const LONGEST_OUTPUT: u64 = 64 << 10;

/// A person may have to type the passphrase of a password store.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often a command that has closed its output is looked at, until it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// What settings ask of the system that lagtop runs on.
pub trait System {
    /// The content of a whole file. A directory answers [`io::ErrorKind::IsADirectory`].
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Whether every user of the system may read a file; `false` where that is not known.
    fn is_open_to_all(&self, path: &Path) -> bool;

    /// What a program prints on its standard output.
    fn run(&self, program: &str, arguments: &[String]) -> Result<Vec<u8>, CommandProblem>;
}

/// Why a command did not tell.
#[derive(Debug, Error)]
pub enum CommandProblem {
    /// It could not be started.
    #[error("cannot be started ({0})")]
    Start(io::Error),
    /// It says itself that it failed.
    #[error("ended with {status}{}", said(.stderr))]
    Failed {
        /// As the system words it.
        status: String,
        /// What it said on standard error.
        stderr: String,
    },
    /// It took too long.
    #[error("did not end within {}", humantime::format_duration(*.0))]
    Late(Duration),
}

/// The last words of a command that failed, on one line.
fn said(stderr: &str) -> String {
    let last = stderr.lines().rev().map(str::trim).find(|line| !line.is_empty());
    last.map(|line| format!(": {}", line.escape_debug())).unwrap_or_default()
}

/// The real one.
#[derive(Clone, Copy, Debug)]
pub struct ThisSystem;

impl System for ThisSystem {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        File::open(path)?.take(LARGEST_FILE + 1).read_to_end(&mut content)?;
        if content.len() as u64 > LARGEST_FILE {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 4 MiB"));
        }
        Ok(content)
    }

    #[cfg(unix)]
    fn is_open_to_all(&self, path: &Path) -> bool {
        use std::os::unix::fs::MetadataExt;
        const OTHERS_MAY_READ: u32 = 0o004;
        path.metadata().is_ok_and(|file| file.mode() & OTHERS_MAY_READ != 0)
    }

    #[cfg(not(unix))]
    fn is_open_to_all(&self, _path: &Path) -> bool {
        false
    }

    fn run(&self, program: &str, arguments: &[String]) -> Result<Vec<u8>, CommandProblem> {
        output(program, arguments, PATIENCE)
    }
}

/// Runs a program to its end, for so long at most.
fn output(program: &str, arguments: &[String], limit: Duration) -> Result<Vec<u8>, CommandProblem> {
    let deadline = Instant::now() + limit;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(CommandProblem::Start)?;
    let (stdout, stderr) = (text_of(child.stdout.take()), text_of(child.stderr.take()));
    let text = |from: Receiver<Vec<u8>>| from.recv_timeout(left(deadline)).ok();
    let told = text(stdout).zip(text(stderr));
    let told = told.and_then(|told| Some((told, ended_by(&mut child, deadline)?)));
    match told {
        Some(((stdout, _), status)) if status.success() => Ok(stdout),
        Some(((_, stderr), status)) => {
            let code = status.code().map(|code| format!("exit code {code}"));
            let stderr = String::from_utf8_lossy(&stderr).into_owned();
            Err(CommandProblem::Failed {
                status: code.unwrap_or_else(|| status.to_string()),
                stderr,
            })
        }
        None => {
            let _ = child.kill();
            let _ = child.wait();
            Err(CommandProblem::Late(limit))
        }
    }
}

/// All that comes through a pipe, read while the command runs: a full pipe would stop it. The thread is
/// not waited for, because what the command has started itself may live on and keep the pipe open.
fn text_of(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before an error is what there is; the rest is let through.
            let _ = pipe.by_ref().take(LONGEST_OUTPUT).read_to_end(&mut text);
            let _ = io::copy(&mut pipe, &mut io::sink());
        }
        // Nobody listens any more after the deadline.
        let _ = sender.send(text);
    });
    receiver
}

/// How it ended; `None` if it has not by then.
fn ended_by(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if !left(deadline).is_zero() => std::thread::sleep(LOOK_AGAIN),
            _ => return None,
        }
    }
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Result<String, String> {
        let arguments = ["-c".to_owned(), script.to_owned()];
        let told = output("sh", &arguments, limit).map_err(|problem| problem.to_string())?;
        Ok(String::from_utf8(told).unwrap())
    }

    #[test]
    fn a_command_tells_what_it_prints() {
        assert_eq!(shell("echo one; echo two >&2", PATIENCE), Ok("one\n".to_owned()));
    }

    /// More than a pipe holds, on both, and then nobody reads on.
    #[test]
    fn a_command_that_prints_much_is_no_trouble() {
        let told = shell("yes out | head -c 1000000; yes err | head -c 1000000 >&2", PATIENCE);
        assert_eq!(told.map(|text| text.len() as u64), Ok(LONGEST_OUTPUT));
    }

    #[test]
    fn a_command_that_fails_says_why_and_never_what_it_printed() {
        let told = shell(
            "echo hunter2; echo first >&2; echo ' no such\u{1b} entry' >&2; exit 3",
            PATIENCE,
        );
        assert_eq!(told, Err("ended with exit code 3: no such\\u{1b} entry".to_owned()));
        assert_eq!(shell("exit 1", PATIENCE), Err("ended with exit code 1".to_owned()));
        assert_eq!(shell("kill -9 $$", PATIENCE), Err("ended with signal: 9 (SIGKILL)".to_owned()));
    }

    #[test]
    fn a_command_that_is_none_cannot_be_started() {
        let told = output("no-such-program-of-lagtop", &[], PATIENCE).unwrap_err().to_string();
        assert!(told.starts_with("cannot be started (No such file"), "{told}");
    }

    /// With its output open, and with its output closed.
    #[test]
    fn a_command_that_hangs_is_ended() {
        let limit = Duration::from_millis(50);
        for script in ["exec sleep 600", "exec sleep 600 >&- 2>&-"] {
            assert_eq!(shell(script, limit), Err("did not end within 50ms".to_owned()));
        }
    }
}
