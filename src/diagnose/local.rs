//! Questions about this host's processes: which of them the group's members are, how sure that is, and what
//! their threads did.

use std::cmp::Reverse;
use std::time::Duration;

use super::case::{Case, name_and_host};
use super::report::list;
use crate::model::process::{Confidence, MemberMatch, ThreadView};
use crate::model::series::PartitionSeries;
use crate::model::{MemberView, Point, ProcessKey, ProcessView, Timestamp};

/// A process that members of the group are, or may be.
pub(super) struct Local<'a> {
    pub(super) process: &'a ProcessView,
    /// The members and how sure that is, the surest first. Never empty.
    pub(super) members: Vec<(&'a MemberView, Confidence)>,
}

impl<'a> Case<'a> {
    /// The living processes that its members are or may be, the surest first; empty as long as nobody looks
    /// at this group's.
    pub(super) fn local(&self) -> Vec<Local<'a>> {
        let mut all: Vec<Local<'a>> = Vec::new();
        for (member, matched) in self.matched() {
            for candidate in &*matched.candidates {
                let living = self.processes.process(candidate.process);
                let Some(process) = living.filter(|process| process.gone.is_none()) else {
                    continue;
                };
                let member = (member, matched.confidence);
                match all.iter_mut().find(|local| local.process.key() == candidate.process) {
                    Some(local) => local.members.push(member),
                    None => all.push(Local { process, members: vec![member] }),
                }
            }
        }
        for local in &mut all {
            local.members.sort_by_key(|(_, confidence)| Reverse(*confidence));
        }
        all.sort_by_key(|local| Reverse(local.confidence()));
        all
    }

    /// The members of which it is not sure which process of this host they are, in words; `None` if of all it
    /// is.
    pub(super) fn unsure(&self) -> Option<String> {
        let unsure = self.matched().filter(|(_, matched)| {
            (Confidence::Possible..Confidence::Likely).contains(&matched.confidence)
        });
        let names: Vec<_> = unsure
            .map(|(member, matched)| {
                format!("{} is {}", member.client_id, matched.confidence.word())
            })
            .collect();
        (!names.is_empty())
            .then(|| format!("a sure match of processes: {}", list(names.into_iter())))
    }

    fn matched(&self) -> impl Iterator<Item = (&'a MemberView, &'a MemberMatch)> {
        let matches = self.processes.matches.as_deref();
        let matches = matches.filter(|matches| matches.group == self.group.id);
        self.members().iter().filter_map(move |member| Some((member, matches?.member(&member.id)?)))
    }
}

impl Local<'_> {
    /// How sure it is that the group's members are in it.
    pub(super) fn confidence(&self) -> Confidence {
        self.members.first().map_or(Confidence::None, |(_, confidence)| *confidence)
    }

    /// May it be blamed?
    pub(super) fn is_sure(&self) -> bool {
        self.confidence() >= Confidence::Likely
    }

    pub(super) fn pid(&self) -> String {
        let ProcessKey { pid, .. } = self.process.key();
        format!("pid {pid} ({})", self.process.facts.name)
    }

    /// `pid 4711 (java), likely reader-1 on 10.0.1.15`.
    pub(super) fn named(&self) -> String {
        let Some((member, confidence)) = self.members.first() else { return self.pid() };
        let more = match self.members.len() {
            1 => String::new(),
            all => format!(" and {} more", all - 1),
        };
        let name = name_and_host(&member.client_id, &member.host);
        let whose = match confidence {
            Confidence::Exact => format!("which is {name}{more}"),
            Confidence::Likely => format!("likely {name}{more}"),
            unsure => format!("which may be {name}{more} ({} match)", unsure.word()),
        };
        format!("{}, {whose}", self.pid())
    }
}

/// How much of the span that ends at `to` a thread's number made up on the mean, where `series` tells
/// thousandths; `None` where not all of the span is known.
pub(super) fn mean(series: &PartitionSeries, to: Timestamp, span: Duration) -> Option<f64> {
    let from = to.minus(span);
    let points: Vec<Point> = series.between(from, to).collect();
    if points.first()?.at > from {
        return None;
    }
    let ends = points.iter().skip(1).map(|next| next.at).chain([to]);
    let mut sum = 0.0;
    for (point, end) in points.iter().zip(ends) {
        let lasted = end.min(to).since(point.at.max(from));
        sum += point.value? as f64 * lasted.as_secs_f64();
    }
    Some(sum / span.as_secs_f64().max(f64::MIN_POSITIVE) / 1_000.0)
}

/// Since when a thread has used or waited for so much of a core without a break, as far as two minutes back
/// by the second and then by ten; `now` if it does not.
pub(super) fn busy_since(thread: &ThreadView, now: Timestamp, core: f64) -> Timestamp {
    const FAR: Duration = Duration::from_mins(30);
    let from = now.minus(FAR);
    let (used, waited) = (thread.history.between(from, now), thread.delays.between(from, now));
    let mut points: Vec<(Timestamp, bool, Option<i64>)> = used
        .map(|point| (point.at, true, point.value))
        .chain(waited.map(|point| (point.at, false, point.value)))
        .collect();
    points.sort_by_key(|(at, ..)| *at);
    let (mut cpu, mut delay) = (None, None);
    let mut since = now;
    for (nth, (at, is_cpu, value)) in points.iter().enumerate() {
        *(if *is_cpu { &mut cpu } else { &mut delay }) = *value;
        // Both numbers of one look come at the same time.
        if points.get(nth + 1).is_some_and(|(next, ..)| next == at) {
            continue;
        }
        // One look may catch a pause: half is not idle.
        let busy = cpu.is_some_and(|cpu: i64| (cpu + delay.unwrap_or(0)) as f64 >= core * 500.0);
        since = if busy { since.min(*at) } else { now };
    }
    since.min(now)
}
