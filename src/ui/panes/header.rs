//! The header: which cluster, how far behind, how lagtop itself is doing; and the line below it that
//! says what keeps the picture from being true.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Canvas, Scene, area_of, when};
use crate::app::{Action, Hit, Pane, Shape};
use crate::model::pseudonym::Hiding;
use crate::model::{
    BrokerHealth, BrokerView, Differences, HistoryProgress, HistoryStage, Severity, SourceHealth,
    SourceId, SourceView,
};
use crate::ui::format;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::words;

/// A part of the header.
struct Part {
    /// The greatest leaves first.
    rank: u8,
    /// It stands on the right.
    right: bool,
    line: Line<'static>,
}

/// Draws the header's line.
pub fn draw(scene: &Scene<'_>, area: Rect, canvas: &mut Canvas<'_>) {
    if scene.view.app.title.production {
        canvas.buf.set_style(area, scene.style(Role::Production));
    }
    let mut parts = cluster(scene);
    parts.extend(totals(scene));
    parts.extend(costs(scene));
    parts.retain(|part| part.line.width() > 0);
    let area = paint::indent(area, 1);
    let (left, right) = fit(parts, area.width);
    paint::line(canvas.buf, area, &left);
    paint::line_right(canvas.buf, area, &right);
}

/// The parts that fit, the most important first, left and right ones each in their order.
fn fit(mut parts: Vec<Part>, width: u16) -> (Line<'static>, Line<'static>) {
    const GAP: usize = 2;
    let needed = |parts: &[Part]| {
        parts.iter().map(|part| part.line.width() + GAP).sum::<usize>().saturating_sub(GAP)
    };
    while parts.len() > 1 && needed(&parts) > usize::from(width) {
        let last = parts.iter().enumerate().max_by_key(|(_, part)| part.rank);
        let Some((index, _)) = last else { break };
        parts.remove(index);
    }
    let (right, left): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.right);
    let join =
        |parts: Vec<Part>| paint::join(parts.into_iter().map(|part| part.line).collect(), width);
    (join(left), join(right))
}

fn part(rank: u8, line: impl Into<Line<'static>>) -> Part {
    Part { rank, right: false, line: line.into() }
}

/// What is watched.
fn cluster(scene: &Scene<'_>) -> Vec<Part> {
    let cluster = &scene.view.snapshot.cluster;
    let mut parts = vec![
        part(7, scene.span("lagtop", Role::Accent)),
        part(0, scene.span(scene.name(&scene.view.app.title.name, 32), Role::Title)),
    ];
    let hidden = match scene.view.app.hiding() {
        Hiding::Off => None,
        Hiding::Hosts => Some("hosts hidden"),
        Hiding::All => Some("names hidden"),
    };
    parts.extend(hidden.map(|hidden| part(1, scene.span(hidden, Role::Accent))));
    if scene.view.app.title.production {
        // A word as well: not every terminal can show the ground.
        parts.push(part(0, Line::styled(" PRODUCTION ", scene.style(Role::Critical).reversed())));
    }
    let all = cluster.brokers.len();
    let down = cluster.brokers.iter().filter(|view| is_down(view)).count();
    if down > 0 {
        let text = format!("{} of {all} brokers up", all - down);
        parts.push(part(3, scene.span(text, Role::Critical)));
    } else if all > 0 {
        parts.push(part(6, Line::raw(words::many(all, "broker", "brokers"))));
    }
    if let Some(id) = &cluster.id {
        parts.push(part(13, scene.span(format!("id {}", scene.name(id, 24)), Role::Muted)));
    }
    for source in scene.view.snapshot.sources.iter() {
        // Polling goes on without it, so this is a word about rights, not an alarm.
        if let (SourceId::Stream, SourceHealth::Failing { fault, .. }) = (source.id, &source.health)
        {
            let text = format!("no stream: {}", scene.name(&fault.text, 48));
            parts.push(part(8, scene.span(text, Role::Muted)));
            continue;
        }
        if source.id == SourceId::Recording {
            parts.push(recording(scene, &source.health));
            continue;
        }
        let (role, mark) = match source.health {
            SourceHealth::Working => (Role::Text, ""),
            SourceHealth::Starting => (Role::Muted, ""),
            SourceHealth::Failing { .. } | SourceHealth::Restarting { .. } => (Role::Critical, "?"),
        };
        parts.push(part(8, scene.span(format!("{}{mark}", source.id.name()), role)));
        if let Some(history) = &source.history {
            parts.push(part(10, scene.span(history_text(history), Role::Muted)));
        }
    }
    parts.extend(differences(scene));
    parts
}

