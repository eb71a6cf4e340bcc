//! The Process pane: a local process that members of the group are, or may be, and its threads.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::threads::{FLOOR, held, percent, threads};
use super::{Canvas, Scene};
use crate::app::Pane;
use crate::model::Fault;
use crate::model::process::{Confidence, Place as At, PressureLine, ProcessView};
use crate::model::series::GroupSeries;
use crate::ui::format;
use crate::ui::layout::Place;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::widgets::sparkline::Scale;
use crate::ui::words;

/// Cells for the facts where they stand beside the threads.
const FACTS: u16 = 66;
/// Cells for the threads beside them, with all that matters.
const ROOM_FOR_THREADS: u16 = 76;
/// Cells of the title for all but which member it is; that stands below it where there are fewer.
const TITLE: u16 = 50;
/// Cells of a trend.
const TREND: u16 = 20;
/// Draws the pane.
pub fn draw(scene: &Scene<'_>, place: Place, canvas: &mut Canvas<'_>) {
    let inside = place.inside;
    let Some(process) = scene.view.app.shown_process() else {
        let role = if scene.has_keys(Pane::Process) { Role::Accent } else { Role::Title };
        super::title(place, Line::from(scene.span("Process", role)), Line::default(), canvas);
        canvas.hits.set_height(Pane::Process, usize::from(inside.height).max(1));
        return super::say(&nothing(scene), inside, scene, canvas);
    };
    let who = who(scene, process);
    let in_title = format::width(&who.content) + TITLE <= place.frame.width;
    title(scene, process, in_title.then(|| who.clone()), place, canvas);
    let used = if in_title { 0 } else { said(&who, paint::indent(inside, 1), canvas) };
    let inside = paint::below(inside, used);
    let lines = facts(scene, process);
    let wide = inside.width > FACTS + ROOM_FOR_THREADS;
    let used =
        if wide { 0 } else { u16::try_from(lines.len()).unwrap_or(0).min(inside.height / 2) };
    for (y, line) in (0..inside.height).zip(&lines) {
        let row = paint::row(paint::indent(inside, 1), y);
        if wide || y < used {
            let width = if wide { row.width.min(FACTS) } else { row.width };
            paint::line(canvas.buf, Rect { width, ..row }, line);
        }
    }
    let shift = if wide { FACTS + 3 } else { 0 };
    let area = paint::below(inside, used);
    let area = Rect { x: area.x + shift, width: area.width.saturating_sub(shift), ..area };
    threads(scene, process, (area, place.bar), canvas);
}

/// Writes which member it is over as many rows as it takes; returns how many.
fn said(who: &Span<'_>, area: Rect, canvas: &mut Canvas<'_>) -> u16 {
    let (mut rest, mut y) = (&*who.content, 0);
    while !rest.is_empty() && y < area.height / 4 {
        let (line, more) = format::wrap(rest, area.width);
        let line = Line::styled(line.to_owned(), who.style);
        paint::line(canvas.buf, paint::row(area, y), &line);
        (rest, y) = (more, y + 1);
    }
    y
}

/// Why there is no process.
fn nothing(scene: &Scene<'_>) -> String {
    if scene.view.group().is_none() {
        return scene.no_group().to_owned();
    }
    let Some(matches) = scene.view.app.matches() else {
        return "local processes have not been searched yet".to_owned();
    };
    let mut elsewhere: Vec<&str> = Vec::new();
    for member in matches.members.iter() {
        if let At::Elsewhere { host } = &member.place
            && !elsewhere.contains(&&**host)
        {
            elsewhere.push(host);
        }
    }
    if let Some(fault) = matches.members.iter().find_map(|member| member.held_back.as_ref()) {
        return format!("no local process is found: {}", scene.full_name(&fault.text));
    }
    match elsewhere.as_slice() {
        [] if matches.members.is_empty() => "the group has no members".to_owned(),
        [] => "no local process fits any member".to_owned(),
        hosts => {
            let names: Vec<_> = hosts.iter().take(3).map(|host| scene.name(host, 40)).collect();
            let more = if hosts.len() > 3 { ", ..." } else { "" };
            format!("the members are not on this host but on {}{more}", names.join(", "))
        }
    }
}

fn title(
    scene: &Scene<'_>,
    process: &ProcessView,
    who: Option<Span<'static>>,
    place: Place,
    canvas: &mut Canvas<'_>,
) {
    let app = scene.view.app;
    let role = if scene.has_keys(Pane::Process) { Role::Accent } else { Role::Title };
    let mut parts = vec![Line::from(scene.span("Process", role))];
    parts.push(super::filter_mark(scene, Pane::Process));
    let name = scene.name(&process.facts.name, 24);
    parts.push(Line::raw(format!("pid {} {name}", process.key().pid)));
    if let Some(at) = process.gone {
        let text = format!("ended {} ago", scene.ago(at));
        parts.push(Line::from(scene.span(text, Role::Warning)));
    }
    parts.extend(who.map(Line::from));
    let keys = app.candidates();
    let at = keys.iter().position(|&key| key == process.key());
    let position = match at {
        Some(at) if keys.len() > 1 => format!("{} of {}", at + 1, keys.len()),
        _ => String::new(),
    };
    let room = place.frame.width.saturating_sub(16);
    let right = Line::from(scene.span(position, Role::Muted));
    super::title(place, paint::join(parts, room), right, canvas);
}

