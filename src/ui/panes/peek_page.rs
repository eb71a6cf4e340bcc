//! The page of what waits on a partition: what will be read, then what was.

use ratatui::text::{Line, Span};

use super::page::Lines;
use super::partition_page::broker;
use crate::app::{PartitionKey, PeekState};
use crate::model::Isolation;
use crate::model::peek::{
    Backlog, Begin, Ended, KeyCount, LONGEST, MOST_BYTES, MOST_RECORDS, PeekPlan, PeekStep,
    PeekedRecord, VALUE_KEPT,
};
use crate::ui::format;
use crate::ui::theme::Role;
use crate::ui::words;

/// Cells of the longest bar.
const BARS: usize = 40;
/// Cells of a column of figures, with the space before it.
const FIGURE: u16 = 9;

/// Writes the page; returns its title.
pub fn write(key: &PartitionKey, lines: &mut Lines<'_>) -> Line<'static> {
    let scene = lines.scene;
    let room = (lines.width / 2).saturating_sub(14);
    let arrow = scene.theme.glyphs.select;
    let group = scene.name(key.group.as_str(), room);
    let topic = scene.name(key.topic.as_str(), room);
    let title = format!("{group} {arrow} {topic}/{} {arrow} what waits", key.partition);
    let title = Line::from(scene.span(title, Role::Accent));
    let Some(state) = &scene.view.app.peek else {
        lines.sentence("nothing is wished for", Role::Muted);
        return title;
    };
    if let Some(fault) = &state.trouble {
        lines.sentence(&scene.full_name(&fault.text), Role::Warning);
        lines.blank();
    }
    match &state.read {
        Some((at, backlog)) => {
            let ago = scene.ago(*at);
            read(state, backlog, &ago, lines);
        }
        None => plan(state, lines),
    }
    title
}

fn plan(state: &PeekState, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let Some(plan) = &state.plan else {
        let text = if state.answered {
            "Enter asks again."
        } else {
            "asking the partition's leader where its log begins and ends"
        };
        return lines.sentence(text, if state.answered { Role::Accent } else { Role::Muted });
    };
    let reading = state.wish.step != PeekStep::Plan && !state.answered;
    let most =
        format!("{MOST_RECORDS} records, {} or for {}", size(MOST_BYTES), format::span(LONGEST));
    let most = format!("up to {most}, whichever comes first");
    lines.wrapped(if reading { "reading" } else { "will read" }, &most, Role::Text);
    lines.wrapped("from", &from(plan), Role::Text);
    let end = match plan.isolation {
        Isolation::ReadUncommitted => "the high watermark",
        Isolation::ReadCommitted => "the last stable offset",
    };
    let waiting = format::grouped(plan.waiting());
    let waits = format!("{waiting} offsets, up to {end} at {}", format::grouped(plan.end()));
    lines.wrapped("waits", &waits, Role::Text);
    lines.text("by", broker(scene, plan.leader));
    lines.blank();
    let topic = scene.full_name(state.wish.target.partition.topic.as_str());
    lines.sentence(&format!("This needs the right to READ the topic {topic}."), Role::Text);
    let nothing =
        "It joins no group, commits nothing, and forgets the values. Nothing of it is recorded.";
    lines.sentence(nothing, Role::Text);
    lines.blank();
    let next = if reading { "The page waits for what comes." } else { "Enter reads." };
    lines.sentence(next, Role::Accent);
}

/// Where reading begins, and why there.
fn from(plan: &PeekPlan) -> String {
    let start = format::grouped(plan.start);
    match plan.begin {
        Begin::Committed => format!("offset {start}, which is committed"),
        Begin::LogStart => format!("offset {start}, the log's start: no committed offset is known"),
        Begin::Overtaken { lost } => {
            let lost = format::grouped(lost);
            format!("offset {start}, the log's start: {lost} before it were deleted unread")
        }
        Begin::Beyond { committed } => {
            let committed = format::grouped(committed);
            format!("nowhere: offset {committed} is committed, beyond the log's end")
        }
    }
}

fn read(state: &PeekState, backlog: &Backlog, ago: &str, lines: &mut Lines<'_>) {
    let look = &backlog.look;
    lines.sentence(&backlog.sentence(), Role::Title);
    let last = format::grouped(look.next.saturating_sub(1).max(look.plan.start));
    let took = format::took(look.took);
    let offsets = format!("offsets {} to {last}", format::grouped(look.plan.start));
    lines.wrapped("read", &format!("{ago} ago in {took}: {offsets}"), Role::Text);
    if look.plan.begin != Begin::Committed {
        lines.wrapped("from", &from(&look.plan), Role::Warning);
    }
    ended(backlog, lines);
    let holes = usize::try_from(backlog.holes()).unwrap_or(usize::MAX);
    if holes > 0 {
        let holes = words::many(holes, "offset", "offsets");
        let text = format!("{holes} without a record (marks of transactions, compaction)");
        lines.wrapped("holes", &text, Role::Muted);
    }
    let next = match (state.answered, backlog.shows_values()) {
        (false, _) => "reading ...".to_owned(),
        (true, false) => {
            format!("Enter reads anew. v shows the first {VALUE_KEPT} bytes of each value.")
        }
        (true, true) => "Enter reads anew. Values stand below; v forgets them.".to_owned(),
    };
    lines.sentence(&next, Role::Accent);
    if look.records.is_empty() {
        return;
    }
    keys(backlog, lines);
    sizes(backlog, lines);
    times(backlog, lines);
    headers(backlog, lines);
    records(backlog, lines);
}

/// Why there is no more, and how much that is.
fn ended(backlog: &Backlog, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let more = format!("{} offsets more wait", format::grouped(backlog.unread()));
    let (text, role) = match &backlog.look.ended {
        Ended::AtTheEnd => ("at the end: that is all that waits".to_owned(), Role::Text),
        Ended::Records => (format!("at {MOST_RECORDS} records; {more}"), Role::Text),
        Ended::Bytes => (format!("at {}; {more}", size(MOST_BYTES)), Role::Text),
        Ended::Time => (format!("after {}; {more}", format::span(LONGEST)), Role::Warning),
        Ended::Fault(fault) => (format!("{}; {more}", scene.full_name(&fault.text)), Role::Warning),
    };
    lines.wrapped("ended", &text, role);
}

fn keys(backlog: &Backlog, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let keys = &backlog.keys;
    let mut parts = vec![words::many(keys.different, "key", "different keys")];
    if keys.once > 0 && keys.different > 1 {
        parts.push(format!("{} of them once", keys.once));
    }
    if keys.without > 0 {
        parts.push(format!("{} without one", words::many(keys.without, "record", "records")));
    }
    lines.heading(&parts.join(", "));
    if keys.top.is_empty() {
        return;
    }
    head(&["RECORDS", "SHARE", "IN A ROW", "BYTES"], "KEY", lines);
    let all = backlog.look.records.len() as f64;
    let room = lines.width.saturating_sub(4 * FIGURE + 2);
    lines.each(&keys.top, |count: &KeyCount| {
        let figures = [
            count.records.to_string(),
            format::percent(count.records as f64 / all).unwrap_or_default(),
            count.run.to_string(),
            size(count.bytes),
        ];
        Line::raw(format!("{}  {}", figure(&figures), scene.name(&count.key.text(), room)))
    });
}

fn sizes(backlog: &Backlog, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let Some(sizes) = &backlog.sizes else { return };
    lines.heading("Bytes of key, value and headers, uncompressed");
    lines.text("all", size(sizes.total));
    let (least, median) = (size(sizes.least), size(sizes.median));
    let (p99, greatest) = (size(sizes.p99), size(sizes.greatest));
    let each = format!("least {least}, median {median}, p99 {p99}, greatest {greatest}");
    lines.wrapped("each", &each, Role::Text);
    let most = sizes.bars.iter().map(|bar| bar.records).max().unwrap_or(0).max(1);
    let room = usize::from(lines.width.saturating_sub(24)).min(BARS);
    let [.., block] = scene.theme.glyphs.levels;
    for bar in &sizes.bars {
        // What is there is seen, however little it is.
        let cells = (bar.records * room / most).max(usize::from(bar.records > 0));
        let mut line = Line::from(scene.span(block.repeat(cells), Role::Trend));
        line.spans.push(Span::raw(format!(" {}", bar.records)));
        lines.field(&bar.label(), line);
    }
}

fn times(backlog: &Backlog, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let Some(times) = &backlog.times else { return };
    let by = match (times.by_producer, times.by_broker) {
        (_, 0) => "by their producers' clocks (CreateTime)",
        (0, _) => "by the broker's clock (LogAppendTime)",
        (_, _) => "by both producers' and the broker's clocks",
    };
    lines.heading(&format!("Times, {by}"));
    let told = |at| format!("{}, {} ago", format::clock(at, scene.view.utc_offset), scene.ago(at));
    lines.text("first", told(times.first));
    lines.text("last", told(times.last));
    let (least, greatest) = times.span;
    lines.text("span", format::took(greatest.since(least)));
    if times.backwards > 0 {
        let text = format!("{} older than one before them", times.backwards);
        lines.field("out of order", Line::from(scene.span(text, Role::Warning)));
    }
}

fn headers(backlog: &Backlog, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let headers = &backlog.headers;
    if headers.different == 0 && headers.untold == 0 {
        return;
    }
    lines.heading(&words::many(headers.different, "header", "different headers"));
    if headers.untold > 0 {
        let records = words::many(headers.untold, "record", "records");
        let text = format!("Those of {records} cannot be told: a name is not UTF-8.");
        lines.sentence(&text, Role::Warning);
    }
    if !headers.top.is_empty() {
        head(&["RECORDS"], "NAME", lines);
    }
    let room = lines.width.saturating_sub(FIGURE + 2);
    lines.each(&headers.top, |count| {
        let records = figure(&[count.records.to_string()]);
        Line::raw(format!("{records}  {}", scene.name(&count.name, room)))
    });
}

fn records(backlog: &Backlog, lines: &mut Lines<'_>) {
    let records = &backlog.look.records;
    let widest = records.last().map_or(0, |last| format::width(&format::grouped(last.offset)));
    let widest = widest.max(6);
    lines.heading("Records");
    let offset = format::pad_left("OFFSET", widest);
    let scene = lines.scene;
    let columns = format!("{offset}  TIME    {}  KEY", figure(&["BYTES".to_owned()]));
    lines.line(|| Line::from(scene.span(columns, Role::Muted)));
    for record in records {
        one(record, widest, lines);
    }
}

fn one(record: &PeekedRecord, widest: u16, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let room = lines.width.saturating_sub(widest + FIGURE + 12);
    lines.line(|| {
        let offset = format::pad_left(&format::grouped(record.offset), widest);
        let clock = record.stamp.map(|stamp| format::clock(stamp.at, scene.view.utc_offset));
        let clock = clock.unwrap_or_else(|| format::pad_right(scene.theme.glyphs.unknown, 8));
        let figures = figure(&[size(record.bytes)]);
        let mut line = Line::raw(format!("{offset}  {clock}{figures}  "));
        line.spans.push(match &record.key {
            Some(key) => Span::raw(scene.name(&key.text(), room)),
            None => scene.span("no key", Role::Muted),
        });
        if record.value.is_none() {
            line.spans.push(scene.span("  no value", Role::Warning));
        }
        line
    });
    if let Some(value) = &record.shown {
        lines.wrapped("", &scene.full_name(&value.text()), Role::Muted);
    }
}

/// The head of a table of figures and a name.
fn head(columns: &[&str], name: &str, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let columns: Vec<_> = columns.iter().map(|&column| column.to_owned()).collect();
    let text = format!("{}  {name}", figure(&columns));
    lines.line(|| Line::from(scene.span(text, Role::Muted)));
}

/// Figures in their columns.
fn figure(columns: &[String]) -> String {
    columns.iter().map(|column| format::pad_left(column, FIGURE)).collect()
}

fn size(bytes: u64) -> String {
    format::bytes(bytes as f64).unwrap_or_default()
}
