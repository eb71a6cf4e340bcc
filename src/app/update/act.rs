//! What each action does. Every function returns whether the picture has changed.

use std::time::Duration;

use super::Turn;
use crate::app::{
    Action, AppState, Effect, Page, Pane, PartitionScope, Prompt, Shape, SortColumn as _, Subject,
    copy,
};
use crate::model::play::PlayWish;
use crate::model::stack::StackStep;

/// The intervals that `+` and `-` walk through.
const INTERVALS: [Duration; 9] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(1),
];

impl Turn<'_> {
    pub(super) fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::HalfPageUp
            | Action::HalfPageDown
            | Action::Top
            | Action::Bottom => self.step(action),
            Action::Left => self.sideways(false),
            Action::Right => self.sideways(true),
            Action::NextPane => self.around(Pane::next),
            Action::PreviousPane => self.around(Pane::previous),
            Action::Focus(pane) => self.turn_to(pane),
            Action::Open => self.open(),
            Action::Back => self.back(),
            Action::Filter => self.prompt(),
            Action::NextSort => self.next_sort(),
            Action::ReverseSort => self.reverse_sort(),
            Action::Zoom => self.zoom(),
            Action::Pause => self.pause(),
            Action::Mark => self.mark(),
            Action::HideNames => self.hide_names(),
            Action::Record => self.effect(Effect::Record),
            Action::Travel(travel) => self.travel(travel),
            Action::PlayFaster => self.effect(Effect::Play(PlayWish::Faster)),
            Action::PlaySlower => self.effect(Effect::Play(PlayWish::Slower)),
            Action::Slower => self.interval(INTERVALS.into_iter().find(|&i| i > self.app.interval)),
            Action::Faster => {
                self.interval(INTERVALS.into_iter().rfind(|&i| i < self.app.interval))
            }
            Action::CopyRow => self.copy_row(),
            Action::CopySummary => self.copy_summary(),
            Action::LogScale => self.log_scale(),
            Action::AllGroups => self.all_groups(),
            Action::Matrix => {
                self.app.matrix = !self.app.matrix;
                true
            }
            Action::NextProcess => self.next_process(),
            Action::Pin => self.pin(),
            Action::Peek => self.open_peek(),
            Action::ReadBacklog => self.read_backlog(),
            Action::ShowValues => self.show_values(),
            Action::TakeStack => self.take_stack(StackStep::Once),
            Action::CountFrames => self.take_stack(StackStep::Hot),
            Action::CopyCapture => self.copy_capture(),
            Action::Inventory => self.inventory(),
            Action::Help => self.help(),
            Action::Accept
            | Action::Cancel
            | Action::Erase
            | Action::EraseWord
            | Action::EraseAll => self.edit(action),
            Action::Quit => self.effect(Effect::Quit { leave_frame: false }),
            Action::QuitLeavingFrame => self.effect(Effect::Quit { leave_frame: true }),
            Action::Suspend => self.effect(Effect::Suspend),
            Action::Redraw => self.effect(Effect::Redraw),
        }
    }

    const fn help(&mut self) -> bool {
        self.app.help = Some(0);
        true
    }

    pub(super) fn effect(&mut self, effect: Effect) -> bool {
        self.effects.push(effect);
        false
    }

    fn prompt(&mut self) -> bool {
        let pane = self.app.focus;
        let before = self.app.filter(pane).text().to_owned();
        self.app.prompt = Some(Prompt::Filter { pane, before });
        true
    }

    /// A note on the moment shown.
    fn mark(&mut self) -> bool {
        let at = self.app.moment().unwrap_or(self.now);
        self.app.prompt = Some(Prompt::Note { at, text: String::new() });
        true
    }

    /// Into what is selected: from a group to its partitions, from any other row to its page.
    fn open(&mut self) -> bool {
        let group = self.app.groups.selected().cloned();
        let subject = match self.app.focus {
            Pane::Groups => {
                if group.is_none() {
                    return false;
                }
                self.app.groups.choose();
                self.app.set_scope(PartitionScope::Group);
                return self.focus(Pane::Partitions);
            }
            Pane::Partitions => self.app.partitions.selected().cloned().map(Subject::Partition),
            Pane::Members => group
                .zip(self.app.members.selected().cloned())
                .map(|(group, member)| Subject::Member(group, member)),
            Pane::Rebalances => group
                .zip(self.app.rebalances.selected().copied())
                .map(|(group, event)| Subject::Rebalance(group, event)),
            Pane::Findings => return self.go_to_subject(),
            Pane::Process => return self.open_stack(),
        };
        let Some(subject) = subject else { return false };
        self.app.pages.push(Page { subject, scroll: 0 });
        true
    }

    /// Out, one thing at a time: help, page, filter, topic, zoom, pane.
    fn back(&mut self) -> bool {
        let app = &mut *self.app;
        if app.help.take().is_some() || app.pages.pop().is_some() {
            return true;
        }
        if !app.filter(app.focus).is_empty() {
            app.set_filter(app.focus, String::new());
            true
        } else if app.focus == Pane::Partitions && app.scope != PartitionScope::Group {
            app.set_scope(PartitionScope::Group);
            true
        } else if app.zoom {
            app.zoom = false;
            true
        } else {
            self.focus(Pane::Groups)
        }
    }

    /// To the inventory's page, or back from it.
    pub(super) fn inventory(&mut self) -> bool {
        if self.app.page().is_some_and(|page| page.subject == Subject::Inventory) {
            return self.back();
        }
        self.app.pages.push(Page { subject: Subject::Inventory, scroll: 0 });
        true
    }

    fn next_sort(&mut self) -> bool {
        let app = &mut *self.app;
        match app.focus {
            Pane::Groups => app.groups.sort_by(app.groups.sort.next()),
            Pane::Partitions => app.partitions.sort_by(app.partitions.sort.next()),
            Pane::Members => app.members.sort_by(app.members.sort.next()),
            Pane::Rebalances => app.rebalances.sort_by(app.rebalances.sort.next()),
            Pane::Findings => app.findings.sort_by(app.findings.sort.next()),
            Pane::Process => app.threads.sort_by(app.threads.sort.next()),
        }
        self.say_sort()
    }

    fn reverse_sort(&mut self) -> bool {
        let app = &mut *self.app;
        match app.focus {
            Pane::Groups => app.groups.sort_by(app.groups.sort),
            Pane::Partitions => app.partitions.sort_by(app.partitions.sort),
            Pane::Members => app.members.sort_by(app.members.sort),
            Pane::Rebalances => app.rebalances.sort_by(app.rebalances.sort),
            Pane::Findings => app.findings.sort_by(app.findings.sort),
            Pane::Process => app.threads.sort_by(app.threads.sort),
        }
        self.say_sort()
    }

    pub(super) fn say_sort(&mut self) -> bool {
        let (column, descending) = self.app.sort(self.app.focus);
        let order = if descending { "greatest" } else { "least" };
        self.say(format!("{} by {column}, {order} first", self.app.focus.name()));
        true
    }

    /// A screen that shows one pane anyway has nothing to zoom.
    fn zoom(&mut self) -> bool {
        let zoomed = self.app.zoom;
        if !zoomed && self.app.shape() != Shape::All {
            return false;
        }
        self.app.zoom = !zoomed;
        true
    }

    fn interval(&mut self, next: Option<Duration>) -> bool {
        let Some(next) = next else { return false };
        self.app.interval = next;
        let (millis, seconds) = (next.as_millis(), next.as_secs());
        self.say(if seconds == 0 {
            format!("every {millis} ms")
        } else {
            format!("every {seconds} s")
        });
        true
    }

    fn log_scale(&mut self) -> bool {
        self.app.log_scale = !self.app.log_scale;
        let scale = if self.app.log_scale { "logarithmic" } else { "linear" };
        self.say(format!("{scale} scale"));
        true
    }

    fn all_groups(&mut self) -> bool {
        let scope = match (&self.app.scope, self.app.partitions.selected()) {
            (PartitionScope::Topic(_), _) => PartitionScope::Group,
            (PartitionScope::Group, Some(key)) => PartitionScope::Topic(key.topic.clone()),
            (PartitionScope::Group, None) => return false,
        };
        self.app.set_scope(scope);
        true
    }

    fn copy_row(&mut self) -> bool {
        let Some(text) = copy::text(self.app) else { return false };
        self.effects.push(Effect::Copy(text));
        self.say("copied".to_owned());
        true
    }

    fn copy_summary(&mut self) -> bool {
        self.effects.push(Effect::CopySummary);
        self.say("incident copied as Markdown".to_owned());
        true
    }
}

impl AppState {
    /// Lists other partitions. Back with one group, a selection in another group means nothing.
    pub(super) fn set_scope(&mut self, scope: PartitionScope) {
        self.scope = scope;
        let group = self.groups.selected();
        if self.scope == PartitionScope::Group
            && self.partitions.selected().is_some_and(|key| Some(&key.group) != group)
        {
            self.partitions.reset();
        }
    }
}
