//! What the screen wants of the host source: part of the [`PollPlan`](crate::model::PollPlan).

use std::sync::Arc;

use super::ProcessKey;
use crate::model::{GroupId, MemberId, Snapshot};

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
}

impl ProcessWish {
    /// Nothing pinned and no process on screen: the members of `group` are looked for. `None` as long as they
    /// are not known.
    #[must_use]
    pub fn of(snapshot: &Snapshot, group: &GroupId) -> Option<Self> {
        let members = snapshot.group(group)?.view.members.as_deref()?;
        let members = members.iter().map(|member| MemberSought {
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
        })
    }
}

/// A member as far as a process may name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberSought {
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
