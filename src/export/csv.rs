//! `lagtop once --output csv`: RFC 4180 with a header, one row a group and partition.
//!
//! A group of which no partition is known has one row as well, with empty cells where the partition
//! would stand: it would vanish otherwise. An empty cell is *not known*; `isr` and `replicas` are
//! broker ids separated by spaces; `error` is the error's code.

use std::borrow::Cow;
use std::io::{self, Write};

use super::walk::{self, Group, Row};
use super::{Selection, safe};
use crate::model::{BrokerId, GroupKind, GroupState, Snapshot};

const HEADER: [&str; 24] = [
    "group",
    "state",
    "type",
    "coordinator",
    "protocol",
    "assignor",
    "topic",
    "partition",
    "committed",
    "leader_epoch",
    "metadata",
    "end",
    "log_start",
    "lag",
    "lost",
    "headroom",
    "owner",
    "client_id",
    "instance_id",
    "host",
    "leader",
    "isr",
    "replicas",
    "error",
];
const GROUP_COLUMNS: usize = 6;

pub(super) fn write(
    snapshot: &Snapshot,
    selection: Selection<'_>,
    escaped: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let terminator = ::csv::Terminator::CRLF;
    let mut rows = Rows {
        writer: ::csv::WriterBuilder::new().terminator(terminator).from_writer(out),
        escaped,
    };
    rows.writer.write_record(HEADER).map_err(io_error)?;
    for group in walk::groups(snapshot, selection) {
        let mut partitions = group.rows().peekable();
        if partitions.peek().is_none() {
            rows.write(group, None)?;
        }
        for row in partitions {
            rows.write(group, Some(row))?;
        }
    }
    rows.writer.flush()
}

struct Rows<W: Write> {
    writer: ::csv::Writer<W>,
    escaped: bool,
}

impl<W: Write> Rows<W> {
    fn write(&mut self, group: Group<'_>, row: Option<Row<'_>>) -> io::Result<()> {
        let view = group.view;
        self.text(view.id.as_str())?;
        self.text(if view.state == GroupState::Unknown { "" } else { view.state.name() })?;
        self.text(if view.kind == GroupKind::Unknown { "" } else { view.kind.name() })?;
        self.number(view.coordinator.map(|id| i64::from(id.0)))?;
        self.text(&view.protocol_type)?;
        self.text(view.assignor.as_deref().unwrap_or_default())?;
        let fault = match row {
            None => {
                // All but the last, which is the error.
                for _ in GROUP_COLUMNS + 1..HEADER.len() {
                    self.text("")?;
                }
                None
            }
            Some(row) => {
                self.partition(row)?;
                row.partition.fault.as_ref()
            }
        };
        // A group's own fault explains its rows where they have none.
        self.text(fault.or_else(|| group.fault()).map_or("", |fault| &*fault.code))?;
        self.writer.write_record(None::<&[u8]>).map_err(io_error)
    }

    fn partition(&mut self, row: Row<'_>) -> io::Result<()> {
        self.text(row.topic.as_str())?;
        self.number(Some(row.partition.partition.into()))?;
        let commit = row.partition.commit.as_ref();
        self.number(row.committed())?;
        self.number(commit.and_then(|commit| commit.leader_epoch).map(i64::from))?;
        self.text(commit.map_or("", |commit| &commit.metadata))?;
        self.number(row.end())?;
        self.number(row.log_start())?;
        self.number(row.partition.lag.records)?;
        let headroom = row.headroom();
        self.number(headroom.map(|headroom| headroom.lost))?;
        self.number(headroom.map(|headroom| headroom.records))?;
        self.text(row.owner.map_or("", |member| member.id.as_str()))?;
        self.text(row.owner.map_or("", |member| &member.client_id))?;
        self.text(row.owner.and_then(|member| member.instance_id.as_deref()).unwrap_or(""))?;
        self.text(row.owner.map_or("", |member| &member.host))?;
        self.number(row.log.and_then(|log| log.leader).map(|id| id.0.into()))?;
        self.brokers(row.log.map_or(&[], |log| &log.isr))?;
        self.brokers(row.log.map_or(&[], |log| &log.replicas))
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        let text = if self.escaped { safe::safe(text) } else { Cow::Borrowed(text) };
        self.writer.write_field(&*text).map_err(io_error)
    }

    fn number(&mut self, number: Option<i64>) -> io::Result<()> {
        let text = number.map(|number| number.to_string()).unwrap_or_default();
        self.writer.write_field(text).map_err(io_error)
    }

    fn brokers(&mut self, ids: &[BrokerId]) -> io::Result<()> {
        let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        self.writer.write_field(ids.join(" ")).map_err(io_error)
    }
}

/// The error below csv's own, whose kind tells a broken pipe.
fn io_error(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