/// Where records and answers told different things: how often, and of what last.
fn differences(scene: &Scene<'_>) -> Option<Part> {
    let Differences { count, last } = &scene.view.snapshot.differences;
    let (count, last) = (usize::try_from(*count).ok()?, last.as_ref()?);
    let number = words::many(count, "difference", "differences");
    let (about, group) = (last.about.name(), scene.name(last.group.as_str(), 24));
    let text = format!("{number}, last in the {about} of {group}");
    Some(part(8, scene.span(text, Role::Warning)))
}

/// What is being recorded, or what is missing in what is played.
fn recording(scene: &Scene<'_>, health: &SourceHealth) -> Part {
    match health {
        SourceHealth::Failing { fault, .. } | SourceHealth::Restarting { fault, .. } => {
            part(2, scene.span(scene.name(&fault.text, 72), Role::Critical))
        }
        SourceHealth::Starting | SourceHealth::Working => {
            part(4, scene.span("REC", Role::Critical))
        }
    }
}

/// How much is known of the time before the start: `history 30m, 41 MB, complete`.
fn history_text(history: &HistoryProgress) -> String {
    let span = |ms| format::span(Duration::from_millis(ms));
    let wanted = span(history.wanted_ms);
    let bytes = format::bytes(history.bytes as f64).unwrap_or_default();
    let part = |why| format!("history {} of {wanted}: {why}", span(history.reached_ms));
    match &history.stage {
        HistoryStage::Reading(percent) => format!("history {wanted}, reading {percent} %"),
        HistoryStage::Complete => format!("history {wanted}, {bytes}, complete"),
        HistoryStage::ByteBudget => part("byte budget"),
        HistoryStage::TimeBudget => part("time budget"),
        HistoryStage::Failed(_) => part("not readable"),
    }
}

fn is_down(broker: &BrokerView) -> bool {
    matches!(broker.health, BrokerHealth::Down { .. })
}

/// How far behind all groups are together.
fn totals(scene: &Scene<'_>) -> Vec<Part> {
    let totals = &scene.view.snapshot.totals;
    let round = poll(scene).and_then(|source| source.last_round_at);
    let sure = scene.sure(round);
    let mut lag = vec![scene.span("lag ", Role::Muted)];
    if totals.lag.is_some() && sure.age().is_none() {
        let text = totals.lag.map(format::count).unwrap_or_default();
        lag.push(scene.span(text, Role::Title));
    } else {
        lag.extend(words::lag(totals.lag, sure, &scene.theme).spans);
    }
    if let Some(growth) = totals.growth.filter(|_| sure.age().is_none()) {
        let glyphs = &scene.theme.glyphs;
        let (sign, role) =
            if growth.0 > 0.0 { (glyphs.up, Role::Warning) } else { (glyphs.down, Role::Ok) };
        if let Some(rate) = format::rate(growth.0.abs()).filter(|rate| rate != "0") {
            lag.push(scene.span(format!(" {sign} {rate}/s"), role));
        }
    }
    let mut parts = vec![part(1, Line::from(lag))];
    if totals.groups > 0 {
        parts.push(part(9, Line::raw(words::many(totals.groups, "group", "groups"))));
    }
    parts.extend(findings(scene));
    if totals.rebalancing > 0 {
        let text = format!("{} rebalancing", totals.rebalancing);
        parts.push(part(5, scene.span(text, Role::Warning)));
    }
    parts
}

