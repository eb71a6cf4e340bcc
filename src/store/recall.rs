//! Rebalances from before the start, of groups that their coordinator assigns for: the [fold](super::fold) of their
//! records, begun with what was there before the first of them.
//!
//! No record tells that whole, but each member's first ones do for their member: that it just joined, or what
//! it has had in the epoch before and what of it it has yet to give back. A member that no record names was
//! there all the time, as it is now. Of one that only went, and before Kafka 4.3 of one that only got more, it is
//! not told what it had. The only such had what others got and nobody else gave up; where there are several, the
//! first rebalance is left out. At its end each member has said what it holds.
//!
//! A walk that ends at the present epoch with other members than there are now was wrong somewhere, and tells
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::{Fold, Names, named};
use super::rebalances::keep;
use crate::model::membership::{
    Before, Change, HeldRecorded, IdPartitions, MemberRecorded, MembershipRecorded,
};
use crate::model::{
    GroupState, GroupView, MemberId, MemberView, Rebalance, Timestamp, TopicPartition,
    TopicPartitions,
};

/// What records tell of a group's past.
#[derive(Debug, Default)]
pub(super) struct Recalled {
    /// From when it was in which state, ascending.
    pub(super) states: Vec<(Timestamp, GroupState)>,
    pub(super) rebalances: Vec<Rebalance>,
}

/// Walks through the records of one group, oldest first; `None` if they tell of no rebalance, or do not lead to
/// what is there now.
pub(super) fn recall(
    records: &[MembershipRecorded],
    now: &GroupView,
    names: &Names,
) -> Option<Recalled> {
    // A group that was deleted is another, under the same name perhaps.
    let records = records.rsplit(|record| record.change == Change::Epoch(None)).next()?;
    let epoch = records.iter().find_map(|record| match record.change {
        Change::Epoch(epoch) => epoch,
        _ => None,
    })?;
    let members = now.members.as_deref()?;
    let Begin { there, unknown } = Begin::of(records, members, names)?;
    let begun = records.first()?.recorded;
    let mut fold = Fold::recalled(begun, (now.kind, epoch.wrapping_sub(1)), there);
    let mut told = Recalled::default();
    let mut is_whole = unknown.is_empty();
    let mut records = records.iter().peekable();
    while let Some(MembershipRecorded { recorded: at, change, .. }) = records.next() {
        fold.apply(*at, change.clone(), names).ok()?;
        // The records of one event are written together: what lies between them is no state.
        if records.peek().is_some_and(|next| next.recorded == *at) {
            continue;
        }
        if let Some(rebalance) = fold.ended(*at) {
            if is_whole {
                keep(&mut told.rebalances, rebalance);
            }
            is_whole = true;
        }
        told.states.push((*at, fold.state()));
    }
    fold.may_lead_to(now.epoch, members).then_some(told)
}

/// A group before its first record.
struct Begin {
    /// Who was there, and what each held.
    there: Vec<(MemberId, MemberRecorded, Vec<TopicPartitions>)>,
    /// Of whom it is not known what they held.
    unknown: BTreeSet<MemberId>,
}

/// A member's first records.
#[derive(Default)]
struct First<'a> {
    /// The very first says what it is, as that of one that joins does.
    introduced: bool,
    about: Option<&'a MemberRecorded>,
    held: Option<&'a HeldRecorded>,
    /// It was meant to hold something else before `held`.
    retargeted: bool,
}

impl Begin {
    fn of(records: &[MembershipRecorded], now: &[MemberView], names: &Names) -> Option<Self> {
        let firsts = firsts(records);
        let mut begin = Self { there: Vec::new(), unknown: BTreeSet::new() };
        let (mut got, mut came) = (Vec::new(), false);
        for (&id, first) in &firsts {
            if first.is_birth() {
                came = true;
                continue;
            }
            let view = now.iter().find(|view| view.id == *id);
            let about = first.about.or_else(|| successor(records, id)).cloned();
            let about = about.or_else(|| view.map(about_of));
            let before = first.before();
            if before.is_none() {
                begin.unknown.insert(id.clone());
            }
            let held = named(before.unwrap_or_default(), names)?;
            begin.there.push((id.clone(), about.unwrap_or_else(|| unnamed(id)), held));
            let held = first.held.map(|held| named(held.held.clone(), names));
            got.extend(held.unwrap_or_else(|| Some(Vec::new()))?);
        }
        for view in now.iter().filter(|view| !firsts.contains_key(&view.id)) {
            begin.there.push((view.id.clone(), about_of(view), view.assignment.clone()?));
        }
        if !came && begin.unknown.len() == 1 {
            begin.give_the_rest(&got);
        }
        Some(begin)
    }

