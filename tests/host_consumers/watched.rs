//! Looking at a group and at the processes of its members.

use std::collections::BTreeSet;
use std::sync::Arc;

use lagtop::model::process::{GroupMatches, MemberMatch, ProcessWish};
use lagtop::model::{MemberView, PollPlan, ProcessView, Snapshot};

use crate::live::{Live, group, on_screen};

/// Looks at a group, and at the processes of its members as a screen does, until `see` sees something.
pub(crate) async fn looked<T>(
    live: &mut Live,
    name: &str,
    what: &str,
    mut see: impl FnMut(&Snapshot, &GroupMatches) -> Option<T>,
) -> T {
    let wishes = live.wishes();
    live.until(what, |snapshot| {
        let wish = ProcessWish::of(snapshot, &name.into()).map(Arc::new);
        let plan = PollPlan { processes: wish, ..on_screen(name, 500) };
        wishes.send_if_modified(|known| {
            let changed = *known != plan;
            *known = plan;
            changed
        });
        let matches = snapshot.processes.matches.as_ref()?;
        if matches.group == name.into() { see(snapshot, matches) } else { None }
    })
    .await
}

/// The members of a group, once there are so many, each with something found.
pub(crate) fn all<'a>(
    snapshot: &Snapshot,
    matches: &'a GroupMatches,
    members: usize,
) -> Option<&'a [MemberMatch]> {
    let known = group(snapshot, matches.group.as_str())?.view.members.as_ref()?.len();
    let found = matches.members.iter().all(|found| !found.candidates.is_empty());
    (known == members && matches.members.len() == members && found).then_some(&matches.members)
}

/// What Kafka knows of a member.
pub(crate) fn member(snapshot: &Snapshot, name: &str, found: &MemberMatch) -> MemberView {
    let members = group(snapshot, name).unwrap().view.members.clone().unwrap();
    members.iter().find(|member| member.id == found.member).unwrap().clone()
}

pub(crate) fn candidates(found: &MemberMatch) -> BTreeSet<u32> {
    found.candidates.iter().map(|candidate| candidate.process.pid).collect()
}

pub(crate) fn process(snapshot: &Snapshot, pid: u32) -> Option<&Arc<ProcessView>> {
    snapshot.processes.processes.iter().find(|process| process.key().pid == pid)
}

/// Nothing that lagtop could not read may hide the truth.
pub(crate) fn readable(found: &MemberMatch) -> bool {
    found.held_back.is_none()
}
