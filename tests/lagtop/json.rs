//! The object that `lagtop once --output json` prints, read as another program would: a field that
//! is missing, new or of another type is an error.
#![expect(clippy::struct_field_names, reason = "named as the object names them")]

use serde::Deserialize;

/// All of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Version of lagtop.
    pub lagtop: String,
    /// RFC 3339.
    pub at: Option<String>,
    /// Brokers.
    pub cluster: Cluster,
    /// Ascending.
    pub groups: Vec<Group>,
    /// What is wrong with groups, the worst first.
    pub findings: Vec<Finding>,
    /// What rules wait for.
    pub not_known_yet: Vec<NotKnown>,
    /// What is wrong with the cluster as a whole.
    pub errors: Vec<Problem>,
}

/// The cluster.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Its id.
    pub id: Option<String>,
    /// As clients are told.
    pub controller: Option<i32>,
    /// Ascending.
    pub brokers: Vec<Broker>,
}

/// One broker.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Broker {
    /// `node.id`.
    pub id: i32,
    /// Advertised.
    pub host: String,
    /// Advertised.
    pub port: u16,
    /// `broker.rack`.
    pub rack: Option<String>,
}

/// One group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its id.
    pub group: String,
    /// Kafka's name of it.
    pub state: Option<String>,
    /// Kafka's name of it.
    pub r#type: Option<String>,
    /// Broker.
    pub coordinator: Option<i32>,
    /// Protocol type.
    pub protocol: Option<String>,
    /// Assignor.
    pub assignor: Option<String>,
    /// Sum of positive lags.
    pub lag: Option<i64>,
    /// `None`: not known.
    pub members: Option<Vec<Member>>,
    /// By topic and partition.
    pub partitions: Vec<Partition>,
    /// Why it could not be described, or its commits not be had.
    pub error: Option<Fault>,
}

/// One member.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its id.
    pub member_id: String,
    /// As the client names itself.
    pub client_id: String,
    /// `group.instance.id`.
    pub instance_id: Option<String>,
    /// Its address.
    pub host: String,
    /// `None`: not known.
    pub assignment: Option<Vec<Assigned>>,
    /// KIP-848 only.
    pub target: Option<Vec<Assigned>>,
}

/// One assigned partition.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub struct Assigned {
    /// Topic.
    pub topic: String,
    /// Number.
    pub partition: i32,
}

/// One partition of one group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    /// Topic.
    pub topic: String,
    /// Number.
    pub partition: i32,
    /// Next offset to read.
    pub committed: Option<i64>,
    /// Of the last record consumed, as committed beside it.
    pub leader_epoch: Option<i32>,
    /// The client's text, as committed beside it.
    pub metadata: Option<String>,
    /// Log end.
    pub end: Option<i64>,
    /// Log start.
    pub log_start: Option<i64>,
    /// Records.
    pub lag: Option<i64>,
    /// Records after the commit that are gone.
    pub lost: Option<i64>,
    /// Records before the commit that are there.
    pub headroom: Option<i64>,
    /// Seconds since the oldest waiting record arrived.
    pub behind_s: Option<f64>,
    /// Member id.
    pub owner: Option<String>,
    /// Broker.
    pub leader: Option<i32>,
    /// Brokers.
    pub isr: Option<Vec<i32>>,
    /// Brokers.
    pub replicas: Option<Vec<i32>>,
    /// Why something is not known.
    pub error: Option<Fault>,
}

/// What is wrong with a group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Name, as in `lagtop rules`.
    pub rule: String,
    /// `note`, `warning` or `critical`.
    pub severity: String,
    /// `None`: the cluster.
    pub group: Option<String>,
    /// `None`: the group.
    pub topic: Option<String>,
    /// None: all of the topic.
    pub partitions: Vec<Assigned>,
    /// Whose doing it is.
    pub member_id: Option<String>,
    /// What is wrong, and how it is known.
    pub sentence: String,
    /// RFC 3339.
    pub since: Option<String>,
    /// RFC 3339, where it was so when first looked at.
    pub since_before: Option<String>,
    /// The figures behind the sentence.
    pub evidence: Vec<Evidence>,
    /// What to look at or do.
    pub next: String,
}

/// One figure behind a finding.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The figure.
    pub text: String,
    /// RFC 3339.
    pub from: Option<String>,
    /// RFC 3339.
    pub to: Option<String>,
    /// Where it comes from.
    pub source: String,
}

/// A rule that cannot tell yet.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotKnown {
    /// Name, as in `lagtop rules`.
    pub rule: String,
    /// What it needs first.
    pub waits_for: String,
    /// How many groups or topics it is so with.
    pub subjects: usize,
}

/// A reason.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Kafka's name, or one in its style.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// A reason about the cluster or a broker.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// `None`: the cluster.
    pub broker: Option<i32>,
    /// As [`Fault`].
    pub code: String,
    /// As [`Fault`].
    pub message: String,
}

impl Document {
    /// The group of that name.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.group == name)
    }
}

impl Group {
    /// Topic, partition, committed, end and lag of each row.
    pub fn figures(&self) -> Vec<Figures<'_>> {
        let rows = self.partitions.iter();
        rows.map(|row| (row.topic.as_str(), row.partition, row.committed, row.end, row.lag))
            .collect()
    }

    /// The sum of all known commits.
    pub fn committed(&self) -> i64 {
        self.partitions.iter().filter_map(|row| row.committed).sum()
    }
}

/// Topic, partition, committed, end, lag.
pub type Figures<'a> = (&'a str, i32, Option<i64>, Option<i64>, Option<i64>);
