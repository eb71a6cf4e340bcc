//! `healthy`: a group that keeps up and is restarted member by member, twice, as deployments do it, and one
//! whose topic is quiet.
//!
//! True of it: nothing that anybody would have to be told.

use std::time::Duration;

use anyhow::Result;

use super::{Consumer, Lab, Producer, Scenario, Sizes, Work, Worker};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "healthy",
    about: "nothing is wrong: two rolling restarts of a group that keeps up, and a quiet topic",
    truths: &[],
    // Twenty times as fast as by default: what ten minutes show is shown in half a minute.
    scaled: &[
        ("falling-behind.window", "6s"),
        ("too-few-partitions.window", "6s"),
        ("lag-threshold.growing", "15s"),
        ("lag-threshold.doubling", "30s"),
        ("hot-partition.window", "2s"),
        ("stalled-partition.wait", "6s"),
        ("stalled-partition.critical", "15s"),
        ("stuck-rebalance.wait", "6s"),
        ("idle-members.settled", "2s"),
    ],
    set_up,
};

/// The group that is deployed.
pub const GROUP: &str = "checkout";
/// The group of the quiet topic.
pub const QUIET: &str = "archive";
/// The thread that deploys; it counts what it has started again.
pub const DEPLOYMENT: &str = "deployment";
/// How many members there are, all of which are started again twice.
pub const MEMBERS: u64 = 3;

/// Between two restarts, and between two deployments three times that.
const PAUSE: Duration = Duration::from_secs(2);

fn set_up(lab: &mut Lab, _: Sizes) -> Result<()> {
    lab.topic("checkouts", 6)?;
    lab.topic("archived", 2)?;
    lab.produce(Producer::to("checkouts", 150.0))?;
    // Some records long ago, and none since.
    let few = Producer { limit: Some(20), ..Producer::to("archived", f64::INFINITY) };
    few.spawn(&lab.cluster.bootstrap())?.finish()?;
    lab.consume(Consumer::of(QUIET, "archived"))?;
    let bootstrap = lab.cluster.bootstrap();
    let mut members = Vec::new();
    for number in 1..=MEMBERS {
        members.push(member(number).spawn(&bootstrap)?);
    }
    lab.employ(deploy(members, bootstrap)?);
    Ok(())
}

/// They leave by themselves when they stop, and are told of rebalances at once.
fn member(number: u64) -> Consumer {
    Consumer {
        client_id: format!("{GROUP}-{number}"),
        work: Work::Burn(Duration::from_micros(50)),
        properties: vec![("heartbeat.interval.ms", "300".into())],
        ..Consumer::of(GROUP, "checkouts")
    }
}

/// Starts each member again, one after the other, twice; then keeps them running.
fn deploy(mut members: Vec<Worker>, bootstrap: String) -> Result<Worker> {
    Worker::spawn(DEPLOYMENT.to_owned(), move |orders| {
        for _ in 0..2 {
            orders.sleep(PAUSE * 3);
            for number in 1..=MEMBERS {
                if orders.stopped() {
                    break;
                }
                members.remove(0).stop()?;
                members.push(member(number).spawn(&bootstrap)?);
                orders.count();
                orders.sleep(PAUSE);
            }
        }
        while !orders.stopped() {
            orders.sleep(PAUSE);
        }
        members.iter().for_each(Worker::tell);
        members.into_iter().try_for_each(Worker::stop)
    })
}
