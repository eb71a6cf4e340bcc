//! `negative-lag`: a committed offset is beyond the end of its log.

use crate::diagnose::case::{Case, Row};
use crate::diagnose::report::{Report, list, many};
use crate::diagnose::tuning::thresholds;
use crate::model::{Severity, Since, Verdict};

thresholds! {
    /// It has no threshold: what the order of two looks can feign was taken out before.
    NegativeLag {}
}

impl NegativeLag {
    pub(in crate::diagnose) const NAME: &'static str = "negative-lag";
    pub(in crate::diagnose) const WHAT: &'static str =
        "a committed offset is beyond the end of its log";

    #[expect(clippy::unused_self, reason = "all rules are asked in the same way")]
    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let lag = |row: &Row<'_>| row.view.lag.records.unwrap_or(0);
        let mut rows: Vec<_> = case.rows().filter(|row| lag(row) < 0).collect();
        rows.sort_by_key(lag);
        let Some(worst) = rows.first() else { return Verdict::Clear };
        let committed = worst.view.commit.as_ref();
        let offset = committed.map_or(0, |commit| commit.offset);
        let since = committed.map_or(case.now, |commit| commit.seen);
        let fell = worst.log.is_some_and(|log| {
            let from = since.minus(std::time::Duration::from_mins(30));
            let ends = log.history.between(from, case.now);
            let values: Vec<_> = ends.filter_map(|point| point.value).collect();
            values.iter().zip(values.iter().skip(1)).any(|(before, after)| after < before)
        });
        let anew = case.made_anew(worst);
        let why = match (anew, fell) {
            (Some(_), _) => "its topic was made anew while it was watched",
            (None, true) => "the log was truncated while it was watched",
            (None, false) => {
                "the topic was made anew, the log truncated, or the commit copied from elsewhere"
            }
        };
        let number = many(rows.len(), "partition", "partitions");
        let end = worst.view.lag.end.unwrap_or(0);
        let mut report = Report::group(Self::NAME, case, Severity::Warning);
        if let Some(anew) = anew {
            let fact = "the topic has another id since".to_owned();
            report = report.because("metadata", (anew, case.now), fact);
        }
        report
            .rows(&rows)
            .member(case.owner(worst))
            .says(format!(
                "negative lag {} on {}, {number} in all: {why}",
                lag(worst),
                worst.name()
            ))
            .because(
                "offsets",
                (since, case.now),
                format!("committed {offset}, the log ends at {end}"),
            )
            .because("offsets", (since, case.now), list(rows.iter().map(Row::name)))
            .since(Since::Before(since))
            .next("set the group's offsets anew; until then auto.offset.reset decides what is read")
    }
}