/// How many findings there are of each severity.
fn findings(scene: &Scene<'_>) -> Option<Part> {
    let view = &scene.view;
    let told = || view.app.rows.told.iter().filter_map(|row| row.finding(view.snapshot));
    let mut counts = Vec::new();
    for severity in Severity::ALL.into_iter().rev() {
        let number = told().filter(|finding| finding.severity == severity).count();
        if number > 0 {
            let text = format!("{number} {}", severity.name());
            if !counts.is_empty() {
                counts.push(Span::raw(" "));
            }
            counts.push(scene.span(text, super::findings::role(severity)));
        }
    }
    (!counts.is_empty()).then(|| part(2, Line::from(counts)))
}

fn poll<'a>(scene: &Scene<'a>) -> Option<&'a SourceView> {
    scene.view.snapshot.source(SourceId::Poll)
}

/// What time it is, and what lagtop costs the cluster.
fn costs(scene: &Scene<'_>) -> Vec<Part> {
    let right = |rank, line: Line<'static>| Part { rank, right: true, line };
    let mut parts: Vec<_> =
        when::parts(scene).into_iter().map(|(rank, line)| right(rank, line)).collect();
    let wished = scene.view.app.interval;
    let mut interval = interval_text(wished);
    let source = poll(scene);
    let told = source.and_then(|source| source.last_round.as_ref()).map(|round| round.next_in_ms);
    // Rounds are slower than wished for where they cost too much; half a second more is no news.
    let told = told.map(Duration::from_millis);
    if let Some(told) = told.filter(|told| *told > wished.saturating_add(wished / 2)) {
        let arrow = scene.theme.glyphs.arrow;
        interval = format!("{interval}{arrow}{}", interval_text(told));
    }
    parts.push(right(10, Line::from(scene.span(interval, Role::Muted))));
    let Some(source) = source else { return parts };
    if source.throttled_ms > 0 {
        let text =
            format!("throttled {}", format::took(Duration::from_millis(source.throttled_ms)));
        parts.push(right(5, Line::from(scene.span(text, Role::Warning))));
    }
    if let Some(requests) = sum(scene, |source| source.requests_per_second).and_then(format::rate) {
        let text = format!("{requests} req/s{}", limit_text(scene, source));
        parts.push(right(11, Line::from(scene.span(text, Role::Muted))));
    }
    if let Some(bytes) = sum(scene, |source| source.bytes_per_second).and_then(format::bytes) {
        parts.push(right(12, Line::from(scene.span(format!("{bytes}/s"), Role::Muted))));
    }
    parts
}

/// How much polling may ask, while that is what makes it slow.
fn limit_text(scene: &Scene<'_>, source: &SourceView) -> String {
    let asked = source.requests_per_second.unwrap_or(0.0);
    let limit = scene.view.app.max_requests.filter(|limit| asked > f64::from(*limit) * 0.75);
    limit.map_or_else(String::new, |limit| format!(", polling at most {limit}"))
}

/// Over all sources that tell it; `None` while polling does not.
fn sum(scene: &Scene<'_>, of: impl Fn(&SourceView) -> Option<f64>) -> Option<f64> {
    poll(scene).and_then(&of)?;
    Some(scene.view.snapshot.sources.iter().filter_map(of).sum())
}

fn interval_text(interval: Duration) -> String {
    if interval.subsec_millis() == 0 { format::span(interval) } else { format::took(interval) }
}

