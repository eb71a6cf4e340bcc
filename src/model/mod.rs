//! Plain data and arithmetic: what lagtop knows about a cluster, and what follows from it.
//!
//! This room imports nothing of the crate and names only `std` and `serde`. It never reads a clock,
//! a socket or a terminal: time comes in as [`Timestamp`], everything else as [`Observation`].
//!
//! Three words carry the rest of the crate:
//!
//! - an [`Observation`] is one thing that a source saw, and when; errors are observations too;
//! - a [`Snapshot`] is everything known at one moment, immutable, cheap to share;
//! - a [`PollPlan`] is what the person at the screen looks at: a wish to the sources, never data.
//!
//! `None` always means *not known*. A zero was measured.

pub mod behind;
pub mod checkup;
pub mod cluster;
pub mod event;
pub mod fault;
pub mod finding;
pub mod group;
pub mod headroom;
pub mod history;
pub mod id;
pub mod inventory;
pub mod lag;
pub mod marker;
pub mod membership;
pub mod moment;
pub mod number;
pub mod observation;
pub mod peek;
pub mod plan;
pub mod play;
pub mod pprof;
pub mod process;
pub mod pseudonym;
pub mod rate;
pub mod rebalance;
pub mod rhythm;
pub mod series;
pub mod settled;
#[cfg(test)]
mod sizes;
pub mod snapshot;
pub mod source;
pub mod stack;
pub mod time;
pub mod topic;
pub mod wish;
pub mod writers;

pub use behind::{Behind, RecordTimes};
pub use cluster::{Broker, BrokerHealth, BrokerView, ClusterView};
pub use event::Event;
pub use fault::Fault;
pub use finding::{Evidence, Finding, Findings, Severity, Since, Subject, Unknown, Verdict};
pub use group::{
    Commit, GroupKind, GroupState, GroupTopic, GroupTotals, GroupView, MemberView, PartitionView,
    Recorded,
};
pub use headroom::Headroom;
pub use id::{BrokerId, GroupId, MemberId, TopicId, TopicName, TopicPartition, TopicPartitions};
pub use inventory::InventoryView;
pub use lag::{Isolation, Lag};
pub use marker::Marker;
pub use observation::{Body, Observation};
pub use plan::{AgeWish, PollPlan};
pub use pprof::PprofAddress;
pub use process::{ProcessKey, ProcessView, ProcessesView};
pub use rate::{Eta, Rate, Run};
pub use rebalance::{Dropped, MemberRef, Move, Rebalance, StateBand, Took};
pub use rhythm::Rhythm;
pub use series::{Point, Series};
pub use settled::{Holder, Rest, Settled};
pub use snapshot::{
    Difference, Differences, Differing, GroupEntry, GroupSeen, InventoryEntry, Snapshot,
    TopicEntry, Totals,
};
pub use source::{
    Cost, HistoryProgress, HistoryStage, LEAST_PACE, MISSED_ROUNDS, Pace, RoundReport,
    SourceHealth, SourceId, SourceView,
};
pub use time::{Clock, Timestamp};
pub use topic::{PartitionLog, TopicView};
pub use wish::{Answer, Wish};
pub use writers::Writers;
