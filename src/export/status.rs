//! `lagtop status`: the snapshot as a few words for a status bar.

use std::time::Duration;

use super::safe::safe;
use super::{Outcome, Selection, outcome, reasons};
use crate::model::number::{count, rate};
use crate::model::{Severity, Snapshot};

/// A change that was not seen over so long is no rate.
const FORGOTTEN: Duration = Duration::from_mins(5);

/// Lag, its change since it was asked for before (`before`: what it was, and how long ago), and the worst of
/// what is wrong, from warnings on, by the name of its rule.
#[must_use]
pub fn line(snapshot: &Snapshot, before: Option<(i64, Duration)>) -> String {
    let text = match outcome(snapshot, Selection::ALL) {
        Outcome::Nothing => format!("lagtop: {}", reasons(snapshot)),
        Outcome::Partial => format!("{} (not all)", found(snapshot, before)),
        Outcome::Complete => found(snapshot, before),
    };
    // tmux would take what follows this sign in a name for a colour.
    safe(&text).replace('#', "\u{ff03}")
}

fn found(snapshot: &Snapshot, before: Option<(i64, Duration)>) -> String {
    if snapshot.groups.is_empty() {
        return "no groups".to_owned();
    }
    let lag = snapshot.totals.lag;
    let mut words =
        vec![lag.map_or_else(|| "lag ?".to_owned(), |lag| format!("lag {}", count(lag)))];
    let change = lag.zip(before).and_then(|(now, (before, ago))| change(now - before, ago));
    words.extend(change);
    let findings = snapshot.findings();
    let mut bad = findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    match bad.next() {
        Some(worst) => {
            let name = worst.subject.name();
            words.push(format!("{} {name} {}", worst.severity.word(), worst.rule));
            let more = bad.count();
            words.extend((more > 0).then(|| format!("+{more}")));
        }
        None => words.push("ok".to_owned()),
    }
    words.join(" ")
}

/// Records a second, with their sign.
fn change(by: i64, within: Duration) -> Option<String> {
    if within.is_zero() || within > FORGOTTEN {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let change = by as f64 / within.as_secs_f64();
    let sign = if change > 0.0 { "+" } else { "" };
    rate(change).filter(|_| change != 0.0).map(|rate| format!("{sign}{rate}/s"))
}
