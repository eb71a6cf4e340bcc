//! The Members pane: who holds what, and how much of the lag is theirs.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Canvas, Scene, Sheet, local, matrix};
use crate::app::{MemberRow, MemberSort, Pane, SortBy};
use crate::model::{GroupEntry, GroupView, MemberView, TopicPartitions};
use crate::ui::format;
use crate::ui::fresh::Freshness;
use crate::ui::layout::Place;
use crate::ui::paint;
use crate::ui::theme::Role;
use crate::ui::widgets::table::{self, Column, Placed};
use crate::ui::words;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    Name,
    Host,
    Partitions,
    Pending,
    Lag,
    Share,
    Consumed,
    Assigned,
    Epoch,
    Rack,
    Process,
    Cpu,
}

fn sort(column: Show) -> Option<SortBy> {
    Some(SortBy::Members(match column {
        Show::Name => MemberSort::Name,
        Show::Host => MemberSort::Host,
        Show::Partitions => MemberSort::Partitions,
        Show::Lag => MemberSort::Lag,
        Show::Consumed => MemberSort::Consumed,
        Show::Pending
        | Show::Share
        | Show::Assigned
        | Show::Epoch
        | Show::Rack
        | Show::Process
        | Show::Cpu => return None,
    }))
}

fn columns(scene: &Scene<'_>, group: &GroupView) -> Vec<Column<Show>> {
    let app = scene.view.app;
    let members = group.members.as_deref().unwrap_or_default();
    let mut columns = vec![
        Column::words(Show::Name, "MEMBER", 10, 36, 0),
        Column::words(Show::Host, "HOST", 9, 28, 1),
        Column::numbers(Show::Partitions, "PARTS", 5, 4),
        Column::numbers(Show::Lag, "LAG", 6, 0),
        Column::numbers(Show::Share, "SHARE", 5, 2),
        Column::numbers(Show::Consumed, "OUT/s", 5, 5),
        Column::words(Show::Assigned, "ASSIGNED", 8, 40, 3),
        Column::numbers(Show::Epoch, "EPOCH", 5, 6),
        Column::words(Show::Rack, "RACK", 6, 12, 7),
        Column::words(Show::Process, "PROCESS", 8, 20, 4),
        Column::numbers(Show::Cpu, "CPU", 5, 3),
    ];
    if members.iter().any(MemberView::is_reconciling) {
        columns.insert(3, Column::words(Show::Pending, "PENDING", 7, 9, 1));
    }
    columns.retain(|column| match column.key {
        Show::Epoch => members.iter().any(|member| member.epoch.is_some()),
        Show::Rack => members.iter().any(|member| member.rack.is_some()),
        Show::Process => local::any(scene),
        Show::Cpu => local::any_sure(scene),
        _ => true,
    });
    for column in &mut columns {
        let sorted = sort(column.key) == Some(SortBy::Members(app.members.sort));
        column.order = super::order(sorted, app.members.descending);
    }
    columns
}

/// Draws the pane.
pub fn draw(scene: &Scene<'_>, place: Place, canvas: &mut Canvas<'_>) {
    let app = scene.view.app;
    let height = usize::from(place.inside.height.saturating_sub(1));
    let (first, len) = (app.members.first_row(height), app.rows.members.len());
    title(scene, place, super::position(first, height, len), canvas);
    let Some(entry) = scene.view.group() else {
        canvas.hits.set_height(Pane::Members, height);
        return super::say(scene.no_group(), place.inside, scene, canvas);
    };
    if len == 0 {
        canvas.hits.set_height(Pane::Members, height);
        return super::say(&nothing(scene, entry), place.inside, scene, canvas);
    }
    if app.matrix {
        return matrix::draw(scene, entry, place, canvas);
    }
    let columns = columns(scene, &entry.view);
    let sheet = Sheet {
        pane: Pane::Members,
        columns: &columns,
        sort,
        cursor: app.members.cursor(),
        len,
        first,
    };
    sheet.draw(scene, (place.inside, place.bar), canvas, |position, row, placed, buf| {
        let row_of = app.rows.members.get(position).copied();
        match row_of.map(|row| (row, row.of(&entry.view))) {
            Some((MemberRow::Member(_), Some(member))) => {
                draw_row(scene, (entry, member), (row, placed), buf);
            }
            Some((MemberRow::Unowned, _)) => draw_unowned(scene, entry, (row, placed), buf),
            _ => {}
        }
    });
}

