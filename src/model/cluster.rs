//! The brokers of a cluster.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{BrokerId, Fault, Timestamp};

/// A broker as the cluster's metadata names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broker {
    /// Its `node.id`.
    pub id: BrokerId,
    /// The advertised host.
    pub host: Arc<str>,
    /// The advertised port.
    pub port: i32,
    /// Its `broker.rack`, if set.
    pub rack: Option<Arc<str>>,
}

/// How lagtop's own connection to a broker is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrokerHealth {
    /// Not asked yet.
    Unknown,
    /// It answers.
    Up {
        /// The last answer's round trip in microseconds; `None` before the first.
        round_trip_us: Option<u64>,
    },
    /// It does not answer; lagtop keeps trying.
    Down {
        /// Since when.
        since: Timestamp,
        /// Why.
        fault: Fault,
    },
}

/// A broker and how it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerView {
    /// What the metadata says.
    pub broker: Broker,
    /// How our connection to it is doing.
    pub health: BrokerHealth,
}

/// The cluster as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterView {
    /// The cluster's id; `None` until the first answer.
    pub id: Option<Arc<str>>,
    /// The controller as told to clients; `None` while there is none or none is known.
    pub controller: Option<BrokerId>,
    /// Brokers by id.
    pub brokers: Vec<BrokerView>,
}
