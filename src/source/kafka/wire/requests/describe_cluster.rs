//! `DescribeCluster` (KIP-700): what Metadata does not say: brokers that are registered but fenced, and
//! whether the asker may describe the cluster (KIP-430), without which groups are left out of lists.
//!
//! Versions 0 (brokers since 2.8) to 2 (fenced brokers, since 4.0).

use std::sync::Arc;

use kafka_protocol::messages::{ApiKey, DescribeClusterRequest};

use super::metadata::{Broker, port};
use super::{Answered, Question};
use crate::source::kafka::wire::decode::{Malformed, Reader, known_i32};
use crate::source::kafka::wire::kafka_error::KafkaError;

/// The cluster's identity and its registered brokers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterDescription {
    /// The cluster's id.
    pub cluster_id: Arc<str>,
    /// The controller, or in `KRaft` clusters some broker that stands for it.
    pub controller: Option<i32>,
    /// Whether the asker has the right to describe it.
    pub may_be_described: bool,
    /// Registered brokers.
    pub brokers: Vec<RegisteredBroker>,
}

/// A broker that is registered with the controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredBroker {
    /// Where it is.
    pub broker: Broker,
    /// Registered but not in service (starting, stopping, or without heartbeats); `None` where the
    /// broker is too old to say, and then fenced brokers are not listed.
    pub fenced: Option<bool>,
}

/// The bit of this operation among those that the asker may do: Kafka's `AclOperation`.
const DESCRIBE: i32 = 1 << 8;

pub(in crate::source::kafka::wire) struct AskCluster;

impl Question for AskCluster {
    type Message = DescribeClusterRequest;
    type Answer = Result<ClusterDescription, KafkaError>;
    const OPERATION: &'static str = "describe the cluster by";
    const KEY: ApiKey = ApiKey::DescribeCluster;
    const VERSIONS: (i16, i16) = (0, 2);

    fn message(&self, version: i16) -> Self::Message {
        DescribeClusterRequest::default()
            .with_include_fenced_brokers(version >= 2)
            .with_include_cluster_authorized_operations(true)
    }

    fn read(r: &mut Reader<'_>, version: i16) -> Result<Answered<Self::Answer>, Malformed> {
        let throttle = r.i32()?;
        let error = r.i16()?;
        let message = r.opt_string()?;
        if version >= 1 {
            r.i8()?; // Endpoint type: always brokers, as asked.
        }
        let cluster_id = r.name()?;
        let controller = known_i32(r.i32()?);
        let brokers = r.array(|r| {
            let broker = Broker {
                id: r.i32()?,
                host: r.name()?,
                port: port(r.i32()?)?,
                rack: r.opt_name()?,
            };
            let fenced = if version >= 2 { Some(r.bool()?) } else { None };
            r.tags()?;
            Ok(RegisteredBroker { broker, fenced })
        })?;
        let may_be_described = r.i32()? & DESCRIBE != 0;
        r.tags()?;
        let answer = if error == 0 {
            Ok(ClusterDescription { cluster_id, controller, may_be_described, brokers })
        } else {
            Err(KafkaError::with_message(error, message))
        };
        Ok(Answered::new(throttle, answer))
    }
}
