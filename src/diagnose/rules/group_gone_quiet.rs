//! `group-gone-quiet`: members are there, records wait, and none of its commits moves.

use std::time::Duration;

use crate::diagnose::case::{Case, Row};
use crate::diagnose::report::{Report, many, records};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::{Severity, Since, Timestamp, Verdict};

thresholds! {
    /// What `stalled-partition` says of some partitions, this says of all, for a cause that they share.
    GroupGoneQuiet {
        /// no commit moved for so long while records waited
        wait: Duration = Duration::from_mins(1),
        /// critical after so long: `max.poll.interval.ms`
        critical: Duration = Duration::from_mins(5),
        /// records that wait, below which it is not critical
        least: i64 = 1_000,
    }
}

impl GroupGoneQuiet {
    pub(in crate::diagnose) const NAME: &'static str = "group-gone-quiet";
    pub(in crate::diagnose) const WHAT: &'static str =
        "a group has members and none of its commits moves though records wait";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let Some((since, first)) = quiet_since(case, self.wait) else { return Verdict::Clear };
        let at = case.seen.commits.unwrap_or(case.now);
        let stood = at.since(since);
        let mut rows: Vec<_> = case.rows().filter(|row| row.lag() > 0).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.lag()));
        let lag = rows.iter().map(Row::lag).sum();
        let critical = stood >= self.critical && lag >= self.least;
        let severity = if critical { Severity::Critical } else { Severity::Warning };
        let members = many(case.members().len(), "member", "members");
        let partitions = many(rows.len(), "partition", "partitions");
        let sentence = format!(
            "gone quiet: {members}, and no commit moved for {}{} while {} wait on {partitions}",
            if first { "at least " } else { "" },
            span(stood),
            records(lag)
        );
        let fact = format!("the last commit that moved, on any of {partitions}");
        Report::group(Self::NAME, case, severity)
            .rows(&rows)
            .says(sentence)
            .because("commits", (since, at), fact)
            .since(if first { Since::Before(since) } else { Since::At(since) })
            .next("look for what all members share: a downstream service, a lock, a broken deployment")
    }
}

/// Since when no commit of a settled group has moved, at least so long ago, while records waited on
/// several partitions; and whether that is only the first look. `None` if it is not so.
pub(super) fn quiet_since(case: &Case<'_>, wait: Duration) -> Option<(Timestamp, bool)> {
    let at = case.seen.commits?;
    let group = case.group;
    if group.state.is_rebalancing() || case.members().is_empty() || group.commits_fault.is_some() {
        return None;
    }
    let newest = case.rows().filter_map(|row| row.still_since()).max_by_key(|(since, _)| *since)?;
    if at.since(newest.0) < wait {
        return None;
    }
    let waits = |row: &Row<'_>| {
        let before = row.lag_at(at.minus(wait));
        row.lag() > 0 && row.view.fault.is_none() && before.is_some_and(|lag| lag > 0)
    };
    (case.rows().filter(waits).count() >= 2).then_some(newest)
}
