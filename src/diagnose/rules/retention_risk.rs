//! `retention-risk`: retention will delete records before the group has read them.

use std::time::Duration;

use crate::diagnose::case::{Case, Row};
use crate::diagnose::report::{Report, list, per_second, records};
use crate::diagnose::tuning::thresholds;
use crate::model::headroom::Headroom;
use crate::model::number::span;
use crate::model::{Severity, Since, Verdict};

thresholds! {
    /// Time to make the group faster, or the retention longer.
    RetentionRisk {
        /// records are lost within so long
        warning: Duration = Duration::from_hours(6),
        /// critical within so long
        critical: Duration = Duration::from_hours(1),
    }
}

impl RetentionRisk {
    pub(in crate::diagnose) const NAME: &'static str = "retention-risk";
    pub(in crate::diagnose) const WHAT: &'static str =
        "retention will delete records before the group has read them";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let mut rows: Vec<_> = case
            .rows()
            .filter_map(|row| Some((left(case, &row)?, row)))
            .filter(|((left, _), _)| *left <= self.warning)
            .collect();
        rows.sort_by_key(|((left, _), _)| *left);
        let Some(((left, head), worst)) = rows.first() else { return Verdict::Clear };
        // Nobody waits for what a group without members does not read.
        let severity = match case.members() {
            [] => Severity::Note,
            _ if *left <= self.critical => Severity::Critical,
            _ => Severity::Warning,
        };
        let names = list(rows.iter().map(|(_, row)| row.name()));
        let speed = head.speed.map_or(0.0, |speed| speed.0);
        let out = worst.view.consumed.map_or(0.0, |rate| rate.0);
        let sentence = format!(
            "records will be lost in {} on {names}: retention deletes {}, the group reads {}",
            span(*left),
            per_second(speed),
            per_second(out)
        );
        let fact = format!(
            "{}: {} between the start of its log and the position",
            worst.name(),
            records(head.records)
        );
        let watched = head.watched.unwrap_or_default();
        let rows: Vec<_> = rows.iter().map(|(_, row)| *row).collect();
        Report::group(Self::NAME, case, severity)
            .rows(&rows)
            .member(case.owner(worst))
            .says(sentence)
            .because("offsets", (case.now.minus(watched), case.now), fact)
            .since(Since::Before(case.now))
            .next("make the topic's retention longer until the group has caught up")
    }
}

/// When the log's start catches up with the position, if both go on as they do, and what is known of it.
/// What is lost already is another rule's.
fn left(case: &Case<'_>, row: &Row<'_>) -> Option<(Duration, Headroom)> {
    let committed = row.view.commit.as_ref()?.offset;
    let head = Headroom::of(committed, row.log?, case.now)?;
    let closing = head.speed?.0 - row.view.consumed.map_or(0.0, |rate| rate.0);
    if row.lag() == 0 || head.lost > 0 || closing <= 0.0 {
        return None;
    }
    Some((Duration::try_from_secs_f64(head.records as f64 / closing).ok()?, head))
}
