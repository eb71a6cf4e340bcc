//! `cpu-per-record`: what a record costs climbs, though as many are consumed as before.
//!
//! A process that wraps, appends or caches something with each record and walks all of it for the next one
//! needs more CPU each minute, until a core is full and its throughput collapses; then its CPU falls, and
//! only the cost of a record still tells. CPU alone misleads, and cost depends on the rate, so only windows
//! of about the same rate are compared, and a process's first minutes not at all: a runtime warms up.

use std::time::Duration;

use crate::diagnose::case::{Case, median};
use crate::diagnose::local::Local;
use crate::diagnose::report::{Report, many, per_second};
use crate::diagnose::tuning::thresholds;
use crate::model::number::{bytes, micros, span};
use crate::model::process::{RecordCost, ThreadView};
use crate::model::{Severity, Since, Timestamp, Verdict};

thresholds! {
    /// Measured on creeping consumers and on steady ones beside them: these values found all creeps within
    /// a minute and nothing in 102 windows of the steady ones, which varied by a factor of 1.2.
    CpuPerRecord {
        /// windows of ten seconds or more at about the same rate, so many at least
        windows: i64 = 6,
        /// a rate is about the same within this share of the median rate
        flat: f64 = 0.2,
        /// Kendall's tau of the cost over time: 1 if every window is dearer than all before it
        tau: f64 = 0.7,
        /// the last third of the windows costs this many times the first; steady ones stay below 1.2
        factor: f64 = 1.5,
        /// CPU rises by so many percent of a core: less harms nobody
        rise: f64 = 3.0,
        /// a process's first minutes, in which runtimes warm up, do not count
        warmup: Duration = Duration::from_mins(2),
    }
}

/// A cost that climbs.
#[derive(Debug)]
struct Climb {
    span: (Timestamp, Timestamp),
    /// Microseconds a record, in the first third of the windows and in the last.
    cost: (f64, f64),
    /// CPU in percent of a core, then and now.
    cpu: (f64, f64),
    /// Records a second.
    rate: f64,
    windows: usize,
}

impl Climb {
    fn factor(&self) -> f64 {
        self.cost.1 / self.cost.0
    }
}

impl CpuPerRecord {
    pub(in crate::diagnose) const NAME: &'static str = "cpu-per-record";
    pub(in crate::diagnose) const WHAT: &'static str =
        "the CPU that a record costs a process climbs while it consumes as many as before";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let all = case.local();
        let sure: Vec<_> = all.iter().filter(|local| local.is_sure()).collect();
        let climbs = sure.iter().filter_map(|local| Some((*local, self.climb(local)?)));
        let mut climbs: Vec<_> = climbs.collect();
        climbs.sort_by(|(_, a), (_, b)| b.factor().total_cmp(&a.factor()));
        if let Some((worst, climb)) = climbs.first() {
            return self.report(case, (worst, climb), climbs.len() - 1);
        }
        self.waits(case, &sure)
    }

    /// The windows that count.
    fn known<'a>(&self, local: &Local<'a>) -> Vec<&'a RecordCost> {
        let begin = local.process.facts.started.plus(self.warmup);
        let costs = local.process.per_record.as_ref().map_or(&[][..], |known| &known.costs);
        costs.iter().filter(|cost| cost.from >= begin).collect()
    }

    fn least(&self) -> usize {
        usize::try_from(self.windows).unwrap_or(usize::MAX).max(3)
    }

    /// Over all that is known, or over its last half, quarter and so on: what was long steady may begin to
    /// climb.
    fn climb(&self, local: &Local<'_>) -> Option<Climb> {
        let mut costs = &*self.known(local);
        while costs.len() >= self.least() {
            if let Some(climb) = self.climbs(costs) {
                return Some(climb);
            }
            costs = costs.get(costs.len() / 2..)?;
        }
        None
    }

    fn climbs(&self, costs: &[&RecordCost]) -> Option<Climb> {
        let rate = median(costs.iter().map(|cost| cost.rate()).collect())?;
        let even = self.even(costs, rate);
        if even.len() < self.least() || even.len() * 2 < costs.len() || tau(&even) < self.tau {
            return None;
        }
        let third = even.len() / 3;
        let (first, last) = (even.get(..third)?, even.get(even.len() - third..)?);
        let sum = |part: &[&RecordCost]| part.iter().map(|cost| **cost).reduce(RecordCost::and);
        let (first, last) = (sum(first)?, sum(last)?);
        let climb = Climb {
            span: (even.first()?.from, even.last()?.to),
            cost: (first.micros(), last.micros()),
            cpu: (first.cpu(), last.cpu()),
            rate,
            windows: even.len(),
        };
        let rises = climb.factor() >= self.factor && climb.cpu.1 - climb.cpu.0 >= self.rise;
        rises.then_some(climb)
    }

    fn even<'a>(&self, costs: &[&'a RecordCost], rate: f64) -> Vec<&'a RecordCost> {
        let same = |cost: &&RecordCost| (cost.rate() - rate).abs() <= rate * self.flat;
        costs.iter().copied().filter(same).collect()
    }

    fn report(
        &self,
        case: &Case<'_>,
        (local, climb): (&Local<'_>, &Climb),
        more: usize,
    ) -> Verdict {
        let lasts = span(climb.span.1.since(climb.span.0));
        let cost = |value| micros(value).unwrap_or_else(|| "?".to_owned());
        let more = match more {
            0 => String::new(),
            more => format!("; so it does in {more} more"),
        };
        let sentence = format!(
            "CPU per record climbs: {:.1} times in {lasts} at a flat {}, from {} to {}; {}{more}",
            climb.factor(),
            per_second(climb.rate),
            cost(climb.cost.0),
            cost(climb.cost.1),
            local.named()
        );
        let facts = format!(
            "{} at {}, within {:.0} %: from {} and {:.0} % of a core to {} and {:.0} %",
            many(climb.windows, "window", "windows"),
            per_second(climb.rate),
            self.flat * 100.0,
            cost(climb.cost.0),
            climb.cpu.0,
            cost(climb.cost.1),
            climb.cpu.1
        );
        let now = local.process.at.unwrap_or(case.now);
        Report::group(Self::NAME, case, Severity::Warning)
            .local(local)
            .says(sentence)
            .because("CPU per record", climb.span, facts)
            .because("threads", (now, now), hottest(local))
            .because("memory", (climb.span.0, now), memory(local, climb.span.0))
            .since(Since::Before(climb.span.0))
            .next(
                "take stacks of its hottest thread: Enter on it in the Process pane, then H to count \
                 frames",
            )
    }

    fn waits(&self, case: &Case<'_>, sure: &[&Local<'_>]) -> Verdict {
        let counted = sure.iter().map(|local| {
            let known = self.known(local);
            let rate = median(known.iter().map(|cost| cost.rate()).collect()).unwrap_or(0.0);
            (self.even(&known, rate).len(), local)
        });
        let least = self.least();
        if let Some((have, local)) = counted.filter(|(have, _)| *have < least).min_by_key(|it| it.0)
        {
            return Verdict::Unknown(format!(
                "{least} windows of CPU per record at an even rate, after the first {}: {have} so far of {}",
                span(self.warmup),
                local.pid()
            ));
        }
        case.unsure().map_or(Verdict::Clear, Verdict::Unknown)
    }
}

