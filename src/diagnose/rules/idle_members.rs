//! `idle-members`: members that hold nothing.

use std::time::Duration;

use crate::diagnose::case::{Case, name_and_host};
use crate::diagnose::report::{Report, list, many};
use crate::diagnose::tuning::thresholds;
use crate::model::{Eta, Severity, Since, Verdict};

thresholds! {
    /// A member in reserve costs little and is a note. Where records wait for long, somebody may have
    /// added members in the belief that they help.
    IdleMembers {
        /// the group has been settled for so long
        settled: Duration = Duration::from_secs(30),
        /// records of lag that are not being worked off, from which it is a warning
        least: i64 = 1_000,
    }
}

impl IdleMembers {
    pub(in crate::diagnose) const NAME: &'static str = "idle-members";
    pub(in crate::diagnose) const WHAT: &'static str =
        "members of a settled group hold no partition";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let members = case.members();
        let idle: Vec<_> = members.iter().filter(|member| member.held() == Some(0)).collect();
        let held: usize = members.iter().filter_map(crate::model::MemberView::held).sum();
        let Some(first) = idle.first().filter(|_| held > 0) else { return Verdict::Clear };
        let Some(since) = case.settled_since() else { return Verdict::Clear };
        if case.now.since(since) < self.settled {
            return Verdict::Clear;
        }
        let why = if members.len() > held {
            format!("there are only {}", many(held, "partition", "partitions"))
        } else {
            format!("though there are {held} partitions")
        };
        let totals = &case.group.totals;
        let waits = totals.lag.is_some_and(|lag| lag >= self.least);
        let ends = matches!(totals.eta, Some(Eta::In(_) | Eta::CaughtUp));
        let severity = if waits && !ends { Severity::Warning } else { Severity::Note };
        let names = idle.iter().map(|member| name_and_host(&member.client_id, &member.host));
        Report::group(Self::NAME, case, severity)
            .member(Some(first))
            .says(format!("{} of {} members idle: {why}", idle.len(), members.len()))
            .because("assignment", (since, case.now), format!("hold nothing: {}", list(names)))
            .since(Since::Before(since))
            .next("run fewer members, or give the topic more partitions")
    }
}
