//! Nothing is wrong, and nothing is found.

use std::time::Duration;

use crate::lab::healthy::{DEPLOYMENT, GROUP, MEMBERS, QUIET};
use crate::watch::{MIDDLE, Watch, run};

/// As long after the last restart, on the clock of the observations.
const CALM: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn deployments_and_a_quiet_topic_are_no_finding() {
    let Some((mut lab, scenario)) = run("healthy") else { return };
    let mut watch = Watch::start(&lab, scenario, &[GROUP, QUIET]);
    let restarted = || lab.worker(DEPLOYMENT).unwrap().records();
    let over = watch
        .sees(MIDDLE, "both deployments", |snapshot| {
            let view = &snapshot.group(&GROUP.into())?.view;
            let everybody = view.members.as_ref().is_some_and(|all| all.len() as u64 == MEMBERS);
            (restarted() == 2 * MEMBERS && everybody).then_some(snapshot.at)
        })
        .await;
    let calm = |snapshot: &lagtop::model::Snapshot| (snapshot.at.since(over) >= CALM).then_some(());
    watch.sees(MIDDLE, "calm after them", calm).await;
    let last = watch.now();
    let rebalances = last.group(&GROUP.into()).unwrap().view.rebalances_seen;
    // Each member was taken out and came back; two of these may be one rebalance.
    assert!(rebalances >= 2 * MEMBERS, "{rebalances}");
    assert!(last.group(&QUIET.into()).unwrap().view.totals.lag == Some(0));
    watch.tell_nothing();
    lab.check().unwrap();
}
