//! `stuck-rebalance`: a rebalance does not end.

use std::time::Duration;

use crate::diagnose::case::{Case, name_and_host};
use crate::diagnose::report::{Report, list};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::{MemberView, Severity, Since, Verdict};

thresholds! {
    /// A rebalance takes a second or two, and at most until the slowest member polls.
    StuckRebalance {
        /// it has taken so long
        wait: Duration = Duration::from_mins(1),
        /// critical after so long: `max.poll.interval.ms`
        critical: Duration = Duration::from_mins(5),
    }
}

impl StuckRebalance {
    pub(in crate::diagnose) const NAME: &'static str = "stuck-rebalance";
    pub(in crate::diagnose) const WHAT: &'static str = "a rebalance does not end";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let group = case.group;
        if !group.state.is_rebalancing() {
            return Verdict::Clear;
        }
        let Some(since) = group.band.moving_since(case.now) else { return Verdict::Clear };
        let took = case.seen.listed.unwrap_or(case.now).since(since);
        if took < self.wait {
            return Verdict::Clear;
        }
        let severity = if took >= self.critical { Severity::Critical } else { Severity::Warning };
        let waited: Vec<&MemberView> =
            case.members().iter().filter(|member| member.is_reconciling()).collect();
        let names = waited.iter().map(|member| name_and_host(&member.client_id, &member.host));
        let whom = if waited.is_empty() {
            "a classic group does not tell for whom it waits".to_owned()
        } else {
            format!("it waits for {}", list(names))
        };
        let first = case.watched_since() == since;
        Report::group(Self::NAME, case, severity)
            .member(waited.first().copied())
            .says(format!("stuck rebalance: {} for {}; {whom}", group.state, span(took)))
            .because("group state", (since, case.now), group.state.name().to_owned())
            .since(if first { Since::Before(since) } else { Since::At(since) })
            .next("look for the member that does not poll: a thread blocked in its work")
    }
}
