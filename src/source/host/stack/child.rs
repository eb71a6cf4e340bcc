//! A tool run to its end, or to its deadline.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::time::timeout;

use super::trouble;
use crate::model::stack::{StackTrouble, StackTroubleKind};

/// Bytes that are read of a tool: ten thousand threads of forty frames.
pub(super) const MOST: u64 = 32 << 20;
/// Bytes that are read of what it complains about.
const COMPLAINT: u64 = 16 << 10;

/// What a tool wrote.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) text: String,
    /// It wrote more.
    pub(super) cut: bool,
}

/// Runs a tool. Whoever drops the future ends the tool; so does the deadline. Its end of the terminal
/// is closed: it can neither ask nor write there, and Ctrl-C does not reach it.
pub(super) async fn run(line: &[String], deadline: Duration) -> Result<Written, StackTrouble> {
    let command = line.join(" ");
    let fail = |error: &std::io::Error| trouble::not_started(&command, error);
    let Some((program, arguments)) = line.split_first() else {
        return Err(trouble::failed(&command, "there is nothing to run"));
    };
    let mut child = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| fail(&error))?;
    let (out, complaint) = (child.stdout.take(), child.stderr.take());
    let work = async {
        let (out, complaint) = tokio::join!(read(out, MOST), read(complaint, COMPLAINT));
        // A tool whose words are not read to the end would wait for ever.
        if out.as_ref().is_ok_and(|out| out.cut) {
            child.start_kill()?;
        }
        Ok::<_, std::io::Error>((out?, complaint?, child.wait().await?))
    };
    match timeout(deadline, work).await {
        Ok(Ok((out, complaint, status))) => judge(&command, out, &complaint.text, status),
        Ok(Err(error)) => Err(trouble::failed(&command, &error.to_string())),
        Err(_) => Err(StackTrouble {
            kind: StackTroubleKind::TimedOut,
            text: format!("{program} was ended after {} s", deadline.as_secs()).into(),
            by_hand: Some(command.as_str().into()),
        }),
    }
}

fn judge(
    command: &str,
    out: Written,
    complaint: &str,
    status: ExitStatus,
) -> Result<Written, StackTrouble> {
    if status.success() || out.cut { Ok(out) } else { Err(trouble::said(command, complaint)) }
}

async fn read(pipe: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Written> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(most + 1).read_to_end(&mut bytes).await?;
    }
    let cut = bytes.len() as u64 > most;
    Ok(Written { text: String::from_utf8_lossy(&bytes).into_owned(), cut })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_mins(1);

    fn shell(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).to_vec()
    }

    #[tokio::test]
    async fn what_a_tool_writes_is_read() {
        let written = run(&shell("echo stacks; echo noise >&2"), PATIENCE).await.expect("it runs");
        assert_eq!((written.text.as_str(), written.cut), ("stacks\n", false));
    }

    #[tokio::test]
    async fn a_tool_that_is_not_there_is_said_so() {
        let line = ["no-such-tool-of-lagtop".to_owned(), "7".to_owned()];
        let trouble = run(&line, PATIENCE).await.expect_err("it is not there");
        assert_eq!(trouble.kind, StackTroubleKind::NotInstalled);
        assert_eq!(trouble.by_hand.as_deref(), Some("no-such-tool-of-lagtop 7"));
    }

    #[tokio::test]
    async fn a_tool_that_hangs_is_ended() {
        let trouble = run(&shell("exec sleep 600"), Duration::from_millis(50)).await;
        assert_eq!(trouble.expect_err("too long").kind, StackTroubleKind::TimedOut);
    }

    #[tokio::test]
    async fn a_tool_that_never_stops_writing_is_ended() {
        let written = run(&shell("exec cat /dev/zero"), PATIENCE).await.expect("enough");
        assert!(written.cut && written.text.len() as u64 == MOST + 1);
    }

    #[tokio::test]
    async fn a_tool_without_permission_is_said_so() {
        let line = shell("echo '4242: Operation not permitted' >&2; exit 1");
        let trouble = run(&line, PATIENCE).await.expect_err("refused");
        assert_eq!(trouble.kind, StackTroubleKind::NotPermitted);
        assert_eq!(&*trouble.text, "4242: Operation not permitted");
    }
}
