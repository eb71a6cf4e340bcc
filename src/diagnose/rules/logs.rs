//! `no-leader` and `under-replicated`: what ails a topic's partitions, whoever reads them.

use crate::diagnose::TopicCase;
use crate::diagnose::report::{Report, list, many};
use crate::diagnose::tuning::thresholds;
use crate::model::{PartitionLog, Severity, TopicPartition, Verdict};

thresholds! {
    /// Nothing can be read or written there.
    NoLeader {}
}
thresholds! {
    /// Still readable, but one failure nearer to not being so.
    UnderReplicated {}
}

/// The partitions of which `holds` is true.
fn which(case: &TopicCase<'_>, holds: fn(&PartitionLog) -> bool) -> Vec<TopicPartition> {
    let logs = (0_i32..).zip(&case.topic.partitions);
    let ill = logs.filter(|(_, log)| holds(log));
    ill.map(|(partition, _)| TopicPartition { topic: case.topic.name.clone(), partition }).collect()
}

fn named(ill: &[TopicPartition]) -> String {
    let names = ill.iter().map(|one| format!("{}/{}", one.topic.as_str(), one.partition));
    format!("{} ({})", many(ill.len(), "partition", "partitions"), list(names))
}

impl NoLeader {
    pub(in crate::diagnose) const NAME: &'static str = "no-leader";
    pub(in crate::diagnose) const WHAT: &'static str = "partitions of a topic have no leader";

    #[expect(clippy::unused_self, reason = "all rules are asked in the same way")]
    pub(in crate::diagnose) fn check(&self, case: &TopicCase<'_>) -> Verdict {
        let ill = which(case, |log| log.leader.is_none() && !log.replicas.is_empty());
        if ill.is_empty() {
            return Verdict::Clear;
        }
        let sentence = format!("no leader: {} cannot be read or written", named(&ill));
        Report::topic(Self::NAME, case, Severity::Critical)
            .partitions(ill)
            .says(sentence)
            .because("metadata", (case.now, case.now), "leader -1".to_owned())
            .next("bring back a broker that holds an in-sync replica")
    }
}

impl UnderReplicated {
    pub(in crate::diagnose) const NAME: &'static str = "under-replicated";
    pub(in crate::diagnose) const WHAT: &'static str =
        "fewer replicas of a topic's partitions are in sync than there are";

    #[expect(clippy::unused_self, reason = "all rules are asked in the same way")]
    pub(in crate::diagnose) fn check(&self, case: &TopicCase<'_>) -> Verdict {
        let ill = which(case, |log| !log.isr.is_empty() && log.is_under_replicated());
        let Some(log) = ill.first().and_then(|one| case.topic.partition(one.partition)) else {
            return Verdict::Clear;
        };
        let (isr, all) = (log.isr.len(), log.replicas.len());
        let lacking = log.replicas.iter().filter(|broker| !log.isr.contains(broker));
        let lacking = list(lacking.map(|broker| format!("broker {broker}")));
        let sentence =
            format!("{isr} of {all} replicas in sync on {}; missing {lacking}", named(&ill));
        Report::topic(Self::NAME, case, Severity::Warning)
            .partitions(ill)
            .says(sentence)
            .because("metadata", (case.now, case.now), format!("in-sync replicas {isr} of {all}"))
            .next("see whether that broker is down, or too slow to follow")
    }
}
