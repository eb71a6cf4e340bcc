//! `hot-thread`: one thread of a consumer takes a whole core, beside others that idle.
//!
//! What one thread does in turn no further core and no further member makes faster, and whatever waits for
//! it waits on. A thread that wants a core and has to share it is as hot as one that has it: the time it was
//! ready and waited counts.

use std::time::Duration;

use crate::diagnose::case::Case;
use crate::diagnose::local::{Local, busy_since, mean};
use crate::diagnose::report::{Report, many, records};
use crate::diagnose::tuning::thresholds;
use crate::model::number::span;
use crate::model::process::ThreadView;
use crate::model::{Eta, Severity, Since, Timestamp, Verdict};

thresholds! {
    /// What `top -H` is opened for: a thread near 100 % that stays there.
    HotThread {
        /// of a core, used or waited for, on the mean over the window: a spinning thread has all of it
        core: f64 = 0.9,
        /// the window: garbage collection and start take seconds
        window: Duration = Duration::from_secs(30),
        /// a thread idles below this share of a core
        idle: f64 = 0.1,
        /// records of lag, not being worked off, with which it is a warning
        least: i64 = 1_000,
        /// hot for so long it is a warning whatever the lag
        long: Duration = Duration::from_mins(5),
    }
}

/// A hot thread and what is around it.
struct Hot<'a> {
    local: &'a Local<'a>,
    thread: &'a ThreadView,
    /// Of a core, used and waited for.
    used: f64,
    waited: f64,
    since: Timestamp,
    /// How many others are as hot, and how many idle.
    others: usize,
    idle: usize,
}

