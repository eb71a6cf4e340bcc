//! A lag that grows through each level.

use anyhow::ensure;
use lagtop::model::{Finding, Severity, Timestamp};

use crate::lab::Lab;
use crate::lab::thresholds::{GROUP, TOPIC};
use crate::support::wait;
use crate::watch::{MIDDLE, Watch, about, numbers, run};

/// Produced, and not consumed.
fn lag(lab: &Lab) -> i64 {
    let produced = lab.worker(&format!("producer {TOPIC}")).unwrap().records();
    let member = |number| lab.worker(&format!("member {GROUP}-{number} ")).unwrap().records();
    (produced - member(1) - member(2)).cast_signed()
}

/// The lag that a finding tells, and the next level and the seconds until it is reached, if there is one.
fn told(finding: &Finding) -> (f64, Option<(f64, f64)>) {
    let sentence = &finding.sentence;
    let lag = numbers(sentence)[0];
    let course = sentence.split_once("/s: ").map(|(_, course)| numbers(course));
    (lag, course.map(|course| (course[0], course[1])))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_level_is_told_and_when_the_next_will_be_reached() {
    let Some((mut lab, scenario)) = run("thresholds") else { return };
    wait::answer_within(MIDDLE, "a lag past the first level", || {
        ensure!(lag(&lab) >= 600, "{}", lag(&lab));
        Ok(())
    })
    .unwrap();
    let mut watch = Watch::start(&lab, scenario, &[GROUP]);
    let mut announced: Option<(Timestamp, f64, f64)> = None;
    for (severity, level) in
        [(Severity::Warning, 500.0), (Severity::Critical, 2_500.0), (Severity::Page, 4_500.0)]
    {
        let next = level < 4_500.0;
        let found = watch
            .finds("lag-threshold", |one| {
                one.severity == severity && (!next || told(one).1.is_some())
            })
            .await;
        let now = watch.now().at;
        watch.tell(&found);
        let (shown, course) = told(&found);
        assert!(shown >= level, "{}", found.sentence);
        // A commit comes up to half a second after its records.
        let truth = lag(&lab) as f64;
        assert!(shown <= truth + 200.0, "{truth}: {}", found.sentence);
        if let Some((at, reached, seconds)) = announced {
            assert!(about(reached, level, 0.01), "{reached} was announced");
            let took = now.since(at).as_secs_f64();
            assert!(
                (took - seconds).abs() <= seconds * 0.4 + 3.0,
                "{reached} in {seconds}: {took}"
            );
        }
        announced = course.map(|(reached, seconds)| (now, reached, seconds));
    }
    watch.goes_on(3).await;
    lab.check().unwrap();
}
