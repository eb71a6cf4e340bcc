//! The Partitions pane: one row a partition of the selected group, or of one topic in all groups.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::groups::NOISE;
use super::partition_item::Item;
use super::{Canvas, Scene, Sheet, strip};
use crate::app::{Pane, PartitionScope, PartitionSort, SortBy};
use crate::model::{GroupEntry, GroupState, GroupView, PartitionLog};
use crate::ui::format;
use crate::ui::fresh::Freshness;
use crate::ui::layout::Place;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::widgets::sparkline::{Scale, greatest};
use crate::ui::widgets::table::{self, Column, Placed};
use crate::ui::words;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Group,
    Topic,
    Partition,
    Lag,
    Trend,
    Arriving,
    Consumed,
    Eta,
    Behind,
    Headroom,
    Commit,
    Owner,
    Host,
    End,
    Committed,
    Start,
    Leader,
    Isr,
}

fn sort(column: Show) -> Option<SortBy> {
    Some(SortBy::Partitions(match column {
        Show::Topic | Show::Partition => PartitionSort::Partition,
        Show::Lag => PartitionSort::Lag,
        Show::Arriving => PartitionSort::Arriving,
        Show::Consumed => PartitionSort::Consumed,
        Show::Eta => PartitionSort::Eta,
        Show::Behind => PartitionSort::Behind,
        Show::Commit => PartitionSort::Commit,
        Show::Owner => PartitionSort::Owner,
        _ => return None,
    }))
}

fn columns(
    scene: &Scene<'_>,
    (several_topics, short_isr, marked): (bool, bool, bool),
    width: u16,
) -> Vec<Column<Show>> {
    let app = scene.view.app;
    // Where there is room the trend takes it before exact offsets do.
    let trend = if width < 90 { 8 } else { 14 };
    let mut columns = match app.scope {
        PartitionScope::Topic(_) => vec![Column::words(Show::Group, "GROUP", 10, 32, 0)],
        PartitionScope::Group if several_topics => {
            vec![Column::words(Show::Topic, "TOPIC", 10, 32, 0)]
        }
        PartitionScope::Group => Vec::new(),
    };
    columns.extend([
        Column::numbers(Show::Partition, "P", if marked { 3 + strip::MARK } else { 4 }, 0),
        Column::numbers(Show::Lag, "LAG", 6, 0),
        Column::words(Show::Trend, "", trend, 24, 0),
        Column::numbers(Show::Arriving, "IN/s", 5, 3),
        Column::numbers(Show::Consumed, "OUT/s", 5, 3),
        Column::numbers(Show::Eta, "ETA", 6, 4),
        Column::numbers(Show::Behind, "BEHIND", 7, 3),
        Column::numbers(Show::Commit, "COMMIT", 7, 6),
        Column::words(Show::Owner, "OWNER", 10, 24, 2),
        Column::words(Show::Host, "HOST", 9, 22, 5),
        Column::numbers(Show::Leader, "LEADER", 6, 8),
        // Missing replicas are no detail.
        Column::numbers(Show::Isr, "ISR", 4, if short_isr { 1 } else { 7 }),
        Column::numbers(Show::Headroom, "HEADROOM", 9, 8),
        Column::numbers(Show::End, "END", 13, 10),
        Column::numbers(Show::Committed, "COMMITTED", 13, 9),
        Column::numbers(Show::Start, "START", 13, 11),
    ]);
    for column in &mut columns {
        let by = Some(SortBy::Partitions(app.partitions.sort));
        let sorted = sort(column.key) == by && (column.key != Show::Topic);
        column.order = super::order(sorted, app.partitions.descending);
        if column.key == Show::Trend {
            let scale = if app.log_scale { " log" } else { "" };
            column.title = format!("{}{scale}", scene.axis.label()).into();
        }
    }
    columns
}

/// Draws the pane.
pub fn draw(scene: &Scene<'_>, place: Place, canvas: &mut Canvas<'_>) {
    let app = scene.view.app;
    let height = usize::from(place.inside.height.saturating_sub(1));
    let (first, len) = (app.partitions.first_row(height), app.rows.partitions.len());
    title(scene, place, super::position(first, height, len), canvas);
    if len == 0 {
        canvas.hits.set_height(Pane::Partitions, height);
        return super::say(&nothing(scene), place.inside, scene, canvas);
    }
    let seen: Vec<_> =
        (first..len.min(first + height)).map(|position| Item::at(scene, position)).collect();
    let short = seen.iter().flatten().filter_map(Item::log).any(PartitionLog::is_under_replicated);
    let several = scene.view.group().is_some_and(|entry| entry.view.topics.len() > 1);
    let marked = seen.iter().flatten().any(|item| item.worst().is_some());
    let columns = columns(scene, (several, short, marked), place.inside.width);
    let sheet = Sheet {
        pane: Pane::Partitions,
        columns: &columns,
        sort,
        cursor: app.partitions.cursor(),
        len,
        first,
    };
    let placed = table::place(&columns, place.inside.width);
    let trends = trends(scene, &placed, &seen);
    sheet.draw(scene, (place.inside, place.bar), canvas, |position, row, placed, buf| {
        let index = position.saturating_sub(first);
        if let (Some(Some(item)), Some(trend)) = (seen.get(index), trends.get(index)) {
            draw_row(scene, (item, trend), (row, placed), buf);
        }
    });
}

