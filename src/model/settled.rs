//! A group at rest: who is there, and who holds what. From two of these moments follows the rebalance
//! between them; from the later one and the rebalance, the earlier one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::{GroupState, GroupView, MemberRef, Move, Rebalance, Timestamp, Took, TopicPartition};

/// A group at rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Its epoch (KIP-848) or generation (classic); `None` where not told.
    pub epoch: Option<i32>,
    /// Its members.
    pub members: Vec<Holder>,
}

/// A member and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The member.
    pub member: MemberRef,
    /// What it holds; `None` if that was not told.
    pub held: Option<Vec<TopicPartition>>,
}

/// The last rest that was seen of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// From this moment on no rebalance was missed: what lies between here and the rest is told by
    /// [`GroupView::rebalances`](super::GroupView::rebalances), as far as they are kept.
    pub followed: Timestamp,
    /// Who was there, and who held what.
    pub settled: Arc<Settled>,
}

impl Settled {
    /// The rebalance that leads from here to `later`, at rest in `state` at a moment. How long it took,
    /// and why somebody went, is not known here.
    #[must_use]
    pub fn diff(&self, later: &Self, (at, state): (Timestamp, GroupState)) -> Rebalance {
        let missing_in = |from: &Self, other: &Self| -> Vec<MemberRef> {
            let gone = |holder: &&Holder| other.position(&holder.member).is_none();
            from.members.iter().filter(gone).map(|holder| holder.member.clone()).collect()
        };
        Rebalance {
            joined: missing_in(later, self),
            left: missing_in(self, later),
            moved: self.moves(later),
            ..later.reached((at, state))
        }
    }

    /// A rebalance of which only the end is known.
    #[must_use]
    pub fn reached(&self, (at, state): (Timestamp, GroupState)) -> Rebalance {
        Rebalance {
            at,
            took: Took::AtLeast(Duration::ZERO),
            epoch: self.epoch,
            ended_in: state,
            joined: Vec::new(),
            left: Vec::new(),
            moved: Vec::new(),
        }
    }

    /// Goes back to the rest before `event`, which led here. False if it cannot have: the event tells of
    /// members or partitions that are not as it left them, so that something is missing between. What is
    /// here then means nothing.
    ///
    /// The epoch before is not in the event; the one before that tells it.
    #[must_use]
    pub fn undo(&mut self, event: &Rebalance) -> bool {
        // Who came and went while it lasted was in neither rest.
        let passed =
            |one: &&MemberRef, other: &[MemberRef]| !other.iter().any(|it| it.id == one.id);
        let joined: Vec<_> = event.joined.iter().filter(|one| passed(one, &event.left)).collect();
        let left: Vec<_> = event.left.iter().filter(|one| passed(one, &event.joined)).collect();
        self.epoch = None;
        for member in left {
            if self.position(member).is_some() {
                return false;
            }
            let member = MemberRef { dropped: None, ..member.clone() };
            self.members.push(Holder { member, held: Some(Vec::new()) });
        }
        let moves_fit = event.moved.iter().all(|moved| self.undo_move(moved));
        moves_fit && joined.into_iter().all(|member| self.undo_join(member))
    }

    fn undo_move(&mut self, moved: &Move) -> bool {
        let Move { partition, from, to } = moved;
        let taken = to.as_ref().is_none_or(|to| {
            let held = self.holder(to).and_then(|holder| holder.held.as_mut());
            let at = held.as_ref().and_then(|held| held.iter().position(|it| it == partition));
            held.zip(at).map(|(held, at)| held.swap_remove(at)).is_some()
        });
        let given = from.as_ref().is_none_or(|from| self.give_back(from, partition));
        taken && given
    }

    /// Gives a partition back to a member, which bears the name from here on that it had then: a static one
    /// has another id with each start.
    fn give_back(&mut self, member: &MemberRef, partition: &TopicPartition) -> bool {
        let Some(holder) = self.holder(member) else { return false };
        if holder.member.id != member.id {
            holder.member = MemberRef { dropped: None, ..member.clone() };
        }
        holder.held.as_mut().map(|held| held.push(partition.clone())).is_some()
    }

    fn undo_join(&mut self, member: &MemberRef) -> bool {
        let Some(at) = self.position(member) else { return false };
        let holder = self.members.swap_remove(at);
        holder.held.is_none_or(|held| held.is_empty())
    }

    fn holder(&mut self, member: &MemberRef) -> Option<&mut Holder> {
        let at = self.position(member)?;
        self.members.get_mut(at)
    }

    fn position(&self, member: &MemberRef) -> Option<usize> {
        self.members.iter().position(|holder| holder.member.is(member))
    }

    fn moves(&self, later: &Self) -> Vec<Move> {
        let (old, new) = (self.holders(), later.holders());
        let all: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
        let none = Vec::new();
        let mut moves = Vec::new();
        for partition in all {
            let (before, after) =
                (old.get(partition).unwrap_or(&none), new.get(partition).unwrap_or(&none));
            let only = |of: &[&MemberRef], other: &[&MemberRef]| -> Vec<MemberRef> {
                let alone = |member: &&&MemberRef| !other.iter().any(|known| known.is(member));
                of.iter().filter(alone).map(|member| (**member).clone()).collect()
            };
            let (mut lost, mut gained) =
                (only(before, after).into_iter(), only(after, before).into_iter());
            loop {
                let (from, to) = (lost.next(), gained.next());
                if from.is_none() && to.is_none() {
                    break;
                }
                moves.push(Move { partition: partition.clone(), from, to });
            }
        }
        moves
    }