    /// The only one of whom it is not known held what others `got` and nobody else had.
    fn give_the_rest(&mut self, got: &[TopicPartitions]) {
        let had: BTreeSet<TopicPartition> =
            self.there.iter().flat_map(|(.., held)| held).flat_map(TopicPartitions::each).collect();
        let rest = got.iter().map(|of| {
            let free = |partition: &i32| {
                let (topic, partition) = (of.topic.clone(), *partition);
                !had.contains(&TopicPartition { topic, partition })
            };
            let partitions = of.partitions.iter().copied().filter(free).collect();
            TopicPartitions { topic: of.topic.clone(), partitions }
        });
        let rest = rest.filter(|of| !of.partitions.is_empty()).collect();
        let mut there = self.there.iter_mut();
        if let Some((.., held)) = there.find(|(id, ..)| self.unknown.contains(id)) {
            *held = rest;
            self.unknown.clear();
        }
    }
}

impl First<'_> {
    fn is_birth(&self) -> bool {
        let joined = |held: &HeldRecorded| held.before.as_ref().is_some_and(|it| it.joined);
        self.introduced && self.held.is_none_or(joined)
    }

    /// What it held; `None` if that is not told.
    fn before(&self) -> Option<Vec<IdPartitions>> {
        let HeldRecorded { before, held, .. } = self.held?;
        match before {
            Some(Before { held, .. }) => Some(held.clone()),
            None if !self.retargeted => Some(held.clone()),
            None => None,
        }
    }
}

fn firsts(records: &[MembershipRecorded]) -> BTreeMap<&MemberId, First<'_>> {
    let mut firsts = BTreeMap::<_, First<'_>>::new();
    for record in records {
        match &record.change {
            Change::Member(id, about) => {
                let known = firsts.contains_key(id);
                let first = firsts.entry(id).or_default();
                first.introduced |= !known && about.is_some();
                first.about = first.about.or(about.as_ref());
            }
            Change::Target(id, target) => {
                let first = firsts.entry(id).or_default();
                first.retargeted |= first.held.is_none() && target.is_some();
            }
            Change::Held(id, held) => {
                let first = firsts.entry(id).or_default();
                first.held = first.held.or(held.as_ref());
            }
            Change::Epoch(_) | Change::TargetEpoch(_) | Change::Unreadable => {}
        }
    }
    firsts
}

/// A static member that comes back has another id, and takes the place of the old one at once.
fn successor<'a>(records: &'a [MembershipRecorded], id: &MemberId) -> Option<&'a MemberRecorded> {
    let is_end = |change: &Change| matches!(change, Change::Member(of, None) if of == id);
    let end = records.iter().find(|record| is_end(&record.change))?.recorded;
    let mut at_once = records.iter().filter(|record| record.recorded == end);
    at_once.find_map(|record| match &record.change {
        Change::Member(_, Some(about)) if about.instance_id.is_some() => Some(about),
        _ => None,
    })
}

fn about_of(view: &MemberView) -> MemberRecorded {
    MemberRecorded {
        instance_id: view.instance_id.clone(),
        client_id: view.client_id.clone(),
        host: view.host.clone(),
        rack: view.rack.clone(),
        classic: view.classic,
        rebalance_timeout: None,
    }
}

