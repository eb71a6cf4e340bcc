//! A member in a process of its own, so that it can go without a word.
//!
//! A binary that kills some has a test of the name [`CHILD`], ignored, which calls [`run`].

use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};

use super::Consumer;

/// The test that is the child.
const CHILD: &str = "a_process_to_be_killed";
/// Tells it what to join.
const VARIABLE: &str = "LAGTOP_TEST_VICTIM";

/// The member.
pub struct Victim(Child);

impl Victim {
    /// Joins a group; what it is as a member, the child's own test says.
    pub fn join(bootstrap: &str, group: &str) -> Result<Self> {
        let child = Command::new(std::env::current_exe()?)
            .args(["--exact", CHILD, "--ignored"])
            .env(VARIABLE, format!("{bootstrap} {group}"))
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self(child))
    }

    /// SIGKILL.
    pub fn kill(mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Is a member of the group that this process was told, without end.
pub fn run(member: impl Fn(&str) -> Consumer) -> Result<()> {
    let told = std::env::var(VARIABLE).context("run by another test only")?;
    let (bootstrap, group) = told.split_once(' ').context("brokers and a group")?;
    let _member = member(group).spawn(bootstrap)?;
    loop {
        std::thread::park();
    }
}
