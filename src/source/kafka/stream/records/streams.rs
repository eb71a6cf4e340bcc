//! Streams groups (KIP-1071): record types 17 and 19 to 22. The topology (23) is in
//! [`topology`](super::topology).

use super::commit::known;
use super::group::{KeyValue, MemberState, assignment_epochs};
use super::reader::{Read, Reader};
use super::record::Value;

/// The group: record type 17.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamsGroupMetadata<'a> {
    /// Each higher epoch asks for new targets.
    pub epoch: i32,
    /// Over what the topics of the topology are; good for comparing only. 0 for no topics.
    pub metadata_hash: i64,
    /// The epoch of the topology that was found in order; `None` for none, and before Kafka 4.2.
    pub validated_topology_epoch: Option<i32>,
    /// Settings that the last assignment used; null is none.
    pub last_assignment_configs: Vec<KeyValue<'a>>,
    /// Of the topology's description that is stored, -2 when that is uncertain; `None` for none,
    /// and before Kafka 4.4.
    pub stored_description_topology_epoch: Option<i32>,
    /// Of the description that could not be stored; `None` for none, and before Kafka 4.4.
    pub failed_description_topology_epoch: Option<i32>,
}

/// What a member is: record type 19.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamsGroupMember<'a> {
    /// `group.instance.id`; always `None` so far.
    pub instance_id: Option<&'a str>,
    /// `client.rack`.
    pub rack_id: Option<&'a str>,
    /// As the client names itself.
    pub client_id: &'a str,
    /// In Java's form, `/10.0.0.5`.
    pub client_host: &'a str,
    /// How long it may take to give tasks back, in ms; `None` when unknown.
    pub rebalance_timeout_ms: Option<i32>,
    /// Of the topology that it runs.
    pub topology_epoch: i32,
    /// The same for all threads of a process.
    pub process_id: &'a str,
    /// `application.server`.
    pub user_endpoint: Option<Endpoint<'a>>,
    /// `client.tag.…`.
    pub client_tags: Vec<KeyValue<'a>>,
}

/// Where a member's state can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// Name or address.
    pub host: &'a str,
    /// TCP port.
    pub port: u16,
}

/// What one member shall have: record type 21.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamsTargetAssignment<'a> {
    /// It runs these.
    pub active_tasks: Vec<Tasks<'a>>,
    /// It keeps copies of their state.
    pub standby_tasks: Vec<Tasks<'a>>,
    /// It prepares to run these.
    pub warmup_tasks: Vec<Tasks<'a>>,
}

/// What a member has: record type 22.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamsCurrentAssignment<'a> {
    /// The epoch that it has reached.
    pub member_epoch: i32,
    /// The one before; 0 on a first join, `None` when there is none.
    pub previous_member_epoch: Option<i32>,
    /// How it stands to its target.
    pub state: MemberState,
    /// It runs these.
    pub active_tasks: Vec<Tasks<'a>>,
    /// It keeps copies of their state.
    pub standby_tasks: Vec<Tasks<'a>>,
    /// It prepares to run these.
    pub warmup_tasks: Vec<Tasks<'a>>,
    /// It must give these back, and still has them.
    pub active_tasks_pending_revocation: Vec<Tasks<'a>>,
    /// As above.
    pub standby_tasks_pending_revocation: Vec<Tasks<'a>>,
    /// As above.
    pub warmup_tasks_pending_revocation: Vec<Tasks<'a>>,
}

/// Tasks of a subtopology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tasks<'a> {
    /// "0", "1".
    pub subtopology_id: &'a str,
    /// One task each.
    pub partitions: Vec<i32>,
    /// The epoch at which each of them was given, in the same order. `None` in targets, for standby
    /// and warm-up tasks, and before Kafka 4.2: then it is the member's epoch.
    pub assignment_epochs: Option<Vec<i32>>,
}

impl<'a> Value<'a> for StreamsGroupMetadata<'a> {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let mut read = Self {
            epoch: r.i32()?,
            metadata_hash: r.i64()?,
            validated_topology_epoch: None,
            last_assignment_configs: Vec::new(),
            stored_description_topology_epoch: None,
            failed_description_topology_epoch: None,
        };
        r.tags(|tag, r| {
            match tag {
                0 => read.validated_topology_epoch = known(r.i32()?),
                1 => {
                    let configs = r.opt_array(KeyValue::read)?;
                    read.last_assignment_configs = configs.unwrap_or_default();
                }
                2 => read.stored_description_topology_epoch = known(r.i32()?),
                3 => read.failed_description_topology_epoch = known(r.i32()?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(read)
    }
}

impl<'a> Value<'a> for StreamsGroupMember<'a> {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read = Self {
            instance_id: r.opt_string()?,
            rack_id: r.opt_string()?,
            client_id: r.string()?,
            client_host: r.string()?,
            rebalance_timeout_ms: known(r.i32()?),
            topology_epoch: r.i32()?,
            process_id: r.string()?,
            user_endpoint: r.opt_struct(Endpoint::read)?,
            client_tags: r.array(KeyValue::read)?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> Endpoint<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        let read = Self { host: r.string()?, port: r.u16()? };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> Value<'a> for StreamsTargetAssignment<'a> {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read = Self {
            active_tasks: r.array(Tasks::read_target)?,
            standby_tasks: r.array(Tasks::read_target)?,
            warmup_tasks: r.array(Tasks::read_target)?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> Value<'a> for StreamsCurrentAssignment<'a> {
    fn read(r: &mut Reader<'a>, _: i16) -> Read<Self> {
        let read = Self {
            member_epoch: r.i32()?,
            previous_member_epoch: known(r.i32()?),
            state: MemberState::of_streams(r.i8()?),
            active_tasks: r.array(Tasks::read)?,
            standby_tasks: r.array(Tasks::read)?,
            warmup_tasks: r.array(Tasks::read)?,
            active_tasks_pending_revocation: r.array(Tasks::read)?,
            standby_tasks_pending_revocation: r.array(Tasks::read)?,
            warmup_tasks_pending_revocation: r.array(Tasks::read)?,
        };
        r.skip_tags()?;
        Ok(read)
    }
}

impl<'a> Tasks<'a> {
    fn read(r: &mut Reader<'a>) -> Read<Self> {
        let (subtopology_id, partitions) = (r.string()?, r.i32s()?);
        let mut epochs = None;
        r.tags(|tag, r| {
            if tag == 0 {
                epochs = assignment_epochs(r, &partitions)?;
            }
            Ok(())
        })?;
        Ok(Self { subtopology_id, partitions, assignment_epochs: epochs })
    }

    /// In targets tag 0 is not the epochs; nothing, so far.
    fn read_target(r: &mut Reader<'a>) -> Read<Self> {
        let (subtopology_id, partitions) = (r.string()?, r.i32s()?);
        r.skip_tags()?;
        Ok(Self { subtopology_id, partitions, assignment_epochs: None })
    }
}
