//! What the screen wants of the host source: part of the [`PollPlan`](crate::model::PollPlan).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{ProcessKey, Untimed};
use crate::model::{GroupId, MemberId, Snapshot, SourceHealth, SourceId};

/// Whose processes are to be found, and which are looked at closely. Whoever fills it takes the names from
/// the snapshot: a source never sees one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessWish {
    /// The group whose members are looked for.
    pub group: GroupId,
    /// Its members.
    pub members: Arc<[MemberSought]>,
    /// The brokers as they advertise themselves: host name or address, and port.
    pub brokers: Arc<[(Arc<str>, u16)]>,
    /// What the person pinned.
    pub pins: Arc<[Pin]>,
    /// The process on screen: its threads are read each time. Without it, those of the first few found.
    pub detail: Option<ProcessKey>,
    /// Whose sending is to be watched; `None` as long as nobody needs to be told apart by it.
    pub sends: Option<SendsWish>,
}

/// Connections whose sending tells who commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendsWish {
    /// The group's coordinator as it advertises itself: host name or address, and port.
    pub coordinator: (Arc<str>, u16),
    /// The candidates, ascending.
    pub of: Arc<[ProcessKey]>,
}

impl SendsWish {
    /// The candidates of those members of the group that commit times may tell apart; `None` if commits are
    /// not listened to, or there are no such members.
    fn of(snapshot: &Snapshot, group: &GroupId) -> Option<Self> {
        let stream = snapshot.source(SourceId::Stream)?;
        let matches = snapshot.processes.matches.as_ref().filter(|it| it.group == *group)?;
        if stream.health != SourceHealth::Working {
            return None;
        }
        let id = snapshot.group(group)?.view.coordinator?;
        let coordinator = snapshot.cluster.brokers.iter().find(|view| view.broker.id == id)?;
        let port = u16::try_from(coordinator.broker.port).ok()?;
        let open = matches.members.iter().filter(|found| {
            matches!(found.untimed(), Some(Untimed::TooFew { .. } | Untimed::NotClear))
        });
        let candidates = open.flat_map(|found| found.candidates.iter());
        let of: BTreeSet<_> = candidates.map(|candidate| candidate.process).collect();
        let coordinator = (Arc::clone(&coordinator.broker.host), port);
        (!of.is_empty()).then(|| Self { coordinator, of: of.into_iter().collect() })
    }
}

impl ProcessWish {
    /// Nothing pinned and no process on screen: the members of `group` are looked for, and their candidates
    /// told apart where that is needed. `None` as long as the members are not known.
    #[must_use]
    pub fn of(snapshot: &Snapshot, group: &GroupId) -> Option<Self> {
        let members = snapshot.group(group)?.view.members.as_deref()?;
        let members = members.iter().map(|member| MemberSought {
            id: member.id.clone(),
            client_id: Arc::clone(&member.client_id),
            instance_id: member.instance_id.clone(),
            host: Arc::clone(&member.host),
        });
        let brokers = snapshot.cluster.brokers.iter().filter_map(|view| {
            Some((Arc::clone(&view.broker.host), u16::try_from(view.broker.port).ok()?))
        });
        Some(Self {
            group: group.clone(),
            members: members.collect(),
            brokers: brokers.collect(),
            pins: Arc::new([]),
            detail: None,
            sends: SendsWish::of(snapshot, group),
        })
    }
}

/// A member as far as a process may name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberSought {
    /// Its id.
    pub id: MemberId,
    /// Its `client.id`.
    pub client_id: Arc<str>,
    /// Its `group.instance.id`; `None` for a dynamic member.
    pub instance_id: Option<Arc<str>>,
    /// The address at which the coordinator sees it.
    pub host: Arc<str>,
}

/// The person says that this member is this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The member's group.
    pub group: GroupId,
    /// The member.
    pub member: MemberId,
    /// The process.
    pub process: ProcessKey,
}
