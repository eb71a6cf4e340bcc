//! A rebalance's page: who came, who went, and which partitions changed hands.

use ratatui::text::{Line, Span};

use super::page::Lines;
use super::{Scene, rebalances};
use crate::app::RebalanceKey;
use crate::model::{GroupId, GroupState, MemberId, MemberRef, Move, Rebalance, Took};
use crate::ui::format;
use crate::ui::theme::Role;
use crate::ui::words;

/// Writes the page; returns its title.
pub fn write(group: &GroupId, key: RebalanceKey, lines: &mut Lines<'_>) -> Line<'static> {
    let scene = lines.scene;
    let clock = format::clock(key.at, scene.view.utc_offset);
    let name = scene.name(group.as_str(), lines.width / 2);
    let title = format!("{name} {} rebalance at {clock}", scene.theme.glyphs.select);
    let entry = scene.view.snapshot.group(group);
    let found = entry.and_then(|entry| {
        let mut events = entry.view.rebalances.iter();
        events.position(|event| event.at == key.at && event.epoch == key.epoch)
    });
    match entry.zip(found) {
        None => lines.sentence("This rebalance is not kept any more.", Role::Warning),
        Some((entry, index)) => {
            let events = &entry.view.rebalances;
            if let Some(event) = events.get(index) {
                let before = index.checked_sub(1).and_then(|index| events.get(index));
                let counter = rebalances::epoch_name(entry.view.kind).to_lowercase();
                facts(event, before, &counter, lines);
                who("Left", &event.left, Role::Critical, lines);
                who("Joined", &event.joined, Role::Ok, lines);
                moves(event, lines);
            }
        }
    }
    Line::from(scene.span(title, Role::Accent))
}

fn facts(event: &Rebalance, before: Option<&Rebalance>, counter: &str, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    lines.text("when", format!("{} ago", scene.ago(event.at)));
    let how = match event.took {
        Took::Exactly(_) => "",
        Took::Between(..) => "  between looks",
        Took::AtMost(_) => "  it began and ended between two looks",
        Took::AtLeast(_) => "  it was under way at the first look",
    };
    let took = vec![Span::raw(words::took(event.took)), scene.span(how, Role::Muted)];
    lines.field("took", Line::from(took));
    if let Some(epoch) = event.epoch {
        lines.text(if counter == "gen" { "generation" } else { "epoch" }, epoch.to_string());
    }
    if let Some(before) = before {
        lines.text("after the last", format::span(event.at.since(before.at)));
    }
    let state = Span::styled(event.ended_in.name(), scene.theme.state(event.ended_in));
    let note = if event.ended_in == GroupState::Empty { "  nobody is left" } else { "" };
    lines.field("ended in", Line::from(vec![state, scene.span(note, Role::Warning)]));
}

fn who(word: &str, members: &[MemberRef], role: Role, lines: &mut Lines<'_>) {
    if members.is_empty() {
        return;
    }
    let scene = lines.scene;
    lines.heading(&format!("{word} ({})", members.len()));
    let width = lines.width;
    lines.each(members, |member| {
        let name = scene.name(&member.client_id, 40);
        let why = member.dropped.map(words::dropped).unwrap_or_default();
        let host = format!("  on {}{why}", scene.name(&member.host, 40));
        let used = format::width(&name).saturating_add(format::width(&host)).saturating_add(2);
        let id = scene.name(member.id.as_str(), width.saturating_sub(used));
        Line::from(vec![
            scene.span(name, role),
            Span::raw(host),
            scene.span(format!("  {id}"), Role::Muted),
        ])
    });
}

/// The moves, those between the same two members together.
fn moves(event: &Rebalance, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let count =
        words::many(event.moved.len(), "partition changed hands", "partitions changed hands");
    lines.heading(&count);
    let mut moved: Vec<&Move> = event.moved.iter().collect();
    moved.sort_by(|a, b| pair(a).cmp(&pair(b)).then_with(|| a.partition.cmp(&b.partition)));
    for together in moved.chunk_by(|a, b| pair(a) == pair(b)) {
        let Some(first) = together.first() else { continue };
        lines.line(|| {
            Line::from(vec![
                member(scene, first.from.as_ref()),
                scene.span(format!(" {} ", scene.theme.glyphs.arrow), Role::Muted),
                member(scene, first.to.as_ref()),
            ])
        });
        for topic in together.chunk_by(|a, b| a.partition.topic == b.partition.topic) {
            let Some(first) = topic.first() else { continue };
            let width = lines.width;
            lines.line(|| {
                let numbers: Vec<i32> =
                    topic.iter().map(|moved| moved.partition.partition).collect();
                let name = scene.name(first.partition.topic.as_str(), 60);
                let text = format!("    {name}/{}", super::members::ranges(&numbers));
                let text = format::cut_end(&text, width, scene.theme.glyphs.ellipsis).into_owned();
                Line::raw(text)
            });
        }
    }
}

/// Between which two members.
fn pair(moved: &Move) -> (Option<&MemberId>, Option<&MemberId>) {
    (id(moved.from.as_ref()), id(moved.to.as_ref()))
}

fn id(member: Option<&MemberRef>) -> Option<&MemberId> {
    member.map(|member| &member.id)
}

fn member(scene: &Scene<'_>, member: Option<&MemberRef>) -> Span<'static> {
    match member {
        Some(member) => {
            let host = scene.name(&member.host, 40);
            Span::raw(format!("{} on {host}", scene.name(&member.client_id, 40)))
        }
        None => scene.span("nobody", Role::Warning),
    }
}
