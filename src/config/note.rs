//! What is worth knowing though nothing is wrong, and what settings came from.

use std::fmt;
use std::path::PathBuf;

use super::layer::Origin;

/// A property that is in use, and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The key, or the flag that stands for it.
    pub key: String,
    /// Where.
    pub from: Origin,
}

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
    /// A password that every user of this host may read.
    OpenToAll {
        /// The first property whose value is one.
        key: String,
        /// Where.
        from: Origin,
    },
    /// The usual config file belongs to somebody else.
    NotOurs {
        /// Where it is.
        path: PathBuf,
    },
    /// Something above the cluster that was chosen says where to connect.
    Elsewhere {
        /// The cluster, by name.
        cluster: String,
        /// What says so.
        by: Origin,
    },
    /// A variable that begins with `LAGTOP_` and is none of ours.
    UnknownVariable {
        /// Its name.
        name: String,
    },
}

impl Note {
    /// Whether it is told without being asked for.
    #[must_use]
    pub const fn is_warning(&self) -> bool {
        matches!(self, Self::OpenToAll { .. } | Self::NotOurs { .. } | Self::Elsewhere { .. })
    }
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
            Self::OpenToAll { key, from } => write!(
                f,
                "{from}: {key} stands in a file that every user of this host may read; chmod 600 it, \
                 or write {{ env = \"VARIABLE\" }} in place of the value"
            ),
            Self::NotOurs { path } => write!(
                f,
                "the config file '{}' may not be read and is passed over; --config names another",
                path.to_string_lossy().escape_debug()
            ),
            Self::Elsewhere { cluster, by } => write!(
                f,
                "{by} says where to connect, in place of cluster '{}', whose other settings count",
                cluster.escape_debug()
            ),
            Self::UnknownVariable { name } => {
                write!(f, "{} is no variable of lagtop's", name.escape_debug())
            }
        }
    }
}
