//! `too-few-partitions`: the group falls behind, and more members would change nothing.

use std::time::Duration;

use super::FallingBehind;
use crate::diagnose::case::Case;
use crate::diagnose::report::{Report, many};
use crate::diagnose::tuning::thresholds;
use crate::model::{Severity, Since, Verdict};

thresholds! {
    /// Falling behind means what it means to `falling-behind`, whose defaults these are.
    TooFewPartitions {
        /// the lag has grown for so long
        window: Duration = FallingBehind::default().window,
        /// by this share of what arrived
        growth: f64 = FallingBehind::default().growth,
        /// records of lag below which nobody minds
        least: i64 = FallingBehind::default().least,
    }
}

impl TooFewPartitions {
    pub(in crate::diagnose) const NAME: &'static str = "too-few-partitions";
    pub(in crate::diagnose) const WHAT: &'static str =
        "a group falls behind though each partition has a member of its own";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let members = case.members();
        let each = members.iter().all(|member| member.held().is_some_and(|held| held <= 1));
        let busy = members.iter().filter(|member| member.held() == Some(1)).count();
        if !each || busy == 0 {
            return Verdict::Clear;
        }
        let behind = FallingBehind { window: self.window, growth: self.growth, least: self.least };
        let Verdict::Firing(behind) = behind.check(case) else { return Verdict::Clear };
        let partitions = many(busy, "partition", "partitions");
        let sentence =
            format!("{partitions}, one a member, and falls behind: more members will not help");
        let evidence = format!("{} hold {partitions}", many(members.len(), "member", "members"));
        Report::group(Self::NAME, case, Severity::Warning)
            .says(sentence)
            .because("assignment", (case.now, case.now), evidence)
            .since(Since::Before(behind.since.at()))
            .next("make each member faster; more partitions move keys and cannot be taken back")
    }
}
