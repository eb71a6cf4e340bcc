//! Values that stand elsewhere: in a variable, or behind a command that tells them.

use std::ffi::OsString;
use std::fmt;

use secrecy::SecretString;
use thiserror::Error;

use super::system::{CommandProblem, System};

/// A value, or where it is to be had. `Debug` shows neither: arguments may hold a password as well.
#[derive(Clone)]
pub enum Value {
    /// The value itself.
    Here(SecretString),
    /// In this environment variable.
    Variable(String),
    /// On the first line that a program prints, called with these arguments.
    Command(String, Vec<String>),
}

impl Value {
    /// The value; `None` if it stands elsewhere.
    pub(super) fn here(&self) -> Option<&SecretString> {
        match self {
            Self::Here(secret) => Some(secret),
            Self::Variable(_) | Self::Command(..) => None,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Here(_) => "Here",
            Self::Variable(_) => "Variable",
            Self::Command(..) => "Command",
        })
    }
}

impl From<SecretString> for Value {
    fn from(secret: SecretString) -> Self {
        Self::Here(secret)
    }
}

/// Why a value could not be had.
#[derive(Debug, Error)]
pub enum SecretProblem {
    /// The variable is not set, or empty.
    #[error("is in the variable {}, which is not set; set it", .0.escape_debug())]
    NotSet(String),
    /// The variable holds bytes that are no text.
    #[error("is in the variable {}, which is not UTF-8; set it in UTF-8", .0.escape_debug())]
    NotUnicode(String),
    /// The command did not tell.
    #[error("is told by '{}', which {problem}; run it by hand", .program.escape_debug())]
    Command {
        /// Without its arguments, which may hold a password.
        program: String,
        /// Why.
        problem: CommandProblem,
    },
    /// The command printed no line, or bytes that are no text.
    #[error("is told by '{}', which printed no line of text; run it by hand", .0.escape_debug())]
    Nothing(String),
}

/// Where values are fetched from.
#[derive(Clone, Copy)]
pub(super) struct Vault<'a> {
    /// The environment.
    pub(super) variables: &'a [(OsString, OsString)],
    /// Where commands are run.
    pub(super) system: &'a dyn System,
}

impl Vault<'_> {
    /// The value, wherever it stands. Runs its command if it has one.
    pub(super) fn fetch(&self, value: Value) -> Result<SecretString, SecretProblem> {
        match value {
            Value::Here(secret) => Ok(secret),
            Value::Variable(name) => self.variable(name),
            Value::Command(program, arguments) => {
                let told = self.system.run(&program, &arguments);
                let told = match told {
                    Ok(told) => told,
                    Err(problem) => return Err(SecretProblem::Command { program, problem }),
                };
                let line = std::str::from_utf8(&told).ok().and_then(|text| text.lines().next());
                let line = line.filter(|line| !line.is_empty());
                line.map(Into::into).ok_or(SecretProblem::Nothing(program))
            }
        }
    }

    fn variable(&self, name: String) -> Result<SecretString, SecretProblem> {
        let set = self.variables.iter().find(|(known, _)| *known == *name);
        match set.map(|(_, text)| text.to_str()) {
            None | Some(Some("")) => Err(SecretProblem::NotSet(name)),
            Some(None) => Err(SecretProblem::NotUnicode(name)),
            Some(Some(text)) => Ok(text.into()),
        }
    }
}
