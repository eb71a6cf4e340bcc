//! A partition's page: its lag and its offsets, exactly, and over time.

use ratatui::text::{Line, Span};

use super::page::Lines;
use super::partition_item::Item;
use super::{Scene, lag_chart};
use crate::app::PartitionKey;
use crate::model::{BrokerId, Eta, Isolation, PartitionLog, Timestamp};
use crate::ui::format;
use crate::ui::fresh::Freshness;
use crate::ui::theme::Role;
use crate::ui::widgets::chart::{self, Plot};
use crate::ui::words;

/// Writes the page; returns its title.
pub fn write(key: &PartitionKey, lines: &mut Lines<'_>) -> Line<'static> {
    let scene = lines.scene;
    let room = lines.width / 2;
    let arrow = scene.theme.glyphs.select;
    let title = format!(
        "{} {arrow} {}/{}",
        scene.name(key.group.as_str(), room.saturating_sub(8)),
        scene.name(key.topic.as_str(), room.saturating_sub(8)),
        key.partition
    );
    match find(scene, key) {
        None => lines.sentence("This partition is not known any more.", Role::Warning),
        Some(item) => {
            summary(&item, lines);
            super::partition_times::write(&item, lines);
            charts(&item, lines);
            offsets(&item, lines);
            super::partition_times::commits(&item, lines);
            super::partition_writers::write(&item, lines);
            log(&item, lines);
            owner(&item, lines);
        }
    }
    Line::from(scene.span(title, Role::Accent))
}

fn find<'a>(scene: &Scene<'a>, key: &PartitionKey) -> Option<Item<'a>> {
    let snapshot = scene.view.snapshot;
    let entry = snapshot.group(&key.group)?;
    let topic = entry.view.topic(key.topic.as_str())?;
    let index = topic.partitions.binary_search_by_key(&key.partition, |it| it.partition).ok()?;
    let partition = topic.partitions.get(index)?;
    Some(Item { entry, topic, partition, logs: snapshot.topic(&key.topic) })
}

/// The lag, where it is going, and why a part of it is not known.
fn summary(item: &Item<'_>, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let sure = item.commit_sure(scene).worse(item.end_sure(scene));
    let lag = &item.partition.lag;
    let arriving = item.log().and_then(|log| log.arriving);
    let growth = arriving.zip(item.partition.consumed).map(|(a, c)| a.0 - c.0);
    let growth = growth.and_then(|growth| Some((growth, format::rate(growth.abs())?)));
    lines.line(|| {
        let text = lag.records.map(|lag| format!("{} records", format::grouped(lag)));
        let role =
            if lag.records.is_some_and(|lag| lag < 0) { Role::Critical } else { Role::Title };
        let mut spans = vec![scene.span("lag ", Role::Muted)];
        spans.extend(words::value(text, sure, role, &scene.theme).spans);
        if let Some((growth, text)) = growth {
            let (word, role) =
                if growth > 0.0 { ("growing", Role::Warning) } else { ("shrinking", Role::Ok) };
            if growth != 0.0 {
                spans.push(scene.span(format!("  {word} {text}/s"), role));
            }
        }
        if let Some(age) = words::age(sure) {
            spans.push(scene.span(format!("  {age}"), Role::Warning));
        }
        Line::from(spans)
    });
    lines.line(|| {
        let mut spans = Vec::new();
        let mut part = |label: &'static str, value: Line<'static>, unit: &'static str| {
            spans.push(scene.span(label, Role::Muted));
            spans.extend(value.spans);
            spans.push(Span::raw(unit));
        };
        part("in ", words::rate(arriving, item.end_sure(scene), &scene.theme), "/s");
        let consumed = item.partition.consumed;
        part("  out ", words::rate(consumed, item.commit_sure(scene), &scene.theme), "/s");
        let losing = words::losing(arriving, consumed);
        let unit = if item.partition.eta == Some(Eta::Never) { " at these rates" } else { "" };
        part("  eta ", words::eta(item.partition.eta, losing, sure, &scene.theme), unit);
        let age = item.commit_age(scene).map(|age| format!("{age} ago"));
        part("  last commit ", words::value(age, Freshness::Fresh, Role::Text, &scene.theme), "");
        Line::from(spans)
    });
    for (what, fault) in faults(item) {
        lines.sentence(&format!("{what}: {}", scene.full_name(&fault)), Role::Warning);
    }
    if lag.lost > 0 {
        let lost = format::grouped(lag.lost);
        lines.sentence(
            &format!("{lost} records were deleted before the group read them"),
            Role::Critical,
        );
    }
}

