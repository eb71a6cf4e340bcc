//! Names of groups, members and what they hold.

use std::sync::Arc;

use crate::model::pseudonym::{Kind, Named, Names};
use crate::model::{
    GroupTopic, GroupView, Holder, MemberRef, MemberView, Move, PartitionView, Rebalance, Rest,
    Settled,
};

/// All but the rebalances, which change more seldom than the rest. Members stay in their order: owners are
/// told by their places.
impl Named for GroupView {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self {
            id,
            kind: _,
            state: _,
            protocol_type: _,
            assignor: _,
            coordinator: _,
            epoch: _,
            assignment_epoch: _,
            members,
            describe_fault,
            commits_fault,
            topics,
            totals: _,
            lag_history: _,
            band: _,
            rebalances: _,
            rebalances_seen: _,
            rest,
        } = self;
        id.rename(names);
        members.rename(names);
        describe_fault.rename(names);
        commits_fault.rename(names);
        let topics = Arc::make_mut(topics);
        for topic in topics.iter_mut() {
            topic.rename(names);
        }
        topics.sort_unstable_by(|a, b| a.topic.cmp(&b.topic));
        rest.rename(names);
    }
}

impl Named for MemberView {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self {
            id,
            instance_id,
            client_id,
            host,
            rack,
            epoch: _,
            classic: _,
            assignment,
            target,
            lag: _,
            consumed: _,
        } = self;
        id.rename(names);
        names.who((instance_id, client_id), host);
        names.maybe(Kind::Rack, rack);
        assignment.rename(names);
        target.rename(names);
        for held in [assignment, target].into_iter().flatten() {
            held.sort_unstable();
        }
    }
}

impl Named for MemberRef {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { id, instance_id, client_id, host, dropped: _ } = self;
        id.rename(names);
        names.who((instance_id, client_id), host);
    }
}

impl Named for GroupTopic {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { topic, partitions } = self;
        topic.rename(names);
        partitions.rename(names);
    }
}

impl Named for PartitionView {
    fn rename(&mut self, names: &mut Names<'_>) {
        self.fault.rename(names);
        if let Some(commit) = self.commit.as_mut().filter(|commit| !commit.metadata.is_empty())
            && names.hide()
        {
            // The client's own text, which may hold anything.
            commit.metadata = "".into();
        }
    }
}

impl Named for Rebalance {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { at: _, took: _, epoch: _, ended_in: _, joined, left, moved } = self;
        joined.rename(names);
        left.rename(names);
        moved.rename(names);
    }
}

impl Named for Move {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { partition, from, to } = self;
        partition.rename(names);
        from.rename(names);
        to.rename(names);
    }
}

impl Named for Rest {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { followed: _, settled } = self;
        let Settled { epoch: _, members } = Arc::make_mut(settled);
        members.rename(names);
    }
}

impl Named for Holder {
    fn rename(&mut self, names: &mut Names<'_>) {
        let Self { member, held } = self;
        member.rename(names);
        held.rename(names);
    }
}
