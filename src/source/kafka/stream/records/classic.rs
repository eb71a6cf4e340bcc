//! Classic groups: record type 2.

use super::commit::known;
use super::member_bytes::{Assignment, Subscription};
use super::reader::{Read, Reader};
use super::record::Value;

/// The group as its last completed rebalance left it: `GroupMetadataValue`, versions 0 to 4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMetadata<'a> {
    /// `consumer` for consumers, `connect` and others for their like; empty in the first record of
    /// a new group.
    pub protocol_type: &'a str,
    /// One more for each join phase that ends; 0 in the first record of a new group.
    pub generation: i32,
    /// The elected assignor; `None` when the group is empty.
    pub protocol: Option<&'a str>,
    /// Member id of the leader, which computes assignments; `None` when the group is empty.
    pub leader: Option<&'a str>,
    /// When the group came into its state, in ms since 1970. `None` when unknown, and before
    /// version 2.
    pub current_state_timestamp: Option<i64>,
    /// None: the group is Empty. Else it is Stable: other states are never recorded.
    pub members: Vec<ClassicMember<'a>>,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicMember<'a> {
    /// Client id, or instance id, with a UUID.
    pub member_id: &'a str,
    /// `group.instance.id`; `None` for a dynamic member.
    pub group_instance_id: Option<&'a str>,
    /// As the client names itself.
    pub client_id: &'a str,
    /// In Java's form, `/10.0.0.5`.
    pub client_host: &'a str,
    /// How long a rebalance waits for it (`max.poll.interval.ms`), in ms. The session timeout where
    /// the record has none.
    pub rebalance_timeout_ms: i32,
    /// How long it may be silent, in ms.
    pub session_timeout_ms: i32,
    /// What it subscribed to. `None` when the group's members are not consumers or the bytes cannot
    /// be read.
    pub subscription: Option<Subscription<'a>>,
    /// What it was given, nothing being an empty one. `None` as in `subscription`.
    pub assignment: Option<Assignment<'a>>,
    /// The bytes of `subscription`.
    pub subscription_bytes: &'a [u8],
    /// The bytes of `assignment`.
    pub assignment_bytes: &'a [u8],
}

/// The protocol type of groups whose members' bytes are those of consumers.
const CONSUMER: &str = "consumer";

impl<'a> Value<'a> for GroupMetadata<'a> {
    const FLEXIBLE_FROM: i16 = 4;

    fn read(r: &mut Reader<'a>, version: i16) -> Read<Self> {
        let protocol_type = r.string()?;
        let read = Self {
            protocol_type,
            generation: r.i32()?,
            protocol: r.opt_string()?,
            leader: r.opt_string()?,
            current_state_timestamp: if version >= 2 { Some(r.i64()?) } else { None }
                .filter(|at| *at != -1),
            members: r.array(|r| ClassicMember::read(r, version, protocol_type == CONSUMER))?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> ClassicMember<'a> {
    fn read(r: &mut Reader<'a>, version: i16, is_consumer: bool) -> Read<Self> {
        let member_id = r.string()?;
        let group_instance_id = if version >= 3 { r.opt_string()? } else { None };
        let (client_id, client_host) = (r.string()?, r.string()?);
        let rebalance_timeout = if version >= 1 { known(r.i32()?) } else { None };
        let session_timeout_ms = r.i32()?;
        let (subscription_bytes, assignment_bytes) = (r.bytes()?, r.bytes()?);
        r.skip_tags()?;
        Ok(Self {
            member_id,
            group_instance_id,
            client_id,
            client_host,
            rebalance_timeout_ms: rebalance_timeout.unwrap_or(session_timeout_ms),
            session_timeout_ms,
            subscription: is_consumer.then(|| Subscription::read(subscription_bytes)).flatten(),
            assignment: is_consumer.then(|| Assignment::read(assignment_bytes)).flatten(),
            subscription_bytes,
            assignment_bytes,
        })
    }
}
