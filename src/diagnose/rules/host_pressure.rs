//! `host-pressure`: the host that consumers run on is short of CPU, memory or input and output.
//!
//! Pressure tells that *somebody* waits. For CPU it is only told if the consumers themselves do: their
//! threads' time in the run queue says so. For the other two the kernel does not tell who waits.

use std::time::Duration;

use crate::diagnose::case::Case;
use crate::diagnose::local::{Local, mean};
use crate::diagnose::report::{Report, many, share};
use crate::diagnose::tuning::thresholds;
use crate::model::process::{HostView, Hundredths, PressureLine, ThreadView};
use crate::model::{Eta, Severity, Since, Verdict};

thresholds! {
    /// Of a minute, so that a burst is none. CPU is stalled most easily, memory hardly ever.
    HostPressure {
        /// percent of the last minute in which some task waited for a CPU
        cpu: f64 = 40.0,
        /// and a consumer's thread did for this share of the last thirty seconds
        waited: f64 = 0.1,
        /// percent of the last minute in which some task waited for input or output
        io: f64 = 40.0,
        /// percent of the last minute in which some task waited for memory: it is being swapped or reclaimed
        memory: f64 = 10.0,
        /// records of lag, not being worked off, with which pressure on io and memory is a warning
        least: i64 = 1_000,
    }
}

/// Over so long a thread's waiting is told.
const WINDOW: Duration = Duration::from_secs(30);

