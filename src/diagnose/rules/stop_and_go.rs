//! `stop-and-go`: commits come in bursts, with pauses in which nothing moves though records wait.

use std::time::Duration;

use crate::diagnose::case::{Case, Row};
use crate::diagnose::report::{Report, list, many, per_second, records};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::rhythm::{Beat, Rhythm};
use crate::model::{Eta, Severity, Since, Verdict};

thresholds! {
    /// The incident behind it: a member that read its partitions in turn and waited on each of them,
    /// so that the full one was read for a moment and then not, while it waited on the empty ones.
    StopAndGo {
        /// the pause in the middle is at least so long: twice the 5s at which most clients commit
        pause: Duration = Duration::from_secs(10),
        /// so many commits make a rhythm
        commits: i64 = 4,
        /// records that wait, below which nobody minds
        least: i64 = 1_000,
    }
}

impl StopAndGo {
    pub(in crate::diagnose) const NAME: &'static str = "stop-and-go";
    pub(in crate::diagnose) const WHAT: &'static str =
        "commits come in bursts, with long pauses between, while records wait";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        if case.members().is_empty() {
            return Verdict::Clear;
        }
        let mut found: Vec<(Row<'_>, Rhythm)> = case
            .rows()
            .filter(|row| row.lag() >= self.least)
            .map(|row| (row, Rhythm::of(&row.view.history, case.now)))
            .filter(|(row, rhythm)| self.is_so(row, rhythm))
            .collect();
        found.sort_by_key(|(row, _)| std::cmp::Reverse(row.lag()));
        let Some((worst, rhythm)) = found.first() else { return Verdict::Clear };
        let severity = match worst.view.eta {
            Some(Eta::In(_) | Eta::CaughtUp) => Severity::Note,
            _ => Severity::Warning,
        };
        let (pause, burst) =
            (rhythm.median_gap().unwrap_or_default(), rhythm.median_records().unwrap_or(0));
        let more = match found.len() {
            1 => String::new(),
            number => format!(" and {} more", many(number - 1, "partition", "partitions")),
        };
        let sentence = format!(
            "stop and go: {}{more} moves by {} every {} and stands still between, while {} wait; {}",
            worst.name(),
            records(burst),
            span(pause),
            records(worst.lag()),
            case.owned_by(worst)
        );
        let first = rhythm.beats.first().map_or(case.now, |beat| beat.at.minus(beat.gap));
        let rows: Vec<_> = found.iter().map(|(row, _)| *row).collect();
        let mut report = Report::group(Self::NAME, case, severity)
            .rows(&rows)
            .member(case.owner(worst))
            .says(sentence)
            .because("commits", (first, case.now), told(rhythm));
        if let Some(others) = others(case, worst) {
            report = report.because("assignment", (case.now, case.now), others);
        }
        report.since(Since::Before(first)).next(
            "see what its owner waits for between: other partitions, or a whole batch of work; o on the \
             partition shows the records that wait",
        )
    }

    /// Regular pauses, in all of which records waited.
    fn is_so(&self, row: &Row<'_>, rhythm: &Rhythm) -> bool {
        let enough = i64::try_from(rhythm.beats.len()).is_ok_and(|beats| beats >= self.commits);
        let waited = |beat: &Beat| {
            beat.records > 0 && row.lag_at(beat.at.minus(beat.gap)).is_none_or(|lag| lag > 0)
        };
        // Where only some of the commits are told, the pause between two of them proves nothing.
        let fine = rhythm.step <= Duration::from_secs(1);
        let least = if fine { self.pause } else { self.pause + rhythm.step };
        enough
            && rhythm.median_gap().is_some_and(|gap| gap >= least)
            && rhythm.beats.iter().all(waited)
    }
}

fn told(rhythm: &Rhythm) -> String {
    let last = rhythm.beats.iter().rev().take(5).rev();
    let last = last.map(|beat| format!("{} after {}", records(beat.records), span(beat.gap)));
    let last: Vec<_> = last.collect();
    format!("{} commits, the last: {}", rhythm.beats.len(), last.join(", "))
}

/// What its owner reads beside it; `None` if nothing.
fn others(case: &Case<'_>, worst: &Row<'_>) -> Option<String> {
    let owner = worst.view.owner?;
    let same =
        |row: &Row<'_>| row.view.owner == Some(owner) && row.partition() != worst.partition();
    let rows: Vec<_> = case.rows().filter(same).collect();
    if rows.is_empty() {
        return None;
    }
    let arriving = rows.iter().filter_map(|row| row.log?.arriving).map(|rate| rate.0).sum();
    Some(format!(
        "its owner also reads {} ({}), on which {} come in",
        many(rows.len(), "partition", "partitions"),
        list(rows.iter().map(Row::name)),
        per_second(arriving)
    ))
}
