//! `falling-behind`: more comes in than goes out, and it has been so for a while.

use std::time::Duration;

use crate::diagnose::case::{Case, Trend};
use crate::diagnose::report::{Report, per_second, records, wait};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::{Severity, Since, Verdict};

thresholds! {
    /// A lag that rises through each fifth of the window is no rhythm of commits.
    FallingBehind {
        /// the lag has grown for so long: four windows of rates
        window: Duration = Duration::from_mins(2),
        /// by this share of what arrived: less is noise
        growth: f64 = 0.05,
        /// records of lag below which nobody minds
        least: i64 = 1_000,
    }
}

impl FallingBehind {
    pub(in crate::diagnose) const NAME: &'static str = "falling-behind";
    pub(in crate::diagnose) const WHAT: &'static str = "more records arrive than are consumed";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let totals = &case.group.totals;
        if totals.lag.is_none_or(|lag| lag < self.least) || case.members().is_empty() {
            return Verdict::Clear;
        }
        let (Some(arriving), Some(consumed)) = (totals.arriving, totals.consumed) else {
            return Verdict::Unknown("rates of arriving and consumed records".to_owned());
        };
        if consumed.0 >= arriving.0 * (1.0 - self.growth) {
            return Verdict::Clear;
        }
        let (before, after) = match case.lag_trend(self.window) {
            Trend::TooShort(have) => return wait("history of the lag", self.window, have),
            Trend::Not => return Verdict::Clear,
            Trend::Grew(before, after) => (before, after),
        };
        if ((after - before) as f64) < arriving.0 * self.window.as_secs_f64() * self.growth / 2.0 {
            return Verdict::Clear;
        }
        let (inflow, outflow) = (per_second(arriving.0), per_second(consumed.0));
        let grown = records(after - before);
        let sentence = format!(
            "falls behind: {inflow} come in, {outflow} go out, lag {} grew by {grown} in {}",
            records(after),
            span(self.window)
        );
        let from = case.now.minus(self.window);
        Report::group(Self::NAME, case, Severity::Warning)
            .says(sentence)
            .because("offsets", (from, case.now), format!("lag {before} to {after}"))
            .since(Since::Before(from))
            .next("compare out/s of the members: one that is slow, or all of them")
    }
}
