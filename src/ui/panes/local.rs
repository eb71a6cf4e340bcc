//! A member's local process, beside its row.

use std::sync::Arc;

use ratatui::text::Line;

use super::Scene;
use super::threads::percent;
use crate::model::MemberView;
use crate::model::process::{Confidence, MemberMatch, ProcessView};
use crate::ui::theme::Role;
use crate::ui::words;

/// Cells under which a process's name says nothing.
const NAME: u16 = 6;

/// Is any member of the group on screen a local process, or may be?
pub(super) fn any(scene: &Scene<'_>) -> bool {
    let matches = scene.view.app.matches();
    matches.is_some_and(|it| it.members.iter().any(|member| !member.candidates.is_empty()))
}

/// Is any of them sure?
pub(super) fn any_sure(scene: &Scene<'_>) -> bool {
    let matches = scene.view.app.matches();
    matches.is_some_and(|it| it.members.iter().any(|member| member.process().is_some()))
}

fn matched<'a>(scene: &Scene<'a>, member: &MemberView) -> Option<&'a MemberMatch> {
    scene.view.app.matches()?.member(&member.id)
}

fn known<'a>(scene: &Scene<'a>, found: &MemberMatch) -> Option<&'a Arc<ProcessView>> {
    scene.view.snapshot.processes.process(found.process()?)
}

/// Pid and name if that is sure enough, else how unsure it is.
pub(super) fn process(scene: &Scene<'_>, member: &MemberView, width: u16) -> Line<'static> {
    let Some(found) = matched(scene, member) else { return Line::default() };
    if let Some(process) = known(scene, found) {
        let pid = process.key().pid.to_string();
        let used = u16::try_from(pid.len()).unwrap_or(width).saturating_add(1);
        let room = width.saturating_sub(used);
        if room < NAME {
            return Line::raw(pid);
        }
        return Line::raw(format!("{pid} {}", scene.name(&process.facts.name, room)));
    }
    let text = match (found.confidence, found.candidates.len()) {
        (Confidence::None, _) => return Line::default(),
        (Confidence::Ambiguous, count) => format!("one of {count}"),
        (confidence, _) => format!("{}?", confidence.word()),
    };
    Line::from(scene.span(text, Role::Muted))
}

/// The CPU that its process uses.
pub(super) fn cpu(scene: &Scene<'_>, member: &MemberView) -> Line<'static> {
    let Some(process) = matched(scene, member).and_then(|found| known(scene, found)) else {
        return Line::default();
    };
    match &process.cpu {
        Ok(cpu) => {
            let sure = scene.sure(process.at);
            words::value(cpu.and_then(percent), sure, Role::Text, &scene.theme)
        }
        Err(fault) => Line::from(scene.span(words::fault(fault), Role::Warning)),
    }
}
