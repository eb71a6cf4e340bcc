//! The sources themselves as seen from the screen: are they well, what do they cost the cluster.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Fault, Timestamp};

/// Rounds that may be missed before what they would have told is stale, and its history has a gap.
pub const MISSED_ROUNDS: u32 = 3;

/// The least pause between rounds that staleness counts with. Faster rounds are an extra, not a
/// promise.
pub const LEAST_PACE: Duration = Duration::from_secs(1);

/// The pause between two rounds, and what it means for everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace(Duration);

impl Pace {
    /// As the slowest of these sources last reported it; a second before any has.
    #[must_use]
    pub fn of<'a>(sources: impl IntoIterator<Item = &'a SourceView>) -> Self {
        let reported = sources.into_iter().filter_map(|source| source.last_round.as_ref());
        let slowest = reported.map(|round| round.next_in_ms).max();
        Self(Duration::from_millis(slowest.unwrap_or(1_000)))
    }

    /// The pause itself.
    #[must_use]
    pub const fn interval(self) -> Duration {
        self.0
    }

    /// A silence longer than this is a gap in history.
    #[must_use]
    pub fn gap_after(self) -> Duration {
        self.0 * MISSED_ROUNDS + Duration::from_millis(500)
    }

    /// A rate is told once it rests on this much time: two rounds, less what rounds may jitter.
    #[must_use]
    pub fn min_rate_span(self) -> Duration {
        self.0 * 7 / 4
    }
}

/// Which source an observation came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceId {
    /// Questions to the cluster, round by round.
    Poll,
    /// The records of `__consumer_offsets`, as they are written.
    Stream,
    /// A recording: what is being written, or played.
    Recording,
    /// This host and its processes.
    Host,
    /// The person at the screen.
    Person,
}

impl SourceId {
    /// The word used on screen.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Stream => "stream",
            Self::Recording => "recording",
            Self::Host => "host",
            Self::Person => "person",
        }
    }
}

/// How a source is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceHealth {
    /// Nothing has been seen yet.
    Starting,
    /// The last attempt brought what it was for, perhaps with faults of single items.
    Working,
    /// The last attempt brought nothing; the source keeps trying by itself.
    Failing {
        /// Since when nothing came.
        since: Timestamp,
        /// Why.
        fault: Fault,
    },
    /// The source's task ended by a defect and is being started again.
    Restarting {
        /// When it ended.
        since: Timestamp,
        /// What it said.
        fault: Fault,
    },
}

/// What one round asked, and what it cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundReport {
    /// Counts from 1 at the source's start.
    pub number: u64,
    /// When the round began; the observation that carries the report tells when it ended.
    pub started: Timestamp,
    /// Every broker that may coordinate groups answered its group list, so a group that none of them
    /// named does not exist any more.
    pub lists_complete: bool,
    /// Nothing was put off to a later round for its cost: what could be known is known.
    pub complete: bool,
    /// Time until the next round starts, in milliseconds; longer than wished when rounds are costly.
    pub next_in_ms: u64,
    /// What the source has cost since its start.
    pub cost: Cost,
}

/// What a source has cost the cluster since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Requests sent.
    pub requests: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Milliseconds for which brokers asked to be left alone
    /// ([KIP-219](https://cwiki.apache.org/confluence/display/KAFKA/KIP-219)).
    pub throttle_ms: u64,
}

/// A source as the screen shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceView {
    /// Which one.
    pub id: SourceId,
    /// How it is doing.
    pub health: SourceHealth,
    /// The last finished round; `None` before the first.
    pub last_round: Option<RoundReport>,
    /// When the last round finished; `None` before the first.
    pub last_round_at: Option<Timestamp>,
    /// Own requests a second over the last rounds; `None` until two rounds are done.
    pub requests_per_second: Option<f64>,
    /// Own bytes a second, both directions; `None` until two rounds are done.
    pub bytes_per_second: Option<f64>,
    /// Milliseconds of throttling in the last round.
    pub throttled_ms: u64,
    /// How far it has read the time before the start; `None` if it does not.
    pub history: Option<HistoryProgress>,
}

/// How far the time before the start is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryProgress {
    /// How far back was asked for, in milliseconds.
    pub wanted_ms: u64,
    /// How far back is known without a hole, in milliseconds.
    pub reached_ms: u64,
    /// Bytes of records read.
    pub bytes: u64,
    /// Where it stands.
    pub stage: HistoryStage,
}

/// Where reading the past stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryStage {
    /// Under way; so much of all records is read, in percent.
    Reading(u8),
    /// All that was asked for, as far as the topic still has it.
    Complete,
    /// It ended for its bytes; the most recent part is known.
    ByteBudget,
    /// It ended for its time; the most recent part is known.
    TimeBudget,
    /// It could not be read.
    Failed(Fault),
}

impl HistoryStage {
    /// Nothing more will come.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        !matches!(self, Self::Reading(_))
    }
}
