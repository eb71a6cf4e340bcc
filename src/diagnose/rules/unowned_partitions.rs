//! `unowned-partitions`: nobody reads some partitions of a topic whose others are read.

use std::time::Duration;

use crate::diagnose::case::Case;
use crate::diagnose::report::{Report, list, many, wait};
use crate::diagnose::tuning::thresholds;
use crate::model::{GroupKind, Severity, Since, TopicPartition, Verdict};

thresholds! {
    /// Clients look for new partitions every five minutes (`metadata.max.age.ms`), so a topic that has
    /// just grown is read in part for so long.
    UnownedPartitions {
        /// the group has been settled for so long
        settled: Duration = Duration::from_secs(30),
    }
}

impl UnownedPartitions {
    pub(in crate::diagnose) const NAME: &'static str = "unowned-partitions";
    pub(in crate::diagnose) const WHAT: &'static str =
        "no member holds some partitions of a topic whose others are held";

    pub(in crate::diagnose) fn check(&self, case: &Case<'_>) -> Verdict {
        let known = case.members().iter().all(|member| member.held().is_some());
        // Members of a share group hold partitions together.
        if case.group.kind == GroupKind::Share || case.members().is_empty() || !known {
            return Verdict::Clear;
        }
        let Some(since) = case.settled_since() else { return Verdict::Clear };
        let unowned = unowned(case);
        let Some(first) = unowned.first() else { return Verdict::Clear };
        let settled = case.now.since(since);
        if settled < self.settled {
            return wait("a settled group", self.settled, settled);
        }
        let names =
            list(unowned.iter().map(|one| format!("{}/{}", one.topic.as_str(), one.partition)));
        let number = many(unowned.len(), "partition", "partitions");
        let topic = case.logs.topic(&first.topic).map_or(0, |topic| topic.partitions.len());
        let fact = format!("{} has {topic} partitions", first.topic.as_str());
        Report::group(Self::NAME, case, Severity::Warning)
            .partitions(unowned)
            .says(format!("nobody reads {number} ({names}) though the others are read"))
            .because("assignment", (since, case.now), fact)
            .since(Since::Before(since))
            .next("see whether the topic has just grown, or members assign partitions by hand")
    }
}

/// The partitions without an owner of topics that have an owner somewhere.
fn unowned(case: &Case<'_>) -> Vec<TopicPartition> {
    let mut unowned = Vec::new();
    for topic in case.group.topics.iter() {
        let owned = |partition: i32| {
            let mut rows = topic.partitions.iter();
            rows.any(|row| row.partition == partition && row.owner.is_some())
        };
        let Some(log) = case.logs.topic(&topic.topic).filter(|log| log.fault.is_none()) else {
            continue;
        };
        if topic.partitions.iter().all(|row| row.owner.is_none()) {
            continue;
        }
        let all = (0_i32..).take(log.partitions.len());
        let named = |partition| TopicPartition { topic: topic.topic.clone(), partition };
        unowned.extend(all.filter(|&partition| !owned(partition)).map(named));
    }
    unowned
}