/// Of all pairs of windows the share in which the later is dearer, less the share in which it is cheaper.
fn tau(costs: &[&RecordCost]) -> f64 {
    let mut balance = 0_i64;
    let mut pairs = 0_i64;
    for (nth, earlier) in costs.iter().enumerate() {
        for later in costs.iter().skip(nth + 1) {
            pairs += 1;
            balance += later.micros().total_cmp(&earlier.micros()) as i64;
        }
    }
    if pairs == 0 { 0.0 } else { balance as f64 / pairs as f64 }
}

/// The threads that use most.
fn hottest(local: &Local<'_>) -> String {
    const MOST: usize = 3;
    match &local.process.threads {
        Err(fault) => format!("hottest threads: {}", fault.text),
        Ok(threads) => {
            let one = |thread: &ThreadView| {
                let cpu =
                    thread.cpu.map_or_else(|| "?".to_owned(), |cpu| format!("{:.0}", cpu.total));
                format!("{} (tid {}, {:#x}) {cpu} %", thread.name, thread.tid, thread.tid)
            };
            let named: Vec<_> = threads.iter().take(MOST).map(one).collect();
            format!("hottest threads: {}", named.join(", "))
        }
    }
}

/// What a leak of memory would show.
fn memory(local: &Local<'_>, from: Timestamp) -> String {
    let process = local.process;
    let before = process.rss_history.at(from);
    let now = match &process.rss {
        Ok(now) => *now as f64,
        Err(fault) => return format!("resident memory: {}", fault.text),
    };
    let text = |value: f64| bytes(value).unwrap_or_else(|| "?".to_owned());
    match before.map(|before| before as f64).filter(|before| *before > 0.0) {
        Some(before) if now > before * 1.2 => {
            format!("resident memory grew from {} to {}", text(before), text(now))
        }
        Some(before) if now < before / 1.2 => {
            format!("resident memory fell from {} to {}", text(before), text(now))
        }
        Some(_) => format!("resident memory flat at {}", text(now)),
        None => format!("resident memory {}", text(now)),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::diagnose::fixture::{Bench, NOW};
    use crate::model::process::Confidence;

    /// Windows of ten seconds that end now, each with its microseconds per record and records a second.
    fn windows(each: impl IntoIterator<Item = (f64, f64)>) -> Vec<RecordCost> {
        let each: Vec<_> = each.into_iter().collect();
        let all = u32::try_from(each.len()).unwrap();
        let of = |(nth, (micros, rate)): (u32, (f64, f64))| {
            let to = NOW.minus(Duration::from_secs(10) * (all - 1 - nth));
            let records = rate * 10.0;
            RecordCost {
                from: to.minus(Duration::from_secs(10)),
                to,
                seconds: 10.0,
                cpu_us: micros * records,
                records,
            }
        };
        (0..).zip(each).map(of).collect()
    }

    fn climbing(windows: u32, from: f64, step: f64) -> Vec<(f64, f64)> {
        (0..windows).map(|nth| (from + step * f64::from(nth), 200.0)).collect()
    }

    fn verdict(confidence: Confidence, age: u64, costs: Vec<RecordCost>) -> Verdict {
        let mut bench = Bench::of(confidence);
        bench.process.facts.started = NOW.minus(Duration::from_secs(age));
        bench.costs(costs);
        bench.case(|case| CpuPerRecord::default().check(case))
    }

    fn word(verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::Clear => "clear",
            Verdict::Firing(_) => "firing",
            Verdict::Unknown(_) => "unknown",
        }
    }

    /// What a creep and its control were measured to be.
    const CREEP: [f64; 8] = [399.0, 560.0, 695.0, 1_000.0, 1_320.0, 1_640.0, 2_070.0, 2_494.0];
    const STEADY: [f64; 8] = [255.0, 190.0, 230.0, 201.0, 245.0, 210.0, 235.0, 222.0];

    fn at_200(costs: [f64; 8]) -> Vec<(f64, f64)> {
        costs.map(|cost| (cost, 200.0)).to_vec()
    }

    #[rstest]
    #[case::a_creep(at_200(CREEP), "firing")]
    #[case::its_control(at_200(STEADY), "clear")]
    #[case::five_windows_are_too_few(climbing(5, 400.0, 400.0), "unknown")]
    #[case::six_are_not(climbing(6, 400.0, 400.0), "firing")]
    #[case::by_less_than_a_half(climbing(12, 1_000.0, 30.0), "clear")]
    #[case::it_harms_nobody(climbing(12, 10.0, 5.0), "clear")]
    #[case::it_falls(climbing(12, 10_000.0, -500.0), "clear")]
    #[case::a_saturated_core_consumes_less_and_says_nothing_more(
        [at_200(CREEP), vec![(9_700.0, 42.0); 3]].concat(), "firing")]
    #[case::dearer_because_there_are_fewer(
        (0..12).map(|nth| (100.0 * f64::from(nth + 1), 200.0 / f64::from(nth + 1))).collect(), "unknown")]
    #[case::long_steady_then_not(
        [vec![(400.0, 200.0); 40], climbing(20, 400.0, 100.0)].concat(), "firing")]
    fn a_cost(#[case] costs: Vec<(f64, f64)>, #[case] expected: &str) {
        let said = verdict(Confidence::Likely, 86_400, windows(costs));
        assert_eq!(word(&said), expected, "{said:#?}");
    }

    #[test]
    fn the_first_minutes_do_not_count() {
        let costs = || windows(climbing(12, 400.0, 400.0));
        assert_eq!(word(&verdict(Confidence::Likely, 240, costs())), "firing");
        let Verdict::Unknown(waits) = verdict(Confidence::Likely, 160, costs()) else { panic!() };
        assert_eq!(
            waits,
            "6 windows of CPU per record at an even rate, after the first 2m00s: 4 so far of pid 4711 \
             (worker)"
        );
    }

    #[rstest]
    #[case(Confidence::Possible, "a sure match of processes: reader-1 is possible")]
    #[case(Confidence::Ambiguous, "a sure match of processes: reader-1 is ambiguous")]
    fn nobody_is_blamed_who_is_not_surely_it(#[case] confidence: Confidence, #[case] waits: &str) {
        let said = verdict(confidence, 86_400, windows(at_200(CREEP)));
        assert_eq!(said, Verdict::Unknown(waits.to_owned()));
    }

    #[test]
    fn what_is_found_is_told_with_its_numbers() {
        let said = verdict(Confidence::Likely, 86_400, windows(climbing(9, 500.0, 250.0)));
        let Verdict::Firing(found) = said else { panic!("{said:#?}") };
        assert_eq!(
            found.sentence,
            "CPU per record climbs: 3.0 times in 90s at a flat 200/s, from 750 us to 2.25 ms; pid 4711 \
             (worker), likely reader-1 on 10.0.1.15"
        );
        let facts: Vec<_> = found.evidence.iter().map(|fact| fact.text.as_str()).collect();
        assert_eq!(
            facts,
            [
                "9 windows at 200/s, within 20 %: from 750 us and 15 % of a core to 2.25 ms and 45 %",
                "hottest threads: work-0 (tid 4712, 0x1268) 95 %, work-1 (tid 4713, 0x1269) 1 %, \
                 work-2 (tid 4714, 0x126a) 1 %",
                "resident memory flat at 14.0 MB",
            ]
        );
        assert_eq!(found.since.at(), NOW.minus(Duration::from_secs(90)));
        assert_eq!(found.subject.process.map(|key| key.pid), Some(4_711));
    }

    #[test]
    fn nothing_is_said_where_nobody_looks() {
        let mut bench = Bench::of(Confidence::Likely);
        bench.elsewhere = true;
        assert_eq!(bench.case(|case| CpuPerRecord::default().check(case)), Verdict::Clear);
    }
}
