//! What is worth knowing though nothing is wrong.

use std::fmt;

use super::layer::Origin;

/// Something worth knowing that is no error. Displays as one sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A property that does not matter for asking.
    Ignored {
        /// The key as written.
        key: String,
        /// Where.
        from: Origin,
    },
    /// The same setting twice in one place: the last wins, as in Java's clients.
    Repeated {
        /// The key that lost, as written.
        key: String,
        /// Where.
        from: Origin,
        /// Where the winner is.
        by: Origin,
    },
    /// Certificates or credentials that `security.protocol` has no use for.
    Unused {
        /// The key as written.
        key: String,
        /// Where.
        from: Origin,
        /// `security.protocol`, as Kafka writes it.
        protocol: &'static str,
    },
    /// A variable that begins with `LAGTOP_` and is none of ours.
    UnknownVariable {
        /// Its name.
        name: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ignored { key, from } => write!(f, "{from}: {key} is not used by lagtop"),
            Self::Repeated { key, from, by } => {
                write!(f, "{from}: {key} is set again at {by}, which wins")
            }
            Self::Unused { key, from, protocol } => {
                write!(f, "{from}: {key} has no use with security.protocol={protocol}")
            }
            Self::UnknownVariable { name } => {
                write!(f, "{} is no variable of lagtop's", name.escape_debug())
            }
        }
    }
}
