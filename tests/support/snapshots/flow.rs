//! One partition as its producers and its consumers move it: offsets over the last ten minutes, and
//! what the model makes of them.

use std::sync::Arc;
use std::time::Duration;

use lagtop::model::lag::{Inputs, Seen};
use lagtop::model::series::PartitionSeries;
use lagtop::model::{
    Behind, BrokerId, Commit, Eta, Fault, GroupTotals, Lag, PartitionLog, PartitionView, Rate,
};

use super::{NOW, ago};

/// Seconds of history.
pub(crate) const HISTORY: u64 = 600;

/// What a rate is known from.
const STEPS: Duration = Duration::from_secs(2);

/// How a partition moves. Offsets are those at [`NOW`].
#[derive(Clone)]
pub(crate) struct Flow {
    /// The end.
    pub(crate) end: i64,
    /// Records in a second.
    pub(crate) arriving: f64,
    /// Lag, so many seconds before now.
    pub(crate) lag: Arc<dyn Fn(u64) -> Option<i64>>,
    /// Seconds between commits.
    pub(crate) commit_every: u64,
    /// The first offset kept.
    pub(crate) log_start: i64,
    /// Its leader.
    pub(crate) leader: Option<i32>,
    /// Replicas in sync of 1, 2 and 3.
    pub(crate) isr: &'static [i32],
    /// Seconds ago, from and to, in which nothing was seen.
    pub(crate) gap: Option<(u64, u64)>,
    /// What stands in the way.
    pub(crate) fault: Option<Fault>,
}

impl Flow {
    /// A partition with `lag` records of lag, as many in as out.
    pub(crate) fn steady(end: i64, arriving: f64, lag: i64) -> Self {
        Self {
            end,
            arriving,
            lag: Arc::new(move |_| Some(lag)),
            commit_every: 1,
            log_start: 0,
            leader: Some(1),
            isr: &[1, 2, 3],
            gap: None,
            fault: None,
        }
    }

    /// The same with another course of its lag.
    pub(crate) fn lag(self, lag: impl Fn(u64) -> Option<i64> + 'static) -> Self {
        Self { lag: Arc::new(lag), ..self }
    }

    fn end_at(&self, seconds_ago: u64) -> i64 {
        self.end - records(self.arriving, seconds_ago)
    }

    fn in_gap(&self, seconds_ago: u64) -> bool {
        self.gap.is_some_and(|(from, to)| (to..=from).contains(&seconds_ago))
    }

    /// The log's side.
    pub(crate) fn log(&self) -> PartitionLog {
        let history = PartitionSeries::default();
        for second in (0..=HISTORY).rev() {
            history.push(ago(second), (!self.in_gap(second)).then(|| self.end_at(second)));
        }
        let ids = |ids: &[i32]| ids.iter().copied().map(BrokerId).collect::<Arc<[_]>>();
        PartitionLog {
            leader: self.leader.map(BrokerId),
            leader_epoch: Some(17),
            replicas: ids(&[1, 2, 3]),
            isr: ids(self.isr),
            high_watermark: self.leader.map(|_| self.end),
            last_stable: None,
            log_start: self.leader.map(|_| self.log_start),
            fault: self.fault.clone(),
            arriving: history.rate(NOW, STEPS),
            history: Arc::new(history),
            start_seen: Some(ago(HISTORY)),
            starts: None,
            times: None,
            writers: None,
        }
    }

    /// The group's side.
    pub(crate) fn partition(&self, number: i32, owner: Option<usize>) -> PartitionView {
        let history = PartitionSeries::default();
        let mut moved = None;
        for second in (0..=HISTORY).rev().filter(|second| second % self.commit_every == 0) {
            let committed = (self.lag)(second).map(|lag| self.end_at(second) - lag);
            let changed = history.newest().is_some_and(|newest| newest.value != committed);
            history.push(ago(second), committed.filter(|_| !self.in_gap(second)));
            if changed {
                moved = Some(ago(second));
            }
        }
        let log = self.log();
        let commit = (self.lag)(0).map(|_| history.newest().and_then(|newest| newest.value));
        let commit = commit.flatten().map(|offset| Commit {
            recorded: None,
            offset,
            seen: ago(HISTORY),
            moved,
            leader_epoch: Some(17),
            metadata: "".into(),
        });
        let seen = |offset| Seen { offset, at: NOW };
        let lag = Lag::of(Inputs {
            committed: commit.as_ref().map(|commit| seen(commit.offset)),
            end: log.high_watermark.map(seen),
            log_start: log.log_start,
            high_watermark: log.high_watermark,
        });
        let consumed = commit.is_some().then(|| history.rate(NOW, STEPS)).flatten();
        let position = commit.as_ref().map(|commit| commit.offset + lag.lost);
        let pause = Duration::from_millis(3_500);
        let behind =
            position.and_then(|at| Behind::of((at, &lag), &log, (super::NOW, pause), None));
        PartitionView {
            partition: number,
            commit,
            fault: None,
            owner: owner.and_then(|owner| u32::try_from(owner).ok()),
            lag,
            consumed,
            eta: Eta::of(lag.records, log.arriving, consumed),
            behind,
            history: Arc::new(history),
        }
    }
}

/// Sums over partitions, as the store makes them.
pub(crate) fn totals<'a>(
    partitions: &(impl Iterator<Item = (&'a PartitionView, Option<Rate>)> + Clone),
) -> GroupTotals {
    let sum = |rates: &mut dyn Iterator<Item = Option<Rate>>| {
        rates
            .flatten()
            .fold(None, |sum: Option<Rate>, rate| Some(Rate(sum.map_or(0.0, |sum| sum.0) + rate.0)))
    };
    let lags = || partitions.clone().filter_map(|(partition, _)| partition.lag.records);
    let lag = lags().fold(None, |sum: Option<i64>, lag| Some(sum.unwrap_or(0) + lag.max(0)));
    let arriving = sum(&mut partitions.clone().map(|(_, arriving)| arriving));
    let consumed = sum(&mut partitions.clone().map(|(partition, _)| partition.consumed));
    let count = partitions.clone().count();
    GroupTotals {
        lag,
        partitions: count,
        unknown: count - lags().count(),
        negative: lags().filter(|lag| *lag < 0).count(),
        lost: partitions.clone().map(|(partition, _)| partition.lag.lost).sum(),
        arriving,
        consumed,
        eta: Eta::of(lag, arriving, consumed),
        behind: partitions
            .clone()
            .filter_map(|(partition, _)| partition.behind)
            .reduce(Behind::worse),
    }
}

/// So many records in so many seconds.
fn records(rate: f64, seconds: u64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "made-up offsets are small")]
    let records = (rate * Duration::from_secs(seconds).as_secs_f64()) as i64;
    records
}
