//! The other faces of the snapshot: what `lagtop once` prints and how it exits, what `lagtop check`
//! judges, what `lagtop doctor` found, and what `lagtop export` tells Prometheus.
//!
//! Pure, but for [`http`], which hands the pages out: a [`Snapshot`] in, bytes into any writer. Everything is written as it is walked, so that
//! ten thousand groups cost no more memory than one. May import `model` alone; must never ask a
//! source for more, read a clock, or know a terminal. Order is the snapshot's: group, topic,
//! partition, ascending.

pub mod check;
pub mod checkup;
mod csv;
mod errors;
pub mod http;
mod json;
pub mod prometheus;
mod safe;
mod said;
pub mod status;
mod summary;
mod table;
#[cfg(test)]
mod tests;
mod walk;

use std::io::{self, BufWriter, Write};

pub use summary::summary;

use crate::model::Snapshot;

/// The version printed with every JSON object.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Aligned columns, for people. Names are escaped.
    Table,
    /// One object, for programs: exact names, `null` for what is not known.
    Json,
    /// RFC 4180, one row a group and partition. Names exact, or escaped where the rows go to a
    /// terminal, which would act on what stands in them.
    Csv {
        /// Whether to escape names.
        escaped: bool,
    },
}

/// What of a snapshot is printed.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    /// Whether a group is wanted, by its name.
    pub group: &'a dyn Fn(&str) -> bool,
    /// Whether a topic is wanted, by its name; `None`: all are. Given one, groups that have nothing
    /// to do with such a topic are left out, and a group's lag is that of such topics.
    pub topic: Option<&'a dyn Fn(&str) -> bool>,
}

impl Selection<'_> {
    /// Everything.
    pub const ALL: Selection<'static> = Selection { group: &|_| true, topic: None };
}

/// How much of what was asked for could be had; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it.
    Complete,
    /// Nothing: no broker answered, or none would name its groups.
    Nothing,
    /// Something, with reasons in place of the rest.
    Partial,
}

impl Outcome {
    /// What the process exits with. 2 is for usage errors, 3 is left free.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Nothing => 1,
            Self::Partial => 4,
        }
    }
}

/// How much of what was asked for is in `snapshot`.
#[must_use]
pub fn outcome(snapshot: &Snapshot, selection: Selection<'_>) -> Outcome {
    if !errors::anything_read(snapshot) {
        return Outcome::Nothing;
    }
    let faulty = |group: walk::Group<'_>| {
        group.fault().is_some() || group.rows().any(|row| row.partition.fault.is_some())
    };
    if errors::errors(snapshot).next().is_some() || walk::groups(snapshot, selection).any(faulty) {
        Outcome::Partial
    } else {
        Outcome::Complete
    }
}

/// Why there is nothing to print, in one line for people; names are escaped.
#[must_use]
pub fn reasons(snapshot: &Snapshot) -> String {
    // The first is the cause; that no round was finished and the like follows from it.
    let first = errors::errors(snapshot).next();
    first.map_or_else(
        || "nothing could be read".to_owned(),
        |problem| safe::safe(&problem.fault.text).into_owned(),
    )
}

/// Writes `snapshot` into `out`.
///
/// A reader that has seen enough and closes the pipe is no error.
pub fn write(
    form: Form,
    snapshot: &Snapshot,
    selection: Selection<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let written = match form {
        Form::Table => table::write(snapshot, selection, &mut out),
        Form::Json => json::write(snapshot, selection, &mut out),
        Form::Csv { escaped } => csv::write(snapshot, selection, escaped, &mut out),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // Or dropping the buffer would try once more.
            let _ = out.into_parts();
            Ok(())
        }
        other => other,
    }
}