/// Everything that stands in the way of a number, with its sentence.
fn faults(item: &Item<'_>) -> Vec<(&'static str, String)> {
    let topic = item.logs.and_then(|logs| logs.view.fault.as_ref());
    let log = item.log().and_then(|log| log.fault.as_ref());
    let commits = item.group().commits_fault.as_ref();
    [
        ("partition", item.partition.fault.as_ref()),
        ("topic", topic),
        ("end", log),
        ("commits", commits),
    ]
    .into_iter()
    .filter_map(|(what, fault)| Some((what, fault?.text.to_string())))
    .collect()
}

fn charts(item: &Item<'_>, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let columns = lines.width.saturating_sub(chart::LABELS);
    // What is left beside the text, in two charts.
    let rows = (lines.height.saturating_sub(24) / 2).clamp(4, 12);
    let lag = item.lag(scene, columns);
    lines.heading(if scene.view.app.log_scale { "Lag, logarithmic" } else { "Lag" });
    lines.each(lag_chart::area(scene, &lag, rows), |line| line);
    lines.line(|| lag_chart::times(scene, columns));
    let Some(log) = item.log() else { return };
    let dots = columns.saturating_mul(2);
    let ends = scene.axis.partition(&log.history, item.end_held(scene), dots);
    let held = scene.held(scene.whole(item.entry).seen.commits);
    let commits = scene.axis.partition(&item.partition.history, held, dots);
    let known = || ends.iter().chain(&commits).flatten().copied();
    let (Some(least), Some(greatest)) = (known().min(), known().max()) else { return };
    let above = |values: &[Option<i64>]| -> Vec<_> {
        values.iter().map(|value| value.map(|value| value.saturating_sub(least))).collect()
    };
    let (ends, commits) = (above(&ends), above(&commits));
    let (end_style, commit_style) = (scene.style(Role::Trend), scene.style(Role::Warning));
    lines.blank();
    lines.line(|| {
        let base = format!("  in records above offset {}", format::grouped(least));
        Line::from(vec![
            Span::styled("End", scene.style(Role::Title).patch(end_style)),
            scene.span(" and ", Role::Muted),
            Span::styled("committed", scene.style(Role::Title).patch(commit_style)),
            scene.span(base, Role::Muted),
        ])
    });
    let plots =
        [Plot { dots: &ends, style: end_style }, Plot { dots: &commits, style: commit_style }];
    let range = (0, greatest.saturating_sub(least));
    lines.each(chart::lines(plots, range, rows, &scene.theme), |mut line| {
        lag_chart::with_moments(scene, &mut line, columns.into());
        line
    });
    lines.line(|| lag_chart::times(scene, columns));
}

