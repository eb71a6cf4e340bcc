//! Groups: lists and descriptions. Each answer touches the groups it speaks of and no other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::findings::Judged;
use super::fold::Fold;
use super::gap_start;
use super::membership::Ledger;
use super::rebalances::{Between, Tracker, settled};
use crate::model::observation::{
    FollowedObserved, GroupDescription, GroupListObserved, GroupObserved, MemberObserved, Written,
};
use crate::model::{
    BrokerId, Fault, GroupId, GroupKind, GroupSeen, GroupState, GroupView, MemberView,
    PartitionView, Rest, Settled, Timestamp, TopicName,
};

/// For so long a list may have been on its way.
const ON_ITS_WAY: Duration = Duration::from_millis(300);

/// A group and what is kept beside its view.
#[derive(Debug)]
pub(super) struct GroupCell {
    pub(super) view: Arc<GroupView>,
    pub(super) seen: GroupSeen,
    /// Something that lag, rates or sums derive from changed.
    pub(super) dirty: bool,
    /// A figure still moves though nothing new was seen.
    pub(super) unsettled: bool,
    /// When figures were last derived.
    pub(super) derived: Timestamp,
    /// Why single commits were not told; mostly empty.
    pub(super) commit_faults: BTreeMap<(TopicName, i32), Fault>,
    /// Positions that were recorded to be taken away, and when that was read; mostly empty. Answers to
    /// older questions do not bring them back.
    pub(super) removed: BTreeMap<(TopicName, i32), Timestamp>,
    pub(super) tracker: Tracker,
    /// What the rules said last.
    pub(super) judged: Judged,
    /// The members are known as of this moment: answers to questions asked before it are old news.
    pub(super) described_as_of: Timestamp,
    /// The group as its records have it; `None` where only answers tell.
    pub(super) fold: Option<Box<Fold>>,
    pub(super) doubts: Doubts,
}

/// When an answer first differed from the records, if nothing was recorded since.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Doubts {
    /// About members.
    pub(super) members: Option<Timestamp>,
    /// About commits.
    pub(super) commits: Option<Timestamp>,
}

impl GroupCell {
    fn new(id: GroupId) -> Self {
        Self {
            view: Arc::new(GroupView::new(id, GroupKind::Unknown, GroupState::Unknown)),
            seen: GroupSeen::default(),
            dirty: true,
            unsettled: true,
            derived: Timestamp::default(),
            commit_faults: BTreeMap::new(),
            removed: BTreeMap::new(),
            judged: Judged::default(),
            tracker: Tracker::default(),
            described_as_of: Timestamp::default(),
            fold: None,
            doubts: Doubts::default(),
        }
    }

    /// The topics it holds or has committed on.
    pub(super) fn topic_names(&self) -> impl Iterator<Item = &TopicName> {
        self.view.topics.iter().map(|topic| &topic.topic)
    }

    /// How many members it has; `None` while that is not told. Of a group that cannot be described nobody
    /// waits for them.
    pub(super) fn member_count(&self) -> Option<usize> {
        use GroupKind::{Classic, Consumer, Share};
        let told = self.view.members.as_ref().map(|members| members.len());
        let never = self.view.describe_fault.is_some()
            || !matches!(self.view.kind, Classic | Consumer | Share);
        told.or_else(|| never.then_some(0))
    }

    /// Notes the state seen at `at`.
    fn state(&mut self, at: Timestamp, state: GroupState) {
        self.tracker.state(at, state);
        let in_band = self.view.band.changes().next_back().map(|(_, state)| state);
        if self.view.state != state || in_band != Some(Some(state)) {
            let view = Arc::make_mut(&mut self.view);
            view.state = state;
            Arc::make_mut(&mut view.band).push(at, Some(state));
        }
    }
}

pub(super) fn cell<'a>(
    groups: &'a mut BTreeMap<GroupId, GroupCell>,
    id: &GroupId,
) -> &'a mut GroupCell {
    groups.entry(id.clone()).or_insert_with(|| GroupCell::new(id.clone()))
}

/// Folds in a broker's list of its groups.
pub(super) fn list(
    groups: &mut BTreeMap<GroupId, GroupCell>,
    (at, gap_after): (Timestamp, Duration),
    observed: GroupListObserved,
) {
    let GroupListObserved { coordinator, groups: Ok(listed) } = observed else {
        return; // Its groups grow stale; the broker's health says why.
    };
    for group in listed {
        let cell = cell(groups, &group.id);
        let last = cell.seen.listed.replace(at);
        if let Some(last) = last.filter(|&last| at.since(last) > gap_after) {
            let view = Arc::make_mut(&mut cell.view);
            Arc::make_mut(&mut view.band).push(gap_start(last), None);
        }
        let view = &cell.view;
        if view.coordinator != Some(coordinator)
            || view.kind != group.kind
            || view.protocol_type != group.protocol_type
        {
            let view = Arc::make_mut(&mut cell.view);
            view.coordinator = Some(coordinator);
            view.kind = group.kind;
            view.protocol_type = group.protocol_type;
        }
        // A list says nothing of when it was asked for: one that was on its way while a description
        // settled the group is no news. If it is true, the next one says so again.
        let overtaken = at.since(cell.described_as_of) < ON_ITS_WAY;
        let news = group.state.filter(|state| !(overtaken && state.is_rebalancing()));
        // Records tell each state with its time; a list that differs makes polling ask for an answer.
        if let Some(state) = news.filter(|_| cell.fold.is_none()) {
            cell.state(at, state);
        }
    }
}

