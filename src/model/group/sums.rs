//! Sums over a group's partitions, and over each member's.

use std::sync::Arc;

use super::{GroupTotals, GroupView, PartitionView};
use crate::model::{Eta, Rate};

/// Sums in the making.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    totals: GroupTotals,
    arriving: Option<f64>,
    consumed: Option<f64>,
}

impl Sums {
    /// Adds a partition, on whose log so many records arrive.
    pub fn add(&mut self, row: &PartitionView, arriving: Option<Rate>) {
        let totals = &mut self.totals;
        totals.partitions += 1;
        totals.lost = totals.lost.saturating_add(row.lag.lost);
        match row.lag.records {
            None => totals.unknown += 1,
            Some(lag) => {
                totals.negative += usize::from(lag < 0);
                totals.lag = Some(totals.lag.unwrap_or(0).saturating_add(lag.max(0)));
            }
        }
        totals.behind = match (totals.behind, row.behind) {
            (Some(a), Some(b)) => Some(a.worse(b)),
            (a, b) => a.or(b),
        };
        // Only where the group has committed: what arrives elsewhere is not its work yet.
        if row.commit.is_some() {
            add(&mut self.arriving, arriving);
            add(&mut self.consumed, row.consumed);
        }
    }

    /// All of them.
    #[must_use]
    pub fn totals(self) -> GroupTotals {
        let mut totals = self.totals;
        totals.arriving = self.arriving.map(Rate);
        totals.consumed = self.consumed.map(Rate);
        totals.eta = Eta::of(totals.lag, totals.arriving, totals.consumed);
        totals
    }
}

fn add(sum: &mut Option<f64>, rate: Option<Rate>) {
    if let Some(rate) = rate {
        *sum = Some(sum.unwrap_or(0.0) + rate.0);
    }
}

impl GroupView {
    /// Sums up lag held and records consumed by each member. Members whose sums stay are not touched.
    pub fn sum_members(&mut self) {
        let Some(members) = &mut self.members else { return };
        let mut sums = vec![(None::<i64>, None::<f64>); members.len()];
        for row in self.topics.iter().flat_map(|topic| &topic.partitions) {
            let Some((lag, consumed)) =
                row.owner.and_then(|owner| sums.get_mut(usize::try_from(owner).ok()?))
            else {
                continue;
            };
            if let Some(records) = row.lag.records {
                *lag = Some(lag.unwrap_or(0).saturating_add(records.max(0)));
            }
            add(consumed, row.consumed);
        }
        let same = members.iter().zip(&sums).all(|(member, (lag, consumed))| {
            member.lag == *lag && member.consumed == consumed.map(Rate)
        });
        if !same {
            for (member, (lag, consumed)) in Arc::make_mut(members).iter_mut().zip(sums) {
                member.lag = lag;
                member.consumed = consumed.map(Rate);
            }
        }
    }
}
