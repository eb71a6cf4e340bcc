//! Groups that are followed by their records, beside the answers about them.
//!
//! While a group has a fold, its records tell of it: state, members, rebalances, each with its time. An
//! answer then is the truth to compare with. One that differs may only be ahead of the tail, so nothing
//! is done at once; if the answers still differ after [`AT_REST`], and nothing was recorded between, the
//! difference is real: it is counted, and the answer is taken.
//!
//! Records of classic groups describe a generation whole, and are taken as answers are; what an answer
//! shows first is numbered by the record that follows. If none does, that is a difference too.
//!
//! Commits of groups that are followed (`poll`'s `following` says which) are compared in the same way. No
//! transaction is in the way there: what one of them committed is asked for, not compared.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::commits::Answer;
use super::fold::{Fold, Names};
use super::groups::{GroupCell, member_views};
use super::rebalances;
use crate::model::membership::MembershipRecorded;
use crate::model::observation::GroupDescription;
use crate::model::{
    Difference, Differences, Differing, GroupId, GroupKind, GroupState, SourceHealth, SourceId,
    Timestamp, TopicId, TopicName,
};

/// A difference that lasts this long, with nothing recorded, is not one of two moments.
const AT_REST: Duration = Duration::from_millis(1_500);

/// What holds for all groups: since when records are read, what topics are called, and where records
/// and answers differed.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Since when; `None` while nothing is read.
    listening: Option<Timestamp>,
    names: Names,
    differences: Differences,
}

impl Ledger {
    pub(super) fn differences(&self) -> Differences {
        self.differences.clone()
    }

    pub(super) const fn names(&self) -> &Names {
        &self.names
    }

    pub(super) fn named(&mut self, names: Vec<(TopicId, Option<TopicName>)>) {
        self.names.extend(names);
    }

    /// The fold that begins with an answer, if it is one to begin with.
    pub(super) fn seed(
        &self,
        asked: Timestamp,
        at: Timestamp,
        described: &GroupDescription,
    ) -> Option<Box<Fold>> {
        self.listening.filter(|&since| asked >= since)?;
        Fold::begun(at, described).map(Box::new)
    }

    fn count(&mut self, at: Timestamp, group: &GroupId, about: Differing) {
        self.differences.count += 1;
        self.differences.last = Some(Difference { at, group: group.clone(), about });
    }
}

/// Listening began or ended: either way what was folded so far is not all any more.
pub(super) fn health(
    (ledger, groups): (&mut Ledger, &mut BTreeMap<GroupId, GroupCell>),
    at: Timestamp,
    (source, health): (SourceId, &SourceHealth),
) {
    if source == SourceId::Stream {
        ledger.listening = (*health == SourceHealth::Working).then_some(at);
        groups.values_mut().for_each(GroupCell::lose);
    }
}

/// Folds in records, in the order in which they were written.
pub(super) fn recorded(
    (ledger, groups): (&Ledger, &mut BTreeMap<GroupId, GroupCell>),
    at: Timestamp,
    records: Vec<MembershipRecorded>,
) {
    let mut records = records.into_iter().peekable();
    while let Some(record) = records.next() {
        let (group, written) = (record.group.clone(), record.recorded);
        let Some(cell) = groups.get_mut(&group) else { continue };
        cell.fold_in(at, record, &ledger.names);
        // The records of one event are written together: what lies between them is no state.
        let more = |next: &MembershipRecorded| next.group == group && next.recorded == written;
        if !records.peek().is_some_and(more) {
            cell.show(at, written);
        }
    }
}

impl GroupCell {
    fn fold_in(&mut self, at: Timestamp, record: MembershipRecorded, names: &Names) {
        self.doubts.members = None;
        // An answer that is on its way may be older than this record.
        self.described_as_of = self.described_as_of.max(at);
        let Some(fold) = &mut self.fold else { return };
        if fold.apply(record.recorded, record.change, names).is_err() {
            self.lose();
        }
    }

    /// Classic groups are taken from records and answers alike. A rebalance that an answer showed and no
    /// record numbered is a difference.
    fn audit_classic(&mut self, at: Timestamp, described: &GroupDescription, ledger: &mut Ledger) {
        if described.kind != GroupKind::Classic {
            return;
        }
        let listened = |seen: &Timestamp| ledger.listening.is_some_and(|since| *seen > since);
        if self.tracker.unrecorded(at).as_ref().is_some_and(listened) {
            ledger.count(at, &self.view.id, Differing::Members);
        }
    }

    /// Goes on by answers alone.
    fn lose(&mut self) {
        self.doubts.members = None;
        if let Some(fold) = self.fold.take() {
            self.tracker.resume(fold.settled().clone());
        }
    }

    /// Shows the group as its records have it; the last of them was written at `written`.
    fn show(&mut self, at: Timestamp, written: Timestamp) {
        let Some(fold) = &mut self.fold else { return };
        let ended = fold.ended(written);
        let described = fold.description();
        let (rested, settled) = fold.settled().clone();
        self.rested(rested, settled);
        self.seen.described = Some(at);
        let members = member_views(described.members, self.view.members.as_deref());
        let view = Arc::make_mut(&mut self.view);
        if let Some(rebalance) = ended {
            let more = rebalances::keep(Arc::make_mut(&mut view.rebalances), rebalance);
            view.rebalances_seen += u64::from(more);
        }
        view.epoch = described.epoch;
        view.assignment_epoch = described.assignment_epoch;
        view.members = Some(members.into());
        view.state = described.state;
        // The coordinator's clock may be behind ours, by which the last answered state was noted.
        let last = view.band.changes().next_back().map_or(written, |(last, _)| last);
        Arc::make_mut(&mut view.band).push(written.max(last), Some(described.state));
        self.assign();
        self.dirty = true;
    }

    /// Does an answer about commits differ from what records told, for so long that it is to be taken?
    pub(super) fn differs(&mut self, answer: &Answer<'_>, ledger: &mut Ledger) -> bool {
        self.seen.commits = Some(answer.at);
        if self.agrees_with(answer) {
            self.doubts.commits = None;
            return false;
        }
        let since = *self.doubts.commits.get_or_insert(answer.asked);
        let lasts = answer.asked.since(since) >= AT_REST;
        if lasts {
            self.doubts.commits = None;
            ledger.count(answer.at, &self.view.id, Differing::Commits);
        }
        lasts
    }

    /// Shall an answer be taken? Not while records tell the same, or may yet.
    pub(super) fn is_news(
        &mut self,
        (asked, at): (Timestamp, Timestamp),
        described: &GroupDescription,
        ledger: &mut Ledger,
    ) -> bool {
        let Some(fold) = &self.fold else {
            self.audit_classic(at, described, ledger);
            return true;
        };
        self.seen.described = Some(at);
        if fold.agrees(described) {
            self.doubts.members = None;
            let view = &self.view;
            // Records do not name it, and a group at rest tells nothing else that is new.
            let whole = view.assignor == described.assignor && view.describe_fault.is_none();
            if !whole {
                let view = Arc::make_mut(&mut self.view);
                view.assignor.clone_from(&described.assignor);
                view.describe_fault = None;
            }
            return false;
        }
        let since = *self.doubts.members.get_or_insert(asked);
        if asked.since(since) < AT_REST || described.state == GroupState::Dead {
            return false;
        }
        ledger.count(at, &self.view.id, Differing::Members);
        self.lose();
        true
    }
}
