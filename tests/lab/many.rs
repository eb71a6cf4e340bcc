//! `many`: as many groups as wanted, with commits and without members, for measuring; at rest, with a past of
//! as many commits as wanted, or committing at a steady rate.

use anyhow::Result;

use super::bulk::{BulkCommit, commit_groups, keep_committing};
use super::{Keys, Lab, Producer, Scenario, Sizes};

/// See the module.
pub const SCENARIO: Scenario = Scenario {
    name: "many",
    about: "--groups G groups without members, --partitions P each, in all --commits C a second, --past N before",
    truths: &[],
    scaled: &[],
    set_up,
};

const TOPIC: &str = "measured";
/// In each partition; groups have committed a part of them.
const RECORDS: u64 = 1_000;
/// Records a second in each while groups commit.
const ARRIVING: f64 = 10.0;

fn set_up(lab: &mut Lab, sizes: Sizes) -> Result<()> {
    lab.topic(TOPIC, sizes.partitions)?;
    let all = RECORDS * u64::from(sizes.partitions);
    let even = Keys::Weighted(vec![1; sizes.partitions.into()]);
    let producer = Producer { keys: even, limit: Some(all), ..Producer::to(TOPIC, f64::INFINITY) };
    producer.spawn(&lab.cluster.bootstrap())?.finish()?;
    let mut groups: Vec<_> = (0..sizes.groups)
        .map(|number| BulkCommit {
            group: format!("measured-{number:05}"),
            // Different for each, and never at the end.
            offsets: (0..sizes.partitions)
                .map(|partition| (i32::from(partition), i64::from(number % 900)))
                .collect(),
        })
        .collect();
    commit_groups(&lab.cluster, TOPIC, &groups)?;
    let round = u64::from(sizes.groups) * u64::from(sizes.partitions);
    for _ in 0..u64::from(sizes.past).div_ceil(round.max(1)) {
        groups.iter_mut().flat_map(|one| &mut one.offsets).for_each(|(_, at)| *at += 1);
        commit_groups(&lab.cluster, TOPIC, &groups)?;
    }
    if sizes.commits > 0 {
        lab.produce(Producer::to(TOPIC, ARRIVING * f64::from(sizes.partitions)))?;
        for worker in keep_committing(&lab.cluster, TOPIC, &groups, sizes.commits.into())? {
            lab.employ(worker);
        }
    }
    Ok(())
}
