//! What `lagtop doctor` checks, and what came of it.

use std::sync::Arc;

/// One check. Its texts may hold names from strangers, unescaped, and never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What it belongs to: `settings`, a server, `advertised addresses`, `rights`. Checks of one part follow one another.
    pub part: Arc<str>,
    /// What is checked, in a word or two.
    pub name: Arc<str>,
    /// How it went.
    pub outcome: Outcome,
    /// What was found: a phrase without a full stop.
    pub found: String,
    /// What else is worth knowing: a phrase each.
    pub details: Vec<String>,
    /// What to do where it did not pass: a sentence each, without a full stop.
    pub advice: Vec<String>,
    /// A command that does it, to be pasted into a shell; `None` where there is none.
    pub command: Option<String>,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// Not as it should, and lagtop works without it.
    Limited,
    /// Not as it should.
    Failed,
    /// It was not made, and `found` says why.
    Skipped,
}

impl Check {
    /// One that went as it should.
    pub fn passed(part: &Arc<str>, name: &str, found: impl Into<String>) -> Self {
        Self::new(part, name, Outcome::Passed, found.into())
    }

    /// One that did not, and that lagtop works without.
    pub fn limited(part: &Arc<str>, name: &str, found: impl Into<String>) -> Self {
        Self::new(part, name, Outcome::Limited, found.into())
    }

    /// One that did not.
    pub fn failed(part: &Arc<str>, name: &str, found: impl Into<String>) -> Self {
        Self::new(part, name, Outcome::Failed, found.into())
    }

    /// One that was not made.
    pub fn skipped(part: &Arc<str>, name: &str, why: impl Into<String>) -> Self {
        Self::new(part, name, Outcome::Skipped, why.into())
    }

    /// With another detail.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// With something to do.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice.push(advice.into());
        self
    }

    /// With a command that puts it right.
    #[must_use]
    pub fn command(mut self, command: String) -> Self {
        self.command = Some(command);
        self
    }

    fn new(part: &Arc<str>, name: &str, outcome: Outcome, found: String) -> Self {
        Self {
            part: Arc::clone(part),
            name: name.into(),
            outcome,
            found,
            details: Vec::new(),
            advice: Vec::new(),
            command: None,
        }
    }
}