fn nothing(scene: &Scene<'_>, entry: &GroupEntry) -> String {
    if let Some(fault) = &entry.view.describe_fault {
        return format!("members: {}", scene.full_name(&fault.text));
    }
    if !scene.view.app.members.filter.is_empty() {
        return "no member matches the filter".to_owned();
    }
    match entry.view.members {
        None => "members are not known yet".to_owned(),
        Some(_) => "the group has no members".to_owned(),
    }
}

fn title(scene: &Scene<'_>, place: Place, position: String, canvas: &mut Canvas<'_>) {
    let role = if scene.has_keys(Pane::Members) { Role::Accent } else { Role::Title };
    let mut parts = vec![Line::from(scene.span("Members", role))];
    parts.push(super::filter_mark(scene, Pane::Members));
    if let Some(entry) = scene.view.group() {
        let members = entry.view.members.as_deref().unwrap_or_default();
        let mut say = |text: String, role| parts.push(Line::from(scene.span(text, role)));
        if let Some(age) = words::age(scene.sure(entry.seen.described)) {
            say(age, Role::Warning);
        }
        let idle = members.iter().filter(|member| is_idle(member)).count();
        if idle > 0 {
            say(format!("{idle} of {} idle", members.len()), Role::Muted);
        }
        let waiting = members.iter().filter(|member| member.is_reconciling()).count();
        if waiting > 0 {
            say(format!("waits for {waiting}"), Role::Warning);
        }
    }
    let left = paint::join(parts, place.frame.width.saturating_sub(4));
    super::title(place, left, Line::from(scene.span(position, Role::Muted)), canvas);
}

/// It is there and holds nothing.
pub(super) fn is_idle(member: &MemberView) -> bool {
    member.held() == Some(0) && !member.is_reconciling()
}

