//! The stack page: what will run and what it does, then what it said.

use ratatui::text::Line;

use super::Scene;
use super::page::Lines;
use crate::app::{Action, StackState, stack};
use crate::model::stack::{
    HotFrames, StackLine, StackStep, StackTarget, StackTrouble, Stacks, ThreadStack,
};
use crate::ui::format;
use crate::ui::theme::Role;

/// Writes the page; returns its title.
pub fn write(target: &StackTarget, lines: &mut Lines<'_>) -> Line<'static> {
    let scene = lines.scene;
    let name = scene.name(&target.name, 24);
    let thread = target.thread.map(|tid| format!(" thread {tid} ({tid:#x})")).unwrap_or_default();
    let pid = target.process.pid;
    let arrow = scene.theme.glyphs.select;
    let title = Line::from(scene.span(format!("pid {pid} {arrow}{thread} {name}"), Role::Accent));
    let Some(state) = &scene.view.app.stack else {
        lines.sentence("nothing is wished for", Role::Muted);
        return title;
    };
    match &state.taken {
        None => waiting(state, lines),
        Some((_, Err(found))) => trouble(found, lines),
        Some((at, Ok(stacks))) => {
            lines.text("taken", format!("{} ago", scene.ago(*at)));
            taken(target, stacks, lines);
        }
    }
    title
}

fn waiting(state: &StackState, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let Some(plan) = &state.plan else {
        return lines.sentence("finding out what can be run", Role::Muted);
    };
    let runs = if state.wish.step == StackStep::Plan { "will run" } else { "running" };
    let room = lines.width.saturating_sub(16);
    lines.text(runs, scene.name(&plan.command, room));
    lines.sentence(plan.way.effect(), Role::Text);
    if let Some(instead) = &plan.instead {
        lines.blank();
        lines.sentence("This tells less than could be told:", Role::Muted);
        trouble(instead, lines);
    }
    lines.blank();
    let next = match state.wish.step {
        StackStep::Plan => what_runs_it(scene),
        StackStep::Once => "It runs; the page waits for what it says.".to_owned(),
        StackStep::Hot => "It runs again and again; the page waits for what it says.".to_owned(),
    };
    lines.sentence(&next, Role::Accent);
}

fn what_runs_it(scene: &Scene<'_>) -> String {
    let says = |action, what: &str| {
        let key = scene.view.app.keys.chord(action)?;
        Some(format!("{} {what}.", key.label(scene.view.looks.ascii)))
    };
    let once = says(Action::TakeStack, "runs it once");
    let often = says(Action::CountFrames, "runs it 10 times over 2 seconds and counts frames");
    once.into_iter().chain(often).collect::<Vec<_>>().join(" ")
}

fn trouble(trouble: &StackTrouble, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let text = format!("{}: {}", trouble.kind.words(), scene.full_name(&trouble.text));
    lines.sentence(&text, Role::Warning);
    if let Some(command) = &trouble.by_hand {
        let room = lines.width.saturating_sub(16);
        lines.text("by hand", scene.name(command, room));
    }
}

fn taken(target: &StackTarget, stacks: &Stacks, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let room = lines.width.saturating_sub(16);
    lines.text("ran", scene.name(&stacks.command, room));
    lines.text("took", format!("{:.2} s", stacks.took.as_secs_f64()));
    if stacks.cut {
        lines.sentence("It said more than is kept.", Role::Warning);
    }
    for remark in &stacks.remarks {
        lines.sentence(&scene.full_name(remark), Role::Warning);
    }
    if let Some(hot) = &stacks.hot {
        frames(hot, lines);
    }
    let absent = |tid: u32| stacks.threads.iter().all(|thread| thread.tid != Some(tid));
    if let Some(tid) = target.thread.filter(|tid| absent(*tid)) {
        lines.blank();
        let text = format!("Thread {tid} is not among these: it ended, or runs no code of theirs.");
        lines.sentence(&text, Role::Muted);
    }
    for thread in stack::in_order(target, stacks) {
        one(scene, thread, target.thread.is_some() && thread.tid == target.thread, lines);
    }
}

fn frames(hot: &HotFrames, lines: &mut Lines<'_>) {
    let scene = lines.scene;
    let over = hot.over.as_secs_f64();
    lines.heading(&format!("Frames of {} stacks in {over:.1} s", hot.counted));
    if hot.idle > 0 {
        let text = format!("{} stacks of threads that were not at work are left out", hot.idle);
        lines.sentence(&text, Role::Muted);
    }
    let head = scene.span(" TOP WITHIN  FRAME", Role::Muted);
    lines.line(|| Line::from(head));
    let room = lines.width.saturating_sub(13);
    lines.each(&hot.frames, |frame| {
        let counts = stack::counts(frame.top, frame.within);
        Line::raw(format!("{counts}  {}", scene.name(&frame.name, room)))
    });
}

fn one(scene: &Scene<'_>, thread: &ThreadStack, wanted: bool, lines: &mut Lines<'_>) {
    let role = if wanted { Role::Accent } else { Role::Title };
    let head = scene.full_name(&stack::head(thread));
    let width = lines.width;
    lines.blank();
    lines.line(|| {
        let cut = format::cut_end(&head, width, scene.theme.glyphs.ellipsis).into_owned();
        Line::from(scene.span(cut, role))
    });
    lines.each(&thread.lines, |line| match line {
        StackLine::Frame(name) => {
            Line::raw(format!("  {}", scene.name(name, width - width.min(2))))
        }
        StackLine::Note(note) => {
            let text = format!("    {}", scene.name(note, width - width.min(4)));
            Line::from(scene.span(text, Role::Muted))
        }
    });
}
