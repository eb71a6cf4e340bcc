//! `rebalance-storm`: the same member drops out and comes back, again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::diagnose::case::{Case, name_and_host};
use crate::diagnose::report::{Report, many, share};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::{MemberRef, Rebalance, Severity, Since, Timestamp, Verdict, rebalance};

thresholds! {
    /// A clean rolling restart takes each member out once, however many there are. So it counts how
    /// often one member left, less the times that all of them did.
    RebalanceStorm {
        /// rebalances within the window for a warning
        warning: i64 = 4,
        /// rebalances within the window that are critical
        critical: i64 = 7,
        /// the window
        window: Duration = Duration::from_mins(10),
        /// times that one member left within the window, restarts of the whole group left out
        drops: i64 = 2,
        /// restarts of the whole group that are left out: with more, everybody drops out
        restarts: i64 = 3,
    }
}

/// A place in a group. Who comes back has a new member id, so it is known by its client id and host.
type Seat<'a> = (&'a str, &'a str);

/// Who left most often.
struct Dropping<'a> {
    member: &'a MemberRef,
    times: i64,
    /// How long it had been there each time, where that is known.
    stays: Vec<Duration>,
}

impl RebalanceStorm {
    pub(in crate::diagnose) const NAME: &'static str = "rebalance-storm";
    pub(in crate::diagnose) const WHAT: &'static str =
        "a group rebalances again and again because the same member drops out";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let all = case.rebalances();
        let from = case.now.minus(self.window);
        let (number, median) = rebalance::rhythm(all, case.now, self.window);
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        if number < self.warning {
            return Verdict::Clear;
        }
        let Some(dropping) = self.dropping(case, from) else { return Verdict::Clear };
        let severity = if number >= self.critical { Severity::Critical } else { Severity::Warning };
        let every = median.map_or_else(String::new, |gap| format!(", every {}", span(gap)));
        let moved = case.group.band.share_rebalancing(from, case.now).unwrap_or(0.0);
        let first = all.iter().find(|event| event.at >= from).map_or(case.now, |event| event.at);
        let sentence = format!(
            "rebalance storm: {number} in {}{every}; {}",
            span(case.now.since(first).max(Duration::from_secs(1)).min(self.window)),
            dropping.told()
        );
        let report = Report::group(Self::NAME, case, severity)
            .member_ref(dropping.member.clone())
            .says(sentence)
            .because(
                "group state",
                (first, case.now),
                format!("not stable {} of the time", share(moved)),
            );
        dropping
            .because(report, (first, case.now))
            .since(Since::At(first))
            .next("compare how long it works on one poll with its max.poll.interval.ms; then its restarts")
    }

    /// The member that left most often; `None` if none left often enough.
    fn dropping<'a>(&self, case: &Case<'a>, from: Timestamp) -> Option<Dropping<'a>> {
        let all = case.rebalances();
        let mut seats = BTreeMap::<Seat<'a>, i64>::new();
        for member in case.members() {
            *seats.entry((&member.client_id, &member.host)).or_default() += 1;
        }
        let mut left: BTreeMap<Seat<'a>, Vec<(Timestamp, &'a MemberRef)>> =
            seats.keys().map(|seat| (*seat, Vec::new())).collect();
        for event in all.iter().filter(|event| event.at >= from) {
            for member in &event.left {
                left.entry(seat(member)).or_default().push((event.at, member));
            }
        }
        // What members with the same client id and host did is shared out among them.
        let each = |seat: &Seat<'a>, times: usize| {
            let same = seats.get(seat).copied().unwrap_or(1).max(1);
            i64::try_from(times).unwrap_or(i64::MAX) / same
        };
        let all_left = left.iter().map(|(seat, events)| each(seat, events.len())).min()?;
        let (worst, events) = left.iter().max_by_key(|(seat, events)| each(seat, events.len()))?;
        let times = each(worst, events.len());
        let (_, member) = *events.last()?;
        let stays = events.iter().filter_map(|&(at, member)| stay(all, member, at)).collect();
        let counts = times - all_left.min(self.restarts) >= self.drops;
        counts.then_some(Dropping { member, times, stays })
    }
}

fn seat(member: &MemberRef) -> Seat<'_> {
    (&member.client_id, &member.host)
}

/// How long a member that left had been there; `None` if it came before what is known.
fn stay(all: &[Rebalance], member: &MemberRef, left: Timestamp) -> Option<Duration> {
    let joined = |event: &&Rebalance| event.joined.iter().any(|one| one.id == member.id);
    let came = all.iter().rev().skip_while(|event| event.at > left).find(joined)?;
    Some(left.since(came.at))
}

impl Dropping<'_> {
    fn who(&self) -> String {
        name_and_host(&self.member.client_id, &self.member.host)
    }

    /// The shortest, the middle and the longest stay.
    fn stays(&self) -> Option<(Duration, Duration, Duration)> {
        let mut stays = self.stays.clone();
        stays.sort_unstable();
        let middle = stays.get(stays.len() / 2).copied()?;
        Some((stays.first().copied()?, middle, stays.last().copied()?))
    }

    fn told(&self) -> String {
        let times = usize::try_from(self.times).unwrap_or(usize::MAX);
        let after = self
            .stays()
            .map_or_else(String::new, |(_, middle, _)| format!(", {} after it came", span(middle)));
        format!("{} dropped out {}{after}", self.who(), many(times, "time", "times"))
    }

    /// What drops a member by its clock is even; what crashes is not.
    fn because(&self, report: Report, over: (Timestamp, Timestamp)) -> Report {
        const LOOK: Duration = Duration::from_secs(1);
        let Some((least, _, most)) = self.stays().filter(|_| self.stays.len() > 1) else {
            return report;
        };
        let even = most <= least + least / 4 + LOOK;
        let (stays, like) = if even {
            (
                format!("stayed {} to {} each time", span(least), span(most)),
                "as even as a time limit: max.poll.interval.ms or session.timeout.ms",
            )
        } else {
            (
                format!("stayed between {} and {}", span(least), span(most)),
                "no time limit is so uneven: crashes, restarts or pauses",
            )
        };
        report.because("members", over, format!("{} {stays}: {like}", self.who()))
    }
}
