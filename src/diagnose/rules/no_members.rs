//! `no-members`: records wait, and the group has nobody to read them.

use std::time::Duration;

use crate::diagnose::case::{Case, Row, name_and_host};
use crate::diagnose::report::{Report, many, per_second, records, wait};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::{GroupState, Severity, Since, Timestamp, Verdict};

thresholds! {
    /// All consumers gone at once is the plainest of incidents. A group that was left before anybody
    /// looked may just be one that nobody needs any more, and is a note.
    NoMembers {
        /// nobody has been there, and no commit moved, for so long: restarts take less
        wait: Duration = Duration::from_mins(1),
        /// the same of groups without membership, that only commit: stream processors do so at checkpoints
        alone: Duration = Duration::from_mins(15),
        /// records that wait, below which it is a note
        least: i64 = 1_000,
    }
}

/// Since when nobody reads.
struct Deserted {
    since: Since,
    /// When that was known last.
    until: Timestamp,
    /// The group never has members: its consumers assign partitions by hand.
    alone: bool,
}

impl NoMembers {
    pub(in crate::diagnose) const NAME: &'static str = "no-members";
    pub(in crate::diagnose) const WHAT: &'static str =
        "records wait and the group has no members, or its last reader stopped";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let mut rows: Vec<_> =
            case.rows().filter(|row| row.lag() > 0 && row.view.fault.is_none()).collect();
        let Some(Deserted { since, until, alone }) = deserted(case) else { return Verdict::Clear };
        if rows.is_empty() {
            return Verdict::Clear;
        }
        let (stood, needed) = (until.since(since.at()), if alone { self.alone } else { self.wait });
        if stood < needed {
            let what = if alone { "watching commits" } else { "a group without members" };
            return wait(what, needed, stood);
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.lag()));
        let lag = rows.iter().map(Row::lag).sum();
        // Of what was so before the first look nobody knows whether it is news to anybody.
        let severity = match since {
            Since::At(_) if lag >= self.least => Severity::Warning,
            _ => Severity::Note,
        };
        let gone = match (alone, since) {
            (true, Since::At(_)) => format!("its last commit moved {} ago", span(stood)),
            (true, Since::Before(_)) => format!("no commit moved for {} or longer", span(stood)),
            (false, Since::At(_)) => format!("its last member left {} ago", span(stood)),
            (false, Since::Before(_)) => format!("no members for {} or longer", span(stood)),
        };
        let arriving = case.group.totals.arriving.filter(|rate| rate.0 > 0.0);
        let comes =
            arriving.map_or_else(String::new, |rate| format!(", {} come in", per_second(rate.0)));
        let partitions = many(rows.len(), "partition", "partitions");
        let mut report = Report::group(Self::NAME, case, severity)
            .rows(&rows)
            .says(format!("nobody reads: {gone}; {} wait on {partitions}{comes}", records(lag)))
            .because("group state", (since.at(), until), fact(alone));
        let last = case.rebalances().last().filter(|event| event.ended_in == GroupState::Empty);
        if let Some(left) = last.and_then(|event| Some((event.at, event.left.first()?))) {
            let (at, member) = left;
            let name = name_and_host(&member.client_id, &member.host);
            report = report.member_ref(member.clone()).because(
                "rebalances",
                (at, at),
                format!("{name} was the last to leave"),
            );
        }
        report.since(since).next(
            "see whether its consumers were stopped or died; committed offsets of a group without \
             members expire after offsets.retention.minutes",
        )
    }
}

fn fact(alone: bool) -> String {
    let text = if alone {
        "it commits without members: its consumers assign partitions by hand"
    } else {
        "Empty: it has commits and no members"
    };
    text.to_owned()
}

/// Since when a group without members stands still; `None` if it has members, or did not tell. Somebody
/// may commit for a group without being its member, so a commit that moves is a reader.
fn deserted(case: &Case<'_>) -> Option<Deserted> {
    let group = case.group;
    let empty = group.state == GroupState::Empty && case.members().is_empty();
    if !empty || group.commits_fault.is_some() {
        return None;
    }
    let mut changes = group.band.until(case.now).rev().peekable();
    let mut emptied = None;
    while let Some((at, _)) = changes.next_if(|(_, state)| *state == Some(GroupState::Empty)) {
        emptied = Some(at);
    }
    let emptied = emptied?;
    // Whatever came before it: a gap tells of no member.
    let was_seen = changes.peek().is_some_and(|(_, state)| state.is_some());
    let commits = case.rows().filter_map(|row| row.view.commit.as_ref()?.moved);
    let moved = commits.max().filter(|moved| *moved > emptied);
    let since = match moved {
        Some(moved) => Since::At(moved),
        None if was_seen => Since::At(emptied),
        None => Since::Before(emptied),
    };
    let alone = group.protocol_type.is_empty();
    Some(Deserted { since, until: case.seen.commits?, alone })
}
