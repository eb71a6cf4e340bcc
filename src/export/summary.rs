//! An incident in Markdown, to paste into a chat or a ticket: what is wrong and how it is known, the worst
//! partitions, the rebalances of the groups concerned, and what people marked.
//!
//! Moments are in UTC: who reads it later may sit elsewhere. Numbers are as on the screen; names are
//! code spans, since they come from strangers.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use super::safe::safe;
use super::{Selection, VERSION, walk};
use crate::model::number::{count, counted, rate, span};
use crate::model::{
    Eta, Finding, GroupView, MemberRef, Rebalance, Severity, Since, Snapshot, SourceHealth,
    Timestamp, Took, rebalance,
};

/// Rows of the table of partitions.
const PARTITIONS: usize = 10;
/// Rebalances told of a group.
const REBALANCES: usize = 10;
/// Names told of one rebalance.
const NAMES: usize = 3;
/// What is not known.
const UNKNOWN: &str = "–";

/// The incident as `snapshot` shows it at `now`.
#[must_use]
pub fn summary(snapshot: &Snapshot, now: Timestamp) -> String {
    let findings = snapshot.findings();
    let mut out = String::new();
    head(&mut out, snapshot, &findings, now);
    tell_findings(&mut out, &findings, now);
    tell_partitions(&mut out, snapshot);
    tell_rebalances(&mut out, snapshot, &findings, now);
    tell_markers(&mut out, snapshot);
    out
}

// Writing to a string cannot fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => {{ let _ = writeln!($out, $($arg)*); }};
}

fn head(out: &mut String, snapshot: &Snapshot, findings: &[&Finding], now: Timestamp) {
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let counts: Vec<_> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| (of(severity), severity))
        .filter(|(number, _)| *number > 0)
        .map(|(number, severity)| format!("{number} {}", severity.name()))
        .collect();
    let what = if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") };
    put!(out, "# Kafka consumer lag: {what}\n");
    let cluster = &snapshot.cluster;
    let id = cluster.id.as_deref().map_or(Cow::Borrowed(UNKNOWN), code);
    let totals = &snapshot.totals;
    let lag = totals.lag.map_or_else(|| UNKNOWN.to_owned(), count);
    let growth = totals.growth.and_then(|growth| Some((growth.0 > 0.0, rate(growth.0.abs())?)));
    let growth = match growth {
        Some((_, still)) if still == "0" => String::new(),
        Some((true, grows)) => format!(", growing by {grows}/s"),
        Some((false, shrinks)) => format!(", shrinking by {shrinks}/s"),
        None => String::new(),
    };
    put!(out, "- Seen at {}, by lagtop {VERSION} from {}", moment(now), sources(snapshot));
    let (brokers, groups) = (cluster.brokers.len(), totals.groups);
    put!(out, "- Cluster {id}, {}, {}", counted(brokers, "broker"), counted(groups, "group"));
    put!(out, "- Lag {lag}{growth}, over {}", counted(totals.partitions, "partition"));
}

/// Which sources stand behind it, and which do not.
fn sources(snapshot: &Snapshot) -> String {
    let told = snapshot.sources.iter().map(|source| match &source.health {
        SourceHealth::Failing { since, fault } => {
            format!("{} (failing since {}: {})", source.id.name(), clock(*since), safe(&fault.text))
        }
        _ => source.id.name().to_owned(),
    });
    told.collect::<Vec<_>>().join(", ")
}

fn tell_findings(out: &mut String, findings: &[&Finding], now: Timestamp) {
    put!(out, "\n## Findings\n");
    if findings.is_empty() {
        put!(out, "None.");
    }
    for finding in findings {
        let since = match finding.since {
            Since::At(at) => format!("since {}", clock(at)),
            Since::Before(at) => format!("since before {}", clock(at)),
        };
        let age = span(now.since(finding.since.at()));
        put!(
            out,
            "- **{}** {} {} ({}, {since}, {age})",
            finding.severity.word(),
            code(finding.subject.name()),
            plain(&finding.sentence),
            finding.rule
        );
        for evidence in &finding.evidence {
            let (from, to) = evidence.span;
            let when =
                if from == to { clock(to) } else { format!("{} to {}", clock(from), clock(to)) };
            put!(out, "  - {}, {when}: {}", evidence.source, plain(&evidence.text));
        }
        put!(out, "  - Next: {}", plain(&finding.next));
    }
}

fn tell_partitions(out: &mut String, snapshot: &Snapshot) {
    let groups = walk::groups(snapshot, Selection::ALL);
    let mut rows: Vec<_> = groups
        .flat_map(|group| group.rows().map(move |row| (group.view, row)))
        .filter_map(|(group, row)| {
            Some((row.partition.lag.records.filter(|lag| *lag != 0)?, group, row))
        })
        .collect();
    // A negative lag is worth a row, but behind what waits.
    rows.sort_by_key(|(lag, ..)| std::cmp::Reverse(*lag));
    let more = rows.len().saturating_sub(PARTITIONS);
    rows.truncate(PARTITIONS);
    if rows.is_empty() {
        return;
    }
    put!(out, "\n## Worst partitions\n");
    put!(out, "| group | partition | lag | in/s | out/s | ETA | owner |");
    put!(out, "|---|---|---:|---:|---:|---:|---|");
    for (lag, group, row) in rows {
        let arriving = row.log.and_then(|log| log.arriving).and_then(|arriving| rate(arriving.0));
        let consumed = row.partition.consumed.and_then(|consumed| rate(consumed.0));
        let or_unknown = |text: Option<String>| text.unwrap_or_else(|| UNKNOWN.to_owned());
        let owner = row.owner.map(|owner| at_home(&owner.client_id, &owner.host));
        put!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            code(group.id.as_str()),
            code(&format!("{}/{}", row.topic.as_str(), row.partition.partition)),
            count(lag),
            or_unknown(arriving),
            or_unknown(consumed),
            row.partition.eta.map_or(Cow::Borrowed(UNKNOWN), eta),
            or_unknown(owner)
        );
    }
    if more > 0 {
        put!(out, "\nA lag beside these: {}.", counted(more, "partition"));
    }
}