/// The trends of the rows that are seen. Logarithmic ones share a scale; linear ones have their own,
/// because beside one hot partition all others would be flat.
fn trends(
    scene: &Scene<'_>,
    placed: &[Placed<'_, Show>],
    seen: &[Option<Item<'_>>],
) -> Vec<Line<'static>> {
    let width =
        placed.iter().find(|cell| cell.column.key == Show::Trend).map_or(0, |cell| cell.width);
    let columns: Vec<_> = seen
        .iter()
        .map(|item| item.as_ref().map(|item| item.lag(scene, width)).unwrap_or_default())
        .collect();
    let log = scene.view.app.log_scale;
    let top = columns.iter().filter_map(|columns| greatest(columns)).max().unwrap_or(0);
    let shared = Scale::new(top.max(NOISE), true);
    let scale = |columns: &[_]| if log { shared } else { Scale::shape(columns, NOISE, false) };
    columns.iter().map(|columns| scene.trend(columns, scale(columns))).collect()
}

fn nothing(scene: &Scene<'_>) -> String {
    let Some(entry) = scene.view.group() else { return scene.no_group().to_owned() };
    if let Some(fault) = &entry.view.commits_fault {
        return format!("commits: {}", scene.full_name(&fault.text));
    }
    if !scene.view.app.partitions.filter.is_empty() {
        return "no partition matches the filter".to_owned();
    }
    match entry.seen.commits {
        None => "commits are not known yet".to_owned(),
        Some(_) => "no commits, and no member holds a partition".to_owned(),
    }
}

fn draw_row(
    scene: &Scene<'_>,
    (item, trend): (&Item<'_>, &Line<'static>),
    (row, placed): (Rect, &[Placed<'_, Show>]),
    buf: &mut Buffer,
) {
    let (lag_known, fault) = (item.partition.lag.records.is_some(), item.fault());
    for cell in placed {
        let content = match cell.column.key {
            Show::Trend => trend.clone(),
            key => content(scene, item, (key, cell.width)),
        };
        table::draw_cell(cell, row, &content, buf);
    }
    let instead = match (fault, lag_known) {
        (Some(fault), _) => Some((fault, Role::Warning)),
        (None, false) => item.partition.lag.backlog.map(|backlog| {
            (format!("no commit, {} in the log", format::count(backlog)), Role::Muted)
        }),
        (None, true) => None,
    };
    if let Some((text, role)) = instead {
        // A trend that is known stays; what would follow from it does not.
        let covers = |key| match key {
            Show::Trend => !lag_known,
            Show::Arriving | Show::Consumed | Show::Eta | Show::Behind => true,
            _ => false,
        };
        let content = (text.as_str(), scene.style(role));
        table::draw_over((placed, row), covers, content, &scene.theme, buf);
    }
}

fn content(scene: &Scene<'_>, item: &Item<'_>, (column, width): (Show, u16)) -> Line<'static> {
    let (theme, partition, log) = (&scene.theme, item.partition, item.log());
    let (commit_sure, end_sure) = (item.commit_sure(scene), item.end_sure(scene));
    let sure = commit_sure.worse(end_sure);
    let offset = |value: Option<i64>, sure| {
        let text = value.map(format::grouped).map(|text| {
            if format::width(&text) <= width { text } else { format::count(value.unwrap_or(0)) }
        });
        words::value(text, sure, Role::Text, theme)
    };
    match column {
        Show::Group => Line::raw(scene.name(item.group().id.as_str(), width)),
        Show::Topic => Line::raw(scene.name(item.topic.topic.as_str(), width)),
        Show::Partition => strip::marked_number(scene, partition.partition, item.worst()),
        Show::Lag => words::lag(partition.lag.records, sure, theme),
        Show::Trend => Line::default(),
        Show::Arriving => words::rate(log.and_then(|log| log.arriving), end_sure, theme),
        Show::Consumed => words::rate(partition.consumed, commit_sure, theme),
        Show::Eta => {
            let losing = words::losing(log.and_then(|log| log.arriving), partition.consumed);
            words::eta(partition.eta, losing, sure, theme)
        }
        Show::Behind => words::behind(partition.behind, scene.view.now, sure, theme),
        Show::Headroom => words::headroom(item.headroom(), sure, theme),
        Show::Commit => words::value(item.commit_age(scene), commit_sure, Role::Text, theme),
        Show::Owner => owner(scene, item, width),
        Show::Host => {
            let host = item.group().owner(partition).map(|member| scene.name(&member.host, width));
            Line::from(scene.span(host.unwrap_or_default(), Role::Muted))
        }
        Show::End => offset(partition.lag.end, end_sure),
        Show::Committed => {
            offset(partition.commit.as_ref().map(|commit| commit.offset), commit_sure)
        }
        Show::Start => offset(log.and_then(|log| log.log_start), end_sure),
        Show::Leader => {
            let leader = log.and_then(|log| log.leader).map(|id| id.to_string());
            words::value(leader, Freshness::Fresh, Role::Muted, theme)
        }
        Show::Isr => isr(scene, log),
    }
}

fn owner(scene: &Scene<'_>, item: &Item<'_>, width: u16) -> Line<'static> {
    let group = item.group();
    match group.owner(item.partition) {
        Some(member) => Line::raw(super::member_name(scene, group, member, width)),
        None if group.members.is_some() && item.entry.view.state.is_rebalancing() => {
            Line::from(scene.span("moving", Role::Muted))
        }
        // Of an empty group it goes without saying.
        None if group.state == GroupState::Empty => Line::from(scene.span("nobody", Role::Muted)),
        None if group.members.is_some() => Line::from(scene.span("nobody", Role::Warning)),
        None => Line::from(scene.span(scene.theme.glyphs.unknown, Role::Muted)),
    }
}

fn isr(scene: &Scene<'_>, log: Option<&PartitionLog>) -> Line<'static> {
    let Some(log) = log.filter(|log| !log.replicas.is_empty()) else {
        return Line::from(scene.span(scene.theme.glyphs.unknown, Role::Muted));
    };
    let text = format!("{}/{}", log.isr.len(), log.replicas.len());
    let short = log.is_under_replicated();
    let (text, role) =
        if short { (format!("{text}!"), Role::Critical) } else { (text, Role::Muted) };
    Line::from(scene.span(text, role))
}

fn title(scene: &Scene<'_>, place: Place, position: String, canvas: &mut Canvas<'_>) {
    let width = place.frame.width.saturating_sub(4);
    let role = if scene.has_keys(Pane::Partitions) { Role::Accent } else { Role::Title };
    let mut parts = match (&scene.view.app.scope, scene.view.group()) {
        (PartitionScope::Topic(topic), _) => vec![
            Line::from(scene.span(scene.name(topic.as_str(), width / 2), role)),
            Line::from(scene.span("in all groups", Role::Muted)),
        ],
        (PartitionScope::Group, Some(entry)) => {
            let mut parts = vec![what(scene, &entry.view, role, width)];
            parts.push(super::filter_mark(scene, Pane::Partitions));
            parts.extend(state(scene, entry));
            parts
        }
        (PartitionScope::Group, None) => vec![Line::from(scene.span("Partitions", role))],
    };
    if matches!(scene.view.app.scope, PartitionScope::Topic(_)) {
        parts.push(super::filter_mark(scene, Pane::Partitions));
    }
    let left = paint::join(parts, width);
    super::title(place, left, Line::from(scene.span(position, Role::Muted)), canvas);
}

/// `group ▸ topic`.
fn what(scene: &Scene<'_>, group: &GroupView, role: Role, width: u16) -> Line<'static> {
    let mut spans = vec![scene.span(scene.name(group.id.as_str(), width / 2), role)];
    let topic = match &*group.topics {
        [] => return Line::from(spans),
        [only] => scene.name(only.topic.as_str(), (width / 2).saturating_sub(3)),
        several => words::many(several.len(), "topic", "topics"),
    };
    spans.push(scene.span(format!(" {} ", scene.theme.glyphs.select), Role::Muted));
    spans.push(scene.span(topic, role));
    Line::from(spans)
}

/// State, assignor, epoch, coordinator, and what is wrong with the sums: the most important first.
fn state(scene: &Scene<'_>, entry: &GroupEntry) -> Vec<Line<'static>> {
    let group = &entry.view;
    let mut parts =
        vec![Line::from(Span::styled(group.state.name(), scene.theme.state(group.state)))];
    let sure = scene.sure(entry.seen.commits).worse(super::ends_sure(scene, entry));
    let mut say = |text: String, role| parts.push(Line::from(scene.span(text, role)));
    if let Some(age) = words::age(sure) {
        say(age, Role::Warning);
    }
    if group.totals.negative > 0 {
        say(format!("{} negative", group.totals.negative), Role::Critical);
    }
    if group.totals.lost > 0 {
        say(format!("{} lost", format::count(group.totals.lost)), Role::Critical);
    }
    if group.totals.unknown > 0 {
        say(format!("{} unknown", group.totals.unknown), Role::Warning);
    }
    let assignor = group.assignor.as_ref().map(|assignor| scene.name(assignor, 20));
    let epoch = group.epoch.map(|epoch| format!("epoch {epoch}"));
    let coordinator = group.coordinator.map(|id| format!("coordinator {id}"));
    for text in [assignor, epoch, coordinator].into_iter().flatten() {
        say(text, Role::Muted);
    }
    parts
}