/// A member of which only its end was recorded goes by its id.
fn unnamed(id: &MemberId) -> MemberRecorded {
    MemberRecorded {
        instance_id: None,
        client_id: id.as_str().into(),
        host: "".into(),
        rack: None,
        classic: false,
        rebalance_timeout: None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::membership::Progress;
    use crate::model::{GroupId, GroupKind, MemberRef, Took, TopicId};

    const TOPIC: TopicId = TopicId([7; 16]);

    /// A tenth of a second passes between two events.
    #[derive(Default)]
    struct Written {
        records: Vec<MembershipRecorded>,
        events: i64,
    }

    impl Written {
        fn event(&mut self, changes: impl IntoIterator<Item = Change>) -> &mut Self {
            self.events += 1;
            let recorded = Timestamp::from_millis(self.events * 100);
            let (group, kind) = (GroupId::from("g"), GroupKind::Consumer);
            self.records.extend(changes.into_iter().map(|change| MembershipRecorded {
                group: group.clone(),
                kind,
                recorded,
                change,
            }));
            self
        }

        /// `b` joins `a`, which gives up one of two partitions.
        fn second_joins(&mut self, epoch: i32) -> &mut Self {
            let about = MemberRecorded { client_id: "second".into(), ..unnamed(&"b".into()) };
            self.event([Change::Member("b".into(), Some(about)), Change::Epoch(Some(epoch))]);
            let had = Before { joined: false, held: by_id(&[0, 1]) };
            let (a, b) = (target("a", &[0]), target("b", &[1]));
            let revoking = held("a", (epoch - 1, Progress::Revoking), &[0], Some(had));
            self.event([a, b, Change::TargetEpoch(Some(epoch)), revoking]);
            let kept = Before { joined: false, held: by_id(&[0]) };
            self.event([held("a", (epoch, Progress::Settled), &[0], Some(kept))]);
            let joined = Before { joined: true, held: Vec::new() };
            self.event([held("b", (epoch, Progress::Settled), &[1], Some(joined))])
        }

        /// These go, and `a` gets everything; `before`: what it had, if the broker tells.
        fn leave(&mut self, epoch: i32, gone: &[&str], before: Option<&[i32]>) -> &mut Self {
            let tombstones = gone.iter().flat_map(|&id| {
                let id = MemberId::from(id);
                let (held, target) =
                    (Change::Held(id.clone(), None), Change::Target(id.clone(), None));
                [held, target, Change::Member(id, None)]
            });
            self.event(tombstones.chain([Change::Epoch(Some(epoch))]).collect::<Vec<_>>());
            let before = before.map(|had| Before { joined: false, held: by_id(had) });
            self.event([
                target("a", &[0, 1]),
                Change::TargetEpoch(Some(epoch)),
                held("a", (epoch, Progress::Settled), &[0, 1], before),
            ])
        }

        fn recall(&self, epoch: i32, now: &[(&str, &[i32])]) -> Option<Recalled> {
            let member = |&(id, held): &(&str, &[i32])| MemberView {
                id: id.into(),
                instance_id: None,
                client_id: "first".into(),
                host: "10.0.0.1".into(),
                rack: None,
                epoch: Some(epoch),
                classic: false,
                assignment: Some(by_name(held)),
                target: None,
                lag: None,
                consumed: None,
            };
            let members: Vec<_> = now.iter().map(member).collect();
            let view = GroupView {
                members: Some(members.into()),
                epoch: Some(epoch),
                ..GroupView::new("g".into(), GroupKind::Consumer, GroupState::Stable)
            };
            recall(&self.records, &view, &Names::from([(TOPIC, Some("t".into()))]))
        }
    }

    fn by_id(partitions: &[i32]) -> Vec<IdPartitions> {
        vec![IdPartitions { topic: TOPIC, partitions: partitions.to_vec() }]
    }

    fn by_name(partitions: &[i32]) -> Vec<TopicPartitions> {
        vec![TopicPartitions { topic: "t".into(), partitions: partitions.to_vec() }]
    }

    fn target(id: &str, partitions: &[i32]) -> Change {
        Change::Target(id.into(), Some(by_id(partitions)))
    }

    fn held(
        id: &str,
        (epoch, progress): (i32, Progress),
        partitions: &[i32],
        before: Option<Before>,
    ) -> Change {
        let held = HeldRecorded { epoch, progress, held: by_id(partitions), before };
        Change::Held(id.into(), Some(held))
    }

    /// Who came, who went, and from whom to whom each partition went.
    fn told(event: &Rebalance) -> String {
        let who = |one: &MemberRef| one.id.as_str().to_owned();
        let came = event.joined.iter().map(|one| format!("+{}", who(one)));
        let went = event.left.iter().map(|one| format!("-{}", who(one)));
        let moved = event.moved.iter().map(|moved| {
            [&moved.from, &moved.to].map(|one| one.as_ref().map_or_else(String::new, who)).join(">")
        });
        came.chain(went).chain(moved).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_first_rebalance_is_told_from_its_own_records() {
        let mut written = Written::default();
        let recalled = written.second_joins(5).recall(5, &[("a", &[0]), ("b", &[1])]).unwrap();
        let [event] = recalled.rebalances.as_slice() else { panic!("{recalled:?}") };
        assert_eq!(told(event), "+b a>b");
        assert_eq!(event.took, Took::Exactly(Duration::from_millis(300)));
        let states: Vec<_> = recalled.states.iter().map(|(_, state)| *state).collect();
        let between = [GroupState::Assigning, GroupState::Reconciling, GroupState::Reconciling];
        assert_eq!(states, [&between[..], &[GroupState::Stable]].concat());
    }

    #[test]
    fn the_only_one_that_went_had_what_others_got() {
        let mut written = Written::default();
        let recalled = written.leave(5, &["b"], Some(&[0])).recall(5, &[("a", &[0, 1])]).unwrap();
        let [event] = recalled.rebalances.as_slice() else { panic!("{recalled:?}") };
        assert_eq!(told(event), "-b b>a");
    }

    #[test]
    fn where_it_is_not_told_who_had_what_the_first_rebalance_is_left_out() {
        let two_went: (&[&str], Option<&[i32]>) = (&["x", "y"], Some(&[]));
        let not_told: (&[&str], Option<&[i32]>) = (&["x"], None);
        for (gone, before) in [two_went, not_told] {
            let mut written = Written::default();
            written.leave(5, gone, before).second_joins(6);
            let recalled = written.recall(6, &[("a", &[0]), ("b", &[1])]).unwrap();
            let epochs: Vec<_> = recalled.rebalances.iter().map(|event| event.epoch).collect();
            assert_eq!(epochs, [Some(6)]);
        }
    }

    #[test]
    fn a_walk_that_does_not_lead_to_the_present_tells_nothing() {
        let mut written = Written::default();
        written.second_joins(5);
        assert!(written.recall(5, &[("a", &[0]), ("c", &[1])]).is_none());
        assert!(written.recall(6, &[("a", &[0, 1])]).is_some(), "more has happened since");
        // Another group of the same name came later.
        written.event([Change::Epoch(None)]);
        assert!(written.recall(1, &[("a", &[0, 1])]).is_none());
    }
}
