//! `hot-partition`: one partition holds nearly all of the lag.

use std::time::Duration;

use crate::diagnose::case::{Case, Row, median};
use crate::diagnose::report::{Report, per_second, records, share, wait};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::{Eta, Severity, Since, Verdict};

thresholds! {
    /// The incident behind it: 4.44 of 5.1 million on one of three partitions.
    HotPartition {
        /// of the group's lag on one partition, on the mean over the window
        share: f64 = 0.6,
        /// the window
        window: Duration = Duration::from_secs(30),
        /// records of lag on it below which nobody minds
        least: i64 = 1_000,
        /// traffic this many times the others' median is a cause; so is an owner so many times slower
        factor: f64 = 1.5,
        /// records on it that are critical
        critical: i64 = 500_000,
    }
}

/// Moments in the window at which shares are taken.
const SAMPLES: u32 = 6;

impl HotPartition {
    pub(in crate::diagnose) const NAME: &'static str = "hot-partition";
    pub(in crate::diagnose) const WHAT: &'static str = "one partition holds nearly all of the lag";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let rows: Vec<_> = case.rows().filter(|row| row.view.lag.records.is_some()).collect();
        let Some(hot) = rows.iter().max_by_key(|row| row.lag()) else { return Verdict::Clear };
        // Of two partitions one holds more than half by nature.
        let hot_share = self.share.max(1.5 / rows.len() as f64);
        let total = case.group.totals.lag.unwrap_or(0);
        let has = hot.lag() as f64 / total.max(1) as f64;
        if rows.len() < 2 || hot.lag() < self.least || has < hot_share * 0.9 {
            return Verdict::Clear;
        }
        let from = case.now.minus(self.window);
        if hot.lag_at(from).is_none() {
            let have = case.now.since(case.watched_since()).min(self.window);
            return wait("history of its partitions", self.window, have);
        }
        if self.mean_share(case, hot) < hot_share {
            return Verdict::Clear;
        }
        self.report(case, hot, &rows, has)
    }

    fn mean_share(&self, case: &Case<'_>, hot: &Row<'_>) -> f64 {
        let (mut part, mut all) = (0.0, 0.0);
        for sample in 0..=SAMPLES {
            let at = case.now.minus(self.window / SAMPLES * sample);
            let lags = hot.lag_at(at).zip(case.group.lag_history.at(at));
            if let Some((lag, total)) = lags {
                part += lag as f64;
                all += total.max(lag) as f64;
            }
        }
        if all > 0.0 { part / all } else { 0.0 }
    }

    fn report(&self, case: &Case<'_>, hot: &Row<'_>, rows: &[Row<'_>], has: f64) -> Verdict {
        let (severity, course) = match hot.view.eta {
            Some(Eta::In(left)) => (Severity::Note, format!("; worked off in {}", span(left))),
            eta => {
                let severity =
                    if hot.lag() >= self.critical { Severity::Critical } else { Severity::Warning };
                (severity, if eta == Some(Eta::Never) { "; ETA never" } else { "" }.to_owned())
            }
        };
        let (why, facts) = self.cause(hot, rows);
        let sentence = format!(
            "hot partition: {} holds {} of the lag ({}{course}); {}; {why}",
            hot.name(),
            share(has),
            records(hot.lag()),
            case.owned_by(hot)
        );
        let from = case.now.minus(self.window);
        let before = hot.lag_at(from).unwrap_or(0);
        let next = if why.contains("traffic") {
            "see how its records are keyed (o on the partition): one key may have most of them"
        } else {
            "look at what its owner does: process, downstream calls, retries"
        };
        Report::group(Self::NAME, case, severity)
            .rows(&[*hot])
            .member(case.owner(hot))
            .says(sentence)
            .because("offsets", (from, case.now), format!("lag {before} to {}", hot.lag()))
            .because("offsets", (from, case.now), facts)
            .since(Since::Before(from))
            .next(next)
    }

    /// Whether it gets more than the others, or is read more slowly, and the numbers.
    fn cause(&self, hot: &Row<'_>, rows: &[Row<'_>]) -> (String, String) {
        let comes = |row: &Row<'_>| row.log.and_then(|log| log.arriving).map(|rate| rate.0);
        let goes = |row: &Row<'_>| row.view.consumed.map(|rate| rate.0);
        let others = || rows.iter().filter(|row| row.partition() != hot.partition());
        let (others_in, others_out) = (
            median(others().filter_map(comes).collect()),
            median(others().filter_map(goes).collect()),
        );
        let known = comes(hot).zip(goes(hot)).zip(others_in.zip(others_out));
        let Some(((came, went), (others_in, others_out))) = known else {
            return ("its cause is not known yet".to_owned(), "rates are not known yet".to_owned());
        };
        let traffic = came > others_in * self.factor;
        let slow = went * self.factor < came && went < others_out * self.factor;
        let cause = match (traffic, slow) {
            (true, true) => "both traffic and owner",
            (true, false) => "traffic",
            (false, true) => "its owner is slow",
            (false, false) => "no cause in its rates now",
        };
        let facts = format!(
            "in {} against {} on the others, out {} against {}",
            per_second(came),
            per_second(others_in),
            per_second(went),
            per_second(others_out)
        );
        (format!("cause: {cause}, {facts}"), facts)
    }
}