impl HotThread {
    pub(in crate::diagnose) const NAME: &'static str = "hot-thread";
    pub(in crate::diagnose) const WHAT: &'static str =
        "one thread of a consumer takes a whole core beside idle ones";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let all = case.local();
        let hot = all.iter().filter_map(|local| self.hot(case, local));
        // The surest match first, then the longest.
        let hot = hot.max_by_key(|hot| (hot.local.confidence(), std::cmp::Reverse(hot.since)));
        hot.map_or_else(|| self.waits(case, &all), |hot| self.report(case, &hot))
    }

    fn hot<'a>(&self, case: &Case<'_>, local: &'a Local<'a>) -> Option<Hot<'a>> {
        let threads = local.process.threads.as_ref().ok()?;
        let now = local.process.at.unwrap_or(case.now);
        let over = |thread: &ThreadView| {
            let waited = mean(&thread.delays, now, self.window).unwrap_or(0.0);
            Some((mean(&thread.history, now, self.window)?, waited))
        };
        let known: Vec<_> =
            threads.iter().filter_map(|thread| Some((thread, over(thread)?))).collect();
        let want = |(used, waited): (f64, f64)| used + waited;
        let is_hot = |it: &&(&ThreadView, (f64, f64))| want(it.1) >= self.core;
        let count = known.iter().filter(is_hot).count();
        let idle = known.iter().filter(|(_, it)| want(*it) < self.idle).count();
        let hottest = known.iter().filter(is_hot).max_by(|a, b| want(a.1).total_cmp(&want(b.1)));
        let (thread, (used, waited)) = *hottest.filter(|_| idle > count)?;
        let since = busy_since(thread, now, self.core).min(now.minus(self.window));
        Some(Hot { local, thread, used, waited, since, others: count - 1, idle })
    }

    fn report(&self, case: &Case<'_>, hot: &Hot<'_>) -> Verdict {
        let &Hot { local, thread, .. } = hot;
        let now = local.process.at.unwrap_or(case.now);
        let lasts = now.since(hot.since);
        let totals = &case.group.totals;
        let lag = totals.lag.filter(|lag| *lag >= self.least);
        let lag = lag.filter(|_| !matches!(totals.eta, Some(Eta::In(_) | Eta::CaughtUp)));
        let bad = local.is_sure() && (lag.is_some() || lasts >= self.long);
        let severity = if bad { Severity::Warning } else { Severity::Note };
        let more = match hot.others {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        let waits = lag.map_or_else(String::new, |lag| format!("; {} wait", records(lag)));
        let sentence = format!(
            "hot thread: {}{more} (tid {}, {:#x}) at {:.0} % of a core for {}, beside {}; {}{waits}",
            thread.name,
            thread.tid,
            thread.tid,
            hot.used * 100.0,
            span(lasts),
            many(hot.idle, "idle thread", "idle threads"),
            local.named()
        );
        let window = span(self.window);
        let facts = format!(
            "{:.0} % of a core and {:.0} % of the time waiting for one, on the mean of {window}; now {}",
            hot.used * 100.0,
            hot.waited * 100.0,
            thread.state.word()
        );
        Report::group(Self::NAME, case, severity)
            .local(local)
            .thread(thread.tid)
            .says(sentence)
            .because("threads", (now.minus(self.window), now), facts)
            .since(Since::Before(hot.since))
            .next("take its stack: Enter goes to the thread, Enter there says what would be run")
    }

    fn waits(&self, case: &Case<'_>, all: &[Local<'_>]) -> Verdict {
        let early = all.iter().find_map(|local| {
            let now = local.process.at.unwrap_or(case.now);
            let threads = local.process.threads.as_ref().ok()?;
            let from = now.minus(self.window);
            let main = threads.iter().map(|thread| thread.history.between(from, now));
            let first = main.filter_map(|mut points| points.find(|point| point.value.is_some()));
            let first = first.map(|point| point.at).min()?;
            (now.since(first) < self.window).then(|| (now.since(first), local))
        });
        if let Some((have, local)) = early {
            return Verdict::Unknown(format!(
                "{} of the threads of {}, {} so far",
                span(self.window),
                local.pid(),
                span(have)
            ));
        }
        let mut hidden = all.iter().filter(|local| local.is_sure());
        let hidden = hidden.find_map(|local| Some((local, local.process.threads.as_ref().err()?)));
        hidden.map_or(Verdict::Clear, |(local, fault)| {
            Verdict::Unknown(format!("threads of {}: {}", local.pid(), fault.text))
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::diagnose::fixture::{Bench, thread};
    use crate::model::Fault;
    use crate::model::process::Confidence;

    /// The threads of a process, each with its percent of a core and of the time that it waited for one.
    fn said(threads: &[(i64, i64)], lag: i64, rule: &HotThread, confidence: Confidence) -> Verdict {
        let mut bench = Bench::of(confidence);
        let all = threads.iter().zip(4_712..);
        let all: Vec<_> = all
            .map(|(it, tid)| thread(tid, &format!("work-{}", tid - 4_712), it.0, it.1))
            .collect();
        bench.process.threads = Ok(all.into());
        bench.group.totals.lag = Some(lag);
        bench.case(|case| rule.check(case))
    }

    fn severity(said: &Verdict) -> Option<Severity> {
        match said {
            Verdict::Firing(found) => Some(found.severity),
            _ => None,
        }
    }

    /// As if hot for the ten minutes of the fixture were not long.
    fn patient() -> HotThread {
        HotThread { long: Duration::from_hours(1), ..HotThread::default() }
    }

    #[rstest]
    #[case::one_beside_idle_ones(&[(99, 0), (1, 0), (0, 0)], 5_000, Some(Severity::Warning))]
    #[case::nothing_waits(&[(99, 0), (1, 0), (0, 0)], 10, Some(Severity::Note))]
    #[case::it_has_to_share_its_core(&[(55, 43), (1, 0), (0, 0)], 5_000, Some(Severity::Warning))]
    #[case::busy_and_not_hot(&[(80, 2), (1, 0), (0, 0)], 5_000, None)]
    #[case::all_of_them_work(&[(99, 0), (97, 0), (98, 0), (1, 0)], 5_000, None)]
    #[case::it_is_alone(&[(99, 0)], 5_000, None)]
    #[case::two_beside_many(&[(99, 0), (98, 0), (1, 0), (0, 0), (0, 0)], 5_000, Some(Severity::Warning))]
    fn a_thread(
        #[case] threads: &[(i64, i64)],
        #[case] lag: i64,
        #[case] expected: Option<Severity>,
    ) {
        let said = said(threads, lag, &patient(), Confidence::Likely);
        assert_eq!(severity(&said), expected, "{said:#?}");
    }

    #[test]
    fn for_long_it_is_a_warning_whatever_waits() {
        let said = said(&[(99, 0), (1, 0), (0, 0)], 0, &HotThread::default(), Confidence::Likely);
        assert_eq!(severity(&said), Some(Severity::Warning), "{said:#?}");
    }

    #[test]
    fn who_only_may_be_it_is_a_note_with_the_word() {
        let threads = [(99, 0), (1, 0), (0, 0)];
        let said = said(&threads, 5_000, &HotThread::default(), Confidence::Ambiguous);
        let Verdict::Firing(found) = said else { panic!("{said:#?}") };
        assert_eq!(found.severity, Severity::Note);
        assert_eq!(
            found.sentence,
            "hot thread: work-0 (tid 4712, 0x1268) at 99 % of a core for 10m00s, beside 2 idle threads; pid \
             4711 (worker), which may be reader-1 on 10.0.1.15 (ambiguous match); 5.00k wait"
        );
    }

    #[test]
    fn a_window_has_to_pass_first() {
        let mut bench = Bench::of(Confidence::Likely);
        let rule = HotThread { window: Duration::from_mins(20), ..HotThread::default() };
        let waits =
            Verdict::Unknown("20m00s of the threads of pid 4711 (worker), 10m00s so far".into());
        assert_eq!(bench.case(|case| rule.check(case)), waits);
        bench.process.threads = Err(Fault::new("NOT_LOOKED_AT", "another is on screen"));
        let waits = Verdict::Unknown("threads of pid 4711 (worker): another is on screen".into());
        assert_eq!(bench.case(|case| rule.check(case)), waits);
        bench.elsewhere = true;
        assert_eq!(bench.case(|case| rule.check(case)), Verdict::Clear);
    }
}
