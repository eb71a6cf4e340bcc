//! `rewound`: commits went back, so that records are read again.

use std::time::Duration;

use crate::diagnose::case::{Case, Row};
use crate::diagnose::report::{Report, list, records};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::{Severity, Since, Timestamp, Verdict};

thresholds! {
    /// A partition that changes hands may be read again from its last commit, which moves no commit
    /// back; somebody who resets offsets does, and so does a client that commits what it read before.
    Rewound {
        /// a commit went back within so long
        window: Duration = Duration::from_mins(10),
        /// by so many records: less is what a client commits late
        least: i64 = 100,
    }
}

/// A step back.
struct Step<'a> {
    row: Row<'a>,
    at: Timestamp,
    from: i64,
    to: i64,
}

impl Step<'_> {
    /// By so many records.
    fn back(&self) -> i64 {
        self.from.saturating_sub(self.to)
    }
}

impl Rewound {
    pub(in crate::diagnose) const NAME: &'static str = "rewound";
    pub(in crate::diagnose) const WHAT: &'static str =
        "a committed offset went back: records are read again";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let from = case.now.minus(self.window);
        let window = (from, case.now);
        let mut steps: Vec<_> = case.rows().filter_map(|row| self.step(row, window)).collect();
        steps.sort_by_key(|step| std::cmp::Reverse(step.back()));
        let Some(worst) = steps.first() else { return Verdict::Clear };
        // Who has no members was reset on purpose, as only such groups can be.
        let severity = match case.members() {
            [] => Severity::Note,
            _ => Severity::Warning,
        };
        let again: i64 = steps.iter().map(Step::back).fold(0, i64::saturating_add);
        let names = list(steps.iter().map(|step| step.row.name()));
        let ago = span(case.now.since(worst.at));
        let fact = format!("{}: committed {}, then {}", worst.row.name(), worst.from, worst.to);
        let rows: Vec<_> = steps.iter().map(|step| step.row).collect();
        Report::group(Self::NAME, case, severity)
            .rows(&rows)
            .member(case.owner(&worst.row))
            .says(format!("rewound {ago} ago: {} records are read again on {names}", records(again)))
            .because("commits", (worst.at, case.now), fact)
            .since(Since::At(worst.at))
            .next("ask who reset the offsets; if nobody did, look for a client that commits old positions")
    }

    /// The greatest step back of a partition.
    fn step<'a>(&self, row: Row<'a>, (from, now): (Timestamp, Timestamp)) -> Option<Step<'a>> {
        // Hardly ever is there anything to look for.
        row.view.history.fell().filter(|fell| *fell >= from)?;
        let points: Vec<_> = row.view.history.between(from, now).collect();
        let pairs = points.iter().zip(points.iter().skip(1));
        let back = pairs.filter_map(|(before, after)| {
            let (before, to) = (before.value?, after.value?);
            let step = Step { row, at: after.at, from: before, to };
            (step.back() >= self.least).then_some(step)
        });
        back.max_by_key(Step::back)
    }
}