/// Draws what keeps the picture from being true; one line, or two where the first does not hold it.
pub fn draw_trouble(
    scene: &Scene<'_>,
    (text, role): &(String, Role),
    area: Rect,
    buf: &mut Buffer,
) {
    let mut rest = text.as_str();
    for y in 0..area.height {
        let row = paint::row(area, y);
        let last = y + 1 == area.height;
        let (line, more) = if last { (rest, "") } else { format::wrap(rest, row.width) };
        let line = format::cut_end(line, row.width, scene.theme.glyphs.ellipsis);
        paint::text(buf, row, &line, scene.style(*role));
        rest = more;
    }
}

/// What keeps the picture from being true, in one sentence: the worst of it. `None` if nothing does.
#[must_use]
pub fn trouble(scene: &Scene<'_>) -> Option<(String, Role)> {
    let source = poll(scene);
    let name = scene.full_name(&scene.view.app.title.name);
    match source.map(|source| (&source.health, source.last_round_at)) {
        Some((SourceHealth::Failing { since, fault }, seen)) => {
            let reason = scene.full_name(&fault.text);
            // The age first: a narrow line ends in the reason.
            let text = if let Some(seen) = seen {
                let age = words::old(scene.view.now.since(seen));
                format!("What you see is {age}: {reason}. Trying again.")
            } else {
                let since = scene.ago(*since);
                format!("Cannot reach {name}: {reason}. Trying again for {since}.")
            };
            Some((text, Role::Critical))
        }
        Some((SourceHealth::Restarting { since, fault }, _)) => {
            let reason = scene.full_name(&fault.text);
            let text = format!(
                "A defect stopped the questions {} ago, they start again: {reason}.",
                scene.ago(*since)
            );
            Some((text, Role::Critical))
        }
        _ => brokers(scene),
    }
}

/// Brokers that do not answer.
fn brokers(scene: &Scene<'_>) -> Option<(String, Role)> {
    let mut down =
        scene.view.snapshot.cluster.brokers.iter().filter_map(|view| match &view.health {
            BrokerHealth::Down { since, fault } => Some((&view.broker, *since, fault)),
            _ => None,
        });
    let (broker, since, fault) = down.next()?;
    let more = match down.count() {
        0 => String::new(),
        more => format!(" and {}", words::many(more, "other", "others")),
    };
    let verb = if more.is_empty() { "does" } else { "do" };
    let text = format!(
        "Broker {} ({}:{}){more} {verb} not answer for {}: {}.",
        broker.id,
        scene.name(&broker.host, 40),
        broker.port,
        scene.ago(since),
        scene.full_name(&fault.text)
    );
    Some((text, Role::Warning))
}

/// Draws the line of panes to choose from.
pub fn tabs(scene: &Scene<'_>, area: Rect, canvas: &mut Canvas<'_>) {
    let active = match scene.view.app.shape() {
        Shape::One(pane) => Some(pane),
        _ => None,
    };
    let area = paint::indent(area, 1);
    let whole: usize = Pane::ALL.iter().map(|pane| pane.name().len() + 4).sum();
    let short = usize::from(area.width) < whole;
    let mut x = area.x;
    for pane in Pane::ALL {
        let key = scene.view.app.keys.chord(Action::Focus(pane));
        let key = key.map(|chord| chord.label(scene.view.looks.ascii));
        let is_active = active == Some(pane);
        let name = if short && !is_active { "" } else { pane.name() };
        let role = if is_active { Role::Title } else { Role::Muted };
        let gap = if name.is_empty() { "" } else { " " };
        let mut line = Line::from(vec![
            Span::styled(key.unwrap_or_default(), scene.style(Role::Accent)),
            scene.span(format!("{gap}{name}"), role),
        ]);
        if is_active {
            line = line.patch_style(ratatui::style::Style::new().underlined());
        }
        let place = Rect { x, width: area.right().saturating_sub(x), ..area };
        let used = paint::line(canvas.buf, place, &line);
        let place = Rect { width: used, ..place };
        canvas.hits.add(area_of(place), Hit::Key(Action::Focus(pane)));
        x = x.saturating_add(used).saturating_add(2);
    }
}