    /// Who holds each partition: one member, but in share groups several.
    fn holders(&self) -> BTreeMap<&TopicPartition, Vec<&MemberRef>> {
        let mut holders = BTreeMap::<_, Vec<_>>::new();
        for holder in &self.members {
            for partition in holder.held.iter().flatten() {
                holders.entry(partition).or_default().push(&holder.member);
            }
        }
        holders
    }
}

impl GroupView {
    /// Who was there and held what at a moment at which it was at rest. `None` where that cannot be told:
    /// partitions may have been changing hands, or not all that happened since is known.
    #[must_use]
    pub fn settled_at(&self, at: Timestamp) -> Option<Settled> {
        let rest = self.rest.as_ref().filter(|rest| rest.followed <= at)?;
        let later = self.rebalances.iter().position(|event| event.at > at);
        let (before, after) = self.rebalances.split_at(later.unwrap_or(self.rebalances.len()));
        let forgotten = self.rebalances_seen > self.rebalances.len() as u64;
        let at_rest = match after.first() {
            Some(next) => next.took.at_most().is_some_and(|most| at <= next.at.minus(most)),
            None => self.band.moving_since(at).is_none(),
        };
        if !at_rest || forgotten && before.is_empty() {
            return None;
        }
        let mut settled = (*rest.settled).clone();
        if !after.iter().rev().all(|event| settled.undo(event)) {
            return None;
        }
        if !after.is_empty() {
            settled.epoch = before.last().and_then(|event| event.epoch);
        }
        Some(settled)
    }
}

impl MemberRef {
    /// Is it the same, with another id perhaps?
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.id == other.id || self.instance_id.is_some() && self.instance_id == other.instance_id
    }
}

impl Rebalance {
    /// Something changed.
    #[must_use]
    pub const fn is_real(&self) -> bool {
        !(self.joined.is_empty() && self.left.is_empty() && self.moved.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AT: (Timestamp, GroupState) = (Timestamp::from_millis(7), GroupState::Stable);

    /// A dynamic member, or with `instance` a static one in its `start`th life.
    fn member(name: u8, instance: bool, start: u8) -> MemberRef {
        MemberRef {
            id: format!("m{name}-{start}").as_str().into(),
            instance_id: instance.then(|| format!("i{name}").into()),
            client_id: format!("c{name}").into(),
            host: "h".into(),
            dropped: None,
        }
    }

    fn settled(members: &[(MemberRef, &[i32])]) -> Settled {
        let partition = |&partition| TopicPartition { topic: "t".into(), partition };
        let members = members.iter().map(|(member, held)| Holder {
            member: member.clone(),
            held: Some(held.iter().map(partition).collect()),
        });
        Settled { epoch: None, members: members.collect() }
    }

    fn sorted(mut of: Settled) -> Settled {
        for holder in &mut of.members {
            holder.held.iter_mut().for_each(|held| held.sort_unstable());
        }
        of.members.sort_by(|a, b| a.member.id.cmp(&b.member.id));
        of
    }

    /// Members by their names, each perhaps static and started anew, and what they hold; in a share group
    /// several hold the same.
    fn any_settled() -> impl Strategy<Value = Settled> {
        let member = (0..2_u8, prop::collection::btree_set(0..6_i32, 0..4));
        prop::collection::btree_map(0..5_u8, member, 0..5).prop_map(|members| {
            let members: Vec<_> = members
                .into_iter()
                .map(|(name, (start, held))| {
                    (member_of(name, start), held.into_iter().collect::<Vec<_>>())
                })
                .collect();
            let members: Vec<_> =
                members.iter().map(|(member, held)| (member.clone(), &held[..])).collect();
            settled(&members)
        })
    }

    /// Odd ones are static; dynamic ones never come back as they were.
    fn member_of(name: u8, start: u8) -> MemberRef {
        member(name, name % 2 == 1, start)
    }

    proptest! {
        #[test]
        fn from_the_later_rest_and_the_event_follows_the_earlier(before in any_settled(), after in any_settled()) {
            let event = before.diff(&after, AT);
            let mut back = after.clone();
            prop_assert!(back.undo(&event));
            // A static member that started anew and held on to what it had is in no event.
            let mut expected = before.clone();
            for holder in &mut expected.members {
                let named = event.moved.iter().flat_map(|moved| &moved.from).any(|it| it.is(&holder.member));
                if let Some(later) = after.members.iter().find(|later| later.member.is(&holder.member))
                    && !named
                {
                    holder.member = later.member.clone();
                }
            }
            prop_assert_eq!(sorted(back), sorted(expected));
        }
    }

    #[test]
    fn what_an_event_cannot_have_led_to_is_not_taken_back() {
        let (a, b) = (member(0, false, 0), member(2, false, 0));
        let first = settled(&[(a.clone(), &[0, 1])]);
        let second = settled(&[(a.clone(), &[0]), (b.clone(), &[1])]);
        let event = first.diff(&second, AT);
        for missed in [
            settled(&[(a.clone(), &[0, 1]), (b.clone(), &[])]),
            settled(&[(a.clone(), &[]), (b.clone(), &[0, 1])]),
            settled(&[(a.clone(), &[0, 1])]),
            settled(&[(b.clone(), &[1])]),
        ] {
            assert!(!missed.clone().undo(&event), "{missed:?}");
        }
        let left = second.diff(&first, AT);
        assert!(!second.clone().undo(&left), "who left is still there");
    }

    #[test]
    fn who_came_and_went_meanwhile_was_in_neither_rest() {
        let (a, passing) = (member(0, false, 0), member(2, false, 0));
        let rest = settled(&[(a, &[0])]);
        let mut event = rest.diff(&rest, AT);
        event.joined.push(passing.clone());
        event.left.push(MemberRef { dropped: Some(crate::model::Dropped::TooSlow), ..passing });
        let mut back = rest.clone();
        assert!(back.undo(&event));
        assert_eq!(back, rest);
    }
}
