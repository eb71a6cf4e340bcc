//! `records-lost`: records were deleted before the group read them.

use crate::diagnose::case::{Case, Row};
use crate::diagnose::report::{Report, list, records};
use crate::diagnose::tuning::thresholds;
use crate::model::{Severity, Since, Verdict};

thresholds! {
    /// Of a group without members it is a note: it may have been left behind on purpose.
    RecordsLost {
        /// records that may be lost unsaid
        least: i64 = 0,
    }
}

impl RecordsLost {
    pub(in crate::diagnose) const NAME: &'static str = "records-lost";
    pub(in crate::diagnose) const WHAT: &'static str =
        "records were deleted before the group read them";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        if case.group.totals.lost <= self.least {
            return Verdict::Clear;
        }
        let mut rows: Vec<_> = case.rows().filter(|row| row.view.lag.lost > 0).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.view.lag.lost));
        let Some(worst) = rows.first() else { return Verdict::Clear };
        let severity = match case.members() {
            [] => Severity::Note,
            _ => Severity::Critical,
        };
        let lost = records(case.group.totals.lost);
        let committed = worst.view.commit.as_ref().map_or(0, |commit| commit.offset);
        let start = worst.log.and_then(|log| log.log_start).unwrap_or(0);
        let fact = format!("{}: committed {committed}, the log starts at {start}", worst.name());
        Report::group(Self::NAME, case, severity)
            .rows(&rows)
            .member(case.owner(worst))
            .says(format!(
                "{lost} records were deleted unread on {}",
                list(rows.iter().map(Row::name))
            ))
            .because("offsets", (case.now, case.now), fact)
            .since(Since::Before(case.now))
            .next("raise the topic's retention before more is lost")
    }
}
