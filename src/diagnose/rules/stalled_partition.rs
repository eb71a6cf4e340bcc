//! `stalled-partition`: records wait, and the committed offset does not move.

use std::time::Duration;

use super::group_gone_quiet::quiet_since;
use crate::diagnose::case::{Case, Row};
use crate::diagnose::report::{Report, list, many, records, wait};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::{Severity, Since, Verdict};

thresholds! {
    /// Burrow calls it STALL: it takes ten commits' windows for it, here it is a time.
    StalledPartition {
        /// records have waited and no commit moved for so long; most clients commit every 5s
        wait: Duration = Duration::from_mins(1),
        /// critical after so long: `max.poll.interval.ms`
        critical: Duration = Duration::from_mins(5),
        /// records that wait, below which it is not critical
        least: i64 = 1_000,
    }
}

impl StalledPartition {
    pub(in crate::diagnose) const NAME: &'static str = "stalled-partition";
    pub(in crate::diagnose) const WHAT: &'static str =
        "records wait on a partition and its committed offset does not move";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        // A rebalance that takes long is told by itself; a group without members has nobody to stall.
        let (Some(at), false) = (case.seen.commits, case.group.state.is_rebalancing()) else {
            return Verdict::Clear;
        };
        if case.members().is_empty() || case.group.commits_fault.is_some() {
            return Verdict::Clear;
        }
        // Of a group in which nothing moves at all another rule tells.
        if quiet_since(case, self.wait).is_some() {
            return Verdict::Clear;
        }
        let still = |row: &Row<'_>| row.still_since().map(|(since, _)| at.since(since));
        let waiting = |row: &Row<'_>| row.lag() > 0 && row.view.fault.is_none();
        let candidates: Vec<_> = case.rows().filter(waiting).collect();
        let waited = |row: &Row<'_>| row.lag_at(at.minus(self.wait)).is_some_and(|lag| lag > 0);
        let mut stalled: Vec<_> = candidates
            .iter()
            .filter(|row| still(row).is_some_and(|span| span >= self.wait) && waited(row))
            .copied()
            .collect();
        stalled.sort_by_key(|row| std::cmp::Reverse(row.lag()));
        let Some(worst) = stalled.first() else {
            let unmoved = |row: &&Row<'_>| row.still_since().is_some_and(|(_, first)| first);
            let longest = candidates.iter().filter(unmoved).filter_map(still).max();
            return match longest.filter(|longest| *longest < self.wait) {
                Some(have) => wait("watching commits", self.wait, have),
                None => Verdict::Clear,
            };
        };
        let (since, first) = worst.still_since().unwrap_or((at, true));
        let stood = at.since(since);
        let lag = stalled.iter().map(Row::lag).sum();
        let critical = stood >= self.critical && lag >= self.least;
        let severity = if critical { Severity::Critical } else { Severity::Warning };
        let what = match stalled.len() {
            1 => worst.name(),
            more => {
                let names = list(stalled.iter().map(Row::name));
                format!("{} ({names})", many(more, "partition", "partitions"))
            }
        };
        let sentence = format!(
            "stalled: no commit on {what} moved for {}{} while {} wait; {}",
            if first { "at least " } else { "" },
            span(stood),
            records(lag),
            case.owned_by(worst)
        );
        let committed = worst.view.commit.as_ref().map_or(0, |commit| commit.offset);
        let end = worst.view.lag.end.unwrap_or(committed);
        let fact = format!("{} stands at {committed}, the log ends at {end}", worst.name());
        Report::group(Self::NAME, case, severity)
            .rows(&stalled)
            .member(case.owner(worst))
            .says(sentence)
            .because("commits", (since, at), fact)
            .since(if first { Since::Before(since) } else { Since::At(since) })
            .next(
                "see which record waits first (o on the partition), and whether its owner works on it, \
                 retries it, or only fails to commit",
            )
    }
}
