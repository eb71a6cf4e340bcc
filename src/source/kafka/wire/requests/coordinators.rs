//! `FindCoordinator`: which broker coordinates a group.
//!
//! Versions 1 to 6. Since 4 (KIP-699, Kafka 3.0) many keys in one request; below it one request a
//! key. Groups found by listing need none of this: the broker that lists a group coordinates it.

use std::sync::Arc;

use kafka_protocol::messages::{ApiKey, FindCoordinatorRequest};

use super::metadata::port;
use super::{Answered, PerGroup, Question, text};
use crate::source::kafka::wire::decode::{Malformed, Reader};
use crate::source::kafka::wire::kafka_error::KafkaError;

/// The broker that coordinates a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coordinator {
    /// Node id.
    pub id: i32,
    /// Advertised host.
    pub host: Arc<str>,
    /// Advertised port.
    pub port: u16,
}

/// The coordinators' namespace of group ids; transactions and share sessions have others.
const GROUP: i8 = 0;

pub(in crate::source::kafka::wire) struct AskCoordinators<'a>(
    pub(in crate::source::kafka::wire) &'a [Arc<str>],
);

impl Question for AskCoordinators<'_> {
    type Message = FindCoordinatorRequest;
    type Answer = PerGroup<Coordinator>;
    const OPERATION: &'static str = "find coordinators by";
    const KEY: ApiKey = ApiKey::FindCoordinator;
    const VERSIONS: (i16, i16) = (4, 6);

    fn message(&self, _version: i16) -> Self::Message {
        FindCoordinatorRequest::default()
            .with_key_type(GROUP)
            .with_coordinator_keys(self.0.iter().map(|group| text(group)).collect())
    }

    fn read(r: &mut Reader<'_>, _version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = r.i32()?;
        let coordinators = r.array(|r| {
            let key = r.string()?;
            let (id, host, port) = (r.i32()?, r.name()?, r.i32()?);
            let error = r.i16()?;
            let message = r.opt_string()?;
            r.tags()?;
            Ok((key, coordinator((id, host, port), error, message)?))
        })?;
        r.tags()?;
        Ok(Answered::new(throttle, coordinators))
    }
}

/// One group a request, for brokers before 3.0.
pub(in crate::source::kafka::wire) struct AskCoordinator<'a>(
    pub(in crate::source::kafka::wire) &'a str,
);

impl Question for AskCoordinator<'_> {
    type Message = FindCoordinatorRequest;
    type Answer = Result<Coordinator, KafkaError>;
    const OPERATION: &'static str = "find a coordinator by";
    const KEY: ApiKey = ApiKey::FindCoordinator;
    const VERSIONS: (i16, i16) = (1, 3);

    fn message(&self, _version: i16) -> Self::Message {
        FindCoordinatorRequest::default().with_key(text(self.0)).with_key_type(GROUP)
    }

    fn read(r: &mut Reader<'_>, _version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = r.i32()?;
        let error = r.i16()?;
        let message = r.opt_string()?;
        let (id, host, port) = (r.i32()?, r.name()?, r.i32()?);
        r.tags()?;
        Ok(Answered::new(throttle, coordinator((id, host, port), error, message)?))
    }
}

/// With an error the address is empty and its port −1.
fn coordinator(
    (id, host, number): (i32, Arc<str>, i32),
    error: i16,
    message: Option<Arc<str>>,
) -> Result<Result<Coordinator, KafkaError>, Malformed> {
    if error != 0 {
        return Ok(Err(KafkaError::with_message(error, message)));
    }
    Ok(Ok(Coordinator { id, host, port: port(number)? }))
}
