//! Members: who was there, and who held what.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{
    Fault, GroupKind, GroupView, Holder, MemberView, Rest, Settled, Timestamp, TopicPartition,
    TopicPartitions,
};

/// Gives `view`, the group as it was, its members; the partitions that they held get rows. `now` is the
/// group as it is.
pub(super) fn seat(view: &mut GroupView, now: &GroupView, at: Timestamp) {
    let Some(settled) = now.settled_at(at) else {
        view.describe_fault =
            now.describe_fault.clone().or_else(|| now.rest.as_ref().map(|_| untold()));
        return;
    };
    view.epoch = settled.epoch;
    // At rest every member has reached the target, for which the coordinator assigned.
    view.assignment_epoch = settled.epoch.filter(|_| now.kind != GroupKind::Classic);
    let known = now.members.as_deref().unwrap_or_default();
    let mut members: Vec<_> =
        settled.members.iter().map(|holder| member(holder, known, (&settled, now.kind))).collect();
    members.sort_by(|a, b| a.client_id.cmp(&b.client_id).then_with(|| a.id.cmp(&b.id)));
    view.members = Some(members.into());
    let followed = now.rest.as_ref().map_or(at, |rest| rest.followed);
    view.rest = Some(Rest { followed, settled: Arc::new(settled) });
    view.assign(|_, _| true);
}

/// Why nobody is said to have been there.
fn untold() -> Fault {
    Fault::new(
        "NOT_TOLD",
        "who held what then cannot be told: nobody had looked, partitions changed hands, or not all since is kept",
    )
}

/// A member as it was; what never changes of it is known where it is still there.
fn member(
    holder: &Holder,
    known: &[MemberView],
    (settled, kind): (&Settled, GroupKind),
) -> MemberView {
    let was = &holder.member;
    let still = known.iter().find(|member| member.id == was.id);
    let assignment = holder.held.as_deref().map(by_topic);
    MemberView {
        id: was.id.clone(),
        instance_id: was.instance_id.clone(),
        client_id: Arc::clone(&was.client_id),
        host: Arc::clone(&was.host),
        rack: still.and_then(|member| member.rack.clone()),
        epoch: settled.epoch.filter(|_| kind != GroupKind::Classic),
        classic: still.is_some_and(|member| member.classic),
        target: assignment.clone().filter(|_| kind == GroupKind::Consumer),
        assignment,
        lag: None,
        consumed: None,
    }
}

fn by_topic(held: &[TopicPartition]) -> Vec<TopicPartitions> {
    let mut topics = BTreeMap::<_, Vec<i32>>::new();
    for held in held {
        topics.entry(&held.topic).or_default().push(held.partition);
    }
    let topics = topics.into_iter().map(|(topic, mut partitions)| {
        partitions.sort_unstable();
        TopicPartitions { topic: topic.clone(), partitions }
    });
    topics.collect()
}