/// Of these groups, the records seen so far are all there is at this moment.
pub(super) fn followed(
    groups: &mut BTreeMap<GroupId, GroupCell>,
    at: Timestamp,
    followed: FollowedObserved,
) {
    for id in followed.commits {
        if let Some(cell) = groups.get_mut(&id) {
            cell.seen.commits = Some(at);
        }
    }
    for id in followed.members {
        if let Some(cell) = groups.get_mut(&id) {
            cell.seen.described = Some(at);
        }
    }
}

/// Folds in descriptions of groups. What records and answers do not agree upon goes to the ledger.
pub(super) fn describe(
    groups: &mut BTreeMap<GroupId, GroupCell>,
    at: Timestamp,
    described: Vec<GroupObserved>,
    ledger: &mut Ledger,
) {
    for GroupObserved { id, coordinator, asked, written, description } in described {
        let cell = cell(groups, &id);
        match description {
            // Its members have changed since this was asked.
            Ok(_) if asked < cell.described_as_of => {}
            Ok(description) => {
                let answer = coordinator.is_some();
                if answer && !cell.is_news((asked, at), &description, ledger) {
                    continue;
                }
                cell.described_as_of = asked;
                let seed = if answer { ledger.seed(asked, at, &description) } else { None };
                cell.describe(at, (coordinator, written), description);
                cell.fold = seed;
            }
            Err(fault) => {
                if cell.view.describe_fault.as_ref() != Some(&fault) {
                    Arc::make_mut(&mut cell.view).describe_fault = Some(fault);
                }
            }
        }
    }
}

impl GroupCell {
    pub(super) fn describe(
        &mut self,
        at: Timestamp,
        (coordinator, written): (Option<BrokerId>, Option<Written>),
        described: GroupDescription,
    ) {
        self.seen.described = Some(at);
        // Answers about classic groups do not tell the generation, records do.
        let epoch = described.epoch.or(self.view.epoch);
        let coordinator = coordinator.or(self.view.coordinator);
        self.state(at, described.state);
        let members = member_views(described.members, self.view.members.as_deref());
        let between = {
            let GroupDescription { state, kind, epoch, .. } = described;
            self.tracker.described(at, (kind, state), settled(epoch, &members))
        };
        if let Some(settled) = self.tracker.settled().map(Arc::clone) {
            self.rested(at, settled);
        }
        let same = self.view.members.as_deref() == Some(&members)
            && self.view.assignor == described.assignor
            && self.view.epoch == epoch
            && self.view.assignment_epoch == described.assignment_epoch
            && self.view.kind == described.kind
            && self.view.describe_fault.is_none();
        if same && matches!(between, Between::Nothing) {
            return;
        }
        let view = Arc::make_mut(&mut self.view);
        view.coordinator = coordinator;
        view.kind = described.kind;
        view.assignor = described.assignor;
        view.epoch = epoch;
        view.assignment_epoch = described.assignment_epoch;
        view.describe_fault = None;
        view.members = Some(members.into());
        let kept = Arc::make_mut(&mut view.rebalances);
        if let Between::Number(generation) = between
            && let Some(last) = kept.last_mut()
        {
            last.epoch = Some(generation);
        }
        if let Between::Rebalance(mut rebalance) = between {
            if described.kind == GroupKind::Classic {
                rebalance.classic(written);
            }
            view.rebalances_seen += u64::from(super::rebalances::keep(kept, rebalance));
        }
        self.assign();
        self.dirty = true;
    }

    /// Notes the last rest; the view is another only where the rest is.
    pub(super) fn rested(&mut self, at: Timestamp, settled: Arc<Settled>) {
        let known = self.view.rest.as_ref();
        if known.is_some_and(|known| known.settled == settled) {
            return;
        }
        let followed = known.map_or(at, |known| known.followed);
        Arc::make_mut(&mut self.view).rest = Some(Rest { followed, settled });
    }

    /// Gives every row its owner; takes those that have neither owner nor commit any more. Answers about
    /// commits do not name what nobody holds and nobody has committed on.
    pub(super) fn assign(&mut self) {
        let faults = &self.commit_faults;
        let failed = |topic: &TopicName, row: &PartitionView| {
            !faults.is_empty() && faults.contains_key(&(topic.clone(), row.partition))
        };
        Arc::make_mut(&mut self.view)
            .assign(|topic, row| row.owner.is_some() || row.commit.is_some() || failed(topic, row));
    }
}

/// Members sorted for people, with what was already derived for those that stay.
pub(super) fn member_views(
    members: Vec<MemberObserved>,
    before: Option<&[MemberView]>,
) -> Vec<MemberView> {
    let mut views: Vec<_> = members
        .into_iter()
        .map(|member| {
            let known = before.and_then(|views| views.iter().find(|view| view.id == member.id));
            MemberView {
                lag: known.and_then(|view| view.lag),
                consumed: known.and_then(|view| view.consumed),
                id: member.id,
                instance_id: member.instance_id,
                client_id: member.client_id,
                host: member.host,
                rack: member.rack,
                epoch: member.epoch,
                classic: member.classic,
                assignment: member.assignment,
                target: member.target,
            }
        })
        .collect();
    views.sort_by(|a, b| a.client_id.cmp(&b.client_id).then_with(|| a.id.cmp(&b.id)));
    views
}
