//! `lag-threshold`: the lag is past a level at which somebody wants to be told.

use std::time::Duration;

use crate::diagnose::case::{Case, Trend};
use crate::diagnose::report::{Report, per_second, records, wait};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::{Severity, Since, Verdict};

thresholds! {
    /// The levels are those of a team that a lag of 4.2 million had cost an hour.
    LagThreshold {
        /// records of lag for a warning, if they grow
        warning: i64 = 50_000,
        /// for so long
        growing: Duration = Duration::from_mins(5),
        /// records of lag that are critical, growing or not
        critical: i64 = 500_000,
        /// a lag above the warning level that doubles within this time is critical too
        doubling: Duration = Duration::from_mins(10),
        /// records of lag to wake somebody for
        page: i64 = 2_000_000,
    }
}

impl LagThreshold {
    pub(in crate::diagnose) const NAME: &'static str = "lag-threshold";
    pub(in crate::diagnose) const WHAT: &'static str = "a group's lag is past a level, or doubles";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let Some(lag) = case.group.totals.lag.filter(|&lag| lag > self.warning) else {
            return Verdict::Clear;
        };
        let history = &case.group.lag_history;
        let before = history.at(case.now.minus(self.doubling));
        let doubled = before.is_some_and(|before| before > 0 && lag / 2 >= before);
        let trend = case.lag_trend(self.growing);
        let (severity, why) = if lag >= self.page {
            (Severity::Page, format!("above {}", records(self.page)))
        } else if lag >= self.critical {
            (Severity::Critical, format!("above {}", records(self.critical)))
        } else if doubled {
            (Severity::Critical, format!("doubled within {}", span(self.doubling)))
        } else {
            match trend {
                Trend::TooShort(have) => return wait("history of the lag", self.growing, have),
                Trend::Not => return Verdict::Clear,
                Trend::Grew(..) => {
                    let level = records(self.warning);
                    (
                        Severity::Warning,
                        format!("above {level} and growing for {}", span(self.growing)),
                    )
                }
            }
        };
        let sentence = format!("lag {} is {why}{}", records(lag), self.course(case, lag));
        let from = before.map_or_else(|| case.watched_since(), |_| case.now.minus(self.doubling));
        let was = before.map_or_else(String::new, |before| format!(", was {}", records(before)));
        Report::group(Self::NAME, case, severity)
            .says(sentence)
            .because("offsets", (from, case.now), format!("lag {lag}{was}"))
            .since(Since::Before(case.now))
            .next("find the partition and the member that hold the lag: keys 2 and 3")
    }

    /// Where it goes: when the next level is reached, or when it is over.
    fn course(&self, case: &Case<'_>, lag: i64) -> String {
        let totals = &case.group.totals;
        let (Some(arriving), Some(consumed)) = (totals.arriving, totals.consumed) else {
            return String::new();
        };
        let growth = arriving.0 - consumed.0;
        if growth <= arriving.0 * 0.02 {
            return String::new();
        }
        let next = [self.critical, self.page].into_iter().find(|&level| level > lag);
        let Some(next) = next else { return format!(", growing by {}", per_second(growth)) };
        let seconds = (next - lag) as f64 / growth;
        let reached = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        format!(", growing by {}: {} in {}", per_second(growth), records(next), span(reached))
    }
}
