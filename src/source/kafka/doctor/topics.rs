//! What topics may be described, and read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Doctor;
use crate::model::checkup::Check;
use crate::source::kafka::wire::{
    Client, KafkaError, Topic, TopicPartitions, Topics, WireError, WireErrorKind,
};

/// Names that are told before "and so many more".
const NAMED: usize = 5;

impl Doctor {
    /// Kafka leaves topics that may not be described out of commits, and says nothing; the names of those
    /// that members hold are told with the groups. Tells also those that may be described.
    pub(super) async fn topics(
        &self,
        part: &Arc<str>,
        client: &Client,
        held: &BTreeSet<Arc<str>>,
    ) -> (Check, Vec<Topic>) {
        const NAME: &str = "topics";
        let failed = |error: WireError| (Check::failed(part, NAME, error.to_string()), Vec::new());
        let mut seen = match client.metadata(Topics::All).await {
            Ok(metadata) => metadata.topics,
            Err(error) => return failed(error),
        };
        let known: BTreeSet<_> = seen.iter().map(|topic| &topic.name).collect();
        let unknown: Vec<_> = held.iter().filter(|name| !known.contains(name)).cloned().collect();
        let hidden = match client.metadata(Topics::Named(&unknown)).await {
            Ok(metadata) => metadata.topics,
            Err(error) => return failed(error),
        };
        let hidden = hidden.iter().filter(|topic| is_refused(&topic.partitions));
        let names: Vec<_> = hidden.map(|topic| &*topic.name).collect();
        seen.retain(|topic| !topic.internal);
        let check = match (seen.len(), names.len()) {
            (0, 0) => Check::skipped(part, NAME, "none is told: there is none, or no right"),
            (seen, 0) => Check::passed(part, NAME, format!("{seen} may be described")),
            (_, hidden) => {
                let names = some(&names);
                let found = format!("{hidden} that members hold may not be described: {names}");
                Check::limited(part, NAME, found)
                    .detail("their commits and log ends are missing from their groups")
                    .command(self.grant("Describe --topic '*'"))
            }
        };
        (check, seen)
    }

    /// Leaders tell who writes to a topic to whom they would give its records, so that nothing needs to be
    /// read to find out. A partition stands for its topic.
    pub(super) async fn records(&self, part: &Arc<str>, client: &Client, of: &[Topic]) -> Check {
        const NAME: &str = "records";
        let mut by_leader = BTreeMap::<i32, Vec<TopicPartitions>>::new();
        for topic in of.iter().filter(|topic| (self.context.listening.topics)(&topic.name)) {
            let mut partitions = topic.partitions.iter().flatten();
            let led = partitions.find_map(|one| Some((one.leader?, one.partition)));
            if let Some((leader, partition)) = led {
                let one = TopicPartitions::new(&*topic.name, vec![partition]);
                by_leader.entry(leader).or_default().push(one);
            }
        }
        let mut told = Vec::new();
        for (leader, topics) in by_leader {
            match client.describe_producers(leader, &topics).await {
                Ok(answer) => told.extend(answer),
                Err(WireError { kind: WireErrorKind::UnsupportedVersion { .. }, .. }) => {
                    return Check::skipped(part, NAME, "brokers before 2.8 do not tell this right");
                }
                Err(error) => return Check::failed(part, NAME, error.to_string()),
            }
        }
        let refused =
            told.iter().filter(|topic| topic.partitions.iter().any(|(_, it)| is_refused(it)));
        let mut names: Vec<_> = refused.map(|topic| &*topic.topic).collect();
        names.sort_unstable();
        match (told.len(), names.len()) {
            (0, _) => Check::skipped(part, NAME, "no topic is told"),
            (all, 0) => Check::passed(part, NAME, format!("those of {all} topics may be read")),
            (all, refused) => {
                let names = some(&names);
                let found = format!("those of {refused} of {all} topics may not be read: {names}");
                Check::limited(part, NAME, found)
                    .detail("who writes to them is not told, and what waits cannot be looked at")
                    .command(self.grant("Read --topic '*'"))
            }
        }
    }
}

fn is_refused<T>(answer: &Result<T, KafkaError>) -> bool {
    answer.as_ref().is_err_and(KafkaError::is_authorization)
}

/// Some names, and how many more there are.
pub(super) fn some(names: &[&str]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown = names.get(..names.len() - more).unwrap_or_default().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