fn draw_row(
    scene: &Scene<'_>,
    (entry, member): (&GroupEntry, &MemberView),
    (row, placed): (Rect, &[Placed<'_, Show>]),
    buf: &mut Buffer,
) {
    for cell in placed {
        let content = content(scene, (entry, member), (cell.column.key, cell.width));
        table::draw_cell(cell, row, &content, buf);
    }
    if is_idle(member) {
        buf.set_style(row.intersection(buf.area), scene.style(Role::Muted));
    }
}

fn content(
    scene: &Scene<'_>,
    (entry, member): (&GroupEntry, &MemberView),
    (column, width): (Show, u16),
) -> Line<'static> {
    let (group, theme) = (&entry.view, &scene.theme);
    let described = scene.sure(entry.seen.described);
    let sure = scene.sure(entry.seen.commits).worse(described);
    let value = |text: Option<String>, sure| words::value(text, sure, Role::Text, theme);
    let idle = is_idle(member);
    match column {
        Show::Name => Line::raw(super::member_name(scene, group, member, width)),
        Show::Host => Line::raw(scene.name(&member.host, width)),
        Show::Partitions => value(member.held().map(|held| held.to_string()), described),
        Show::Pending => pending(scene, member),
        Show::Lag | Show::Share | Show::Consumed if idle => Line::default(),
        Show::Lag => words::lag(member.lag, sure, theme),
        Show::Share => value(share(member.lag, group.totals.lag), sure),
        Show::Consumed => words::rate(member.consumed, sure, theme),
        Show::Assigned => match &member.assignment {
            Some(_) if idle => Line::from(scene.span("idle", Role::Muted)),
            Some(topics) => value(Some(assigned(scene, topics, width)), described),
            None => value(None, described),
        },
        Show::Epoch => value(member.epoch.map(|epoch| epoch.to_string()), described),
        Show::Process => local::process(scene, member, width),
        Show::Cpu => local::cpu(scene, member),
        Show::Rack => {
            Line::raw(member.rack.as_ref().map_or_else(String::new, |rack| scene.name(rack, width)))
        }
    }
}

/// The part of a group's lag that `lag` is.
pub(super) fn share(lag: Option<i64>, total: Option<i64>) -> Option<String> {
    let (lag, total) = (lag?, total?);
    if total <= 0 { None } else { format::percent(lag as f64 / total as f64) }
}

/// Partitions of a target that are still to come, and that are still to go: `+2 −1`.
fn pending(scene: &Scene<'_>, member: &MemberView) -> Line<'static> {
    let Some(target) = &member.target else { return Line::default() };
    let held = member.assignment.as_deref().unwrap_or_default();
    let (more, fewer) = (missing(target, held), missing(held, target));
    let mut spans: Vec<Span<'_>> = Vec::new();
    if more > 0 {
        spans.push(scene.span(format!("+{more}"), Role::Warning));
    }
    if fewer > 0 {
        let gap = if more > 0 { " " } else { "" };
        let minus = scene.theme.glyphs.minus;
        spans.push(scene.span(format!("{gap}{minus}{fewer}"), Role::Warning));
    }
    Line::from(spans)
}

/// How many of the `wanted` partitions are not among those `had`.
pub(super) fn missing(wanted: &[TopicPartitions], had: &[TopicPartitions]) -> usize {
    let of = |topic: &TopicPartitions| {
        had.iter()
            .find(|other| other.topic == topic.topic)
            .map_or(&[][..], |other| &other.partitions)
    };
    let lacks = |topic: &TopicPartitions| {
        let held = of(topic);
        topic.partitions.iter().filter(|partition| !held.contains(partition)).count()
    };
    wanted.iter().map(lacks).sum()
}

/// Partitions in short: `0-5 7`, with their topics if there are several.
pub(super) fn assigned(scene: &Scene<'_>, topics: &[TopicPartitions], width: u16) -> String {
    let text = match topics {
        [only] => ranges(&only.partitions),
        several => {
            let room = (width / 2).max(6);
            let short: Vec<_> = several
                .iter()
                .map(|topic| {
                    let name = scene.name(topic.topic.as_str(), room);
                    format!("{name}/{}", ranges(&topic.partitions))
                })
                .collect();
            let short = short.join(" ");
            if format::width(&short) > width {
                words::many(several.len(), "topic", "topics")
            } else {
                short
            }
        }
    };
    format::cut_end(&text, width, scene.theme.glyphs.ellipsis).into_owned()
}

/// Ascending numbers, neighbours drawn together: `0-5,7`.
pub(super) fn ranges(numbers: &[i32]) -> String {
    let together = |a: &i32, b: &i32| a.checked_add(1) == Some(*b);
    let runs = numbers.chunk_by(together).map(|run| match run {
        [first, .., last] if run.len() > 2 => format!("{first}-{last}"),
        few => few.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    });
    runs.collect::<Vec<_>>().join(",")
}

fn draw_unowned(
    scene: &Scene<'_>,
    entry: &GroupEntry,
    (row, placed): (Rect, &[Placed<'_, Show>]),
    buf: &mut Buffer,
) {
    let unowned = scene.view.app.rows.unowned.unwrap_or_default();
    let described = scene.sure(entry.seen.described);
    let sure = scene.sure(entry.seen.commits).worse(described);
    let value =
        |text: Option<String>, sure: Freshness, role| words::value(text, sure, role, &scene.theme);
    for cell in placed {
        let content = match cell.column.key {
            Show::Name => Line::from(scene.span("nobody", Role::Warning)),
            Show::Partitions => {
                value(Some(unowned.partitions.to_string()), described, Role::Warning)
            }
            Show::Lag => words::lag(unowned.lag, sure, &scene.theme),
            Show::Share => value(share(unowned.lag, entry.view.totals.lag), sure, Role::Text),
            Show::Assigned => {
                let topics = unowned_partitions(&entry.view);
                value(Some(assigned(scene, &topics, cell.width)), described, Role::Warning)
            }
            _ => Line::default(),
        };
        table::draw_cell(cell, row, &content, buf);
    }
}

/// The partitions of a group that no member holds.
pub(super) fn unowned_partitions(group: &GroupView) -> Vec<TopicPartitions> {
    let unowned = group.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().filter(|partition| partition.owner.is_none());
        let partitions = partitions.map(|partition| partition.partition).collect();
        TopicPartitions { topic: topic.topic.clone(), partitions }
    });
    unowned.filter(|topic| !topic.partitions.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(name: &str, partitions: &[i32]) -> TopicPartitions {
        TopicPartitions { topic: name.into(), partitions: partitions.to_vec() }
    }

    #[test]
    fn neighbours_are_drawn_together() {
        assert_eq!(ranges(&[]), "");
        assert_eq!(ranges(&[1]), "1");
        assert_eq!(ranges(&[0, 1, 2, 3, 5, 6, 9]), "0-3,5,6,9");
        assert_eq!(ranges(&[i32::MAX]), "2147483647");
    }

    #[test]
    fn what_is_still_to_come_is_counted_by_topic() {
        let held = [topic("a", &[0, 1]), topic("b", &[0])];
        let target = [topic("a", &[1, 2, 3])];
        assert_eq!(missing(&target, &held), 2);
        assert_eq!(missing(&held, &target), 2);
        assert_eq!(missing(&held, &held), 0);
    }

    #[test]
    fn shares_need_a_total() {
        assert_eq!(share(Some(96), Some(100)).as_deref(), Some("96 %"));
        assert_eq!(share(Some(0), Some(0)), None);
        assert_eq!(share(None, Some(5)), None);
    }
}
