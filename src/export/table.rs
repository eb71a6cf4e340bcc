//! `lagtop once --output table`: a block a group, for people.
//!
//! Offsets and lag are exact; `-` is *not known*. Columns are as wide as their group needs. Notes
//! say why something is not known, and what a bare lag does not tell.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::safe::safe;
use super::walk::{self, Group, Row, Sums};
use super::{Selection, errors};
use crate::model::number::counted;
use crate::model::{GroupKind, GroupState, Snapshot, Timestamp};

const COLUMNS: [(&str, Align); 8] = [
    ("TOPIC", Align::Left),
    ("PARTITION", Align::Right),
    ("COMMITTED", Align::Right),
    ("END", Align::Right),
    ("LAG", Align::Right),
    ("OWNER", Align::Left),
    ("HOST", Align::Left),
    ("NOTE", Align::Left),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}

type Cells<'a> = [Cow<'a, str>; COLUMNS.len()];

const UNKNOWN: &str = "-";

pub(super) fn write(
    snapshot: &Snapshot,
    selection: Selection<'_>,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, "{}", headline(snapshot))?;
    let mut sums = Sums::default();
    let mut groups = 0_usize;
    for group in walk::groups(snapshot, selection) {
        groups += 1;
        sums = sums.and(write_group(group, out)?);
    }
    writeln!(out, "\n{}: {}", counted(groups, "group"), in_words(sums))?;
    for problem in errors::errors(snapshot) {
        let subject = problem.broker.map_or_else(|| "cluster".into(), |id| format!("broker {id}"));
        writeln!(out, "{subject}: {}", safe(&problem.fault.text))?;
    }
    Ok(())
}

fn headline(snapshot: &Snapshot) -> String {
    let cluster = &snapshot.cluster;
    let id = cluster.id.as_deref().map_or(Cow::Borrowed(UNKNOWN), safe);
    let mut line = format!("cluster {id}  {}", counted(cluster.brokers.len(), "broker"));
    if let Some(controller) = cluster.controller {
        let _ = write!(line, ", controller {controller}");
    }
    let _ = write!(line, "  {}", moment(snapshot.at));
    line
}

/// In UTC: a table is pasted into other people's chats.
fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map_or_else(|_| UNKNOWN.to_owned(), |at| at.strftime("%F %T UTC").to_string())
}

fn write_group(group: Group<'_>, out: &mut impl Write) -> io::Result<Sums> {
    let sums = group.sums();
    writeln!(out, "\n{}", group_line(group, sums))?;
    if let Some(fault) = group.fault() {
        writeln!(out, "  not known: {}", safe(&fault.text))?;
    }
    let rows: Vec<_> = group.rows().map(cells).collect();
    if !rows.is_empty() {
        write_rows(&rows, out)?;
    }
    for member in group.view.members.iter().flat_map(|members| members.iter()) {
        if member.held() == Some(0) {
            let (id, host) = (safe(member.id.as_str()), safe(&member.host));
            writeln!(out, "  holds nothing: {id} on {host}")?;
        }
    }
    Ok(sums)
}

/// `billing  Stable, classic, range, coordinator 2, 3 members  lag 4610 over 6 partitions`
fn group_line(group: Group<'_>, sums: Sums) -> String {
    let view = group.view;
    let known_state = (view.state != GroupState::Unknown).then(|| view.state.name());
    let known_kind = (view.kind != GroupKind::Unknown).then(|| view.kind.name());
    let assignor = view.assignor.as_deref().filter(|name| !name.is_empty());
    let members = view.members.as_ref().map(|members| counted(members.len(), "member").into());
    let facts: Vec<Cow<'_, str>> = [
        known_state.map(Cow::Borrowed),
        known_kind.map(Cow::Borrowed),
        assignor.map(safe),
        view.coordinator.map(|id| format!("coordinator {id}").into()),
        members,
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut parts = vec![safe(view.id.as_str()), facts.join(", ").into(), in_words(sums).into()];
    parts.retain(|part| !part.is_empty());
    parts.join("  ")
}

/// `lag 4610 over 6 partitions, 2 not known, 1 negative`
fn in_words(sums: Sums) -> String {
    if sums.partitions == 0 {
        return "no partitions".to_owned();
    }
    let lag = number(sums.lag);
    let mut words = format!("lag {lag} over {}", counted(sums.partitions, "partition"));
    for (number, what) in [(sums.unknown, "not known"), (sums.negative, "negative")] {
        if number > 0 {
            let _ = write!(words, ", {number} {what}");
        }
    }
    words
}

fn cells(row: Row<'_>) -> Cells<'_> {
    [
        safe(row.topic.as_str()),
        row.partition.partition.to_string().into(),
        number(row.committed()),
        number(row.end()),
        number(row.partition.lag.records),
        row.owner.map_or(Cow::Borrowed(UNKNOWN), |member| safe(member.id.as_str())),
        row.owner.map_or(Cow::Borrowed(UNKNOWN), |member| safe(&member.host)),
        note(row),
    ]
}

fn note(row: Row<'_>) -> Cow<'_, str> {
    let lag = &row.partition.lag;
    if let Some(fault) = &row.partition.fault {
        return safe(&fault.text);
    }
    let mut notes = Vec::new();
    if let Some(backlog) = lag.backlog {
        notes.push(format!("no commit, {backlog} in the log"));
    }
    if lag.lost > 0 {
        notes.push(format!("{} lost before they were read", lag.lost));
    }
    if lag.blocked > 0 {
        notes.push(format!("{} more behind an open transaction", lag.blocked));
    }
    notes.join(", ").into()
}

fn number(number: Option<i64>) -> Cow<'static, str> {
    number.map_or(Cow::Borrowed(UNKNOWN), |number| number.to_string().into())
}

fn write_rows(rows: &[Cells<'_>], out: &mut impl Write) -> io::Result<()> {
    let header = COLUMNS.map(|(name, _)| Cow::Borrowed(name));
    let mut widths = COLUMNS.map(|(name, _)| name.len());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut line = String::new();
    for row in std::iter::once(&header).chain(rows) {
        line.clear();
        for ((cell, width), (_, align)) in row.iter().zip(widths).zip(COLUMNS) {
            // By what a terminal draws; `format!` would count characters.
            let gap = width.saturating_sub(cell.width());
            let (before, after) = if align == Align::Right { (gap, 0) } else { (0, gap) };
            line.push_str("  ");
            line.extend(std::iter::repeat_n(' ', before));
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', after));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