/// Of the groups that something is found of; without any, of all.
fn tell_rebalances(out: &mut String, snapshot: &Snapshot, findings: &[&Finding], now: Timestamp) {
    let concerned = |group: &GroupView| {
        let named = |finding: &&&Finding| finding.subject.group.as_ref() == Some(&group.id);
        findings.is_empty() || findings.iter().any(|finding| named(&finding))
    };
    let mut any = false;
    for group in snapshot.groups.iter().map(|entry| &entry.view) {
        if group.rebalances.is_empty() || !concerned(group) {
            continue;
        }
        if !any {
            put!(out, "\n## Rebalances\n");
            any = true;
        }
        let (recent, every) = rebalance::rhythm(&group.rebalances, now, Duration::from_mins(10));
        let every = every.map_or_else(String::new, |every| format!(", every {}", span(every)));
        put!(
            out,
            "- {}: {} seen, {recent} in the last 10m{every}",
            code(group.id.as_str()),
            group.rebalances_seen
        );
        for event in group.rebalances.iter().rev().take(REBALANCES) {
            put!(out, "  - {}", told(event));
        }
    }
}

/// What people said of which moments.
fn tell_markers(out: &mut String, snapshot: &Snapshot) {
    if !snapshot.markers.is_empty() {
        put!(out, "\n## Markers\n");
    }
    for marker in snapshot.markers.iter() {
        let note = if marker.note.is_empty() { UNKNOWN } else { &marker.note };
        put!(out, "- {}: {}", clock(marker.at), plain(note));
    }
}

fn told(event: &Rebalance) -> String {
    let mut text = format!("{}, {}", clock(event.at), took(event.took));
    for (word, members) in [("joined", &event.joined), ("left", &event.left)] {
        if !members.is_empty() {
            let _ = write!(text, "; {word}: {}", names(members));
        }
    }
    if !event.moved.is_empty() {
        let _ = write!(text, "; moved: {}", counted(event.moved.len(), "partition"));
    }
    text
}

fn names(members: &[MemberRef]) -> String {
    let named = members.iter().take(NAMES);
    let mut text =
        named.map(|one| at_home(&one.client_id, &one.host)).collect::<Vec<_>>().join(", ");
    if members.len() > NAMES {
        let _ = write!(text, " and {} more", members.len() - NAMES);
    }
    text
}

fn at_home(client: &str, host: &str) -> String {
    format!("{} on {}", code(client), code(host))
}

fn took(took: Took) -> String {
    let short = |span: Duration| match span.as_millis() {
        millis @ 0..1_000 => format!("{millis}ms"),
        1_000..10_000 => format!("{:.1}s", span.as_secs_f64()),
        _ => crate::model::number::span(span),
    };
    match took {
        Took::Exactly(span) => format!("took {}", short(span)),
        Took::Between(least, most) => format!("took {} to {}", short(least), short(most)),
        Took::AtMost(most) => format!("took at most {}", short(most)),
        Took::AtLeast(least) => format!("took at least {}", short(least)),
    }
}

fn eta(eta: Eta) -> Cow<'static, str> {
    match eta {
        Eta::CaughtUp => "now".into(),
        Eta::In(left) => span(left).into(),
        Eta::Never => "never".into(),
        Eta::Steady => "steady".into(),
    }
}

/// A name as a code span, also in a table: a back quote would end it, a bar the cell.
fn code(name: &str) -> Cow<'_, str> {
    if name.is_empty() {
        return UNKNOWN.into();
    }
    format!("`{}`", safe(name).replace('`', "'").replace('|', "\\|")).into()
}

/// A sentence in which names stand: nothing in it is markup.
fn plain(text: &str) -> String {
    let text = safe(text);
    let mut out = String::with_capacity(text.len() + 8);
    let mut in_word = false;
    let mut signs = text.chars().peekable();
    while let Some(c) = signs.next() {
        let word_goes_on = in_word && signs.peek().is_some_and(|next| next.is_alphanumeric());
        if matches!(c, '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~')
            || (c == '_' && !word_goes_on)
        {
            out.push('\\');
        }
        out.push(c);
        in_word = c.is_alphanumeric() || (c == '_' && word_goes_on);
    }
    out
}

fn moment(at: Timestamp) -> String {
    written(at, "%F %T UTC")
}

fn clock(at: Timestamp) -> String {
    written(at, "%T")
}

fn written(at: Timestamp, form: &str) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map_or_else(|_| UNKNOWN.to_owned(), |at| at.strftime(form).to_string())
}
