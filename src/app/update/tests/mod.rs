mod findings;
mod hiding;
mod marking;
mod mouse;
mod news;
mod peek;
mod properties;
mod replay;
mod rewind;
mod selection;
mod walking;

use crate::app::fixture::{Group, NOW, group, snapshot};
use crate::app::{AppState, Effect, Input, update};
use crate::model::GroupId;

fn three() -> Vec<Group> {
    vec![
        group("billing", &[5, 200]).members(&["b1", "b2", "b3"]).rebalances(3),
        group("search", &[1_000, 20, 30]).members(&["s1"]),
        group("users", &[4_000, 1]),
    ]
}

fn selected(app: &AppState) -> &str {
    app.groups.selected().map_or("", GroupId::as_str)
}

fn toast(app: &AppState) -> &str {
    app.toast.as_ref().map_or("", |toast| &toast.text)
}

fn arrive(app: &mut AppState, groups: &[Group], rounds: u64) -> Vec<Effect> {
    update(app, Input::Snapshot(snapshot(groups, rounds)), NOW)
}

fn draws(effects: &[Effect]) -> bool {
    effects.contains(&Effect::Draw)
}
