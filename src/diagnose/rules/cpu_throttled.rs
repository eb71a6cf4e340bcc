//! `cpu-throttled`: a consumer's control group is refused CPU by its quota.

use crate::diagnose::case::Case;
use crate::diagnose::local::Local;
use crate::diagnose::report::{Report, share};
use crate::diagnose::tuning::thresholds;
use crate::model::number::micros;
use crate::model::process::Throttling;
use crate::model::{Severity, Since, Verdict};

thresholds! {
    /// While a group is throttled none of its threads runs, those that send heartbeats neither, however idle
    /// the host is.
    CpuThrottled {
        /// of the periods of the last ten looks: where the usual alert of Kubernetes stands
        share: f64 = 0.25,
    }
}

impl CpuThrottled {
    pub(in crate::diagnose) const NAME: &'static str = "cpu-throttled";
    pub(in crate::diagnose) const WHAT: &'static str =
        "a consumer is refused CPU by its control group's quota";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let all = case.local();
        let told = |local: &Local<'_>| local.process.throttling.as_ref().ok().copied();
        let throttled = all.iter().filter_map(|local| {
            let throttling = told(local)?;
            let part = throttling.share.filter(|part| *part >= self.share)?;
            Some((local, throttling, part))
        });
        let worst = throttled.max_by(|(a, _, x), (b, _, y)| {
            a.confidence().cmp(&b.confidence()).then(x.total_cmp(y))
        });
        if let Some((local, throttling, part)) = worst {
            return Self::report(case, local, throttling, part);
        }
        let hidden = all.iter().filter(|local| local.is_sure());
        let hidden =
            hidden.filter_map(|local| Some((local, local.process.throttling.as_ref().err()?)));
        hidden.into_iter().next().map_or(Verdict::Clear, |(local, fault)| {
            Verdict::Unknown(format!("CPU throttling of {}: {}", local.pid(), fault.text))
        })
    }

    fn report(case: &Case<'_>, local: &Local<'_>, throttling: Throttling, part: f64) -> Verdict {
        let seen = throttling.seen;
        let quota = seen.quota_millicores.map_or_else(
            || "a quota".to_owned(),
            |quota| format!("a quota of {:.2} cores", f64::from(quota) / 1_000.0),
        );
        let severity = if local.is_sure() { Severity::Warning } else { Severity::Note };
        let sentence = format!(
            "CPU throttled: in {} of its periods, by {quota}; {}",
            share(part),
            local.named()
        );
        let all = format!(
            "since its begin {} of {} periods, {} in all",
            seen.throttled_periods,
            seen.periods,
            micros(seen.throttled_us as f64).unwrap_or_else(|| "?".to_owned())
        );
        let now = local.process.at.unwrap_or(case.now);
        Report::group(Self::NAME, case, severity)
            .local(local)
            .says(sentence)
            .because("control group", (now, now), all)
            .since(Since::Before(now))
            .next("raise the quota (limits.cpu, --cpus), or see which of its threads use it up")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::diagnose::fixture::Bench;
    use crate::model::Fault;
    use crate::model::process::{Confidence, Throttled};

    fn said(confidence: Confidence, share: Option<f64>) -> Verdict {
        let mut bench = Bench::of(confidence);
        let seen = Throttled {
            quota_millicores: Some(500),
            periods: 1_000,
            throttled_periods: 400,
            throttled_us: 12_000_000,
        };
        bench.process.throttling = Ok(Throttling { seen, share });
        bench.case(|case| CpuThrottled::default().check(case))
    }

    #[rstest]
    #[case::no_quota(None, None)]
    #[case::a_little(Some(0.2), None)]
    #[case::often(Some(0.25), Some(Severity::Warning))]
    fn a_quota_throttles(#[case] share: Option<f64>, #[case] expected: Option<Severity>) {
        let said = said(Confidence::Likely, share);
        let severity = if let Verdict::Firing(found) = &said { Some(found.severity) } else { None };
        assert_eq!(severity, expected, "{said:#?}");
    }

    #[test]
    fn it_is_told_with_its_quota_and_how_sure_it_is() {
        let said = said(Confidence::Possible, Some(0.45));
        let Verdict::Firing(found) = said else { panic!("{said:#?}") };
        assert_eq!(found.severity, Severity::Note);
        assert_eq!(
            found.sentence,
            "CPU throttled: in 45 % of its periods, by a quota of 0.50 cores; pid 4711 (worker), which may \
             be reader-1 on 10.0.1.15 (possible match)"
        );
        assert_eq!(found.evidence[0].text, "since its begin 400 of 1000 periods, 12.00 s in all");
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let mut bench = Bench::of(Confidence::Likely);
        bench.process.throttling = Err(Fault::new("NO_CGROUP", "none is mounted"));
        let said = bench.case(|case| CpuThrottled::default().check(case));
        let waits = "CPU throttling of pid 4711 (worker): none is mounted";
        assert_eq!(said, Verdict::Unknown(waits.to_owned()));
    }
}
