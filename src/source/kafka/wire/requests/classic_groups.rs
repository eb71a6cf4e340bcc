//! `DescribeGroups`: classic groups, their members and what each member holds.
//!
//! Versions 0 to 6: static members since 4 (KIP-345), `GROUP_ID_NOT_FOUND` with a message since 6
//! (before it an unknown group is `Dead`). A group of another type answers as if it did not exist:
//! choose the request by the listed type.

use std::sync::Arc;

use kafka_protocol::messages::{ApiKey, DescribeGroupsRequest};

use super::list_groups::GroupState;
use super::{Answered, PerGroup, Question, TopicPartitions, group_id};
use crate::source::kafka::wire::decode::{Malformed, Reader};
use crate::source::kafka::wire::kafka_error::KafkaError;
use crate::source::kafka::wire::member_bytes::{self, Subscription};

/// A classic group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicGroup {
    /// State.
    pub state: GroupState,
    /// `consumer`, `connect`, …; empty for a group without members.
    pub protocol_type: Arc<str>,
    /// The assignor in use (`range`, `cooperative-sticky`); `None` while there is none.
    pub assignor: Option<Arc<str>>,
    /// Members; during a rebalance their subscriptions and assignments may be missing.
    pub members: Vec<ClassicMember>,
}

/// A member of a classic group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicMember {
    /// Given by the coordinator, new for each join.
    pub member_id: Arc<str>,
    /// `group.instance.id`; `None` for a dynamic member.
    pub instance_id: Option<Arc<str>>,
    /// `client.id`.
    pub client_id: Arc<str>,
    /// The address it came from, as the broker writes it (with a leading slash).
    pub client_host: Arc<str>,
    /// What it told when it joined; `None` if there is nothing, or its bytes are not a consumer's.
    pub subscription: Option<Subscription>,
    /// What it holds; `None` if its bytes are not a consumer's assignment. Without bytes: empty.
    pub assignment: Option<Vec<TopicPartitions>>,
}

pub(in crate::source::kafka::wire) struct AskClassicGroups<'a>(
    pub(in crate::source::kafka::wire) &'a [Arc<str>],
);

impl Question for AskClassicGroups<'_> {
    type Message = DescribeGroupsRequest;
    type Answer = PerGroup<ClassicGroup>;
    const OPERATION: &'static str = "describe groups of";
    const KEY: ApiKey = ApiKey::DescribeGroups;
    const VERSIONS: (i16, i16) = (0, 6);

    fn message(&self, _version: i16) -> Self::Message {
        DescribeGroupsRequest::default()
            .with_groups(self.0.iter().map(|group| group_id(group)).collect())
    }

    fn read(r: &mut Reader<'_>, version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = if version >= 1 { r.i32()? } else { 0 };
        let groups = r.array(|r| group(r, version))?;
        r.tags()?;
        Ok(Answered::new(throttle, groups))
    }
}

fn group(
    r: &mut Reader<'_>,
    version: i16,
) -> Result<(Arc<str>, Result<ClassicGroup, KafkaError>), Malformed> {
    let error = r.i16()?;
    let message = if version >= 6 { r.opt_string()? } else { None };
    let name = r.string()?;
    let state = GroupState::read(r.name()?);
    let protocol_type = r.name()?;
    let assignor = Some(r.name()?).filter(|name| !name.is_empty());
    // Members of `connect` and others write their own formats into the same fields.
    let consumer = &*protocol_type == "consumer";
    let members = r.array(|r| member(r, version, consumer))?;
    if version >= 3 {
        r.i32()?; // Authorized operations, not asked for.
    }
    r.tags()?;
    let result = if error == 0 {
        Ok(ClassicGroup { state, protocol_type, assignor, members })
    } else {
        Err(KafkaError::with_message(error, message))
    };
    Ok((name, result))
}

fn member(r: &mut Reader<'_>, version: i16, consumer: bool) -> Result<ClassicMember, Malformed> {
    let member_id = r.string()?;
    let instance_id = if version >= 4 { r.opt_string()? } else { None };
    let client_id = r.name()?;
    let client_host = r.name()?;
    let (subscription, assignment) = (r.bytes()?, r.bytes()?);
    r.tags()?;
    Ok(ClassicMember {
        member_id,
        instance_id,
        client_id,
        client_host,
        subscription: if consumer { member_bytes::subscription(subscription) } else { None },
        assignment: if consumer { member_bytes::assignment(assignment) } else { None },
    })
}
