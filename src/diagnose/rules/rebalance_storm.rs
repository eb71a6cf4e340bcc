//! `rebalance-storm`: the same members drop out and come back, again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::diagnose::case::{Case, name_and_host};
use crate::diagnose::report::{Report, many, share};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::{Rebalance, Severity, Since, Verdict, rebalance};

thresholds! {
    /// A clean rolling restart takes each member out once, however many there are: so it counts how
    /// often the same member left, not rebalances alone.
    RebalanceStorm {
        /// rebalances within the window for a warning
        warning: i64 = 4,
        /// rebalances within the window that are critical
        critical: i64 = 7,
        /// the window
        window: Duration = Duration::from_mins(10),
        /// times that one member left within the window
        drops: i64 = 2,
    }
}

impl RebalanceStorm {
    pub(in crate::diagnose) const NAME: &'static str = "rebalance-storm";
    pub(in crate::diagnose) const WHAT: &'static str =
        "a group rebalances again and again because the same member drops out";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let all = &case.group.rebalances;
        let from = case.now.minus(self.window);
        let (number, median) = rebalance::rhythm(all, case.now, self.window);
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        if number < self.warning {
            return Verdict::Clear;
        }
        let recent: Vec<&Rebalance> = all.iter().filter(|event| event.at >= from).collect();
        let Some((who, drops)) = self.dropping(case, &recent) else { return Verdict::Clear };
        let severity = if number >= self.critical { Severity::Critical } else { Severity::Warning };
        let every = median.map_or_else(String::new, |gap| format!(", every {}", span(gap)));
        let moved = case.group.band.share_rebalancing(from, case.now).unwrap_or(0.0);
        let first = recent.first().map_or(case.now, |event| event.at);
        let sentence = format!(
            "rebalance storm: {number} in {}{every}; {who} dropped out {}",
            span(case.now.since(first).max(Duration::from_secs(1)).min(self.window)),
            many(drops, "time", "times")
        );
        Report::group(Self::NAME, case, severity)
            .says(sentence)
            .because("group state", (first, case.now), format!("not stable {} of the time", share(moved)))
            .since(Since::At(first))
            .next("compare how long it works on one poll with its max.poll.interval.ms; then its restarts")
    }

    /// The member that left most often, and how often; `None` if none left often enough. A member that
    /// comes back has a new id, so it is known by its client id and host; where several share both,
    /// what they did is shared out among them.
    fn dropping(&self, case: &Case<'_>, recent: &[&Rebalance]) -> Option<(String, usize)> {
        let mut left: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for member in recent.iter().flat_map(|event| &event.left) {
            *left.entry((&member.client_id, &member.host)).or_default() += 1;
        }
        let each = left.into_iter().map(|((client, host), times)| {
            let same = |other: &&crate::model::MemberView| {
                *other.client_id == *client && *other.host == *host
            };
            let seats = case.members().iter().filter(same).count().max(1);
            (name_and_host(client, host), times / seats)
        });
        let most = each.max_by_key(|(_, times)| *times)?;
        (i64::try_from(most.1).unwrap_or(i64::MAX) >= self.drops).then_some(most)
    }
}