fn offsets(item: &Item<'_>, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let exact = |value: Option<i64>, sure| {
        let text = value.map(|value| format::pad_left(&format::grouped(value), 20));
        words::value(text, sure, Role::Text, &scene.theme)
    };
    let with = |mut line: Line<'static>, note: Option<String>| {
        let note = note.map(|note| scene.span(format!("  {note}"), Role::Muted));
        line.spans.extend(note);
        line
    };
    let seen = |at: Option<Timestamp>| at.map(|at| format!("seen {} ago", scene.ago(at)));
    let confirmed = item.logs.and_then(|logs| logs.confirmed(item.partition.partition));
    lines.heading("Offsets");
    let end = exact(item.partition.lag.end, item.end_sure(scene));
    lines.field("end", with(end, seen(confirmed)));
    let commit = item.partition.commit.as_ref();
    let committed = exact(commit.map(|commit| commit.offset), item.commit_sure(scene));
    let note = seen(item.entry.seen.commits).filter(|_| commit.is_some());
    lines.field("committed", with(committed, note));
    let Some(log) = item.log() else { return };
    lines.field("log start", exact(log.log_start, item.end_sure(scene)));
    if scene.view.snapshot.isolation == Isolation::ReadCommitted {
        lines.field("high watermark", exact(log.high_watermark, item.end_sure(scene)));
        let blocked = item.partition.lag.blocked;
        if blocked > 0 {
            let note = "records held back by an open transaction".to_owned();
            lines.field("not readable", with(exact(Some(blocked), Freshness::Fresh), Some(note)));
        }
    }
    if let Some(backlog) = item.partition.lag.backlog {
        let note = "records in the log; without a commit that is no lag".to_owned();
        lines.field("backlog", with(exact(Some(backlog), item.end_sure(scene)), Some(note)));
    }
    let Some(commit) = commit else { return };
    if let Some(epoch) = commit.leader_epoch {
        lines.text("commit's epoch", format!("leader epoch {epoch}"));
    }
    if !commit.metadata.is_empty() {
        lines.text("commit's text", scene.name(&commit.metadata, lines.width.saturating_sub(16)));
    }
}

fn log(item: &Item<'_>, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let Some(log) = item.log() else { return };
    lines.heading("Log");
    let epoch = log.leader_epoch.map(|epoch| format!(", epoch {epoch}")).unwrap_or_default();
    match log.leader {
        Some(leader) => lines.text("leader", format!("{}{epoch}", broker(scene, leader))),
        None => lines.field("leader", Line::from(scene.span("none", Role::Critical))),
    }
    let list = |brokers: &[BrokerId]| {
        brokers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    lines.text("replicas", list(&log.replicas));
    let mut in_sync = vec![Span::raw(list(&log.isr))];
    let missing = out_of_sync(log);
    if !missing.is_empty() {
        in_sync.push(scene.span(format!("  without {}", list(&missing)), Role::Critical));
    }
    lines.field("in sync", Line::from(in_sync));
}

fn out_of_sync(log: &PartitionLog) -> Vec<BrokerId> {
    log.replicas.iter().filter(|replica| !log.isr.contains(replica)).copied().collect()
}

/// `broker 2 (kafka-2:9092)`.
pub(super) fn broker(scene: &Scene<'_>, id: BrokerId) -> String {
    let brokers = &scene.view.snapshot.cluster.brokers;
    match brokers.iter().find(|view| view.broker.id == id) {
        Some(view) => {
            format!("broker {id} ({}:{})", scene.name(&view.broker.host, 60), view.broker.port)
        }
        None => format!("broker {id}"),
    }
}

fn owner(item: &Item<'_>, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let group = item.group();
    lines.heading("Owner");
    let room = lines.width.saturating_sub(16);
    match group.owner(item.partition) {
        Some(member) => {
            lines.text("client id", scene.name(&member.client_id, room));
            lines.text("host", scene.name(&member.host, room));
            lines.text("member id", scene.name(member.id.as_str(), room));
            if let Some(instance) = &member.instance_id {
                lines.text("instance id", scene.name(instance, room));
            }
        }
        None if group.members.is_some() => {
            lines.sentence("No member of the group holds this partition.", Role::Warning);
        }
        None => {
            let why = group.describe_fault.as_ref().map(|fault| scene.full_name(&fault.text));
            lines.sentence(&why.unwrap_or_else(|| "not known".to_owned()), Role::Muted);
        }
    }
}