/// Which members it is, how sure that is, and why. One process may be many members: each of its
/// consumers is one.
fn who(scene: &Scene<'_>, process: &ProcessView) -> Span<'static> {
    let app = scene.view.app;
    let members: Vec<_> = app.members_of(process.key()).collect();
    let Some((first, evidence)) = members.first() else {
        return scene.span("of no member of this group", Role::Muted);
    };
    let least = members.iter().map(|(member, _)| member.confidence).min();
    let confidence = least.unwrap_or(Confidence::None);
    let sign = if confidence >= Confidence::Likely { "=" } else { "?" };
    let name = match members.len() {
        1 => {
            let group = scene.view.group().map(|entry| &*entry.view);
            let known = group.and_then(|group| {
                let found = group.members.as_ref()?.iter().find(|it| it.id == first.member)?;
                Some(super::member_name(scene, group, found, 28))
            });
            known.unwrap_or_else(|| scene.name(first.member.as_str(), 28))
        }
        count => words::many(count, "member", "members"),
    };
    let mut why: Vec<String> =
        evidence.iter().map(|evidence| scene.full_name(&evidence.to_string())).collect();
    if confidence < Confidence::Likely {
        why.extend(first.held_back.as_ref().map(|fault| scene.full_name(&fault.text)));
        why.extend(first.untimed().map(|untimed| untimed.to_string()));
    }
    let role = if confidence >= Confidence::Likely { Role::Text } else { Role::Warning };
    scene.span(format!("{sign} {name} ({}: {})", confidence.word(), why.join(", ")), role)
}

fn facts(scene: &Scene<'_>, process: &ProcessView) -> Vec<Line<'static>> {
    let mut lines = vec![
        with_trend(scene, cpu_line(scene, process), (process, &process.cpu_history), FLOOR),
        with_trend(scene, resident_line(scene, process), (process, &process.rss_history), 1 << 20),
        limit_line(scene, process),
        counts_line(scene, process),
    ];
    lines.push(per_record(scene, process));
    lines.push(host(scene));
    lines
}

fn label(scene: &Scene<'_>, text: &str) -> Span<'static> {
    scene.span(text.to_owned(), Role::Muted)
}

/// A value, or the reason why it is not known.
fn reading<T>(
    scene: &Scene<'_>,
    value: &Result<T, Fault>,
    text: impl FnOnce(&T) -> Option<String>,
) -> Span<'static> {
    match value {
        Ok(value) => match text(value) {
            Some(text) => scene.span(text, Role::Text),
            None => scene.span(scene.theme.glyphs.unknown, Role::Muted),
        },
        Err(fault) => scene.span(words::fault(fault), Role::Warning),
    }
}

fn with_trend(
    scene: &Scene<'_>,
    mut line: Line<'static>,
    (process, history): (&ProcessView, &GroupSeries),
    floor: i64,
) -> Line<'static> {
    let columns = scene.axis.group(history, held(scene, process), TREND);
    let drawn = scene.trend(&columns, Scale::shape(&columns, floor, false));
    line.spans.splice(2..2, std::iter::once(scene.span(" ", Role::Trend)).chain(drawn.spans));
    line
}

fn cpu_line(scene: &Scene<'_>, process: &ProcessView) -> Line<'static> {
    let cpu = reading(scene, &process.cpu, |cpu| Some(format::pad_left(&percent((*cpu)?)?, 8)));
    let parts = process.cpu.as_ref().ok().copied().flatten();
    let parts = parts.and_then(|cpu| cpu.user.zip(cpu.system));
    let part = |share: f64| format::percent(share / 100.0).unwrap_or_default();
    let text = parts.map(|(user, system)| format!("  user {} system {}", part(user), part(system)));
    Line::from(vec![label(scene, "CPU  "), cpu, label(scene, &text.unwrap_or_default())])
}

fn resident_line(scene: &Scene<'_>, process: &ProcessView) -> Line<'static> {
    let rss =
        reading(scene, &process.rss, |rss| Some(format::pad_left(&format::bytes(*rss as f64)?, 8)));
    Line::from(vec![label(scene, "RSS  "), rss])
}

/// What the control group may have, which all of its container shares, and how often it ran into that.
fn limit_line(scene: &Scene<'_>, process: &ProcessView) -> Line<'static> {
    let head = label(scene, "MEM  ");
    let memory = match &process.memory {
        Ok(memory) => memory,
        Err(fault) => {
            return Line::from(vec![head, scene.span(words::fault(fault), Role::Warning)]);
        }
    };
    let size = |bytes: Option<u64>| format::bytes(bytes? as f64);
    let mut line = Line::from(head);
    match (size(memory.limit), size(memory.used)) {
        (Some(limit), Some(used)) => line.push_span(format!("{used} of {limit}")),
        (Some(limit), None) => line.push_span(format!("of {limit}")),
        (None, _) => line.push_span(scene.span("no limit", Role::Muted)),
    }
    let mut told = |count: Option<u64>, what: &str, role| {
        if let Some(count) = count.filter(|count| *count > 0) {
            line.push_span(scene.span(format!("  {count} {what}"), role));
        }
    };
    told(memory.hits, "times at the limit", Role::Warning);
    told(memory.kills, "killed for it", Role::Critical);
    line
}

fn counts_line(scene: &Scene<'_>, process: &ProcessView) -> Line<'static> {
    let threads = reading(scene, &process.thread_count, |count| Some(count.to_string()));
    let switches = reading(scene, &process.switches_per_second, |rate| {
        Some(format!("{}/s", format::rate((*rate)?)?))
    });
    let throttled = match &process.throttling {
        Ok(throttling) if throttling.seen.quota_millicores.is_none() => {
            scene.span("no quota", Role::Muted)
        }
        Ok(throttling) => {
            let share = throttling.share.and_then(format::percent);
            let role = match throttling.share {
                Some(share) if share > 0.0 => Role::Warning,
                _ => Role::Text,
            };
            let unknown = scene.theme.glyphs.unknown;
            let quota = throttling.seen.quota_millicores.map_or(0.0, f64::from) / 1_000.0;
            let share = share.unwrap_or_else(|| unknown.to_owned());
            scene.span(format!("{share} of quota {quota:.1}"), role)
        }
        Err(fault) => scene.span(words::fault(fault), Role::Warning),
    };
    Line::from(vec![
        label(scene, "THR  "),
        threads,
        label(scene, "  CTX "),
        switches,
        label(scene, "  throttled "),
        throttled,
    ])
}

/// CPU per record, and by how much it has grown over what is drawn.
fn per_record(scene: &Scene<'_>, process: &ProcessView) -> Line<'static> {
    let head = label(scene, "cpu per record ");
    let Some(found) = &process.per_record else {
        return Line::from(vec![head, scene.span(scene.theme.glyphs.unknown, Role::Muted)]);
    };
    let text = found.micros.and_then(format::micros);
    let text = text.unwrap_or_else(|| scene.theme.glyphs.unknown.to_owned());
    let columns = scene.axis.group(&found.history, held(scene, process), TREND);
    let drawn = scene.trend(&columns, Scale::shape(&columns, 1_000, false));
    let mut line =
        Line::from(vec![head, scene.span(text, Role::Text), scene.span(" ", Role::Trend)]);
    line.spans.extend(drawn.spans);
    let mut known = columns.iter().flatten().filter(|nanos| **nanos > 0);
    if let (Some(first), Some(last)) = (known.next(), known.next_back()) {
        let factor = *last as f64 / *first as f64;
        let role = if factor >= 1.5 { Role::Warning } else { Role::Muted };
        let (times, window) = (scene.theme.glyphs.times, scene.axis.label());
        line.push_span(scene.span(format!("  ({times}{factor:.1} in {window})"), role));
    }
    line
}

fn host(scene: &Scene<'_>) -> Line<'static> {
    let head = label(scene, "host ");
    let Some(host) = &scene.view.snapshot.processes.host else {
        return Line::from(vec![head, scene.span(scene.theme.glyphs.unknown, Role::Muted)]);
    };
    let sample = &host.sample;
    let busy = sample.cpu.and_then(|cpu| format::percent(cpu.value() / 100.0));
    let busy = busy.map(|busy| format!(" {busy}")).unwrap_or_default();
    let cores = usize::try_from(sample.cores).unwrap_or(0);
    let load = reading(scene, &sample.load, |load| Some(format!("{:.1}", load.first()?.value())));
    let pressure = reading(scene, &sample.pressure, |pressure| {
        let some = |line: PressureLine| line.some_avg10.value();
        let (cpu, io, memory) = (some(pressure.cpu), some(pressure.io), some(pressure.memory));
        Some(format!("cpu {cpu:.1} io {io:.1} mem {memory:.1}"))
    });
    Line::from(vec![
        head,
        Span::raw(format!("{}{busy}", words::many(cores, "core", "cores"))),
        label(scene, "  load "),
        load,
        label(scene, "  psi "),
        pressure,
    ])
}