impl HostPressure {
    pub(in crate::diagnose) const NAME: &'static str = "host-pressure";
    pub(in crate::diagnose) const WHAT: &'static str =
        "the host of a group's consumers is short of CPU, memory or input and output";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let all = case.local();
        let (Some(first), Some(host)) = (all.first(), &case.processes.host) else {
            return Verdict::Clear;
        };
        let pressure = match &host.sample.pressure {
            Ok(pressure) => pressure,
            Err(fault) => {
                return Verdict::Unknown(format!("pressure of this host: {}", fault.text));
            }
        };
        let beyond = |line: PressureLine, most: f64| line.some_avg60.value() >= most;
        if beyond(pressure.cpu, self.cpu)
            && let Some((local, thread, part)) =
                longest(case, &all).filter(|it| it.2 >= self.waited)
        {
            let waits = format!("thread {} did for {}", thread.name, share(part));
            let severity = if local.is_sure() { Severity::Warning } else { Severity::Note };
            return Self::report(case, (local, host), severity, ("CPU", pressure.cpu, Some(waits)));
        }
        let totals = &case.group.totals;
        let ends = matches!(totals.eta, Some(Eta::In(_) | Eta::CaughtUp));
        let behind = totals.lag.is_some_and(|lag| lag >= self.least) && !ends && first.is_sure();
        let severity = if behind { Severity::Warning } else { Severity::Note };
        let others = [("memory", pressure.memory, self.memory), ("io", pressure.io, self.io)];
        let found = others.into_iter().find(|(_, line, most)| beyond(*line, *most));
        found.map_or(Verdict::Clear, |(what, line, _)| {
            Self::report(case, (first, host), severity, (what, line, None))
        })
    }

    fn report(
        case: &Case<'_>,
        (local, host): (&Local<'_>, &HostView),
        severity: Severity,
        (what, line, waits): (&'static str, PressureLine, Option<String>),
    ) -> Verdict {
        let percent = |value: Hundredths| format!("{:.0} %", value.value());
        let consumer = waits.map_or_else(String::new, |waits| format!(", {waits}"));
        let sentence = format!(
            "host short of {what}: some task waited for {} of the last minute{consumer}; {}",
            percent(line.some_avg60),
            local.named()
        );
        let cores = usize::try_from(host.sample.cores).unwrap_or(0);
        let load = host.sample.load.as_ref().ok();
        let load = load.map_or_else(String::new, |[one, ..]| format!(", load {:.1}", one.value()));
        let facts = format!(
            "{what} some {} over 10s, {} over 60s; {}{load}",
            percent(line.some_avg10),
            percent(line.some_avg60),
            many(cores, "core", "cores")
        );
        let from = host.at.minus(Duration::from_mins(1));
        Report::group(Self::NAME, case, severity)
            .local(local)
            .says(sentence)
            .because("pressure", (from, host.at), facts)
            .since(Since::Before(from))
            .next("see with top what else runs on this host, or move consumers to another")
    }
}

/// The thread that waited longest for a CPU, and for which share of the window.
fn longest<'a>(
    case: &Case<'_>,
    all: &'a [Local<'a>],
) -> Option<(&'a Local<'a>, &'a ThreadView, f64)> {
    let each = all.iter().flat_map(|local| {
        let threads = local.process.threads.as_deref().unwrap_or_default();
        let now = local.process.at.unwrap_or(case.now);
        threads
            .iter()
            .filter_map(move |thread| Some((local, thread, mean(&thread.delays, now, WINDOW)?)))
    });
    each.max_by(|(a, _, x), (b, _, y)| a.is_sure().cmp(&b.is_sure()).then(x.total_cmp(y)))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::diagnose::fixture::{Bench, NOW, thread};
    use crate::model::Fault;
    use crate::model::process::{Confidence, HostSample, Pressure, Reading};

    fn host(pressure: Reading<Pressure>) -> HostView {
        let sample = HostSample {
            name: None,
            cores: 2,
            cpu: None,
            load: Ok([Hundredths(530); 3]),
            memory_total: 1,
            memory_available: 1,
            pressure,
        };
        HostView { at: NOW, sample, cpu_history: std::sync::Arc::default() }
    }

    /// CPU, io and memory in percent of the last minute, the percent for which a thread waited, and the lag.
    fn said([cpu, io, memory]: [u32; 3], waited: i64, lag: i64) -> Verdict {
        let line = |percent| PressureLine {
            some_avg10: Hundredths(percent * 100),
            some_avg60: Hundredths(percent * 100),
            full_avg10: None,
        };
        let mut bench = Bench::of(Confidence::Likely);
        bench.process.threads = Ok([thread(4_712, "work-0", 60, waited)].into());
        bench.group.totals.lag = Some(lag);
        let pressure = Pressure { cpu: line(cpu), io: line(io), memory: line(memory) };
        bench.host = Some(host(Ok(pressure)));
        bench.case(|case| HostPressure::default().check(case))
    }

    #[rstest]
    #[case::calm([5, 5, 0], 1, 9_000, None)]
    #[case::others_wait_for_a_cpu([80, 0, 0], 2, 9_000, None)]
    #[case::so_does_the_consumer([80, 0, 0], 35, 0, Some(Severity::Warning))]
    #[case::it_reads_and_writes_and_keeps_up([0, 60, 0], 0, 0, Some(Severity::Note))]
    #[case::it_reads_and_writes_and_is_behind([0, 60, 0], 0, 9_000, Some(Severity::Warning))]
    #[case::it_swaps([0, 0, 12], 0, 9_000, Some(Severity::Warning))]
    fn a_host(
        #[case] pressure: [u32; 3],
        #[case] waited: i64,
        #[case] lag: i64,
        #[case] expected: Option<Severity>,
    ) {
        let said = said(pressure, waited, lag);
        let severity = if let Verdict::Firing(found) = &said { Some(found.severity) } else { None };
        assert_eq!(severity, expected, "{said:#?}");
    }

    #[test]
    fn it_is_told_how_long_the_consumer_waited() {
        let said = said([80, 0, 0], 35, 0);
        let Verdict::Firing(found) = said else { panic!("{said:#?}") };
        assert_eq!(
            found.sentence,
            "host short of CPU: some task waited for 80 % of the last minute, thread work-0 did for 35 %; \
             pid 4711 (worker), likely reader-1 on 10.0.1.15"
        );
        assert_eq!(
            found.evidence[0].text,
            "CPU some 80 % over 10s, 80 % over 60s; 2 cores, load 5.3"
        );
    }

    #[test]
    fn a_kernel_that_does_not_tell_is_said() {
        let mut bench = Bench::of(Confidence::Likely);
        bench.host = Some(host(Err(Fault::new("NOT_FOUND", "not there"))));
        let said = bench.case(|case| HostPressure::default().check(case));
        assert_eq!(said, Verdict::Unknown("pressure of this host: not there".to_owned()));
    }
}
