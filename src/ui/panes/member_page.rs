//! A member's page: who it is, what it holds, and what it shall hold.

use ratatui::text::{Line, Span};

use super::page::Lines;
use super::{Scene, members};
use crate::app::MemberKey;
use crate::model::{
    GroupEntry, GroupId, GroupView, MemberView, PartitionView, TopicName, TopicPartition,
    TopicPartitions,
};
use crate::ui::format;
use crate::ui::theme::Role;
use crate::ui::words;

/// Writes the page; returns its title.
pub fn write(group: &GroupId, key: &MemberKey, lines: &mut Lines<'_>) -> Line<'static> {
    let scene = lines.scene;
    let entry = scene.view.snapshot.group(group);
    let name = match (entry, key) {
        (Some(entry), MemberKey::Member(id)) => {
            let members = entry.view.members.as_deref().unwrap_or_default();
            match members.iter().find(|member| member.id == *id) {
                Some(member) => {
                    write_member(entry, member, lines);
                    super::member_name(scene, &entry.view, member, lines.width / 2)
                }
                None => gone(scene, id.as_str(), lines),
            }
        }
        (None, MemberKey::Member(id)) => gone(scene, id.as_str(), lines),
        (entry, MemberKey::Unowned) => {
            if let Some(entry) = entry {
                write_unowned(&entry.view, lines);
            }
            "nobody".to_owned()
        }
    };
    let group = scene.name(group.as_str(), lines.width / 2);
    Line::from(scene.span(format!("{group} {} {name}", scene.theme.glyphs.select), Role::Accent))
}

fn gone(scene: &Scene<'_>, id: &str, lines: &mut Lines<'_>) -> String {
    lines.sentence("This member has left the group.", Role::Warning);
    scene.name(id, lines.width / 2)
}

fn write_member(entry: &GroupEntry, member: &MemberView, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let theme = &scene.theme;
    let described = scene.sure(entry.seen.described);
    let sure = scene.sure(entry.seen.commits).worse(described);
    lines.line(|| {
        let lag = member.lag.map(|lag| format!("{} records", format::grouped(lag)));
        let mut spans = vec![scene.span("lag ", Role::Muted)];
        spans.extend(words::value(lag, sure, Role::Title, theme).spans);
        if let Some(share) = members::share(member.lag, entry.view.totals.lag) {
            spans.push(scene.span(format!("  {share} of the group's"), Role::Text));
        }
        spans.push(scene.span("  out ", Role::Muted));
        spans.extend(words::rate(member.consumed, sure, theme).spans);
        spans.push(Span::raw("/s"));
        if let Some(age) = words::age(sure) {
            spans.push(scene.span(format!("  {age}"), Role::Warning));
        }
        Line::from(spans)
    });
    let room = lines.width.saturating_sub(16);
    lines.blank();
    lines.text("client id", scene.name(&member.client_id, room));
    lines.text("host", scene.name(&member.host, room));
    lines.text("member id", scene.name(member.id.as_str(), room));
    if let Some(instance) = &member.instance_id {
        lines.text("instance id", scene.name(instance, room));
    }
    if let Some(rack) = &member.rack {
        lines.text("rack", scene.name(rack, room));
    }
    if let Some(epoch) = member.epoch {
        let group = entry.view.epoch.map(|epoch| format!(" (the group's is {epoch})"));
        lines.text("epoch", format!("{epoch}{}", group.unwrap_or_default()));
    }
    if member.classic {
        lines.text("protocol", "classic, in a group of the new protocol".to_owned());
    }
    if let Some(target) = member.target.as_deref().filter(|_| member.is_reconciling()) {
        write_target(member.assignment.as_deref().unwrap_or_default(), target, lines);
    }
    match member.assignment.as_deref() {
        None => {
            lines.heading("Holds");
            lines.sentence("not known", Role::Muted);
        }
        Some([]) => {
            lines.heading("Holds");
            lines.sentence("nothing: it is idle", Role::Muted);
        }
        Some(topics) => write_held(entry, topics, lines),
    }
}

/// What is still to come and still to go.
fn write_target(held: &[TopicPartitions], target: &[TopicPartitions], lines: &mut Lines<'_>) {
    let scene = lines.scene;
    lines.heading("The group waits for it");
    let mut say = |sign: &str, word: &str, these: &[TopicPartitions], those: &[TopicPartitions]| {
        for topic in these {
            let there = those.iter().find(|other| other.topic == topic.topic);
            let missing: Vec<i32> = topic
                .partitions
                .iter()
                .filter(|partition| there.is_none_or(|there| !there.partitions.contains(partition)))
                .copied()
                .collect();
            if !missing.is_empty() {
                let name = scene.name(topic.topic.as_str(), 60);
                let text = format!("{sign}{} {name}/{}", missing.len(), members::ranges(&missing));
                lines.field(word, Line::from(scene.span(text, Role::Warning)));
            }
        }
    };
    say("+", "shall take", target, held);
    say(scene.theme.glyphs.minus, "shall give back", held, target);
}

/// One line a partition, with its lag.
fn write_held(entry: &GroupEntry, topics: &[TopicPartitions], lines: &mut Lines<'_>) {
    let count = topics.iter().map(|topic| topic.partitions.len()).sum();
    lines.heading(&format!("Holds {}", words::many(count, "partition", "partitions")));
    write_partitions(&entry.view, topics, lines);
}

fn write_unowned(group: &GroupView, lines: &mut Lines<'_>) {
    let topics = members::unowned_partitions(group);
    let count = topics.iter().map(|topic| topic.partitions.len()).sum();
    let scene = lines.scene;
    let text = format!("No member holds {}.", words::many(count, "partition", "partitions"));
    lines.sentence(&text, if count == 0 { Role::Ok } else { Role::Warning });
    if scene.view.app.rows.unowned.is_some() {
        lines.blank();
    }
    write_partitions(group, &topics, lines);
}

fn write_partitions(group: &GroupView, topics: &[TopicPartitions], lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let room = lines.width.saturating_sub(40).clamp(10, 60);
    for topic in topics {
        lines.each(topic.each(), |at| {
            let partition = find(group, &at);
            let name = scene.name(at.topic.as_str(), room);
            let name = format::pad_right(&format!("{name}/{}", at.partition), room + 6);
            let lag = partition.and_then(|partition| partition.lag.records);
            let lag = lag.map(|lag| format::pad_left(&format::grouped(lag), 14));
            let unknown = scene.theme.glyphs.unknown;
            let lag = lag.unwrap_or_else(|| format::pad_left(unknown, 14));
            let rate = partition.and_then(|it| it.consumed).and_then(|rate| format::rate(rate.0));
            let rate = rate.unwrap_or_else(|| unknown.to_owned());
            let rate = format::pad_left(&format!("{rate}/s"), 9);
            Line::from(vec![
                Span::raw(name),
                Span::raw(lag),
                scene.span(format!("  out {rate}"), Role::Muted),
            ])
        });
    }
}

fn find<'a>(group: &'a GroupView, at: &TopicPartition) -> Option<&'a PartitionView> {
    let name: &TopicName = &at.topic;
    let topic = group.topic(name.as_str())?;
    let index = topic.partitions.binary_search_by_key(&at.partition, |it| it.partition).ok()?;
    topic.partitions.get(index)
}
