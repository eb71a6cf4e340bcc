//! `producer-churn`: an application makes a new idempotent producer for each record, and an experiment makes
//! topics that were not there before, one after the other. Beside them an application that keeps its producer.
//!
//! True of it: the producers of its topic come and go, and topics become more and more.

use std::time::Duration;

use anyhow::Result;

use super::scenario::block_on;
use super::short_lived::ShortLived;
use super::{Consumer, Lab, Producer, Scenario, Sizes, Worker};
use crate::support::KafkaCluster;

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "producer-churn",
    about: "a producer for each record, and topics of an experiment that become more and more",
    truths: &["producer-churn", "inventory-growth"],
    scaled: &[("producer-churn.window", "20s"), ("inventory-growth.topics", "8")],
    set_up,
};

/// The topic whose producers write once.
pub const CHURNED: &str = "clicks";
/// Its partitions.
pub const PARTITIONS: u16 = 3;
/// Who reads it.
pub const READER: &str = "insights";
/// The topic whose producer stays.
pub const STEADY: &str = "orders";
/// Who reads that.
pub const BESIDE: &str = "billing";
/// What the experiment's topics are called.
pub const PREFIX: &str = "exp-";
/// How many partitions each of them has.
pub const EACH: u16 = 4;
/// The thread that makes them; it counts them.
pub const EXPERIMENT: &str = "experiment";

/// Between two producers that write a record each.
const RECORDS: Duration = Duration::from_millis(170);
/// Between two topics.
const TOPICS: Duration = Duration::from_secs(3);

fn set_up(lab: &mut Lab, _: Sizes) -> Result<()> {
    lab.topic(CHURNED, PARTITIONS)?;
    lab.topic(STEADY, 3)?;
    lab.consume(Consumer::of(READER, CHURNED))?;
    lab.consume(Consumer::of(BESIDE, STEADY))?;
    lab.joined(READER, 1)?;
    lab.joined(BESIDE, 1)?;
    lab.produce(Producer { idempotent: true, ..Producer::to(STEADY, 60.0) })?;
    let churned = ShortLived { topic: CHURNED.into(), partitions: PARTITIONS, pause: RECORDS };
    lab.employ(churned.spawn(&lab.cluster)?);
    lab.employ(experiment(&lab.cluster)?);
    Ok(())
}

/// Makes topics for ever.
fn experiment(cluster: &KafkaCluster) -> Result<Worker> {
    let (admin, copies) = (cluster.admin()?, u16::try_from(cluster.ids().len().min(3))?);
    Worker::spawn(EXPERIMENT.to_owned(), move |orders| {
        while !orders.stopped() {
            let topic = format!("{PREFIX}{}", orders.so_far() + 1);
            block_on(admin.create_topic(&topic, EACH, copies))?;
            orders.count();
            orders.sleep(TOPICS);
        }
        Ok(())
    })
}
